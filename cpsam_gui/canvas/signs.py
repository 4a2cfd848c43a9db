"""Quiet signs on the objects: touched by hand, locked, accepted, uncertain, class; on request their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap, QTransform
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cpsam_gui.operations import class_colour
from cpsam_gui.state.box import Box
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.canvas.sign_table import Sign, SignTable
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.slice import Slice

# Over the masks, under the marks of missed cells.
ABOVE = 15
# Screen pixels of the shorter side of an object that has room for an icon.
ICON_FROM_PIXELS = 18.0
# The same for a dot; smaller objects carry no sign.
DOT_FROM_PX = 7.0
# Screen pixels.
ICON_PIXELS = 11
# Screen pixels, radius.
DOT_PIXELS = 2.5
# Signs in view; more would hide the image.
MOST = 3000
GROUND = QColor(16, 18, 20, 150)
# Id, place and shorter side in screen pixels.
Place = tuple[int, QPointF, float]


class Signs(QGraphicsItem):
    """Draws the signs of the objects in view, of one size at every zoom.

    `shown` tells the slice of the volume that is in view, None where nothing is.
    """

    def __init__(
        self,
        open_image: OpenImage,
        table: SignTable,
        scene: QGraphicsScene,
        shown: Callable[[], Slice | None],
    ) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        self._table, self._shown = table, shown
        self._parts: dict[tuple[Slice, int], tuple[int, int, int, int] | None] = {}
        """Where bodies are in the slices that were looked at, by slice and id."""
        self._stamps: dict[tuple[str, int, bool, float], QPixmap] = {}
        self._last: list[Place] = []
        self._asked: tuple[Slice | None, QRectF, QTransform] | None = None
        self._table_placed: NDArray[np.int64] | None = None
        self.setZValue(ABOVE)
        scene.addItem(self)
        table.changed.connect(self._signs_changed)
        open_image.image_changed.connect(self._new_image)
        self._signs_changed(None)

    @property
    def shown(self) -> dict[int, Sign]:
        """The signs by id, whether in view or not."""
        return dict(self._table.signs)

    def boundingRect(self) -> QRectF:
        """Return the slice; called by Qt."""
        slice_, shape = self._shown(), self._open_image.document.shape
        rows, columns = slice_.sides(shape) if slice_ is not None else (0, 0)
        return QRectF(0, 0, columns, rows)

    def renew(self) -> None:
        """Show the signs of another slice."""
        self.prepareGeometryChange()
        self.update()

    def _new_image(self) -> None:
        self._signs_changed(None)
        self.renew()

    def _signs_changed(self, ids: frozenset[int] | None) -> None:
        style = self._view.masks
        self.setVisible(style.visible and (style.signs or style.ids))
        known = self._parts
        self._parts = {} if ids is None else {key: known[key] for key in known if key[1] not in ids}
        self.update()

    def paint(
        self, painter: QPainter | None, option: QStyleOptionGraphicsItem | None, widget: QWidget | None = None
    ) -> None:
        """Draw what is in view; called by Qt."""
        if painter is None or option is None:
            return
        way = painter.worldTransform()
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ratio = 1.0 if widget is None else widget.devicePixelRatioF()
        for number, place, size in self._placed(option.exposedRect, way):
            self._draw(painter, number, place, size, ratio)
        painter.restore()

    def _placed(self, exposed: QRectF, way: QTransform) -> list[Place]:
        """Return what is to be drawn; the dabs of a stroke ask for the same again and again."""
        shown, table = self._shown(), self._table.boxes()
        same = self._table_placed is table and self._asked == (shown, exposed, way)
        if not same:
            self._last = list(self._in_view(exposed, way))
            self._table_placed, self._asked = table, (shown, QRectF(exposed), way)
        return self._last

    def _in_view(self, exposed: QRectF, way: QTransform) -> Iterator[Place]:
        """Yield id, place and shorter side in screen pixels of what is to be drawn."""
        shown, table = self._shown(), self._table.boxes()
        if shown is None or not len(table):
            return
        (row_axis, column_axis), high, wide = shown.axes, way.m22(), way.m11()
        down, along = (ICON_PIXELS / max(scale, 1e-9) for scale in (high, wide))
        first, end = table[:, 1::2], table[:, 2::2]
        middle, side = (first + end) / 2, end - first
        y, x = middle[:, row_axis], middle[:, column_axis]
        near = (first[:, shown.across] <= shown.index) & (shown.index < end[:, shown.across])
        near &= np.minimum(side[:, row_axis] * high, side[:, column_axis] * wide) >= DOT_FROM_PX
        near &= (y >= exposed.top() - down) & (y <= exposed.bottom() + down)
        near &= (x >= exposed.left() - 3 * along) & (x <= exposed.right() + 3 * along)
        flat = self._open_image.document.shape[0] == 1
        for number, *sides in table[np.flatnonzero(near)[:MOST]].tolist():
            box = Box(*sides)
            area = shown.area(box) if flat else self._part(number, shown, box)
            if area is not None:
                top, bottom, left, right = area
                place = way.map(QPointF((left + right) / 2, (top + bottom) / 2))
                yield number, place, min((bottom - top) * high, (right - left) * wide)

    def _part(self, number: int, shown: Slice, box: Box) -> tuple[int, int, int, int] | None:
        """Return where a body is in a slice: rows and columns (first, end); None where it is in others only."""
        key = shown, number
        if key not in self._parts:
            if len(self._parts) > MOST:
                self._parts.clear()
            here = shown.flat(box)
            inside = shown.flatten(self._open_image.document.labels[here.slices]) == number
            rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
            top, _, left, _ = shown.area(here)
            self._parts[key] = (
                (
                    top + int(rows[0]),
                    top + int(rows[-1]) + 1,
                    left + int(columns[0]),
                    left + int(columns[-1]) + 1,
                )
                if len(rows)
                else None
            )
        return self._parts[key]

    def _draw(self, painter: QPainter, number: int, place: QPointF, size: float, ratio: float) -> None:
        style, sign = self._view.masks, self._table.signs.get(number)
        if style.ids and size >= ICON_FROM_PIXELS:
            _write(painter, place, str(number))
            place = place + QPointF(0, ICON_PIXELS)
        if sign is None or not style.signs:
            return
        colour = QColor("white")
        if sign.class_id:
            colour = QColor(class_colour(sign.class_id, self._open_image.document.facts.classes))
        icon = sign.icon if size >= ICON_FROM_PIXELS else ""
        stamp = self._stamp(icon, colour, bool(sign.class_id), ratio)
        half = stamp.deviceIndependentSize() / 2
        painter.drawPixmap(place - QPointF(half.width(), half.height()), stamp)

    def _stamp(self, icon: str, colour: QColor, classed: bool, ratio: float) -> QPixmap:
        """Return an icon on its ground, or a dot without one; drawn once, as circles take longer than a stroke."""
        key = icon, colour.rgba(), classed, ratio
        if key not in self._stamps:
            side = ICON_PIXELS + 10
            stamp = QPixmap(QSize(side, side) * ratio)
            stamp.setDevicePixelRatio(ratio)
            stamp.fill(Qt.GlobalColor.transparent)
            middle = QPointF(side / 2, side / 2)
            painter = QPainter(stamp)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if icon:
                painter.setPen(QPen(colour, 1.5) if classed else Qt.PenStyle.NoPen)
                painter.setBrush(GROUND)
                painter.drawEllipse(middle, ICON_PIXELS / 2 + 2.5, ICON_PIXELS / 2 + 2.5)
                corner = middle - QPointF(ICON_PIXELS / 2, ICON_PIXELS / 2)
                size = QSize(ICON_PIXELS, ICON_PIXELS)
                painter.drawPixmap(corner, theme.icon(icon, "#ffffff").pixmap(size, ratio))
            else:
                painter.setPen(QPen(QColor(0, 0, 0, 190), 1.0))
                painter.setBrush(colour)
                radius = DOT_PIXELS + 1 if classed else DOT_PIXELS
                painter.drawEllipse(middle, radius, radius)
            painter.end()
            self._stamps[key] = stamp
        return self._stamps[key]


def _write(painter: QPainter, place: QPointF, text: str) -> None:
    """Write a number that is readable on every ground."""
    font = QFont(painter.font())
    font.setPixelSize(ICON_PIXELS)
    font.setWeight(QFont.Weight.DemiBold)
    path = QPainterPath()
    width = painter.fontMetrics().horizontalAdvance(text)
    path.addText(QPointF(place.x() - width / 2, place.y() + ICON_PIXELS / 2 - 1), font, text)
    painter.strokePath(path, QPen(QColor(0, 0, 0, 200), 3, join=Qt.PenJoinStyle.RoundJoin))
    painter.fillPath(path, QColor("white"))
