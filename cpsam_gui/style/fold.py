"""Fields that few need: folded away under a heading, and brought into view when they are asked for."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtWidgets import QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from cpsam_gui.style import theme


class Fold(QWidget):
    """A heading that folds, with something at its right where given, and `body` under it."""

    def __init__(self, title: str, body: QWidget, beside: QWidget | None = None) -> None:
        super().__init__()
        self.head = QToolButton()
        self.head.setObjectName("fold")
        self.head.setText(title)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setCheckable(True)
        self.body = body
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX)
        top = QHBoxLayout()
        top.addWidget(self.head)
        top.addStretch(1)
        if beside is not None:
            top.addWidget(beside)
        layout.addLayout(top)
        layout.addWidget(body)
        body.setVisible(False)
        self.head.toggled.connect(self._fold)
        theme.changed.connect(self._recolour)
        self._recolour()

    def _fold(self, unfolded: bool) -> None:
        self.body.setVisible(unfolded)
        self._recolour()
        if unfolded:
            # Where things are is known once the layouts have made room.
            QTimer.singleShot(0, self._reveal)

    def _reveal(self) -> None:
        """Scroll until the fields are in view: the heading to the top where they need all the room."""
        area = self._area()
        bar = area.verticalScrollBar() if area is not None else None
        page = area.widget() if area is not None else None
        view = area.viewport() if area is not None else None
        if bar is None or page is None or view is None:
            return
        top = self.mapTo(page, QPoint(0, 0)).y()
        below = top + self.height() - view.height()
        bar.setValue(max(bar.value(), min(top, below)))

    def _area(self) -> QScrollArea | None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        return around

    def _recolour(self) -> None:
        """Take the icon's colour of the theme."""
        name = "chevron_down" if self.head.isChecked() else "chevron_right"
        self.head.setIcon(theme.icon(name, theme.current().text))
