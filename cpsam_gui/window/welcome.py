"""What the canvas shows while no image is open: an invitation, and the ways to begin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QGridLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme
from cpsam_gui.style.layout import let_go
from cpsam_gui.style.long_names import MOST_PX, shortened
from cpsam_gui.window.recent_menu import recent_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PyQt6.QtGui import QShowEvent

# Number of the paths opened last that are listed.
RECENT = 4


@dataclass(frozen=True, slots=True)
class Ways:
    """What the buttons do."""

    image: Callable[[], object]
    folder: Callable[[], object]
    demo: Callable[[], object]
    samples: Callable[[], object]
    path: Callable[[Path], object]


def _button(text: str, do: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setMinimumSize(176, 36)
    button.clicked.connect(lambda _checked=False: do())
    return button


class Welcome(QWidget):
    """Fills its parent and keeps its content in the middle."""

    def __init__(self, parent: QWidget, ways: Ways) -> None:
        super().__init__(parent)
        self._ways = ways
        parent.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GRID_PX)
        self._picture = QLabel()
        title = QLabel(translate("Drop an image here"))
        title.setObjectName("title")
        words = QLabel(
            translate("An image file or a folder; flat images, z-stacks and movies, any number of channels")
        )
        words.setObjectName("dim")
        words.setWordWrap(True)
        self.open_button = _button(translate("Open image…"), ways.image)
        self.open_button.setObjectName("primary")
        self.folder_button = _button(translate("Open folder…"), ways.folder)
        self.demo_button = _button(translate("Try the demo image"), ways.demo)
        self.samples_button = _button(translate("Sample images"), ways.samples)
        buttons = QGridLayout()
        buttons.setSpacing(theme.GRID_PX)
        buttons.setColumnStretch(0, 1)
        buttons.setColumnStretch(3, 1)
        four = (self.open_button, self.folder_button, self.demo_button, self.samples_button)
        for place, button in enumerate(four):
            buttons.addWidget(button, place // 2, 1 + place % 2)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        layout.addStretch(1)
        for label in (self._picture, title, words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(theme.GRID_PX)
        layout.addLayout(buttons)
        layout.addSpacing(theme.GRID_PX)
        layout.addLayout(self._recent)
        layout.addStretch(1)
        theme.changed.connect(self._recolour)
        self._recolour()

    def showEvent(self, event: QShowEvent | None) -> None:
        """List the paths opened last; called by Qt."""
        super().showEvent(event)
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                let_go(widget)
        for path in recent_paths()[:RECENT]:
            row = QToolButton()
            row.setObjectName("recent")
            row.setAutoRaise(True)
            row.setText(shortened(path.name, MOST_PX, row.fontMetrics()).replace("&", "&&"))
            row.setToolTip(str(path))
            row.clicked.connect(partial(self._open_recent, path))
            self._recent.addWidget(row, 0, Qt.AlignmentFlag.AlignHCenter)

    def _open_recent(self, path: Path, _checked: bool = False) -> None:
        self._ways.path(path)

    def _recolour(self) -> None:
        """Take the colours of the theme."""
        self._picture.setPixmap(theme.icon("image_outline", theme.current().dim).pixmap(72, 72))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the size of the parent; called by Qt."""
        parent = self.parentWidget()
        if event is not None and event.type() == QEvent.Type.Resize and parent is not None:
            self.setGeometry(parent.rect())
        return False
