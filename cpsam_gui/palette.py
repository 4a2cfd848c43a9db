"""Colours of objects: stable for each object, different for neighbours, safe for colour-blind eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

# Okabe & Ito's and Paul Tol's colour-blind-safe sets without black, gray and the darkest, which vanish on a
# dark image. Ordered so that colours next to each other in the list differ in hue and in lightness.
COLOURS: tuple[tuple[int, int, int], ...] = (
    (86, 180, 233), (230, 159, 0), (0, 190, 140), (240, 228, 66), (204, 121, 167), (102, 204, 238),
    (238, 102, 119), (187, 204, 51), (153, 153, 255), (238, 136, 102), (68, 187, 153), (255, 170, 187),
)  # fmt: skip

# Channels: one is shown gray; several as their own colours where names or the colour model tell.
CHANNEL_COLOURS: tuple[tuple[int, int, int], ...] = (
    (255, 80, 80), (80, 255, 80), (90, 130, 255), (255, 255, 255), (80, 230, 230), (255, 90, 255),
    (255, 220, 80),
)  # fmt: skip


def separate(
    ids: NDArray[np.int64],
    centres: NDArray[np.float64],
    fixed: Mapping[int, int] | None = None,
    neighbours: int = 6,
) -> dict[int, int]:
    """Choose a palette entry for each object so that near objects differ.

    Parameters
    ----------
    ids
        Object ids (n,).
    centres
        Their positions (n, ndim) in pixels.
    fixed
        Entries that are chosen already, by id.
    neighbours
        How many nearest objects must differ; fewer than the palette has colours.

    Returns
    -------
    dict
        Palette entry by id.
    """
    count = len(ids)
    if count == 0:
        return {}
    nearest = cKDTree(centres).query(centres, k=min(neighbours + 1, count))[1].reshape(count, -1)
    near: list[list[int]] = [[] for _ in range(count)]
    for row, others in enumerate(nearest.tolist()):
        near[row] += others
        for other in others:  # being near is mutual, being among the nearest is not
            near[other].append(row)
    chosen = [(fixed or {}).get(int(number), -1) for number in ids]
    for row in range(count):
        if chosen[row] < 0:
            # Start at the id so that a re-run of the same image gives the same colours.
            chosen[row] = unused((chosen[other] for other in near[row] if chosen[other] >= 0), int(ids[row]))
    return {int(number): int(entry) for number, entry in zip(ids, chosen, strict=True)}


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


def colour_of(entry: int, opacity: float) -> int:
    """Return the colour of a palette entry as premultiplied ARGB; `opacity` is 0 to 1."""
    return pack(*COLOURS[entry % len(COLOURS)], opacity)


def label_table(
    entries: Mapping[int, int], opacity: float, shown: Iterable[int] | None = None, size: int = 0
) -> NDArray[np.uint32]:
    """Return the colour of each id as premultiplied ARGB.

    Parameters
    ----------
    entries
        Palette entry by id.
    opacity
        0 (nothing to see) to 1.
    shown
        Only these ids get a colour; None means all.
    size
        Least length, to leave room for objects to come.

    Returns
    -------
    array
        uint32, at least (largest id + 1,); position 0, the background, is transparent.
    """
    colours = np.array([colour_of(entry, opacity) for entry in range(len(COLOURS))], np.uint32)
    table = np.zeros(max(max(entries, default=0) + 1, size), np.uint32)
    keep = entries if shown is None else {number: entries[number] for number in shown if number in entries}
    if keep:
        numbers = np.fromiter(keep.keys(), np.int64, len(keep))
        places = np.fromiter(keep.values(), np.int64, len(keep))
        table[numbers] = colours[places % len(COLOURS)]
    return table
