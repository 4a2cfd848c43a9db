"""What is said stays legible, and what is pressed stays where it is: labels, buttons, lists and icons."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QIcon
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QPushButton, QStyle

import cpsam_gui
from cpsam_core.finetune import EpochReport
from cpsam_gui.actions.install import actions_of
from cpsam_gui.canvas.pens import line_pen
from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.dialogs.export import ExportDialog
from cpsam_gui.dialogs.help.browser import HelpBrowser
from cpsam_gui.dialogs.preferences import PreferencesDialog
from cpsam_gui.panels import ChannelsPanel, ObjectsPanel, SegmentPanel, TablePanel, TrainPanel
from cpsam_gui.style import theme
from cpsam_gui.tasks import thumbnail
from cpsam_gui.window.tour import STOPS

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


@pytest.fixture
def movie_file(tmp_path: Path) -> Path:
    """Write a movie of three time points."""
    path = tmp_path / "movie.tif"
    pixels = np.random.default_rng(0).integers(0, 255, (3, 40, 50), np.uint8)
    tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": "TYX"})
    return path


def test_text_that_does_not_fit_ends_in_dots_and_the_tooltip_has_it(opened: Window) -> None:
    status = opened.status
    words = "A message that is far too long for the status bar of any window. " * 20
    status.say(words)
    assert status.hint.text() == words
    assert QLabel.text(status.hint).endswith("…")
    assert status.hint.toolTip() == words
    status.say("short")
    assert QLabel.text(status.hint) == "short"


def test_a_hint_that_does_not_fit_leaves_out_whole_gestures(opened: Window) -> None:
    status = opened.status
    gestures = [
        "Drag on the selected object: add to it",
        "Shift: add from anywhere",
        "T: what is written over",
    ]
    status.hint.setText("   ".join(gestures))
    assert QLabel.text(status.hint) == "   ".join(gestures)
    some = status.hint.fontMetrics().horizontalAdvance("   ".join(gestures)) - 5
    status.hint.resize(some, status.hint.height())
    assert QLabel.text(status.hint) == "   ".join([*gestures[:2], "…"])
    status.hint.resize(40, status.hint.height())
    assert QLabel.text(status.hint).startswith("Dr") and QLabel.text(status.hint).endswith("…")


def test_words_of_a_run_stay_whole_before_those_of_a_training(opened: Window) -> None:
    """In German both did not fit beside what is under the pointer: their ends were cut off without a sign."""
    opened.resize(1366, 768)
    status = opened.status
    chip = status.training
    chip.show()
    chip._say("Training: Epoche 12 von 100, noch 1 h 25 min")
    status._started("Bereich von Aufnahme_01.tif segmentieren: 12 von 48 Kacheln, noch etwa 35 s")
    status.readout.setText("y 520  x 1012    523    Objekt 123")
    QApplication.processEvents()
    assert opened.width() == 1366
    assert QLabel.text(status.job) == status.job.text()
    assert QLabel.text(chip.words).endswith("…") and chip.words.toolTip() == chip.words.text()
    places = [one.geometry() for one in (chip, status.job, status.bar, status.cancel, status.readout)]
    assert all(one.right() < after.left() for one, after in pairwise(places))
    status._finished()
    status.readout.setText("")
    QApplication.processEvents()
    assert QLabel.text(chip.words) == chip.words.text(), "there is room again"


def test_what_is_offered_is_said_in_words(segmented: Window) -> None:
    segmented.status.offer_action("Object 1 is in 2 pieces", "separate_pieces")
    assert segmented.status.offer.isVisible()
    assert segmented.status.offer.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert "Separate pieces" in segmented.status.offer.text()


def test_the_read_out_goes_with_the_image(segmented: Window, qtbot: QtBot, movie_file: Path) -> None:
    segmented.canvas.pointed.emit(20.5, 20.5)
    assert "object" in segmented.status.readout.text()
    segmented.session.document.mark_saved()
    with qtbot.waitSignal(segmented.session.image_changed):
        segmented.open(movie_file)
    assert segmented.status.readout.text() == ""


def test_the_read_out_copes_with_an_image_of_fewer_channels(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    """Masks came into view before the channels of their image, and an error box after them."""
    two, seven = tmp_path / "two.tif", tmp_path / "seven.tif"
    for path, count in ((two, 2), (seven, 7)):
        tifffile.imwrite(path, np.zeros((count, 80, 100), np.uint16), metadata={"axes": "CYX"}, imagej=True)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(two)
    with qtbot.waitSignal(window.session.history_changed):
        window.run()
    with qtbot.waitSignal(window.session.saved):
        window.save()
    with qtbot.waitSignal(window.session.image_changed):
        window.open(seven)
    rows = list(window.panel(ChannelsPanel).rows)
    window.canvas.pointed.emit(20.5, 20.5)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(two)
    assert len(window.session.document.objects) == 4
    assert all(row.isHidden() for row in rows), "not only once no dialog stands in the way"


def test_the_read_out_follows_what_a_key_does_under_the_pointer(segmented: Window) -> None:
    segmented.canvas.pointed.emit(20.5, 20.5)
    assert "object 1" in segmented.status.readout.text()
    segmented.session.view.select(1)
    actions_of(segmented)["delete"].trigger()
    assert "object" not in segmented.status.readout.text()
    segmented.canvas.left.emit()
    actions_of(segmented)["undo"].trigger()
    assert segmented.status.readout.text() == ""


def test_the_main_button_stays_where_it_is(window: Window, qtbot: QtBot, image_file: Path) -> None:
    """Before an image is open, with one, and after a run that had something to say."""
    button = window.panel(SegmentPanel).run_button

    def place() -> QPoint:
        qtbot.wait(50)
        return button.mapTo(window, QPoint(0, 0))

    first = place()
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image_file)
    assert place() == first
    with qtbot.waitSignal(window.session.history_changed):
        window.run()
    assert place() == first
    foot = window.panel(SegmentPanel).foot
    foot.note.setText("Slow: about 75 minutes on the CPU (bfloat16), and more " * 3)
    assert place() == first
    window.session.run_state.notes = ("cpsam-lite is unsure here: " + "look twice, " * 12,)
    assert foot.said.isVisible()
    assert place() == first


def test_no_list_scrolls_sideways(segmented: Window, qtbot: QtBot) -> None:
    segmented.resize(1300, 700)
    segmented.show_panel("Objects")
    bar = segmented.panel(ObjectsPanel).table.horizontalScrollBar()
    qtbot.wait(50)
    assert bar is not None and bar.maximum() == 0
    browser = HelpBrowser(segmented, {})
    qtbot.addWidget(browser)
    browser.show()
    texts = [browser.list.item(row).text() for row in range(browser.list.count())]  # type: ignore[union-attr]
    widest = max(browser.list.fontMetrics().horizontalAdvance(text) for text in texts)
    viewport = browser.list.viewport()
    assert viewport is not None and widest <= viewport.width()


@pytest.mark.parametrize("hand", [False, True])
def test_the_selected_row_stays_in_view_when_the_lines_below_it_grow(
    segmented: Window, qtbot: QtBot, hand: bool
) -> None:
    segmented.show_panel("Objects")
    panel = segmented.panel(ObjectsPanel)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    panel.selected.setText("")
    panel.table.setFixedHeight(4 * panel.table.rowHeight(0))
    last = panel.model.rowCount() - 1
    if hand:
        panel.table.selectRow(last)
    else:
        segmented.session.view.select(int(panel.model.ids[last]))
    viewport, row = panel.table.viewport(), panel.model.index(last, 0)
    assert viewport is not None

    def shown() -> bool:
        return viewport.rect().contains(panel.table.visualRect(row))

    qtbot.waitUntil(shown)
    # The header and a row and a half.
    low = int(2.5 * panel.table.rowHeight(0))
    panel.table.setFixedHeight(low)
    qtbot.waitUntil(lambda: viewport.height() < low)
    qtbot.waitUntil(shown)


def test_the_axes_of_a_movie_can_be_named_anew(window: Window, qtbot: QtBot, movie_file: Path) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(movie_file)
    actions_of(window)["axes"].trigger()
    qtbot.waitUntil(lambda: window.findChild(AxesDialog) is not None)
    dialog = window.findChild(AxesDialog)
    assert dialog is not None
    dialog.reject()


def test_a_movie_has_a_picture_in_the_list(movie_file: Path) -> None:
    picture = thumbnail(movie_file, 16)
    assert picture is not None and max(picture.shape[:2]) == 16


def test_icons_can_be_seen_in_a_row_that_is_selected(window: Window) -> None:
    icon, size = theme.plain_icon("lock_outline"), QSize(16, 16)
    plain = icon.pixmap(size, QIcon.Mode.Normal).toImage()
    chosen = icon.pixmap(size, QIcon.Mode.Selected).toImage()
    assert plain != chosen


def test_lines_on_the_image_are_as_thick_on_a_fine_screen(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = line_pen(QColor("white"), 1.5, (3.0, 3.0))
    assert plain.isCosmetic() and plain.dashPattern() == [3.0, 3.0]
    monkeypatch.setattr(QGuiApplication, "devicePixelRatio", lambda _: 2.0)
    assert line_pen(QColor("white"), 1.5).widthF() == 3.0


def test_dialogs_show_no_icons_of_the_platform(window: Window, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    box.show()
    style = box.style()
    assert style is not None
    assert not style.styleHint(QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons, None, box)
    assert all(button.icon().isNull() for button in box.buttons())


def test_every_question_is_asked_in_one_place() -> None:
    """Message boxes of the platform have icons of their own and no letters for their buttons."""
    found = []
    for path in Path(cpsam_gui.__file__).parent.rglob("*.py"):
        if path.parts[-2:] == ("dialogs", "messages.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("QMessageBox")
            if named:
                found.append(f"{path.name}: {ast.unparse(node)}")
    assert [one for one in found if "StandardButton" not in one] == []


def test_losing_flows_is_no_reason_to_warn(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    dialog = ExportDialog(segmented, session.open_image, session.exporting, session.exporting.outline())
    qtbot.addWidget(dialog)
    dialog.choose("tif")
    assert "flows" in dialog.loss.text()
    assert dialog.loss.objectName() == "dim"
    dialog.choose("outlines")
    assert "holes" in dialog.loss.text()
    assert dialog.loss.objectName() == "warning"
    assert dialog.go.objectName() == "primary"


def test_a_cell_at_the_border_is_reviewed_with_what_is_around_it(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    session.reviewing.show(1)
    camera, (height, width) = session.view.camera, session.view.window
    assert segmented.canvas.shows(session.document.objects[1].box)
    rows, columns = session.document.shape[1:]
    for middle, seen, length in (
        (camera.y, height / camera.scale, rows),
        (camera.x, width / camera.scale, columns),
    ):
        beyond = max(0.0, seen / 2 - middle) + max(0.0, middle + seen / 2 - length)
        assert beyond <= max(0.11 * seen, seen - length)


def test_the_tour_speaks_of_the_demo_where_it_is_open(segmented: Window) -> None:
    tour = segmented.pages.show_tour()
    assert "demo" not in tour.words.text()
    segmented.session.open_image.shipped = True
    segmented.session.edits.undo()
    assert "demo" in tour.words.text(), "it is being segmented"
    segmented.session.edits.redo()
    assert "demo" not in tour.words.text(), "it was"
    tour.show_stop(len(STOPS) - 1)
    assert tour.next.text() == "Review the first cell"
    segmented.session.edits.undo()
    assert tour.next.text() == "Done"
    tour.end()


def test_the_fields_of_the_preferences_line_up(window: Window, qtbot: QtBot) -> None:
    dialog = PreferencesDialog(window, window.session.persistence.preferences.now)
    qtbot.addWidget(dialog)
    dialog.show()
    fields = (dialog.theme, dialog.seconds, dialog.history, dialog.flows_room, dialog.device, dialog.brush)
    assert len({field.mapTo(dialog, QPoint(0, 0)).x() for field in fields}) == 1
    assert len({field.height() for field in fields}) == 1


def test_a_file_that_says_its_axes_is_not_said_to_be_silent(
    window: Window, qtbot: QtBot, movie_file: Path
) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(movie_file)
    actions_of(window)["axes"].trigger()
    qtbot.waitUntil(lambda: window.findChild(AxesDialog) is not None)
    dialog = window.findChild(AxesDialog)
    assert dialog is not None
    assert any(
        "The file says TYX: time points (t); rows (y); columns (x)." in label.text()
        for label in dialog.findChildren(QLabel)
    )
    dialog.reject()
    assert window.status.hint.text() != "Not opened", "it stays open"


def test_the_plot_begins_with_the_sizes(segmented: Window, qtbot: QtBot) -> None:
    actions_of(segmented)["table"].trigger()
    qtbot.waitUntil(lambda: segmented.session.measuring.fresh)
    panel = segmented.panel(TablePanel)
    qtbot.mouseClick(panel.top.show_plots, Qt.MouseButton.LeftButton)
    assert panel.plots.first.currentData() == "area"
    assert panel.plots.second.currentText() == "Distribution"


def test_a_distribution_of_few_objects_has_few_bars_and_counts_whole_objects(
    segmented: Window, qtbot: QtBot
) -> None:
    actions_of(segmented)["table"].trigger()
    qtbot.waitUntil(lambda: segmented.session.measuring.fresh)
    plots = segmented.panel(TablePanel).plots
    qtbot.mouseClick(segmented.panel(TablePanel).top.show_plots, Qt.MouseButton.LeftButton)
    # All discs but one are as large: a column whose values differ.
    plots.first.setCurrentIndex(plots.first.findData("y"))
    assert len(plots._edges) - 1 <= 10
    axis = plots.plot.getAxis("left")
    assert all(step >= 1 for step, _ in axis.tickSpacing(0.0, 0.5, 100.0))
    axis.counts = False
    assert any(step < 1 for step, _ in axis.tickSpacing(0.0, 0.5, 100.0)), "measures are no counts"


def test_curves_count_epochs_in_whole_numbers(window: Window) -> None:
    plot = window.panel(TrainPanel).curves.plots.loss
    axis = plot.getAxis("bottom")
    for last in (2.0, 3.0, 40.0):
        steps = [step for step, _ in axis.tickSpacing(1.0, last, 200.0)]
        assert steps and all(step >= 1 and step == int(step) for step in steps)
    assert not plot.getAxis("left").autoSIPrefix


def test_what_the_curves_are_is_said_beside_them_and_not_over_them(window: Window) -> None:
    place = window.panel(TrainPanel).curves
    place.show_reports([EpochReport(1, 5, 0.8, 0.9, 0.6, 1e-5, 3.0, 12.0, True)])
    curves = place.plots
    for plot in (curves.loss, curves.precision):
        item = plot.getPlotItem()
        assert item.legend is None
        assert not item.getAxis("left").labelText, "a word beside a low plot is cut"
    assert [word in curves.loss_title.text() for word in ("training", "validation", "best epoch")] == [
        True
    ] * 3
    assert curves.precision_title.text() == "Average precision"
    place.show_reports([EpochReport(1, 5, 0.8, None, None, 1e-5, 3.0, 12.0, False)])
    assert "validation" not in curves.loss_title.text(), "only lines that are there"
    assert curves.precision_title.isHidden()


def test_the_axis_of_a_share_ends_where_the_share_does(window: Window) -> None:
    place = window.panel(TrainPanel).curves
    for shares in ([0.9], [0.0], [1.0, 1.0], [0.2, 0.95]):
        place.show_reports(
            [EpochReport(n, 5, 0.8, 0.9, one, 1e-5, 3.0, 12.0, True) for n, one in enumerate(shares, 1)]
        )
        box = place.plots.precision.getViewBox()
        box.updateAutoRange()
        low, high = box.viewRange()[1]
        assert 0 <= low <= min(shares) and max(shares) <= high <= 1


def test_one_epoch_shows_as_a_point_and_the_curves_follow_the_theme(window: Window) -> None:
    window.panel(TrainPanel).curves.show_reports([EpochReport(1, 5, 0.8, 0.9, None, 1e-5, 3.0, 12.0, True)])
    curves = window.panel(TrainPanel).curves.plots
    assert len(curves.training.scatter.points()) == len(curves.validation.scatter.points()) == 1
    before = curves.loss.backgroundBrush().color().name()
    window.toggle_theme()
    assert curves.loss.backgroundBrush().color().name() != before
    window.toggle_theme()
    assert curves.loss.backgroundBrush().color().name() == before


def test_the_view_of_the_folder_has_one_main_button(opened: Window) -> None:
    panel = opened.panel(SegmentPanel)
    panel.show_folder()
    shown = [
        one
        for one in panel.findChildren(QPushButton)
        if one.objectName() == "primary" and one.isVisibleTo(panel)
    ]
    assert shown == [panel.folder.start]
    panel.show_folder(False)
    assert panel.run_button.isVisibleTo(panel)
