"""The regions that are marked as complete, drawn over the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPointF
from PyQt6.QtGui import QColor, QPainterPath, QPolygonF
from PyQt6.QtWidgets import QGraphicsPathItem

from cpsam_gui.canvas.pens import line_pen
from cpsam_gui.tools.complete import lies_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.slice import Slice

COLOUR = QColor("#58d68d")
DARK = QColor(0, 0, 0, 150)
DASHES = [8.0, 5.0]
# Below the previews of the tools.
LEVEL = 18


class CompleteRegions(QObject):
    """Draws dashed lines around the complete regions of a slice.

    `shown` tells the slice of the volume that is in view, None where nothing is.
    """

    def __init__(
        self, open_image: OpenImage, scene: QGraphicsScene, shown: Callable[[], Slice | None]
    ) -> None:
        super().__init__()
        self._open_image, self._shown = open_image, shown
        self.halo, self.line = QGraphicsPathItem(), QGraphicsPathItem()
        for item, colour, width in ((self.halo, DARK, 4.0), (self.line, COLOUR, 2.0)):
            item.setPen(line_pen(colour, width, DASHES if item is self.line else ()))
            item.setZValue(LEVEL)
            scene.addItem(item)
        open_image.history_changed.connect(self.refresh)
        open_image.image_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Draw the regions as they are now."""
        path, shown = QPainterPath(), self._shown()
        for region in self._open_image.document.facts.complete:
            if shown is not None and lies_in(region, shown):
                path.addPolygon(QPolygonF([QPointF(x, y) for x, y in (*region.corners, region.corners[0])]))
        for item in (self.halo, self.line):
            item.setPath(path)
