"""The command palette, and shortcuts of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QMenu

from cpsam_gui.actions import ACTIONS
from cpsam_gui.actions.command_palette import score
from cpsam_gui.actions.install import actions_of
from cpsam_gui.actions.pages import ActionPages, key_rows
from cpsam_gui.actions.shortcuts import clashes, default_bindings, load_bindings, save_bindings
from cpsam_gui.dialogs.help import page_html

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_letters_fit_in_their_order() -> None:
    assert score("xyz", "Fill holes") is None
    assert score("fh", "Fill holes") is not None
    texts = [action.text for action in ACTIONS]
    for query, best in (("fill holes", "Fill holes"), ("undo", "Undo"), ("zoom i", "Zoom in")):
        ranked = sorted(texts, key=lambda text: -(score(query, text) or -1.0))
        assert ranked[0] == best


def test_the_palette_does_what_is_chosen(segmented: Window, qtbot: QtBot) -> None:
    palette = ActionPages.of(segmented).command_palette()
    palette.line.setText("select all")
    item = palette.tree.topLevelItem(0)
    assert item is not None
    assert item.text(0) == "Select all"
    assert item.text(2) == "Ctrl+A"
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert len(segmented.session.view.selection) == 4


def test_the_palette_finds_what_a_page_is_about_and_says_where_it_finds_nothing(window: Window) -> None:
    palette = ActionPages.of(window).command_palette()
    palette.line.setText("langu")
    item = palette.tree.topLevelItem(0)
    assert item is not None and item.text(0) == "Preferences"
    palette.line.setText("xqzj")
    item = palette.tree.topLevelItem(0)
    assert item is not None and item.text(0) == "Nothing is called that" and item.isDisabled()
    # Return does nothing there, and the palette stays.
    palette.show()
    palette.run()
    assert palette.isVisible()
    palette.close()


def test_keys_in_the_palette_are_never_cut(german: None, window: Window) -> None:
    palette = ActionPages.of(window).command_palette()
    palette.show()
    QApplication.processEvents()
    items = [palette.tree.topLevelItem(row) for row in range(palette.tree.topLevelItemCount())]
    assert any("Umschalt" in item.text(2) for item in items if item is not None)
    header, area = palette.tree.header(), palette.tree.viewport()
    assert header is not None and area is not None
    assert header.sectionSize(2) >= palette.tree.sizeHintForColumn(2)
    assert header.sectionPosition(2) + header.sectionSize(2) <= area.width()
    palette.close()


def test_the_palette_and_the_help_say_in_which_submenu_an_action_stands(opened: Window) -> None:
    palette = ActionPages.of(opened).command_palette()
    palette.line.setText("masks as fill")
    item = palette.tree.topLevelItem(0)
    assert item is not None and item.text(1) == "View > Masks"
    palette.close()
    rows = key_rows(ACTIONS, default_bindings(ACTIONS))
    placed = {text: place for place, listed in rows.items() for _, text in listed}
    made = actions_of(opened)
    for action in ACTIONS:
        menus = [one for one in opened.findChildren(QMenu) if made[action.key] in one.actions()]
        titles = {one.title().replace("&", "") for one in menus}
        assert placed[action.text.removesuffix("…")].split(" > ")[-1] in titles
    assert "<h3>View &gt; Masks</h3>" in page_html("keys", rows)


def test_what_cannot_be_done_is_gray_and_does_nothing(window: Window, qtbot: QtBot) -> None:
    palette = ActionPages.of(window).command_palette()
    palette.line.setText("clear all masks")
    item = palette.tree.topLevelItem(0)
    assert item is not None
    assert item.isDisabled()
    palette.run()
    assert palette.isVisible()
    palette.line.setText("")
    assert palette.tree.topLevelItemCount() == len(ACTIONS)
    first = palette.tree.currentItem()
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.tree.currentItem() is not first
    palette.close()


def test_the_program_has_no_clashes() -> None:
    assert not clashes(default_bindings(ACTIONS))
    assert load_bindings(ACTIONS) == default_bindings(ACTIONS)


def test_a_shortcut_of_ones_own(segmented: Window) -> None:
    page = ActionPages.of(segmented).shortcuts()
    page.choose("merge")
    page.edit.setKeySequence(QKeySequence("Ctrl+Shift+J"))
    page.set.click()
    page.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    merge = actions_of(segmented)["merge"]
    assert merge.shortcut().toString() == "Ctrl+Shift+J"
    assert "Ctrl+Shift+J" in merge.toolTip()
    assert load_bindings(ACTIONS)["merge"] == ("Ctrl+Shift+J",)
    save_bindings(ACTIONS, default_bindings(ACTIONS))
    assert load_bindings(ACTIONS) == default_bindings(ACTIONS)


def test_clashes_are_told_and_not_accepted(segmented: Window) -> None:
    page = ActionPages.of(segmented).shortcuts()
    page.choose("merge")
    page.edit.setKeySequence(QKeySequence("Ctrl+Z"))
    assert "Undo" in page.warning.text()
    page.add.click()
    assert page.bindings["merge"] == ("Ctrl+G", "Ctrl+Z")
    page.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert page.isVisible()
    assert "Merge selected" in page.warning.text()
    page.reset.click()
    assert page.bindings["merge"] == ("Ctrl+G",)
    page.clear.click()
    assert page.bindings["merge"] == ()
    page.restore()
    assert page.bindings == default_bindings(ACTIONS)
    page.search.setText("ctrl+z")
    shown = [key for key, item in page._items.items() if not item.isHidden()]
    assert shown == ["undo"]
    page.reject()


def test_a_held_key_follows_the_shortcut_of_its_tool(segmented: Window) -> None:
    bindings = default_bindings(ACTIONS) | {"tool_brush": ("J",)}
    ActionPages.of(segmented).bind(bindings)
    actions_of(segmented)["tool_brush"].trigger()
    held = segmented.session.gestures._held
    assert held is not None
    assert held[0] == "J"
