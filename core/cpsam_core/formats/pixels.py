"""Formats that hold the label image itself: TIFF, PNG, NPY, `_seg.npy` and the project of the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints, WriteOptions
from cpsam_core.images import seg_npy, write_labels
from cpsam_core.images.label_files import labels_of, with_pieces
from cpsam_core.images.readers import read_stored
from cpsam_core.system.paths import as_given

__all__ = [
    "read_npy",
    "read_png",
    "read_project",
    "read_seg",
    "read_tif",
    "write_npy",
    "write_png",
    "write_project",
    "write_seg",
    "write_tif",
]


def read_tif(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read a label image of any kind, with the sizes that its file states."""
    raw = read_stored(path)
    labels = with_pieces(labels_of(raw, path), path, hints.pieces)
    yield ObjectSet(labels, pixel_size=raw.pixel_size, z_step=raw.z_step)


# The first bytes say which it is.
read_png = read_npy = read_tif


def write_tif(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write uint16, or uint32 where a number is over 65,535."""
    write_labels(
        path,
        objects.labels,
        compression=options.compression,
        tiled=options.tiled,
        pixel_size=objects.pixel_size,
        z_step=objects.z_step,
        companion=objects.companion,
    )


def write_png(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write uint16; numbers over 65,535 are refused."""
    write_labels(path, objects.labels, companion=objects.companion)


write_npy = write_png


def read_seg(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read a `_seg.npy` of any version of Cellpose, without running anything in it."""
    seg = seg_npy.read_seg(path)
    ids = seg.ids.tolist()
    classes = {} if seg.classes is None else dict(zip(ids, seg.classes.tolist(), strict=True))
    # The name of the image there may be a path of another computer, with its kind of slashes.
    name = (seg.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    yield ObjectSet(
        seg.masks,
        classes={number: kind for number, kind in classes.items() if kind > 0},
        image_name=name,
        flows=seg.flows,
        logits=seg.logits,
        ismanual=seg.ismanual,
    )


def write_seg(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write the layout of Cellpose's window."""
    image = objects.image_path
    seg_npy.write_seg(
        path,
        seg_npy.SegFile(
            masks=objects.labels,
            flows=objects.flows,
            logits=objects.logits,
            ismanual=objects.ismanual,
            classes=objects.class_list(),
            filename=str(as_given(image)) if image is not None else objects.image_name or None,
        ),
    )


def read_project(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read a project of the window; a single plane becomes (y, x)."""
    from cpsam_core.images.project_files import read_project_file

    project = read_project_file(path, maps=())
    labels = project.labels[0] if len(project.labels) == 1 else project.labels
    classes = {number: int(row.get("class_id", 0)) for number, row in project.objects.items()}
    yield ObjectSet(
        np.ascontiguousarray(labels),
        classes={number: kind for number, kind in classes.items() if kind > 0},
        class_names=project.class_names,
        image_name=project.image,
    )


def write_project(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write a project of the window."""
    from cpsam_core.images.project_files import ProjectFile, write_project_file

    rows: dict[int, dict[str, Any]] = {}
    for place, number in enumerate(objects.ids.tolist()):
        rows[number] = {"class_id": objects.classes.get(number, 0)}
        if objects.ismanual is not None:
            rows[number]["origin"] = "hand" if objects.ismanual[place] else "model"
    labels = objects.labels if objects.is_stack else objects.labels[np.newaxis]
    project = ProjectFile(labels, rows, image=objects.image_name, class_names=objects.class_names)
    write_project_file(path, project)
