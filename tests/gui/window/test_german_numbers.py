"""Numbers in a German window: a point between thousands and a comma before decimals, wherever one is shown."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QPoint, Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QWidget,
)

from cpsam_core.errors import ImageError
from cpsam_core.segment.output import NetworkOutput
from cpsam_gui.actions.install import actions_of
from cpsam_gui.canvas.overlays import ScaleBarWidget
from cpsam_gui.jobs.job import problem_from
from cpsam_gui.panels import ObjectsPanel, SegmentPanel, TablePanel
from cpsam_gui.panels.axes import NumberAxis
from cpsam_gui.program.i18n import translate_said
from cpsam_gui.program.numbers import filled, in_language, written, written_measure
from cpsam_gui.program.typed_numbers import in_english
from cpsam_gui.style.number_fields import DecimalBox, DecimalQuestion, DecimalSlider
from cpsam_gui.window.status_bar import read_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PyQt6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

ENGLISH = re.compile(r"(?<![\w.])([1-9]\d{0,2}(,\d{3})+|\d+\.(?!\d{3}(\D|$))\d+)(?![\w.]*\w)")
"""A comma between thousands, or a point before what are not three digits."""
SHAPE, RADIUS = (160, 240), 40
NOT_NUMBERS = ("area > 200 and solidity < 0.9", "(2000.5)")
"""Filters of the table, which keep the point."""


@pytest.fixture
def segmenter() -> Any:
    """Return a model that finds two large cells."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    labels = np.zeros(SHAPE, np.uint32)
    for number, column in enumerate((60, 180), start=1):
        labels[(y - 80) ** 2 + (x - column) ** 2 <= RADIUS**2] = number

    def segment(image: Any, settings: Any, progress: Any) -> Any:
        table = SimpleNamespace(
            ids=np.arange(1, 3), flow_errors=np.full(2, 0.12), probabilities=np.full(2, 0.94)
        )
        output = NetworkOutput(np.zeros((2, *SHAPE), np.float32), np.zeros(SHAPE, np.float32))
        note = "flow error 0.25"
        return SimpleNamespace(labels=labels, output=output, objects=table, notes=(note,))

    return SimpleNamespace(segment=segment)


@pytest.fixture
def measured(german: None, window: Window, tmp_path: Path, qtbot: QtBot) -> Window:
    """Return a German window in which an image was segmented and measured."""
    path = tmp_path / "cells.tif"
    rng = np.random.default_rng(0)
    # Of two values, so that no limit of brightness has three decimals, which look like English thousands.
    pixels = rng.choice(np.array([0, 39000], np.uint16), SHAPE)
    tifffile.imwrite(path, pixels, resolution=(1 / 0.325, 1 / 0.325), metadata={"unit": "um"}, imagej=True)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    with qtbot.waitSignal(window.session.history_changed):
        window.run()
    actions_of(window)["table"].trigger()
    qtbot.waitUntil(lambda: window.session.measuring.fresh)
    window.session.view.select(1)
    return window


def cells_of(model: QAbstractItemModel, above: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(above)):
        for column in range(model.columnCount(above) if isinstance(model, QAbstractTableModel) else 1):
            index = model.index(row, column, above)
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                value = model.data(index, role)
                yield value if isinstance(value, str) else ""
            if column == 0 and model.inherits("QTreeModel"):
                yield from cells_of(model, index)


def shown(window: QWidget) -> Iterator[str]:
    """Yield all words that a window shows or would show at a click."""
    for widget in window.findChildren(QWidget):
        if "pyqtgraph" in type(widget.window()).__module__:
            continue  # the dialogs behind its plots
        yield widget.toolTip()
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QGroupBox):
            yield widget.title()
        elif isinstance(widget, QLineEdit):
            yield widget.displayText()
            yield widget.placeholderText()
        elif isinstance(widget, QAbstractSpinBox):
            yield widget.text()
        elif isinstance(widget, QComboBox):
            yield from map(widget.itemText, range(widget.count()))
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from cells_of(widget.model(), QModelIndex())
        elif isinstance(widget, ScaleBarWidget):
            yield widget.text


def test_no_number_that_is_shown_is_english(measured: Window) -> None:
    for panel in ("Segment", "Channels", "Train", "Review", "Objects", "History", "Files"):
        measured.show_panel(panel)
    texts = list(shown(measured))
    texts += [
        read_out(measured.session.open_image, measured.session.rejected, 80, 60),
        measured.session.images.describe(),
        measured.canvas.card.text(80, 60),
    ]
    english = {text for text in texts if ENGLISH.search(text) and not any(one in text for one in NOT_NUMBERS)}
    assert english == set()
    # There was something to look at.
    everything = "\n".join(texts)
    assert "5.025" in everything and "0,94" in everything and "0,40" in everything


def test_objects_and_table_show_them(measured: Window, qtbot: QtBot) -> None:
    objects = measured.panel(ObjectsPanel)
    qtbot.waitUntil(lambda: "5.025" in list(cells_of(objects.model, QModelIndex())))
    table = measured.panel(TablePanel)
    assert "Wahrscheinlichkeit" in table.summary.text() or "0,12" in table.summary.text()
    axis = table.plots.plot.getAxis("bottom")
    assert isinstance(axis, NumberAxis)
    assert axis.tickStrings([0.25, 0.5], 1, 0.05) == ["0,25", "0,50"]


@pytest.mark.parametrize(
    "typed", ["area > 2000.5", "area > 2000,5", "area > 2.000,5", "Fläche (px) > 2000,5"]
)
def test_a_filter_takes_numbers_as_the_table_writes_them(measured: Window, typed: str) -> None:
    table = measured.panel(TablePanel)
    for words, rows in ((typed, 2), (typed.replace(">", "<"), 0)):
        table.top.filter.setText(words)
        table.top.filter.returnPressed.emit()
        assert not table.error.isVisible(), table.error.text()
        assert table.model.rowCount() == rows
    assert "0,9" in table.top.filter.placeholderText()


def test_a_number_that_can_be_read_in_two_ways_is_asked_about(measured: Window) -> None:
    table = measured.panel(TablePanel)
    for words in ("area > 1.000", "(area > 1.000)", "area in (1.000, 2)"):
        table.top.filter.setText(words)
        table.top.filter.returnPressed.emit()
        assert "1000 oder 1,000" in table.error.text()
    table.ask_folder()
    assert "1000 oder 1,000" in measured.status.hint.text()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("id in (1,2)", "id in (1,2)"),
        ("id in [1, 2] and (solidity < 0,9)", "id in [1, 2] and (solidity < 0.9)"),
        ("a_1 > 1.234.567 or b == 'x 1,5'", "a_1 > 1234567 or b == 'x 1,5'"),
        ("abs(x) > 0.125 or 1e-3 < y", "abs(x) > 0.125 or 1e-3 < y"),
    ],
)
def test_expressions_are_handed_on_in_english(german: None, typed: str, meant: str) -> None:
    assert in_english(typed) == meant


def test_a_filter_that_is_not_understood_is_answered_in_german(measured: Window) -> None:
    table = measured.panel(TablePanel)
    for words, said in (
        ("aera > 2", "Es gibt keine Spalte 'aera'. War 'area' gemeint? Es gibt 'id', 'class', 'area'"),
        ("area > 1, 5", "'area > 1, 5' hat ein Komma, wo keines stehen kann."),
        ("area >", "'area >' ist nicht zu verstehen; ein Beispiel ist area"),
        (
            "area.shape > 2",
            "'area.shape > 2' enthält, was ein Ausdruck über Spalten nicht kann: einen Punkt.",
        ),
    ):
        table.top.filter.setText(words)
        table.top.filter.returnPressed.emit()
        assert table.error.text().startswith(said)


def test_an_english_filter_takes_groups(qapp: QApplication) -> None:
    assert in_english("area > 1,925 and solidity < 0.9") == "area > 1925 and solidity < 0.9"
    assert in_english("area > 1.000") == "area > 1.000"
    # What makes no sense stays, for the engine to say so.
    assert in_english("solidity < 0,9") == "solidity < 0,9"


@pytest.mark.parametrize("typed", ["0.325", "0,325"])
def test_a_question_for_a_number_takes_either_mark(measured: Window, qtbot: QtBot, typed: str) -> None:
    actions_of(measured)["pixel_size"].trigger()
    (dialog,) = measured.findChildren(DecimalQuestion)
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, typed)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.field.value() == 0.325
    dialog.accept()
    assert measured.session.image is not None and measured.session.image.pixel_size == 0.325


@pytest.mark.parametrize("typed", ["0.4", "0,4"])
def test_a_field_takes_either_mark(german: None, qtbot: QtBot, typed: str) -> None:
    box = DecimalBox()
    qtbot.addWidget(box)
    box.setDecimals(2)
    box.setPrefix("Stufe 1.5: ")
    box.setSuffix(" µm")
    box.selectAll()
    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 0.4
    assert box.text() == "Stufe 1.5: 0,40 µm"


@pytest.mark.parametrize("typed", ["0.4", "0,4"])
def test_a_field_takes_either_mark_in_english(qapp: QApplication, qtbot: QtBot, typed: str) -> None:
    box = DecimalBox()
    qtbot.addWidget(box)
    box.selectAll()
    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 0.4
    assert box.text() == "0.40"


@pytest.mark.parametrize("typed", ["0.7", "0,7"])
def test_the_number_beside_a_slider_takes_either_mark(measured: Window, qtbot: QtBot, typed: str) -> None:
    panel = measured.panel(SegmentPanel)
    measured.show_panel("Segment")
    (edit,) = panel.flow.findChildren(QLineEdit)
    assert edit.text() == "0,40"
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    edit.selectAll()
    qtbot.keyClicks(edit, typed)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "0,70"
    assert measured.session.run_state.options.settings.flow_threshold == 0.7


def test_every_field_with_decimals_takes_either_mark(measured: Window) -> None:
    fields = [
        box
        for box in measured.findChildren(QDoubleSpinBox)
        if "pyqtgraph" not in type(box.window()).__module__
    ]
    assert fields and all(isinstance(box, DecimalBox) for box in fields)
    assert isinstance(measured.panel(SegmentPanel).flow, DecimalSlider)


def test_sentences_of_the_engine(german: None) -> None:
    assert translate_said("1,354 objects locked") == "1.354 Objekte gesperrt"
    assert translate_said("Flow threshold 0.70").endswith(" 0,70")
    assert translate_said("flow error 0.25") == "Flussfehler 0,25"
    # Without a translation it is still no false number.
    assert (
        translate_said("Nobody translates 1,354 voxels of 0.5 µm")
        == "Nobody translates 1.354 voxels of 0,5 µm"
    )


@pytest.mark.parametrize("text", ["a 1.5.tif", "/data/run 1.5/x", "4.2.1.1", "v0.10", "1,2,3", "y 12, x 13."])
def test_what_is_no_number_stays(german: None, text: str) -> None:
    assert in_language(text) == text


def test_english_stays_as_it_is(qapp: QApplication) -> None:
    assert written(1354.25, ",.2f") == "1,354.25"
    assert filled("{:,} of {}", 1354, "a.tif") == "1,354 of a.tif"
    assert in_language("1,354.25") == "1,354.25"


def test_german_ones(german: None) -> None:
    assert written(1354.25, ",.2f") == "1.354,25"
    assert filled("{count:,} of {name}", count=1354, name="a 0.5") == "1.354 of a 0.5"
    assert written(0.5, "+.0%") == "+50%"
    assert [written_measure(value) for value in (11277.4, 1127.74, 0.123456)] == ["11.277", "1.128", "0,1235"]


@pytest.mark.parametrize(
    "text",
    [
        "Cellpose 4.2 writes such files",
        "this needs Python 3.11, 3.12 or 3.13 and torch 2.5",
        "it was begun by another version (4.2)",
        "This torch was built for CUDA 12.4, but no driver of NVIDIA answers (nvidia-smi)",
        "v1.5 of the format",
        "cells 1.5 um.tif: no objects here",
        "a1.5.tif is left out: nothing",
    ],
)
def test_versions_and_names_of_files_keep_their_point(german: None, text: str) -> None:
    assert re.findall(r"\d+,\d", translate_said(text)) == []


def test_numbers_beside_versions_are_written_as_the_language_does(german: None) -> None:
    said = translate_said("Cellpose 4.2 found 1,354 objects, flow error 0.52 at IoU 0.5")
    assert said == "Cellpose 4.2 found 1.354 objects, Flussfehler 0,52 at IoU 0,5"
    assert translate_said("time point 3 of 1,040") == "Zeitpunkt 3 von 1.040"


def test_an_error_that_names_a_version_is_shown_with_it(german: None, window: Window, qtbot: QtBot) -> None:
    words = "OME-Zarr 0.5 needs the library zarr 3, which needs Python 3.11; OME-Zarr 0.4 can be written."
    window.session.failed.emit(problem_from(ImageError(words)))
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None)
    box = window.findChild(QMessageBox)
    assert box is not None
    assert [one for one in ("0.5", "3.11", "0.4") if one not in box.text()] == []
    box.close()
