"""Squares of images larger than memory: read where they are, as bright as in the whole image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.image_input import ImageInput, seen_channels
from cpsam_core.errors import ImageError
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.image import Image
from cpsam_core.images.label_arrays import boxes_of
from cpsam_core.images.polygons import PolygonBudget, mark
from cpsam_core.images.project_content import Region
from cpsam_core.images.project_folders import FolderDocument, ObjectColumns, open_document
from cpsam_core.images.sources import Box, Source
from cpsam_core.preprocess.channels import select_channels
from cpsam_core.preprocess.in_parts import ChannelLimits, PartNormalizer, measure_limits
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.system.file_identity import identity_of

__all__ = ["Patch", "PatchMasks", "masks_of_patch", "read_patch", "regions_map"]

# What the brightness of a whole plane is measured on: all of it, or so many squares spread over it.
MEASURED_PX = 2048
MOST_MEASURED = 128
# Planes whose limits are kept.
MOST_KEPT = 256

Corners = tuple[int, int, int, int]
"""First row, end of the rows, first column, end of the columns."""


@dataclass(frozen=True)
class Patch:
    """A square of a plane, with some of what surrounds it.

    Attributes
    ----------
    plane
        From 0.
    box
        What is read.
    counted
        The square itself: what lies around it is seen by the network and does not count.
    """

    plane: int
    box: Corners
    counted: Corners

    axis = 0
    """It lies across the optical axis, as an XY plane of a volume does."""

    @property
    def ending(self) -> str:
        """What tells the square from others of its image, in names and digests."""
        return f"_z{self.plane:04d}_y{self.counted[0]:06d}_x{self.counted[2]:06d}"

    @property
    def title(self) -> str:
        """The square in words."""
        plane = f"plane {self.plane + 1}, " if self.plane else ""
        return f"{plane}part at y {self.counted[0]:,}, x {self.counted[2]:,}"

    @property
    def made_of(self) -> tuple[object, ...]:
        """What an example of it depends on beside the files."""
        return self.box, self.counted

    @property
    def inner(self) -> tuple[slice, slice]:
        """Where the square lies in what is read."""
        (top, _, left, _), (first, end, start, stop) = self.box, self.counted
        return slice(first - top, end - top), slice(start - left, stop - left)

    def voxel(self, row: float, column: float) -> tuple[float, float, float]:
        """Return where a place of the part that is read lies in the image (z, y, x)."""
        return float(self.plane), self.box[0] + row, self.box[2] + column


@dataclass(frozen=True, eq=False)
class PatchMasks:
    """What is drawn in what is read of a patch.

    Attributes
    ----------
    labels
        uint32 (y, x).
    classes
        Class of each pixel, uint8 (y, x), 0 without one; None where no object of the image has a class.
    complete
        bool (y, x): the square, or what of it lies in complete regions, without objects that belong to another square
        because most of them lies there.
    class_names
        Name of each class.
    """

    labels: NDArray[np.uint32]
    classes: NDArray[np.uint8] | None
    complete: NDArray[np.bool_]
    class_names: dict[int, str]


def read_patch(patch: Patch, source: Source, seen: ImageInput) -> Image:
    """Return what is read of a patch as an image of its own: the channels that are seen, 0 where dark, 1 where bright.

    It is normalised as a run by blocks does it, by the limits of the whole plane. Of planes of more than some 500
    million pixels, these are measured on squares spread over them.

    Parameters
    ----------
    patch
        Which square.
    source
        The image.
    seen
        Which channels, and how they are normalised.

    Raises
    ------
    ImageError
        The file is damaged there, or the image is smaller than the patch says.
    SettingsError
        There is no such channel, or limits are given for another number of channels.
    """
    shape, path = source.shape, source.image.path
    if patch.plane >= shape[0] or patch.box[1] > shape[1] or patch.box[3] > shape[2] or path is None:
        raise ImageError(f"there is no {patch.title} in an image of {' x '.join(map(str, shape[:3]))} pixels")
    plane = (1, shape[1], shape[2])
    names, chosen = source.image.channel_names, seen.channels

    def read(box: Box) -> NDArray[Any]:
        part = source.read((slice(patch.plane, patch.plane + 1), *box[1:]))
        return select_channels(part, names, chosen, max(part.shape[3], len(chosen or ())))

    image = source.image
    known = (
        path,
        identity_of(path),
        source.letters,
        image.time,
        image.scene,
        patch.plane,
        chosen,
        seen.normalize,
    )
    limits = _limits.get(known)
    if limits is None:
        limits = _measured(read, plane, source.dtype, seen.normalize)
        # Other threads read squares at the same time.
        if len(_limits) >= MOST_KEPT:
            _limits.clear()
        _limits[known] = limits
    normalizer = PartNormalizer(read, plane, seen.normalize, limits)
    top, bottom, left, right = patch.box
    pixels = normalizer((slice(0, 1), slice(top, bottom), slice(left, right)))
    return replace(image, pixels=pixels, channel_names=seen_channels(image, chosen, shape[3]), z_step=None)


_limits: dict[tuple[object, ...], list[ChannelLimits]] = {}
"""Limits of the channels of planes, by what they were measured on: a plane has many squares."""


def _measured(
    read: Callable[[Box], NDArray[Any]],
    shape: tuple[int, int, int],
    dtype: np.dtype[Any],
    settings: NormalizeSettings,
) -> list[ChannelLimits]:
    boxes = list(boxes_of(shape, MEASURED_PX))
    if len(boxes) > MOST_MEASURED:
        boxes = [boxes[int((k + 0.5) * len(boxes) / MOST_MEASURED)] for k in range(MOST_MEASURED)]
    some = read((slice(0, 1), slice(0, 1), slice(0, 1)))
    return measure_limits(read, shape, some.shape[3], dtype, settings, boxes)


def masks_of_patch(patch: Patch, project: Path, key: DocumentKey) -> PatchMasks:
    """Return what a project says of what is read of a patch.

    Raises
    ------
    ImageError
        The project is damaged, or of another image.
    """
    document = open_document(project, key)
    top, bottom, left, right = patch.box
    if patch.plane >= document.shape[0] or bottom > document.shape[1] or right > document.shape[2]:
        raise ImageError(f"{project.name} holds masks of another size")
    found = document.labels[(slice(patch.plane, patch.plane + 1), slice(top, bottom), slice(left, right))][0]
    labels = found.astype(np.uint32)
    complete = _complete(patch, document)
    complete &= ~_elsewhere(labels, patch, document.objects)
    names = dict(document.class_names)
    return PatchMasks(labels, _classes(labels, document.objects), complete, names)


def regions_map(regions: Sequence[Region], plane: int, box: Corners) -> NDArray[np.bool_]:
    """Return which pixels of a part of a plane lie in regions, bool (y, x)."""
    top, bottom, left, right = box
    inside: NDArray[np.bool_] = np.zeros((bottom - top, right - left), bool)
    budget = PolygonBudget(inside.size)
    for region in regions:
        if not region.corners:
            continue
        corners = np.array(region.corners)
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        if region.index == plane and x0 < right and x1 > left and y0 < bottom and y1 > top:
            mark(inside, [corners - (left, top)], budget)
    return inside


def _complete(patch: Patch, document: FolderDocument) -> NDArray[np.bool_]:
    top, bottom, left, right = patch.box
    square: NDArray[np.bool_] = np.zeros((bottom - top, right - left), bool)
    square[patch.inner] = True
    if document.complete:
        square &= regions_map(document.complete, patch.plane, patch.box)
    return square


def _elsewhere(labels: NDArray[np.uint32], patch: Patch, objects: ObjectColumns) -> NDArray[np.bool_]:
    """Return the pixels of objects of which half or more lies outside the square.

    So that no object is learnt from in one square and judged in its neighbour.
    """
    ids, here = np.unique(labels[patch.inner], return_counts=True)
    seen, total = np.unique(labels, return_counts=True)
    # In their plane alone, as far as it is read: the table knows whole bodies.
    pixels = total[np.searchsorted(seen, ids)]
    at = np.searchsorted(objects.ids, ids).clip(max=max(len(objects.ids) - 1, 0))
    if len(objects.ids):
        flat = (objects.ids[at] == ids) & (objects.boxes[at, 1] - objects.boxes[at, 0] == 1)
        pixels = np.where(flat, np.maximum(pixels, objects.areas[at]), pixels)
    others = ids[(2 * here <= pixels) & (ids > 0)]
    return np.isin(labels, others)


def _classes(labels: NDArray[np.uint32], objects: ObjectColumns) -> NDArray[np.uint8] | None:
    if not objects.classes.any():
        return None
    ids, place = np.unique(labels, return_inverse=True)
    at = np.searchsorted(objects.ids, ids).clip(max=len(objects.ids) - 1)
    kinds = np.where(objects.ids[at] == ids, objects.classes[at].clip(0, 255), 0).astype(np.uint8)
    found: NDArray[np.uint8] = kinds[place.reshape(labels.shape)]
    return found
