"""The tool in hand: mouse and keys on their way to it, and what it has to say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_gui.program.held_key import HeldKey
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import filled
from cpsam_gui.tools import TOOLS, Desk, Options, Pointer, PreviewShape, Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.slice import Slice
    from cpsam_gui.state.steps import Step

# Image pixels.
BRUSH_RANGE_PIXELS = (1.0, 400.0)
# Factor for one turn of the wheel or one press of a key.
BRUSH_STEP = 1.15
# The key of a tool that is held longer takes the tool up for that long only.
HOLD_SECONDS = 0.35


class Gestures(QObject):
    """Passes events to the tool in hand. The canvas talks to it."""

    tool_changed = pyqtSignal()
    redraw = pyqtSignal()
    """The shapes of the tool changed without a mouse event."""
    gesture_changed = pyqtSignal()
    """A gesture began or ended."""

    def __init__(self, open_image: OpenImage, notices: Notices) -> None:
        super().__init__(open_image)
        self.view, self._notices = open_image.view, notices
        self.options = Options()
        self.desk = Desk(open_image.document, self.view, self.options)
        self.tool: Tool = TOOLS["select"](self.desk)
        self.pointer: Pointer | None = None
        """Where the mouse is on the canvas; None elsewhere."""
        self._before = "select"
        self._held: tuple[str, str, float] | None = None
        self._released = 0.0
        self._key = HeldKey(self, self._let_go)
        self._drawn = False
        self._was_busy = False
        self._pointed = False
        """Whether the pointer was moved over the present image: where it rests on another one only the canvas knows."""
        self.options.events.connect(self._options_changed)
        for moved in (self.view.events.plane, self.view.events.masks):
            moved.connect(self._hover)
        open_image.history_changed.connect(self._hover)
        self._follow_masks()

    def take_desk(self, desk: Desk) -> None:
        """Work on another document; what is begun ends with the present one."""
        if self.tool.begun:
            self.desk.say(translate("What was begun on the previous image was given up"))
        self.tool.cancel()
        self._pointed = False
        problems, self.desk = self.desk.problems, desk
        desk.problems += problems
        key = self._before if self.tool.passing else self.tool.key
        self.tool = TOOLS[key](desk)
        self._follow_masks()

    def _follow_masks(self) -> None:
        self.desk.document.stepped.connect(self._stepped)
        self._after_others()

    def _stepped(self, step: Step, forward: bool) -> None:
        if step.swap is not None:
            self.masks_replaced()

    def masks_replaced(self) -> None:
        """Let the tool go on over other masks than those that it began on, or give up and say why."""
        self.tool.masks_replaced()
        self.redraw.emit()
        self._after_others()

    def _after_others(self) -> None:
        # What the tool says comes after the words about what replaced the masks or the image.
        QTimer.singleShot(0, self._after)

    def end_stroke(self) -> None:
        """Complete a stroke under way, as if the button were let go: what comes needs whole steps."""
        if self.desk.document.writing:
            self.tool_release(self.pointer or Pointer(0, 0))

    @property
    def across(self) -> int:
        """The axis of sight of the view that a line is drawn in, or else the pointer is in: 0 for the canvas."""
        drawn_in = self.tool.drawn_in
        if drawn_in is not None:
            return drawn_in.across
        return _across(self.pointer) if self.pointer is not None else 0

    @property
    def shown(self) -> Slice:
        """The slice that the pointer is on; that of the canvas where it is elsewhere."""
        return self.desk.shown(self.pointer) if self.pointer is not None else self.view.slice

    def shapes(self, shown: Slice) -> list[PreviewShape]:
        """Return what the tool has to draw in the view of a slice."""
        tool = self.tool
        return [*tool.proposed(shown), *(tool.shapes() if self.across == shown.across else ())]

    def _elsewhere(self, p: Pointer) -> bool:
        """Whether a line is being drawn in another view than the one that the pointer is in."""
        drawn_in = self.tool.drawn_in
        return drawn_in is not None and drawn_in.across != _across(p)

    def use(self, key: str) -> None:
        """Take another tool."""
        if key == self.tool.key and not self.tool.passing:
            return
        self.tool.cancel()
        if not self.tool.passing:
            self._before = self.tool.key
        self.tool = TOOLS[key](self.desk)
        if self.pointer is not None:
            self.tool.move(self.pointer)
        self.tool_changed.emit()
        self._notices.message.emit("")
        self._speak()

    def use_by_key(self, key: str, letter: str) -> None:
        """Take another tool by its key; it goes back when the key was held (see `key_released`)."""
        if self._held is not None and self._held[0] == letter and self._key.pressed():
            return
        self._key.settle()
        before = self.tool.key
        self._held = (letter, before, time.monotonic()) if before != key and not self.tool.passing else None
        self._drawn = False
        self.use(key)

    def key_released(self, letter: str) -> None:
        """Go back to the earlier tool where the key of this one was held, or something was drawn meanwhile."""
        if self._held is not None and self._held[0] == letter.upper():
            self._released = time.monotonic()
            self._key.released()

    def _let_go(self) -> None:
        if self._held is None:
            return
        _, before, since = self._held
        if self._drawn or self._released - since > HOLD_SECONDS:
            if self.tool.busy:
                self.tool.finish()
            self.use(before)
        self._held = None

    def tool_press(self, p: Pointer) -> bool:
        """Pass a press to the tool; False when the tool leaves it to panning."""
        self._key.settle()
        if self._elsewhere(p):
            return False
        self.pointer = p
        taken = self.tool.press(p)
        self._drawn = self._drawn or taken
        self._after()
        return taken

    def tool_move(self, p: Pointer) -> None:
        """Pass a movement to the tool."""
        self.pointer, self._pointed = p, True
        self._hover()
        if not self._elsewhere(p):
            self.tool.move(p)
        # An outline that is drawn by hovering closes here.
        self._after()

    def _hover(self, *_: object) -> None:
        """Show what is under the pointer, also where that changed beneath it."""
        p = self.pointer if self._pointed else None
        self.view.hovered = self.desk.under(p) if p is not None else 0

    def tool_release(self, p: Pointer) -> None:
        """Pass a release to the tool."""
        self.tool.release(p)
        self._after()

    def tool_click(self, p: Pointer) -> None:
        """Pass a click that the tool left to panning, after all, to the tool."""
        self.tool.click(p)
        self._after()

    def tool_double(self, p: Pointer) -> bool:
        """Pass a double click to the tool; False to show the whole image."""
        taken = self.tool.double(p)
        self._after()
        return taken

    def tool_wheel(self, turns: float) -> bool:
        """Pass the wheel to a tool that has a use for it now; False to zoom."""
        if not self.tool.takes_wheel:
            return False
        self.adjust(turns)
        return True

    def tool_leave(self) -> None:
        """Tell the tool that the pointer left the canvas."""
        self.pointer = None
        self._hover()
        self.tool.leave()
        self.redraw.emit()

    def finish_gesture(self) -> None:
        """Complete what the tool has begun (Enter)."""
        self.tool.finish()
        self._after()
        self.redraw.emit()

    def cancel_gesture(self) -> None:
        """Give up what the tool has begun; with nothing begun, drop the selection (Escape)."""
        if self.tool.busy:
            self.tool.cancel()
            self._after()
        elif self.view.selection:
            self.view.selection = frozenset()
        else:
            self.use("select")
        self.redraw.emit()

    def back(self) -> bool:
        """Take the last point of a gesture back; False where there is none."""
        taken = self.tool.back()
        self._after()
        self.redraw.emit()
        return taken

    def adjust(self, turns: float) -> None:
        """Change the number of the tool, the size of the brush for most, by turns of the wheel."""
        words = self.tool.adjust(turns)
        if words is None:
            self.scale_brush(BRUSH_STEP**turns)
        else:
            self._notices.message.emit(translate_said(words))
        self._speak()
        self.redraw.emit()

    def scale_brush(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        low, high = BRUSH_RANGE_PIXELS
        diameter = self.view.brush_diameter * factor
        self.view.brush_diameter = min(max(diameter, low), high)
        self._notices.message.emit(filled(translate("Brush {:,.0f} px"), self.view.brush_diameter))
        self.redraw.emit()

    def deliver(self, done: Callable[[Any], None], result: Any) -> None:
        """Hand a result that a tool waited for to it."""
        done(result)
        self._after()
        self.redraw.emit()

    def _after(self) -> None:
        """Show what the tool had to say; take the earlier tool up again when it is done."""
        self._speak()
        if self.tool.over:
            self.use(self._before)
        if self.tool.busy != self._was_busy:
            self._was_busy = self.tool.busy
            self.gesture_changed.emit()

    def _speak(self) -> None:
        if self.desk.problems:
            self._notices.message.emit(translate_said(self.desk.problems[-1]))
            self.desk.problems.clear()

    def _options_changed(self, *_: object) -> None:
        self.tool.options_changed()
        self.redraw.emit()


def _across(p: Pointer) -> int:
    return p.slice.across if p.slice is not None else 0
