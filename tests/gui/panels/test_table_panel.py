"""The table of measurements: filter, order, selection both ways, plots, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PyQt6.QtCore import QItemSelectionModel, QPoint, QRectF, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog

from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels import ReviewPanel, TablePanel
from cpsam_gui.panels.objects.menu import SelectionMenu
from cpsam_gui.panels.table.heads import by_names
from cpsam_gui.panels.table.model import TableModel, cell_text, in_units, title_of
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from pathlib import Path

    from PyQt6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


@pytest.fixture
def panel(segmented: Window, qtbot: QtBot) -> TablePanel:
    """Return the table of four objects, in view."""
    actions_of(segmented)["table"].trigger()
    qtbot.waitUntil(lambda: segmented.session.measuring.fresh)
    return segmented.panel(TablePanel)


def shown(model: TableModel, name: str) -> list[str]:
    column = model.names.index(name)
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def test_rows_and_heads(panel: TablePanel) -> None:
    model = panel.model
    assert shown(model, "id") == ["1", "2", "3", "4"]
    assert model.headerData(model.names.index("area"), Qt.Orientation.Horizontal) == "Area (px)"
    assert not any(name.startswith(("min_", "max_")) for name in model.names)
    assert "4 objects" in panel.summary.text() and "median flow error 0.10" in panel.summary.text()


def test_the_action_shows_and_hides_it(panel: TablePanel, segmented: Window) -> None:
    assert panel.isVisible()
    panel.top.close.click()
    assert not segmented.docks["Table"].isVisible()
    actions_of(segmented)["table"].trigger()
    assert segmented.docks["Table"].isVisible()


def test_order_by_a_column(panel: TablePanel, segmented: Window, qtbot: QtBot) -> None:
    operations.grow(segmented.session.document, [3], 3)
    operations.grow(segmented.session.document, [1], 1)
    qtbot.waitUntil(lambda: segmented.session.measuring.fresh)
    column = panel.model.names.index("area")
    panel.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert panel.model.ids.tolist()[:2] == [3, 1]
    operations.grow(segmented.session.document, [4], 5)
    qtbot.waitUntil(lambda: segmented.session.measuring.fresh)
    assert panel.model.ids.tolist()[:3] == [4, 3, 1]


def test_unknown_values_come_last_both_ways() -> None:
    model = TableModel()
    columns = {"id": np.array([1, 2, 3], np.uint32), "flow_error": np.array([0.5, np.nan, 0.1])}
    model.show(columns, ["id", "flow_error"], np.arange(3))
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert model.ids.tolist() == [3, 1, 2]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert model.ids.tolist() == [1, 3, 2]


def test_filter_by_an_expression(panel: TablePanel, qtbot: QtBot) -> None:
    panel.top.filter.setText("id > 2 and area > 10")
    panel.refresh()
    assert panel.model.ids.tolist() == [3, 4]
    assert "2 of 4 objects" in panel.summary.text()
    panel.top.filter.setText("aera > 10")
    qtbot.waitUntil(lambda: "solidity" in panel.error.text())
    assert panel.error.isVisible() and panel.model.rowCount() == 4
    panel.top.filter.setText("")
    panel.refresh()
    assert not panel.error.isVisible()


def test_selection_goes_both_ways(panel: TablePanel, segmented: Window) -> None:
    view = segmented.session.view
    view.selection = frozenset([2, 3])
    chosen = panel.table.selectionModel()
    assert chosen is not None
    assert sorted({index.row() for index in chosen.selectedRows()}) == [1, 2]
    assert panel.model.data(panel.model.index(1, 0), Qt.ItemDataRole.BackgroundRole) is not None
    flags = QItemSelectionModel.SelectionFlag
    chosen.select(panel.model.index(3, 0), flags.ClearAndSelect | flags.Rows)
    assert view.selection == frozenset([4])
    panel.table.doubleClicked.emit(panel.model.index(0, 0))
    assert segmented.session.reviewing.present == 1
    view.selection = frozenset()
    assert not chosen.hasSelection()


def test_batch_operations_are_in_the_menu(panel: TablePanel, segmented: Window) -> None:
    segmented.session.view.selection = frozenset([1, 2])
    menu = panel.open_menu(QPoint(5, 5))
    delete = next(action for action in menu.actions() if action.text() == "Delete")
    delete.trigger()
    menu.close()
    assert sorted(segmented.session.document.objects) == [3, 4]


def test_columns_are_chosen(panel: TablePanel) -> None:
    panel.top.columns.aboutToShow.emit()
    action = next(action for action in panel.top.columns.actions() if action.text() == "Solidity")
    action.setChecked(False)
    assert "solidity" not in panel.model.names
    panel.show_column("solidity", True)
    assert "solidity" in panel.model.names


def test_the_choice_of_columns_is_remembered(panel: TablePanel, segmented: Window) -> None:
    panel.show_column("solidity", False)
    panel.show_column("touches_border", True)
    later = TablePanel(segmented.session, segmented)
    later.refresh()
    assert "solidity" not in later.model.names and "touches_border" in later.model.names
    later.deleteLater()


def test_units() -> None:
    names = ["id", "area", "area_um2", "solidity", "centroid_y", "centroid_y_um"]
    assert in_units(names, False) == ["id", "area", "solidity", "centroid_y"]
    assert in_units(names, True) == ["id", "area_um2", "solidity", "centroid_y_um"]
    assert title_of("area_um2") == "Area (µm²)"
    assert title_of("mean_channel_1") == "Mean channel 1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.int64(12345), "12,345"),
        (np.float64(0.123456), "0.1235"),
        (np.float32("nan"), ""),
        (np.bool_(True), "yes"),
        (np.bool_(False), ""),
        (np.str_("model"), "model"),
        (np.float64(1234.56), "1,234.6"),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_brushing_selects_objects(panel: TablePanel, segmented: Window, qtbot: QtBot) -> None:
    plots, view = panel.plots, segmented.session.view
    panel.top.show_plots.setChecked(True)
    plots.first.setCurrentIndex(plots.first.findData("centroid_x"))
    plots.second.setCurrentIndex(plots.second.findData("centroid_y"))
    plots.box.brushed.emit(QRectF(10, 50, 20, 20))
    assert view.selection == frozenset([3])
    plots.second.setCurrentIndex(0)
    plots.box.brushed.emit(QRectF(50, 0, 20, 1))
    assert view.selection == frozenset([2, 4])
    panel.top.filter.setText("id < 3")
    panel.refresh()
    plots.box.brushed.emit(QRectF(50, 0, 20, 1))
    assert view.selection == frozenset([2])
    panel.plots.grab()


def test_the_columns_that_are_plotted_stay_while_another_image_is_measured(panel: TablePanel) -> None:
    plots = panel.plots
    panel.top.show_plots.setChecked(True)
    plots.second.setCurrentIndex(plots.second.findData("centroid_y"))
    columns, places = dict(plots._columns), plots._places
    plots.show_columns({name: columns[name] for name in ("id", "area")}, ["id", "area"], places)
    assert plots.second.currentData() == ""
    plots.show_columns(columns, list(columns), places)
    assert plots.second.currentData() == "centroid_y"


def test_what_can_be_done_with_all_rows_is_offered_at_the_button(panel: TablePanel, qtbot: QtBot) -> None:
    panel.top.take.click()
    menu = next(one for one in panel.table.findChildren(SelectionMenu) if one.isVisible())
    button = panel.top.take
    assert menu.x() <= button.mapToGlobal(button.rect().center()).x() <= menu.geometry().right()
    menu.close()


def test_dragging_in_the_plot_brushes(panel: TablePanel, segmented: Window, qtbot: QtBot) -> None:
    plots = panel.plots
    panel.top.show_plots.setChecked(True)
    plots.first.setCurrentIndex(plots.first.findData("centroid_x"))
    plots.second.setCurrentIndex(plots.second.findData("centroid_y"))
    qtbot.wait(50)
    area = plots.box.sceneBoundingRect()
    start = plots.plot.mapFromScene(area.topLeft()) + QPoint(2, 2)
    stop = plots.plot.mapFromScene(area.bottomRight()) - QPoint(2, 2)
    port = plots.plot.viewport()
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(port, left, pos=start)
    for part in (0.3, 0.6, 1.0):
        qtbot.mouseMove(port, start + (stop - start) * part)
    qtbot.mouseRelease(port, left, pos=stop)
    # Offscreen, moves carry no button; what matters is that no error comes and the plot is still there.
    assert plots.plot.isVisible()


@pytest.mark.parametrize("suffix", [".csv", ""])
def test_export_writes_what_is_shown(
    panel: TablePanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    target = tmp_path / f"table{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target), "CSV (*.csv)"))
    panel.top.filter.setText("id > 1")
    panel.refresh()
    said: list[str] = []
    panel._notices.message.connect(said.append)
    panel.ask_export()
    written = tmp_path / "table.csv"
    qtbot.waitUntil(lambda: bool(said))
    assert "3 of 4 objects" in said[-1], "the filter hides one"
    lines = written.read_text().splitlines()
    assert lines[0].startswith("id,class,area") and len(lines) == 4
    assert "min_channel_1" not in lines[0]


def test_a_table_that_was_never_shown_is_written_as_it_is_now(
    segmented: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "table.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target), "CSV (*.csv)"))
    operations.delete(segmented.session.document, [2])
    actions_of(segmented)["table_export"].trigger()
    qtbot.waitUntil(lambda: target.is_file() and segmented.session.jobs.idle)
    assert [line.split(",")[0] for line in target.read_text().splitlines()] == ["id", "1", "3", "4"]


def test_the_folder_is_asked_for(
    panel: TablePanel, segmented: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert segmented.session.persistence.save_now()
    target = tmp_path / "all.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target), "CSV (*.csv)"))
    panel.top.folder.click()
    qtbot.waitUntil(lambda: (tmp_path / "all_images.csv").is_file() and segmented.session.jobs.idle)
    assert len(target.read_text().splitlines()) == 5


def test_icons_follow_the_theme(panel: TablePanel, segmented: Window, qapp: QApplication) -> None:
    assert panel.top.export.icon().cacheKey() == theme.icon("table_arrow_right").cacheKey()
    before = panel.top.export.icon().pixmap(16, 16).toImage()
    theme.apply(qapp, theme.LIGHT)
    assert panel.top.export.icon().pixmap(16, 16).toImage() != before
    assert not segmented.panel(ReviewPanel).accept.icon().isNull()


def test_a_table_that_is_closed_is_not_summarised_from_rows_that_are_gone(
    panel: TablePanel, segmented: Window, qtbot: QtBot
) -> None:
    session = segmented.session
    qtbot.waitUntil(lambda: session.measuring.fresh)
    segmented.hide_panel("Table")
    session.measuring.follow("test", True)
    with qtbot.captureExceptions() as errors:
        for number in list(session.document.objects)[:3]:
            session.edits.change(lambda document, number=number: operations.delete(document, [number]))
            qtbot.waitUntil(lambda: session.measuring.fresh and not session.measuring.busy)
    assert not errors
    segmented.show_panel("Table")
    qtbot.waitUntil(lambda: "1 objects" in panel.summary.text())


def recipe_action(panel: TablePanel, name: str) -> QAction:
    return next(action for action in panel.recipes.actions() if action.data() == name)


def test_a_recipe_adds_its_measures_and_the_next_session_keeps_it(
    panel: TablePanel, segmented: Window, qtbot: QtBot
) -> None:
    measuring = segmented.session.measuring
    assert recipe_action(panel, "standard").isChecked() and "circularity" not in panel.model.names
    recipe_action(panel, "morphology").trigger()
    qtbot.waitUntil(lambda: measuring.fresh and "circularity" in panel.model.names)
    before = shown(panel.model, "circularity")
    operations.grow(segmented.session.document, [1], 4)
    qtbot.waitUntil(lambda: measuring.fresh)
    assert len(shown(panel.model, "circularity")) == len(before) == 4
    again = TablePanel(segmented.session, segmented)
    qtbot.addWidget(again)
    assert recipe_action(again, "morphology").isChecked()
    recipe_action(again, "standard").trigger()
    qtbot.waitUntil(lambda: measuring.fresh and "circularity" not in measuring.now.columns)


def test_a_recipe_from_a_file(panel: TablePanel, segmented: Window, qtbot: QtBot, tmp_path: Path) -> None:
    own = tmp_path / "mine.json"
    own.write_text('{"groups": ["distances"]}')
    panel.recipes.take(str(own))
    qtbot.waitUntil(lambda: "nearest_distance" in panel.model.names)
    assert recipe_action(panel, str(own)).isChecked()
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with qtbot.waitSignal(segmented.session.message) as told:
        panel.recipes._try(str(broken))
    assert "broken.json is not JSON" in told.args[0]
    own.unlink()
    panel.recipes.restore()
    assert recipe_action(panel, "standard").isChecked()


@pytest.mark.parametrize(
    "words", ["Area (px) > 10 and Id > 2", "area (PX) > 10 and ID > 2", "Area > 10 and id > 2"]
)
def test_a_filter_may_name_columns_as_their_heads_do(panel: TablePanel, words: str) -> None:
    panel.top.filter.setText(words)
    panel.refresh()
    assert panel.error.text() == ""
    assert panel.model.ids.tolist() == [3, 4]


def test_text_in_quotes_and_names_of_columns_stay_as_they_are() -> None:
    names = ["area", "area_um2", "class", "class_name", "centroid_x", "max_axis"]
    assert by_names("Area (µm²) > 3 and Class name == 'Area (px)'", names) == (
        "area_um2 > 3 and class_name == 'Area (px)'"
    )
    assert by_names("x > 3 and max_axis < 2", names) == "centroid_x > 3 and max_axis < 2"


@pytest.mark.parametrize("word", ["Area", "area"])
def test_a_measure_without_a_unit_is_the_one_that_is_shown(word: str) -> None:
    names = ["area", "area_um2", "nearest_distance", "nearest_distance_um", "centroid_x", "solidity"]
    assert by_names(f"{word} > 3", names) == "area > 3"
    assert by_names(f"{word} > 3", names, True) == "area_um2 > 3"
    told = "Area (px) > 3 and area_um2 < 5 and Nearest distance < 3 and x < 2 and solidity < 1"
    assert by_names(told, names, True) == (
        "area > 3 and area_um2 < 5 and nearest_distance_um < 3 and centroid_x < 2 and solidity < 1"
    )


def test_while_objects_wait_to_be_measured_the_table_says_so(panel: TablePanel, segmented: Window) -> None:
    measuring = segmented.session.measuring
    measuring._new_image()
    assert not measuring.busy
    assert panel.summary.text() == "Measuring the objects…"
    # Masks that come after a table without any was made.
    measuring.now, measuring._everything = None, False
    measuring._broken = True
    panel.refresh()
    assert panel.summary.text() == "The objects could not be measured"
