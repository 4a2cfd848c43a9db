"""Many images through one network: the next is read and the last is written beside it."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cpsam_core.cli.common import describe, subject
from cpsam_core.errors import DAMAGE, CpsamError
from cpsam_core.progress import Progress

if TYPE_CHECKING:
    from cpsam_core.cli.outputs import Target
    from cpsam_core.images import Image
    from cpsam_core.segment.segmenter import Segmentation

# Images read before they are needed: memory holds this many more.
AHEAD = 1
# Results that wait to be written.
BEHIND = 1

STEP_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}]"

FAILURES: tuple[type[Exception], ...] = (CpsamError, OSError, MemoryError, *DAMAGE)
"""What stops one image and not the run: all that a file, or an image too large for the device, can raise."""


@dataclass(frozen=True)
class Steps:
    """What is done with each image; `compute` runs in the calling thread, the others beside it."""

    read: Callable[[Target], Image]
    compute: Callable[[Image, Progress], Segmentation]
    write: Callable[[Target, Image, Segmentation], None]


@dataclass(frozen=True)
class ImageOutcome:
    """What became of an image: objects, diameter and what is to be said of the result, or why it failed."""

    target: Target
    objects: int = 0
    diameter: float = 0.0
    failure: str = ""
    notes: tuple[str, ...] = ()


def run_batch(targets: Sequence[Target], steps: Steps, report: Callable[[ImageOutcome], None]) -> None:
    """Take images through reading, network and writing; report what became of each, in order of their end.

    An image that fails does not stop the others. When the run is stopped (Ctrl+C), nothing more is begun and the
    image being written is finished, so that no results are left half-written.
    """
    reader, writer = ThreadPoolExecutor(1, "read"), ThreadPoolExecutor(1, "write")
    written: deque[tuple[ImageOutcome, Future[None]]] = deque()
    try:
        with _bars(len(targets)) as (advance, progress):

            def end(outcome: ImageOutcome) -> None:
                report(outcome)
                advance()

            for target, reading in _ahead(reader, targets, steps.read):
                try:
                    with _about(target, len(targets)):
                        image = reading.result()
                        found = steps.compute(image, progress)
                except FAILURES as error:
                    end(ImageOutcome(target, failure=describe(error)))
                    continue
                outcome = ImageOutcome(target, len(found.objects), found.diameter, notes=found.notes)
                written.append((outcome, writer.submit(steps.write, target, image, found)))
                # The writer's now: memory holds no more results than wait.
                del image, found, reading
                while len(written) > BEHIND:
                    end(_ended(*written.popleft()))
            while written:
                end(_ended(*written.popleft()))
    finally:
        reader.shutdown(wait=True, cancel_futures=True)
        writer.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _about(target: Target, images: int) -> Iterator[None]:
    """Name the image in warnings of the engine, where there are several."""
    token = subject.set(str(target.image) if images > 1 else "")
    try:
        yield
    finally:
        subject.reset(token)


def _ahead(
    reader: ThreadPoolExecutor, targets: Sequence[Target], read: Callable[[Target], Image]
) -> Iterator[tuple[Target, Future[Image]]]:
    """Yield each target with its image, while the next `AHEAD` are read."""
    waiting: deque[tuple[Target, Future[Image]]] = deque()
    for target in targets:
        # In the context of the run, which says whether files may be as large as they say.
        waiting.append((target, reader.submit(copy_context().run, read, target)))
        if len(waiting) > AHEAD:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


def _ended(outcome: ImageOutcome, writing: Future[None]) -> ImageOutcome:
    try:
        writing.result()
    except FAILURES as error:
        return ImageOutcome(outcome.target, failure=describe(error))
    return outcome


@contextmanager
def _bars(images: int) -> Iterator[tuple[Callable[[], object], Progress]]:
    """Show a bar of images, where there are several, and one of the steps (tiles first) of the image at hand.

    In a terminal only: a log file is no place for bars.
    """
    from tqdm import tqdm

    options: dict[str, Any] = {"file": sys.stderr, "dynamic_ncols": True, "leave": False}
    several = None if images > 1 else True
    with (
        tqdm(desc="images", total=images, unit="image", disable=several, **options) as outer,
        tqdm(desc="image", disable=None, mininterval=0.2, bar_format=STEP_FORMAT, **options) as inner,
    ):

        def report(done: int, total: int, note: str = "") -> None:
            inner.set_description_str(note, refresh=False)
            if inner.total != total or done < inner.n:
                inner.reset(total)
            inner.update(done - inner.n)

        yield outer.update, report
