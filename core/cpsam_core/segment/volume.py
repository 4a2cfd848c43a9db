"""Volumes: three views of a stack predicted and summed, or the masks of its planes stitched together."""

from __future__ import annotations

import math
from typing import Any

import fastremap
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.preprocess.resample import resize_depth, resize_maps, resize_volume
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict import TileNetwork, count_tiles, predict_planes

FloatArray = NDArray[np.float32]
Labels = NDArray[np.uint32]

VIEWS: tuple[tuple[int, tuple[int, int], str], ...] = (
    (0, (1, 2), "YX"),
    (1, (0, 2), "ZX"),
    (2, (0, 1), "ZY"),
)
"""The axis that counts the planes, the two axes of a plane, and what it is called."""


def predict_volume_maps(
    network: TileNetwork,
    volume: FloatArray,
    *,
    batch_size: int = 8,
    tile_overlap: float = 0.1,
    augment: bool = False,
    scale: float = 1.0,
    anisotropy: float = 1.0,
    progress: Progress = silent,
) -> FloatArray:
    """Predict a volume from its YX, ZX and ZY planes.

    Every axis is seen in two of the three views, and its flows are summed; the logits of all three and the class
    maps are summed. Planes are predicted one after the other, so that memory holds the volume, its maps and a few
    planes.

    Parameters
    ----------
    network : TileNetwork
        What predicts tiles.
    volume : ndarray (z, y, x, channel), float32
        Normalised.
    batch_size, tile_overlap, augment
        As for :func:`cpsam_core.segment.predict.predict_plane`.
    scale : float
        Resize all three axes by this factor for the prediction.
    anisotropy : float
        Distance of planes over the size of a pixel; z is resized by it as well.
    progress : Progress
        Called after each batch with the tiles done and the total of all views; may raise Cancelled.

    Returns
    -------
    ndarray (classes + 4, z, y, x), float32
        Class maps where the network has them, flow along z, y and x, and cell logits, at the size of the volume given.

    Raises
    ------
    SettingsError
        The image has one plane only, or a setting makes no sense.

    Notes
    -----
    Stringer et al., "Cellpose-SAM", Methods, "3D segmentation"; Stringer et al. 2021, "Cellpose".
    """
    _check_volume(volume, scale, anisotropy)
    depth, height, width = (int(n) for n in volume.shape[:3])
    shape = (depth, height, width)
    seen = seen_shape(shape, scale, anisotropy)
    resized = volume if seen == shape else resize_volume(volume, seen)
    classes = network.out_channels - 3
    maps = np.zeros((classes + 4, *seen), np.float32)

    counts = [
        seen[across]
        * count_tiles((seen[a], seen[b]), network.tile, tile_overlap=tile_overlap, augment=augment)
        for across, (a, b), _ in VIEWS
    ]
    for view, (across, (a, b), name) in enumerate(VIEWS):
        report = _Part(progress, sum(counts[:view]), sum(counts), name)
        planes = np.moveaxis(resized, across, 0)
        predicted = predict_planes(
            network,
            planes,
            batch_size=batch_size,
            tile_overlap=tile_overlap,
            augment=augment,
            progress=report,
        )
        by_plane = np.moveaxis(maps, across + 1, 0)
        for target, prediction in zip(by_plane, predicted, strict=True):
            target[:classes] += prediction[:classes]
            target[classes + a] += prediction[-3]
            target[classes + b] += prediction[-2]
            target[-1] += prediction[-1]
    return _resize_back(maps, shape)


def seen_shape(shape: tuple[int, int, int], scale: float, anisotropy: float) -> tuple[int, int, int]:
    """Return the size at which the network sees a volume (z, y, x)."""
    depth, height, width = shape
    return max(1, int(depth * (anisotropy * scale))), max(1, int(height * scale)), max(1, int(width * scale))


def stitch(labels: NDArray[Any], threshold: float = 0.25) -> Labels:
    """Join the labels of consecutive planes to objects that go through the stack.

    An object takes the number of the object in the plane below that it shares most with, if the
    intersection over union is at least `threshold` and no other object of its plane shares more with that
    one. Others get new numbers.

    Parameters
    ----------
    labels : ndarray (z, y, x), integer
        Labels of each plane by itself; 0 is background.
    threshold : float
        Least intersection over union, above 0 and up to 1.

    Returns
    -------
    ndarray (z, y, x), uint32
        Numbered from 1 without gaps, in the order of planes; any number of objects.

    Raises
    ------
    SettingsError
        The labels are not a stack of planes, or the threshold makes no sense.
    """
    if labels.ndim != 3:
        raise SettingsError(f"Stitching needs a stack (z, y, x), but these labels have {labels.ndim} axes.")
    if not 0 < threshold <= 1:
        raise SettingsError(f"stitch_threshold is above 0 and up to 1, not {threshold}.")
    stitched = np.zeros(labels.shape, np.uint32)
    used = 0
    below, below_ids = stitched[0], np.zeros(1, np.uint32)
    for z, plane in enumerate(labels):
        ids, inverse = fastremap.unique(plane, return_inverse=True)
        local = inverse.reshape(plane.shape) if ids.size and ids[0] == 0 else inverse.reshape(plane.shape) + 1
        count = len(ids) - (ids[0] == 0) if ids.size else 0
        partner = _partners(local, count, below, below_ids, threshold)
        numbers = np.zeros(count + 1, np.uint32)
        new = np.flatnonzero(partner == 0)
        numbers[1:] = below_ids[partner]
        numbers[1 + new] = np.arange(used + 1, used + 1 + len(new))
        used += len(new)
        stitched[z] = numbers[local]
        below, below_ids = local, numbers
    return stitched


def _partners(
    here: NDArray[Any], count: int, below: NDArray[Any], below_ids: Labels, threshold: float
) -> NDArray[np.intp]:
    """Return for each object 1..count of a plane the object of the plane below that it continues, or 0."""
    partner = np.zeros(count, np.intp)
    below_count = len(below_ids) - 1
    both = (here > 0) & (below > 0)
    if not both.any():
        return partner
    table = coo_array(
        (np.ones(np.count_nonzero(both), np.int64), (here[both] - 1, below[both] - 1)),
        shape=(count, below_count),
    )
    table.sum_duplicates()
    row, column = table.row, table.col
    area = np.bincount(here.ravel(), minlength=count + 1)[1:]
    area_below = np.bincount(below.ravel(), minlength=below_count + 1)[1:]
    return partners_of(row, column, table.data, area, area_below, below_ids, threshold)


def partners_of(
    row: NDArray[np.integer[Any]],
    column: NDArray[np.integer[Any]],
    both: NDArray[np.integer[Any]],
    area: NDArray[np.integer[Any]],
    area_below: NDArray[np.integer[Any]],
    below_ids: Labels,
    threshold: float,
) -> NDArray[np.intp]:
    """Return for each object of a plane the object of the plane below that it continues, counted from 1, or 0.

    Parameters
    ----------
    row, column, both : (n,) int
        Objects of the plane and of the one below that share pixels, counted from 0, and how many.
    area, area_below : int arrays
        Pixels of each object.
    below_ids : uint32 array
        Numbers of the objects below, after a 0 for the background.
    threshold : float
        Least intersection over union.
    """
    partner = np.zeros(len(area), np.intp)
    iou = both / (area[row] + area_below[column] - both)
    best_of_column = np.zeros(len(area_below))
    np.maximum.at(best_of_column, column, iou)
    candidate = (iou >= threshold) & (iou >= best_of_column[column])
    row, column, iou = row[candidate], column[candidate], iou[candidate]
    # the last entry written for a row stays: the largest overlap, of equal ones the lowest number
    order = np.lexsort((-below_ids[column + 1].astype(np.int64), iou))
    partner[row[order]] = column[order] + 1
    return partner


class _Part:
    """Report one view's tiles as a part of all tiles, and which plane is at work."""

    def __init__(self, progress: Progress, before: int, total: int, name: str) -> None:
        self._progress, self._before, self._total, self._name = progress, before, total, name

    def __call__(self, done: int, total: int, note: str = "") -> None:
        self._progress(self._before + done, self._total, f"{self._name} {note}")


def _resize_back(maps: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
    """Bring maps (map, z, y, x) to the volume's shape, one map at a time."""
    if maps.shape[1:] == shape:
        return maps
    resized = np.empty((len(maps), *shape), np.float32)
    for target, one in zip(resized, maps, strict=True):
        target[:] = resize_maps(resize_depth(one, shape[0]), (shape[1], shape[2]))
    return resized


def _check_volume(volume: FloatArray, scale: float, anisotropy: float) -> None:
    if volume.ndim != 4:
        raise ImageError(f"A volume has the axes z, y, x and channel; this array has {volume.ndim} axes.")
    if 0 in volume.shape:
        raise ImageError(f"The volume holds no pixels: its shape is {volume.shape}.")
    if len(volume) < 2:
        raise SettingsError(
            "do_3D needs a z-stack, but this is a single plane. Switch do_3D off, or say which axis is z."
        )
    if not (math.isfinite(anisotropy) and anisotropy > 0):
        raise SettingsError(f"anisotropy is plane distance over pixel size, above 0, not {anisotropy}.")
    if not (math.isfinite(scale) and scale > 0):
        raise SettingsError(f"The diameter is a positive number; the volume cannot be resized by {scale}.")
