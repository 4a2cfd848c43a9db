"""Small things that float over the image: scale bar, the invitation to open an image, previews of tools."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QGraphicsPathItem, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PyQt6.QtGui import QPaintEvent
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.tools import Shape

HANDLE = 3.5  # screen pixels from the middle of a handle to its edge


def round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not over `longest`."""
    power: float = 10.0 ** floor(log10(longest))
    return next(step * power for step in (5, 2, 1) if step * power <= longest)


class ScaleBar(QWidget):
    """A bar with a round length: micrometres where the pixel size is known, pixels otherwise."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(200, 40)
        self._length, self._text = 0.0, ""

    def set_scale(self, screen_per_pixel: float, pixel_size: float | None) -> None:
        """Choose length and text for a zoom; `pixel_size` in micrometres per image pixel."""
        unit = pixel_size or 1.0
        value = round_length(max(140 / screen_per_pixel * unit, 1e-9))
        self._length = value / unit * screen_per_pixel
        self._text = f"{value:g} {'µm' if pixel_size else 'px'}"
        self.update()

    @property
    def text(self) -> str:
        """The words above the bar."""
        return self._text

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the bar; called by Qt."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right, bottom = self.width() - 16.0, self.height() - 10.0
        bar = QRectF(right - self._length, bottom - 4, self._length, 4)
        # A dark rim keeps the bar readable on bright images.
        painter.setPen(QPen(QColor(0, 0, 0, 170), 2))
        painter.setBrush(QColor("white"))
        painter.drawRect(bar)
        font = QFont(self.font())
        font.setPixelSize(13)
        font.setWeight(QFont.Weight.DemiBold)
        path = QPainterPath()
        metrics = painter.fontMetrics()
        path.addText(
            QPointF(right - self._length / 2 - metrics.horizontalAdvance(self._text) / 2, bottom - 10),
            font,
            self._text,
        )
        painter.strokePath(path, QPen(QColor(0, 0, 0, 200), 3, join=Qt.PenJoinStyle.RoundJoin))
        painter.fillPath(path, QColor("white"))


class Preview:
    """Draws the shapes of the tool in use: a light line on a dark one, seen on every ground."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._items: list[QGraphicsPathItem] = []
        for colour, width in ((QColor(0, 0, 0, 170), 3.5), (QColor("white"), 1.5)):
            item = QGraphicsPathItem()
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            item.setPen(pen)
            item.setZValue(20)
            scene.addItem(item)
            self._items.append(item)

    def show(self, shapes: Iterable[Shape], scale: float) -> None:
        """Draw `shapes`; `scale` is screen pixels per image pixel."""
        path = QPainterPath()
        for shape in shapes:
            _add(path, shape, HANDLE / scale)
        for item in self._items:
            item.setPath(path)


def _add(path: QPainterPath, shape: Shape, handle: float) -> None:
    points = [QPointF(x, y) for y, x in shape.points]
    if not points:
        return
    if shape.radius is not None:
        path.addEllipse(points[0], shape.radius, shape.radius)
        return
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if shape.closed:
        path.closeSubpath()
    if shape.handles:
        for point in points:
            path.addRect(QRectF(point.x() - handle, point.y() - handle, 2 * handle, 2 * handle))
