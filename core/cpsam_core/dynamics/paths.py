"""Paths that are remembered: with another cell threshold only those are followed again that it can change.

Flows outside of cells count as zero, so a path stays as it is, to the last bit, as long as no pixel that it read
changes sides. What is kept is the box of the pixels that each path read: paths run to the middle of their cell and
thresholds change its border, so few boxes hold a changed pixel, mostly those of paths that begin next to one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from cpsam_core.dynamics.follow import CARDS, TILE, Positions, by_processor, follow, in_chunks
from cpsam_core.dynamics.step_field import ImageFrame
from cpsam_core.labels.runs import bands
from cpsam_core.progress import Progress, silent
from cpsam_core.system.side_by_side import on_all_cores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

MOST_BYTES = 384 << 20
"""Memory for the paths of an image; those of one with more pixels in cells are not remembered."""
BYTES_A_PATH = 8
LEAST_PIXELS = 1 << 18
"""Of a plane whose paths are remembered; those of a smaller one are followed at once."""
FAR = 255
"""Pixels from its start to a side of its box from which on a path is always followed again."""
UNKNOWN = np.uint32(0xFFFFFFFF)
"""The box of such a path."""
SLACK_PX = 1 / 16
"""Coordinates of single precision are rounded to less than that."""
BAND_PIXELS = 1 << 18
"""Of tiles that are put in order at a time."""
CACHED_PIXELS = 1 << 16
"""Of which the boxes are looked up at a time, so that the counts stay in the cache."""


@dataclass(frozen=True, eq=False)
class Paths:
    """The paths of all pixels of cells of a plane, in the order of rows.

    Attributes
    ----------
    ends : (n,) int32
        Flat position of the pixel in which each ends.
    _inside
        The pixels of cells, a bit each.
    _reach : (n,) uint32
        A byte each for the pixels from the start up, left, down and right to the sides of the box; see `UNKNOWN`.
    """

    ends: NDArray[np.int32]
    shape: tuple[int, int]
    niter: int
    _inside: NDArray[np.uint8]
    _reach: NDArray[np.uint32]

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return self.ends.nbytes + self._reach.nbytes + self._inside.nbytes

    @property
    def inside(self) -> Bools:
        """The pixels of cells (y, x), made each time."""
        return (
            np.unpackbits(self._inside, count=self.shape[0] * self.shape[1])
            .view(np.bool_)
            .reshape(self.shape)
        )

    def starts(self) -> Positions:
        """Return the flat positions at which the paths begin, made each time."""
        inside, starts = self.inside, np.empty_like(self.ends)

        def fill(part: tuple[slice, slice]) -> None:
            rows, span = part
            starts[span] = np.flatnonzero(inside[rows])
            starts[span] += rows.start * self.shape[1]

        on_all_cores(fill, _parts(inside))
        return starts

    def fit(self, shape: tuple[int, ...], niter: int) -> bool:
        """Whether they are those of such a plane, followed for so many steps."""
        return self.shape == shape and self.niter == niter


class PathMemory:
    """The paths of the last cell threshold of a plane, so that the next one need not follow all of them.

    Serves one pair of flows and logits. May be used from several threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: Paths | None = None

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        with self._lock:
            return 0 if self._last is None else self._last.nbytes

    def follow(
        self,
        flows: NDArray[np.floating[Any]],
        inside: Bools,
        niter: int,
        *,
        progress: Progress = silent,
        device: str = "cpu",
    ) -> tuple[Positions, Positions]:
        """Return what `follow` does, in the order of rows where paths are remembered."""
        if device.partition(":")[0] in CARDS or not _worth_keeping(inside):
            with self._lock:
                self._last = None
            return follow(flows, inside, niter, progress=progress, device=device)
        with self._lock:
            before = self._last
        paths = follow_again(flows, inside, niter, before, progress=progress)
        with self._lock:
            self._last = paths
        return paths.starts(), paths.ends


def _worth_keeping(inside: Bools) -> bool:
    """Whether the paths of a plane take long enough, and fit into the memory for them."""
    plane = inside.ndim == 2 and LEAST_PIXELS <= inside.size <= np.iinfo(np.int32).max
    return plane and BYTES_A_PATH * int(np.count_nonzero(inside)) + inside.size // 8 <= MOST_BYTES


def follow_again(
    flows: NDArray[np.floating[Any]],
    inside: Bools,
    niter: int,
    before: Paths | None = None,
    *,
    threads: int | None = None,
    progress: Progress = silent,
) -> Paths:
    """Follow the pixels of cells of a plane as `follow` does, by the processor, but not those whose path is known.

    Parameters
    ----------
    flows, inside, niter, threads, progress
        As of `follow`.
    before
        Paths in the same flows with other pixels inside.
    """
    import torch

    shape = inside.shape
    if before is not None and not before.fit(shape, niter):
        before = None
    known = np.zeros((0, 0), np.bool_) if before is None else before.inside
    chosen = inside if before is None else _astray(before, known, inside)
    threads = threads or torch.get_num_threads()
    starts, edges = in_chunks(chosen, threads)
    reach = np.empty(len(starts), np.uint32)

    def note(span: slice, seen: NDArray[np.float32]) -> None:
        reach[span] = _reach_of(starts[span], seen, shape)

    frame = ImageFrame((0, 0), shape)
    ends = by_processor(flows, inside, starts, edges, niter, threads, progress, frame, note)
    new = _Followed(starts, ends, reach)
    return _joined(inside, niter, before, known, chosen, new)


def _bands(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of rows, whole tiles, in which pixels that were followed tile by tile come one after the other."""
    side = TILE[2]
    rows = max(1, BAND_PIXELS // max(1, side * shape[1])) * side
    for top in range(0, shape[0], rows):
        yield slice(top, min(top + rows, shape[0]))


def _parts(chosen: Bools, rows: list[slice] | None = None) -> list[tuple[slice, slice]]:
    """Return bands of rows, whole tiles unless given, each with where its chosen pixels are among all of them."""
    rows = rows or list(_bands(chosen.shape))
    edges = np.cumsum([0, *on_all_cores(lambda band: np.count_nonzero(chosen[band]), rows)]).tolist()
    return [(band, slice(*ends)) for band, ends in zip(rows, itertools.pairwise(edges), strict=True)]


def _reach_of(starts: Positions, seen: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.uint32]:
    """Return how far from their starts paths read, from the coordinates at which they did; see `Paths`."""
    reach = np.empty((4, len(starts)), np.float32)
    # Coordinates come last axis first.
    for axis, place in enumerate(np.divmod(starts, shape[1])):
        length, low, high = shape[axis], seen[1 - axis], seen[3 - axis]
        half = np.float32(length / 2)
        # A place lies between two pixels; beyond the image nothing changes.
        first = np.floor((low + 1) * half - np.float32(0.5 + SLACK_PX))
        last = np.floor((high + 1) * half - np.float32(0.5 - SLACK_PX)) + 1
        reach[axis] = place - np.maximum(first, 0)
        reach[axis + 2] = np.minimum(last, length - 1) - place
    sides = reach.T.astype(np.uint8, order="C")
    sides[(reach >= FAR).any(axis=0)] = FAR
    return sides.view(np.uint32)[:, 0]


def _astray(before: Paths, known: Bools, inside: Bools) -> Bools:
    """Return the pixels inside of which no path is known, or one that may have read a pixel that changed sides."""
    line = inside.shape[1] + 1
    changed = np.not_equal(known, inside).view(np.uint8)
    counts = np.asarray(cv2.integral(changed, sdepth=cv2.CV_32S)).reshape(-1)
    chosen = inside.copy()

    def leave_out(part: tuple[slice, slice]) -> None:
        """Leave those of a band of which the box holds no changed pixel."""
        rows, span = part
        flat, packed = np.flatnonzero(known[rows]), before._reach[span]
        up, left, down, right = packed.view(np.uint8).reshape(-1, 4).T.astype(np.int64)
        # A row of the counts is longer by one than a row of the image.
        row = np.repeat(np.arange(rows.start, rows.stop), np.count_nonzero(known[rows], axis=1))
        top = flat + row
        top += rows.start * inside.shape[1]
        bottom = (down + 1) * line
        bottom += top
        up *= line
        top -= up
        right += 1
        # Of those that reach far the places mean nothing, and may be none.
        far = packed == UNKNOWN
        count = counts.take(bottom + right, mode="clip")
        count -= counts.take(bottom - left, mode="clip")
        count -= counts.take(top + right, mode="clip")
        count += counts.take(top - left, mode="clip")
        chosen[rows].reshape(-1)[flat[(count == 0) & ~far]] = False

    on_all_cores(leave_out, _parts(known, list(bands(known.shape, CACHED_PIXELS))))
    return chosen


@dataclass(frozen=True, eq=False)
class _Followed:
    """Paths that were followed, tile by tile."""

    starts: Positions
    ends: Positions
    reach: NDArray[np.uint32]


def _joined(
    inside: Bools, niter: int, before: Paths | None, known: Bools, chosen: Bools, new: _Followed
) -> Paths:
    """Return paths in the order of rows: those that were followed, and for the other pixels those from before."""
    bands = _parts(inside)
    total = bands[-1][1].stop
    ends, reach = np.empty(total, np.int32), np.empty(total, np.uint32)
    # All that begin in a band come one after the other.
    again = [span for _, span in _parts(chosen)]
    old = [slice(0, 0)] * len(bands) if before is None else [span for _, span in _parts(known)]

    def join(number: int) -> None:
        """Put those of a band together."""
        rows, span = bands[number]
        part = inside[rows]
        end, box = np.empty(part.size, np.int32), np.empty(part.size, np.uint32)
        if before is not None:
            flat = np.flatnonzero(known[rows])
            end[flat], box[flat] = before.ends[old[number]], before._reach[old[number]]
        flat = new.starts[again[number]] - rows.start * inside.shape[1]
        end[flat], box[flat] = new.ends[again[number]], new.reach[again[number]]
        flat = np.flatnonzero(part)
        ends[span], reach[span] = end[flat], box[flat]

    on_all_cores(join, range(len(bands)))
    return Paths(ends, inside.shape, niter, np.packbits(inside), reach)
