"""The regions that are marked as complete, drawn over the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPointF
from PyQt6.QtGui import QColor, QPainterPath, QPolygonF
from PyQt6.QtWidgets import QGraphicsPathItem

from cpsam_gui.canvas.pens import line_pen

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.open_image import OpenImage

COLOUR = QColor("#58d68d")
DARK = QColor(0, 0, 0, 150)
DASHES = [8.0, 5.0]
# Below the previews of the tools.
LEVEL = 18


class CompleteRegions(QObject):
    """Draws dashed lines around the complete regions of the plane shown."""

    def __init__(self, open_image: OpenImage, scene: QGraphicsScene) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        self.halo, self.line = QGraphicsPathItem(), QGraphicsPathItem()
        for item, colour, width in ((self.halo, DARK, 4.0), (self.line, COLOUR, 2.0)):
            item.setPen(line_pen(colour, width, DASHES if item is self.line else ()))
            item.setZValue(LEVEL)
            scene.addItem(item)
        open_image.history_changed.connect(self.refresh)
        open_image.image_changed.connect(self.refresh)
        self._view.events.plane.connect(self.refresh)

    def refresh(self) -> None:
        """Draw the regions as they are now."""
        path, plane = QPainterPath(), self._view.plane
        for region in self._open_image.document.facts.complete:
            if region.plane == plane:
                path.addPolygon(QPolygonF([QPointF(x, y) for x, y in (*region.corners, region.corners[0])]))
        for item in (self.halo, self.line):
            item.setPath(path)
