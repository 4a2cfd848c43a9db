"""Batches made beside the network: threads draw and augment while it computes."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augment import UNKNOWN_CLASS, Augmentation, Sample, augment
from cpsam_core.data.dataset import TrainingSet, Turn

# Batches ready or in the making.
AHEAD = 3
# Keeps the lots apart from other randomness of the same seed.
LOTS = 0x1075


@dataclass(frozen=True)
class Batch:
    """Arrays of one step: tiles (b, c, y, x), targets (b, 3, y, x), weights (b, y, x), classes (b, y, x) or None.

    Where some samples of a batch have no classes, theirs are `UNKNOWN_CLASS`.
    """

    tiles: NDArray[np.float32]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    classes: NDArray[np.int64] | None


def batches(
    data: TrainingSet,
    settings: Augmentation,
    size: int,
    count: int,
    seed: tuple[int, ...],
    threads: int = 2,
    part: tuple[int, int] = (0, 1),
) -> Generator[Batch, None, None]:
    """Yield `count` batches of `size`; each sample depends on `seed` and its number only, not on timing.

    With `part` (rank, ranks) they are this process's part of `count` batches of `size` times `ranks`.
    """
    rank, ranks = part

    def sample(number: int) -> Sample:
        rng = np.random.default_rng((*seed, number))
        example = data.draw(rng, Turn(seed, number))
        recoloured = settings.stain_transfer > 0 and rng.random() < settings.stain_transfer
        lot = lot_of(number, size * ranks, seed) if settings.degraded else None
        return augment(example, settings, rng, data.draw(rng) if recoloured else None, lot)

    waiting: deque[list[Future[Sample]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="augment")
    try:
        numbers = iter(range(count))
        for step in itertools.chain(numbers, [None] * AHEAD):
            if step is not None:
                waiting.append([pool.submit(sample, (step * ranks + rank) * size + k) for k in range(size)])
            if waiting and (len(waiting) > AHEAD or step is None):
                yield stack([future.result() for future in waiting.popleft()])
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def lot_of(number: int, size: int, seed: tuple[int, ...]) -> float:
    """Return the lot of a sample, 0 to below 1: those of a batch of `size` are spread evenly, in random order.

    So a batch has every degradation in its exact share (paper, "Whole-dataset training": 32 of 256 each), and single
    samples have it on average.
    """
    batch, place = divmod(number, size)
    rng = np.random.default_rng((*seed, batch, LOTS))
    return float((rng.permutation(size)[place] + rng.random()) / size)


def stack(samples: list[Sample]) -> Batch:
    """Return samples as one batch; without classes where none of them has any."""
    some = any(s.classes is not None for s in samples)
    unknown = np.full(samples[0].weight.shape, UNKNOWN_CLASS, np.int64)
    return Batch(
        np.stack([s.tile for s in samples]),
        np.stack([s.target for s in samples]),
        np.stack([s.weight for s in samples]),
        np.stack([unknown if s.classes is None else s.classes for s in samples]) if some else None,
    )
