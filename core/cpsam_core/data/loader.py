"""Batches made beside the network: threads or processes draw and augment while it computes."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augment import augment
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet, Turn
from cpsam_core.data.example import UNKNOWN_CLASS, Sample
from cpsam_core.errors import CpsamError
from cpsam_core.network.devices import keep_freed_memory

if TYPE_CHECKING:
    import torch

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


@dataclass(frozen=True)
class Helpers:
    """Who makes the samples beside the network.

    Threads share the interpreter's lock, which is enough for a processor that also computes the network; a graphics
    card asks for more crops than they can make, and gets them from processes.
    """

    threads: int = 2
    processes: int = 0


def batches(
    data: TrainingSet,
    settings: Augmentation,
    size: int,
    count: int,
    seed: tuple[int, ...],
    helpers: Helpers = Helpers(),
    part: tuple[int, int] = (0, 1),
) -> Generator[Batch, None, None]:
    """Yield `count` batches of `size`; each sample depends on `seed` and its number only, not on timing.

    With `part` (rank, ranks) they are this process's part of `count` batches of `size` times `ranks`.
    """
    maker = _Maker(data, settings, size, seed, part)
    return _by_processes(maker, count, helpers) if helpers.processes else _by_threads(maker, count, helpers)


@dataclass(frozen=True)
class _Maker:
    """Makes any sample of an epoch by its number."""

    data: TrainingSet
    settings: Augmentation
    size: int
    seed: tuple[int, ...]
    part: tuple[int, int]

    def numbers(self, step: int) -> range:
        """Return the numbers of the samples of a batch."""
        rank, ranks = self.part
        first = (step * ranks + rank) * self.size
        return range(first, first + self.size)

    def sample(self, number: int) -> Sample:
        settings = self.settings
        rng = np.random.default_rng((*self.seed, number))
        example = self.data.draw(rng, Turn(self.seed, number))
        recoloured = settings.stain_transfer > 0 and rng.random() < settings.stain_transfer
        lot = lot_of(number, self.size * self.part[1], self.seed) if settings.degraded else None
        return augment(example, settings, rng, self.data.draw(rng) if recoloured else None, lot)

    def __getitem__(self, step: int) -> dict[str, torch.Tensor] | CpsamError:
        """Return a batch as torch's loader of processes hands it over, by names of the fields; or what went wrong."""
        import torch

        try:
            batch = stack([self.sample(number) for number in self.numbers(step)])
        except CpsamError as error:
            # Raised in a process it would arrive as the text of a traceback.
            return error
        arrays = {field.name: getattr(batch, field.name) for field in fields(batch)}
        return {name: torch.from_numpy(array) for name, array in arrays.items() if array is not None}


def _by_threads(maker: _Maker, count: int, helpers: Helpers) -> Generator[Batch, None, None]:
    waiting: deque[list[Future[Sample]]] = deque()
    pool = ThreadPoolExecutor(helpers.threads, thread_name_prefix="augment")
    try:
        numbers = iter(range(count))
        for step in itertools.chain(numbers, [None] * AHEAD):
            if step is not None:
                waiting.append([pool.submit(maker.sample, number) for number in maker.numbers(step)])
            if waiting and (len(waiting) > AHEAD or step is None):
                yield stack([future.result() for future in waiting.popleft()])
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _by_processes(maker: _Maker, count: int, helpers: Helpers) -> Generator[Batch, None, None]:
    import torch
    from torch.utils.data import DataLoader

    loader = DataLoader(
        cast("Any", maker),
        batch_size=None,
        sampler=range(count),
        num_workers=min(helpers.processes, count),
        worker_init_fn=_alone,
        # Copies from such memory to a graphics card are several times as fast.
        pin_memory=torch.cuda.is_available(),
        # Not that of the training, which would go another way than with threads.
        generator=torch.Generator(),
    )
    for arrays in loader:
        if isinstance(arrays, CpsamError):
            raise arrays
        yield Batch(**{"classes": None, **{name: tensor.numpy() for name, tensor in arrays.items()}})


def _alone(number: int) -> None:
    """Let a process compute on one core: there are as many of them as are wanted."""
    cv2.setNumThreads(0)
    keep_freed_memory()


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
