"""Follow the flows: find out where every pixel of a cell ends up.

Pixels are followed a tile of the image at a time, so that the flows they read stay in the processor's cache.
Pixels of one object run into the same few attracting points. Once two pixels are at exactly the same place
they stay together, and a pixel that is exactly where it was some steps ago goes round in a circle for ever;
so fewer and fewer pixels need to be followed, with results equal to the last bit to following all of them.
Where the network ran on a graphics card, they are followed there.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.dynamics.step_field import ImageFrame, scaled_steps, step_field
from cpsam_core.progress import Progress, silent
from cpsam_core.system.side_by_side import on_all_cores

if TYPE_CHECKING:
    import torch

Positions = NDArray[np.signedinteger[Any]]

log = logging.getLogger(__name__)

# Positions and flows of a chunk fit in a second-level cache; fewer than `unlocked.PIECE`.
CHUNK_POINTS = 31 << 10
# The chunk of small images, so that every thread has work.
SMALL_CHUNK_POINTS = 1 << 13
# Kinds of devices where pixels are followed on the device.
CARDS = ("cuda",)
# Side of the tiles of the image that are put together to a chunk.
TILE = {2: 96, 3: 20}
# Steps between looks for points that have met or go round in circles; many periods divide it.
CYCLE = 12
# Steps before which hardly any points have met.
FIRST_LOOK = 24


def follow(
    flows: NDArray[np.floating[Any]],
    inside: NDArray[np.bool_],
    niter: int,
    *,
    threads: int | None = None,
    progress: Progress = silent,
    frame: ImageFrame | None = None,
    device: str = "cpu",
) -> tuple[Positions, Positions]:
    """Follow the pixels of cells along the flows by Euler steps with bilinear sampling.

    Positions are normalised by (length - 1) while the flows are sampled as if pixels had an extent
    (`align_corners=False`), up to half a pixel off at the borders, as the published program does it.

    Parameters
    ----------
    flows : (2, y, x) or (3, z, y, x) float array
        Network output: 5 x unit flows. Values that are not finite count as no flow.
    inside : (y, x) or (z, y, x) bool
        The pixels of cells. Flows outside count as zero.
    niter : int
        Number of steps, each of a fifth of the flow.
    threads : int, optional
        The most that are used; by default as many as torch uses.
    progress : Progress
        Called as the work goes on.
    frame : ImageFrame, optional
        Where the arrays are a part of an image: pixels whose way stays inside end where they do in the whole image,
        to the last bit. What is beyond the part counts as unknown.
    device : str
        Where the network computed. Pixels are followed on a CUDA device if its memory suffices, else by the processor,
        to the same ends where the processor has AVX2.

    Returns
    -------
    starts, ends : (n,) int32, or int64 where the image needs it
        Positions in the flattened image (part): of each pixel inside, tile by tile, and of the pixel it ends in.
    """
    import torch

    frame = frame or ImageFrame((0,) * inside.ndim, inside.shape)
    threads = threads or torch.get_num_threads()
    starts, edges = in_chunks(inside, threads)
    if device.partition(":")[0] in CARDS:
        ends = np.empty_like(starts)
        if _on_card(flows, inside, frame, starts, ends, niter, device, progress):
            return starts, ends
    return starts, by_processor(flows, inside, starts, edges, niter, threads, progress, frame)


def in_chunks(chosen: NDArray[np.bool_], threads: int) -> tuple[Positions, list[int]]:
    """Return the flat positions of the chosen pixels, near ones together, and where each chunk of them begins."""
    total = int(np.count_nonzero(chosen))
    size = min(max(total // (4 * threads), SMALL_CHUNK_POINTS), CHUNK_POINTS)
    position = np.dtype(np.int32 if chosen.size <= np.iinfo(np.int32).max else np.int64)
    side = TILE[chosen.ndim]
    tops = range(0, chosen.shape[0], side)
    of_bands = on_all_cores(lambda top: _by_tile(chosen, top, side, position), tops, threads)
    edges, place = [0], 0
    for count in np.concatenate([counts for _, counts in of_bands]).tolist():
        if place > edges[-1] and place + count - edges[-1] > size:
            edges.append(place)
        place += count
    if place > edges[-1]:
        edges.append(place)
    return np.concatenate([flat for flat, _ in of_bands]), edges


def _by_tile(
    chosen: NDArray[np.bool_], top: int, side: int, position: np.dtype[Any]
) -> tuple[Positions, NDArray[np.int64]]:
    """Return the flat positions of the chosen pixels of a band of tiles, tile by tile, and how many each tile has."""
    shape = chosen.shape
    flat = np.flatnonzero(chosen[top : top + side])
    tile, tiles = np.zeros(len(flat), np.int64), 1
    for length, along in zip(shape[1:], np.unravel_index(flat, (side, *shape[1:]))[1:], strict=True):
        tile = tile * -(-length // side) + along // side
        tiles *= -(-length // side)
    # Small numbers are sorted by their digits.
    order = np.argsort(tile.astype(np.uint16) if tiles <= 1 << 16 else tile, kind="stable")
    flat += top * math.prod(shape[1:])
    return flat[order].astype(position), np.bincount(tile, minlength=tiles)


def by_processor(
    flows: NDArray[np.floating[Any]],
    inside: NDArray[np.bool_],
    starts: Positions,
    edges: Sequence[int],
    niter: int,
    threads: int,
    progress: Progress,
    frame: ImageFrame,
    note: Callable[[slice, NDArray[np.float32]], None] | None = None,
) -> Positions:
    """Return where each of `starts` ends, chunk by chunk; `note` is told what those of a chunk saw (see `walk`)."""
    field, longest = step_field(flows, inside, frame)
    ends, total = np.empty_like(starts), len(starts)

    def work(number: int) -> int:
        span = slice(edges[number], edges[number + 1])
        found, seen = _follow_chunk(
            field, longest, starts[span], inside.shape, frame, niter, watch=note is not None
        )
        ends[span] = found
        if note is not None:
            note(span, seen)
        return edges[number + 1]

    for done in _in_threads(work, len(edges) - 1, threads):
        progress(done, total, "following flows")
    return ends


def _on_card(
    flows: NDArray[np.floating[Any]],
    inside: NDArray[np.bool_],
    frame: ImageFrame,
    starts: Positions,
    ends: Positions,
    niter: int,
    device: str,
    progress: Progress,
) -> bool:
    """Fill in `ends` on a device; return whether its memory sufficed."""
    import torch

    from cpsam_core.dynamics.follow_on_card import CARD_CHUNK_POINTS, CardFlows, follow_together
    from cpsam_core.network.network import is_out_of_memory

    place, total = torch.device(device), len(starts)
    # Of a run elsewhere.
    if place.type == "cuda" and not torch.cuda.is_available():
        return False
    try:
        steps, _ = scaled_steps(flows, inside, frame.shape)
        there = CardFlows(steps, frame.origin, frame.shape, place)
        for done in range(0, total, CARD_CHUNK_POINTS):
            span = slice(done, min(total, done + CARD_CHUNK_POINTS))

            def tick(done: int = done) -> None:
                progress(done, total, "following flows")

            ends[span] = follow_together(there, starts[span], _legs(niter), tick)
            progress(span.stop, total, "following flows")
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        log.warning("%s is out of memory; following the flows on the processor", device)
    else:
        return True
    # Out here the error no longer keeps the memory of what failed.
    if place.type == "cuda":
        torch.cuda.empty_cache()
    return False


def _in_threads(work: Callable[[int], int], count: int, threads: int) -> Iterator[int]:
    """Yield work(0), work(1), ...; what has not begun is dropped when the caller stops."""
    pool = ThreadPoolExecutor(max(1, threads))
    try:
        futures: list[Future[int]] = [pool.submit(work, number) for number in range(count)]
        for future in futures:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _follow_chunk(
    field: torch.Tensor,
    longest: float,
    starts: Positions,
    part: tuple[int, ...],
    frame: ImageFrame,
    niter: int,
    *,
    watch: bool,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the flat position in the part of the pixel in which each of `starts` ends, and what they saw."""
    import torch

    from cpsam_core.dynamics.walk import walk

    local = np.unravel_index(starts, part)
    places = tuple(at + first for at, first in zip(local, frame.origin, strict=True))
    points = torch.from_numpy(_to_unit(places, frame.shape))
    ends, seen = walk(field, points, _legs(niter), longest, frame.origin, part, frame.shape, watch)
    return ends.numpy(), seen.numpy()


def _legs(niter: int) -> list[int]:
    """Return the numbers of steps between looks for points that need not be followed; they add up to `niter`.

    A point that is where it was a leg ago is also there at the end if what remains is a whole number of such
    legs. Legs get longer, because fewer and fewer points meet.
    """
    first = min(niter, FIRST_LOOK + (niter - FIRST_LOOK) % CYCLE)
    legs, left, leg = [first], niter - first, CYCLE
    while left > 0:
        if legs[-2:] == [leg, leg] and left % (2 * leg) == 0:
            leg *= 2
        legs.append(leg)
        left -= leg
    return legs


def _to_unit(position: tuple[NDArray[np.int64], ...], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return (ndim, n) float32 coordinates from -1 to 1, last axis first."""
    points = np.stack(position[::-1]).astype(np.float32)
    for row, length in zip(points, shape[::-1], strict=True):
        row /= np.float32(max(1, length - 1))
    points *= np.float32(2)
    points -= np.float32(1)
    return points
