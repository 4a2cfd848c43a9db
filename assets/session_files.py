"""The third part of the scripted session: what the window does with the files of a folder, by mouse and keys.

`session.py` runs these steps at the end, on crops of the demonstration image that are written for them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import tifffile
from driver import CTRL, LEFT, SHIFT, Driver, check, free_place
from PyQt6.QtCore import QItemSelectionModel, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QFileDialog

from cpsam_core.demo import demo_image
from cpsam_core.images import read_image
from cpsam_core.images.companions import documents_of
from cpsam_gui.dialogs.export import ExportDialog
from cpsam_gui.panels import FilesPanel, SegmentPanel
from cpsam_gui.session.questions import Question
from cpsam_gui.storage.companions import project_path
from cpsam_gui.window.documents import DocumentChooser

# Rows and columns of the crops: a run takes a second.
SIDES = 220, 260


def crops(driver: Driver, name: str) -> tuple[Path, np.ndarray]:
    """Return a folder of its own beside the present one, and a crop of the demonstration image (y, x)."""
    path = driver.session.path
    if path is None:
        raise RuntimeError("no image is open")
    folder = path.parent.parent / name
    folder.mkdir()
    return folder, np.ascontiguousarray(read_image(demo_image()).pixels[0, : SIDES[0], : SIDES[1], 0])


def come_to(driver: Driver, path: Path) -> None:
    """Open an image and wait for it."""
    driver.window.open(path)
    driver.wait(lambda: driver.session.path == path and driver.session.image is not None, path.name)
    driver.rest()


def each_time_point_has_masks_of_its_own(driver: Driver) -> None:
    """A run and a stroke stay with the time point that they were made on; one project keeps all."""
    session = driver.session
    folder, crop = crops(driver, "movies")
    path = folder / "movie.tif"
    tifffile.imwrite(path, np.stack([crop] * 3), metadata={"axes": "TYX"})
    come_to(driver, path)
    chooser = driver.window.findChild(DocumentChooser)
    check(chooser is not None and chooser.isVisible(), "the slider of time points is in view")
    driver.key(Qt.Key.Key_Return, CTRL)
    driver.wait(lambda: len(session.document.objects) > 3, "masks of the first time point")
    driver.rest()
    first = session.document.labels.copy()
    # The keys are those of what the pointer is over.
    driver.move((SIDES[0] / 2, SIDES[1] / 2))
    driver.key(Qt.Key.Key_PageUp)
    driver.wait(lambda: session.image is not None and session.image.time == 1, "the second time point")
    driver.rest()
    check(not session.document.objects, "masks of the first time point are not on the second")
    driver.key(Qt.Key.Key_B)
    y, x = free_place(driver)
    driver.drag([(y, x + step) for step in range(-6, 7, 2)])
    check(len(session.document.objects) == 1, "a stroke there makes one object")
    driver.picture("time_points")
    driver.key(Qt.Key.Key_PageDown)
    driver.wait(lambda: session.image is not None and session.image.time == 0, "the first one again")
    driver.rest()
    check(np.array_equal(session.document.labels, first), "the first time point has its masks")
    check({one.key.time for one in documents_of(path) if one.masks} == {0, 1}, "one project keeps both")


def masks_with_one_value_ask(driver: Driver) -> None:
    """Masks of 0 and 255 ask whether each part is an object."""
    session, asked = driver.session, list[str]()
    folder, crop = crops(driver, "binary")
    tifffile.imwrite(folder / "cells.tif", crop)
    y, x = np.mgrid[: SIDES[0], : SIDES[1]]
    discs = [(y - row) ** 2 + (x - column) ** 2 < 100 for row in (40, 90, 140) for column in (40, 90, 140)]
    tifffile.imwrite(folder / "cells_masks.tif", (np.any(discs, axis=0) * 255).astype(np.uint8))

    def answer(question: Question) -> str:
        asked.append(question.text)
        return "each"

    session.questions.ask = answer
    come_to(driver, folder / "cells.tif")
    driver.wait(lambda: len(session.document.objects) == len(discs), "an object for each part")
    check("9 separate parts" in asked[0], "it is asked how they are meant")
    driver.rest()


def a_folder_run_of_ticked_images(driver: Driver) -> None:
    """Images are chosen in the list and ticked; click-to-find and thresholds have their flows at once."""
    window, session = driver.window, driver.session
    folder, crop = crops(driver, "run")
    for name in ("a.tif", "b.tif", "c.tif"):
        tifffile.imwrite(folder / name, crop)
    come_to(driver, folder / "a.tif")
    window.show_panel("Files")
    files = window.panel(FilesPanel)
    driver.wait(lambda: len(files.paths) == 3, "the list of the folder")
    chosen = files.list.selectionModel()
    if chosen is None:
        raise RuntimeError("the list has no selection")
    files.list.clearSelection()
    for name in ("b.tif", "c.tif"):
        chosen.select(files.model.row_of(folder / name), QItemSelectionModel.SelectionFlag.Select)
    menu = files.menu.make(files.chosen)
    next(one for one in menu.actions() if one.text().startswith("Segment")).trigger()
    view = window.panel(SegmentPanel).folder
    driver.wait(lambda: view.list.topLevelItemCount() == 3, "the queue")
    driver.rest()
    driver.picture("queue")
    QTest.mouseClick(view.start, LEFT)
    driver.wait(lambda: project_path(folder / "c.tif").exists(), "results")
    driver.wait(lambda: not session.folder_run.queue.running, "the end of the folder run")
    driver.rest()
    check(not project_path(folder / "a.tif").exists(), "what was not ticked is left alone")
    come_to(driver, folder / "b.tif")
    check(session.document.objects and session.run_state.flows is not None, "masks come with their flows")
    window.panel(SegmentPanel).show_folder(False)


def an_export_ends_with_its_folder(driver: Driver) -> None:
    """What was written is offered to be shown."""
    window = driver.window
    target = driver.folder / "exported_masks.tif"
    driver.key(Qt.Key.Key_S, CTRL | SHIFT)
    driver.wait(lambda: window.findChild(ExportDialog) is not None, "the export")
    dialog = window.findChild(ExportDialog)
    # The dialog for the file is that of the system.
    with mock.patch.object(QFileDialog, "getSaveFileName", return_value=(str(target), "")):
        QTest.mouseClick(dialog.go, LEFT)
        driver.wait(target.is_file, "the file")
    driver.wait(window.status.offer.isVisible, "an offer")
    check(window.status.offer.text() == "Show in folder", "an export ends with Show in folder")
    driver.picture("exported", at_once=True)
    target.unlink()


FILES: tuple[Callable[[Driver], None], ...] = (
    each_time_point_has_masks_of_its_own,
    masks_with_one_value_ask,
    a_folder_run_of_ticked_images,
    an_export_ends_with_its_folder,
)
"""Each in a folder of its own."""
