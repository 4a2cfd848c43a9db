"""Planes of a volume as flat images: across the optical axis, and sections along it, resized to square pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError
from cpsam_core.images.image import Image
from cpsam_core.preprocess.resample import resize_labels, resize_plane

__all__ = ["AXES", "Section"]

AXES = ("z", "y", "x")


@dataclass(frozen=True)
class Section:
    """One plane of a volume.

    Source: paper, figure 4 and "Finetuning", which learns from XY planes and from ZY and ZX sections of volumes made
    isotropic.

    Attributes
    ----------
    axis
        Which axis it lies across: 0 for an XY plane, 1 for a ZX section, 2 for a ZY section.
    index
        Where along that axis, from 0.
    spacing
        Distance of planes in pixels; sections are resized by it along z.
    planes
        The planes that a section shows (first, end left out); all where None. An XY plane has none.
    """

    axis: int
    index: int
    spacing: float = 1.0
    planes: tuple[int, int] | None = None

    @property
    def ending(self) -> str:
        """What tells the plane from others of its volume, in names and digests."""
        return f"_{AXES[self.axis]}{self.index:04d}"

    @property
    def title(self) -> str:
        """The plane in words, counted from 1."""
        return f"plane {self.index + 1}" if self.axis == 0 else f"section {AXES[self.axis]} {self.index + 1}"

    @property
    def made_of(self) -> tuple[object, ...]:
        """What an example of it depends on beside the files."""
        return self.spacing, self.planes

    def voxel(self, row: float, column: float) -> tuple[float, float, float]:
        """Return where a place of the flat image lies in the volume (z, y, x)."""
        if self.axis == 0:
            return float(self.index), row, column
        z = (self.planes[0] if self.planes is not None else 0) + row / self.spacing
        return (z, float(self.index), column) if self.axis == 1 else (z, column, float(self.index))

    def of_image(self, image: Image) -> Image:
        """Return the plane of an image as a flat image with square pixels.

        Raises
        ------
        ImageError
            The image has no such plane.
        """
        pixels = self._taken(image.pixels)
        if self.axis > 0 and self.spacing != 1:
            pixels = resize_plane(pixels, self._size(pixels))
        return replace(image, pixels=pixels[None], z_step=None)

    def of_labels(self, labels: NDArray[Any]) -> NDArray[Any]:
        """Return the plane of labels, or of another map that holds numbers, (z, y, x), in the size of `of_image`.

        Raises
        ------
        ImageError
            The labels have no such plane.
        """
        plane = self._taken(labels)
        return resize_labels(plane, self._size(plane)) if self.axis > 0 and self.spacing != 1 else plane

    def _taken(self, volume: NDArray[Any]) -> NDArray[Any]:
        if volume.ndim < 3 or not 0 <= self.index < volume.shape[self.axis]:
            raise ImageError(f"there is no {self.title} in a volume of {' x '.join(map(str, volume.shape))}")
        if self.axis == 0:
            plane: NDArray[Any] = volume[self.index]
            return plane
        first, end = self.planes or (0, len(volume))
        shown = volume[first:end]
        section: NDArray[Any] = shown[:, self.index] if self.axis == 1 else shown[:, :, self.index]
        return np.ascontiguousarray(section)

    def _size(self, plane: NDArray[Any]) -> tuple[int, int]:
        return max(1, round(plane.shape[0] * self.spacing)), int(plane.shape[1])
