"""Folders and files shown in the file manager of the system."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PyQt6.QtCore import QProcess, QUrl
from PyQt6.QtGui import QDesktopServices

if TYPE_CHECKING:
    from pathlib import Path


def show_folder(folder: Path) -> None:
    """Open a folder."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def show_file(file: Path) -> None:
    """Open the folder of a file, with the file chosen there where the system can do that."""
    if sys.platform == "win32":
        QProcess.startDetached("explorer.exe", ["/select,", str(file)])
    elif sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(file)])
    else:
        show_folder(file.parent)
