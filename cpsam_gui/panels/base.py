"""What a panel is, what its window does for it, and its row in the table of panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PyQt6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_gui.session import Session


class Host(Protocol):
    """What a panel may ask of the window that it stands in."""

    def open(self, path: Path) -> None:
        """Open an image, after asking about unsaved changes."""
        ...

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front, called by the name of its row."""
        ...

    def hide_panel(self, name: str) -> None:
        """Hide a panel, called by the name of its row."""
        ...


class Panel(QWidget):
    """Base of the panels; each is made with the session and its host."""

    def follow(self, on: bool) -> None:
        """Keep up with the session while the panel is in view; one behind another tab is not."""

    def may_close(self) -> bool:
        """Ask before the window is closed on work that this panel shows; False to stay."""
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """One panel and where it goes; panels of the same `group` share a stack of tabs, the first one on top."""

    name: str
    """In the tab, in the menu, and in the stored layout."""
    factory: Callable[[Session, Host], Panel]
    group: str
    """"left", "top", "bottom" (both at the right) or "below" (the canvas; hidden until it is asked for)."""
    scrolls: bool = True
    """Whether the window puts it into an area that scrolls."""
