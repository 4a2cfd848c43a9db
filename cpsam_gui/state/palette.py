"""Colours of objects: stable for each object, different for neighbours, safe for colour-blind eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

# Okabe & Ito's and Paul Tol's colour-blind-safe sets without black, gray and the darkest, which vanish on a
# dark image. Ordered so that colours next to each other in the list differ in hue and in lightness.
COLOURS: tuple[tuple[int, int, int], ...] = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 190, 140),
    (240, 228, 66),
    (204, 121, 167),
    (102, 204, 238),
    (238, 102, 119),
    (187, 204, 51),
    (153, 153, 255),
    (238, 136, 102),
    (68, 187, 153),
    (255, 170, 187),
)

STAINED: tuple[tuple[int, int, int], ...] = (
    (0, 170, 180),
    (255, 221, 0),
    (0, 140, 50),
    (255, 120, 0),
    (60, 200, 255),
    (130, 200, 0),
    (190, 90, 0),
    (0, 220, 150),
    (200, 240, 60),
    (0, 120, 110),
    (255, 180, 70),
    (0, 240, 240),
)
"""For stained tissue, which is pink and purple: as many colours, none of those, and no blue that turns violet on it."""

# Rounds of giving way; a handful is the rule.
ROUNDS = 50

# Channels: one is shown gray; several as their own colours where names or the colour model tell.
CHANNEL_COLOURS: tuple[tuple[int, int, int], ...] = (
    (255, 80, 80),
    (80, 255, 80),
    (90, 130, 255),
    (255, 255, 255),
    (80, 230, 230),
    (255, 90, 255),
    (255, 220, 80),
)


def separate(
    ids: NDArray[np.integer[Any]], centres: NDArray[np.float64], fixed: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Return the entries that :func:`spread` chooses, by id."""
    return dict(zip(ids.tolist(), spread(ids, centres, fixed).tolist(), strict=True))


def spread(
    ids: NDArray[np.integer[Any]],
    centres: NDArray[np.float64],
    fixed: Mapping[int, int] | None = None,
    touching: NDArray[np.int64] | None = None,
    neighbours: int = 6,
) -> NDArray[np.int64]:
    """Choose a palette entry for each object so that near objects differ.

    Parameters
    ----------
    ids
        Object ids (n,).
    centres
        Their positions (n, ndim) in pixels.
    fixed
        Entries that are chosen already, by id.
    touching
        Places in `ids` (m, 2) of objects that lie side by side; they differ wherever the palette suffices.
    neighbours
        How many nearest objects must differ; fewer than the palette has colours.

    Returns
    -------
    array
        Palette entry of each object, int64 (n,).
    """
    count, size = len(ids), len(COLOURS)
    # Start from the id so that a re-run of the same image gives the same colours.
    chosen = np.asarray(ids, np.int64) % size
    if count < 2:
        return chosen if not fixed else np.array([fixed.get(int(n), int(n) % size) for n in ids], np.int64)
    free = np.ones(count, bool)
    for place in np.flatnonzero(np.isin(ids, list(fixed or {}))).tolist():
        chosen[place], free[place] = (fixed or {})[int(ids[place])] % size, False
    one, other = _near(centres, neighbours, touching)
    # Of two near objects of one colour the later one gives way, all at once; few rounds leave none.
    for _ in range(ROUNDS):
        same = np.flatnonzero(chosen[one] == chosen[other])
        losers = np.unique(np.where(free[other[same]], other[same], one[same]))
        losers = losers[free[losers]]
        if losers.size == 0:
            break
        taken = np.zeros((count, size), bool)
        taken[one, chosen[other]] = True
        taken[other, chosen[one]] = True
        # Everybody searches from another colour, or all that give way would choose the same again.
        order = ((chosen[losers] + 1 + losers)[:, None] + np.arange(size)) % size
        open_ones = ~np.take_along_axis(taken[losers], order, axis=1)
        first = np.where(open_ones.any(axis=1), open_ones.argmax(axis=1), size - 1)
        chosen[losers] = order[np.arange(losers.size), first]
    return chosen


def _near(
    centres: NDArray[np.float64], neighbours: int, touching: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the two places of each pair of which one is among the nearest of the other, or that touch."""
    count = len(centres)
    nearest = cKDTree(centres).query(centres, k=min(neighbours + 1, count))[1].reshape(count, -1)
    one, other = np.repeat(np.arange(count), nearest.shape[1]), nearest.ravel()
    if touching is not None:
        one, other = np.concatenate([one, touching[:, 0]]), np.concatenate([other, touching[:, 1]])
    pairs = np.unique(np.minimum(one, other) * count + np.maximum(one, other))
    first, second = np.divmod(pairs, count)
    return first[first != second], second[first != second]


def unused(taken: Iterable[int], start: int) -> int:
    """Return a palette entry that is not `taken`, searching from `start`."""
    used = {entry % len(COLOURS) for entry in taken}
    for offset in range(len(COLOURS)):
        if (start + offset) % len(COLOURS) not in used:
            return (start + offset) % len(COLOURS)
    return start % len(COLOURS)


def pack(red: int, green: int, blue: int, alpha: float) -> int:
    """Return one premultiplied ARGB pixel as an unsigned 32-bit number; `alpha` is 0 to 1."""
    a = round(255 * alpha)
    r, g, b = (round(value * alpha) for value in (red, green, blue))
    return a << 24 | r << 16 | g << 8 | b


def palette_table(opacity: float, *, stained: bool = False) -> NDArray[np.uint32]:
    """Return the colours of the palette as premultiplied ARGB, uint32 (entries + 1,).

    Position 0 stands for no object and is transparent; position `i` is entry `i` - 1. `opacity` is 0 to 1.
    `stained` takes the colours for bright stained tissue.
    """
    colours = STAINED if stained else COLOURS
    return np.array([0, *(pack(*colour, opacity) for colour in colours)], np.uint32)
