"""In a low and narrow window, in each language, every word has its room: nothing is cut, elided or to be scrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QTabBar,
    QToolBar,
    QWidget,
)

from cpsam_gui.canvas.canvas import Canvas
from cpsam_gui.panels import FilesPanel, ObjectsPanel, SegmentPanel, TrainPanel
from cpsam_gui.panels.files import PATH, state_words
from cpsam_gui.panels.train.rows import NAME
from cpsam_gui.program.i18n import translate
from cpsam_gui.runs.fates import EarlierWork, fate_of
from cpsam_gui.runs.folder_queue import ExistingMasks, QueueState
from cpsam_gui.runs.options import BY_HAND, RunOptions
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.parts_done import PartsDone
from cpsam_gui.style import theme
from cpsam_gui.style.fold import Fold
from cpsam_gui.style.name_and_state import NameAndState
from cpsam_gui.tasks.unattended import OPEN
from cpsam_gui.window.docks import LEFT_FIRST_PX
from cpsam_gui.window.screen import CANVAS, opening_size, share_height, share_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

PANELS = ("Files", "Segment", "Channels", "Train", "Review", "Objects", "History")
LOW = QSize(1366, 768)


@pytest.fixture(params=["en", "de"])
def low(request: pytest.FixtureRequest, qtbot: QtBot) -> Window:
    """Return a window on a low screen, with an image and masks."""
    if request.param == "de":
        request.getfixturevalue("german")
    window: Window = request.getfixturevalue("segmented")
    window.resize(opening_size(LOW))
    share_height(window, window.docks["Segment"], window.docks["Objects"])
    share_width(window, window.docks["Files"], window.docks["Segment"], LEFT_FIRST_PX)
    qtbot.waitUntil(lambda: window.canvas.width() >= CANVAS * window.width())
    return window


def words_of(widget: QWidget) -> tuple[str, int]:
    """Return the words that a widget shows in one line, and the pixels that it has for them."""
    if isinstance(widget, QLabel):
        if widget.wordWrap() or widget.textFormat() == Qt.TextFormat.RichText or not widget.pixmap().isNull():
            return "", 0
        return max(widget.text().split("\n"), key=len), widget.contentsRect().width()
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        style = widget.style()
        assert style is not None
        field = style.subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, widget
        )
        return widget.currentText(), field.width()
    if isinstance(widget, QLineEdit):
        # The cursor and its margins.
        return widget.text() or widget.placeholderText(), widget.contentsRect().width() - 4
    if isinstance(widget, QAbstractButton):
        spare = widget.width() - widget.sizeHint().width()
        return widget.text(), spare + widget.fontMetrics().horizontalAdvance(widget.text())
    return "", 0


def cut(root: QWidget) -> Iterator[str]:
    """Yield what does not fit into its place."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or isinstance(widget, Canvas):
            continue
        words, room = words_of(widget)
        if words and widget.fontMetrics().horizontalAdvance(words.replace("&", "")) > room:
            yield f"{type(widget).__name__} {words!r}: {room} px"
        if isinstance(widget, QHeaderView):
            yield from cut_titles(widget)
        if isinstance(widget, QScrollArea) and not isinstance(widget, QAbstractItemView):
            bar = widget.horizontalScrollBar()
            if bar is not None and bar.maximum():
                yield f"{type(widget).__name__} scrolls sideways by {bar.maximum()} px"


def cut_titles(header: QHeaderView) -> Iterator[str]:
    model = header.model()
    if model is None or header.orientation() is not Qt.Orientation.Horizontal:
        return
    for column in range(header.count()):
        title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        if not header.isSectionHidden(column) and header.sectionSize(
            column
        ) < header.fontMetrics().horizontalAdvance(title):
            yield f"title {title!r}: {header.sectionSize(column)} px"


def cut_tabs(bar: QTabBar) -> Iterator[str]:
    for place in range(bar.count()):
        words = bar.fontMetrics().horizontalAdvance(bar.tabText(place))
        if bar.tabRect(place).width() < words + 2 * theme.TAB_PADDING_PX:
            yield f"tab {bar.tabText(place)!r}: {bar.tabRect(place).width()} px"
    if bar.count() and bar.tabRect(bar.count() - 1).right() > bar.width():
        yield f"tabs need {bar.tabRect(bar.count() - 1).right()} px and have {bar.width()}"


def test_every_word_has_its_room_in_a_low_window(low: Window, qtbot: QtBot) -> None:
    found = {}
    for fold in low.findChildren(Fold):
        fold.head.setChecked(True)
    for name in PANELS:
        low.show_panel(name)
        qtbot.wait(50)
        panel = low.docks[name].widget()
        assert panel is not None
        found[name] = list(cut(panel))
    assert {name: texts for name, texts in found.items() if texts} == {}
    assert [text for bar in low.findChildren(QTabBar) if bar.isVisible() for text in cut_tabs(bar)] == []
    assert low.size() == opening_size(LOW), "nothing needs more than the screen has"
    assert low.canvas.width() >= CANVAS * low.width()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("state", ["window", "opened"])
def test_pages_are_no_wider_than_their_place_before_there_are_masks(
    request: pytest.FixtureRequest, qtbot: QtBot, language: str, state: str
) -> None:
    if language == "de":
        request.getfixturevalue("german")
    window: Window = request.getfixturevalue(state)
    window.resize(opening_size(LOW))
    found = []
    for name in PANELS:
        window.show_panel(name)
        qtbot.wait(50)
        panel = window.docks[name].widget()
        assert panel is not None
        areas = [panel] if isinstance(panel, QScrollArea) else []
        for area in [*areas, *panel.findChildren(QScrollArea)]:
            inner, view = area.widget(), area.viewport()
            if inner is not None and view is not None and area.isVisible() and inner.width() > view.width():
                found.append(f"{name}: {inner.width()} px in {view.width()}")
    assert found == []


def test_a_file_and_its_state_fit_into_the_narrow_list(low: Window) -> None:
    panel = low.panel(FilesPanel)
    assert panel.list.width() < 160
    index = panel.model.index(0)
    rows = str(panel.model.data(index)).split("\n")
    room = panel.list.viewport().width() - panel.list.iconSize().width() - 12
    assert [one for one in rows if panel.list.fontMetrics().horizontalAdvance(one) > room] == []


def drawn(view: QAbstractItemView, row: int) -> list[str]:
    """Return the lines of a row as they are drawn: its name, and its state."""
    model, delegate = view.model(), view.itemDelegate()
    assert model is not None
    assert isinstance(delegate, NameAndState)
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    index = model.index(row, 0)
    option.rect = view.visualRect(index)
    return delegate.lines(option, index)


def test_what_is_special_about_objects_has_a_height_of_its_own_in_a_low_window(
    low: Window, qtbot: QtBot
) -> None:
    """Of three lines the first and the last had been cut through the middle, to the gain of the list below."""
    counts = low.panel(ObjectsPanel).counts
    counts.setText("5\xa0by\xa0hand   3\xa0corrected   2\xa0locked   median\xa0area\xa0601\xa0px")
    room, wraps = QRect(0, 0, counts.width(), 1000), Qt.TextFlag.TextWordWrap.value
    needed = counts.fontMetrics().boundingRect(room, wraps, counts.text()).height()
    assert 2 * counts.fontMetrics().height() < needed
    # However little height is left, it takes none of this.
    assert max(counts.minimumHeight(), counts.minimumSizeHint().height()) >= needed


def test_the_state_of_a_movie_is_read_in_full_in_the_narrow_list(low: Window, qtbot: QtBot) -> None:
    panel = low.panel(FilesPanel)
    qtbot.waitUntil(lambda: bool(panel.paths))
    path = panel.paths[0]
    assert panel.list.width() < 160
    panel.folder.times[path] = PartsDone(12, 250)
    for state in ReviewState:
        panel.folder.states[path] = state
        name, *lines = drawn(panel.list, 0)
        assert name == path.name
        whole = str(panel.model.data(panel.model.index(0))).split("\n")[1]
        assert whole.count(", ") == 1 and whole.endswith(state_words(state))
        assert " ".join(lines) == whole


def reasons() -> list[dict[str, str]]:
    """Return all that is said of an image before a run, and why one is left alone."""
    by_hand = EarlierWork(True, False, {BY_HAND: True, "flow_threshold": 0.7})
    fates = [
        fate_of(work, existing, RunOptions())
        for work in (EarlierWork(), EarlierWork(True, True), by_hand)
        for existing in ExistingMasks
    ]
    return [{"fate": fate.words} for fate in fates] + [
        {"words": why} for why in (*[fate.skipped for fate in fates], OPEN)
    ]


def test_every_state_of_the_folder_run_is_read_in_full(low: Window, qtbot: QtBot) -> None:
    run, panel = low.session.folder_run, low.panel(SegmentPanel)
    low.show_panel("Segment")
    panel.show_folder()
    qtbot.waitUntil(lambda: run.reading is None and bool(run.queue.entries))
    shown = panel.folder.list
    for said in reasons():
        run.queue.put(0, state=QueueState.SKIPPED if "words" in said else QueueState.WAITING, **said)
        _, whole = shown.topLevelItem(0).text(0).split("\n")
        assert drawn(shown, 0)[1] == whole
    assert not shown.horizontalScrollBar().isVisible()


def test_why_an_image_is_not_learnt_from_is_read_in_full_beside_a_scroll_bar(
    low: Window, qtbot: QtBot
) -> None:
    low.show_panel("Train")
    view = low.panel(TrainPanel).images
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    qtbot.waitUntil(lambda: view.verticalScrollBar().isVisible())
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    option.rect = QRect(0, 0, view.columnWidth(NAME), 2 * view.fontMetrics().height())
    room = NameAndState._room(option).width()
    reasons = [translate(one) for one in ("left out", "not corrected", "cannot be used")]
    # Fonts of other systems are wider than the one of the tests.
    assert [one for one in reasons if 1.15 * view.fontMetrics().horizontalAdvance(one) > room] == []


def test_what_has_no_room_ends_in_dots_and_stands_in_the_tooltip(low: Window, qtbot: QtBot) -> None:
    run, panel = low.session.folder_run, low.panel(SegmentPanel)
    low.show_panel("Segment")
    panel.show_folder()
    qtbot.waitUntil(lambda: run.reading is None and bool(run.queue.entries))
    words = "not enough memory for an image of this size " * 4
    run.queue.put(0, state=QueueState.FAILED, words=words.strip())
    name, state = drawn(panel.folder.list, 0)
    assert name == run.queue.entries[0].path.name
    assert state.endswith("…")
    assert words.strip() in panel.folder.list.topLevelItem(0).toolTip(0)


def test_the_list_of_files_says_of_a_movie_first_how_many_time_points_are_done(
    low: Window, qtbot: QtBot
) -> None:
    panel = low.panel(FilesPanel)
    folder = low.session.folder
    path = panel.model.index(0).data(PATH)
    folder.now.states[path], folder.now.times[path] = ReviewState.CORRECTED, PartsDone(12, 250)
    panel.model.touch(path)
    qtbot.waitUntil(lambda: bool(panel.paths) and drawn(panel.list, 0)[1].startswith("12/250,"))
    assert translate("corrected") in str(panel.model.index(0).data(Qt.ItemDataRole.ToolTipRole))
    assert "12" in str(panel.model.index(0).data(Qt.ItemDataRole.ToolTipRole))


def test_the_scan_finds_what_is_cut(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    label, field = QLabel("A long line of words", root), QLineEdit(root)
    field.setPlaceholderText("What to look for")
    for place, widget in enumerate((label, field)):
        widget.setGeometry(0, 30 * place, 40, 24)
    assert len(list(cut(root))) == 2
    for widget in (label, field):
        widget.resize(400, 24)
    assert list(cut(root)) == []


def test_the_training_page_needs_no_scrolling_and_shows_what_unfolds(low: Window, qtbot: QtBot) -> None:
    low.show_panel("Train")
    panel = low.panel(TrainPanel)
    area = next(one for one in panel.findChildren(QScrollArea) if one.isAncestorOf(panel.more))
    bar, view = area.verticalScrollBar(), area.viewport()
    assert bar is not None
    assert view is not None
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert panel.images.height() >= 3 * 26
    qtbot.mouseClick(panel.more.head, Qt.MouseButton.LeftButton)
    first = next(iter(panel.options.fields.values()))
    qtbot.waitUntil(lambda: view.rect().contains(first.mapTo(view, QPoint(0, 0))))
    assert view.rect().contains(panel.more.head.mapTo(view, QPoint(0, 0))), "the heading stays in view"


def test_all_tools_are_in_view(low: Window, qtbot: QtBot) -> None:
    for bar in low.findChildren(QToolBar):
        extension = bar.findChild(QWidget, "qt_toolbar_ext_button")
        assert extension is None or not extension.isVisible(), bar.objectName()
    areas = [one for one in low.findChildren(QScrollArea) if one.isVisible()]
    hidden = [
        one
        for one in areas
        if one.widget() is not None
        and one.findChildren(QToolBar)
        and (bar := one.verticalScrollBar()) is not None
        and bar.maximum()
    ]
    assert hidden == []


def test_every_origin_of_an_object_fits_into_its_column(low: Window, qtbot: QtBot) -> None:
    from cpsam_gui.panels import ObjectsPanel

    table = low.panel(ObjectsPanel).table
    metrics = table.fontMetrics()

    def around() -> int:
        """Return what a cell has beside its word; less than 0 before the list has its rows."""
        return table.sizeHintForColumn(3) - metrics.horizontalAdvance(translate("model"))

    qtbot.waitUntil(lambda: around() > 0)
    beside = around()
    words = [translate(one) for one in ("model", "by hand", "corrected")]
    assert [one for one in words if metrics.horizontalAdvance(one) + beside > table.columnWidth(3)] == []
