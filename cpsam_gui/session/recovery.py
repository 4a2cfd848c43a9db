"""Taking up work that a crash left in a journal, or that was kept there for later."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from PyQt6.QtCore import QTimer

from cpsam_core.system.file_identity import identity_of
from cpsam_core.system.paths import as_given
from cpsam_gui import tasks
from cpsam_gui.jobs.job import Problem
from cpsam_gui.program.i18n import translate, written_time
from cpsam_gui.program.numbers import counted, filled
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.journal_folder import given_up_name, is_given_up, is_kept, left_behind
from cpsam_gui.storage.journal_format import (
    RecoveredChunks,
    RecoveredWork,
    amount_of,
    recover,
)
from cpsam_gui.storage.journal_heads import image_of, part_of
from cpsam_gui.storage.waiting_work import is_older

if TYPE_CHECKING:
    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence
    from cpsam_gui.session.recording import WorkRecorder
    from cpsam_gui.state.document import Document
    from cpsam_gui.storage.chunked_labels import ChunkedLabels


@dataclass(frozen=True, slots=True)
class LeftWork:
    """Work that a program left behind when it ended."""

    journal: Path
    image: Path | None
    """None where the journal is damaged from its beginning."""
    when: float
    """Of the last change, seconds since 1970."""
    part: str = ""
    """Which scene and time point of the image it is."""
    is_older: bool = False
    """Whether the project was saved after it: a copy of earlier work, and nothing that would be lost."""

    @property
    def given_up(self) -> bool:
        """Whether a person discarded it: it waits for whoever asks for it."""
        return is_given_up(self.journal)

    @property
    def kept(self) -> bool:
        """Whether it was kept for later, by the user's choice or with his knowledge."""
        return is_kept(self.journal)

    @property
    def name(self) -> str:
        """What to call the image."""
        return self.image.name if self.image is not None else self.journal.name.rsplit("-", 2)[0]

    @property
    def much(self) -> str:
        """How much it is in words, which the whole journal is read for; empty where that is not known."""
        amount = amount_of(self.journal)
        return ", ".join(part for part in (_objects(amount.objects), _steps(amount.steps)) if part)

    @property
    def moment(self) -> str:
        """The time of the last change in words."""
        return written_time(self.when)


def _objects(count: int | None) -> str:
    if count is None:
        return ""
    return counted(count, translate("1 object"), translate("{:,} objects"))


def _steps(count: int | None) -> str:
    if count is None:
        return ""
    return counted(count, translate("1 step"), translate("{:,} steps"))


def _question(left: LeftWork) -> Question:
    """Return what is asked about work that was left behind; an older copy is never called unsaved work."""
    drop, later = Answer("drop", translate("Discard")), Answer("later", translate("Later"))
    if left.is_older:
        return Question(
            translate("There is an older copy of the work on {}.").format(left.name),
            translate(
                "It dates from {}, and the project was saved after that. Opening it replaces the newer "
                "work on the canvas, as a step that can be undone."
            ).format(left.moment),
            (Answer("recover", translate("Open the older copy")), drop, later),
        )
    much = left.much
    return Question(
        translate("There is unsaved work on {}.").format(left.name),
        translate("The program quit before it was saved, on {}.").format(left.moment)
        + (f"\n{much}" if much else ""),
        (Answer("recover", translate("Recover")), drop, later),
    )


class Recovery:
    """Finds journals that were left behind and opens what they hold."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        images: Images,
        recording: WorkRecorder,
        persistence: Persistence,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._images = images
        self._recording = recording
        self._persistence = persistence
        open_image.image_changed.connect(self.offer_for_open_image)
        # Journals whose work is on the canvas already.
        self._taken: set[Path] = set()

    @staticmethod
    def found(*, given_up: bool = True) -> list[LeftWork]:
        """Return all that was left behind, the newest first, with `given_up` what was discarded too."""
        found = []
        for path in left_behind(given_up=given_up):
            file = identity_of(path)
            if not file.exists:
                # Since the folder was listed, another window has taken it or thrown it away.
                continue
            image, when, part = image_of(path), file.changed / 1e9, part_of(path)
            found.append(LeftWork(path, image, when, part, is_older(path, image, when, part)))
        return found

    def drop(self, left: LeftWork) -> None:
        """Offer what was left behind to nobody any more who does not ask for it; the second time it goes for good."""
        if left.given_up:
            left.journal.unlink(missing_ok=True)
            return
        with suppress(FileNotFoundError):
            given_up = left.journal.replace(given_up_name(left.journal))
            # The days count from now on.
            given_up.touch()
        self._notices.waiting_changed.emit()

    def recover(self, journal: Path) -> None:
        """Open the image of a journal with the work that it holds."""
        work = partial(_read_journal, journal)
        self._jobs.run(
            work, name=translate("Reading the journal"), then=partial(self._read, journal), abandonable=True
        )

    def offer_for_open_image(self) -> None:
        """Ask about work on the image that was just opened, where a crash left some."""
        if self._open_image.path is not None:
            QTimer.singleShot(0, partial(self._ask, self._open_image.path, self._open_image.document))

    def _ask(self, path: Path, document: Document) -> None:
        if self._open_image.document is not document:
            # Another image is open by now, or the same once more.
            return
        image, shown = as_given(path), self._open_image.image
        part = shown.key.ending if shown is not None else ""
        for left in self.found(given_up=False):
            others = left.image is None or left.image != image or left.part != part
            if others or left.journal in self._taken:
                continue
            if left.kept and not left.is_older:
                # Whoever put it there for later is not asked once more, also after a restart. Nothing takes the place
                # of other work: of two that wait, each would bring the other back in turn.
                if not document.modified:
                    self.recover(left.journal)
                return
            answer = self._persistence.ask(_question(left))
            if answer == "drop":
                self.drop(left)
            elif answer == "recover":
                self.recover(left.journal)
                return

    def _read(self, journal: Path, found: RecoveredWork | None) -> None:
        if found is None:
            text = translate("The journal {} contains nothing that can be used.").format(journal)
            self._notices.failed.emit(Problem(text))
            return
        if identity_of(found.image).exists:
            self._open(found.image, found)
        else:
            # In the next turn of the event loop: a dialog must not keep the job that ended waiting.
            QTimer.singleShot(0, partial(self._ask_where, found))

    def _open(self, image: Path, found: RecoveredWork) -> None:
        self._images.open(image, partial(self._take_up, found), reading=_reading_of(found))

    def _ask_where(self, found: RecoveredWork) -> None:
        """Ask whether the open image is the one of a journal, which is no longer where it was; else say what to do."""
        gone = translate("{} is no longer there.").format(found.image)
        here = self._open_image.path
        if here is None or here.name != found.image.name or as_given(here) == found.image:
            words = translate("Open it where it is now, then recover its work again.")
            self._notices.failed.emit(Problem(f"{gone} {words}"))
            return
        question = Question(
            gone,
            translate("Is it the image of that name that is open now, from the folder {}?").format(
                here.parent
            ),
            (
                Answer("same", translate("It is the same image")),
                Answer("other", translate("It is another one")),
            ),
        )
        if self._persistence.ask(question) == "same" and self._open_image.path == here:
            self._open(here, found)

    def _take_up(self, found: RecoveredWork) -> None:
        self._taken.add(found.path)
        document, labels = self._open_image.document, found.labels
        if labels.shape != document.shape or document.large is isinstance(labels, np.ndarray):
            text = translate("{} now has a different size than when it was edited.").format(found.image.name)
            self._notices.failed.emit(Problem(text))
            return
        self._recording.take_up(found.log)
        if isinstance(labels, np.ndarray):
            records = tasks.records_with(labels, found.objects)
            masks = tasks.LoadedMasks(labels, records, facts=found.facts)
            run = self._persistence.journals.run_in(found.path)
            if run is not None:
                masks = replace(masks, output=run.output, settings=run.settings)
            self._persistence.take_over(StepKind.RECOVER, translate("Recovered work"), masks)
        else:
            put_back(document, labels, found, translate("Recovered work"))
        if found.lost:
            when = time.strftime("%H:%M:%S", time.localtime(found.when))
            words = translate(
                "The work until {when} is recovered. After that the journal is damaged: at least {steps} step(s) "
                "({bytes:,} bytes) are lost."
            )
            text = filled(words, when=when, steps=found.lost_steps, bytes=found.lost)
            self._notices.failed.emit(Problem(text))
        words = translate("The work is recovered: {}. It is not saved yet.")
        self._notices.message.emit(words.format(_objects(len(document.objects))))
        journal = self._persistence.journal
        if journal is not None:
            # Only when a new journal holds this work.
            journal.then(partial(self._taken_over, found.path))

    def _taken_over(self, journal: Path) -> None:
        """Remove a journal whose work stands in another one; comes from the thread of that."""
        journal.unlink(missing_ok=True)
        # The window may be closed by now.
        with suppress(RuntimeError):
            self._notices.waiting_changed.emit()


def put_back(document: Document, labels: RecoveredChunks, found: RecoveredWork, name: str) -> None:
    """Write what changed of labels in chunks into a document, as one step, after the run that they belong to."""
    from cpsam_core.errors import ImageError
    from cpsam_gui.storage.run_folders import is_run
    from cpsam_gui.tasks.block_result import open_result

    base = Path(labels.base)
    if labels.key != cast("ChunkedLabels", document.store).key and is_run(base):
        try:
            run = open_result(base, document.shape, labels.key)
        except ImageError:
            # It was saved meanwhile or is gone: what changed counts all the same.
            run = None
        if run is not None:
            document.replace(name, run.labels, run.records, kind=StepKind.RECOVER)
    with document.step(name, StepKind.RECOVER):
        for box, block in labels.unpacked():
            document.write(box, block)
        for number, fields in found.objects.items():
            document.update([number], **fields)
        document.set_facts(
            **{one.name: getattr(found.facts, one.name) for one in dataclass_fields(found.facts)}
        )


def _reading_of(found: RecoveredWork) -> tasks.AxesReading | None:
    """Return how the image of a journal is to be read, where it holds several; None for others."""
    from cpsam_core.images.document_key import DocumentKey

    key = DocumentKey.from_ending(found.part)
    if is_given_up(found.path) and not found.part and found.axes:
        # Whoever opens the image itself is asked for them once more.
        return tasks.AxesReading(found.axes)
    if key is None or not found.part:
        return None
    return tasks.AxesReading(found.axes, key.time, key.scene)


def _read_journal(journal: Path, progress: Progress) -> RecoveredWork | None:
    return recover(journal)
