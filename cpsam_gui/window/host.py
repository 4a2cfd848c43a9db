"""What a window does for the pages and questions that it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cpsam_gui.panels import Host

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from PyQt6.QtWidgets import QDockWidget

    from cpsam_gui.canvas import Canvas
    from cpsam_gui.jobs.job import Problem


class WindowHost(Host, Protocol):
    """A window as its pages know it; `Host` is what a panel knows of it."""

    canvas: Canvas

    @property
    def docks(self) -> Mapping[str, QDockWidget]:
        """The docks of the panels by the names of their rows."""
        ...

    def open(self, path: Path, *, then: Callable[[], None] | None = None) -> None:
        """Open an image, after asking about unsaved changes; `then` is called when it is there."""
        ...

    def open_folder(self, folder: Path) -> None:
        """List the images of a folder and open the first of them."""
        ...

    def open_demo(self) -> None:
        """Open the shipped image and segment it."""
        ...

    def may_leave(self) -> bool:
        """Save what is not saved yet, or ask about it; False to stay."""
        ...

    def export(self, *, unsaved: bool = False) -> None:
        """Let the user choose in which form the masks go where; `unsaved` masks begin as a label image."""
        ...

    def show_problem(self, problem: Problem) -> None:
        """Show an error in a dialog that does not block."""
        ...
