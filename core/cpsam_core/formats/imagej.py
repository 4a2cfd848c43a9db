"""ImageJ's ROIs, and outlines as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints, WriteOptions
from cpsam_core.images import outline_text, rois

__all__ = ["read_outlines", "read_rois", "write_outlines", "write_rois"]

MOST_GROUPS = 255


def read_rois(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read a zip of ImageJ's ROI manager, or a single ROI; its groups are the classes."""
    found = rois.read_roi_file(path, hints.needed_shape(path))
    yield ObjectSet(found.labels, classes=found.groups, notes=found.notes)


def write_rois(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write exact outlines; classes up to 255 become ImageJ's groups."""
    groups = {number: kind for number, kind in objects.classes.items() if kind <= MOST_GROUPS}
    rois.write_rois(path, objects.labels, groups)


def read_outlines(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read one outline a line; objects are numbered by line."""
    shape = hints.needed_shape(path)
    if len(shape) != 2:
        raise ImageError(f"{path}: outlines as text belong to a single plane, and the image is a stack.")
    yield ObjectSet(outline_text.read_outlines(path, (shape[0], shape[1])))


def write_outlines(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write the border pixels of each object; holes and smaller parts are lost."""
    outline_text.write_outlines(path, objects.labels)
