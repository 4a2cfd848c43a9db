"""Five jobs that people do every day, by mouse and keys: clicks, keys, seconds and the longest stall of each.

    QT_QPA_PLATFORM=offscreen python benchmarks/jobs.py [JOB ...]

On a display, Xvfb included, it needs a window manager, which gives the window the keys. It asks little of the window,
so that it runs on older versions too: put their folders first on PYTHONPATH and compare.
Seconds are those of the machine, with hands that need no time; a stall is a time in which the event loop does not turn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from clocks import keep_settings_in, load_of_machine, queued
from PyQt6 import QtTest
from PyQt6.QtCore import QPointF, Qt, QTimer
from PyQt6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton

# The stubs take its functions for methods.
QTest: Any = QtTest.QTest
PATIENCE_S = 900
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
EPOCHS = 5
# Cells that are added in a row.
CELLS = 5


class Hands:
    """Press keys and buttons, and count them."""

    def __init__(self, window: Any) -> None:
        self.window, self.session = window, window.session
        self.clicks = self.keys = 0
        self.longest = self.longest_own = 0.0
        self._last, self._queued = time.perf_counter(), queued()
        self._timer = QTimer()
        self._timer.timeout.connect(self._turn)

    def _turn(self) -> None:
        now, waited = time.perf_counter(), queued()
        self.longest = max(self.longest, now - self._last)
        self.longest_own = max(self.longest_own, now - self._last - (waited - self._queued))
        self._last, self._queued = now, waited

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE, target: Any = None) -> None:
        """Press a key."""
        self.keys += 1
        QTest.keyClick(target or self.window, key, held)
        QTest.qWait(5)

    def drag(self, places: list[tuple[float, float]]) -> None:
        """Drag along image positions (y, x)."""
        self.clicks += 1
        canvas = self.window.canvas
        points = [canvas.viewportTransform().map(QPointF(x, y)).toPoint() for y, x in places]
        QTest.mouseMove(canvas.viewport(), points[0])
        QTest.mousePress(canvas.viewport(), LEFT, NONE, points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas.viewport(), point)
            QTest.qWait(2)
        QTest.mouseRelease(canvas.viewport(), LEFT, NONE, points[-1])
        QTest.qWait(5)

    def wait(self, test: Callable[[], object]) -> None:
        """Let the window work until something holds."""
        end = time.monotonic() + PATIENCE_S
        while not test():
            if time.monotonic() > end:
                raise TimeoutError
            QTest.qWait(5)

    def measured(self, job: Callable[[Hands], None]) -> tuple[int, int, float, float, float]:
        """Do a job; return clicks, keys, seconds, the longest stall in seconds, and so without waiting for a core."""
        self.clicks = self.keys = 0
        self.longest = self.longest_own = 0.0
        self._last, self._queued = time.perf_counter(), queued()
        begun = time.perf_counter()
        self._timer.start(0)
        job(self)
        seconds = time.perf_counter() - begun
        self._timer.stop()
        return self.clicks, self.keys, seconds, self.longest, self.longest_own


def masks(hands: Hands) -> None:
    """From the folder to masks on its first two images."""
    session = hands.session
    # The folder is chosen on the first page; its dialog is that of the system.
    hands.clicks += 1
    hands.window.open_folder(FOLDER)
    hands.wait(lambda: session.image is not None and not session.jobs.busy)
    hands.key(Qt.Key.Key_Return, CTRL)
    hands.wait(lambda: session.document.objects and not session.jobs.busy)
    # Somebody looks at them for a while; what the window does meanwhile is its own affair.
    ahead = getattr(session, "look_ahead", None)
    if ahead is not None:
        hands.wait(lambda: ahead.ready)
    path = session.path
    hands.key(Qt.Key.Key_D)
    hands.wait(lambda: session.path != path and session.image is not None and not session.jobs.busy)
    if ahead is None:
        hands.key(Qt.Key.Key_Return, CTRL)
    hands.wait(lambda: session.document.objects and not session.jobs.busy)


def first_masks(hands: Hands) -> None:
    """Make masks for the other jobs, where the first one is not asked for."""
    hands.window.open_folder(FOLDER)
    hands.wait(lambda: hands.session.image is not None and not hands.session.jobs.busy)
    hands.key(Qt.Key.Key_Return, CTRL)
    hands.wait(lambda: hands.session.document.objects and not hands.session.jobs.busy)


def back_to_first(hands: Hands) -> None:
    """Go back to the first image."""
    path = hands.session.path
    hands.key(Qt.Key.Key_A)
    hands.wait(lambda: hands.session.path != path and hands.session.image is not None)
    hands.wait(lambda: not hands.session.jobs.busy)
    hands.wait(lambda: hands.session.document.objects)


def split(hands: Hands) -> None:
    """Divide two cells that were found as one."""
    document = hands.session.document
    number, row = max(document.objects.items(), key=lambda item: item[1].area)
    box, count = row.box, len(document.objects)
    y, x = (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2
    hands.key(Qt.Key.Key_K)
    if box.y1 - box.y0 > box.x1 - box.x0:
        hands.drag([(y, x + step) for step in np.linspace(box.x0 - x - 4, box.x1 - x + 4, 12)])
    else:
        hands.drag([(y + step, x) for step in np.linspace(box.y0 - y - 4, box.y1 - y + 4, 12)])
    if len(document.objects) <= count or number not in document.objects:
        raise RuntimeError("nothing was divided")


def add(hands: Hands) -> None:
    """Paint five cells that were missed, one object each."""
    document = hands.session.document
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_B)
    for place in range(CELLS):
        before = len(document.objects)
        y, x = free_place(document.labels[0])
        stroke = [(y, x + step) for step in range(-5, 6, 2)]
        hands.drag(stroke)
        # It went to the object that is selected: the old window needs a key.
        if len(document.objects) == before:
            hands.key(Qt.Key.Key_Z, CTRL)
            hands.key(Qt.Key.Key_Escape)
            hands.drag(stroke)
        if len(document.objects) != before + 1:
            raise RuntimeError(f"cell {place} is no object of its own")


def retrain(hands: Hands) -> None:
    """Retrain to the comparison of the two models, five epochs of it."""
    session = hands.session
    panel = next(one for one in hands.window.findChildren(object) if type(one).__name__ == "TrainPanel")
    ended: list[object] = []
    session.training.finished.connect(ended.append)
    hands.key(Qt.Key.Key_S, CTRL)
    hands.wait(lambda: not session.document.modified)
    if hasattr(session, "training_preview"):
        # The key shows what would be learnt first; in older windows it begins at once.
        hands.key(Qt.Key.Key_T, CTRL)
    else:
        hands.window.show_panel("Train")
    hands.wait(lambda: panel.options.fields["epochs"].value() > 1)
    panel.options.fields["epochs"].setValue(EPOCHS)
    hands.key(Qt.Key.Key_T, CTRL)
    hands.wait(lambda: ended)
    for page in hands.window.findChildren(QDialog):
        if type(page).__name__ == "BeforeAfterPage":
            page.close()
    # Offscreen no window manager gives the keys back to the window.
    hands.window.activateWindow()
    QTest.qWaitForWindowActive(hands.window)


def export(hands: Hands) -> None:
    """Write the masks in another format."""
    said: list[str] = []
    hands.session.saved.connect(said.append)
    hands.session.message.connect(said.append)
    said.clear()
    hands.key(Qt.Key.Key_S, CTRL | SHIFT)
    hands.wait(lambda: visible(hands.window, "ExportDialog"))
    dialog = visible(hands.window, "ExportDialog")
    button = next(one for one in dialog.findChildren(QPushButton) if one.text().startswith("Export"))
    # The dialog for the file is that of the system: Return takes the name that it proposes.
    hands.keys += 1
    target = FOLDER.parent / "masks.tif"
    with mock.patch.object(QFileDialog, "getSaveFileName", return_value=(str(target), "")):
        hands.clicks += 1
        QTest.mouseClick(button, LEFT)
        hands.wait(lambda: not visible(hands.window, "ExportDialog"))
        hands.wait(target.is_file)


def visible(window: Any, name: str) -> Any:
    """Return the dialog of a class that is on the screen."""
    return next(
        (one for one in window.findChildren(QDialog) if type(one).__name__ == name and one.isVisible()), None
    )


def free_place(labels: np.ndarray) -> tuple[float, float]:
    """Return the emptiest place of labels (y, x)."""
    import cv2

    far = cv2.distanceTransform((np.asarray(labels) == 0).astype(np.uint8), cv2.DIST_L2, 5)[40:-40, 40:-40]
    y, x = np.unravel_index(int(far.argmax()), far.shape)
    return float(y) + 40, float(x) + 40


JOBS = {
    "masks": ("open a folder, masks on two images", masks),
    "split": ("divide a merged pair", split),
    "add": ("add five missed cells", add),
    "retrain": (f"retrain ({EPOCHS} epochs), with the comparison", retrain),
    "export": ("export", export),
}
FOLDER = Path(tempfile.gettempdir())


def main() -> None:
    """Do the jobs that are asked for and print a table."""
    global FOLDER
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=" ".join(JOBS))
    asked = parser.parse_args().jobs or list(JOBS)
    if unknown := sorted(set(asked) - set(JOBS)):
        parser.error(f"no such job: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CPSAM_MODELS"] = str(Path(home, "models"))
        keep_settings_in(home)
        app = QApplication([])
        app.setOrganizationName("cpsam-gui")
        FOLDER = Path(home) / "nuclei"
        FOLDER.mkdir()
        from cpsam_core.demo import demo_image
        from cpsam_gui.actions.install import make_window

        source = demo_image()
        for number in range(3):
            shutil.copy(source, FOLDER / f"cells{number}{source.suffix}")
        window = make_window()
        window.resize(1400, 860)
        window.show()
        if not QTest.qWaitForWindowActive(window):
            raise SystemExit(
                "the window gets no keys: without a window manager, set QT_QPA_PLATFORM=offscreen"
            )
        hands = Hands(window)
        print(
            "| job | clicks | keys | seconds | longest stall, and without waiting for a core |\n|---|---|---|---|---|"
        )
        if "masks" not in asked:
            first_masks(hands)
        for name in asked:
            if name == "split" and "masks" in asked:
                back_to_first(hands)
            words, job = JOBS[name]
            clicks, keys, seconds, stall, own = hands.measured(job)
            stalls = f"{1000 * stall:.0f} / {1000 * own:.0f} ms"
            print(f"| {words} | {clicks} | {keys} | {seconds:.1f} | {stalls} |", flush=True)
        print(f"\n{load_of_machine()}")
        window.session.document.mark_saved()
        window.close()


if __name__ == "__main__":
    main()
