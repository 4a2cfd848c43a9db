"""What all measures start from: labels, their pixels by object, the image, and how large a pixel is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.measure.grouped import Floats, GroupedPixels, Ints, Labels, Places
from cpsam_core.measure.recipes import Recipe


@dataclass(frozen=True)
class Scale:
    """Sizes of a pixel; `spacing` is in pixels, with planes as far apart as they are."""

    dimensions: int
    pixel_size: float | None
    z_step: float | None
    pixel_height: float | None = None

    @property
    def height(self) -> float | None:
        """Micrometres along a column."""
        return self.pixel_height or self.pixel_size

    @property
    def is_square(self) -> bool:
        """Whether lengths in pixels become micrometres by one factor."""
        known = self.pixel_size is not None and (self.dimensions == 2 or self.z_step is not None)
        return known and (self.dimensions == 3 or self.height == self.pixel_size)

    @property
    def spacing(self) -> tuple[float, ...]:
        """Distance of pixels along each axis, in pixels along a row."""
        if self.dimensions == 2:
            return (1.0, 1.0)
        if self.pixel_size is None or self.z_step is None or self.height is None:
            return (1.0, 1.0, 1.0)
        return (self.z_step / self.pixel_size, self.height / self.pixel_size, 1.0)


@dataclass(frozen=True, eq=False)
class Scene:
    """One image with its objects.

    Attributes
    ----------
    labels : (y, x) or (z, y, x) uint32
    objects : Grouped
        Those that are measured.
    picture : (..., c) array or None
        Axes of the labels, and channels.
    channels : tuple of str
        What stands for each channel in names of columns.
    scale : Scale
    recipe : Recipe
    regions : bool array or None
        Places to which distances are measured.
    """

    labels: Labels
    objects: GroupedPixels
    picture: NDArray[Any] | None
    channels: tuple[str, ...]
    scale: Scale
    recipe: Recipe = field(default_factory=Recipe)
    regions: NDArray[np.bool_] | None = None

    @cached_property
    def ring(self) -> tuple[Ints, Ints]:
        """Object from 0 and flat place of every pixel of the rings around objects, object by object.

        A ring is the background whose nearest object this is, at a distance above `recipe.ring_gap` and up to
        `recipe.ring_gap + recipe.ring_width`.
        """
        background = self.labels == 0
        distance, nearest = ndimage.distance_transform_edt(
            background, sampling=self.scale.spacing, return_indices=True
        )
        recipe = self.recipe
        inside = (distance > recipe.ring_gap) & (distance <= recipe.ring_gap + recipe.ring_width)
        if background.all():
            inside[:] = False
        at = np.flatnonzero(inside)
        owner = self.labels[tuple(axis.reshape(-1)[at] for axis in nearest)]
        places = Places(self.objects.ids).of(owner)
        order = np.argsort(places, kind="stable")
        order = order[places[order] >= 0]
        return places[order], at[order]

    def each_channel(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield name and flat pixels of each channel."""
        if self.picture is not None:
            for number, name in enumerate(self.channels):
                yield name, self.picture[..., number].reshape(-1)

    def in_micrometres(self, lengths: dict[str, Floats]) -> dict[str, Floats]:
        """Return lengths in pixels, and in micrometres under names that end in ``_um`` where that is one factor."""
        if not self.scale.is_square or self.scale.pixel_size is None:
            return lengths
        size = self.scale.pixel_size
        return lengths | {f"{name}_um": values * size for name, values in lengths.items()}
