"""The review of the open image: which object or missed cell is looked at next, and what became of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui import operations
from cpsam_gui.operations.reviewing import accept_objects, put_off, refuse
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.review_rule import all_settled, first_open, settled
from cpsam_gui.tools import Pointer

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.session.close_up import CloseUp
    from cpsam_gui.session.edits import Edits
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.measuring import MeasurementController
    from cpsam_gui.session.missed_places import MissedPlaces
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import Step
    from cpsam_gui.tasks.coverage import MissedCells


class ReviewController(QObject):
    """Goes through the objects, the most doubtful first, and through the places without an object."""

    changed = pyqtSignal()
    """Another object, or other facts about it."""
    ended = pyqtSignal()
    """The last decision of this image was made: nothing of the stream is left."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        measuring: MeasurementController,
        missed: MissedPlaces,
        gestures: Gestures,
        edits: Edits,
        close_up: CloseUp,
    ) -> None:
        super().__init__(open_image)
        self._open_image = open_image
        self._notices = notices
        self._measuring = measuring
        self._missed = missed
        self._gestures = gestures
        self._edits = edits
        self._close_up = close_up
        self._present = 0
        """The object that was shown or chosen last; others may be selected since, or none."""
        self._reached = 0
        """The object that the review itself came to, from which it goes on; 0 where it has not begun."""
        self._trail: list[int] = []
        self.in_sight: Callable[[Box], bool] = lambda box: True
        """Whether a place is on the screen; a window puts its canvas here. What is not is never decided on."""
        self._going_on = False
        self._awaited = False
        """Whether the review goes on here as soon as there are masks, such as those that were made ahead."""
        self._lent = ""
        """Key of the tool that the review took up for what it shows; empty for one that a person took."""
        self._open_image.image_changed.connect(self._new_image)
        self._measuring.changed.connect(self.changed)
        self._open_image.view.events.selection.connect(self._selected)

    @property
    def in_view(self) -> bool:
        """Whether the review is what somebody looks at."""
        return self._missed.followed

    def follow(self, on: bool) -> None:
        """Keep order and missed places up to date as long as the review is in view."""
        self._measuring.follow("review", on)
        self._missed.follow(on)

    @property
    def present(self) -> int:
        """The object that is looked at, which is selected, so that it is seen which; 0 for none."""
        there = self._present in self._open_image.document.objects
        return self._present if there and self._present in self._open_image.view.selection else 0

    @property
    def chosen(self) -> list[int]:
        """The objects that a decision is about: those selected."""
        return sorted(self._open_image.view.selection)

    @property
    def place(self) -> MissedCells | None:
        """The missed cell that a decision is about; None while it is about objects."""
        return None if self.chosen else self._missed.at

    @property
    def judged(self) -> Box | None:
        """Where the one thing is that is judged now; None while the review is not in view."""
        if not self.in_view:
            return None
        if self.present and len(self.chosen) == 1:
            return self._open_image.document.objects[self.present].box
        return self.place.box if self.place is not None else None

    @property
    def progress(self) -> tuple[int, int]:
        """How many objects somebody decided on, and how many there are."""
        now, table = self._measuring.now, self._open_image.document.table
        if isinstance(table, ColumnRecords):
            return table.decided, len(table)
        if now is None:
            return 0, len(table)
        columns = now.columns
        return int((columns["accepted"] | columns["uncertain"] | columns["locked"]).sum()), len(now)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against the present object, the strongest reason first."""
        now = self._measuring.now
        place = now.place(self.present) if now is not None and self.present else None
        return now.doubt.reasons(place) if now is not None and place is not None else ()

    @property
    def score(self) -> float | None:
        """Doubt about the present object, 0 to 1; None where it was not measured yet."""
        now = self._measuring.now
        place = now.place(self.present) if now is not None and self.present else None
        return float(now.doubt.scores[place]) if now is not None and place is not None else None

    def _new_image(self) -> None:
        self._present, self._reached, self._trail, self._awaited = 0, 0, [], False
        self._put_tool_away()
        self._open_image.document.stepped.connect(self._stepped)
        self._missed.renew()
        self.changed.emit()

    def _stepped(self, step: Step, forward: bool) -> None:
        """Begin with the most doubtful of other masks."""
        if step.swap is not None:
            self._reached, self._trail = 0, []
            # After everything else has heard of them.
            QTimer.singleShot(0, lambda: self.begin() if self._awaited else None)

    def _selected(self, *_: object) -> None:
        """An object that is chosen on the canvas is the one that is looked at."""
        selection = self._open_image.view.selection
        if len(selection) == 1:
            self._present = next(iter(selection))
            self._missed.leave()
        self.changed.emit()

    def next(self) -> None:
        """Show what comes next: the most doubtful object that nobody decided on; after them the missed cells."""
        if self.place is not None:
            self._next_place()
        elif self._measuring.usable:
            self._next()
        else:
            self._notices.message.emit(translate("Measuring the objects first"))
            self._measuring.ask(self._next, pixels=False)

    def begin(self) -> None:
        """Go on in an image that has just come, once it has masks and where nobody chose an object meanwhile."""

        def first() -> None:
            if self.in_view and not self.chosen and self.place is None:
                self._next()

        self._awaited = not self._open_image.document.objects
        if not self._awaited:
            self._measuring.ask(first, pixels=False)

    def previous(self) -> None:
        """Show the object that was shown before this one, whatever became of it."""
        while self._trail:
            number = self._trail.pop()
            if number != self._present and number in self._open_image.document.objects:
                self.go_on_from(number)
                return
        self._notices.message.emit(translate("This was the first object of the review"))

    def _next(self) -> None:
        now, objects = self._measuring.now, self._open_image.document.table
        if now is None:
            return
        order = now.doubt.order
        # An object that was chosen by hand in between says nothing of how far the review is.
        place = now.place(self._reached) if self._reached else None
        start = 0 if place is None else int(np.flatnonzero(order == place)[0])
        start += int(place is not None and self._present == self._reached)
        for places in (order[start:], order[:start]):
            number = first_open(objects, now.doubt.ids, places, self.present)
            if number:
                if self._present:
                    self._trail.append(self._present)
                self.go_on_from(number)
                return
        if self._missed.unseen() is not None:
            self._next_place()
            return
        present = objects.get(self._present)
        done = present is None or settled(present)
        self._notices.message.emit(
            translate("All objects have been reviewed") if done else translate("This is the last one")
        )
        self.changed.emit()
        self._end(done)

    def _end(self, done: bool) -> None:
        """Tell that nothing is left, where a decision led here."""
        going_on, self._going_on = self._going_on, False
        if done and going_on:
            self.ended.emit()

    def _next_place(self) -> None:
        """Show the first missed cell that was not shown yet."""
        left = self._missed.unseen()
        if left is not None:
            self.show_place(left)
        else:
            self._missed.leave()
            self._notices.message.emit(translate("All missed cells have been reviewed"))
            self._missed.changed.emit()
            if all_settled(self._open_image.document.table):
                self._end(True)
            else:
                # Whoever began with the missed cells has the objects before them: one stream, one image.
                self._present = 0
                self.next()

    def show(self, number: int) -> None:
        """Select an object and bring it into the middle, as large as it can be judged well."""
        view, row = self._open_image.view, self._open_image.document.objects.get(number)
        if row is None:
            return
        self._put_tool_away()
        self._present = number
        self._missed.leave()
        view.selection = frozenset([number])
        self._close_up.show(row.box)
        self.changed.emit()

    def go_on_from(self, number: int) -> None:
        """Show an object as the one that the review has come to."""
        self.show(number)
        self._reached = number

    def show_none(self) -> None:
        """Let nothing be under review."""
        self._put_tool_away()
        self._present = 0
        self._missed.leave()
        self._open_image.view.selection = frozenset()
        self.changed.emit()

    def accept(self) -> None:
        """Accept what is looked at, which locks it, and go on; of a missed cell, find it, then take what was found."""
        place = self.place
        if place is None:
            self._decide(accept_objects)
        elif self._gestures.tool.busy:
            self._gestures.finish_gesture()
            self._decided()
        elif self._seen(place.box):
            self.find_here()

    def put_off(self) -> None:
        """Mark what is looked at as uncertain, and go on; a missed cell is left for later."""
        if self.place is None:
            self._decide(put_off)
        else:
            self._decided()

    def delete(self) -> None:
        """Delete what is looked at, and go on; of a missed cell, say that there is none."""
        place = self.place
        if place is None:
            self._decide(operations.delete)
        elif self._seen(place.box):
            self._edits.change(lambda document: refuse(document, place.box, place.mask))
            self._missed.dismiss(place)
            self._decided()

    def edit(self) -> None:
        """Take the brush to correct what is looked at."""
        chosen = self.chosen
        if chosen:
            self.show(chosen[0])
            self._take_up("brush")
        elif self.place is not None and self._seen(self.place.box):
            self._take_up("brush")

    def _take_up(self, key: str) -> None:
        """Take a tool until the next decision, or until something else is shown."""
        if self._gestures.tool.key != key:
            self._lent = key
            self._gestures.use(key)

    def give_class(self, number: int) -> None:
        """Give a class to what is looked at; the review stays there, for its outline is not judged by that."""
        chosen = self.chosen
        if chosen:
            self._edits.change(lambda document: operations.set_class(document, chosen, number))

    def _seen(self, box: Box) -> bool:
        """Whether a place is on the screen; else it is shown first, and nothing is decided."""
        if self.in_sight(box):
            return True
        self._close_up.show(box)
        self._notices.message.emit(translate("Brought back into view: decide now"))
        return False

    def _put_tool_away(self) -> None:
        """Go back to the arrow: the keys of the review hold again, and a click chooses instead of finding."""
        lent, self._lent = self._lent, ""
        if lent and self._gestures.tool.key == lent:
            self._gestures.use("select")

    def _decided(self) -> None:
        self._gestures.cancel_gesture()
        self._put_tool_away()
        self._going_on = True
        self.next()

    def _decide(self, operation: Callable[[Document, list[int]], str | None]) -> None:
        chosen = self.chosen
        if not chosen:
            self._put_tool_away()
            self.next()
            return
        if len(chosen) == 1 and not self._seen(self._open_image.document.objects[chosen[0]].box):
            return
        before = self._open_image.document.position
        self._edits.change(lambda document: operation(document, chosen))
        if self._open_image.document.position != before:
            self._put_tool_away()
            self._going_on = True
            self.next()

    def next_missed(self, step: int = 1) -> None:
        """Show the next place where the model saw a cell and no object is."""
        if self._open_image.document.large:
            self._notices.message.emit(translate("Missed cells are not looked for in images of this size"))
        elif not self._missed.known:
            self._notices.message.emit(translate("Missed cells are known after a run: segment first"))
        else:
            self._missed.ask(partial(self._go_to_missed, step))

    def _go_to_missed(self, step: int) -> None:
        place = self._missed.beside(step)
        if place is None:
            self._notices.message.emit(
                translate("The model sees no other cell: what it does not see, it cannot list")
            )
        else:
            self.show_place(place)

    def show_place(self, place: MissedCells) -> None:
        """Show a missed cell; from now on decisions are about it, and no longer about an object."""
        self._put_tool_away()
        if self._present:
            self._trail.append(self._present)
        self._open_image.view.selection = frozenset()
        self._present = 0
        self._close_up.show(place.box)
        self.changed.emit()
        self._missed.show(place)

    def find_here(self) -> None:
        """Let the model propose the cell at the place that is shown; Enter takes it."""
        place = self._missed.at
        if place is None:
            self.next_missed()
            return
        self._open_image.view.plane = place.z
        self._take_up("find")
        self._gestures.tool_press(
            Pointer(place.y + 0.5, place.x + 0.5, scale=self._open_image.view.camera.scale)
        )
