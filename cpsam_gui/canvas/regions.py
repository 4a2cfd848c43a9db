"""The regions that are marked as complete, drawn over the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPointF
from PyQt6.QtGui import QColor, QPainterPath, QPen, QPolygonF
from PyQt6.QtWidgets import QGraphicsPathItem

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session import Session

COLOUR = QColor("#58d68d")
DARK = QColor(0, 0, 0, 150)
DASHES = [8.0, 5.0]
LEVEL = 18  # below the previews of the tools


class CompleteRegions(QObject):
    """Draws dashed lines around the complete regions of the plane shown."""

    def __init__(self, session: Session, scene: QGraphicsScene) -> None:
        super().__init__()
        self._session = session
        self.halo, self.line = QGraphicsPathItem(), QGraphicsPathItem()
        for item, colour, width in ((self.halo, DARK, 4.0), (self.line, COLOUR, 2.0)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            if item is self.line:
                pen.setDashPattern(DASHES)
            item.setPen(pen)
            item.setZValue(LEVEL)
            scene.addItem(item)
        session.history_changed.connect(self.refresh)
        session.image_changed.connect(self.refresh)
        session.view.events.plane.connect(self.refresh)

    def refresh(self) -> None:
        """Draw the regions as they are now."""
        path, plane = QPainterPath(), self._session.view.plane
        for region in self._session.document.facts.complete:
            if region.plane == plane:
                path.addPolygon(QPolygonF([QPointF(x, y) for x, y in (*region.corners, region.corners[0])]))
        for item in (self.halo, self.line):
            item.setPath(path)
