"""One image of a folder from file to file: read, segment, save beside it, and never over work done by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cpsam_core.errors import CpsamError, ImageError, UnreadableError
from cpsam_core.progress import Cancelled, silent
from cpsam_gui.program.run_part import RunPart
from cpsam_gui.runs.fates import EarlierWork, fate_of, one_of, scene_of
from cpsam_gui.runs.folder_queue import ExistingMasks
from cpsam_gui.runs.movie_times import MovieTimes, at_work
from cpsam_gui.runs.options import remembered, still_by_hand
from cpsam_gui.state.review_rule import CORRECTED, any_checked
from cpsam_gui.storage.companions import PROJECT, earlier_work, project_path
from cpsam_gui.storage.own_writes import writing
from cpsam_gui.tasks.axes_reading import as_far_as_it_fits, raw_like
from cpsam_gui.tasks.earlier_works import is_still, masks_there, waits
from cpsam_gui.tasks.opening import doubt_about
from cpsam_gui.tasks.records import MaskResult, PreviousMasks
from cpsam_gui.tasks.saving import LoadedMasks, read_masks
from cpsam_gui.tasks.saving_found import room_for_flows, save_found
from cpsam_gui.tasks.segmenting import combine, run_network
from cpsam_gui.tasks.time_point_labels import add_label_images

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.readers import Raw
    from cpsam_core.progress import Progress
    from cpsam_gui.runs.options import RunOptions
    from cpsam_gui.runs.segmenter import Segments
    from cpsam_gui.tasks.axes_reading import AxesReading

OPEN = "open in the window"
STEPS = 100_000
"""Of the progress of a movie."""
FLOW_BYTES = 6
"""Of what the network saw of a pixel: three numbers of half precision."""
MOST_REWRITTEN_BYTES = 2 << 30
"""A project is written anew with each time point: flows are kept where that comes to no more than this."""


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
        Whether an image, or with a key that document of it, is what a person works on; asked from another thread.
    flows_bytes
        Disk that the projects of a folder may take for flows to be kept in another one; 0 keeps none.
    all_times
        Whether all time points of a movie are segmented instead of one.
    """

    options: RunOptions
    channels: tuple[int | str, ...] | None
    reading: AxesReading
    existing: ExistingMasks
    load: Callable[[Progress], Segments]
    hold: Callable[[Progress], AbstractContextManager[Progress]]
    is_open: Callable[[Path, DocumentKey | None], bool]
    flows_bytes: int = 0
    all_times: bool = False


@dataclass(frozen=True, slots=True)
class UnattendedResult:
    """What became of an image: its objects, or why it was left alone."""

    objects: int = 0
    left_out: int = field(default=0, kw_only=True)
    """How many were found where a person had deleted or refused some, and stay away."""
    skipped: str = ""
    only: str = ""
    """Which time point alone was segmented; empty where there are no others."""
    scene: str = ""
    """Which scene alone; empty where there are no others."""
    times: MovieTimes | None = None
    """Of a movie of which all time points were to be segmented, what became of them."""


def segment_unattended(
    path: Path, plan: UnattendedRun, progress: Progress, times: MovieTimes | None = None
) -> UnattendedResult:
    """Segment an image file and write its project and masks beside it; of a movie one time point, or all of them.

    Of all time points those are left out that are done by `times`; the one that a person works on is left to them.

    Raises
    ------
    CpsamError
        The image or its earlier masks cannot be read, the model cannot be loaded, or nothing can be written. What was
        there before stays as it was.
    """
    if not plan.all_times:
        if plan.is_open(path, None):
            return UnattendedResult(skipped=OPEN)
        if plan.existing is ExistingMasks.SKIP_ALL and earlier_work(path) is not None:
            return UnattendedResult(skipped="has masks")
    progress(0, 1, "Reading")
    raw, reading, count = _read(path, plan.reading)
    scene = scene_of(reading.scene, len(raw.scenes))
    if plan.all_times and count > 1:
        known = times or MovieTimes(count)
        done = _segment_times(path, raw, replace(plan, reading=reading), known, progress)
        return UnattendedResult(times=done, scene=scene)
    image = _arranged(raw, path, reading)
    result = _segment_one(path, image, replace(plan, reading=reading), progress)
    if result.skipped:
        return result
    return replace(result, only=one_of(reading.time, count), scene=scene)


def _segment_times(
    path: Path, raw: Raw, plan: UnattendedRun, times: MovieTimes, progress: Progress
) -> MovieTimes:
    """Segment the time points of a movie that are not done yet, each as if it were an image; one failure stops none.

    What is done stays where the work is cancelled: that is told by the result, too.
    """
    for time in times.left:
        reading = plan.reading.at(time)

        tell = partial(_tell, progress, times, time, RunPart())
        try:
            image = _arranged(raw, path, reading)
            if plan.is_open(path, image.key):
                continue
            result = _segment_one(path, image, replace(plan, reading=reading), tell, rewrites=times.count)
        except Cancelled:
            return replace(times, stopped=True)
        except CpsamError as error:
            times = times.failing(time, str(error))
        else:
            # Somebody went there while it was worked on.
            there = result.skipped == OPEN
            times = times if there else times.adding(time, result.objects, result.skipped, result.left_out)
    if times.segmented:
        parts = (_arranged(raw, path, plan.reading.at(time)) for time in range(times.count))
        add_label_images(path, parts, plan.is_open)
    return times


def _tell(
    progress: Progress, times: MovieTimes, time: int, run: RunPart, done: int, total: int, note: str = ""
) -> None:
    """Tell how far a movie is, and which time point is worked on; what is done with it, as `note` says, has no room."""
    part = round(STEPS * times.part(run.go_on(done, total, note)))
    progress(part, STEPS, at_work(time, times.count))


def _segment_one(
    path: Path, image: Image, plan: UnattendedRun, progress: Progress, rewrites: int = 1
) -> UnattendedResult:
    """Segment one document of a file; its project is written so many times, once for each of its time points."""
    # What a person saved while the model was at work decides anew: nothing that was not looked at is written over.
    while (result := _segment_as_seen(path, image, plan, progress, rewrites)) is None:
        pass
    return result


def _segment_as_seen(
    path: Path, image: Image, plan: UnattendedRun, progress: Progress, rewrites: int
) -> UnattendedResult | None:
    """Do that with the masks that are there now; None where there are others by the time that it is written."""
    from cpsam_core.images.fingerprint import fingerprint

    if plan.is_open(path, image.key):
        return UnattendedResult(skipped=OPEN)
    if waits(path, image.key):
        return UnattendedResult(
            skipped=fate_of(EarlierWork(waiting=True), plan.existing, plan.options).skipped
        )
    seen, before = masks_there(path, image.key), None
    own: dict[str, Any] = {}
    if seen is not None:
        earlier = seen[0]
        if plan.existing is ExistingMasks.SKIP_ALL:
            return UnattendedResult(skipped="has masks")
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
    found = _run(image, before, plan, own, progress)
    # Each time point is written with all before it.
    rewritten = FLOW_BYTES * image.pixels[..., 0].size * rewrites**2 // 2
    room = (rewrites == 1 or rewritten < MOST_REWRITTEN_BYTES) and room_for_flows(
        path, plan.flows_bytes, plan.is_open
    )
    with writing(project_path(path), image.key):
        # Somebody works on it by now.
        if plan.is_open(path, image.key):
            return UnattendedResult(skipped=OPEN)
        if not is_still(seen, path, image.key) or waits(path, image.key):
            return None
        progress(1, 1, "Saving")
        # Nothing is cancelled any more: project and label image go together.
        save_found(path, image, before, found, with_flows=room)
    return UnattendedResult(len(found.records), left_out=found.left_out)


def _read(path: Path, like: AxesReading) -> tuple[Raw, AxesReading, int]:
    """Read a file, and return how it is arranged, as the open one was, as far as that fits it; and its time points."""
    from cpsam_core.images.readers import read_raw

    try:
        raw, fitting = raw_like(path, like, read_raw)
    except ImageError as error:
        raise UnreadableError(str(error)) from error
    reading, times = as_far_as_it_fits(raw, fitting)
    return raw, reading, times


def _arranged(raw: Raw, path: Path, reading: AxesReading) -> Image:
    """Return what was read as an image: of a movie, one time point."""
    from cpsam_core.images.readers import arrange_raw

    return arrange_raw(raw, path, reading.axes, reading.time)


def _run(
    image: Image, before: MaskResult | None, plan: UnattendedRun, own: dict[str, Any], progress: Progress
) -> MaskResult:
    """Segment an image, with thresholds of its `own` where it has them."""
    options = plan.options.changed(**own) if own else plan.options
    settings = options.settings_for(image.pixels.shape[0], plan.channels)
    rows = {} if before is None else {n: row for n, row in before.records.items() if row.touched}
    # A file that was never opened has no history: ids may begin after those that stay.
    facts = before.facts if isinstance(before, LoadedMasks) else None
    kept = PreviousMasks(
        before.labels if before is not None and rows else None,
        rows,
        max(rows, default=0) + 1,
        deleted=None if facts is None else facts.deleted,
    )
    with plan.hold(progress) as report:
        result, _ = run_network(image, settings, plan.load, report)
    found = combine(result, image.pixels.shape[:3], kept, progress)
    known = remembered(options, settings, plan.reading.axes, plan.reading.time)
    return replace(found, settings=still_by_hand(known, before.settings if before is not None else {}))


def _corrected(found: MaskResult) -> bool:
    """Whether masks hold anything that a person did."""
    reviewed = isinstance(found, LoadedMasks) and found.facts is not None and found.facts.review in CORRECTED
    return reviewed or any_checked(found.records)
