"""Writing masks and reading them back: projects, label images, files of Cellpose."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import CpsamError, ImageError
from cpsam_core.segment.output import NetworkOutput
from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_gui.state.image_facts import ImageFacts
from cpsam_gui.state.objects import ObjectRecord, Origin
from cpsam_gui.state.palette import COLOURS
from cpsam_gui.state.snapshot import Snapshot
from cpsam_gui.storage.companions import PROJECT
from cpsam_gui.storage.file_lock import free_name
from cpsam_gui.storage.own_writes import as_expected, writing
from cpsam_gui.storage.project import COMPLETE, MAPS, Project, read_project, write_project
from cpsam_gui.storage.saved_before import SavedBefore
from cpsam_gui.tasks.records import MaskResult, records_of, records_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.project_files import Reuse
    from cpsam_core.progress import Progress
    from cpsam_gui.state.steps import Labels


DIAMETER_USED = "diameter_used"
"""Key of the diameter that the run took or measured, which the stored flows go with."""


@dataclass(frozen=True, slots=True)
class SaveExtras:
    """What is saved beside the masks."""

    image: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    output: NetworkOutput | None = None
    """What the network gave in the last run."""
    facts: ImageFacts = field(default_factory=ImageFacts)
    foreign: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the project that this program does not know."""
    keep: tuple[str, ...] = (COMPLETE,)
    """Arrays of the project that stay as they lie there."""
    with_flows: bool = False
    """Whether a project gets what the last run left."""
    key: DocumentKey | None = None
    """Time point and scene of the image, where it has several."""
    fingerprint: str = ""
    """By which the image is recognised."""
    reuse: Reuse | None = None
    """What of masks and rows need not be packed again; None packs everything."""
    others: Path | None = None
    """The project that other time points and scenes are taken from, as far as they can be read; None for the one that
    is written, where all of them must be."""


@dataclass(frozen=True, slots=True)
class LoadedMasks(MaskResult):
    """Masks read from a file, with what a project says beside them."""

    facts: ImageFacts | None = None
    foreign: Mapping[str, Any] = field(default_factory=dict)
    image: str = ""
    """Name of the image that the file says it belongs to."""
    fingerprint: str = ""


def with_diameter(settings: Mapping[str, Any], output: NetworkOutput | None) -> dict[str, Any]:
    """Return settings with the diameter that a run used, which may be measured: later thresholds need it."""
    if output is None or output.diameter is None:
        return dict(settings)
    return {**settings, DIAMETER_USED: output.diameter}


def save(
    path: Path,
    still: Snapshot | Labels,
    records: Mapping[int, ObjectRecord],
    extra: SaveExtras,
    progress: Progress,
) -> Path:
    """Write labels (z, y, x): as a project with all that is known, as a label image, or as `_seg.npy`.

    The kind follows from the ending of `path`. The file appears under its name only when it is complete.
    """
    from cpsam_core.images import write_labels

    progress(0, 1, "Saving")
    labels = still.array() if isinstance(still, Snapshot) else still
    flat = labels[0] if labels.shape[0] == 1 else labels
    if path.suffix == PROJECT:
        save_as_project(path, labels, records, extra)
    elif path.name.endswith("_seg.npy"):
        _save_seg(path, flat, records, extra)
    else:
        write_labels(path, flat, companion=True)
    progress(1, 1, "")
    return path


def save_as_project(
    path: Path, labels: Labels, records: Mapping[int, ObjectRecord], extra: SaveExtras
) -> None:
    """Write labels (z, y, x) and all that is known of them as a project, whatever the name."""
    name = extra.image.name if extra.image is not None else ""
    project = Project(
        labels,
        {},
        extra.facts,
        with_diameter(extra.settings, extra.output),
        name,
        output=extra.output if extra.with_flows else None,
        foreign=extra.foreign,
        fingerprint=extra.fingerprint,
    )
    write_project(path, project, records, extra.keep, extra.key, extra.reuse, extra.others)


def _save_seg(path: Path, labels: Labels, records: Mapping[int, ObjectRecord], extra: SaveExtras) -> None:
    from cpsam_core.images import SegFile, write_seg
    from cpsam_core.images.replaceable import check_replaceable
    from cpsam_core.system.file_content import Content

    check_replaceable(path, Content.OBJECTS, extra.image)
    ids = sorted(records)
    left = extra.output if extra.output is not None and extra.output.fits(labels.shape) else None
    classes = np.array([records[number].class_id for number in ids], np.int64)
    seg = SegFile(
        labels,
        flows=left.flows if left is not None else None,
        logits=left.logits if left is not None else None,
        ismanual=np.array([records[number].origin is not Origin.MODEL for number in ids], bool),
        colours=np.array([COLOURS[records[n].colour % len(COLOURS)] for n in ids], np.uint8).reshape(-1, 3),
        classes=classes if classes.any() else None,
        filename=str(extra.image) if extra.image is not None else None,
        flow_threshold=extra.settings.get("flow_threshold"),
        cellprob_threshold=extra.settings.get("cellprob_threshold"),
        diameter=extra.settings.get("diameter"),
    )
    write_seg(path, seg)


def read_masks(
    path: Path, shape: tuple[int, ...], progress: Progress, key: DocumentKey | None = None
) -> MaskResult:
    """Read labels for an open image of `shape` (z, y, x) from a project, a label image or a `_seg.npy`."""
    from cpsam_core.images import read_labels
    from cpsam_core.images.limits import expecting

    progress(0, 1, "Reading masks")
    with expecting(shape):
        if path.suffix == PROJECT:
            return _read_project(path, shape, key)
        if path.name.endswith("_seg.npy"):
            return _read_seg(path, shape)
        labels = fitting(path, read_labels(path), shape)
    return MaskResult(labels, records_of(labels, Origin.EDITED))


def _read_project(path: Path, shape: tuple[int, ...], key: DocumentKey | None) -> LoadedMasks:
    project = read_project(path, flows=True, key=key)
    labels = fitting(path, project.labels, shape)
    used = project.settings.pop(DIAMETER_USED, None)
    output = project.output
    if output is not None and isinstance(used, int | float):
        output = replace(output, diameter=float(used))
    return LoadedMasks(
        labels,
        records_with(labels, project.objects),
        output,
        project.settings,
        project.facts,
        project.foreign,
        project.image,
        project.fingerprint,
    )


def _read_seg(path: Path, shape: tuple[int, ...]) -> MaskResult:
    from cpsam_core.images import read_seg

    seg = read_seg(path)
    labels = fitting(path, seg.masks, shape)
    records = records_of(labels)
    if seg.ismanual is not None:
        for number, manual in zip(seg.ids.tolist(), seg.ismanual.tolist(), strict=True):
            if manual and number in records:
                records[number] = records[number].changed(origin=Origin.HAND)
    if seg.classes is not None:
        for number, kind in zip(seg.ids.tolist(), seg.classes.tolist(), strict=True):
            if kind > 0 and number in records:
                records[number] = records[number].changed(class_id=kind)
    names = ("diameter", "flow_threshold", "cellprob_threshold")
    settings = {name: value for name in names if (value := getattr(seg, name)) is not None}
    output = (
        NetworkOutput(seg.flows, seg.logits) if seg.flows is not None and seg.logits is not None else None
    )
    return MaskResult(labels, records, output, settings)


def fitting(path: Path, labels: Labels, shape: tuple[int, ...]) -> Labels:
    """Return labels (z, y, x) of the shape of the open image; refuse those of another."""
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


@dataclass(frozen=True, slots=True)
class SaveResult:
    """A project was saved; the stamps tell whether somebody else changes a file later."""

    paths: tuple[Path, ...]
    stamps: Mapping[Path, FileIdentity]
    seconds: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file is another one than the program last read or wrote, and would be replaced; nothing was written."""

    path: Path


def save_project(
    paths: tuple[Path, ...],
    still: Snapshot,
    records: Mapping[int, ObjectRecord],
    extra: SaveExtras,
    expected: Mapping[Path, FileIdentity] | None,
    aside: bool,
    before: SavedBefore | None,
    progress: Progress,
    beside: tuple[Path, ...] = (),
) -> SaveResult | Conflict | CpsamError:
    """Save a project and label images; what went wrong is returned, since the caller decides whether to say it.

    Parameters
    ----------
    paths
        The project first, then label images that get the same masks.
    expected
        What each file was when it was last read or written, or that it was not there; None to replace whatever is
        there.
    aside
        Keep what is there under another name.
    before
        What the project holds already, where it is the one that was written last.
    beside
        Label images that get the same masks only where they are as this program wrote them: another one is somebody's.
    """
    started = time.monotonic()
    with writing(paths[0], extra.key):
        others = [path for path in paths if expected is not None and _is_another(path, expected, extra.key)]
        # A label image of another program of ours, such as a folder run, follows the project as ever.
        changed = [path for path in others if path == paths[0] or not is_own(path)]
        if changed and not aside:
            return Conflict(changed[0])
        trusted = expected is not None
        paths += tuple(path for path in beside if is_own(path))
        error = _write(paths, still, records, extra, changed, aside, before, trusted, progress)
        if error is not None:
            return error
        return SaveResult(paths, {path: identity_of(path) for path in paths}, time.monotonic() - started)


def _write(
    paths: tuple[Path, ...],
    still: Snapshot,
    records: Mapping[int, ObjectRecord],
    extra: SaveExtras,
    changed: list[Path],
    aside: bool,
    before: SavedBefore | None,
    trusted: bool,
    progress: Progress,
) -> CpsamError | None:
    """Write a project and label images; return what went wrong."""
    try:
        extra = extra if trusted else replace(extra, others=paths[0])
        for path in changed or paths[:1]:
            if aside and path.exists():
                kept = _put_aside(path)
                extra = replace(extra, others=kept) if path == paths[0] else extra
        labels = still.array()
        if not paths[0].exists():
            # What would be taken over from it as it lies there is written anew.
            extra = replace(extra, with_flows=extra.with_flows or MAPS[0] in extra.keep)
        if before is not None:
            extra = replace(extra, reuse=before.reuse(records, trusted=trusted and not aside))
        for path in paths:
            save(path, labels, records, extra, progress)
    except CpsamError as error:
        return error
    return None


def is_own(path: Path) -> bool:
    """Whether a label image is there as this program wrote it: another one is somebody's."""
    from cpsam_core.images.label_files import is_as_written

    try:
        return path.is_file() and is_as_written(path)
    except ImageError:
        # One that cannot be read stays as it is.
        return False


def _is_another(path: Path, expected: Mapping[Path, FileIdentity], key: DocumentKey | None) -> bool:
    """Whether a file is there that was not read or written here; one that was removed is not in the way."""
    return identity_of(path).exists and not as_expected(path, expected.get(path, FileIdentity()), key)


def _put_aside(project: Path) -> Path:
    """Give a file a name that says when it was changed last, and return it."""
    try:
        return project.rename(free_name(project))
    except OSError as error:
        raise ImageError(f"Cannot rename {project}: {error.strerror or error}.") from error
