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
    from collections.abc import Iterable
    from typing import TypeAlias

    from numpy.typing import NDArray

    Mask: TypeAlias = NDArray[np.bool_]
    Whole: TypeAlias = NDArray[np.int64]

NUMBER_BYTES = 8
"""Of the gap before a run of pixels, and of its length."""
# What a file says is unpacked to no more.
MOST_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class DeletedPlaces:
    """Pixels that a person emptied, and that nothing was put in since.

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


def changed(
    deleted: DeletedPlaces | None, shape: tuple[int, int, int], blocks: Iterable[tuple[Box, Mask]]
) -> DeletedPlaces | None:
    """Return the places with those of some blocks replaced."""
    none = np.zeros(0, np.int64)
    starts, lengths = (none, none) if deleted is None else deleted.runs
    for box, mask in blocks:
        kept, new = _outside(starts, lengths, shape, box), _runs_of(mask, shape, box)
        starts, lengths = (np.concatenate(pair) for pair in zip(kept, new, strict=True))
    order = np.argsort(starts, kind="stable")
    return DeletedPlaces.of(shape, starts[order], lengths[order])


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


def _outside(starts: Whole, lengths: Whole, shape: tuple[int, int, int], box: Box) -> tuple[Whole, Whole]:
    """Return the runs without their parts in a block."""
    planes, rows, left, right = _places(starts, lengths, shape)
    here = _in(planes, rows, left, right, box)
    heads = here & (left < box.x0)
    tails = here & (right > box.x1)
    begin = starts - left
    return (
        np.concatenate([starts[~here], starts[heads], (begin + box.x1)[tails]]),
        np.concatenate([lengths[~here], (box.x0 - left)[heads], (right - box.x1)[tails]]),
    )


def _runs_of(mask: Mask, shape: tuple[int, int, int], box: Box) -> tuple[Whole, Whole]:
    """Return the runs of a block in the flattened labels."""
    sides = np.diff(np.pad(mask, ((0, 0), (0, 0), (1, 1))).astype(np.int8), axis=2)
    planes, rows, first = np.nonzero(sides > 0)
    last = np.nonzero(sides < 0)[2]
    starts = ((planes + box.z0) * shape[1] + rows + box.y0) * shape[2] + first + box.x0
    return starts.astype(np.int64), (last - first).astype(np.int64)
