"""Places marked on the canvas: where the model saw cells and no object is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QPainterPath
from PyQt6.QtWidgets import QGraphicsPathItem

from cpsam_gui.canvas.pens import line_pen
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.missed_places import MissedPlaces
    from cpsam_gui.state.view import View

# Image pixels between a place and its frame.
MARGIN_PIXELS = 3
DARK = QColor(0, 0, 0, 150)


class Markers:
    """Frames around missed cells; that of the place shown last is thicker."""

    def __init__(self, view: View, missed: MissedPlaces, scene: QGraphicsScene) -> None:
        self._view, self._missed = view, missed
        # Over the image, whatever the theme.
        warning = QColor(theme.DARK.warning)
        self._halo = _item(scene, 16, DARK, 4.0)
        self.frames = _item(scene, 17, warning, 1.5)
        self.present = _item(scene, 18, warning, 3.0)
        missed.changed.connect(self.draw)
        view.events.plane.connect(self.draw)

    def draw(self, *_: object) -> None:
        """Draw the frames of the plane in view."""
        missed, plane = self._missed, self._view.plane
        frames, present = QPainterPath(), QPainterPath()
        if missed.visible:
            for place in missed.all:
                box = place.box
                if box.z0 <= plane < box.z1:
                    rect = QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0)
                    rect.adjust(-MARGIN_PIXELS, -MARGIN_PIXELS, MARGIN_PIXELS, MARGIN_PIXELS)
                    (present if place is missed.at else frames).addRect(rect)
        self.frames.setPath(frames)
        self.present.setPath(present)
        self._halo.setPath(_both(frames, present))


def _both(first: QPainterPath, second: QPainterPath) -> QPainterPath:
    path = QPainterPath(first)
    path.addPath(second)
    return path


def _item(scene: QGraphicsScene, z: float, colour: QColor, width: float) -> QGraphicsPathItem:
    item = QGraphicsPathItem()
    item.setPen(line_pen(colour, width))
    item.setZValue(z)
    scene.addItem(item)
    return item
