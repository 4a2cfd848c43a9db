"""Drive the work on a whole slide in the window by mouse and keys, check each step, and take pictures of it.

    python benchmarks/tissue_slide.py IMAGES slide.ome.tif --side 20480
    python assets/slide_session.py slide.ome.tif FOLDER

opens the slide, segments it by blocks, looks at what has come while the run goes on, corrects cells, reviews, saves,
opens it again and exports it. The pictures go to FOLDER, the results beside the slide; times and memory are printed.
Without a display: see `session.py`.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from driver import CTRL, SHIFT, Driver, Place, check, drive
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QFileDialog
from volume_session import Hands

from cpsam_gui.dialogs.export import ExportDialog
from cpsam_gui.state.box import Box
from cpsam_gui.tasks import large

PATIENCE_S = 4 * 3600


class Watch:
    """Prints what each step took, and the memory after it."""

    def __init__(self, quiet_before: int) -> None:
        self._before = quiet_before
        self.figures: dict[str, float] = {}

    def __call__(self, what: str, work: Callable[[], object]) -> None:
        """Do a step."""
        start = time.perf_counter()
        work()
        self.figures[f"{what}, s"] = round(time.perf_counter() - start, 2)
        memory = psutil.Process().memory_info().rss - self._before
        self.figures[f"{what}, MB beyond the window"] = round(memory / 1e6)
        line = {what: self.figures[f"{what}, s"], "MB": round(memory / 1e6)}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


class SlideHands(Hands):
    """Hands that wait as long as a slide takes."""

    def wait_long(self, test: object, what: str) -> None:
        """Let the window work until `test` holds."""
        end = time.monotonic() + PATIENCE_S
        while not test():  # type: ignore[operator]
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain: {what}")
            QTest.qWait(100)

    def open(self, slide: Path) -> None:
        """Open the slide and wait until it is drawn."""
        shown: list[int] = []
        self.session.image_changed.connect(lambda: shown.append(1))
        self.window.open(slide)
        self.wait_long(lambda: shown, "the slide")
        self.wait_long(lambda: self.window.canvas.layers.settled, "its tiles")

    def save(self) -> None:
        """Save by the keys."""
        self.key(Qt.Key.Key_S, CTRL)
        self.wait_long(lambda: not self.session.open_image.unsaved, "saving")


def segment(hands: SlideHands, diameter: float) -> None:
    """Run by blocks; take pictures while they come and when all are there."""
    session, window = hands.session, hands.window
    session.run_state.change(diameter=diameter)
    landed: list[Box] = []
    session.large_run.block_found.connect(landed.append)
    hands.take_focus()
    hands.key(Qt.Key.Key_Return, CTRL)
    check(session.jobs.busy, "Ctrl+Return begins the run")
    hands.wait_long(lambda: landed, "the first block")
    QTest.qWait(500)
    hands.snap("blocks_land")
    box = landed[0]
    hands.look((box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2, 1.0)
    hands.wait_long(lambda: window.canvas.layers.settled, "tiles")
    QTest.qWait(500)
    hands.snap("first_block_while_the_run_goes_on")
    window.canvas.fit()
    hands.wait_long(lambda: session.jobs.idle and session.document.objects, "all blocks")
    check(session.large_run.partial_result is None, "what was found so far has given way to the result")
    hands.picture("segmented")


def correct(hands: SlideHands) -> None:
    """Delete a cell, paint another one, undo and redo, and let the review show the most doubtful."""
    session, document = hands.session, hands.session.document
    _, rows, columns = document.shape
    y, x = rows // 2, columns // 2
    hands.look(y, x, 3.0)
    hands.wait_long(lambda: hands.window.canvas.layers.settled, "tiles")
    hands.picture("close")
    reach = 120
    near = document.store.read(Box(0, 1, y - reach, y + reach, x - reach, x + reach))[0]
    ids, counts = np.unique(near[near > 0], return_counts=True)
    check(len(ids), "there are cells in the middle")
    number = int(ids[counts.argmax()])
    places = np.argwhere(near == number)
    place: Place = tuple((places[len(places) // 2] + (y - reach, x - reach) + 0.5).tolist())
    hands.key(Qt.Key.Key_V)
    hands.click(place)
    check(session.view.selection == {number}, "a click selects the cell")
    hands.key(Qt.Key.Key_Delete)
    check(number not in document.objects, "Delete removes it")
    hands.key(Qt.Key.Key_Z, CTRL)
    check(number in document.objects, "undo brings it back")
    hands.key(Qt.Key.Key_Z, CTRL | SHIFT)
    check(number not in document.objects, "redo removes it again")
    hands.key(Qt.Key.Key_Escape)
    before = len(document.objects)
    hands.key(Qt.Key.Key_B)
    session.view.brush_diameter = 16
    hands.drag([(place[0] + step / 2, place[1] + step) for step in range(-10, 11, 2)])
    check(len(document.objects) == before + 1, "the brush draws a cell")
    hands.picture("corrected")
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_V)


def review(hands: SlideHands) -> None:
    """Look at the most doubtful object, and accept it."""
    session, window = hands.session, hands.window
    window.show_panel("Review")
    hands.wait_long(lambda: session.measuring.usable, "the order")
    session.reviewing.next()
    hands.wait_long(lambda: session.reviewing.present, "the most doubtful object")
    number = session.reviewing.present
    hands.picture("review")
    session.reviewing.accept()
    check(session.document.objects[number].verified, "it is accepted")


def export(hands: SlideHands, target: Path) -> None:
    """Export by the dialog."""
    QFileDialog.getSaveFileName = staticmethod(lambda *_, **__: (str(target), ""))
    hands.key(Qt.Key.Key_S, CTRL | SHIFT)
    dialog = hands.dialog(ExportDialog)
    hands.snap("export", dialog)
    hands.press(dialog.go, "Export")
    hands.wait_long(lambda: hands.session.exporting.last == target, "the export")
    hands.take_focus()


def work(hands: SlideHands, slide: Path, diameter: float, watch: Watch) -> None:
    """Do what a person does with a slide."""
    session = hands.session
    watch("open", lambda: hands.open(slide))
    check(session.document.large, "the slide stays in its file")
    hands.picture("opened")
    watch("segment by blocks", lambda: segment(hands, diameter))
    count = len(session.document.objects)
    watch("save the run", hands.save)
    watch("correct", lambda: correct(hands))
    watch("review", lambda: review(hands))
    watch("save after corrections", hands.save)
    rows, camera = dict(list(session.document.objects.items())[:1000]), session.view.camera
    watch("reopen", lambda: hands.open(slide))
    check(dict(list(session.document.objects.items())[:1000]) == rows, "the same objects are there")
    session.view.camera = camera
    hands.picture("reopened")
    target = slide.with_name("exported.ome.tif")
    watch("export OME-TIFF", lambda: export(hands, target))
    from cpsam_core.formats.label_sources import open_labels

    labels = open_labels(target)
    check(labels.shape == session.document.shape, "the file is as large as the slide")
    hands.picture("exported")
    watch.figures["objects"] = count
    watch.figures["peak, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000


def main() -> int:
    """Run the session in a folder of its own; nothing of the user's is touched."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("slide", type=Path)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--diameter", type=float, default=30.0, help="of the cells, in pixels")
    parser.add_argument("--small", action="store_true", help="keep the slide in its file, whatever its size")
    options = parser.parse_args()
    if options.small:
        large.LARGE_PIXELS = 1
    options.folder.mkdir(parents=True, exist_ok=True)

    def act(driver: Driver) -> None:
        watch = Watch(psutil.Process().memory_info().rss)

        work(SlideHands(driver.window, driver.folder), options.slide, options.diameter, watch)
        sys.stdout.write(json.dumps(watch.figures, indent=1) + "\n")

    with tempfile.TemporaryDirectory() as place:
        drive(Path(place), options.folder, act)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
