"""Batches made beside the network: threads or processes draw and augment while it computes, or the device does."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.example import Sample
from cpsam_core.data.maker import Batch, Maker, stack
from cpsam_core.errors import CpsamError
from cpsam_core.network.devices import keep_freed_memory

if TYPE_CHECKING:
    from cpsam_core.data.device_images import DeviceImages

# Batches ready or in the making.
AHEAD = 3


@dataclass(frozen=True)
class Helpers:
    """Who makes the samples beside the network.

    Threads share the interpreter's lock, which is enough for a processor that also computes the network; a graphics
    card asks for more crops than they can make, and gets them from processes, or makes them itself.
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
    images: DeviceImages | None = None,
) -> Generator[Batch, None, None]:
    """Yield `count` batches of `size`; each sample depends on `seed` and its number only, not on timing.

    With `part` (rank, ranks) they are this process's part of `count` batches of `size` times `ranks`. Crops of `images`
    that lie on a device are made there.
    """
    maker = Maker(data, settings, size, seed, part)
    if images is not None:
        return _on_device(maker, count, images)
    return _by_processes(maker, count, helpers) if helpers.processes else _by_threads(maker, count, helpers)


def _by_threads(maker: Maker, count: int, helpers: Helpers) -> Generator[Batch, None, None]:
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


def _by_processes(maker: Maker, count: int, helpers: Helpers) -> Generator[Batch, None, None]:
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


def _on_device(maker: Maker, count: int, images: DeviceImages) -> Generator[Batch, None, None]:
    from cpsam_core.data.device_batches import DeviceMaker

    on_device = DeviceMaker(maker, images)
    # One thread: it asks the device for the next batch while that computes the network, or waits for its gradients.
    pool = ThreadPoolExecutor(1, thread_name_prefix="augment")
    waiting = deque(pool.submit(on_device.batch, step) for step in range(min(AHEAD, count)))
    try:
        for step in range(count):
            batch = waiting.popleft().result()
            if step + AHEAD < count:
                waiting.append(pool.submit(on_device.batch, step + AHEAD))
            yield batch
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(number: int) -> None:
    """Let a process compute on one core: there are as many of them as are wanted."""
    cv2.setNumThreads(0)
    keep_freed_memory()
