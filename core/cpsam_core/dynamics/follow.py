"""Follow the flows: find out where every pixel of a cell ends up.

Pixels are followed a tile of the image at a time, so that the flows they read stay in the processor's cache.
Pixels of one object run into the same few attracting points. Once two pixels are at exactly the same place
they stay together, and a pixel that is exactly where it was some steps ago goes round in a circle for ever;
so fewer and fewer pixels need to be followed, with results equal to the last bit to following all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.labels.runs import bands
from cpsam_core.progress import Progress, silent

if TYPE_CHECKING:
    import torch

CHUNK_POINTS = 1 << 15
TILE = {2: 160, 3: 32}  # side of the tile of an image that gives about a chunk of points
CYCLE = 12  # steps between looks for points that have met or go round in circles; many periods divide it
FIRST_LOOK = 28  # before that hardly any points have met


def follow(
    flows: NDArray[np.floating[Any]],
    inside: NDArray[np.bool_],
    niter: int,
    *,
    threads: int | None = None,
    progress: Progress = silent,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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
        By default as many as torch uses.
    progress : Progress
        Called after every chunk of pixels.

    Returns
    -------
    starts, ends : (n,) int64
        Positions in the flattened image: of each pixel inside, tile by tile, and of the pixel it ends in.
    """
    import torch

    field = torch.from_numpy(_scaled_field(flows, inside))
    shape = inside.shape
    chunks = list(_chunks(inside))
    total = sum(len(chunk) for chunk in chunks)
    starts = np.concatenate(chunks) if chunks else np.zeros(0, np.int64)
    ends = np.empty(total, np.int64)
    edges = np.concatenate([[0], np.cumsum([len(chunk) for chunk in chunks])]).astype(int)

    def work(number: int) -> int:
        span = slice(edges[number], edges[number + 1])
        ends[span] = _follow_chunk(field, starts[span], shape, niter)
        return int(edges[number + 1])

    for done in _in_threads(work, len(chunks), threads or torch.get_num_threads()):
        progress(done, total, "following flows")
    return starts, ends


def _in_threads(work: Callable[[int], int], count: int, threads: int) -> Iterator[int]:
    """Yield work(0), work(1), ...; what has not begun is dropped when the caller stops."""
    pool = ThreadPoolExecutor(max(1, threads))
    try:
        futures: list[Future[int]] = [pool.submit(work, number) for number in range(count)]
        for future in futures:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _scaled_field(flows: NDArray[np.floating[Any]], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return (1, ndim, ...) float32: the step of every pixel in coordinates from -1 to 1, last axis first."""
    ndim = inside.ndim
    field = np.empty((1, ndim, *inside.shape), np.float32)
    for axis in range(ndim):
        scale = np.float32(2.0 / max(1, inside.shape[axis] - 1))
        for band in bands(inside.shape):
            step = field[0, ndim - 1 - axis, band]
            np.multiply(flows[axis, band], inside[band], out=step, casting="same_kind")
            step /= np.float32(5)
            step *= scale
            step[~np.isfinite(step)] = 0
    return field


def _chunks(inside: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Yield the flat positions of the pixels inside, near ones together, about a chunk at a time."""
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
        if count + len(flat) > CHUNK_POINTS and waiting:
            yield np.concatenate(waiting)
            waiting, count = [], 0
        waiting.append(flat)
        count += len(flat)
    if waiting:
        yield np.concatenate(waiting)


def _follow_chunk(
    field: torch.Tensor, starts: NDArray[np.int64], shape: tuple[int, ...], niter: int
) -> NDArray[np.int64]:
    """Return the flat position of the pixel in which each of `starts` ends."""
    points = _to_unit(np.unravel_index(starts, shape), shape)
    last = np.empty_like(points)  # where points that need no more steps are for good
    group = np.arange(len(starts))  # which point of `last` each start has become
    alive = np.arange(len(starts))  # which point of `last` each column of `points` is
    steps_done = 0
    look = niter % CYCLE  # looks come a whole number of cycles before the end
    while look < FIRST_LOOK:
        look += CYCLE
    before = np.full_like(points, np.nan)
    while alive.size and steps_done < niter:
        until = min(look, niter)
        _step(field, points, until - steps_done)
        steps_done, look = until, look + CYCLE
        if steps_done == niter:
            break
        points, before, alive, group = _thin(points, before, alive, group, last)
    last[:, alive] = points
    return _to_flat(last[:, group], shape)


def _thin(
    points: NDArray[np.float32],
    before: NDArray[np.float32],
    alive: NDArray[np.int64],
    group: NDArray[np.int64],
    last: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Drop points that go round in circles or are where another one is."""
    circling = np.all(points == before, axis=0)
    last[:, alive[circling]] = points[:, circling]
    first, same = _distinct(points)
    represent = np.arange(last.shape[1])
    represent[alive] = alive[first[same]]
    group = represent[group]
    kept = first[~circling[first]]
    points = np.ascontiguousarray(points[:, kept])
    return points, points.copy(), alive[kept], group


def _distinct(points: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (one index of every distinct column, number of the distinct column each column is)."""
    bits = points.view(np.uint32).astype(np.uint64)
    key = bits[0]
    for axis in bits[1:]:
        if axis is not bits[1]:  # 64 bits hold two of three coordinates
            key = np.unique(key, return_inverse=True)[1].astype(np.uint64)
        key = key << np.uint64(32) | axis
    _, first, same = np.unique(key, return_index=True, return_inverse=True)
    return first, same


def _step(field: torch.Tensor, points: NDArray[np.float32], count: int) -> None:
    """Move the points by `count` steps in place."""
    import torch

    sample = torch.nn.functional.grid_sample
    with torch.inference_mode():
        grid = torch.from_numpy(points).T[(None,) * (field.ndim - 2)]
        for _ in range(count):
            step = sample(field, grid, align_corners=False).numpy().reshape(points.shape)
            np.add(points, step, out=points)
            np.clip(points, -1, 1, out=points)


def _to_unit(position: tuple[NDArray[np.int64], ...], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return (ndim, n) float32 coordinates from -1 to 1, last axis first."""
    points = np.stack(position[::-1]).astype(np.float32)
    for row, length in zip(points, shape[::-1], strict=True):
        row /= np.float32(max(1, length - 1))
    points *= np.float32(2)
    points -= np.float32(1)
    return points


def _to_flat(points: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the flat position of the pixel that holds each point."""
    flat = np.zeros(points.shape[1], np.int64)
    for row, length in zip(points[::-1], shape, strict=True):
        pixel = ((row + np.float32(1)) * np.float32(0.5) * np.float32(max(1, length - 1))).astype(np.int64)
        flat *= length
        flat += np.minimum(pixel, length - 1)
    return flat
