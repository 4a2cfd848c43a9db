"""What the renderings need to know about a label map, computed once and only when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.synthesis.fields import FloatMap, blur, log_uniform, noise, spots
from cpsam_core.data.synthesis.layouts import LabelMap, borders


@dataclass(frozen=True)
class DrawnScene:
    """A label map with the random generator that renders it.

    Attributes
    ----------
    rng : numpy.random.Generator
    labels : int32 array (side, side)
    diameter : float
        Typical diameter of the cells in pixels.
    """

    rng: np.random.Generator
    labels: LabelMap
    diameter: float

    @property
    def side(self) -> int:
        """Pixels of the square picture."""
        return int(self.labels.shape[0])

    @cached_property
    def count(self) -> int:
        """Number of cells."""
        return int(self.labels.max())

    @cached_property
    def inside(self) -> FloatMap:
        """1 in cells, 0 outside."""
        return (self.labels > 0).astype(np.float32)

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Pixels of each label, background first."""
        return np.bincount(self.labels.ravel(), minlength=self.count + 1).astype(float)

    @cached_property
    def radii(self) -> NDArray[np.float32]:
        """Radius of the disc of equal area; a cell cut by the picture's edge counts with the typical one."""
        radii = np.sqrt(self.areas / np.pi)
        radii = np.maximum(radii, 0.3 * self.diameter)
        return radii.astype(np.float32)

    @cached_property
    def centroids(self) -> NDArray[np.float32]:
        """Centre (y, x) of each label, background first."""
        y, x = np.divmod(np.arange(self.side * self.side), self.side)
        flat, area = self.labels.ravel(), np.maximum(self.areas, 1)
        middle = [np.bincount(flat, v, self.count + 1) / area for v in (y, x)]
        return np.stack(middle, -1).astype(np.float32)

    @cached_property
    def depth(self) -> FloatMap:
        """Distance in pixels from each pixel of a cell to its own border; 0 outside."""
        edge = borders(self.labels)
        free = ((self.labels > 0) & ~edge).astype(np.uint8)
        return np.asarray(np.minimum(cv2.distanceTransform(free, cv2.DIST_L2, 3), self.side), np.float32)

    @cached_property
    def relative_depth(self) -> FloatMap:
        """Depth in units of the cell's radius, at most 1."""
        return np.asarray(np.minimum(self.depth / self.radii[self.labels], 1), np.float32)

    @cached_property
    def to_border(self) -> FloatMap:
        """Distance in pixels to the nearest border, on either side; at most the side of the picture."""
        distance = cv2.distanceTransform((~borders(self.labels)).astype(np.uint8), cv2.DIST_L2, 3)
        return np.asarray(np.minimum(distance, self.side), np.float32)

    @cached_property
    def outside(self) -> FloatMap:
        """Distance in pixels to the nearest cell."""
        if self.count == 0:
            return np.full(self.labels.shape, float(self.side), np.float32)
        return np.asarray(
            cv2.distanceTransform((self.labels == 0).astype(np.uint8), cv2.DIST_L2, 3), np.float32
        )

    def each(self, values: NDArray[np.floating], outside: float = 0.0) -> FloatMap:
        """Spread one value per cell (count,) over its pixels."""
        table = np.concatenate([[outside], values]).astype(np.float32)
        return table[self.labels]

    def gains(self, spread: float) -> FloatMap:
        """Draw a log-normal brightness per cell, median 1, spread over its pixels."""
        return self.each(np.exp(self.rng.normal(0, spread, self.count)))

    def slope(self) -> FloatMap:
        """Coordinate along a random direction through each cell, about -1 to 1."""
        turn = np.concatenate([[0.0], self.rng.uniform(0, 2 * np.pi, self.count)]).astype(np.float32)
        y, x = np.mgrid[: self.side, : self.side].astype(np.float32)
        cy, cx = self.centroids[:, 0][self.labels], self.centroids[:, 1][self.labels]
        along = (x - cx) * np.cos(turn)[self.labels] + (y - cy) * np.sin(turn)[self.labels]
        return np.asarray(np.clip(along / self.radii[self.labels], -1.5, 1.5) * self.inside, np.float32)

    def nuclei(self, fraction: float, offset: float = 0.2) -> LabelMap:
        """Draw one oval inside each cell.

        Parameters
        ----------
        fraction : float
            Diameter of the nucleus relative to the cell's.
        offset : float
            Typical distance between the two centres in units of the cell's radius.

        Returns
        -------
        int32 array (side, side)
            The cell's number inside its nucleus.
        """
        rng, n = self.rng, self.count
        drawn = np.zeros_like(self.labels)
        radii = self.radii[1:] * fraction * np.exp(rng.normal(0, 0.12, n))
        middle = self.centroids[1:, ::-1] + rng.normal(0, offset, (n, 2)) * self.radii[1:, None] * (
            1 - fraction
        )
        ratio = np.exp(np.abs(rng.normal(0, 0.2, n)))
        axes = np.stack([radii * ratio, radii / ratio], -1)
        turn = rng.uniform(0, np.pi, n)
        theta = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        circle = axes[:, :, None] * np.stack([np.cos(theta), np.sin(theta)])
        cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
        outline = np.stack(
            [cos * circle[:, 0] - sin * circle[:, 1], sin * circle[:, 0] + cos * circle[:, 1]], -1
        )
        points = np.rint((outline + middle[:, None]) * 16).astype(np.int32)
        for i in range(n):
            cv2.fillPoly(drawn, [points[i]], i + 1, lineType=cv2.LINE_8, shift=4)
        kept = (drawn == self.labels) & (self.depth > 0)
        return np.where(kept, drawn, 0).astype(np.int32)


def illuminate(scene: DrawnScene, image: FloatMap, most: float = 0.6) -> FloatMap:
    """Multiply by uneven light: a slow field or a falloff from a point near the middle."""
    rng, side = scene.rng, scene.side
    amount = rng.uniform(0, most)
    if rng.random() < 0.5:
        light = 1 + 0.5 * amount * noise(rng, side, side * rng.uniform(0.5, 1.5), 1)
    else:
        y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
        cy, cx = rng.uniform(-0.4, 0.4, 2)
        light = 1 - amount * ((x - cx) ** 2 + (y - cy) ** 2)
    light = np.clip(light, 0.15, 2).astype(np.float32)
    return np.asarray(image * (light if image.ndim == 2 else light[..., None]), np.float32)


def debris(scene: DrawnScene, smallest: float = 0.6) -> FloatMap:
    """Small specks and now and then large soft blobs, 0 to 1: things that are not cells.

    Without cells beside them only the smallest specks: nothing else tells a speck from a small cell.
    """
    rng, side, d = scene.rng, scene.side, scene.diameter
    image = np.zeros((side, side), np.float32)
    if rng.random() < 0.5:
        largest = max(0.12 * d, 1.2 * smallest) if scene.count else 1.5
        image += spots(rng, side, int(rng.integers(1, 30)), smallest, largest, 0.4)
    if scene.count and rng.random() < 0.15:
        image += rng.uniform(0.1, 0.6) * spots(rng, side, int(rng.integers(1, 6)), 0.4 * d, 1.2 * d, 0.5)
    return image


def contrast(scene: DrawnScene, image: FloatMap) -> float:
    """Root mean square difference of the cells' pixels from the median of the background.

    Of colour images the channel with the most; without cells or background the deviation of all pixels.
    """
    planes = image.reshape(scene.side * scene.side, -1)
    cell = scene.labels.ravel() > 0
    share = float(cell.mean())
    if share < 0.001 or share > 0.97:
        return float(planes[::3].std(0).max())
    level = np.median(planes[~cell][::5], axis=0)
    return float(np.sqrt(((planes[cell] - level) ** 2).mean(0).max()))


def expose(scene: DrawnScene, image: FloatMap, harder: float = 1.0) -> FloatMap:
    """Add the camera's noise: counting and read noise, sometimes grainy.

    Parameters
    ----------
    scene : DrawnScene
    image : float32 array (side, side) or (side, side, 3)
        Not negative where it counts photons.
    harder : float
        Factor on the most noise allowed. That is a share of the cells' contrast which grows with their size,
        because an eye averages over the whole cell: what cannot be seen must not be asked for.

    Returns
    -------
    float32 array, shape of ``image``
    """
    rng = scene.rng
    most = harder * 0.08 * scene.diameter**0.6
    level = contrast(scene, image) * log_uniform(rng, 0.02, most)
    shape = image.shape
    if image.ndim == 3 and rng.random() < 0.5:
        # Gray noise in a colour image.
        shape = (*shape[:2], 1)
    grain = rng.standard_normal(shape, np.float32)
    if rng.random() < 0.25:
        # Resampled or compressed images have noise that is smooth over a pixel or two.
        sigma = rng.uniform(0.5, 1.0)
        grain = blur(grain, sigma).reshape(shape) * np.float32(1 + 1.5 * sigma)
    if rng.random() < 0.3:
        return np.asarray(image + np.float32(level) * grain, np.float32)
    bright = np.maximum(image, 0)
    usual = float(bright[scene.labels > 0].mean()) if scene.count else float(bright.max())
    counted = np.float32(rng.uniform(0.3, 1.0))
    deviation = np.sqrt(counted / max(usual, 1e-6) * bright + (1 - counted))
    return np.asarray(image + np.float32(level) * deviation * grain, np.float32)


def digitise(scene: DrawnScene, image: FloatMap) -> NDArray[np.uint8]:
    """Scale to 8 bits with a random offset, contrast and gamma, now and then saturated."""
    rng = scene.rng
    low, high = float(image.min()), float(image.max())
    if rng.random() < 0.3:
        high = low + (high - low) * rng.uniform(0.6, 1.0)
    unit = np.clip((image - low) / max(high - low, 1e-6), 0, 1)
    if rng.random() < 0.4:
        unit = unit ** np.float32(log_uniform(rng, 0.6, 1.6))
    black = rng.uniform(0, 40)
    white = black + rng.uniform(80, 255 - black)
    return np.asarray(np.clip(black + (white - black) * unit + 0.5, 0, 255), np.uint8)
