"""One image of a folder from file to file: read, segment, save beside it, and never over work done by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cpsam_core.errors import ImageError
from cpsam_core.images.document_key import WHOLE
from cpsam_core.progress import silent
from cpsam_gui.runs.fates import EarlierWork, fate_of, one_of
from cpsam_gui.runs.folder_queue import ExistingMasks
from cpsam_gui.runs.options import remembered, still_by_hand
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.review_rule import CORRECTED, any_touched
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage import worklog
from cpsam_gui.storage.companions import PROJECT, earlier_work, images_in, masks_path, project_path
from cpsam_gui.storage.kept_flows import make_room
from cpsam_gui.tasks.axes_reading import as_far_as_it_fits
from cpsam_gui.tasks.opening import doubt_about
from cpsam_gui.tasks.records import MaskResult, PreviousMasks
from cpsam_gui.tasks.saving import LoadedMasks, SaveExtras, read_masks, save
from cpsam_gui.tasks.segmenting import combine, run_network

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_gui.runs.options import RunOptions
    from cpsam_gui.runs.segmenter import Segments
    from cpsam_gui.tasks.axes_reading import AxesReading

OPEN = "open in the window"
SEGMENT = "Segment"
"""What the log of the image calls it."""


@dataclass(frozen=True, slots=True)
class UnattendedRun:
    """What all images of a queue have in common.

    Attributes
    ----------
    options
        What the runs do.
    channels
        Channels that go to the network, None for the first ones.
    reading
        How the axes of files are read.
    existing
        What happens to images that have masks.
    load
        Loads the model.
    hold
        Holds the device and yields the progress for the work that uses it.
    is_open
        Whether an image is the one that a person works on; asked from another thread.
    flows_bytes
        Disk that the projects of a folder may take for flows to be kept in another one; 0 keeps none.
    """

    options: RunOptions
    channels: tuple[int | str, ...] | None
    reading: AxesReading
    existing: ExistingMasks
    load: Callable[[Progress], Segments]
    hold: Callable[[Progress], AbstractContextManager[Progress]]
    is_open: Callable[[Path], bool]
    flows_bytes: int = 0


@dataclass(frozen=True, slots=True)
class UnattendedResult:
    """What became of an image: its objects, or why it was left alone."""

    objects: int = 0
    skipped: str = ""
    only: str = ""
    """Which time point alone was segmented; empty where there are no others."""


def segment_unattended(path: Path, plan: UnattendedRun, progress: Progress) -> UnattendedResult:
    """Segment an image file and write its project and masks beside it.

    Raises
    ------
    CpsamError
        The image or its earlier masks cannot be read, the model cannot be loaded, or nothing can be written. What was
        there before stays as it was.
    """
    from cpsam_core.images.fingerprint import fingerprint

    if plan.is_open(path):
        return UnattendedResult(skipped=OPEN)
    if plan.existing is ExistingMasks.SKIP_ALL and earlier_work(path) is not None:
        return UnattendedResult(skipped="has masks")
    progress(0, 1, "Reading")
    image, reading, only = _read(path, plan.reading)
    earlier, before = earlier_work(path, key=image.key), None
    own: dict[str, Any] = {}
    if earlier is not None:
        before = read_masks(earlier, image.pixels.shape[:3], silent, image.key)
        doubt = doubt_about(before, path, fingerprint(image.pixels))
        if doubt:
            return UnattendedResult(skipped=f"{earlier.name} may belong to another image. {doubt}")
        # Nobody knows how masks without a project came about: they may be the work of days.
        corrected = earlier.suffix != PROJECT or _corrected(before)
        fate = fate_of(EarlierWork(True, corrected, before.settings), plan.existing, plan.options)
        if fate.skipped:
            return UnattendedResult(skipped=fate.skipped)
        own = dict(fate.thresholds)
    found = _run(image, before, replace(plan, reading=reading), own, progress)
    # Somebody works on it by now.
    if plan.is_open(path):
        return UnattendedResult(skipped=OPEN)
    room = plan.flows_bytes > 0 and make_room(
        path.parent, plan.flows_bytes, lambda project: any(map(plan.is_open, _images_of(project)))
    )
    _save(path, image, before, found, progress, with_flows=room)
    return UnattendedResult(len(found.records), only=only)


def _read(path: Path, like: AxesReading) -> tuple[Image, AxesReading, str]:
    """Read an image as the open one was, as far as that fits it; of a movie one time point.

    Returns
    -------
    image : Image
    reading : AxesReading
        How it was read.
    only : str
        Which time point was taken, where there are others.
    """
    from cpsam_core.images.readers import arrange_raw, read_raw

    raw = read_raw(path, like.scene)
    reading, times = as_far_as_it_fits(raw, like)
    return arrange_raw(raw, path, reading.axes, reading.time), reading, one_of(reading.time, times)


def earlier_works(images: Collection[Path], progress: Progress = silent) -> dict[Path, EarlierWork]:
    """Return what there is of each image by the files beside it; a little of each project is read.

    Left out are images whose masks are those of time points or scenes: a run says of them what it found.
    """
    from cpsam_core.images.companions import Listings, documents_of

    listings = Listings()
    found: dict[Path, EarlierWork] = {}
    for number, path in enumerate(images):
        progress(number, len(images), path.name)
        documents = documents_of(path, listings=listings)
        if not documents:
            found[path] = EarlierWork()
        elif len(documents) == 1 and documents[0].key == WHOLE and documents[0].masks:
            found[path] = _work_in(documents[0].masks[0])
    return found


def _work_in(masks: Path) -> EarlierWork:
    from cpsam_core.images.project_summary import holds_work, read_settings

    if masks.suffix != PROJECT:
        return EarlierWork(True, True)
    try:
        return EarlierWork(True, holds_work(masks), read_settings(masks))
    except ImageError:
        # The run says what is wrong with it.
        return EarlierWork(True, True)


def _run(
    image: Image, before: MaskResult | None, plan: UnattendedRun, own: dict[str, Any], progress: Progress
) -> MaskResult:
    """Segment an image, with thresholds of its `own` where it has them."""
    options = plan.options.changed(**own) if own else plan.options
    settings = options.settings_for(image.pixels.shape[0], plan.channels)
    rows = {} if before is None else {n: row for n, row in before.records.items() if row.touched}
    # A file that was never opened has no history: ids may begin after those that stay.
    kept = PreviousMasks(
        before.labels if before is not None and rows else None, rows, max(rows, default=0) + 1
    )
    with plan.hold(progress) as report:
        result, _ = run_network(image, settings, plan.load, report)
    found = combine(result, image.pixels.shape[:3], kept, progress)
    known = remembered(options, settings, plan.reading.axes, plan.reading.time)
    return replace(found, settings=still_by_hand(known, before.settings if before is not None else {}))


def _corrected(found: MaskResult) -> bool:
    """Whether masks hold anything that a person did."""
    reviewed = isinstance(found, LoadedMasks) and found.facts is not None and found.facts.review in CORRECTED
    return reviewed or any_touched(found.records)


def _images_of(project: Path) -> list[Path]:
    """Return the images whose work a project may hold."""
    return [one for one in images_in(project.parent) if project_path(one) == project]


def _save(
    path: Path,
    image: Image,
    before: MaskResult | None,
    found: MaskResult,
    progress: Progress,
    *,
    with_flows: bool,
) -> None:
    from cpsam_core.images.fingerprint import fingerprint

    facts, foreign = ImageFacts(), dict[str, Any]()
    if isinstance(before, LoadedMasks):
        facts, foreign = before.facts or facts, dict(before.foreign)
    if facts.review is ReviewState.NOT_STARTED:
        facts = facts.changed(review=ReviewState.SEGMENTED)
    foreign = worklog.noted(foreign, SEGMENT, StepKind.SEGMENT)
    extra = SaveExtras(
        path,
        found.settings,
        found.output,
        with_flows=with_flows,
        facts=facts,
        foreign=foreign,
        key=image.key,
        fingerprint=fingerprint(image.pixels),
    )
    if image.path is None:
        raise ImageError(f"{path.name} has no place to save masks in.")
    for target in (project_path(path), masks_path(path, image.key)):
        save(target, found.labels, found.records, extra, progress)
