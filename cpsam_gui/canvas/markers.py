"""Places marked on the canvas: where the model saw cells and no object is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QPainterPath
from PyQt6.QtWidgets import QGraphicsPathItem

from cpsam_gui.canvas.pens import line_pen
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.missed_places import MissedPlaces
    from cpsam_gui.state.slice import Slice

# Image pixels between a place and its frame.
MARGIN_PIXELS = 3
DARK = QColor(0, 0, 0, 150)


class Markers:
    """Frames around missed cells; that of the place shown last is thicker.

    `shown` tells the slice of the volume that is in view, None where nothing is.
    """

    def __init__(
        self, missed: MissedPlaces, scene: QGraphicsScene, shown: Callable[[], Slice | None]
    ) -> None:
        self._missed, self._shown = missed, shown
        # Over the image, whatever the theme.
        warning = QColor(theme.DARK.warning)
        self.halo = _item(scene, 16, DARK, 4.0)
        self.frames = _item(scene, 17, warning, 1.5)
        self.present = _item(scene, 18, warning, 3.0)
        missed.changed.connect(self.draw)

    def draw(self, *_: object) -> None:
        """Draw the frames of the slice in view."""
        missed, shown = self._missed, self._shown()
        frames, present = QPainterPath(), QPainterPath()
        if missed.visible and shown is not None:
            for place in missed.all:
                if shown.meets(place.box):
                    top, bottom, left, right = shown.area(place.box)
                    rect = QRectF(left, top, right - left, bottom - top)
                    rect.adjust(-MARGIN_PIXELS, -MARGIN_PIXELS, MARGIN_PIXELS, MARGIN_PIXELS)
                    (present if place is missed.at else frames).addRect(rect)
        self.frames.setPath(frames)
        self.present.setPath(present)
        self.halo.setPath(_both(frames, present))


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
