"""What the outline of an object tells: Feret's diameters, circularity, convex area, elongation, sphericity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cpsam_core.measure.grouped import Floats, Ints
from cpsam_core.measure.hull import hull_corners
from cpsam_core.measure.objects import Column
from cpsam_core.measure.scene import Scene
from cpsam_core.progress import Progress

PAIRS_AT_ONCE = 1 << 20


def outline_measures(scene: Scene, known: Mapping[str, Column], progress: Progress) -> dict[str, Column]:
    """Return the columns; `known` has those of size and shape."""
    boxes = scene.objects.boxes
    flat = scene.labels.ndim == 2
    size = known["area" if flat else "volume"]
    around = np.prod(boxes[:, :, 1] - boxes[:, :, 0], axis=1)
    long, short = known["major_axis"], known["minor_axis"]
    with np.errstate(divide="ignore", invalid="ignore"):
        columns: dict[str, Column] = {
            "convex_area" if flat else "convex_volume": np.round(size / known["solidity"]).astype(np.int64),
            "extent": size / around,
            "aspect_ratio": long / short,
            "elongation": 1 - short / long,
        }
        if not flat:
            surface = known["surface"]
            volume = size * float(np.prod(scene.scale.spacing))
            return columns | {"sphericity": np.pi ** (1 / 3) * (6 * volume) ** (2 / 3) / surface}
        columns["circularity"] = 4 * np.pi * size / known["perimeter"] ** 2
    longest, shortest, angle = feret(scene, (1.0, 1.0))
    columns |= scene.in_micrometres({"feret_max": longest, "feret_min": shortest})
    columns["feret_angle"] = angle
    if scene.scale.pixel_size is not None and not scene.scale.is_square:
        longest, shortest, _ = feret(scene, (float(scene.scale.height or 1), scene.scale.pixel_size))
        columns |= {"feret_max_um": longest, "feret_min_um": shortest}
    progress(1, 1, "outlines")
    return columns


def feret(scene: Scene, spacing: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    """Return the largest and the least distance of parallel lines around each object, and the angle of the largest.

    Parameters
    ----------
    scene : Scene
        Of a plane.
    spacing : (y, x) float
        Size of a pixel.

    Returns
    -------
    longest, shortest, angle : (n,) float64
        The angle is that to the direction of rows, anticlockwise as seen, 0 to below 180 degrees. The hull goes
        round the middles of the pixels' edges, as in scikit-image.
    """
    owner, rows, columns = hull_corners(scene.objects)
    y, x = rows / 2 * spacing[0], columns / 2 * spacing[1]
    count = len(scene.objects)
    longest, shortest, angle = (np.zeros(count) for _ in range(3))
    corners = np.bincount(owner, minlength=count)
    first = np.cumsum(corners) - corners
    for part in _portions(corners):
        one, other, starts = _pairs(first[part], corners[part])
        across = np.hypot(y[other] - y[one], x[other] - x[one])
        far = np.maximum.reduceat(across, starts)
        longest[part] = far
        at = _first_equal(across, far, starts)
        turned = np.degrees(np.arctan2(-(y[other[at]] - y[one[at]]), x[other[at]] - x[one[at]]))
        angle[part] = np.mod(np.round(turned, 9), 180)
        shortest[part] = _widths(y, x, first[part], corners[part], one, other)
    return longest, shortest, angle


def _widths(y: Floats, x: Floats, first: Ints, corners: Ints, one: Ints, other: Ints) -> Floats:
    """Return the least width: over the sides of the hull, the least distance of the corner farthest from a side."""
    last = np.repeat(first + corners - 1, corners)
    mine = np.arange(first[0], first[-1] + corners[-1])
    following = np.where(mine == last, np.repeat(first, corners), mine + 1)
    run, rise = x[following] - x[mine], y[following] - y[mine]
    length = np.hypot(run, rise)
    side = one - first[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs((y[other] - y[one]) * run[side] - (x[other] - x[one]) * rise[side]) / length[side]
    # A corner that is there twice makes a side without length.
    away[length[side] == 0] = np.inf
    per_side = np.maximum.reduceat(away, np.cumsum(np.repeat(corners, corners)) - np.repeat(corners, corners))
    widths: Floats = np.minimum.reduceat(per_side, first - first[0])
    return widths


def _portions(corners: Ints) -> Iterator[slice]:
    """Yield runs of objects with not too many pairs of corners together."""
    ends = np.cumsum(corners**2)
    start = 0
    while start < len(corners):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PAIRS_AT_ONCE, side="right")))
        yield slice(start, stop)
        start = stop


def _pairs(first: Ints, corners: Ints) -> tuple[Ints, Ints, Ints]:
    """Return all pairs of corners of each object, and where the pairs of each object begin."""
    counts = np.repeat(corners, corners)
    one = np.repeat(np.arange(first[0], first[-1] + corners[-1]), counts)
    within = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts)
    other = np.repeat(np.repeat(first, corners), counts) + within
    squares = corners**2
    return one, other, np.cumsum(squares) - squares


def _first_equal(values: Floats, wanted: Floats, starts: Ints) -> Ints:
    lengths = np.diff(np.append(starts, len(values)))
    places = np.where(values == np.repeat(wanted, lengths), np.arange(len(values)), len(values))
    found: Ints = np.minimum.reduceat(places, starts)
    return found
