"""The images and folders opened last, kept between starts."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSettings, QTimer, pyqtSignal
from PyQt6.QtWidgets import QMenu

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.settings_values import stored_list
from cpsam_gui.style.long_names import shortened

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

KEY = "recent/paths"
MOST = 12
NAME_PX = 400
"""Width of a name, and of the folder behind it."""


def recent_paths() -> list[Path]:
    """Return the paths opened last that are still there, the newest first."""
    # Not `Path.exists`, which raises for names that no system can hold.
    return [Path(text) for text in stored_list(KEY) if os.path.exists(text)]  # noqa: PTH110


def starting_folder(path: Path | None) -> str:
    """Return where a dialog begins that asks for a file or folder: at the open image, else where one was last."""
    if path is not None:
        return str(path.parent)
    last = next(iter(recent_paths()), None)
    return "" if last is None else str(last if last.is_dir() else last.parent)


def remember(path: Path) -> None:
    """Put a path at the front of the list, once what goes on now has been answered: the disk takes its time."""
    QTimer.singleShot(0, partial(_put_first, path))


def _put_first(path: Path) -> None:
    paths = [path, *(other for other in recent_paths() if other != path)]
    QSettings().setValue(KEY, [str(one) for one in paths[:MOST]])


def forget() -> None:
    """Empty the list."""
    QSettings().remove(KEY)


class RecentMenu(QMenu):
    """Offers the paths opened last; filled each time it is shown."""

    chosen = pyqtSignal(object)
    """The path to open."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(translate("Open recent"), parent)
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Read the list anew."""
        self.clear()
        paths = recent_paths()
        for number, path in enumerate(paths, 1):
            # Digits are keys of the first nine; an ampersand in a name would become one.
            kind = "/" if path.is_dir() else ""
            metrics = self.fontMetrics()
            name, folder = (shortened(one, NAME_PX, metrics) for one in (path.name + kind, str(path.parent)))
            words = f"{name}   ({folder})".replace("&", "&&")
            action = self.addAction(f"&{number} {words}" if number < 10 else words)
            if action is not None:
                action.setToolTip(str(path))
                action.triggered.connect(lambda _checked, path=path: self.chosen.emit(path))
        if paths:
            self.addSeparator()
        clear = self.addAction(translate("Clear the list"))
        if clear is not None:
            clear.setEnabled(bool(paths))
            clear.triggered.connect(forget)
