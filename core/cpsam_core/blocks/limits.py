"""The limits of the normalisation of a whole image, found once and kept in a file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.stage_files import read_stage
from cpsam_core.images.array_files import write_arrays
from cpsam_core.images.label_arrays import boxes_of
from cpsam_core.images.sources import Source
from cpsam_core.preprocess.channels import select_channels
from cpsam_core.preprocess.in_parts import ChannelLimits, measure_limits
from cpsam_core.preprocess.normalize import NormalizeSettings

__all__ = ["PART_PX", "load_limits", "save_limits", "source_limits"]

PART_PX = 2048
"""Rows and columns that are looked at together."""


def source_limits(
    source: Source, channels: Any, count: int, settings: NormalizeSettings
) -> list[ChannelLimits]:
    """Find the limits of the channels of an image that a network of `count` channels sees."""
    names = source.image.channel_names

    def read(box: tuple[slice, slice, slice]) -> NDArray[Any]:
        return select_channels(source.read(box), names, channels, count)

    some = read((slice(0, 1), slice(0, 1), slice(0, 1)))
    shape = source.shape[:3]
    return measure_limits(read, shape, some.shape[3], source.dtype, settings, list(boxes_of(shape, PART_PX)))


def save_limits(path: Path, limits: list[ChannelLimits]) -> None:
    """Write limits.

    Raises
    ------
    ImageError
        Writing failed.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for number, one in enumerate(limits):
        lowest = math.nan if one.lowest is None else one.lowest
        arrays[f"{number} numbers"] = np.array([one.exponent, lowest, one.dead], np.float64)
        arrays[f"{number} even"] = np.array(one.even, bool)
        for name, array in (("ranges", one.ranges), ("blocks", one.blocks), ("made", one.made)):
            if array is not None:
                arrays[f"{number} {name}"] = array
    write_arrays(path, arrays)


def load_limits(path: Path) -> list[ChannelLimits]:
    """Read limits.

    Raises
    ------
    ImageError
        The file is missing or damaged.
    """
    arrays = read_stage(path)
    limits = []
    for number in range(sum(name.endswith(" numbers") for name in arrays)):
        exponent, lowest, dead = arrays[f"{number} numbers"].tolist()
        limits.append(
            ChannelLimits(
                int(exponent),
                None if math.isnan(lowest) else lowest,
                bool(dead),
                tuple(arrays[f"{number} even"].tolist()),
                arrays.get(f"{number} ranges"),
                arrays.get(f"{number} blocks"),
                arrays.get(f"{number} made"),
            )
        )
    return limits
