"""What a run found in an image that is no longer open: saved or kept with it, over nothing that was done by hand."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from cpsam_core.errors import CpsamError, ImageError
from cpsam_core.progress import silent
from cpsam_core.system.file_identity import identity_of
from cpsam_core.system.paths import as_given
from cpsam_gui.operations.region_run import land, with_output, without_deleted
from cpsam_gui.operations.replacing import is_kept
from cpsam_gui.state.document import Document
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.objects import Records
from cpsam_gui.state.review_rule import after
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage import worklog
from cpsam_gui.storage.companions import earlier_work, project_path
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_format import RecoveredChunks, recover
from cpsam_gui.storage.journal_heads import image_of, part_of
from cpsam_gui.storage.own_writes import writing
from cpsam_gui.storage.waiting_work import is_older
from cpsam_gui.tasks.opening import doubt_about
from cpsam_gui.tasks.records import MaskResult, PreviousMasks, ready_to_land, records_with
from cpsam_gui.tasks.saving import LoadedMasks, read_masks
from cpsam_gui.tasks.saving_found import room_for_flows, save_found
from cpsam_gui.tasks.segmenting import combine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from cpsam_core import Segmentation
    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.progress import Progress
    from cpsam_gui.operations.region_run import RegionResult
    from cpsam_gui.state.objects import ObjectRecord

    Together: TypeAlias = Callable[[MaskResult | None, Progress], LoadedMasks]
    """Puts the result of a run together with the masks that are there."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LeftRun:
    """A run on an image, or on one document of it, that was left meanwhile.

    Attributes
    ----------
    path, image
        The image as it was open.
    step
        Name and kind of what was done.
    together
        Puts what was found together with the masks that are there by now.
    is_open
        Whether an image, or with a key that document of it, is what a person works on; asked from another thread.
    flows_bytes
        Disk that the projects of the folder may take for flows to be kept; 0 keeps none.
    """

    path: Path
    image: Image
    step: tuple[str, StepKind]
    together: Together
    is_open: Callable[[Path, DocumentKey | None], bool]
    flows_bytes: int = 0


@dataclass(frozen=True, slots=True)
class KeptRun:
    """What was found, in a journal from which it comes back when its image is opened again.

    Attributes
    ----------
    journal
        Not closed yet: nobody takes it for what a program left that has ended.
    found
        The masks, with flows and settings, which a journal does not hold.
    instead_of
        The journal that was there before, whose work is in this one; None without one.
    why
        Why it could not be saved, where that was tried, or what saved masks could not be put together with it.
    """

    journal: Journal
    found: LoadedMasks
    instead_of: Path | None
    why: Exception | None = None


def keep_left(run: LeftRun, progress: Progress) -> LoadedMasks | None:
    """Save what was found with its image and return it; None where somebody works on the image by now.

    Raises
    ------
    CpsamError
        The masks that were saved before cannot be read or belong to another image, or nothing can be written.
    """
    project = project_path(run.path)
    progress(0, 1, "Saving")
    room = room_for_flows(run.path, run.flows_bytes, run.is_open)
    while True:
        seen = identity_of(project)
        before = _before(run)
        found = run.together(before, progress)
        with writing(project, run.image.key):
            if run.is_open(run.path, run.image.key):
                return None
            # What was done before it was left may have been saved only now.
            if identity_of(project) == seen:
                # As with any save, there is no label image unless there was one.
                save_found(run.path, run.image, before, found, run.step, with_flows=room, label_image=False)
                return found


def keep_left_or_for_later(
    run: LeftRun, kept: Collection[Path], progress: Progress
) -> LoadedMasks | KeptRun | None:
    """Save what was found with its image; where that fails, such as on a full disk, keep it as `keep_for_later` does.

    Work that waits in one of the journals `kept` is no file's, and what is found stays with it.

    Raises
    ------
    CpsamError
        Nothing can be written anywhere.
    """
    if _journals_of(run, kept):
        return keep_for_later(run, kept, progress)
    try:
        return keep_left(run, progress)
    except (CpsamError, OSError) as error:
        log.warning("what was found in %s cannot be saved: %s", run.path, error)
        return replace(keep_for_later(run, kept, progress), why=error)


def keep_for_later(run: LeftRun, kept: Collection[Path], progress: Progress) -> KeptRun:
    """Put what was found into a journal, for an image beside which nothing is saved unasked.

    Work on the image that waits in one of the journals `kept` is there, too. Saved masks that cannot be read or may
    belong to another image stay where they are: whoever opens and saves the image is asked what becomes of them.

    Raises
    ------
    CpsamError
        No journal can be written.
    """
    progress(0, 1, "Saving")
    earlier, before, why = _waiting(run, kept), None, None
    try:
        before = _before(run) if earlier is None else earlier
    except CpsamError as error:
        why = error
    found = run.together(before, progress)
    document, problems = Document(run.image.pixels.shape[:3]), list[str]()
    document.begin_with(found.facts or ImageFacts())
    log = worklog.read(before.foreign.get(worklog.KEY)) if isinstance(before, LoadedMasks) else []
    journal = Journal(
        document,
        run.path,
        complain=problems.append,
        log=lambda: log,
        part=run.image.key.ending,
        axes=run.image.axes,
    )
    name, kind = run.step
    document.replace(name, found.store, found.records, kind=kind, keeps=True)
    journal.flush()
    if not journal.holds_all:
        journal.remove()
        raise ImageError(*problems)
    return KeptRun(journal, found, earlier.journal if earlier is not None else None, why)


@dataclass(frozen=True, slots=True)
class _WaitingMasks(LoadedMasks):
    """Masks that wait in a journal."""

    journal: Path | None = None


def _waiting(run: LeftRun, kept: Collection[Path]) -> _WaitingMasks | None:
    """Return the work on the image that waits in one of the journals; None without one."""
    for journal in _journals_of(run, kept):
        work = recover(journal)
        if work is None or isinstance(work.labels, RecoveredChunks):
            continue
        if work.labels.shape == run.image.pixels.shape[:3]:
            records, log = records_with(work.labels, work.objects), {worklog.KEY: worklog.stored(work.log)}
            return _WaitingMasks(work.labels, records, facts=work.facts, foreign=log, journal=journal)
    return None


def _journals_of(run: LeftRun, kept: Collection[Path]) -> list[Path]:
    """Return those of the journals that hold work on the image which is not older than its project."""
    image, part = as_given(run.path), run.image.key.ending
    return [
        one
        for one in kept
        if image_of(one) == image
        and part_of(one) == part
        and not is_older(one, image, identity_of(one).changed / 1e9, part)
    ]


def _before(run: LeftRun) -> MaskResult | None:
    from cpsam_core.images.fingerprint import fingerprint

    earlier = earlier_work(run.path, key=run.image.key)
    if earlier is None:
        return None
    before = read_masks(earlier, run.image.pixels.shape[:3], silent, run.image.key)
    doubt = doubt_about(before, run.path, fingerprint(run.image.pixels))
    if doubt:
        raise ImageError(f"{earlier.name} may belong to another image. {doubt}")
    return before


def with_whole(
    result: Segmentation,
    shape: tuple[int, ...],
    settings: Mapping[str, Any],
    given_up: Mapping[int, ObjectRecord],
    keep: bool,
    before: MaskResult | None,
    progress: Progress,
) -> LoadedMasks:
    """Put what was found in an image together with what a person did; what was given up may be replaced.

    With `keep`, what was deleted stays away.
    """
    records = {} if before is None else before.records
    rows = {number: row for number, row in records.items() if is_kept(number, row, given_up)}
    facts = _facts(before) if keep else _facts(before).changed(deleted=None)
    kept = PreviousMasks(
        before.labels if before is not None and rows else None,
        rows,
        max(rows, default=0) + 1,
        deleted=facts.deleted,
    )
    found = combine(result, shape, kept, progress)
    if facts.review is ReviewState.NOT_STARTED:
        facts = facts.changed(review=ReviewState.SEGMENTED)
    return _loaded(replace(found, settings=dict(settings)), before, facts)


def with_region(
    found: RegionResult,
    shape: tuple[int, int, int],
    given_up: Mapping[int, ObjectRecord],
    keep: bool,
    before: MaskResult | None,
    progress: Progress,
) -> LoadedMasks:
    """Put what was found in a region together with all that is there, as in an image that is open."""
    progress(0, 1, "Objects")
    document, settings = Document(shape), {} if before is None else dict(before.settings)
    document.begin_with(_facts(before))
    if before is not None:
        document.replace("", before.store, before.records, kind=StepKind.LOAD, facts=document.facts)
    document.rule = lambda step, facts: after(step, facts, document.table)
    found, left_out = without_deleted(found, document.facts.deleted if keep else None)
    land(document, "", found, given_up)
    output = None if before is None or before.output is None else with_output(before.output, found)
    labels, rows = document.snapshot().array(), Records(document.objects)
    made = ready_to_land(MaskResult(labels, rows, output, settings, left_out=left_out))
    return _loaded(made, before, document.facts)


def _facts(before: MaskResult | None) -> ImageFacts:
    return (before.facts if isinstance(before, LoadedMasks) else None) or ImageFacts()


def _loaded(found: MaskResult, before: MaskResult | None, facts: ImageFacts) -> LoadedMasks:
    """Return masks with what is known of the image."""
    foreign = before.foreign if isinstance(before, LoadedMasks) else {}
    return LoadedMasks(
        found.labels,
        found.records,
        found.output,
        found.settings,
        facts,
        foreign,
        left_out=found.left_out,
        packed=found.packed,
    )
