"""The next images of a folder, segmented before they are opened: into memory only, nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError, UnreadableError
from cpsam_core.progress import silent
from cpsam_gui.runs.options import RunOptions, remembered
from cpsam_gui.tasks.axes_reading import Unsure
from cpsam_gui.tasks.opening import OpenedImage, open_image, open_unsure
from cpsam_gui.tasks.records import MaskResult, PreviousMasks
from cpsam_gui.tasks.segmenting import combine, run_network

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.progress import Progress
    from cpsam_gui.runs.segmenter import Segments
    from cpsam_gui.tasks.axes_reading import AxesReading

PIXEL_BYTES = 16
"""Labels, flows of two directions and logits, 4 bytes each."""
OBJECT_BYTES = 500
"""One row of the object table, measured roughly."""
TOO_LARGE = "too large to be kept in memory"


@dataclass(frozen=True, slots=True)
class AheadPlan:
    """How images are segmented ahead.

    Attributes
    ----------
    options
        What the runs do.
    channels
        Channels that go to the network, None for the first ones.
    answers
        What a person said about the axes of images, by folder and shape.
    load
        Loads the model.
    hold
        Holds the device and yields the progress for the work that uses it.
    room
        Bytes that a result may take.
    """

    options: RunOptions
    channels: tuple[int | str, ...] | None
    answers: Mapping[tuple[Path, tuple[int, ...]], AxesReading]
    load: Callable[[Progress], Segments]
    hold: Callable[[Progress], AbstractContextManager[Progress]]
    room: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was found in an image that was not open, or why nothing was done."""

    path: Path
    found: MaskResult | None = None
    fingerprint: str = ""
    key: DocumentKey | None = None
    left_out: str = ""

    @property
    def nbytes(self) -> int:
        """Memory that it takes, about."""
        if self.found is None:
            return 0
        output = self.found.output
        maps = () if output is None else (output.flows, output.logits, output.class_logits)
        memory = None if output is None else output.memory
        arrays = sum(0 if one is None else one.nbytes for one in (self.found.labels, memory, *maps))
        return arrays + OBJECT_BYTES * len(self.found.records)


def segment_ahead(path: Path, plan: AheadPlan, progress: Progress) -> Ahead:
    """Read an image as it will be opened and segment it; one that has masks already is left alone.

    Raises
    ------
    CpsamError
        The image cannot be read or the model cannot be loaded.
    """
    opened = _read(path, plan)
    if opened is None:
        return Ahead(path, left_out="nobody said yet what its axes are")
    image, shape = opened.image, opened.image.pixels.shape
    if opened.found is not None or opened.problem or opened.doubt:
        return Ahead(path, left_out="has masks")
    if PIXEL_BYTES * shape[0] * shape[1] * shape[2] > plan.room:
        return Ahead(path, left_out=TOO_LARGE)
    settings = plan.options.settings_for(shape[0], plan.channels)
    with plan.hold(progress) as report:
        result, _ = run_network(image, settings, plan.load, report)
    found = combine(result, shape[:3], PreviousMasks(), progress)
    known = remembered(plan.options, settings, opened.reading.axes, opened.reading.time)
    return Ahead(path, replace(found, settings=known), opened.fingerprint, image.key)


def _read(path: Path, plan: AheadPlan) -> OpenedImage | None:
    try:
        opened = open_image(path, silent)
    except ImageError as error:
        raise UnreadableError(str(error)) from error
    if isinstance(opened, Unsure):
        answer = plan.answers.get((path.parent, opened.shape))
        return None if answer is None else open_unsure(opened, answer, silent)
    return opened
