"""The table of the objects, measured in the background: only while somebody looks at it, and only what is stale."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_core.measure import Recipe
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.tasks.measuring import (
    MeasurementRequest,
    Measurements,
    ObserverAgreement,
    measure_objects,
)
from cpsam_gui.tasks.measuring_folder import FolderTables, measure_folder
from cpsam_gui.tasks.measuring_large import measure_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_gui.jobs.job import Job
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.steps import Step
    from cpsam_gui.storage.chunked_labels import ChunkedLabels

# Milliseconds after the last change; measuring after every dab would be felt.
REST_MS = 200
# Objects; flags and classes of so many are put into the table without a thread.
AT_ONCE = 5000
# Objects for which a change of an image larger than memory waits another millisecond: its table takes longer.
OBJECTS_A_MS = 1000
ROWS_ONLY = frozenset({"review"})
"""Who is content with what the table of objects holds, where measuring all pixels would take minutes."""


class MeasurementController(QObject):
    """Keeps the table of the open image up to date while it is followed."""

    changed = pyqtSignal()
    """There is another table, or none any more."""
    busy_changed = pyqtSignal()

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
    ) -> None:
        super().__init__(open_image)
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self.now: Measurements | None = None
        self.agreement: ObserverAgreement | None = None
        self.recipe = Recipe()
        self._followers: set[str] = set()
        self._waiting: list[tuple[Callable[[], None], bool]] = []
        self._everything = True
        self._has_pixels = False
        self._stale: set[int] = set()
        self._blocks: list[Box] = []
        self._rows: set[int] = set()
        self._job: Job | None = None
        self._broken = self._under_way = False
        # The table is of masks that others took the place of, which are being measured.
        self._outdated = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._look)
        self._open_image.image_changed.connect(self._new_image)
        self._open_image.scale_changed.connect(self._measure_again)

    @property
    def busy(self) -> bool:
        """Whether it is being measured."""
        return self._job is not None

    @property
    def failed(self) -> bool:
        """Whether it could not be measured, and is tried again only after a change."""
        return self._broken

    @property
    def fresh(self) -> bool:
        """Whether the table is that of the document as it is now, with all that somebody wants of it."""
        return self._is_fresh(self._wants_pixels)

    def _is_fresh(self, pixels: bool) -> bool:
        waiting = self._everything or self._under_way or self._stale or self._blocks or self._rows
        return self.now is not None and not waiting and (self._has_pixels or not pixels)

    @property
    def _wants_pixels(self) -> bool:
        """Whether pixels are to be measured: always, but of an image larger than memory only for who needs it."""
        if not self._large:
            return True
        return bool(self._followers - ROWS_ONLY) or any(pixels for _, pixels in self._waiting)

    @property
    def usable(self) -> bool:
        """Whether the table is about the objects there are, though some of them may have changed since."""
        return self.now is not None and not self._everything and not self._outdated

    def follow(self, who: str, on: bool) -> None:
        """Keep the table up to date as long as somebody looks at it."""
        (self._followers.add if on else self._followers.discard)(who)
        if on and not self.fresh:
            self._timer.start(0)

    def ask(self, then: Callable[[], None], *, pixels: bool = True) -> None:
        """Call `then` when the table is up to date: now, or after measuring.

        Without `pixels`, what the table of objects holds is enough where measuring all pixels would take minutes.
        """
        if self._open_image.image is None:
            return
        if self._is_fresh(pixels or not self._large):
            then()
            return
        self._waiting.append((then, pixels))
        self._timer.start(0)

    def compare(self, agreement: ObserverAgreement | None) -> None:
        """Count the disagreement with a second set of masks as doubt, or none."""
        self.agreement = agreement
        if self.now is not None:
            self.now = self.now.compared(agreement)
            self.changed.emit()

    def set_recipe(self, recipe: Recipe) -> None:
        """Change what is measured beside what every table has; this image is measured again."""
        if recipe == self.recipe:
            return
        self.recipe = recipe
        self._measure_again()

    def _measure_again(self) -> None:
        self._everything = True
        self._timer.start(0)

    def _new_image(self) -> None:
        self.now, self.agreement, self._everything, self._has_pixels = None, None, True, False
        self._broken = self._under_way = self._outdated = False
        self._forget()
        self._waiting.clear()
        self._open_image.document.stepped.connect(self._stepped)
        self._timer.start(0)
        self.changed.emit()

    def _forget(self) -> None:
        self._stale, self._blocks, self._rows = set(), [], set()

    def _stepped(self, step: Step, forward: bool) -> None:
        self._broken = False
        if step.swap is not None:
            self._everything = True
            self._forget()
        elif step.edits:
            self._stale.update(step.records)
            self._blocks += [edit.box for edit in step.edits]
        else:
            self._rows.update(step.records)
        if step.facts is not None and step.facts[0].classes != step.facts[1].classes:
            # More than these are looked at in a thread, which takes all of them.
            self._rows.update(islice(self._open_image.document.objects, AT_ONCE + 1))
        self._timer.start(self._rest)

    @property
    def _rest(self) -> int:
        """Milliseconds without a change after which it is measured."""
        document = self._open_image.document
        return REST_MS + (len(document.objects) // OBJECTS_A_MS if document.large else 0)

    def _look(self) -> None:
        """Measure where somebody wants it and nothing else is at work."""
        if self._open_image.image is None or self.fresh or self._job is not None:
            return
        if not (self._followers or self._waiting):
            return
        if self._open_image.document.writing:
            self._timer.start(self._rest)
        elif self._only_rows():
            objects = self._open_image.document.objects
            rows = {number: objects[number] for number in self._rows if number in objects}
            assert self.now is not None
            self.now = self.now.with_rows(rows, self._names(), self.agreement)
            self._rows = set()
            self._tell()
        else:
            self._start()

    def _only_rows(self) -> bool:
        return (
            self.now is not None
            and (self._has_pixels or not self._wants_pixels)
            and not (self._everything or self._stale or self._blocks)
            and len(self._rows) <= AT_ONCE
            and bool(self._names()) == ("class_name" in self.now.columns)
        )

    def _names(self) -> Mapping[int, str]:
        return {one.number: one.name for one in self._open_image.document.facts.classes}

    def _start(self) -> None:
        document, image = self._open_image.document, self._open_image.image
        assert image is not None
        pixels, table = self._wants_pixels, document.table
        anew = self._everything or (pixels and not self._has_pixels)
        request = MeasurementRequest(
            image,
            None if document.large else document.snapshot(),
            # Millions of rows are read as they are edited: a row that changes meanwhile is stale afterwards.
            table if isinstance(table, ColumnRecords) else dict(table),
            self._names(),
            None if anew else self.now,
            frozenset(self._stale),
            tuple(self._blocks),
            self.agreement,
            self.recipe,
            pixels,
        )
        self._everything, self._under_way, self._outdated = False, True, self._everything
        self._forget()
        if document.large:
            work = partial(measure_chunks, request, cast("ChunkedLabels", document.store))
        else:
            work = partial(measure_objects, request)
        self._job = self._jobs.run(
            work,
            name=translate("Measuring"),
            lane=Lane.BESIDE,
            then=partial(self._done, request.agreement, pixels),
            ended=lambda _: self._ended(),
        )
        self.busy_changed.emit()

    def _done(self, counted: ObserverAgreement | None, pixels: bool, measured: Measurements) -> None:
        self._under_way, self._outdated, self._has_pixels = False, False, pixels
        # Another comparison may have been made meanwhile, or the one that was counted given up.
        self.now = measured if self.agreement is counted else measured.compared(self.agreement)
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        ready = [then for then, pixels in self._waiting if self._is_fresh(pixels or not self._large)]
        self._waiting = [one for one in self._waiting if one[0] not in ready]
        for then in ready:
            then()

    @property
    def _large(self) -> bool:
        return self._open_image.document.large

    def _ended(self) -> None:
        """Let the next one begin; after a failure, which the session tells, only at the next change."""
        if self._under_way:
            self._everything, self._broken, self._under_way = True, True, False
            self._waiting.clear()
        self._job = None
        self.busy_changed.emit()
        if not self.fresh and not self._broken:
            self._timer.start(self._rest)

    def export(self, target: Path, columns: Mapping[str, NDArray[Any]], of: int) -> None:
        """Write columns as a table in the background; the ending of the name says in which form.

        Where these are some objects `of` more, as a filter lets them through, that is said.
        """
        from cpsam_core.measure import write_table

        count = len(next(iter(columns.values()), ()))

        def done(_: None) -> None:
            words = translate("Saved {}").format(target)
            if count < of:
                some = translate("{count} of {all} objects, those that the filter shows")
                words += "   " + some.format(count=written(count), all=written(of))
            self._notices.message.emit(words)

        work = partial(write_table, target, dict(columns))
        self._jobs.run(
            lambda progress: work(),
            name=translate("Saving"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=done,
        )

    def measure_folder(self, folder: Path, target: Path, where: str = "") -> None:
        """Measure the images of a folder with their saved masks, in the background; other images can be opened."""
        if self._notices.refuse_second(self._jobs):
            return

        def done(tables: FolderTables) -> None:
            words = translate("{images} images with {objects} objects measured: {name}").format(
                images=written(tables.measured), objects=written(tables.count), name=tables.objects.name
            )
            if tables.failed:
                words += "   " + translate("not measured: {names}").format(names="; ".join(tables.failed[:3]))
            if tables.left_out:
                words += "   " + "; ".join(map(translate_said, tables.left_out[:3]))
            self._notices.message.emit(words)

        work = partial(measure_folder, folder, target, where, self.recipe)
        self._jobs.run(work, name=translate("Measuring the folder"), then=done, outlives_image=True)
