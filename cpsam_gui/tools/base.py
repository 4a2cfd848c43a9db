"""What the mouse does: one class per tool, fed with positions in image pixels. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from cpsam_gui.document import Document
    from cpsam_gui.view import View


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


@dataclass(frozen=True, slots=True)
class Shape:
    """Something a tool draws over the image while it works: a circle or a line through points (y, x)."""

    points: tuple[tuple[float, float], ...] = ()
    closed: bool = False
    radius: float | None = None
    """A circle around the only point, in image pixels."""
    handles: bool = False
    """Draw a small square at every point."""


@dataclass
class Desk:
    """What every tool works on."""

    document: Document
    view: View
    problems: list[str] = field(default_factory=list)
    """Words for the status line: why a gesture did nothing."""

    def under(self, p: Pointer) -> int:
        """Return the id below the pointer; 0 for background, outside, and hidden masks."""
        if not self.view.masks.visible:
            return 0
        return self.document.label_at(self.view.plane, int(p.y // 1), int(p.x // 1))

    def say(self, text: str) -> None:
        """Tell the user why nothing happened."""
        self.problems.append(text)

    def tell(self, why: str | None) -> None:
        """Pass on the answer of an operation: None where all went well."""
        if why:
            self.say(why)


class Tool:
    """Base of the tools; a gesture is press, moves, release."""

    key: ClassVar[str] = ""
    hint: ClassVar[str] = ""
    cursor: ClassVar[str] = "cross"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way, so that the tool takes clicks of every button."""
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

    def finish(self) -> None:
        """Complete what is begun (Enter)."""

    def cancel(self) -> None:
        """Give up what is begun (Escape, another tool, another image)."""

    def shapes(self) -> list[Shape]:
        """Return what to draw over the image."""
        return []
