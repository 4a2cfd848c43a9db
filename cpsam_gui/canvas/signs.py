"""Quiet signs on the objects: touched by hand, locked, accepted, uncertain, class; on request their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap, QTransform
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cpsam_gui.operations import class_colour
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.objects import ObjectRecord

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


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands on one object: an icon of the font or none, and its class."""

    icon: str = ""
    class_id: int = 0


def sign_of(row: ObjectRecord) -> Sign | None:
    """Return the sign of an object; None for one that no person touched and that has no class."""
    icon = "help" if row.uncertain else "check" if row.verified else "lock" if row.locked else ""
    return Sign(icon, row.class_id) if row.touched or row.class_id else None


class Signs(QGraphicsItem):
    """Draws the signs of the objects in view, of one size at every zoom."""

    def __init__(self, open_image: OpenImage, scene: QGraphicsScene) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        self._signs: dict[int, Sign] = {}
        self._boxes = np.zeros((0, 7), np.int64)
        self._stale = True
        self._sections: dict[tuple[int, int], tuple[int, int, int, int] | None] = {}
        """Where bodies are in the planes that were looked at, by plane and id."""
        self._stamps: dict[tuple[str, int, bool, float], QPixmap] = {}
        self.setZValue(ABOVE)
        scene.addItem(self)
        open_image.rows_changed.connect(self._rows_changed)
        open_image.image_changed.connect(self._new_image)
        events = self._view.events
        events.masks.connect(self._restyle)
        events.plane.connect(lambda *_: self.update())

    @property
    def shown(self) -> dict[int, Sign]:
        """The signs by id, whether in view or not."""
        return dict(self._signs)

    def boundingRect(self) -> QRectF:
        """Return the image; called by Qt."""
        _, rows, columns = self._open_image.document.shape
        return QRectF(0, 0, columns, rows)

    def _new_image(self) -> None:
        self.prepareGeometryChange()
        self._rows_changed(None)

    def _rows_changed(self, ids: frozenset[int] | None) -> None:
        objects = self._open_image.document.objects
        if ids is None:
            table = self._open_image.document.table
            numbers: Iterable[int] = table
            if isinstance(table, ColumnRecords):
                numbers = np.flatnonzero(table.touched | (table.classes > 0)).tolist()
            marked = ((number, sign_of(objects[number])) for number in numbers if number in objects)
            self._signs = {number: sign for number, sign in marked if sign is not None}
        else:
            for number in ids:
                sign = sign_of(objects[number]) if number in objects else None
                if sign is None:
                    self._signs.pop(number, None)
                else:
                    self._signs[number] = sign
        self._stale = True
        self._restyle()

    def _restyle(self, *_: object) -> None:
        style = self._view.masks
        self.setVisible(style.visible and (style.signs or style.ids))
        self._stale = True
        self.update()

    def _table(self) -> np.ndarray:
        """Return id and box of each object that carries something, a row each."""
        if self._stale:
            objects = self._open_image.document.objects
            large = self._open_image.document.large
            numbers: Iterable[int] = objects if self._view.masks.ids and not large else self._signs
            rows = [(n, *_sides(objects[n])) for n in numbers if n in objects]
            self._boxes = np.array(rows, np.int64).reshape(-1, 7)
            self._sections.clear()
            self._stale = False
        return self._boxes

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
        for number, place, size in self._in_view(option.exposedRect, way):
            self._draw(painter, number, place, size, ratio)
        painter.restore()

    def _in_view(self, exposed: QRectF, way: QTransform) -> Iterator[tuple[int, QPointF, float]]:
        """Yield id, place and shorter side in screen pixels of what is to be drawn."""
        table, plane, scale = self._table(), self._view.plane, way.m11()
        reach = ICON_PIXELS / max(scale, 1e-9)
        number, z0, z1, y0, y1, x0, x1 = table.T
        y, x = (y0 + y1) / 2, (x0 + x1) / 2
        side = np.minimum(y1 - y0, x1 - x0) * scale
        near = (z0 <= plane) & (plane < z1) & (side >= DOT_FROM_PX)
        near &= (y >= exposed.top() - reach) & (y <= exposed.bottom() + reach)
        near &= (x >= exposed.left() - 3 * reach) & (x <= exposed.right() + 3 * reach)
        flat = self._open_image.document.shape[0] == 1
        for row in np.flatnonzero(near)[:MOST].tolist():
            one = int(number[row])
            sides = tuple(table[row, 3:].tolist()) if flat else self._section(one, plane, table[row, 3:])
            if sides is not None:
                top, bottom, left, right = sides
                place = way.map(QPointF((left + right) / 2, (top + bottom) / 2))
                yield one, place, min(bottom - top, right - left) * scale

    def _section(self, number: int, plane: int, box: np.ndarray) -> tuple[int, int, int, int] | None:
        """Return where a body is in a plane: rows and columns (first, end); None where it is in others only."""
        key = plane, number
        if key not in self._sections:
            y0, y1, x0, x1 = box.tolist()
            inside = self._open_image.document.labels[plane, y0:y1, x0:x1] == number
            rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
            self._sections[key] = (
                (y0 + int(rows[0]), y0 + int(rows[-1]) + 1, x0 + int(columns[0]), x0 + int(columns[-1]) + 1)
                if len(rows)
                else None
            )
        return self._sections[key]

    def _draw(self, painter: QPainter, number: int, place: QPointF, size: float, ratio: float) -> None:
        style, sign = self._view.masks, self._signs.get(number)
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


def _sides(row: ObjectRecord) -> tuple[int, ...]:
    box = row.box
    return box.z0, box.z1, box.y0, box.y1, box.x0, box.x1


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
