"""Orthogonal views of a stack beside the canvas: XZ below and YZ at the right, with the lines where the others cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QLineF, QPoint, QRectF, Qt
from PyQt6.QtGui import QColor, QTransform
from PyQt6.QtWidgets import QGraphicsLineItem

from cpsam_gui.canvas.colours import ImageColours, LabelColours
from cpsam_gui.canvas.compared import ComparedLayer
from cpsam_gui.canvas.marks import Marks
from cpsam_gui.canvas.partial_result import PartialResultLayer
from cpsam_gui.canvas.pens import line_pen
from cpsam_gui.canvas.previews import Preview
from cpsam_gui.canvas.tiles import TileLayer
from cpsam_gui.canvas.tool_view import DRAG_PX, ZOOM_STEP, ToolView, adjusts_tool, pointer_at, turns_of
from cpsam_gui.state.slice import Slice
from cpsam_gui.tools import Pointer, PreviewShape

if TYPE_CHECKING:
    from PyQt6.QtCore import QPointF
    from PyQt6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.canvas import Canvas
    from cpsam_gui.session import Session
    from cpsam_gui.state.box import Box

# Pixels around a change, because outlines depend on the neighbours.
MARGIN_PIXELS = 2
CROSS = QColor(255, 210, 60)


class CrossHair:
    """Two lines where the other views cut; thin at every zoom."""

    def __init__(self, scene: QGraphicsScene) -> None:
        pen = line_pen(CROSS, 1)
        self._lines = QGraphicsLineItem(), QGraphicsLineItem()
        for line in self._lines:
            line.setPen(pen)
            line.setZValue(10)
            scene.addItem(line)
        self.hide()

    def hide(self) -> None:
        """Show no lines."""
        for line in self._lines:
            line.setVisible(False)

    def show_at(self, row: float, column: float, rows: float, columns: float) -> None:
        """Draw both lines through a place of a picture of `rows` x `columns`, all in the units of the scene."""
        across, down = self._lines
        across.setLine(QLineF(0, row, columns, row))
        down.setLine(QLineF(column, 0, column, rows))
        for line in self._lines:
            line.setVisible(True)


class SectionView(ToolView):
    """One orthogonal view, `across` y (1) or x (2). Planes are drawn as far apart as they lie.

    It is as wide or high as the canvas shows, so that the same cell stands at the same place in both. Tools that work
    in every view draw here; what they leave moves the cross-hair, and a click does what it does on the canvas.
    """

    def __init__(
        self,
        session: Session,
        across: int,
        canvas: Canvas,
    ) -> None:
        super().__init__()
        self._across, self._canvas = across, canvas
        self._open_image, self._view = session.open_image, session.view
        self._gestures, self._mask_colours = session.gestures, session.mask_colours
        self.image, self.labels = TileLayer(smooth=True), TileLayer(magnify=True)
        for z, layer in enumerate((self.image, self.labels)):
            layer.setZValue(z)
            self.scene().addItem(layer)
        self.compared = ComparedLayer(self._view, session.comparing, self.scene(), self._in_view)
        self.partial = PartialResultLayer(session, self.scene(), self._in_view)
        self.marks = Marks(session, canvas.sign_table, self.scene(), self._in_view)
        self._preview = Preview(self.scene())
        self._cross = CrossHair(self.scene())
        self._pressed: QPointF | None = None
        self._moved = self._drawing = False
        # The keys are the canvas's, which hears them for all views.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        canvas.peeked.connect(self._peek)
        events = self._view.events
        for look in (events.channels, events.image_visible):
            look.connect(self._colour_image)
        for marks in (events.masks, events.selection):
            marks.connect(self._colour_labels)
        for cut in (events.sections, events.cross):
            cut.connect(self.renew)
        for place in (events.plane, events.camera):
            place.connect(self.follow)
        session.open_image.overlay_changed.connect(self._colour_labels)
        session.open_image.image_changed.connect(self.renew)
        session.run_state.options_changed.connect(self._space)
        session.open_image.labels_changed.connect(self._labels_changed)
        session.gestures.redraw.connect(self._show_shapes)

    @property
    def shown(self) -> Slice:
        """The slice of the volume that the cross-hair chooses."""
        shape = self._open_image.document.shape
        at = int(self._view.cross[self._across - 1])
        return Slice(self._across, min(max(at, 0), shape[self._across] - 1))

    @property
    def _live(self) -> bool:
        open_image = self._open_image
        return open_image.image is not None and self._view.sections and open_image.document.shape[0] > 1

    def _in_view(self) -> Slice | None:
        """Return the slice that is shown, None while the view is not wanted."""
        return self.shown if self._live else None

    @property
    def _depth(self) -> float:
        """The distance of planes in pixels."""
        return self._gestures.desk.spacing()[0]

    def renew(self) -> None:
        """Show the slice where the cross-hair is now."""
        self._colour_image()
        self._colour_labels()
        self.compared.draw()
        self.partial.draw()
        stretched = (self.image, self.labels, self.partial.tiles, self.compared.other, self.compared.present)
        for layer in stretched:
            layer.setTransform(self._stretch)
        self.marks.stretch(self._stretch)
        self.marks.renew()
        self.follow()

    def _space(self) -> None:
        """Draw planes as far apart as the user says."""
        if self._live and self.image.transform() != self._stretch:
            self.renew()

    @property
    def _stretch(self) -> QTransform:
        down, along = (self._depth, 1.0) if self._across == 1 else (1.0, self._depth)
        return QTransform.fromScale(along, down)

    def _colour_image(self) -> None:
        open_image, view = self._open_image, self._view
        if not self._live or open_image.image is None:
            self.image.set_colours(None)
            return
        channels = view.channels if view.image_visible else ()
        colours = ImageColours(self.shown.of(open_image.image.pixels), channels)
        self.image.set_colours(colours, keep=True, slow=open_image.document.large)

    def _colour_labels(self) -> None:
        view = self._view
        if not self._live:
            self.labels.set_colours(None)
            return
        fills, lines = self._mask_colours.tables()
        plane = self.shown.of(self._open_image.document.labels)
        self.labels.setVisible(view.masks.visible)
        colours = LabelColours(plane, fills, lines, view.masks, view.selection)
        # A column of many chunks: each plane of it lies in others.
        self.labels.set_colours(colours, keep=True, slow=self._open_image.document.large)

    def _peek(self, on: bool) -> None:
        """Hide the masks here, too, as long as a key is held."""
        for above in (self.labels, self.marks.signs, self.partial.tiles):
            above.setOpacity(0.0 if on else 1.0)

    def _labels_changed(self, box: Box) -> None:
        if self._live and self.shown.meets(box):
            top, bottom, left, right = self.shown.area(box)
            self.labels.refresh(
                top - MARGIN_PIXELS, bottom + MARGIN_PIXELS, left - MARGIN_PIXELS, right + MARGIN_PIXELS
            )

    def follow(self) -> None:
        """Move with the canvas along the axis that both share, and with the plane along z."""
        if not self._live:
            self._cross.hide()
            return
        view, (depth, height, width) = self._view, self._open_image.document.shape
        camera, z = view.camera, (view.plane + 0.5) * self._depth
        y, x = (z, camera.x) if self._across == 1 else (camera.y, z)
        wide, high = self.width() / camera.scale, self.height() / camera.scale
        # The middle of the canvas, where that is beside or above this view.
        corner = self.mapFrom(self.window(), self._canvas.mapTo(self.window(), QPoint(0, 0)))
        right, down = wide / 2, high / 2
        if self._across == 1:
            right = (corner.x() + self._canvas.width() / 2) / camera.scale
        else:
            down = (corner.y() + self._canvas.height() / 2) / camera.scale
        self.setSceneRect(QRectF(x - right, y - down, wide, high))
        self.setTransform(QTransform.fromScale(camera.scale, camera.scale))
        row, column = view.cross
        if self._across == 1:
            self._cross.show_at(z, column, depth * self._depth, width)
        else:
            self._cross.show_at(row, z, height, depth * self._depth)
        self._show_shapes()

    def _show_shapes(self) -> None:
        shapes = self._gestures.shapes(self.shown) if self._live else []
        self._preview.show([self._stretched(one) for one in shapes], self._view.camera.scale)

    def _stretched(self, shape: PreviewShape) -> PreviewShape:
        """Return a shape, which is in voxels, in the units of the scene."""
        down, along = (self._depth, 1.0) if self._across == 1 else (1.0, self._depth)
        return replace(shape, points=tuple((y * down, x * along) for y, x in shape.points))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the view; called by Qt."""
        super().resizeEvent(event)
        # pyqtgraph resizes while it is being made.
        if hasattr(self, "_cross"):
            self.follow()

    def _pointer(self, event: QMouseEvent) -> Pointer:
        inverse, _ = self.viewportTransform().inverted()
        point = inverse.map(event.position())
        row, column = point.y(), point.x()
        row, column = (row / self._depth, column) if self._across == 1 else (row, column / self._depth)
        return pointer_at(row, column, event, self._view.camera.scale, self.shown)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Draw with a tool that works in every view, else move the cross-hair; called by Qt."""
        if event is None or not self._live:
            return
        self._canvas.take_keys()
        pointer, gestures = self._pointer(event), self._gestures
        tried = gestures.tool.every_view and event.button() != Qt.MouseButton.MiddleButton
        self._drawing = tried and gestures.tool_press(pointer)
        if not self._drawing:
            self._pressed = event.position()
            self._move_cross(pointer)
        gestures.redraw.emit()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Go on with what was begun; called by Qt."""
        if event is None or not self._live:
            return
        self._canvas.take_keys()
        pointer, gestures = self._pointer(event), self._gestures
        if self._pressed is not None:
            way = event.position() - self._pressed
            self._moved = self._moved or way.manhattanLength() > DRAG_PX
            self._move_cross(pointer)
        elif gestures.tool.every_view:
            gestures.tool_move(pointer)
            gestures.redraw.emit()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End what was begun; called by Qt."""
        if event is None or not self._live:
            return
        if self._drawing:
            self._gestures.tool_release(self._pointer(event))
        elif self._pressed is not None and not self._moved and event.button() == Qt.MouseButton.LeftButton:
            self._gestures.tool_click(self._pointer(event))
        self._pressed, self._moved, self._drawing = None, False, False
        self._gestures.redraw.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Let a tool that draws here close its line; called by Qt."""
        if event is not None and self._live and self._gestures.tool.every_view:
            self._gestures.tool_double(self._pointer(event))
            self._gestures.redraw.emit()

    def leaveEvent(self, event: object) -> None:
        """Show no tip of a tool any more; called by Qt."""
        if self._gestures.across == self._across:
            self._gestures.tool_leave()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom all views; with Alt or Ctrl change the brush; called by Qt."""
        if event is None or not self._live:
            return
        turn = turns_of(event)
        if adjusts_tool(event):
            self._gestures.adjust(turn)
        elif not self._gestures.tool_wheel(turn):
            view = self._view
            view.camera = view.camera.zoom(ZOOM_STEP**turn, view.camera.y, view.camera.x)
        event.accept()

    def _move_cross(self, pointer: Pointer) -> None:
        """Let the other views cut where the pointer is."""
        z, y, x = self.shown.voxel(pointer.y, pointer.x)
        depth, height, width = self._open_image.document.shape
        row, column = self._view.cross
        self._view.plane = min(max(int(z // 1), 0), depth - 1)
        if self._across == 1:
            self._view.cross = (row, min(max(x, 0.0), width - 0.5))
        else:
            self._view.cross = (min(max(y, 0.0), height - 0.5), column)
