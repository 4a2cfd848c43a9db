"""Drive the whole loop on stacks in the window by mouse and keys, check each step, and take pictures of it.

    python assets/volume_session.py VOLUMES FOLDER

opens two stacks of VOLUMES (a folder with `images` and `masks`), segments the first in 3D, corrects a body in the
orthogonal views, draws the true cells of a few planes, retrains from these planes, looks at before and after, goes on
with the new model on the second stack, measures and exports. The pictures go to FOLDER. Without a display: see
`session.py`.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import tifffile
from driver import ALT, CTRL, LEFT, NONE, RIGHT, Driver, Place, check, drive
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QFileDialog, QInputDialog, QWidget

from cpsam_gui.actions.install import actions_of
from cpsam_gui.canvas.sections import SectionView
from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.dialogs.before_after import BeforeAfterPage
from cpsam_gui.dialogs.export import ExportDialog
from cpsam_gui.panels import SegmentPanel, TrainPanel

SHIFT = Qt.KeyboardModifier.ShiftModifier
CROP = 36, 92, 92  # voxels of each stack, from the middle, so that a processor gets through it
DRAWN = 4, 10, 32  # planes that are drawn anew
STEP = 3  # pixels between the places of a drawn outline
PATIENCE = 3600  # seconds, for a busy machine


class Hands(Driver):
    """Hands that reach the orthogonal views and dialogs, too."""

    def wait_long(self, test: object, what: str) -> None:
        """Let the window work until `test` holds, for as long as a training takes."""
        end = time.monotonic() + PATIENCE
        while not test():  # type: ignore[operator]
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain: {what}")
            QTest.qWait(200)

    def dialog(self, kind: type[QWidget]) -> QWidget:
        """Return a dialog when it is there."""
        found: list[QWidget] = []

        def there() -> bool:
            found[:] = [one for one in self.window.findChildren(kind) if one.isVisible()]
            return bool(found)

        self.wait(there, kind.__name__)
        QTest.qWait(100)
        return found[0]

    def take_focus(self) -> None:
        """Bring the window to the front, where no window manager does it when a dialog is gone."""
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)

    def snap(self, name: str, shown: QWidget | None = None) -> None:
        """Save what the window or a dialog shows at this moment, whatever is at work."""
        self._number += 1
        (shown or self.window).grab().save(str(self.folder / f"{self._number:02}_{name}.png"))

    def press(self, button: QWidget | None, what: str) -> None:
        """Press a button of a panel or dialog."""
        check(button is not None and button.isEnabled(), f"{what} can be pressed")
        QTest.mouseClick(button, LEFT)
        QTest.qWait(50)

    def section_drag(self, view: SectionView, places: list[Place]) -> None:
        """Drag along places (row, column in voxels) of an orthogonal view."""
        points = [self._in_section(view, place) for place in places]
        port = view.viewport()
        QTest.mouseMove(port, points[0])
        QTest.mousePress(port, LEFT, NONE, points[0])
        for point in points[1:]:
            QTest.mouseMove(port, point)
            QTest.qWait(10)
        QTest.mouseRelease(port, LEFT, NONE, points[-1])
        QTest.qWait(30)

    def _in_section(self, view: SectionView, place: Place) -> QPoint:
        depth = self.session.gestures.desk.spacing()[0]
        row, column = place
        scene = (column, row * depth) if view.shown.across == 1 else (column * depth, row)
        return view.mapFromScene(*scene)

    def go_to_plane(self, plane: int) -> None:
        """Page to a plane."""
        while self.session.view.plane != plane:
            self.key(Qt.Key.Key_PageUp if self.session.view.plane < plane else Qt.Key.Key_PageDown)


def stacks(volumes: Path, folder: Path) -> list[Path]:
    """Write the middle of two stacks; their masks are returned for the hands only, and lie elsewhere."""
    folder.mkdir()
    made = []
    for path in sorted((volumes / "images").glob("*.tif"))[:2]:
        made.append(folder / path.name)
        tifffile.imwrite(made[-1], _middle(tifffile.imread(path)))
    return made


def _middle(stack: np.ndarray) -> np.ndarray:
    parts = [slice((n - c) // 2, (n - c) // 2 + c) for n, c in zip(stack.shape, CROP, strict=True)]
    return np.ascontiguousarray(stack[tuple(parts)])


def segment_in_3d(hands: Hands) -> None:
    """Choose the volume in the panel, say how far planes lie apart, and run."""
    session, window = hands.session, hands.window
    window.show_panel("Segment")
    mode = window.panel(SegmentPanel).stacks.mode
    mode.setFocus()
    QTest.keyClick(mode, Qt.Key.Key_Home)
    check(session.run_state.options.settings.do_3D, "the stack is segmented as a volume")
    actions_of(window)["plane_distance"].trigger()
    asked = hands.dialog(QInputDialog)
    hands.snap("plane_distance", asked)
    QTest.keyClick(asked, Qt.Key.Key_Return)
    check(not asked.isVisible(), "the distance of planes is answered")
    hands.take_focus()
    hands.key(Qt.Key.Key_Return, CTRL)
    hands.wait(lambda: session.jobs.busy, "the run")
    hands.snap("segmenting")
    hands.wait_long(lambda: session.jobs.idle and session.document.objects, "bodies")
    session.view.plane = CROP[0] // 2
    hands.picture("segmented_in_3d")


def correct_in_sections(hands: Hands) -> None:
    """Split, erase and paint a body in the orthogonal views; undo shows where it was."""
    session, views, document = hands.session, hands.window.views, hands.session.document
    number = max(document.objects, key=lambda one: document.objects[one].area)
    box = document.objects[number].box
    z = (box.z0 + box.z1) // 2
    hands.go_to_plane(z)
    inside = np.argwhere(document.labels[z] == number)
    y, x = (float(v) + 0.5 for v in inside[len(inside) // 2])
    hands.key(Qt.Key.Key_O, CTRL | ALT)
    hands.wait(lambda: views.below.isVisible() and views.below.height() > 60, "the orthogonal views")
    hands.key(Qt.Key.Key_V)
    hands.click((y, x))
    check(session.view.selection == {number}, "a click selects the body")
    check(views.below.shown.index == int(y), "the cross-hair follows")
    hands.picture("orthogonal_views")
    before = len(document.objects)
    hands.key(Qt.Key.Key_K)
    hands.section_drag(views.below, [(float(z), float(c)) for c in range(box.x0 - 4, box.x1 + 5, 3)])
    check(len(document.objects) > before, "a line in the XZ view splits the body")
    hands.picture("split_in_xz")
    hands.key(Qt.Key.Key_E)
    area = {one: row.area for one, row in document.objects.items()}
    hands.section_drag(views.beside, [(y + d, z + 0.5) for d in range(-3, 4)])
    check(any(area.get(one) != row.area for one, row in document.objects.items()), "the eraser works in YZ")
    hands.key(Qt.Key.Key_B)
    hands.key(Qt.Key.Key_T, SHIFT)
    hands.section_drag(views.beside, [(y + d, z + 0.5) for d in range(-3, 4)])
    hands.picture("painted_in_yz")
    hands.key(Qt.Key.Key_T, SHIFT)
    hands.go_to_plane(0)
    hands.key(Qt.Key.Key_Z, CTRL)
    check(session.view.plane > 0, "undo goes to the plane where it happened")
    hands.picture("undone")
    hands.key(Qt.Key.Key_O, CTRL | ALT)


def draw_planes(hands: Hands, truth: np.ndarray) -> None:
    """Delete what the model found in a few planes, draw the true cells, and mark the planes as complete."""
    session, document = hands.session, hands.session.document
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_V)
    hands.key(Qt.Key.Key_Home)
    for plane in DRAWN:
        hands.go_to_plane(plane)
        hands.key(Qt.Key.Key_A, CTRL)
        hands.key(Qt.Key.Key_Delete, CTRL)
        check(not document.labels[plane].any(), "Ctrl+Delete empties the plane")
        hands.key(Qt.Key.Key_Escape)
        wanted = [n for n in np.unique(truth[plane]).tolist() if n and (truth[plane] == n).sum() > 25]
        for number in wanted:
            outline(hands, truth[plane] == number)
        hands.key(Qt.Key.Key_R, CTRL | SHIFT)
        found = np.unique(document.labels[plane])
        check(len(found) > 0.8 * len(wanted), f"{len(wanted)} cells are drawn, not {len(found) - 1}")
    check(len(session.document.facts.complete) == len(DRAWN), "the planes are marked as complete")
    hands.picture("planes_drawn")


def outline(hands: Hands, mask: np.ndarray) -> None:
    """Draw around a cell: right click, follow its border, come back."""
    import cv2

    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(contours, key=len)[::STEP, 0]
    places = [(float(y) + 0.5, float(x) + 0.5) for x, y in line.tolist()]
    hands.click(places[0], RIGHT)
    for place in [*places[1:], places[0]]:
        hands.move(place)
    if hands.session.gestures.tool.busy:
        hands.key(Qt.Key.Key_Return)
    hands.key(Qt.Key.Key_Escape)


def retrain(hands: Hands, minutes: int) -> None:
    """Save, choose the planes in the panel, train, and look at before and after."""
    session, window = hands.session, hands.window
    hands.key(Qt.Key.Key_S, CTRL)
    hands.wait(lambda: not session.document.modified, "saving")
    window.show_panel("Train")
    panel = window.panel(TrainPanel)
    panel.options.minutes.setValue(minutes)
    hands.wait_long(lambda: len(session.candidates.all) >= len(DRAWN) and session.jobs.idle, "planes")
    hands.picture("planes_to_learn_from")
    hands.press(panel.foot.button, "Retrain")
    hands.wait_long(lambda: len(session.training.reports) > 1 or not session.training.running, "epochs")
    hands.snap("training")
    hands.wait_long(lambda: not session.training.running, "the training")
    page = hands.dialog(BeforeAfterPage)
    QTest.qWait(2000)
    hands.snap("before_after", page)
    check(page.images.count() > 0, "there is something to judge on")


def go_on(hands: Hands, second: Path, results: Path) -> None:
    """Use the new model on the next stack, measure it, and export it."""
    session = hands.session
    page = hands.dialog(BeforeAfterPage)
    hands.press(page.promote_next, "Use it on the next image")
    hands.take_focus()
    hands.wait(lambda: session.path == second and session.image is not None, "the next stack")
    hands.wait_long(lambda: session.jobs.idle and session.document.objects, "bodies of the next stack")
    session.view.plane = CROP[0] // 2
    hands.key(Qt.Key.Key_O, CTRL | ALT)
    hands.picture("next_stack")
    hands.key(Qt.Key.Key_B, CTRL)
    hands.rest()
    hands.picture("measured")
    QFileDialog.getSaveFileName = staticmethod(lambda *_, **__: (str(results), ""))  # the person's answer
    hands.key(Qt.Key.Key_S, CTRL | SHIFT)
    dialog = hands.dialog(ExportDialog)
    hands.snap("export", dialog)
    hands.press(dialog.go, "Export")
    hands.rest()
    check(any(results.parent.iterdir()), "the masks are written")


def main() -> int:
    """Run the session in a folder of its own; nothing of the user's is touched."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("volumes", type=Path, help="folder with `images` and `masks`, two stacks at least")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--minutes", type=int, default=3, help="how long to train")
    parser.add_argument("--publish", action="store_true", help="make the README's picture anew")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        first, second = stacks(options.volumes, Path(place, "nuclei"))
        truth = _middle(tifffile.imread(options.volumes / "masks" / first.name))

        def act(driver: Driver) -> None:
            hands = Hands(driver.window, driver.folder)
            hands.window.open(first)
            dialog = hands.dialog(AxesDialog)
            hands.snap("axes_asked", dialog)
            hands.press(dialog.buttons.buttons()[0], "Open")
            hands.wait(lambda: hands.session.image is not None, "the stack")
            hands.rest()
            hands.picture("opened")
            segment_in_3d(hands)
            correct_in_sections(hands)
            draw_planes(hands, truth)
            retrain(hands, options.minutes)
            (Path(place) / "results").mkdir()
            go_on(hands, second, Path(place) / "results" / "masks.tif")

        drive(Path(place), options.folder, act)
    if options.publish:
        shutil.copy(next(options.folder.glob("*_next_stack.png")), Path(__file__).with_name("volumes.png"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
