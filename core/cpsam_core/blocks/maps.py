"""What the network says of a block with its margin, at the size at which masks are made."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.task import Work
from cpsam_core.dynamics import SMOOTH_REACH, smooth_flows, smoothing_of
from cpsam_core.images.sources import Box
from cpsam_core.preprocess.resample import nearest
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.predict_part import predict_part
from cpsam_core.segment.volume_part import VolumeFrame, predict_volume_part

__all__ = ["Maps", "predicted_maps"]

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps of a part.

    Attributes
    ----------
    window
        Where the part lies, along the axes of the objects, at the size at which masks are made.
    flows
        (2, y, x), or (3, z, y, x) of a volume, smoothed where that is asked for.
    logits
        Of the shape of the part.
    classes
        Class of each pixel, uint8; None where the network knows none.
    class_count
        How many classes there are, with the background.
    """

    window: tuple[slice, ...]
    flows: FloatArray
    logits: FloatArray
    classes: NDArray[np.uint8] | None
    class_count: int


def predicted_maps(work: Work, block: Block, times: int = 1, progress: Progress = silent) -> Maps:
    """Return what the network says of a block with `times` its margin.

    Raises
    ------
    ImageError
        The image cannot be read there.
    """
    window = work.plan.window(block, times)
    count = work.network.out_channels - 3
    if work.plan.is_volume:
        flows, logits, first = _of_volume(work, window, progress)
        places: tuple[slice, ...] = window
    else:
        places = _drawn(work, window)
        maps = _of_plane(work, window[0].start, (places[0], places[1]), progress)
        flows, logits, first = maps[-3:-1], maps[-1], maps[:-3]
    classes = first.argmax(axis=0).astype(np.uint8) if count else None
    return Maps(places, flows, logits, classes, count)


def _drawn(work: Work, window: Box) -> tuple[slice, ...]:
    """Return rows and columns of a part at the size at which masks are made."""
    if not work.is_enlarged:
        return window[1:]
    sides = []
    for drawn, length, side in zip(work.drawn, work.plan.shape[1:], window[1:], strict=True):
        first, after = nearest(drawn, length, slice(side.start, side.stop + 1))[[0, -1]].tolist()
        # The last pixels of what the network sees may be the nearest of none, and belong to the part all the same.
        sides.append(slice(first, drawn if side.stop == length else after))
    return tuple(sides)


def _of_plane(work: Work, z: int, part: tuple[slice, slice], progress: Progress) -> FloatArray:
    def read(inner: tuple[slice, slice]) -> FloatArray:
        plane: FloatArray = work.normalizer((slice(z, z + 1), *inner))[0]
        return plane

    settings = work.settings
    return predict_part(
        work.network,
        read,
        work.plan.shape[1:],
        part,
        batch_size=settings.batch_size,
        tile_overlap=settings.tile_overlap,
        augment=settings.augment,
        scale=work.scale,
        resized=not work.is_enlarged,
        progress=progress,
    )


def _of_volume(work: Work, window: Box, progress: Progress) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return flows, logits and class maps of a part of a volume."""
    settings = work.settings
    reach = [
        math.ceil(SMOOTH_REACH * sigma + 1) if sigma > 0 else 0
        for sigma in smoothing_of(settings.flow3D_smooth)
    ]
    z, y, x = (
        slice(max(0, side.start - far), min(length, side.stop + far))
        for side, far, length in zip(window, reach, work.plan.shape, strict=True)
    )
    maps = predict_volume_part(
        work.network,
        work.normalizer,
        VolumeFrame(work.plan.shape, work.scale, work.anisotropy),
        (z, y, x),
        batch_size=settings.batch_size,
        tile_overlap=settings.tile_overlap,
        augment=settings.augment,
        progress=progress,
    )
    inner = tuple(
        slice(side.start - wide.start, side.stop - wide.start)
        for side, wide in zip(window, (z, y, x), strict=True)
    )
    flows = smooth_flows(maps[-4:-1], settings.flow3D_smooth)[(slice(None), *inner)]
    return np.ascontiguousarray(flows), np.ascontiguousarray(maps[-1][inner]), maps[(slice(None, -4), *inner)]
