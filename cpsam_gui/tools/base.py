"""What the mouse does: one class per tool, fed with positions in image pixels. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from cpsam_gui.operations import Reach, Scope, delete
from cpsam_gui.state.slice import Slice
from cpsam_gui.tools.options import Options
from cpsam_gui.tools.run_desk import RunDesk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cpsam_gui.drawing.bodies import Spacing
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.slice import Voxel
    from cpsam_gui.state.view import View

HIDDEN = "The masks are hidden; show them to draw (X)"
CHANGED = "The object has changed meanwhile"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A mouse event in image coordinates; the middle of the first pixel is at 0.5, 0.5."""

    y: float
    x: float
    right: bool = False
    ctrl: bool = False
    shift: bool = False
    alt: bool = False
    scale: float = 1.0
    """Screen pixels per image pixel, for tolerances that feel the same at every zoom."""
    slice: Slice | None = None
    """Of an orthogonal view, where it is there that the pointer is; `y` and `x` are its rows and columns in voxels."""


class Tint(str, Enum):
    """What a shape stands for, which decides its colour."""

    PLAIN = "plain"
    ADD = "add"
    """Will be there after the gesture."""
    REMOVE = "remove"
    """Will be gone after the gesture."""


@dataclass(frozen=True, slots=True)
class PreviewShape:
    """Something a tool draws over the image while it works: a circle or a line through points (y, x)."""

    points: tuple[tuple[float, float], ...] = ()
    closed: bool = False
    radius: float | None = None
    """A circle around the only point, in image pixels."""
    handles: bool = False
    """Draw a small square at every point, and no line."""
    tint: Tint = Tint.PLAIN
    filled: bool = False
    """Fill the closed line lightly; lines inside lines are holes."""
    dashed: bool = False


class FlowMaps(Protocol):
    """What the last run left: flows (2, y, x), (2, z, y, x) or (3, z, y, x) and cell logits."""

    @property
    def flows(self) -> NDArray[np.float32]:
        """5 x unit flows."""
        ...

    @property
    def logits(self) -> NDArray[np.float32]:
        """Cell logits."""
        ...

    @property
    def diameter(self) -> float | None:
        """Of the cells in pixels."""
        ...


def at_once(work: Callable[[], Any], done: Callable[[Any], None]) -> None:
    """Do work that may take longer than a frame here and now; sessions bring something better."""
    done(work())


def no_model(box: Box, done: Callable[[Any], None]) -> Callable[[], None]:
    """Stand in for the model where there is none."""
    done(None)
    return lambda: None


@dataclass
class Desk:
    """What every tool works on."""

    document: Document
    view: View
    options: Options = field(default_factory=Options)
    pixels: NDArray[Any] | None = None
    """Of the open image (z, y, x, c)."""
    maps: Callable[[], FlowMaps | None] = lambda: None
    """Returns the flows of the last run."""
    later: Callable[[Callable[[], Any], Callable[[Any], None]], None] = at_once
    """Does work off the thread of the window and hands its result over; a newer request replaces one that waits."""
    segment: Callable[[Box, Callable[[Any], None]], Callable[[], None]] = no_model
    """Runs the model on a block and hands over a `Proposal`, or None where that failed; returns how to end it."""
    run: RunDesk = field(default_factory=RunDesk)
    """What may be asked of the next run."""
    spacing: Callable[[], Spacing] = lambda: (1.0, 1.0, 1.0)
    """Returns the size of a voxel along z, y, x in pixels of the plane."""
    keep: Callable[[int, int, int], bool] = lambda z, y, x: False
    """Makes the rejected candidate at a voxel an object; False where there is none."""
    problems: list[str] = field(default_factory=list)
    """Words for the status line: why a gesture did nothing."""

    @property
    def whole(self) -> bool:
        """Whether edits reach through the planes of a stack."""
        return self.options.scope is Scope.BODY and self.document.shape[0] > 1

    @property
    def reach(self) -> Reach:
        """What edits reach now."""
        return Reach(self.options.scope, self.view.slice, self.spacing())

    def behind(self, box: Box, shown: Slice) -> Box:
        """Return a block of a slice, as deep as it is wide where edits reach through the planes or it holds several."""
        if not self.whole and shown.across == 0:
            return box
        steps = self.spacing()
        wide = max(length * step for length, step in zip(box.shape, steps, strict=True))
        reach = math.ceil(wide / 2 / steps[shown.across])
        near, far = (replace(shown, index=shown.index + way) for way in (-reach, reach))
        return near.flat(box).union(far.flat(box)).clip(self.document.shape)

    def under(self, p: Pointer) -> int:
        """Return the id below the pointer; 0 for background, outside, and hidden masks."""
        if not self.view.masks.visible:
            return 0
        return self.document.label_at(*self.at(p))

    def shown(self, p: Pointer) -> Slice:
        """Return the slice of the volume that the pointer is on."""
        return p.slice or self.view.slice

    def again(self, shown: Slice) -> Slice:
        """Return the slice that the view of a slice shows now: planes are turned over while something is drawn."""
        return shown if shown.across else self.view.slice

    def voxel(self, p: Pointer) -> Voxel:
        """Return the position of the pointer in the volume."""
        return self.shown(p).voxel(p.y, p.x)

    def inside(self, p: Pointer) -> bool:
        """Whether the pointer is on the image."""
        rows, columns = self.shown(p).sides(self.document.shape)
        return 0 <= p.y < rows and 0 <= p.x < columns

    def at(self, p: Pointer) -> tuple[int, int, int]:
        """Return the voxel under the pointer (z, y, x)."""
        z, y, x = self.voxel(p)
        return int(z // 1), int(y // 1), int(x // 1)

    def say(self, text: str) -> None:
        """Tell the user why nothing happened."""
        self.problems.append(text)

    def delete_under(self, p: Pointer) -> None:
        """Delete the object below the pointer, if there is one."""
        if number := self.under(p):
            self.tell(delete(self.document, [number]))

    def tell(self, why: str | None) -> None:
        """Pass on the answer of an operation: None where all went well."""
        if why:
            self.say(why)


class ToolSection(str, Enum):
    """Where in the menu and the tool bar a tool stands, in this order."""

    SELECT = "select"
    DRAW = "draw"
    MODEL = "model"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """How a tool is offered: in the menu Tools, by a key, and in the tool bar."""

    icon: str
    """By its name in the icon font."""
    shortcut: str
    section: ToolSection
    in_bar: bool = True
    """Whether it has a button in the tool bar; members of a family share that of the first."""
    family: str = ""
    """Tools of one family are offered side by side above the canvas; their `settings` name the family."""
    short: str = ""
    """Its word among those of the family."""


class Tool:
    """Base of the tools; a gesture is press, moves, release.

    A new tool is one file with a class derived from this one, and one row in ``TOOLS``.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """In menus and above the canvas."""
    entry: ClassVar[ToolEntry | None] = None
    """None where something else takes the tool up; a tool derived from another one says so itself."""
    hint: ClassVar[str] = ""
    cursor: ClassVar[str] = "cross"
    settings: ClassVar[tuple[str, ...]] = ()
    """What is offered above the canvas.

    "size", "mode", "tolerance", "threshold", "divide", "class", "accept", or a family.
    """
    every_view: ClassVar[bool] = False
    """Whether the tool draws in the orthogonal views of a stack, too; clicks reach every tool there."""
    for_judging: ClassVar[bool] = False
    """Whether it is in hand while objects are judged: letters are those of the review then, if that is in view."""
    passing: ClassVar[bool] = False
    """Whether the earlier tool comes back when this one is done."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.over = False
        """Set by a passing tool that is done."""

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way, so that the tool takes clicks of every button."""
        return False

    @property
    def begun(self) -> bool:
        """Whether giving up loses something that was drawn."""
        return self.busy and not self.passing

    @property
    def drawn_in(self) -> Slice | None:
        """The slice in which a line is being drawn, so that other views leave it alone; None where there is none."""
        return None

    @property
    def takes_wheel(self) -> bool:
        """Whether the wheel changes what is proposed, instead of the zoom."""
        return False

    def press(self, p: Pointer) -> bool:
        """Begin a gesture; return False to leave the event to panning."""
        return False

    def move(self, p: Pointer) -> None:
        """Follow the pointer, with or without a button."""

    def release(self, p: Pointer) -> None:
        """End a gesture."""

    def click(self, p: Pointer) -> None:
        """React to press and release without movement, where :meth:`press` returned False."""

    def double(self, p: Pointer) -> bool:
        """React to a double click; return False to show the whole image."""
        return False

    def adjust(self, turns: float) -> str | None:
        """Change the number of the tool by turns of the wheel; return it in words, None where there is none."""
        return None

    def back(self) -> bool:
        """Take the last point back (Backspace); return False where there is none."""
        return False

    def finish(self) -> None:
        """Complete what is begun (Enter)."""

    def cancel(self) -> None:
        """Give up what is begun (Escape, another tool, another image)."""

    def masks_replaced(self) -> None:
        """Follow a result that came in: what needs none of the old masks goes on, the rest is given up and says so."""

    def leave(self) -> None:
        """The pointer left the canvas."""

    def options_changed(self) -> None:
        """Follow another setting of the tools."""

    def shapes(self) -> list[PreviewShape]:
        """Return what to draw in the view that the pointer is in."""
        return []

    def proposed(self, shown: Slice) -> list[PreviewShape]:
        """Return what has a place in the volume, as it lies in a slice: drawn in every view."""
        return []
