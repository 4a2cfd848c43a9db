"""The canvas with the orthogonal views of a stack beside it, which are there when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer
from PyQt6.QtWidgets import QSplitter

from cpsam_gui.canvas.sections import SectionView

if TYPE_CHECKING:
    from cpsam_gui.canvas import Canvas
    from cpsam_gui.session import Session

# Share of the canvas that an orthogonal view takes at first.
SHARE = 0.3


class Views(QSplitter):
    """XY at the upper left, YZ at its right, XZ below; the borders can be dragged."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._open_image, self._view = session.open_image, session.view
        self.below, self.beside = SectionView(session, 1, canvas), SectionView(session, 2, canvas)
        self._above = QSplitter(Qt.Orientation.Horizontal)
        self._above.addWidget(canvas)
        self._above.addWidget(self.beside)
        self.addWidget(self._above)
        self.addWidget(self.below)
        self._placed = QTimer(self)
        self._placed.setSingleShot(True)
        self._placed.setInterval(0)
        self._placed.timeout.connect(self.follow)
        canvas.installEventFilter(self)
        self.setChildrenCollapsible(False)
        self._above.setChildrenCollapsible(False)
        for splitter in (self, self._above):
            splitter.splitterMoved.connect(self.follow)
        self._open_image.image_changed.connect(self.show_wanted)
        self._view.events.sections.connect(self.show_wanted)
        self.show_wanted()

    def follow(self) -> None:
        """Bring the orthogonal views in line with the canvas, which has another place or size."""
        self.below.follow()
        self.beside.follow()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the canvas when it gets another size, for whatever reason; called by Qt."""
        if event is not None and event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._placed.start()
        return super().eventFilter(watched, event)

    def show_wanted(self) -> None:
        """Show the orthogonal views of a stack where they are wanted."""
        document = self._open_image.document
        on = self._view.sections and document.shape[0] > 1
        if on == self.below.isVisibleTo(self):
            return
        for view in (self.below, self.beside):
            view.setVisible(on)
        if on:
            self.setSizes([round(self.height() * (1 - SHARE)), round(self.height() * SHARE)])
            self._above.setSizes([round(self.width() * (1 - SHARE)), round(self.width() * SHARE)])
            # Once the layout has given everything its place.
            self._placed.start()
