"""Where a person left nothing of an object: what later runs, thresholds and the review must not bring back. No Qt.

Pixels are remembered, not objects: one may have been merged, split or erased bit by bit before it was gone.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    Mask: TypeAlias = NDArray[np.bool_]
    Whole: TypeAlias = NDArray[np.int64]

_NONE: tuple[Whole, Whole] = (np.zeros(0, np.int64), np.zeros(0, np.int64))
NUMBER_BYTES = 8
"""Of the gap before a run of pixels, and of its length."""
# What a file says is unpacked to no more.
MOST_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class DeletedPlaces:
    """Pixels that a person emptied or said to hold no cell, and that nothing was put in since.

    Attributes
    ----------
    shape
        Of the labels (z, y, x).
    packed
        Runs of pixels along x, in order: how many pixels lie between each and the end of the one before, in the
        flattened labels, then how long each is. Little-endian integers of eight bytes, all first bytes first, packed
        by zlib.
    """

    shape: tuple[int, int, int]
    packed: bytes

    @classmethod
    def of(cls, shape: tuple[int, int, int], starts: Whole, lengths: Whole) -> DeletedPlaces | None:
        """Return the places of runs in order; None without any."""
        if not len(starts):
            return None
        gaps = starts - np.concatenate([[0], (starts + lengths)[:-1]])
        numbers = np.concatenate([gaps, lengths]).astype("<i8")
        # Most are small: bytes of one weight are alike, and pack to a third.
        planes = np.ascontiguousarray(numbers.view(np.uint8).reshape(-1, NUMBER_BYTES).T)
        return cls(shape, zlib.compress(planes.tobytes(), 1))

    @property
    def runs(self) -> tuple[Whole, Whole]:
        """First pixels and lengths of the runs, in order.

        Raises
        ------
        ValueError, zlib.error
            What a file said makes no sense.
        """
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise ValueError(f"places in labels of shape {self.shape}")
        size = math.prod(self.shape)
        content = zlib.decompressobj().decompress(self.packed, MOST_BYTES)
        planes = np.frombuffer(content, np.uint8).reshape(NUMBER_BYTES, -1)
        numbers = np.ascontiguousarray(planes.T).view("<i8").reshape(-1).astype(np.int64)
        gaps, lengths = numbers.reshape(2, -1)
        ends = np.cumsum(gaps + lengths)
        starts = ends - lengths
        fits = (gaps >= 0) & (lengths > 0) & (starts >= 0) & (ends <= size)
        if not (fits & (starts % self.shape[2] + lengths <= self.shape[2])).all():
            raise ValueError("runs beyond the image")
        return starts, lengths

    def mask(self, box: Box | None = None) -> Mask:
        """Return which pixels (z, y, x) of a block, or of the image, are meant."""
        return _painted(*self.runs, self.shape, Box.whole(self.shape) if box is None else box)

    def blocks(self, side: int) -> Iterator[tuple[Box, Mask]]:
        """Yield the squares of a grid in which pixels are meant, with those (z, y, x): in little memory."""
        starts, lengths = self.runs
        planes, rows, left, right = _places(starts, lengths, self.shape)
        bands = planes * self.shape[1] + rows // side
        for here in np.split(np.arange(starts.size), np.flatnonzero(np.diff(bands)) + 1):
            plane, top = int(planes[here[0]]), int(rows[here[0]]) // side * side
            for column in range(int(left[here].min()) // side, -(-int(right[here].max()) // side)):
                box = Box(plane, plane + 1, top, top + side, column * side, (column + 1) * side)
                box = box.clip(self.shape)
                inside = here[(left[here] < box.x1) & (right[here] > box.x0)]
                if inside.size:
                    yield box, _painted(starts[inside], lengths[inside], self.shape, box)

    def holds(self, points: Whole) -> Mask:
        """Return which of the pixels (n, 3), each z, y, x, are meant."""
        starts, lengths = self.runs
        flat = np.ravel_multi_index(tuple(points.T), self.shape)
        place = np.searchsorted(starts, flat, "right") - 1
        return np.asarray((place >= 0) & (flat < (starts + lengths)[place]), np.bool_)


def changed(
    deleted: DeletedPlaces | None, shape: tuple[int, int, int], blocks: Iterable[tuple[Box, Mask, Mask]]
) -> DeletedPlaces | None:
    """Return the places with pixels added and taken away, which each block says in this order.

    All blocks are worked in together: one step may delete thousands of objects.
    """
    added, away = [_NONE], [_NONE]
    for box, emptied, there in blocks:
        added.append(_runs_of(emptied, shape, box))
        if deleted is not None:
            away.append(_runs_of(there, shape, box))
    known, new = _NONE if deleted is None else deleted.runs, _together(added)
    gone = _together(away)
    touched = _together((new, gone))
    if not len(touched[0]):
        return deleted
    # Runs before and behind all that changes stay as they are.
    first = np.searchsorted(known[0] + known[1], touched[0].min(), "left")
    last = np.searchsorted(known[0], (touched[0] + touched[1]).max(), "right")
    here = _combined((known[0][first:last], known[1][first:last]), new, gone, shape[2])
    parts = ((known[0][:first], known[1][:first]), here, (known[0][last:], known[1][last:]))
    return DeletedPlaces.of(shape, *_together(parts))


def differing(one: DeletedPlaces | None, other: DeletedPlaces | None) -> Box | None:
    """Return a block around the runs that only one of two has; None where they say the same."""
    shape = next((places.shape for places in (one, other) if places is not None), None)
    if shape is None or one == other:
        return None
    # As one number each: of a million runs, to compare pairs takes seconds.
    base = shape[2] + 1
    alone = np.setxor1d(_keys(one, base), _keys(other, base), assume_unique=True)
    starts, lengths = np.divmod(alone, base)
    if not starts.size:
        return None
    planes, rows, left, right = _places(starts, lengths, shape)
    return Box(
        int(planes.min()),
        int(planes.max()) + 1,
        int(rows.min()),
        int(rows.max()) + 1,
        int(left.min()),
        int(right.max()),
    )


def _keys(places: DeletedPlaces | None, base: int) -> Whole:
    starts, lengths = _NONE if places is None else places.runs
    return starts * base + lengths


def _together(parts: Sequence[tuple[Whole, Whole]]) -> tuple[Whole, Whole]:
    starts, lengths = zip(*parts, strict=True)
    return np.concatenate(starts), np.concatenate(lengths)


def _combined(
    known: tuple[Whole, Whole], added: tuple[Whole, Whole], away: tuple[Whole, Whole], width: int
) -> tuple[Whole, Whole]:
    """Return, in order, the runs of what is known or added and not away; none goes beyond a line of `width`."""
    there = _together((known, added))
    edges = np.unique(
        np.concatenate([side for one, lengths in (there, away) for side in (one, one + lengths)])
    )

    def holds(runs: tuple[Whole, Whole]) -> Mask:
        """Return whether runs lie between each edge and the next."""
        starts, lengths = runs
        ups, downs = (np.searchsorted(edges, side) for side in (starts, starts + lengths))
        change = np.bincount(ups, minlength=edges.size) - np.bincount(downs, minlength=edges.size)
        return np.asarray(np.cumsum(change)[:-1] > 0, np.bool_)

    kept = holds(there) & ~holds(away)
    starts, ends = edges[:-1][kept], edges[1:][kept]
    # Runs that go on in the same line are one.
    ends_here = np.append((starts[1:] != ends[:-1]) | (starts[1:] % width == 0), True)[: starts.size]
    begins_here = np.append(True, ends_here[:-1])[: starts.size]
    starts = starts[begins_here]
    return starts, ends[ends_here] - starts


def _places(starts: Whole, lengths: Whole, shape: tuple[int, int, int]) -> tuple[Whole, Whole, Whole, Whole]:
    """Return plane, row, first column and the one past the last of runs."""
    rows, left = np.divmod(starts, shape[2])
    planes, rows = np.divmod(rows, shape[1])
    return planes, rows, left, left + lengths


def _in(planes: Whole, rows: Whole, left: Whole, right: Whole, box: Box) -> Mask:
    """Return which runs reach into a block."""
    deep = (planes >= box.z0) & (planes < box.z1) & (rows >= box.y0) & (rows < box.y1)
    return np.asarray(deep & (left < box.x1) & (right > box.x0), np.bool_)


def _painted(starts: Whole, lengths: Whole, shape: tuple[int, int, int], box: Box) -> Mask:
    planes, rows, left, right = _places(starts, lengths, shape)
    here = _in(planes, rows, left, right, box)
    depth, height, width = box.shape
    # One column more, for runs that end with the block.
    edges = np.zeros((depth, height, width + 1), np.int8)
    place = planes[here] - box.z0, rows[here] - box.y0
    edges[(*place, np.maximum(left[here] - box.x0, 0))] += 1
    edges[(*place, np.minimum(right[here] - box.x0, width))] -= 1
    return np.cumsum(edges[..., :-1], axis=2, dtype=np.int8) > 0


def _runs_of(mask: Mask, shape: tuple[int, int, int], box: Box) -> tuple[Whole, Whole]:
    """Return the runs of a block in the flattened labels."""
    sides = np.diff(np.pad(mask, ((0, 0), (0, 0), (1, 1))).astype(np.int8), axis=2)
    planes, rows, first = np.nonzero(sides > 0)
    last = np.nonzero(sides < 0)[2]
    starts = ((planes + box.z0) * shape[1] + rows + box.y0) * shape[2] + first + box.x0
    return starts.astype(np.int64), (last - first).astype(np.int64)
