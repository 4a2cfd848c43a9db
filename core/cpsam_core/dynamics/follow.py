"""Follow the flows: find out where every pixel of a cell ends up.

Pixels are followed a tile of the image at a time, so that the flows they read stay in the processor's cache.
Pixels of one object run into the same few attracting points. Once two pixels are at exactly the same place
they stay together, and a pixel that is exactly where it was some steps ago goes round in a circle for ever;
so fewer and fewer pixels need to be followed, with results equal to the last bit to following all of them.
Where the network ran on a graphics card, they are followed there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.labels.runs import bands
from cpsam_core.progress import Progress, silent

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


@dataclass(frozen=True)
class ImageFrame:
    """Where a part lies in its image; rounding on the way of a pixel depends on the size of the whole.

    Attributes
    ----------
    origin
        First pixel of the part along each axis.
    shape
        Of the whole image.
    """

    origin: tuple[int, ...]
    shape: tuple[int, ...]


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
    total = int(np.count_nonzero(inside))
    threads = threads or torch.get_num_threads()
    position = np.dtype(np.int32 if inside.size <= np.iinfo(np.int32).max else np.int64)
    starts: Positions = np.empty(total, position)
    ends: Positions = np.empty(total, position)
    edges = [0]
    for chunk in _chunks(inside, min(max(total // (4 * threads), SMALL_CHUNK_POINTS), CHUNK_POINTS)):
        edges.append(edges[-1] + len(chunk))
        starts[edges[-2] : edges[-1]] = chunk
    if device.partition(":")[0] in CARDS and _on_card(
        flows, inside, frame, starts, ends, niter, device, progress
    ):
        return starts, ends
    field, longest = _field(flows, inside, frame)

    def work(number: int) -> int:
        span = slice(edges[number], edges[number + 1])
        ends[span] = _follow_chunk(field, longest, starts[span], inside.shape, frame, niter)
        return edges[number + 1]

    for done in _in_threads(work, len(edges) - 1, threads):
        progress(done, total, "following flows")
    return starts, ends


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
        steps, _ = _scaled_steps(flows, inside, frame.shape)
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


def _field(
    flows: NDArray[np.floating[Any]], inside: NDArray[np.bool_], frame: ImageFrame
) -> tuple[torch.Tensor, float]:
    """Return (1, ndim, ...) float32, the step of every pixel in coordinates from -1 to 1, last axis first.

    The second value is the length of the longest of them along an axis.

    The field of a part has the size of the whole image, so that coordinates are those of the image, but the memory of
    the part: rows of the image overlap in it. Every place of the image is some place of that memory, and the right one
    inside the part.
    """
    import torch

    steps, longest = _scaled_steps(flows, inside, frame.shape)
    if frame.shape == inside.shape:
        return torch.from_numpy(steps[np.newaxis]), longest
    part = inside.shape
    strides = [1]
    for length in part[:0:-1]:
        strides.insert(0, strides[0] * length)
    before = sum(at * stride for at, stride in zip(frame.origin, strides, strict=True))
    reach = sum((length - 1) * stride for length, stride in zip(frame.shape, strides, strict=True)) + 1
    # The part begins at `before`; zeros that nobody touches take no memory.
    whole = np.zeros((inside.ndim, max(reach, before + inside.size)), np.float32)
    whole[:, before : before + inside.size] = steps.reshape(inside.ndim, -1)
    tensor = torch.from_numpy(whole)
    return tensor.as_strided((1, inside.ndim, *frame.shape), (0, whole.shape[1], *strides)), longest


def _scaled_steps(
    flows: NDArray[np.floating[Any]],
    inside: NDArray[np.bool_],
    shape: tuple[int, ...],
) -> tuple[NDArray[np.float32], float]:
    """Return (ndim, ...) float32, the step of every pixel of the part in coordinates of an image of `shape`.

    The second value is the length of the longest of them along an axis.
    """
    ndim, longest = inside.ndim, 0.0
    field = np.empty((ndim, *inside.shape), np.float32)
    for axis in range(ndim):
        scale = np.float32(2.0 / max(1, shape[axis] - 1))
        for band in bands(inside.shape):
            step = field[ndim - 1 - axis, band]
            # Infinity times 0.
            with np.errstate(invalid="ignore"):
                np.multiply(flows[axis, band], inside[band], out=step, casting="same_kind")
            step /= np.float32(5)
            step *= scale
            step[~np.isfinite(step)] = 0
            longest = max(longest, float(step.max()), -float(step.min()))
    return field, longest


def _chunks(inside: NDArray[np.bool_], size: int) -> Iterator[NDArray[np.int64]]:
    """Yield the flat positions of the pixels inside, near ones together, about `size` at a time."""
    side = TILE[inside.ndim]
    waiting: list[NDArray[np.int64]] = []
    count = 0
    for corner in product(*(range(0, n, side) for n in inside.shape)):
        tile = np.nonzero(inside[tuple(slice(c, c + side) for c in corner)])
        if len(tile[0]) == 0:
            continue
        flat = tile[0] + corner[0]
        for axis in range(1, inside.ndim):
            flat = flat * inside.shape[axis] + (tile[axis] + corner[axis])
        if count + len(flat) > size and waiting:
            yield np.concatenate(waiting)
            waiting, count = [], 0
        waiting.append(flat)
        count += len(flat)
    if waiting:
        yield np.concatenate(waiting)


def _follow_chunk(
    field: torch.Tensor,
    longest: float,
    starts: Positions,
    part: tuple[int, ...],
    frame: ImageFrame,
    niter: int,
) -> NDArray[np.int64]:
    """Return the flat position in the part of the pixel in which each of `starts` ends."""
    import torch

    from cpsam_core.dynamics.walk import walk

    local = np.unravel_index(starts, part)
    places = tuple(at + first for at, first in zip(local, frame.origin, strict=True))
    points = torch.from_numpy(_to_unit(places, frame.shape))
    ends: NDArray[np.int64] = walk(
        field, points, _legs(niter), longest, frame.origin, part, frame.shape
    ).numpy()
    return ends


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
