"""What the canvas shows while no image is open: an invitation, and the two ways to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Callable


class Welcome(QWidget):
    """Fills its parent and keeps its content in the middle."""

    def __init__(self, parent: QWidget, ask_open: Callable[[], None], demo: Callable[[], None]) -> None:
        super().__init__(parent)
        parent.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GRID)
        self._picture = QLabel()
        title = QLabel(translate("Drop an image here"))
        title.setObjectName("title")
        words = QLabel(
            translate("TIFF, OME-TIFF, PNG, JPEG or NumPy; flat images and z-stacks, any number of channels")
        )
        words.setObjectName("dim")
        self.open_button = QPushButton(translate("Open image…"))
        self.open_button.setObjectName("primary")
        self.open_button.clicked.connect(ask_open)
        self.demo_button = QPushButton(translate("Try the demo image"))
        self.demo_button.clicked.connect(demo)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        buttons.addStretch(1)
        for button in (self.open_button, self.demo_button):
            button.setMinimumSize(176, 36)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout.addStretch(1)
        for label in (self._picture, title, words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(theme.GRID)
        layout.addLayout(buttons)
        layout.addStretch(1)
        theme.changed.connect(self._recolour)
        self._recolour()

    def _recolour(self) -> None:
        """Take the colours of the theme."""
        self._picture.setPixmap(theme.icon("image_outline", theme.current().dim).pixmap(72, 72))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the size of the parent; called by Qt."""
        parent = self.parentWidget()
        if event is not None and event.type() == QEvent.Type.Resize and parent is not None:
            self.setGeometry(parent.rect())
        return False
