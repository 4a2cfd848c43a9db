"""Which squares of an image larger than memory are learnt from, and which of them judge."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from cpsam_core.data.patches import Patch, regions_map
from cpsam_core.images.project_content import Region
from cpsam_core.images.project_folders import FolderDocument

__all__ = ["SIDE_PX", "choose_patches"]

SIDE_PX = 512
"""Side of a square; they lie on a grid, so that one is the same in every training."""
# What the network sees around a square, so that its objects are whole.
AROUND_PX = 128
# Squares to learn from and to judge on.
MOST, MOST_JUDGING = 60, 8
# Share of the squares that is kept aside, from so many on.
SHARE, FEWEST = 0.2, 3
# A smaller part of a square in complete regions is left out, unless there is no larger one.
LEAST_PX = 64 * 64
# Squares of complete regions that are looked at.
MOST_LOOKED_AT = 2000

Place = tuple[int, int, int]
"""Plane of a square, and its row and column on the grid."""


def choose_patches(document: FolderDocument, *, slab: bool = True) -> tuple[tuple[Patch, bool], ...]:
    """Return the squares that somebody answers for, and whether each is kept aside to judge.

    Those are the squares in regions that were marked as complete; without such regions, of a verified image all that
    hold objects, and of others those that hold an object which a person had a hand in, as planes of a stack do. At most
    60 are learnt from, evenly spread. With `slab`, about a fifth of three squares or more that hold objects judges;
    which ones depends on where they lie alone, so that the same ones judge when others are added.

    Parameters
    ----------
    document
        The project.
    slab
        Whether to keep some aside.
    """
    objects = document.objects
    counts = _counted(objects.centres)
    if document.complete:
        places = _of_regions(document.complete, document.shape)
    elif document.review == "verified":
        places = sorted(counts)
    else:
        places = sorted(_counted(objects.centres[objects.checked]))
    judging = _judging([place for place in places if counts[place]]) if slab and len(places) >= FEWEST else []
    learnt = _evenly([place for place in places if place not in judging], MOST)
    return tuple((_patch(place, document.shape), place in judging) for place in (*learnt, *judging))


def _counted(centres: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Counter[Place]:
    """Return how many objects have their middle in each square."""
    grid = centres // np.array([1, SIDE_PX, SIDE_PX])
    found, numbers = np.unique(grid, axis=0, return_counts=True)
    return Counter(
        {(z, y, x): number for (z, y, x), number in zip(found.tolist(), numbers.tolist(), strict=True)}
    )


def _of_regions(regions: tuple[Region, ...], shape: tuple[int, int, int]) -> list[Place]:
    """Return the squares of which enough lies in regions, or all that a region touches where none has enough."""
    around: dict[Place, list[Region]] = {}
    for place, region in _around(regions, shape):
        around.setdefault(place, []).append(region)
    touched = _evenly(sorted(around), MOST_LOOKED_AT)
    pixels = {
        place: int(np.count_nonzero(regions_map(around[place], place[0], _patch(place, shape).counted)))
        for place in touched
    }
    least = min(LEAST_PX, max(pixels.values(), default=0))
    return [place for place in touched if pixels[place] >= max(least, 1)]


def _around(regions: Iterable[Region], shape: tuple[int, int, int]) -> Iterator[tuple[Place, Region]]:
    """Yield the squares that the boxes around regions touch, each with the region."""
    for region in regions:
        corners = np.array(region.corners)
        if not 0 <= region.index < shape[0] or not len(corners):
            continue
        low = np.clip(np.floor(corners.min(axis=0)), 0, None).astype(np.int64) // SIDE_PX
        high = np.clip(np.ceil(corners.max(axis=0)), 0, shape[:0:-1]).astype(np.int64)
        for row in range(int(low[1]), -(-int(high[1]) // SIDE_PX)):
            for column in range(int(low[0]), -(-int(high[0]) // SIDE_PX)):
                yield (region.index, row, column), region


def _judging(places: list[Place]) -> list[Place]:
    """Return those that are kept aside."""
    lots = {place: int(hashlib.sha256(repr(place).encode()).hexdigest()[:8], 16) / 16**8 for place in places}
    wanted = sum(lot < SHARE for lot in lots.values())
    count = min(max(1, wanted), MOST_JUDGING, len(places) // 2)
    return sorted(sorted(places, key=lots.__getitem__)[:count])


def _evenly(places: list[Place], most: int) -> list[Place]:
    """Return at most so many, evenly spread."""
    if len(places) <= most:
        return places
    return [places[int((k + 0.5) * len(places) / most)] for k in range(most)]


def _patch(place: Place, shape: tuple[int, int, int]) -> Patch:
    plane, *cell = place
    read: list[int] = []
    counted: list[int] = []
    for number, length in zip(cell, shape[1:], strict=True):
        start, end = number * SIDE_PX, min((number + 1) * SIDE_PX, length)
        counted += [start, end]
        read += [max(0, start - AROUND_PX), min(length, end + AROUND_PX)]
    return Patch(
        plane, (read[0], read[1], read[2], read[3]), (counted[0], counted[1], counted[2], counted[3])
    )
