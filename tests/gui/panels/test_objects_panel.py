"""The list of objects: when it follows, and what it looks up for a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QStyleOptionViewItem

from cpsam_gui import operations
from cpsam_gui.canvas.sign_table import sign_of
from cpsam_gui.panels import ObjectsPanel
from cpsam_gui.panels.objects.marks import MarksDelegate
from cpsam_gui.panels.objects.panel import AREA, MARKS
from cpsam_gui.session.object_words import origin_of
from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import Origin, Records
from cpsam_gui.style.theme import ICON_PX

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_the_list_follows_once_a_stroke_has_ended(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, document = segmented.panel(ObjectsPanel), segmented.session.document
    panel.refresh()
    before, box = panel.model.rowCount(), Box(0, 1, 0, 4, 0, 4)
    with document.step("Draw"):
        document.write(box, np.full(box.shape, document.next_id, np.uint32), Origin.HAND)
        # As the timer does in the middle of a stroke.
        panel._due()
        assert panel.model.rowCount() == before
    qtbot.waitUntil(lambda: panel.model.rowCount() == before + 1)


def test_a_row_is_looked_up_once_and_is_never_an_old_one(
    segmented: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, document = segmented.panel(ObjectsPanel), segmented.session.document
    panel.refresh()
    model, asked = panel.model, list[Any]()
    get = Records.get

    def noted(rows: Records, number: int, *default: Any) -> Any:
        asked.append(number)
        return get(rows, number, *default)

    monkeypatch.setattr(Records, "get", noted)
    for column in range(model.columnCount()):
        for role in Qt.ItemDataRole:
            model.data(model.index(0, column), role)
    assert len(asked) == 1
    number = int(model.ids[0])
    operations.set_class(document, [number], 3)
    assert model.data(model.index(0, 2)) == "3"
    with document.step("Mark"):
        document.update([number], class_id=4)
        assert model.data(model.index(0, 2)) == "4"


def test_marks_are_icons_with_the_words_in_the_tooltip(segmented: Window) -> None:
    segmented.show_panel("Objects")
    panel, document = segmented.panel(ObjectsPanel), segmented.session.document
    first = min(document.objects)
    with document.step("Mark"):
        document.update([first], verified=True, locked=True, uncertain=True)
    panel.refresh()
    cell = panel.model.index(0, MARKS)
    assert panel.model.data(cell, Qt.ItemDataRole.ToolTipRole) == "accepted, uncertain"
    delegate, option = panel.table.itemDelegateForColumn(MARKS), QStyleOptionViewItem()
    assert isinstance(delegate, MarksDelegate)
    delegate.initStyleOption(option, cell)
    assert option.text == "" and option.decorationSize == QSize(2 * ICON_PX, ICON_PX)
    assert option.decorationSize.width() < panel.table.columnWidth(MARKS)
    operations.set_class(document, [first], 3)
    assert panel.model.data(panel.model.index(0, 2), Qt.ItemDataRole.ToolTipRole) == "3"


@pytest.mark.parametrize(
    "touched",
    [
        {"judged": True},
        {"uncertain": True},
        {"locked": True},
        {"verified": True, "locked": True},
        {"origin": Origin.EDITED},
        {"origin": Origin.HAND, "judged": True},
    ],
)
def test_what_bears_a_sign_on_the_image_bears_one_in_the_list(
    segmented: Window, touched: dict[str, Any]
) -> None:
    panel, document = segmented.panel(ObjectsPanel), segmented.session.document
    first = min(document.objects)
    with document.step("Mark"):
        document.update([first], **touched)
    panel.refresh()
    row = document.objects[first]
    assert sign_of(row) is not None
    cell = panel.model.index(0, MARKS)
    icon = panel.model.data(cell, Qt.ItemDataRole.DecorationRole)
    words = panel.model.data(cell, Qt.ItemDataRole.ToolTipRole)
    assert bool(words) == (icon is not None) == (row.origin is Origin.MODEL), "else the origin says it"
    segmented.session.view.selection = frozenset([first])
    assert (words or origin_of(row)) in panel.selected.text()


def test_the_sizes_of_bodies_are_not_cut(window: Window, stack_file: Path, qtbot: QtBot) -> None:
    panel = window.panel(ObjectsPanel)
    header, metrics = panel.table.horizontalHeader(), panel.table.fontMetrics()
    assert header is not None
    flat = header.sectionSize(AREA)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    panel.refresh()
    assert header.sectionSize(AREA) > metrics.horizontalAdvance("888,888") + 4
    assert header.sectionSize(AREA) >= flat


def test_numbers_and_sizes_have_the_room_they_need(segmented: Window) -> None:
    """Of an image of 5,000 objects each number above 999 was cut, and areas of five digits were."""
    panel, document = segmented.panel(ObjectsPanel), segmented.session.document
    header, metrics = panel.table.horizontalHeader(), panel.table.fontMetrics()
    assert header is not None
    document._content.next_id = 12_345
    operations.add(document, Box(0, 1, 0, 4, 0, 4), np.ones((1, 4, 4), bool))
    panel.refresh()
    assert header.sectionSize(0) > metrics.horizontalAdvance("12345") + 4
    assert header.sectionSize(AREA) > metrics.horizontalAdvance("88,888") + 4
    # A person's own width stays.
    header.resizeSection(0, 33)
    panel.refresh()
    assert header.sectionSize(0) == 33
