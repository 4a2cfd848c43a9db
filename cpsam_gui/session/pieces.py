"""Which objects of the open image are in several pieces, and the offer to make each piece an object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_core.labels import parts_of_runs, separate_pieces
from cpsam_gui import operations
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import counted
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.steps import StepSource
from cpsam_gui.tasks.records import MaskResult, ready_to_land, records_of, runs_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.job import Job
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.edits import Edits
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.state.steps import Step

# Objects; so many are looked at after an edit at once, more in another thread.
FEW = 200
# Objects; of more that come back by undo the pieces are counted after a rest.
AT_ONCE = 20
# Without another result before all objects are looked through.
REST_MS = 300
SEPARATE = "separate_pieces"
"""Key of the action that is offered."""


class Pieces(QObject):
    """Looks at the objects that a step changed; a new result is looked through in the background."""

    changed = pyqtSignal()
    """Other objects are in several pieces."""

    def __init__(
        self, open_image: OpenImage, notices: Notices, jobs: Jobs, edits: Edits, questions: Questioner
    ) -> None:
        super().__init__(open_image)
        self._open_image, self._notices, self._jobs, self._edits = open_image, notices, jobs, edits
        self.now: Mapping[int, int] = {}
        """How many pieces the objects have that are in more than one."""
        self.latest: tuple[int, ...] = ()
        """The objects that fell into pieces by an edit, as long as they are and that is offered to be mended."""
        self._asked = 0
        self._job: Job | None = None
        # A step is undone and done again in less: those who look would be many, and take the cores from the painting.
        self._look_soon = self._after_rest(self._look)
        self._later: set[int] = set()
        """Objects that were undone, to be counted when the next frames are painted."""
        self._count_soon = self._after_rest(self._count_later)
        self._since: set[int] = set()
        """Objects that were edited while all are looked through."""
        self.questions = questions
        self._from_elsewhere = False
        # Whether other masks came since the question about their parts was answered.
        self._replaced = False
        # A stroke in progress is waited for.
        self._separate_soon = self._after_rest(lambda: self._separate_parts(open_image.document))
        open_image.adopted.connect(self._forget_question)
        open_image.image_changed.connect(self._new_image)

    def _after_rest(self, do: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(REST_MS)
        timer.timeout.connect(do)
        return timer

    def separate(self) -> None:
        """Make each piece of the selected objects an object, or of those for which that is offered."""
        chosen = self._open_image.view.selection
        if not chosen or (self.latest and not any(number in self.now for number in chosen)):
            chosen = frozenset(self.latest)
        self._edits.change(lambda document: operations.separate_pieces(document, sorted(chosen)))

    def end_offer(self) -> None:
        """Take it that nobody wants the pieces of an earlier edit apart."""
        self.latest = ()

    def expect_kinds(self) -> None:
        """Ask about masks of another program, once they are looked through, where their values tell no objects."""
        self._from_elsewhere = True

    def _forget_question(self) -> None:
        self._from_elsewhere = False

    def _new_image(self) -> None:
        self._count_soon.stop()
        self._separate_soon.stop()
        self.now, self.latest = {}, ()
        self._open_image.document.stepped.connect(self._stepped)
        self._look_through()
        self.changed.emit()

    def _stepped(self, step: Step, forward: bool) -> None:
        self._replaced = self._replaced or step.swap is not None
        if step.swap is not None or len(step.records) > FEW:
            self._look_through()
            self._keep_offer(())
        elif step.edits:
            self._since.update(step.records)
            self._later.update(step.records)
            if not forward and len(step.records) > AT_ONCE:
                # Nothing is offered, and to count a hundred takes longer than a frame.
                self._count_soon.start()
                return
            found = self._count(step.records)
            fallen = [number for number in found if found[number] > self.now.get(number, 1)]
            self._put_in(step.records, found)
            if fallen and step.kind.source is StepSource.HAND:
                self._offer(fallen)

    def _count_later(self) -> None:
        self._put_in(self._later, self._count(self._later))

    def _put_in(self, ids: Collection[int], found: Mapping[int, int]) -> None:
        """Take over how many pieces objects have."""
        rest = {number: count for number, count in self.now.items() if number not in ids}
        self._later.difference_update(list(ids))
        self._take({**rest, **found})

    def _count(self, ids: Iterable[int]) -> dict[int, int]:
        document = self._open_image.document
        counts = {
            number: operations.count_pieces(document, number) for number in operations.known(document, ids)
        }
        return {number: count for number, count in counts.items() if count > 1}

    def _offer(self, fallen: list[int]) -> None:
        self.latest = tuple(fallen)
        if len(fallen) == 1:
            pieces = operations.count_pieces(self._open_image.document, fallen[0])
            words = translate("Object {} is in {} pieces now").format(fallen[0], pieces)
        else:
            words = translate("{} objects are in several pieces now").format(len(fallen))
        self._notices.offered.emit(words, SEPARATE)

    def _look_through(self) -> None:
        """Look at every object soon, in another thread; only the last request is wanted."""
        self._asked += 1
        self._since.clear()
        self._later.clear()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._look_soon.start()

    def _look(self) -> None:
        document = self._open_image.document
        if self._open_image.image is None or document.large:
            return
        if self._jobs.answering:
            self._look_soon.start()
            return
        self._job = self._jobs.run(
            partial(_several, document.snapshot()),
            name=translate("Looking for pieces"),
            lane=Lane.BESIDE,
            then=partial(self._looked, self._asked),
            # It only reads: the window need not wait for it.
            abandonable=True,
        )

    def _looked(self, asked: int, found: PiecesFound) -> None:
        if asked != self._asked:
            return
        self._job = None
        known = {number: count for number, count in self.now.items() if number in self._since}
        self._take({**{n: count for n, count in found.several.items() if n not in self._since}, **known})
        if self._from_elsewhere:
            self._from_elsewhere = False
            if found.kinds:
                self._ask(found)

    def _take(self, now: Mapping[int, int]) -> None:
        if now == self.now:
            return
        self.now = now
        self._keep_offer(number for number in self.latest if number in now)
        self.changed.emit()

    def _keep_offer(self, left: Iterable[int]) -> None:
        """Go on offering to separate these of the latest; without any of them nothing is offered."""
        before, self.latest = self.latest, tuple(left)
        if before and not self.latest:
            self._notices.withdrawn.emit(SEPARATE)

    def _ask(self, found: PiecesFound) -> None:
        """Ask whether each part of masks that tell no objects is one."""
        document = self._open_image.document
        question = Question(
            translate("{}: make each part an object?").format(translate_said(found.words)),
            translate("The masks do not number the objects. A model would learn them as one single object."),
            (
                Answer("each", translate("Make each part an object")),
                Answer("keep", translate("Leave them as they are")),
            ),
        )
        if self.questions.ask(question) != "each":
            return
        self._replaced = False
        self._separate_parts(document)

    def _separate_parts(self, document: Document) -> None:
        """Make each part an object, of the masks as they are now; strokes made meanwhile are among them."""
        if self._open_image.document is not document:
            return
        if self._replaced:
            # Nobody was asked about these masks.
            words = translate("The masks were replaced meanwhile: their parts were not made objects.")
            self._notices.message.emit(words)
            return
        if document.writing:
            self._separate_soon.start()
            return
        self._jobs.run(
            partial(_separated, document.snapshot()),
            name=translate("Separating the parts"),
            lane=Lane.BESIDE,
            then=partial(self._put, document, document.state),
        )

    def _put(self, document: Document, state: Step, made: MaskResult) -> None:
        if document.writing or document.state is not state:
            # Someone drew meanwhile: what was asked for is done to that, too.
            self._separate_parts(document)
        elif self._open_image.document is document:
            name = translate("Make each part an object")
            document.replace(name, made.store, made.records, keeps=True)
            one, many = translate("1 object"), translate("{:,} objects")
            self._notices.message.emit(counted(len(made.records), one, many))


@dataclass(frozen=True, slots=True)
class PiecesFound:
    """What was found in all labels: the objects in several pieces, and whether the values tell objects at all."""

    several: Mapping[int, int]
    kinds: bool
    words: str


def _several(still: Snapshot, progress: Progress) -> PiecesFound:
    runs = runs_in(still)
    parts = parts_of_runs(runs.where(np.flatnonzero(runs.values)), lambda: progress(0, 1, ""))
    return PiecesFound(parts.several, parts.kinds_not_objects, parts.words())


def _separated(still: Snapshot, progress: Progress) -> MaskResult:
    labels = separate_pieces(still.array())
    return ready_to_land(MaskResult(labels, records_of(labels, Origin.EDITED)))
