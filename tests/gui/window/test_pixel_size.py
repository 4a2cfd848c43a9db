"""The size of a pixel: given by a person where the file says none, kept with the masks, undone like any step."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import Qt

from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels import TablePanel
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.project import read_project
from cpsam_gui.style.number_fields import DecimalQuestion

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def give(window: Window, micrometres: float) -> str:
    """Answer the dialog that is open; return what it says."""
    (dialog,) = [one for one in window.findChildren(DecimalQuestion) if one.isVisible()]
    words = dialog.words.text()
    dialog.field.setValue(micrometres)
    dialog.accept()
    return words


def test_micrometres_ask_for_the_size_of_a_pixel_and_keep_it(
    segmented: Window, qtbot: QtBot, image_file: Path
) -> None:
    session = segmented.session
    assert session.image is not None and session.image.pixel_size is None
    actions_of(segmented)["table"].trigger()
    qtbot.waitUntil(lambda: session.measuring.fresh)
    top = segmented.panel(TablePanel).top
    qtbot.mouseClick(top.micrometres, Qt.MouseButton.LeftButton)
    assert "does not say" in give(segmented, 0.5)
    assert session.image.pixel_size == 0.5
    assert "µm" in segmented.canvas.floating.bar.text
    qtbot.waitUntil(lambda: session.measuring.fresh and "area_um2" in session.measuring.now.columns)  # type: ignore[union-attr]
    assert top.micrometres.isChecked() and "area_um2" in segmented.panel(TablePanel).model.names
    segmented.canvas.pointed.emit(20.5, 20.5)
    assert "(10.0, 10.0 µm)" in segmented.status.readout.text()
    session.edits.undo()
    assert session.image.pixel_size is None
    assert "px" in segmented.canvas.floating.bar.text
    qtbot.waitUntil(lambda: session.measuring.fresh)
    assert not top.micrometres.isChecked() and "area" in segmented.panel(TablePanel).model.names
    session.edits.redo()
    segmented.save()
    qtbot.waitUntil(lambda: not session.document.modified)
    assert read_project(project_path(image_file)).facts.pixel_size == 0.5
    with qtbot.waitSignal(session.image_changed):
        segmented.open(image_file)
    qtbot.waitUntil(lambda: session.image.pixel_size == 0.5)


def test_a_size_is_typed_in_place_of_the_one_that_is_there(segmented: Window, qtbot: QtBot) -> None:
    image = segmented.session.open_image
    actions_of(segmented)["pixel_size"].trigger()
    (dialog,) = segmented.findChildren(DecimalQuestion)
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClicks(dialog.field, "0.5")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert image.image is not None and image.image.pixel_size == 0.5


def test_a_filter_is_in_the_unit_that_the_table_shows(segmented: Window, qtbot: QtBot) -> None:
    session, panel = segmented.session, segmented.panel(TablePanel)
    session.facts.change("Pixel size", pixel_size=0.5)
    actions_of(segmented)["table"].trigger()
    qtbot.waitUntil(lambda: session.measuring.fresh)
    areas = session.measuring.now.columns["area"]  # type: ignore[union-attr]
    panel.top.filter.setText(f"area < {areas.min() - 1}")
    panel.refresh()
    assert panel.model.rowCount() == 0
    qtbot.mouseClick(panel.top.micrometres, Qt.MouseButton.LeftButton)
    assert panel.model.rowCount() == len(areas)
    panel.top.filter.setText(f"Area (px) < {areas.min() - 1}")
    panel.refresh()
    assert panel.error.text() == "" and panel.model.rowCount() == 0
    qtbot.mouseClick(panel.top.micrometres, Qt.MouseButton.LeftButton)
    assert not panel.top.micrometres.isChecked() and "area" in panel.model.names


def test_the_tables_of_a_folder_have_the_size_that_was_given(
    segmented: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    session, target = segmented.session, tmp_path / "tables" / "all.csv"
    target.parent.mkdir()
    session.facts.change("Pixel size", pixel_size=0.5)
    assert session.persistence.save_now() and session.path is not None
    session.measuring.measure_folder(session.path.parent, target)
    qtbot.waitUntil(lambda: target.is_file() and session.jobs.idle)
    with target.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert all(float(row["area_um2"]) == pytest.approx(float(row["area"]) / 4) for row in rows)


def test_zero_takes_what_the_file_says(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "scaled.tif"
    tifffile.imwrite(
        path, np.zeros((40, 50), np.uint8), imagej=True, resolution=(4.0, 4.0), metadata={"unit": "um"}
    )
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    session, ask = window.session, actions_of(window)["pixel_size"]
    assert session.image is not None and session.image.pixel_size == 0.25
    ask.trigger()
    assert "0.25" in give(window, 0.1)
    assert session.image.pixel_size == 0.1
    ask.trigger()
    give(window, 0)
    assert session.image.pixel_size == 0.25
    assert session.document.facts.pixel_size is None
    with qtbot.waitSignal(session.image_changed):
        session.document.mark_saved()
        window.open(path)
    assert session.image.pixel_size == 0.25
