"""The canvas: image and masks, pan and zoom, and the way mouse events take to the tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent, QCursor, QHelpEvent, QNativeGestureEvent, QTransform
from PyQt6.QtWidgets import QApplication, QToolTip

from cpsam_gui.canvas.changes import Ghosts
from cpsam_gui.canvas.compared import ComparedLayer
from cpsam_gui.canvas.floating import FloatingItems
from cpsam_gui.canvas.hover_card import HoverCard
from cpsam_gui.canvas.layers import Layers
from cpsam_gui.canvas.marks import Marks
from cpsam_gui.canvas.masks_first import MasksFirstLayer
from cpsam_gui.canvas.partial_result import PartialResultLayer
from cpsam_gui.canvas.previews import Preview
from cpsam_gui.canvas.sections import CrossHair
from cpsam_gui.canvas.sign_table import SignTable
from cpsam_gui.canvas.tool_view import DRAG_PX, ZOOM_STEP, ToolView, adjusts_tool, pointer_at, turns_of
from cpsam_gui.program.held_key import HeldKey
from cpsam_gui.state.view import Camera, Picture
from cpsam_gui.tools import Pointer

if TYPE_CHECKING:
    from PyQt6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent

    from cpsam_gui.session import Session
    from cpsam_gui.state.box import Box

# Held, they hide the masks.
PEEK = (Qt.Key.Key_Space, Qt.Key.Key_QuoteLeft)
CURSORS = {
    "arrow": Qt.CursorShape.ArrowCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "blank": Qt.CursorShape.BlankCursor,
}


class Canvas(ToolView):
    """Shows the session's image and masks; never changes them but through tools."""

    pointed = pyqtSignal(float, float)
    """The pointer is at this position (y, x) in image pixels."""
    menu_asked = pyqtSignal(QPoint, float, float)
    """A menu is wanted at a place of the screen, for this position (y, x) in image pixels."""
    left = pyqtSignal()
    """The pointer left the canvas."""
    peeked = pyqtSignal(bool)
    """The masks are hidden as long as a key is held, or shown again."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._open_image, self._view = session.open_image, session.view
        self._gestures = session.gestures
        # The window takes drops, wherever they land.
        self.setAcceptDrops(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.layers = Layers(
            session.open_image, session.run_state, session.mask_colours, session.notices, self.scene()
        )
        self.partial = PartialResultLayer(session, self.scene(), lambda: self._view.slice)
        self.masks_first = MasksFirstLayer(session, self.scene())
        self._preview = Preview(self.scene())
        self.ghosts = Ghosts(session.view, session.rejected, self.scene())
        self.sign_table = SignTable(session.open_image)
        self.marks = Marks(session, self.sign_table, self.scene(), lambda: self._view.slice)
        self.cross = CrossHair(self.scene())
        self.compared = ComparedLayer(session.view, session.comparing, self.scene())
        self.card = HoverCard(
            session.open_image, session.gestures, session.rejected, session.pieces, session.measuring
        )
        self.floating = FloatingItems(session.open_image, session.gestures, self)
        self.floating.minimap.judged = lambda: session.reviewing.judged
        for signal in (session.reviewing.changed, session.missed.changed):
            signal.connect(self.floating.minimap.follow)
        self._space = HeldKey(self, lambda: self.peek(False))
        self._pressed: QPointF | None = None
        self._panning = False
        self._drawing = False
        self._fitted = True
        self._open_image.image_changed.connect(self._new_image)
        self._open_image.scale_changed.connect(self._move_camera)
        self._gestures.tool_changed.connect(self._tool_changed)
        events = self._view.events
        events.camera.connect(self._move_camera)
        for changed in (self._show_shapes, self.marks.renew, self.partial.draw):
            events.plane.connect(changed)
        events.sections.connect(self._show_cross)
        events.cross.connect(self._show_cross)
        self._gestures.redraw.connect(self._show_shapes)

    def fit(self) -> None:
        """Show the whole image."""
        if self._open_image.image is not None:
            _, rows, columns = self._open_image.document.shape
            self._view.camera = Camera.fit(rows, columns, self.height(), self.width())
            self._fitted = True

    def zoom(self, factor: float) -> None:
        """Zoom around the middle of the canvas."""
        camera = self._view.camera
        self._set_camera(camera.zoom(factor, camera.y, camera.x))

    def pan(self, rows: float, columns: float) -> None:
        """Move the view over the image by a share of the canvas."""
        way = -rows * self.height(), -columns * self.width()
        self._set_camera(self._view.camera.pan(*way))

    def peek(self, on: bool) -> None:
        """Hide the masks as long as a key is held."""
        self.layers.peek(on)
        for above in (self.marks.signs, self.ghosts, self.partial.tiles, self.masks_first.tiles):
            above.setOpacity(0.0 if on else 1.0)
        self.peeked.emit(on)

    def _new_image(self) -> None:
        self._view.picture = Picture.IMAGE
        self.layers.new_image()
        self._show_cross()
        self.floating.new_image()
        self.fit()
        self._move_camera()
        self._tool_changed()

    def _set_camera(self, camera: Camera) -> None:
        self._fitted = False
        self._view.camera = camera

    def _move_camera(self) -> None:
        camera = self._view.camera
        width, height = self.width() / camera.scale, self.height() / camera.scale
        self.setSceneRect(QRectF(camera.x - width / 2, camera.y - height / 2, width, height))
        self.setTransform(QTransform.fromScale(camera.scale, camera.scale))
        self.floating.follow()
        self._show_shapes()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the view; called by Qt."""
        super().resizeEvent(event)
        # pyqtgraph resizes while it is being made.
        if not hasattr(self, "floating"):
            return
        self._view.window = (float(self.height()), float(self.width()))
        self.floating.place()
        if self._fitted:
            self.fit()
        self._move_camera()

    def _tool_changed(self) -> None:
        self.viewport().setCursor(QCursor(CURSORS[self._gestures.tool.cursor]))
        self._show_shapes()

    def _show_shapes(self) -> None:
        here = self._open_image.image is not None
        self._preview.show(self._gestures.shapes(self._view.slice) if here else [], self._view.camera.scale)

    def _show_cross(self) -> None:
        """Show where the orthogonal views cut."""
        view, (depth, height, width) = self._view, self._open_image.document.shape
        if view.sections and depth > 1:
            self.cross.show_at(*view.cross, height, width)
        else:
            self.cross.hide()

    def _move_cross(self, y: float, x: float) -> None:
        """Let the orthogonal views cut at a place that was clicked."""
        view, (_, height, width) = self._view, self._open_image.document.shape
        if view.sections:
            view.cross = (min(max(y, 0.0), height - 0.5), min(max(x, 0.0), width - 0.5))

    def image_position(self, position: QPointF) -> tuple[float, float]:
        """Return where a position on the canvas lies in the image (y, x)."""
        inverse, _ = self.viewportTransform().inverted()
        point = inverse.map(position)
        return point.y(), point.x()

    def screen_position(self, y: float, x: float) -> QPointF:
        """Return where an image position lies on the canvas."""
        point: QPointF = self.viewportTransform().map(QPointF(x, y))
        return point

    def shows(self, box: Box) -> bool:
        """Whether the middle of a block is in view, in the plane that is shown."""
        place = self.screen_position((box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2)
        here = QRectF(self.viewport().rect()).contains(place)
        return here and box.z0 <= self._view.plane < box.z1

    def _pointer(self, event: QMouseEvent) -> Pointer:
        y, x = self.image_position(event.position())
        return pointer_at(y, x, event, self._view.camera.scale)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Start a gesture of the tool, or a pan; called by Qt."""
        if event is None or self._open_image.image is None or asks_for_menu(event):
            return
        self.take_keys()
        self._pressed = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            self._move_cross(*self.image_position(event.position()))
        if event.button() != Qt.MouseButton.MiddleButton and self._gestures.tool_press(self._pointer(event)):
            self._drawing = True
        self._show_shapes()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Go on with the gesture or the pan; called by Qt."""
        if event is None or self._open_image.image is None:
            return
        self.take_keys()
        pointer = self._pointer(event)
        if self._pressed is not None and not self._drawing:
            way = event.position() - self._pressed
            if self._panning or way.manhattanLength() > DRAG_PX:
                self._panning = True
                self.viewport().setCursor(QCursor(Qt.CursorShape.ClosedHandCursor))
                self._set_camera(self._view.camera.pan(way.y(), way.x()))
                self._pressed = event.position()
                return
        self._gestures.tool_move(pointer)
        self.pointed.emit(pointer.y, pointer.x)
        self._show_shapes()

    def take_keys(self) -> None:
        """Take the focus: what is typed while the pointer moves over the image is meant for the image."""
        if not self.hasFocus() and self.isActiveWindow() and QApplication.activePopupWidget() is None:
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End the gesture or the pan; called by Qt."""
        if event is None or self._open_image.image is None:
            return
        pointer = self._pointer(event)
        if self._drawing:
            self._gestures.tool_release(pointer)
        elif (
            self._pressed is not None and not self._panning and event.button() != Qt.MouseButton.MiddleButton
        ):
            self._gestures.tool_click(pointer)
        if self._panning:
            self.viewport().setCursor(QCursor(CURSORS[self._gestures.tool.cursor]))
        self._pressed, self._panning, self._drawing = None, False, False
        self._show_shapes()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Show the whole image, unless the tool has a use for the double click; called by Qt."""
        if event is None or self._open_image.image is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if not self._gestures.tool_double(self._pointer(event)):
            self.fit()
        self._show_shapes()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom at the pointer; with Alt change the brush; called by Qt."""
        if event is None or self._open_image.image is None:
            return
        turn = turns_of(event)
        if adjusts_tool(event):
            self._gestures.adjust(turn)
        elif self._gestures.tool_wheel(turn):
            # It widens or narrows what is proposed.
            pass
        elif not event.pixelDelta().isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase:
            # Two fingers on a trackpad.
            delta = event.pixelDelta()
            self._set_camera(self._view.camera.pan(delta.y(), delta.x()))
        else:
            y, x = self.image_position(event.position())
            self._set_camera(self._view.camera.zoom(ZOOM_STEP**turn, y, x))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Ask for the menu by Ctrl+right click or the menu key; the right button alone draws; called by Qt."""
        if event is None or self._open_image.image is None:
            return
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        if not by_key and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return
        inside = self.viewport().rect().contains(event.pos())
        at = event.pos() if inside and not by_key else self._place_for_menu()
        self.menu_asked.emit(self.viewport().mapToGlobal(at), *self.image_position(QPointF(at)))

    def _place_for_menu(self) -> QPoint:
        """Return where a menu asked for by a key appears: at the pointer, or at what is selected."""
        here: QPoint = self.viewport().mapFromGlobal(QCursor.pos())
        row = self._open_image.document.objects.get(next(iter(self._view.selection), 0))
        if row is not None and not self.viewport().rect().contains(here):
            return self.screen_position(
                (row.box.y0 + row.box.y1) / 2, (row.box.x0 + row.box.x1) / 2
            ).toPoint()
        return here

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Zoom by two fingers on a trackpad, tell of the object where the pointer rests; called by Qt."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            y, x = self.image_position(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.card.text(int(y // 1), int(x // 1)), self.viewport())
            return True
        if isinstance(event, QNativeGestureEvent) and self._open_image.image is not None:
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                y, x = self.image_position(event.position())
                self._set_camera(self._view.camera.zoom(1 + event.value(), y, x))
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.fit()
                return True
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Hide the masks while Space is held; leave other keys to the actions of the window; called by Qt."""
        if event is None:
            return
        if event.key() in PEEK and not event.modifiers():
            if not event.isAutoRepeat() and not self._space.pressed():
                self.peek(True)
            return
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        """Leave keys to the actions of the window; tell when the key of a tool is let go; called by Qt."""
        if event is None:
            return
        if not event.isAutoRepeat():
            if event.key() in PEEK:
                self._space.released()
            self._gestures.key_released(event.text())
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Show the masks again where the release of the key goes elsewhere; called by Qt."""
        self.peek(False)
        super().focusOutEvent(event)

    def leaveEvent(self, event: object) -> None:
        """Tell that the pointer is gone; called by Qt."""
        self._gestures.tool_leave()
        self.left.emit()


def asks_for_menu(event: QMouseEvent) -> bool:
    """Whether a press opens the menu instead of drawing: Ctrl with the right button."""
    held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return event.button() == Qt.MouseButton.RightButton and bool(held)
