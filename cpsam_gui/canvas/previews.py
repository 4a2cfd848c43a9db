"""What a gesture will do, drawn over the image: lines, tips, regions, handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QColor, QPainterPath, QPen
from PyQt6.QtWidgets import QGraphicsPathItem

from cpsam_gui.canvas.pens import line_pen
from cpsam_gui.tools import Tint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.tools import PreviewShape

# Screen pixels from the middle of a handle to its edge.
HANDLE_PIXELS = 3.5
DARK = QColor(0, 0, 0, 170)
COLOURS = {Tint.PLAIN: QColor("white"), Tint.ADD: QColor("#5cc8f5"), Tint.REMOVE: QColor("#ff6b6b")}
# Opacity of regions, of 255.
FILL = 70
DASHES = [4.0, 3.0]


class Preview:
    """Draws the shapes of the tool in use: a light line on a dark one, seen on every ground."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._fills = {tint: _item(scene, 19, fill=colour) for tint, colour in COLOURS.items()}
        self._halo = _item(scene, 20, line=DARK, width=3.5)
        self._lines = {tint: _item(scene, 21, line=colour) for tint, colour in COLOURS.items()}
        self._dashes = _item(scene, 21, line=COLOURS[Tint.PLAIN], dashed=True)
        self._handles = _item(scene, 22, line=DARK, width=1.0, fill=COLOURS[Tint.PLAIN], alpha=255)
        self._shown = False

    def show(self, shapes: Iterable[PreviewShape], scale: float) -> None:
        """Draw `shapes`; `scale` is screen pixels per image pixel."""
        shapes = list(shapes)
        if not shapes and not self._shown:
            return
        self._shown = bool(shapes)
        lines = {tint: QPainterPath() for tint in COLOURS}
        fills = {tint: QPainterPath() for tint in COLOURS}
        halo, dashes, handles = QPainterPath(), QPainterPath(), QPainterPath()
        for shape in shapes:
            if shape.handles:
                _add_handles(handles, shape, HANDLE_PIXELS / scale)
                continue
            path = _path(shape)
            halo.addPath(path)
            (dashes if shape.dashed else lines[shape.tint]).addPath(path)
            if shape.filled:
                fills[shape.tint].addPath(path)
        for tint in COLOURS:
            self._lines[tint].setPath(lines[tint])
            self._fills[tint].setPath(fills[tint])
        for item, path in ((self._halo, halo), (self._dashes, dashes), (self._handles, handles)):
            item.setPath(path)


def _item(
    scene: QGraphicsScene,
    z: float,
    *,
    line: QColor | None = None,
    width: float = 1.5,
    fill: QColor | None = None,
    alpha: int = FILL,
    dashed: bool = False,
) -> QGraphicsPathItem:
    item = QGraphicsPathItem()
    pen = QPen(Qt.PenStyle.NoPen)
    if line is not None:
        pen = line_pen(line, width, DASHES if dashed else ())
    item.setPen(pen)
    if fill is not None:
        ground = QColor(fill)
        ground.setAlpha(alpha)
        item.setBrush(QBrush(ground))
    item.setZValue(z)
    scene.addItem(item)
    return item


def _path(shape: PreviewShape) -> QPainterPath:
    path = QPainterPath()
    points = [QPointF(x, y) for y, x in shape.points]
    if not points:
        return path
    if shape.radius is not None:
        path.addEllipse(points[0], shape.radius, shape.radius)
        return path
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if shape.closed:
        path.closeSubpath()
    return path


def _add_handles(path: QPainterPath, shape: PreviewShape, half: float) -> None:
    for y, x in shape.points:
        path.addRect(QRectF(x - half, y - half, 2 * half, 2 * half))
