"""Hands and eyes for scripted sessions: a window driven by mouse and keys on a real display, and pictures of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image as Picture
from PyQt6.QtCore import QPoint, QSettings, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from cpsam_gui.actions.install import make_window
from cpsam_gui.canvas.fetching import end_tiles
from cpsam_gui.jobs.jobs import wait_for_left_jobs
from cpsam_gui.state.view import Camera
from cpsam_gui.style import theme
from cpsam_gui.window.window import Window

# Seconds: what a training leaves that was stopped is compared on many images.
PATIENCE = 600
SIZE = (1360, 860)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, ALT, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
Place = tuple[float, float]


class Driver:
    """Hands and eyes: presses keys, moves the mouse over image positions, takes pictures."""

    def __init__(self, window: Window, folder: Path) -> None:
        self.window, self.session, self.folder = window, window.session, folder
        self.frames: list[Picture.Image] | None = None
        self.border: list[Place] = []
        """Of the cell that was deleted."""
        self._number = 0

    def wait(self, test: Callable[[], object], what: str) -> None:
        """Let the window work until `test` holds."""
        end = time.monotonic() + PATIENCE
        while not test():
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain: {what}")
            QTest.qWait(10)

    def rest(self) -> None:
        """Wait until nothing is at work."""
        QTest.qWait(30)
        self.wait(lambda: self.session.jobs.idle, "jobs")
        QTest.qWait(30)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key."""
        QTest.keyClick(self.window, key, modifier)
        QTest.qWait(20)
        self._film(2)

    def at(self, place: Place) -> QPoint:
        """Return where an image position (y, x) is on the canvas."""
        return self.window.canvas.screen_position(*place).toPoint()

    def click(
        self, place: Place, button: Qt.MouseButton = LEFT, modifier: Qt.KeyboardModifier = NONE
    ) -> None:
        """Click at an image position."""
        self.move(place)
        QTest.mouseClick(self.window.canvas.viewport(), button, modifier, self.at(place))
        QTest.qWait(20)
        self._film(2)

    def move(self, place: Place) -> None:
        """Move the pointer to an image position."""
        QTest.mouseMove(self.window.canvas.viewport(), self.at(place))
        QTest.qWait(8)
        self._film()

    def drag(self, places: list[Place], held: Qt.KeyboardModifier = NONE) -> None:
        """Drag along image positions."""
        viewport = self.window.canvas.viewport()
        self.move(places[0])
        QTest.mousePress(viewport, LEFT, held, self.at(places[0]))
        for place in places[1:]:
            self.move(place)
        QTest.mouseRelease(viewport, LEFT, held, self.at(places[-1]))
        QTest.qWait(20)
        self._film(2)

    def look(self, y: float, x: float, scale: float) -> None:
        """Zoom in on a place."""
        self.session.view.camera = Camera(y, x, scale)
        QTest.qWait(60)

    def picture(self, name: str, shown: QWidget | None = None, *, at_once: bool = False) -> Path:
        """Save what the window or a widget shows, when panels that count at leisure have caught up."""
        if not at_once:
            self.rest()
            QTest.qWait(250)
        self._number += 1
        path = self.folder / f"{self._number:02}_{name}.png"
        if not (shown or self.window).grab().save(str(path)):
            raise OSError(f"{path} cannot be written")
        return path

    def _film(self, count: int = 1) -> None:
        if self.frames is not None:
            QTest.qWait(15)
            shown = self.window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
            rows, columns = shown.height(), shown.width()
            bits = shown.constBits()
            if bits is None:
                return
            data = np.frombuffer(bits.asarray(shown.sizeInBytes()), np.uint8)
            pixels = data.reshape(rows, shown.bytesPerLine())[:, : 3 * columns].reshape(rows, columns, 3)
            middle = pixels[rows // 2 - 210 : rows // 2 + 210, columns // 2 - 280 : columns // 2 + 280]
            self.frames += [Picture.fromarray(np.ascontiguousarray(middle))] * count


def middle(driver: Driver, number: int) -> Place:
    """Return a position (y, x) inside an object, as deep in it as there is."""
    import cv2

    box = driver.session.document.objects[number].box
    inside = np.pad(driver.session.document.labels[box.slices][0] == number, 1).astype(np.uint8)
    y, x = np.unravel_index(int(cv2.distanceTransform(inside, cv2.DIST_L2, 3).argmax()), inside.shape)
    return box.y0 + float(y) - 0.5, box.x0 + float(x) - 0.5


def largest(driver: Driver, rank: int) -> int:
    """Return the object of this rank by area that does not touch the border of the image."""
    _, rows, columns = driver.session.document.shape
    inner = {
        number: row.area
        for number, row in driver.session.document.objects.items()
        if row.box.y0 > 20 and row.box.x0 > 20 and row.box.y1 < rows - 20 and row.box.x1 < columns - 20
    }
    return sorted(inner, key=lambda number: -inner[number])[rank]


def free_place(driver: Driver, radius: int = 16) -> Place:
    """Return the emptiest place of the image, away from its border."""
    import cv2

    empty = (driver.session.document.labels[0] == 0).astype(np.uint8)
    far = cv2.distanceTransform(empty, cv2.DIST_L2, 5)
    edge = 3 * radius
    inner = far[edge:-edge, edge:-edge]
    y, x = np.unravel_index(int(inner.argmax()), inner.shape)
    return float(y) + edge, float(x) + edge


def border(driver: Driver, number: int, step: int = 2) -> list[Place]:
    """Return places along the border of an object, the first one again at the end."""
    import cv2

    box = driver.session.document.objects[number].box
    inside = (driver.session.document.labels[box.slices][0] == number).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(contours, key=len)[::step, 0]
    places = [(box.y0 + float(y) + 0.5, box.x0 + float(x) + 0.5) for x, y in line.tolist()]
    return [*places, places[0]]


def check(holds: object, what: str) -> None:
    """Stop where the window did not do what it should."""
    if not holds:
        raise RuntimeError(f"it does not hold that {what}")


def drive(
    place: Path,
    pictures: Path,
    act: Callable[[Driver], None],
    size: tuple[int, int] = SIZE,
    scheme: theme.Scheme = theme.DARK,
) -> None:
    """Open a window that keeps everything in the folder `place`, and let somebody act in it."""
    for name in ("CPSAM_JOURNAL", "CPSAM_MODELS"):
        os.environ[name] = str(Path(place, name))
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(Path(place, "settings")))
    app = QApplication(sys.argv[:1])
    app.setOrganizationName("cpsam-gui")
    app.setApplicationName("cpsam-gui")
    theme.apply(app, scheme)
    window = make_window()
    window.session.failed.connect(lambda problem: sys.stderr.write(f"{problem.text}\n{problem.details}\n"))
    window.resize(*size)
    window.show()
    QTest.qWaitForWindowActive(window)
    try:
        act(Driver(window, pictures))
    finally:
        window.session.document.mark_saved()
        window.close()
        # As the program does: a thread that outlives what it uses ends in a crash.
        check(wait_for_left_jobs() and end_tiles(), "all work ends with the window")
