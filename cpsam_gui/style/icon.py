"""The icon of the program for its windows."""

from __future__ import annotations

from PyQt6.QtCore import QByteArray, Qt
from PyQt6.QtGui import QIcon, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer

from cpsam_gui.program.desktop_entry import SOURCE

SIZES_PX = (16, 24, 32, 48, 64, 128, 256)


def app_icon() -> QIcon:
    """Return the icon in the usual sizes, drawn from its source."""
    renderer = QSvgRenderer(QByteArray(SOURCE.read_bytes()))
    made = QIcon()
    for size in SIZES_PX:
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter)
        painter.end()
        made.addPixmap(picture)
    return made
