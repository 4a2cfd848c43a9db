"""A small picture of the whole image in a corner, with a frame around what is in view."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPen
from PyQt6.QtWidgets import QWidget

from cpsam_gui.canvas.colours import ImageColours
from cpsam_gui.state.pixels import lazy_pixels_of
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QMouseEvent, QPaintEvent

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.box import Box

# Screen pixels.
LONGEST_PX = 168
SHORTEST_PX = 24
# On each side of a pixel of the picture; more would read more of a large image than it is worth.
SAMPLES = 2
# Share of the image that is in view, from which on the picture would say nothing new.
CLOSE = 0.92


class Minimap(QWidget):
    """Shows where the view is; a click or drag goes there. Hidden while the whole image is in view."""

    def __init__(self, open_image: OpenImage, parent: QWidget) -> None:
        super().__init__(parent)
        self._open_image, self._view = open_image, open_image.view
        self._picture: QImage | None = None
        self.judged: Callable[[], Box | None] = lambda: None
        """Where the place is that must not be covered; a canvas puts that of the review here."""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Overview")
        self.hide()
        events = self._view.events
        for signal in (events.plane, events.channels):
            signal.connect(self._forget)
        events.minimap.connect(self.follow)

    def new_image(self) -> None:
        """Take the shape of the image that was opened."""
        _, rows, columns = self._open_image.document.shape
        scale = LONGEST_PX / max(rows, columns)
        self.setFixedSize(max(round(columns * scale), SHORTEST_PX), max(round(rows * scale), SHORTEST_PX))
        self._forget()

    def follow(self) -> None:
        """Show what is in view now; hide where that is nearly everything, or where the map covers what is judged."""
        open_image = self._open_image
        parent = self.parentWidget()
        if open_image.image is None or parent is None or not self._view.minimap:
            self.hide()
            return
        _, rows, columns = open_image.document.shape
        view = self._in_view()
        share = view.width() * view.height() / (rows * columns)
        self.setVisible(share < CLOSE**2 and not self._covers(self.judged()))
        self.update()

    def _covers(self, box: Box | None) -> bool:
        """Whether the map lies over a part of a place of the image."""
        camera, parent = self._view.camera, self.parentWidget()
        if box is None or parent is None:
            return False
        left = (box.x0 - camera.x) * camera.scale + parent.width() / 2
        top = (box.y0 - camera.y) * camera.scale + parent.height() / 2
        width, height = (box.x1 - box.x0) * camera.scale, (box.y1 - box.y0) * camera.scale
        return QRectF(self.geometry()).intersects(QRectF(left, top, width, height))

    def _in_view(self) -> QRectF:
        """Return the part of the image that is in view, in image pixels."""
        camera, parent = self._view.camera, self.parentWidget()
        _, rows, columns = self._open_image.document.shape
        width = (parent.width() if parent is not None else 1) / camera.scale
        height = (parent.height() if parent is not None else 1) / camera.scale
        area = QRectF(camera.x - width / 2, camera.y - height / 2, width, height)
        return area.intersected(QRectF(0, 0, columns, rows))

    def _forget(self) -> None:
        self._picture = None
        self.update()

    def _paint_picture(self) -> QImage | None:
        open_image = self._open_image
        if open_image.image is None:
            return None
        lazy = lazy_pixels_of(open_image.image)
        plane = open_image.image.pixels[self._view.plane] if lazy is None else lazy.overview
        ratio = self.devicePixelRatioF()
        width, height = ceil(self.width() * ratio), ceil(self.height() * ratio)
        steps = [
            max(1, length // (SAMPLES * wanted))
            for length, wanted in zip(plane.shape, (height, width), strict=False)
        ]
        colours = ImageColours(plane, self._view.channels)
        pixels = colours(slice(0, plane.shape[0], steps[0]), slice(0, plane.shape[1], steps[1]))
        parts = pixels.view(np.uint8).reshape(*pixels.shape, 4)
        small: Any = np.ascontiguousarray(cv2.resize(parts, (width, height), interpolation=cv2.INTER_AREA))
        return QImage(small.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw picture and frame; called by Qt."""
        if self._picture is None:
            self._picture = self._paint_picture()
        painter = QPainter(self)
        area = QRectF(self.rect())
        if self._picture is not None:
            painter.drawImage(area, self._picture)
        painter.setPen(QPen(QColor(theme.current().border), 1))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        _, rows, columns = self._open_image.document.shape
        view = self._in_view()
        across, down = self.width() / columns, self.height() / rows
        frame = QRectF(view.x() * across, view.y() * down, view.width() * across, view.height() * down)
        # Never smaller than can be seen and taken hold of.
        grow = max(0.0, 6 - min(frame.width(), frame.height())) / 2
        frame = frame.adjusted(-grow, -grow, grow, grow).intersected(area.adjusted(1, 1, -1, -1))
        for colour, width in ((QColor(0, 0, 0, 180), 3.5), (QColor(theme.current().accent), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(frame)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Go to the place; called by Qt."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Follow the pointer while the button is held; called by Qt."""
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, position: QPointF) -> None:
        _, rows, columns = self._open_image.document.shape
        y = min(max(position.y() / self.height(), 0.0), 1.0) * rows
        x = min(max(position.x() / self.width(), 0.0), 1.0) * columns
        self._view.camera = replace(self._view.camera, y=y, x=x)
