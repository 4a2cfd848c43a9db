"""Heat that spreads inside objects from their centres, for all objects of an image at once.

Objects are packed into sheets (`sheets`): no step touches memory outside its sheet. A step is the mean over the
neighbours inside the object, with a unit of heat fed in before (Cellpose; the same scheme and number of steps as the
reference).

Heat is positive, so no step loses relative precision, and single precision is enough everywhere but at the centre
itself, where neighbours differ by less than its rounding. It is used where that does not matter (`exact=False`);
objects that turn out to leave its range are done again in double precision. Where there are many steps, most objects
of a plane are as precise by a third of them (`waves`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import ndimage

from cpsam_core.dynamics.objects import Object, Slices
from cpsam_core.dynamics.sheets import Sheet

Heat = NDArray[np.floating]
Term = tuple[Heat, Heat, Heat]
"""Two arrays, and where what is made of them goes."""

# Heat fed in at each step; a power of two, so that it changes the range and no digit.
SOURCE = 2.0**100
# Steps of heat after the waves, which smooth their rounding errors.
LAST_STEPS = 8
# Steps from which on waves are faster.
LEAST_FOR_WAVES = 100


class Heating(Enum):
    """Ways to spread heat, each for objects for which the one before it is not precise enough."""

    WAVES = "waves"
    SINGLE = "single precision"
    DOUBLE = "double precision"


# Where an object ends up with less heat somewhere, it has to be done again. Waves are off by about 1e-6 of SOURCE at
# most. Single precision may have lost some heat on the way: what is below 2**-149 is nothing there, and 2**-100 leaves
# the digits of what remains.
LEAST_HEAT = {Heating.WAVES: 1e-6 * SOURCE, Heating.SINGLE: 2.0**-100, Heating.DOUBLE: 0.0}
# Where rows begin with a line of the cache, a step takes a tenth less.
CACHE_LINE_BYTES = 64
# Steps between two looks at the wish to stop.
STEPS_BETWEEN_LOOKS = 128


@dataclass(frozen=True)
class Step:
    """What one step does to a sheet: sums one after the other, then means of them, which `divide` or multiply."""

    terms: list[Term]
    means: list[Term]
    divide: bool


class DiffusionStopped(Exception):  # noqa: N818 - a decision, not an error
    """The diffusion was asked to stop."""


def diffuse(
    labels: NDArray[np.integer], sheet: Sheet, steps: int, heat: Heat, stop: threading.Event, how: Heating
) -> list[Object]:
    """Run the diffusion of one sheet, put its heat where the objects lie in the image, and return those that failed.

    An object fails that has too little heat somewhere for the way it was heated; its heat is of no use.

    Parameters
    ----------
    labels : (y, x) or (z, y, x) integers
        The label image.
    sheet : Sheet
        Objects to do.
    steps : int
        Diffusion steps.
    heat : float array, one pixel of margin around `labels`
        Changed inside the objects of the sheet only.
    stop : threading.Event
        Once set, `DiffusionStopped` is raised soon.
    how : Heating
        Ways of computing.
    """
    exact = how is Heating.DOUBLE
    inside = np.zeros(sheet.shape, bool)
    places = [
        tuple(slice(c, c + n) for c, n in zip(corner, item.shape, strict=True))
        for item, corner in zip(sheet.objects, sheet.corners, strict=True)
    ]
    for item, place in zip(sheet.objects, places, strict=True):
        np.equal(labels[item.box], item.label, out=inside[place])
    planes = inside.ndim == 2
    sources = (_plane_centres if planes else _volume_centres)(inside, sheet, places)
    flat = _zeros(inside.size, np.float64 if exact else np.float32)
    warm = flat.reshape(sheet.shape)
    if how is Heating.WAVES:
        _by_waves(flat, inside, sources, steps - LAST_STEPS)
        steps = LAST_STEPS
    _repeat(flat, sources, (_plane_sums if planes else _volume_sums)(flat, inside), steps, stop)
    for item, place in zip(sheet.objects, places, strict=True):
        target = heat[tuple(slice(s.start + 1, s.stop + 1) for s in item.box)]
        np.copyto(target, warm[place], where=inside[place], casting="same_kind")
    cold = (warm < LEAST_HEAT[how]) & inside
    if not cold.any():
        return []
    starts = np.stack(np.unravel_index(sources, sheet.shape), axis=1) - np.array(sheet.corners)
    return [
        item
        for item, place, start in zip(sheet.objects, places, starts.tolist(), strict=True)
        if cold[place].any() and (cold[place] & _reached(inside[place], tuple(start))).any()
    ]


def _reached(inside: NDArray[np.bool_], start: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the pixels to which heat gets from `start`; other pieces of the object stay cold whatever is done."""
    pieces, _ = ndimage.label(inside, np.ones((3, 3)) if inside.ndim == 2 else None)
    reached: NDArray[np.bool_] = pieces == pieces[start]
    return reached


def _plane_centres(inside: NDArray[np.bool_], sheet: Sheet, places: Sequence[Slices]) -> NDArray[np.int64]:
    """Return the flat index of each object's pixel nearest its rounded centre of mass, ties as in the reference."""
    corners = np.array(sheet.corners)
    centres = corners + np.array([item.middle for item in sheet.objects])
    for index in np.flatnonzero(~inside[centres[:, 0], centres[:, 1]]).tolist():
        points = np.argwhere(inside[places[index]])
        away = ((points - (centres[index] - corners[index])) ** 2).sum(axis=1)
        centres[index] = corners[index] + points[away.argmin()]
    flat: NDArray[np.int64] = centres[:, 0] * inside.shape[1] + centres[:, 1]
    return flat


def _volume_centres(inside: NDArray[np.bool_], sheet: Sheet, places: Sequence[Slices]) -> NDArray[np.int64]:
    """Return the flat index of each object's voxel nearest its centre of mass, ties as in the reference."""
    centres = []
    for corner, place in zip(sheet.corners, places, strict=True):
        z, y, x = (axis + 1 for axis in np.nonzero(inside[place]))
        # The order of these three terms, and counting from one, decide between voxels at equal distance.
        away = (z - z.mean()) ** 2 + (x - x.mean()) ** 2 + (y - y.mean()) ** 2
        nearest = away.argmin()
        point = tuple(c + int(axis[nearest]) - 1 for c, axis in zip(corner, (z, y, x), strict=True))
        centres.append(int(np.ravel_multi_index(point, inside.shape)))
    return np.array(centres, np.int64)


def _plane_sums(warm: Heat, inside: NDArray[np.bool_]) -> Step:
    """Return what replaces `warm` (flat) by the mean of 3 x 3 neighbours inside the object."""
    row = inside.shape[1]
    sums, weight = _zeros(warm.size, warm.dtype, before=1), _zeros(warm.size - 2 * row, warm.dtype)
    np.divide(inside[1:-1], warm.dtype.type(9), out=weight.reshape(-1, row))
    # The margins are empty, so neighbours are shifts of the flat array and rows may run into each other.
    left, middle, right, across = warm[:-2], warm[1:-1], warm[2:], sums[1:-1]
    above, level, below, here = sums[: -2 * row], sums[row:-row], sums[2 * row :], warm[row:-row]
    along = [(left, right, across), (across, middle, across)]
    down = [(above, below, here), (here, level, here)]
    return Step(
        [*_in_pieces(along), *_in_pieces(down)], list(_in_pieces([(here, weight, here)])), divide=False
    )


def _volume_sums(warm: Heat, inside: NDArray[np.bool_]) -> Step:
    """Return what replaces `warm` (flat) by the mean of a voxel and its six neighbours inside the object.

    Terms are added in the reference's order. In symmetric objects the gradient at the centre is nothing but
    rounding error, which the reference stretches to unit length; this way it is the same there, too.
    """
    row, plane = inside.shape[2], inside.shape[1] * inside.shape[2]
    end = inside.size - plane
    total, divisor = (_zeros(warm.size - 2 * plane, warm.dtype) for _ in range(2))
    divisor[:] = np.where(inside[1:-1], 7, np.inf).reshape(-1)
    here, above = warm[plane:end], warm[2 * plane :]
    others = [warm[plane + shift : end + shift] for shift in (-plane, row, -row, 1, -1)]
    terms = [(here, above, total), *((total, other, total) for other in others)]
    return Step(list(_in_pieces(terms)), list(_in_pieces([(total, divisor, here)])), divide=True)


def _zeros(size: int, dtype: DTypeLike, before: int = 0) -> Heat:
    """Return zeros (size,) of which the one after so many others lies where a line of the processor's cache begins."""
    dtype = np.dtype(dtype)
    line = CACHE_LINE_BYTES // dtype.itemsize
    room: Heat = np.zeros(size + line, dtype)
    first = (-room.ctypes.data // dtype.itemsize - before) % line
    return room[first : first + size]


def _in_pieces(terms: Sequence[Term]) -> Iterator[Term]:
    """Yield all of the terms for a piece of the sheet, then for the next one."""
    from cpsam_core.dynamics.unlocked import pieces

    for piece in pieces(len(terms[0][0])):
        for one, other, out in terms:
            yield one[piece], other[piece], out[piece]


def _by_waves(warm: Heat, inside: NDArray[np.bool_], sources: NDArray[np.int64], steps: int) -> None:
    """Put the heat of objects of a plane after so many steps into `warm`, which is flat."""
    from cpsam_core.dynamics.waves import heat_by_waves

    row = inside.shape[1]
    other, sums = _zeros(warm.size, np.float32), _zeros(warm.size, np.float32)
    box, weight = (_zeros(warm.size - 2 * row, np.float32) for _ in range(2))
    np.multiply(inside[1:-1], np.float32(2 / 9), out=weight.reshape(-1, row))
    heat_by_waves(warm, other, sums, box, weight, row, sources, SOURCE, steps)


def steps_needed(extent: int, ndim: int) -> int:
    """Return the steps that the reference takes; `extent` is the largest sum of the sides of a box around an object."""
    return (2 if ndim == 2 else 6) * (extent + ndim)


def ways(steps: int, ndim: int, exact: bool) -> list[Heating]:
    """Return the ways in which objects are heated, one after the other."""
    if exact:
        return [Heating.DOUBLE]
    return list(Heating)[0 if ndim == 2 and steps >= LEAST_FOR_WAVES else 1 :]


def _repeat(warm: Heat, sources: NDArray[np.int64], step: Step, steps: int, stop: threading.Event) -> None:
    """Feed heat into the sources and take a step, many times."""
    import torch

    from cpsam_core.dynamics.spread import spread

    flat, places = torch.from_numpy(warm), torch.from_numpy(sources)
    heat = torch.full(places.shape, SOURCE, dtype=flat.dtype)
    terms, means = (
        [tuple(map(torch.from_numpy, term)) for term in some] for some in (step.terms, step.means)
    )
    for done in range(0, steps, STEPS_BETWEEN_LOOKS):
        if stop.is_set():
            raise DiffusionStopped
        spread(flat, places, heat, terms, means, step.divide, min(STEPS_BETWEEN_LOOKS, steps - done))
