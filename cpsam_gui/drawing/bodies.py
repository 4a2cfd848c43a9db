"""Geometry of bodies, masks (z, y, x): balls, cuts, growth, and the planes between planes.

`spacing` is the size of a voxel along z, y and x in pixels of the plane, such as (2.0, 1.0, 1.0) where planes lie two
pixels apart. Lengths and radii are in pixels of the plane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from cpsam_gui.drawing.cuts import depth_of, divided
from cpsam_gui.drawing.shapes import line
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from cpsam_gui.drawing.shapes import Mask, Point

    Spacing = tuple[float, float, float]
    Voxel = tuple[float, float, float]

FACES = ndimage.generate_binary_structure(3, 1)


def ball(centre: Voxel, radius: float, spacing: Spacing) -> tuple[Box, Mask]:
    """Return the block and the mask of the voxels whose middles lie within `radius` of a position."""
    reach = [max(radius / step, 0.5) for step in spacing]
    low = [int(np.floor(c - r)) for c, r in zip(centre, reach, strict=True)]
    high = [int(np.floor(c + r)) + 1 for c, r in zip(centre, reach, strict=True)]
    box = Box(low[0], high[0], low[1], high[1], low[2], high[2])
    axes = [
        (np.arange(a, b) + 0.5 - c) * step for a, b, c, step in zip(low, high, centre, spacing, strict=True)
    ]
    far = axes[0][:, None, None] ** 2 + axes[1][:, None] ** 2 + axes[2] ** 2
    # the voxel under the pointer always counts, however small the brush
    mask: Mask = far <= max(radius**2, float(far.min()))
    return box, mask


def tube(start: Voxel, stop: Voxel, radius: float, spacing: Spacing) -> tuple[Box, Mask]:
    """Return the block and the mask of the voxels whose middles lie within `radius` of a segment: a moved ball."""
    box, mask = ball(stop, radius, spacing)
    if start == stop:
        return box, mask
    first, small = ball(start, radius, spacing)
    box = box.union(first)
    axes = [
        (np.arange(a, b) + 0.5 - c) * step
        for a, b, c, step in zip(
            (box.z0, box.y0, box.x0), (box.z1, box.y1, box.x1), start, spacing, strict=True
        )
    ]
    way = [(b - a) * step for a, b, step in zip(start, stop, spacing, strict=True)]
    z, y, x = axes[0][:, None, None], axes[1][:, None], axes[2]
    along = np.clip((z * way[0] + y * way[1] + x * way[2]) / sum(part**2 for part in way), 0, 1)
    far = (z - along * way[0]) ** 2 + (y - along * way[1]) ** 2 + (x - along * way[2]) ** 2
    swept: Mask = far <= radius**2
    # the voxels under both ends count, however small the brush
    for one, tip in ((first, small), (ball(stop, radius, spacing)[0], mask)):
        swept[
            one.z0 - box.z0 : one.z1 - box.z0,
            one.y0 - box.y0 : one.y1 - box.y0,
            one.x0 - box.x0 : one.x1 - box.x0,
        ] |= tip
    return box, swept


def split_body(
    mask: Mask, points: Sequence[Point], across: int, spacing: Spacing
) -> NDArray[np.int32] | None:
    """Cut a body along a line drawn in a view; None where the line does not divide it.

    The line stands for the surface that it sweeps along the axis of sight: all planes behind it are cut. Voxels of the
    surface go to the nearest part. Parts are numbered from 1, the largest first.

    Parameters
    ----------
    mask
        Body (z, y, x).
    points
        The line in the two axes of the view, in their order in the array.
    across
        Axis of sight: 0 for the planes (y, x), 1 for (z, x), 2 for (z, y).
    spacing
        Size of a voxel along z, y, x.
    """
    view = tuple(length for axis, length in enumerate(mask.shape) if axis != across)
    surface = np.expand_dims(line((view[0], view[1]), points), across)
    parts, _ = ndimage.label(mask & ~surface, FACES)
    cut = divided(mask, parts, FACES)
    if not cut.any():
        return None
    # Pieces that the line does not divide stay with the largest part.
    sizes = np.where(cut, np.bincount(parts.ravel(), minlength=len(cut)), 0)
    parts[(parts > 0) & ~cut[parts]] = int(sizes.argmax())
    nearest = ndimage.distance_transform_edt(
        parts == 0, sampling=spacing, return_distances=False, return_indices=True
    )
    return _by_size(np.where(mask, parts[tuple(nearest)], 0))


def grow_body(mask: Mask, pixels: float, spacing: Spacing) -> Mask:
    """Return a body grown by a length in all directions, or shrunk where it is negative.

    The mask needs a margin of that length around the body; what lies outside of it counts as background.
    """
    if pixels >= 0:
        grown: Mask = ndimage.distance_transform_edt(~mask, sampling=spacing) <= pixels
        return grown
    shrunk: Mask = depth_of(mask, spacing) > -pixels
    return shrunk


def smooth_body(mask: Mask, spacing: Spacing, sigma: float = 2.0) -> Mask:
    """Return a body with its surface smoothed by a Gaussian of `sigma` pixels."""
    blurred = ndimage.gaussian_filter(
        mask.astype(np.float32), [sigma / step for step in spacing], mode="constant"
    )
    smooth: Mask = blurred >= 0.5
    return smooth


def fill_body(mask: Mask) -> Mask:
    """Return a body with the cavities that it encloses on all sides."""
    filled: Mask = ndimage.binary_fill_holes(mask)
    return filled


def planes_between(first: Mask, last: Mask, count: int) -> Iterator[Mask]:
    """Yield the `count` masks (y, x) that lead from one mask to another, by their signed distances.

    Source: G. T. Herman, J. Zheng, C. A. Bucholtz, Shape-based interpolation, IEEE Computer Graphics and
    Applications 12 (1992).
    """
    here, there = _signed(first), _signed(last)
    for step in range(1, count + 1):
        share = step / (count + 1)
        yield (1 - share) * here + share * there > 0


def _signed(mask: Mask) -> NDArray[np.float64]:
    """Return the distance to the outline, positive inside."""
    inside = depth_of(mask, (1.0, 1.0))
    outside = ndimage.distance_transform_edt(~mask) if mask.any() else np.full(mask.shape, np.inf)
    signed: NDArray[np.float64] = np.where(mask, inside - 0.5, 0.5 - outside)
    return signed


def _by_size(parts: NDArray[Any]) -> NDArray[np.int32]:
    """Number parts from 1, the largest first."""
    sizes = np.bincount(parts.ravel())
    order = np.argsort(-sizes[1:], kind="stable") + 1
    rank = np.zeros(len(sizes), np.int32)
    rank[order] = np.arange(1, len(sizes))
    numbered: NDArray[np.int32] = rank[parts]
    return numbered
