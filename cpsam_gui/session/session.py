"""One open image and everything done with it: the only code that knows document, view and jobs.

Panels and actions call methods here and listen to signals; they never reach into each other.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui import operations
from cpsam_gui.jobs.collector import Collector
from cpsam_gui.jobs.jobs import Jobs
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.runs.models import Models
from cpsam_gui.session.comparing import Comparing
from cpsam_gui.session.exporting import Exporting
from cpsam_gui.session.folder import ImageFolder
from cpsam_gui.session.gestures import Gestures
from cpsam_gui.session.images import Images
from cpsam_gui.session.mask_colours import Look
from cpsam_gui.session.measuring import Measuring
from cpsam_gui.session.persistence import Keeping
from cpsam_gui.session.recording import Recording
from cpsam_gui.session.reviewing import Reviewing
from cpsam_gui.session.segmenting import Runs
from cpsam_gui.session.tool_work import Helping
from cpsam_gui.session.training import Training
from cpsam_gui.session.unattended import FolderRun
from cpsam_gui.state.document import Document
from cpsam_gui.tools import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.images import Image

MODE_WORDS = {
    operations.WriteMode.KEEP: "Keep others: drawing writes background only",
    operations.WriteMode.OVERWRITE: "Overwrite: drawing takes pixels from other objects",
    operations.WriteMode.REPLACE: "Replace: what is drawn takes the place of the object that it touches",
}


class Session(Gestures):
    """State of one window."""

    image_changed = pyqtSignal()
    axes_asked = pyqtSignal(object, object)
    """The meaning of an image's axes must be asked (`tasks.Unsure`, what to do when it is open)."""
    channels_chosen = pyqtSignal()
    """Other channels go to the network."""
    labels_changed = pyqtSignal(object)
    """Labels of a block changed (Box)."""
    objects_changed = pyqtSignal()
    settings_changed = pyqtSignal()
    """The thresholds that belong to the masks came with them."""
    overlay_changed = pyqtSignal()
    """The colours of the masks must be made anew."""
    history_changed = pyqtSignal()
    failed = pyqtSignal(object)
    saved = pyqtSignal(str)

    def __init__(self, models: Models | None = None, parent: QObject | None = None) -> None:
        self.document = Document((1, 1, 1))
        super().__init__(self.document, parent)
        self.models = models or Models()
        self.collector = Collector(self)
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.failed)
        self.jobs.cancelled.connect(lambda name: self.message.emit(translate("{}: cancelled").format(name)))
        self.image: Image | None = None
        self.path: Path | None = None
        self.images, self.runs, self.keeping, self.look = Images(self), Runs(self), Keeping(self), Look(self)
        self.folder = ImageFolder(self.jobs, self)
        self.image_changed.connect(lambda: self.folder.follow(self.path))
        self.saved.connect(lambda _: self.folder.read_states())
        self.folder_run = FolderRun(self)
        self.training = Training(self)
        self.exporting = Exporting(self)
        self.helping = Helping(self)
        self.measuring = Measuring(self)
        self.reviewing = Reviewing(self)
        self.comparing = Comparing(self)
        self.recording = Recording(self)
        self.adopt(self.document)

    # -- image -------------------------------------------------------------------------------------------

    def adopt(self, document: Document) -> None:
        """Listen to a new document and hand it to the tools."""
        self.document = document
        document.changed.connect(self.labels_changed.emit)
        document.objects_changed.connect(self._objects_changed)
        document.history_changed.connect(self.history_changed.emit)
        self.look.forget()
        self.take_desk(
            Desk(
                document,
                self.view,
                self.options,
                self.image.pixels if self.image is not None else None,
                lambda: self.runs.flows,
                self.helping.later,
                self.helping.segment,
                self.runs.desk,
            )
        )

    def _objects_changed(self, ids: frozenset[int] | None) -> None:
        self.look.objects_changed(ids)
        gone = [number for number in self.view.selection if number not in self.document.objects]
        if gone:
            self.view.selection = self.view.selection - set(gone)
        self.objects_changed.emit()

    # -- edits ------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last step, or the gesture under way."""
        if self.tool.busy:
            self.tool.cancel()
            self.redraw.emit()
        else:
            self._travel(self.document.position - 1)

    def redo(self) -> None:
        """Do the next step again."""
        self._travel(self.document.position + 1)

    def go_to(self, position: int) -> None:
        """Go to a place in the history."""
        self.tool.cancel()
        self._travel(position)

    def _travel(self, position: int) -> None:
        before = self.document.position
        self.document.go_to(position)
        steps = self.document.steps
        if self.document.position < before:
            self.message.emit(translate("Undone: {}").format(translate_said(steps[self.document.position])))
        elif self.document.position > before:
            self.message.emit(
                translate("Redone: {}").format(translate_said(steps[self.document.position - 1]))
            )

    def change(self, operation: Callable[[Document], str | None]) -> None:
        """Run an edit of the document; a returned string says why nothing was done."""
        if self.image is None or self.document.writing:
            return
        why = operation(self.document)
        if why:
            self.message.emit(translate_said(why))

    def next_mode(self) -> None:
        """Go to the next write mode."""
        self.options.next_mode()
        self.message.emit(translate(MODE_WORDS[self.options.mode]))

    def set_mode(self, mode: operations.WriteMode) -> None:
        """Draw in this write mode from now on."""
        self.options.mode = mode
        self.message.emit(translate(MODE_WORDS[mode]))

    def copy(self) -> None:
        """Copy what the selected objects have in the plane shown."""
        copied = operations.copy(self.document, sorted(self.view.selection), self.view.plane)
        if copied is None:
            self.message.emit(translate("The selected objects have nothing in this plane"))
            return
        self.options.clipboard = copied
        many = len(copied.pieces)
        words = translate("1 object copied") if many == 1 else translate("{:,} objects copied").format(many)
        self.message.emit(words)
        self.tool_changed.emit()

    def paste(self) -> None:
        """Take the copy into the hand; a click puts it down."""
        self.use("paste")

    def duplicate(self) -> None:
        """Take a copy of the selected objects into the hand."""
        self.options.carried = operations.copy(self.document, sorted(self.view.selection), self.view.plane)
        if self.options.carried is not None:
            self.use("paste")

    def paste_in_place(self) -> None:
        """Put the copy down where it was taken, in the plane shown."""
        copied = self.options.clipboard
        if copied is None or self.image is None or self.document.writing:
            return
        made, why = operations.paste(
            self.document, copied, self.view.plane, copied.y, copied.x, self.options.mode
        )
        if made:
            self.view.select(*made)
        if why:
            self.message.emit(translate_said(why))

    def close(self) -> None:
        """Stop every job and wait for the threads."""
        self.tool.cancel()
        self.jobs.shutdown()
        self.keeping.let_go()
        # Last: the thread of the journal must not collect widgets either.
        self.collector.stop()
