"""What training is made of: annotated images, and the crops of them that the network sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.stain import Stains, stains_of

__all__ = ["UNKNOWN_CLASS", "Example", "Sample"]

Floats = NDArray[np.float32]

UNKNOWN_CLASS = 255
"""In a map of classes: an object whose class nobody gave."""


@dataclass(frozen=True)
class Example:
    """One annotated image, ready for augmentation.

    `pixels` (y, x, c) float16, normalised; `labels` (y, x) uint32; `flows` (2, y, x) int8, unit vectors times 127;
    `diameter` in pixels; `classes` (y, x) uint8 (0 background, `UNKNOWN_CLASS` unknown) and `complete` (y, x) bool
    (where the annotation counts) or None. `zoom` is the factor by which its user has it resized, None where that is
    left to the model; `channel_names` are those of the channels that the network sees.
    """

    pixels: NDArray[np.float16]
    labels: NDArray[np.uint32]
    flows: NDArray[np.int8]
    diameter: float
    classes: NDArray[np.uint8] | None = None
    complete: NDArray[np.bool_] | None = None
    zoom: float | None = None
    channel_names: tuple[str, ...] = ()

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.pixels.shape[2])

    @cached_property
    def stains(self) -> Stains | None:
        """The stains of a section, for the transfer of colours; None where it is none."""
        return stains_of(self.pixels)

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        arrays = (self.pixels, self.labels, self.flows, self.classes, self.complete)
        return sum(array.nbytes for array in arrays if array is not None)


@dataclass(frozen=True)
class Sample:
    """What the network sees in one step: tile (c, y, x), target (3, y, x): cell, flow y, flow x (unit vectors).

    `weight` (y, x) says where the annotation counts, and `classes` (y, x) of which class the cells are.
    """

    tile: Floats
    target: Floats
    weight: Floats
    classes: NDArray[np.int64] | None = None
