"""Writing masks and reading them back: projects, label images, files of Cellpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_gui.files import PROJECT
from cpsam_gui.history import ObjectRecord, Origin
from cpsam_gui.palette import COLOURS
from cpsam_gui.project import read_project, write_project

from .records import Found, records_of, records_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_core.progress import Progress
    from cpsam_gui.history import Labels
    from cpsam_gui.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Saved:
    """What is saved beside the masks."""

    image: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    flows: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None


def save(
    path: Path, still: Snapshot, records: Mapping[int, ObjectRecord], extra: Saved, progress: Progress
) -> Path:
    """Write labels (z, y, x): as a project with all that is known, as a label image, or as `_seg.npy`.

    The kind follows from the ending of `path`. The file appears under its name only when it is complete.
    """
    from cpsam_core.images import write_labels

    progress(0, 1, "Saving")
    labels = still.array()
    flat = labels[0] if labels.shape[0] == 1 else labels
    if path.suffix == PROJECT:
        write_project(
            path, labels, records, extra.settings, extra.image.name if extra.image is not None else ""
        )
    elif path.name.endswith("_seg.npy"):
        _save_seg(path, flat, records, extra)
    else:
        write_labels(path, flat)
    progress(1, 1, "")
    return path


def _save_seg(path: Path, labels: Labels, records: Mapping[int, ObjectRecord], extra: Saved) -> None:
    from cpsam_core.images import SegFile, write_seg

    ids = sorted(records)
    fits = extra.logits is not None and extra.logits.shape == labels.shape
    seg = SegFile(
        labels,
        flows=extra.flows if fits else None,
        logits=extra.logits if fits else None,
        ismanual=np.array([records[number].origin is not Origin.MODEL for number in ids], bool),
        colours=np.array([COLOURS[records[n].colour % len(COLOURS)] for n in ids], np.uint8).reshape(-1, 3),
        filename=str(extra.image) if extra.image is not None else None,
        flow_threshold=extra.settings.get("flow_threshold"),
        cellprob_threshold=extra.settings.get("cellprob_threshold"),
        diameter=extra.settings.get("diameter"),
    )
    write_seg(path, seg)


def read_masks(path: Path, shape: tuple[int, ...], progress: Progress) -> Found:
    """Read labels for an open image of `shape` (z, y, x) from a project, a label image or a `_seg.npy`."""
    progress(0, 1, "Reading masks")
    if path.suffix == PROJECT:
        project = read_project(path)
        labels = _fitting(path, project.labels, shape)
        return Found(labels, records_with(labels, project.objects), settings=project.settings)
    if path.name.endswith("_seg.npy"):
        return _read_seg(path, shape)
    from cpsam_core.images import read_labels

    labels = _fitting(path, read_labels(path), shape)
    return Found(labels, records_of(labels, Origin.EDITED))


def _read_seg(path: Path, shape: tuple[int, ...]) -> Found:
    from cpsam_core.images import read_seg

    seg = read_seg(path)
    labels = _fitting(path, seg.masks, shape)
    records = records_of(labels)
    if seg.ismanual is not None:
        for number, manual in zip(seg.ids.tolist(), seg.ismanual.tolist(), strict=True):
            if manual and number in records:
                records[number] = records[number].changed(origin=Origin.HAND)
    names = ("diameter", "flow_threshold", "cellprob_threshold")
    settings = {name: value for name in names if (value := getattr(seg, name)) is not None}
    return Found(labels, records, seg.flows, seg.logits, settings=settings)


def _fitting(path: Path, labels: Labels, shape: tuple[int, ...]) -> Labels:
    labels = np.ascontiguousarray(labels, np.uint32)
    labels = labels[None] if labels.ndim == 2 else labels
    if labels.shape != tuple(shape):
        raise ImageError(
            f"The masks in {path.name} are {_size(labels.shape)} pixels, the open image is {_size(shape)}. "
            "Open the image that these masks belong to first."
        )
    return labels


def _size(shape: tuple[int, ...]) -> str:
    lengths = shape[1:] if len(shape) == 3 and shape[0] == 1 else shape
    return " x ".join(str(length) for length in lengths)
