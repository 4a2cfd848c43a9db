"""Drive a whole session in the window by mouse and keys, check each step, and take pictures of it.

    python assets/session.py FOLDER

opens copies of the demonstration images, segments one, corrects cells with six tools, saves, goes to the next image
and back, and checks that the corrections came back. The pictures go to FOLDER. It runs on any display; without one::

    xvfb-run -a -s "-screen 0 1440x900x24" sh -c "matchbox-window-manager & python assets/session.py FOLDER"

With ``--publish`` the pictures of the README are made anew as well.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image as Picture
from PyQt6.QtCore import QPoint, QSettings, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from cpsam_core.demo import demo_images
from cpsam_gui.actions.install import make_window
from cpsam_gui.state.view import Camera
from cpsam_gui.style import theme
from cpsam_gui.window.window import Window

PATIENCE = 240  # seconds
SIZE = (1360, 860)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
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

    def drag(self, places: list[Place]) -> None:
        """Drag along image positions."""
        viewport = self.window.canvas.viewport()
        self.move(places[0])
        QTest.mousePress(viewport, LEFT, NONE, self.at(places[0]))
        for place in places[1:]:
            self.move(place)
        QTest.mouseRelease(viewport, LEFT, NONE, self.at(places[-1]))
        QTest.qWait(20)
        self._film(2)

    def look(self, y: float, x: float, scale: float) -> None:
        """Zoom in on a place."""
        self.session.view.camera = Camera(y, x, scale)
        QTest.qWait(60)

    def picture(self, name: str) -> Path:
        """Save what the window shows, when panels that count at leisure have caught up."""
        self.rest()
        QTest.qWait(250)
        self._number += 1
        path = self.folder / f"{self._number:02}_{name}.png"
        if not self.window.grab().save(str(path)):
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


def delete_a_cell(driver: Driver) -> None:
    """Ctrl+click, after noting where its border is."""
    number = largest(driver, 3)
    driver.border = border(driver, number)
    driver.click(middle(driver, number), modifier=CTRL)
    check(number not in driver.session.document.objects, "Ctrl+click deletes")


def split_a_cell(driver: Driver) -> None:
    """Cut an object across its middle."""
    document, number = driver.session.document, largest(driver, 0)
    before, box = len(document.objects), document.objects[number].box
    y, x = middle(driver, number)
    driver.look(y, x, 6.0)
    driver.key(Qt.Key.Key_K)
    if box.y1 - box.y0 >= box.x1 - box.x0:
        line = [(y, x + dx) for dx in np.linspace(box.x0 - x - 4, box.x1 - x + 4, 14).tolist()]
    else:
        line = [(y + dy, x) for dy in np.linspace(box.y0 - y - 4, box.y1 - y + 4, 14).tolist()]
    driver.drag(line)
    check(len(document.objects) == before + 1, "a line splits")


def paint_a_cell(driver: Driver) -> None:
    """Brush a new object, and make it larger."""
    document, place = driver.session.document, free_place(driver)
    driver.key(Qt.Key.Key_Escape)
    driver.key(Qt.Key.Key_B)
    before = set(document.objects)
    driver.look(*place, 6.0)
    driver.drag([(place[0], place[1] + dx) for dx in range(-9, 10, 2)])
    driver.drag([(place[0] + 4, place[1] + dx) for dx in range(9, -10, -2)])
    made = set(document.objects) - before
    check(len(made) == 1, "the brush makes one object and adds to it")


def outline_a_cell(driver: Driver) -> None:
    """Draw the deleted cell again: right click, follow the border, come back."""
    document, points = driver.session.document, driver.border
    driver.key(Qt.Key.Key_Escape)
    driver.key(Qt.Key.Key_V)
    driver.look(*np.mean(points, axis=0).tolist(), 8.0)
    driver.frames = []
    before = len(document.objects)
    driver.click(points[0], RIGHT)
    for point in points[1:]:
        driver.move(point)
    check(len(document.objects) == before + 1, "an outline drawn by hovering closes at its start")
    driver.move((points[0][0] - 40, points[0][1]))
    save_film(driver.frames, driver.folder / "correct.gif")
    driver.frames = None


def erase_a_part(driver: Driver) -> None:
    """Take a corner off an object."""
    document, number = driver.session.document, largest(driver, 1)
    y, x = middle(driver, number)
    driver.look(y, x, 6.0)
    driver.click((y, x))
    area = document.objects[number].area
    driver.key(Qt.Key.Key_E)
    driver.drag([(y + 2, x + dx) for dx in range(0, 12, 2)])
    check(document.objects[number].area < area, "the eraser takes pixels away")
    driver.key(Qt.Key.Key_V)


def merge_two_cells(driver: Driver) -> None:
    """Select one, Alt+click the other."""
    document = driver.session.document
    first, second = largest(driver, 4), largest(driver, 5)
    driver.key(Qt.Key.Key_Home)
    driver.click(middle(driver, first))
    driver.click(middle(driver, second), modifier=ALT)
    check((first in document.objects) != (second in document.objects), "Alt+click merges")
    driver.key(Qt.Key.Key_Z, CTRL)
    check(first in document.objects and second in document.objects, "undo takes the merge back")


def check(holds: object, what: str) -> None:
    """Stop where the window did not do what it should."""
    if not holds:
        raise RuntimeError(f"it does not hold that {what}")


def run(driver: Driver, images: Path) -> None:
    """Go through the session."""
    window, session = driver.window, driver.session
    driver.picture("welcome")
    window.open(images)
    driver.wait(lambda: session.image is not None, "the first image")
    driver.rest()
    driver.picture("opened")
    driver.key(Qt.Key.Key_Return, CTRL)
    driver.wait(lambda: len(session.document.objects) > 10, "masks")
    driver.picture("segmented")
    for what in (delete_a_cell, split_a_cell, paint_a_cell, outline_a_cell, erase_a_part, merge_two_cells):
        what(driver)
        driver.picture(what.__name__)
    kept, path = session.document.labels.copy(), session.path
    driver.key(Qt.Key.Key_S, CTRL)
    driver.wait(lambda: not session.document.modified, "saving")
    driver.rest()
    driver.key(Qt.Key.Key_D)
    driver.wait(lambda: session.path != path and session.image is not None, "the next image")
    driver.rest()
    driver.picture("next_image")
    driver.key(Qt.Key.Key_A)
    driver.wait(lambda: session.path == path, "the first image again")
    driver.rest()
    check(np.array_equal(session.document.labels, kept), "the saved corrections come back")
    driver.picture("reopened")
    for name in window.docks:
        window.show_panel(name)
        driver.picture(f"panel_{name.lower()}")


def save_film(frames: list[Picture.Image], path: Path) -> None:
    """Write frames as an animated GIF."""
    frames = [*frames, *[frames[-1]] * 12]
    small = [frame.quantize(64, method=Picture.Quantize.MEDIANCUT) for frame in frames]
    small[0].save(path, save_all=True, append_images=small[1:], duration=70, loop=0, optimize=True)


def drive(place: Path, pictures: Path, act: Callable[[Driver], None]) -> None:
    """Open a window that keeps everything in the folder `place`, and let somebody act in it."""
    for name in ("CPSAM_JOURNAL", "CPSAM_MODELS"):
        os.environ[name] = str(Path(place, name))
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(Path(place, "settings")))
    app = QApplication(sys.argv[:1])
    app.setOrganizationName("cpsam-gui")
    app.setApplicationName("cpsam-gui")
    theme.apply(app)
    window = make_window()
    window.session.failed.connect(lambda problem: sys.stderr.write(f"{problem.text}\n{problem.details}\n"))
    window.resize(*SIZE)
    window.show()
    QTest.qWaitForWindowActive(window)
    try:
        act(Driver(window, pictures))
    finally:
        window.session.document.mark_saved()
        window.close()


def main() -> int:
    """Run the session in a folder of its own; nothing of the user's is touched."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--publish", action="store_true", help="make the README's pictures anew")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        images = Path(place, "images")
        images.mkdir()
        for image in demo_images():
            shutil.copy(image, images)
        drive(Path(place), options.folder, lambda driver: run(driver, images))
    if options.publish:
        publish(options.folder)
    return 0


def publish(folder: Path) -> None:
    """Put the best pictures beside this file."""
    here = Path(__file__).parent
    shutil.copy(folder / "correct.gif", here / "correct.gif")
    shutil.copy(next(folder.glob("*_segmented.png")), here / "window.png")


if __name__ == "__main__":
    raise SystemExit(main())
