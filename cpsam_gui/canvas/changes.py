"""What a new result changed: objects that are new flash, candidates that were rejected show as ghosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, QTimer
from PyQt6.QtGui import QColor, QPainterPath
from PyQt6.QtWidgets import QGraphicsPathItem

from cpsam_gui.canvas.pens import line_pen
from cpsam_gui.state.steps import StepSource
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.rejected import RejectedCandidates
    from cpsam_gui.state.slice import Slice
    from cpsam_gui.state.steps import Step
    from cpsam_gui.state.view import View

# Over the masks, under the signs.
ABOVE = 14
# Objects; where more are new, as after the first run, none flashes, and of more ghosts in view the largest are drawn.
MOST = 300
# Steps of the fading, and the time between two.
STEPS, STEP_MS = 12, 100
# Image pixels between an object and its frame.
MARGIN_PX = 2


class Flash(QGraphicsPathItem):
    """Frames around the objects that a run or other thresholds brought, which fade.

    `shown` tells the slice of the volume that is in view, None where nothing is.
    """

    def __init__(
        self, open_image: OpenImage, scene: QGraphicsScene, shown: Callable[[], Slice | None]
    ) -> None:
        super().__init__()
        self._open_image, self._shown = open_image, shown
        self._known: set[int] = set()
        self.new: frozenset[int] = frozenset()
        """The objects that flashed last."""
        self._left = 0
        self.setPen(line_pen(QColor(theme.DARK.accent), 2.5))
        self.setZValue(ABOVE)
        self.setVisible(False)
        scene.addItem(self)
        self._timer = QTimer()
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._fade)
        open_image.image_changed.connect(self._new_image)

    def _new_image(self) -> None:
        self._end()
        document = self._open_image.document
        self._known, self.new = set(() if document.large else document.objects), frozenset()
        document.stepped.connect(self._stepped)

    def _stepped(self, step: Step, forward: bool) -> None:
        if step.swap is None:
            objects = self._open_image.document.objects
            for number in step.records:
                # Not all objects are looked at: a step is undone between two frames.
                (self._known.add if number in objects else self._known.discard)(number)
            return
        if self._open_image.document.large:
            return
        now = set(self._open_image.document.objects)
        known, self._known = self._known, now
        self.new = (
            frozenset(now - known)
            if known and forward and step.kind.source is StepSource.MODEL
            else frozenset()
        )
        if 0 < len(self.new) <= MOST:
            self._begin()
        else:
            self._end()

    def renew(self) -> None:
        """Draw the frames in the slice that is in view now, as long as they are seen."""
        if self._timer.isActive():
            self._draw()

    def _draw(self) -> None:
        path, shown = QPainterPath(), self._shown()
        for number in self.new:
            row = self._open_image.document.objects.get(number)
            if row is not None and shown is not None and shown.meets(row.box):
                top, bottom, left, right = shown.area(row.box)
                frame = QRectF(left, top, right - left, bottom - top)
                frame.adjust(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX)
                path.addRoundedRect(frame, MARGIN_PX, MARGIN_PX)
        self.setPath(path)

    def _begin(self) -> None:
        self._draw()
        self._left = STEPS
        self.setOpacity(1.0)
        self.setVisible(True)
        self._timer.start()

    def _fade(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._end()
        else:
            self.setOpacity(self._left / STEPS)

    def _end(self) -> None:
        self._timer.stop()
        self.setVisible(False)


class Ghosts(QGraphicsPathItem):
    """Dashed outlines of the candidates that were rejected: of those in view, since dashes take long to paint."""

    def __init__(self, view: View, rejected: RejectedCandidates, scene: QGraphicsScene) -> None:
        super().__init__()
        self._view, self._rejected = view, rejected
        self._boxes = np.zeros((0, 4))
        self._drawn: tuple[int, ...] = ()
        self.setPen(line_pen(QColor(255, 255, 255, 190), 1.2, (3.0, 3.0)))
        self.setZValue(ABOVE)
        self._halo = QGraphicsPathItem(self)
        self._halo.setPen(line_pen(QColor(0, 0, 0, 120), 2.4))
        self._halo.setFlag(QGraphicsPathItem.GraphicsItemFlag.ItemStacksBehindParent)
        scene.addItem(self)
        rejected.changed.connect(self.draw)
        view.events.masks.connect(self.draw)
        view.events.camera.connect(self._follow)

    def draw(self, *_: object) -> None:
        """Draw what the session knows now."""
        rejected = self._rejected
        shown = rejected.now if self._view.masks.visible else ()
        boxes = [(one.box.y0, one.box.y1, one.box.x0, one.box.x1) for one in shown]
        self._boxes = np.array(boxes, np.float64).reshape(-1, 4)
        self._put(self._in_view())

    def _follow(self, *_: object) -> None:
        places = self._in_view() if len(self._boxes) else ()
        if places != self._drawn:
            self._put(places)

    def _in_view(self) -> tuple[int, ...]:
        """Return which of them are in view, the largest ones of too many."""
        camera, (height, width) = self._view.camera, self._view.window
        rows, columns = height / camera.scale / 2, width / camera.scale / 2
        top, bottom, left, right = self._boxes.T
        seen = (bottom > camera.y - rows) & (top < camera.y + rows)
        seen &= (right > camera.x - columns) & (left < camera.x + columns)
        return tuple(np.flatnonzero(seen)[:MOST].tolist())

    def _put(self, places: tuple[int, ...]) -> None:
        """Draw some of them."""
        self._drawn, path = places, QPainterPath()
        lines = [line for place in places for line in self._rejected.now[place].lines]
        if lines:
            points, connected = np.concatenate(lines), np.ones(sum(map(len, lines)), np.int32)
            # The last point of a line has none after it.
            connected[np.cumsum([len(line) for line in lines]) - 1] = 0
            path = pg.arrayToQPath(points[:, 1], points[:, 0], connect=connected)
        self.setPath(path)
        self._halo.setPath(path)
        self.setVisible(not path.isEmpty())
