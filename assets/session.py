"""Drive a whole session in the window by mouse and keys, check each step, and take pictures of it.

    python assets/session.py FOLDER

opens copies of the demonstration images, segments one, corrects cells with six tools, saves, goes to the next image
and back, and checks that the corrections came back; then it tries what `session_steps.py` lists, one promise of the
window after the other, and `session_files.py` for the files of a folder. The pictures go to FOLDER.
It runs on any display; without one::

    xvfb-run -a -s "-screen 0 1440x900x24" sh -c "matchbox-window-manager & python assets/session.py FOLDER"

``--size 1366x768`` and ``--theme light`` show it otherwise; for 4K at 200 % set QT_SCALE_FACTOR=2 and a screen of that
size. With ``--publish`` the pictures of the README are made anew as well.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
from driver import (
    ALT,
    CTRL,
    RIGHT,
    SIZE,
    Driver,
    border,
    check,
    drive,
    free_place,
    largest,
    middle,
)
from PIL import Image as Picture
from PyQt6.QtCore import Qt
from session_files import FILES
from session_steps import LATER, STEPS

from cpsam_core.demo import demo_images
from cpsam_gui.style import theme


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
    # The deleted cell is drawn again before something else is painted, which may take its place.
    for what in (delete_a_cell, split_a_cell, outline_a_cell, paint_a_cell, erase_a_part, merge_two_cells):
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
    for step in STEPS:
        step(driver)
        driver.picture(step.__name__)
    for name in window.docks:
        window.show_panel(name)
        driver.picture(f"panel_{name.lower()}")
    window.hide_panel("Table")
    for step in (*LATER, *FILES):
        step(driver)


def save_film(frames: list[Picture.Image], path: Path) -> None:
    """Write frames as an animated GIF."""
    frames = [*frames, *[frames[-1]] * 12]
    small = [frame.quantize(64, method=Picture.Quantize.MEDIANCUT) for frame in frames]
    small[0].save(path, save_all=True, append_images=small[1:], duration=70, loop=0, optimize=True)


def main() -> int:
    """Run the session in a folder of its own; nothing of the user's is touched."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--publish", action="store_true", help="make the README's pictures anew")
    parser.add_argument(
        "--size", default="x".join(map(str, SIZE)), help="of the window (default: %(default)s)"
    )
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    scheme = theme.LIGHT if options.theme == "light" else theme.DARK
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        images = Path(place, "images")
        images.mkdir()
        for image in demo_images():
            shutil.copy(image, images)
        drive(Path(place), options.folder, lambda driver: run(driver, images), (width, height), scheme)
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
