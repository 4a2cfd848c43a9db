"""One open image and everything done with it: the only code that knows document, view and jobs.

Panels and actions call methods here and listen to signals; they never reach into each other.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui.document import Document
from cpsam_gui.jobs import Jobs
from cpsam_gui.models import Models
from cpsam_gui.tools import TOOLS, Desk, Pointer, Tool
from cpsam_gui.view import View

from .images import Images
from .keeping import Keeping
from .look import Look
from .runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.images import Image

BRUSH_RANGE = (1.0, 400.0)  # image pixels


class Session(QObject):
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
    tool_changed = pyqtSignal()
    redraw = pyqtSignal()
    """The shapes of the tool changed without a mouse event."""
    message = pyqtSignal(str)
    failed = pyqtSignal(object)
    saved = pyqtSignal(str)

    def __init__(self, models: Models | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models = models or Models()
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.failed)
        self.jobs.cancelled.connect(lambda name: self.message.emit(f"{name}: cancelled"))
        self.view = View()
        self.image: Image | None = None
        self.path: Path | None = None
        self.document = Document((1, 1, 1))
        self.images, self.runs, self.keeping, self.look = Images(self), Runs(self), Keeping(self), Look(self)
        self.desk = Desk(self.document, self.view)
        self.tool: Tool = TOOLS["select"](self.desk)
        self.adopt(self.document)

    # -- image -------------------------------------------------------------------------------------------

    def adopt(self, document: Document) -> None:
        """Listen to a new document and hand it to the tools."""
        self.document = document
        document.changed.connect(self.labels_changed.emit)
        document.objects_changed.connect(self._objects_changed)
        document.history_changed.connect(self.history_changed.emit)
        self.desk = Desk(document, self.view)
        self.look.forget()
        self.tool = TOOLS[self.tool.key](self.desk)

    def _objects_changed(self, ids: frozenset[int] | None) -> None:
        self.look.objects_changed(ids)
        gone = [number for number in self.view.selection if number not in self.document.objects]
        if gone:
            self.view.selection = self.view.selection - set(gone)
        self.objects_changed.emit()

    # -- tools -------------------------------------------------------------------------------------------

    def use(self, key: str) -> None:
        """Take another tool."""
        if key != self.tool.key:
            self.tool.cancel()
            self.tool = TOOLS[key](self.desk)
            self.tool_changed.emit()
            self.message.emit("")

    def tool_press(self, p: Pointer) -> bool:
        """Pass a press to the tool; False when the tool leaves it to panning."""
        taken = self.tool.press(p)
        self._speak()
        return taken

    def tool_move(self, p: Pointer) -> None:
        """Pass a movement to the tool."""
        self.view.hovered = self.desk.under(p)
        self.tool.move(p)
        self._speak()

    def tool_release(self, p: Pointer) -> None:
        """Pass a release to the tool."""
        self.tool.release(p)
        self._speak()

    def tool_click(self, p: Pointer) -> None:
        """Pass a click that the tool left to panning, after all, to the tool."""
        self.tool.click(p)
        self._speak()

    def tool_double(self, p: Pointer) -> bool:
        """Pass a double click to the tool; False to show the whole image."""
        taken = self.tool.double(p)
        self._speak()
        return taken

    def finish_gesture(self) -> None:
        """Complete what the tool has begun (Enter)."""
        self.tool.finish()
        self._speak()
        self.redraw.emit()

    def cancel_gesture(self) -> None:
        """Give up what the tool has begun; with nothing begun, drop the selection (Escape)."""
        if self.tool.busy:
            self.tool.cancel()
        elif self.view.selection:
            self.view.selection = frozenset()
        else:
            self.use("select")
        self.redraw.emit()

    def scale_brush(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        low, high = BRUSH_RANGE
        diameter = self.view.brush_diameter * factor
        self.view.brush_diameter = min(max(diameter, low), high)
        self.message.emit(f"Brush {self.view.brush_diameter:.0f} px")
        self.redraw.emit()

    def _speak(self) -> None:
        """Show what the tool had to say."""
        if self.desk.problems:
            self.message.emit(self.desk.problems[-1])
            self.desk.problems.clear()

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
            self.message.emit(f"Undone: {steps[self.document.position]}")
        elif self.document.position > before:
            self.message.emit(f"Redone: {steps[self.document.position - 1]}")

    def change(self, operation: Callable[[Document], str | None]) -> None:
        """Run an edit of the document; a returned string says why nothing was done."""
        if self.image is None or self.document.writing:
            return
        why = operation(self.document)
        if why:
            self.message.emit(why)

    def close(self) -> None:
        """Stop every job and wait for the threads."""
        self.tool.cancel()
        self.jobs.shutdown()
        self.keeping.end_journal()
