"""Closed outlines of cells: blobs, rods, spread cells.

Every function draws many outlines at once, centred on the origin and scaled so that each encloses the area
of a disc of diameter 1; the caller scales them to pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Outlines = NDArray[np.float32]
"""(cells, points, 2) closed polygons, x before y."""


def _unit_area(outlines: NDArray[np.floating]) -> Outlines:
    """Centre each polygon on its bounding box and scale it to the area of a disc of diameter 1."""
    x, y = outlines[..., 0], outlines[..., 1]
    area = 0.5 * np.abs((x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(1))
    scale = np.sqrt(np.pi / 4 / np.maximum(area, 1e-6))
    middle = 0.5 * (outlines.min(1) + outlines.max(1))
    return np.asarray((outlines - middle[:, None]) * scale[:, None, None], np.float32)


def _rotate(outlines: NDArray[np.floating], angles: NDArray[np.floating]) -> Outlines:
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    x, y = outlines[..., 0], outlines[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], -1).astype(np.float32)


def _bend(outlines: NDArray[np.floating], curvature: NDArray[np.floating]) -> NDArray[np.floating]:
    """Bend the x axis of each outline into an arc of the given curvature (1 / length)."""
    curvature = np.where(np.abs(curvature) < 1e-3, 1e-3, curvature)[:, None]
    turn = outlines[..., 0] * curvature
    reach = 1 / curvature - outlines[..., 1]
    return np.stack([reach * np.sin(turn), 1 / curvature - reach * np.cos(turn)], -1)


def blobs(
    rng: np.random.Generator,
    angles: NDArray[np.floating],
    roughness: float,
    elongation: float,
    bend: float = 0.0,
    points: int = 36,
) -> Outlines:
    """Draw smooth round to oval outlines from a few Fourier harmonics of the radius.

    Parameters
    ----------
    rng : numpy.random.Generator
    angles : array (cells,)
        Direction of each long axis, radians.
    roughness : float
        Standard deviation of the second harmonic relative to the radius; higher ones fall as order ** -1.5.
    elongation : float
        Mean ratio of the long to the short axis, at least 1.
    bend : float
        Standard deviation of the curvature of the long axis: kidney shapes.
    points : int
        Points per outline.

    Returns
    -------
    float32 array (cells, points, 2)
    """
    n = len(angles)
    theta = np.linspace(0, 2 * np.pi, points, endpoint=False)
    orders = np.arange(2, 8)
    amplitude = rng.normal(0, roughness, (n, len(orders))) * (2 / orders) ** 1.5
    phase = rng.uniform(0, 2 * np.pi, (n, len(orders)))
    wave = np.cos(orders[None, :, None] * theta + phase[..., None])
    radius = np.maximum(1 + (amplitude[..., None] * wave).sum(1), 0.35)
    stretch = np.sqrt(1 + (elongation - 1) * rng.gamma(4.0, 0.25, n))[:, None]
    outline = np.stack([radius * np.cos(theta) * stretch, radius * np.sin(theta) / stretch], -1)
    if bend > 0:
        outline = _bend(outline, np.clip(rng.normal(0, bend, n), -0.6, 0.6))
    return _rotate(_unit_area(outline), angles)


def rods(
    rng: np.random.Generator,
    angles: NDArray[np.floating],
    aspect: float,
    bend: float,
    pinched: float = 0.0,
    taper: float = 0.0,
) -> Outlines:
    """Draw rods with round ends, straight to curved, some pinched in the middle as before division.

    Parameters
    ----------
    rng : numpy.random.Generator
    angles : array (cells,)
        Direction of each rod, radians.
    aspect : float
        Mean ratio of length to width, at least 1; single rods vary as cells between two divisions do.
    bend : float
        Standard deviation of the total turn from end to end, radians.
    pinched : float
        Share of the rods that are dividing.
    taper : float
        0 for round ends, towards 1 for pointed ones (spindle).

    Returns
    -------
    float32 array (cells, points, 2)
    """
    n = len(angles)
    ratio = np.maximum(aspect * 2 ** rng.uniform(-0.5, 0.5, n), 1.01)[:, None]
    # Cosine spacing puts the points where the round ends need them.
    along = -np.cos(np.linspace(0, np.pi, 19))[None] * ratio
    to_end = np.clip(ratio - np.abs(along), 0, None)
    half = np.sqrt(np.clip(1 - np.clip(1 - to_end, 0, 1) ** 2, 0, 1))
    half = half * (1 - taper * (along / ratio) ** 2)
    waist = np.where(rng.random(n) < pinched, rng.uniform(0.15, 0.6, n), 0.0)[:, None]
    half = half * (1 - waist * np.exp(-((along / 0.6) ** 2)))
    upper = np.stack([along, half], -1)
    lower = np.stack([along, -half], -1)[:, -2:0:-1]
    turn = np.clip(rng.normal(0, bend, n), -2.4, 2.4) / (2 * ratio[:, 0])
    return _rotate(_unit_area(_bend(np.concatenate([upper, lower], 1), turn)), angles)


def spread_cells(
    rng: np.random.Generator, angles: NDArray[np.floating], elongation: float, reach: float, points: int = 72
) -> Outlines:
    """Draw adherent cells: an uneven body with a few protrusions, concave between them.

    Parameters
    ----------
    rng : numpy.random.Generator
    angles : array (cells,)
        Direction of each long axis, radians.
    elongation : float
        Mean ratio of the axes of the body.
    reach : float
        Mean length of the protrusions in body radii.
    points : int
        Points per outline.

    Returns
    -------
    float32 array (cells, points, 2)
    """
    n = len(angles)
    theta = np.linspace(0, 2 * np.pi, points, endpoint=False)
    orders = np.arange(2, 12)
    amplitude = rng.normal(0, 0.12, (n, len(orders))) * 2 / orders
    phase = rng.uniform(0, 2 * np.pi, (n, len(orders)))
    radius = 1 + (amplitude[..., None] * np.cos(orders[None, :, None] * theta + phase[..., None])).sum(1)
    arms = 5
    present = rng.random((n, arms)) < rng.uniform(0.2, 1.0, (n, 1))
    # The first two arms lie along the long axis, as in bipolar fibroblasts.
    where = rng.uniform(0, 2 * np.pi, (n, arms))
    where[:, 0] = rng.normal(0, 0.25, n)
    where[:, 1] = np.pi + rng.normal(0, 0.25, n)
    length = rng.gamma(2.0, reach / 2, (n, arms)) * present
    sharp = np.exp(rng.uniform(np.log(4), np.log(100), (n, arms)))
    lobe = np.exp(sharp[..., None] * (np.cos(theta - where[..., None]) - 1))
    radius = np.maximum(radius + (length[..., None] * lobe).sum(1), 0.3)
    stretch = np.sqrt(1 + (elongation - 1) * rng.gamma(3.0, 1 / 3, n))[:, None]
    outline = np.stack([radius * np.cos(theta) * stretch, radius * np.sin(theta) / stretch], -1)
    outline = _bend(outline, np.clip(rng.normal(0, 0.12, n), -0.25, 0.25))
    return _rotate(_unit_area(outline), angles)
