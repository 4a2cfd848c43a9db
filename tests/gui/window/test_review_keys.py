"""The keys of the review, which hold while it is in view, and the menu on the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu

from cpsam_gui.actions.install import WindowActions, actions_of
from cpsam_gui.panels import ReviewPanel
from cpsam_gui.state.view import Camera

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


@pytest.fixture
def reviewing(segmented: Window, qtbot: QtBot) -> Window:
    """Return a window whose review shows its first object."""
    segmented.activateWindow()
    segmented.show_panel("Review")
    review = segmented.session.reviewing
    qtbot.waitUntil(lambda: review.in_view)
    review.next()
    qtbot.waitUntil(lambda: bool(review.present))
    return segmented


def press(window: Window, key: Qt.Key) -> None:
    QTest.keyClick(window, key)
    QApplication.processEvents()


def test_one_letter_each_decides_about_what_is_looked_at(reviewing: Window, qtbot: QtBot) -> None:
    session, review = reviewing.session, reviewing.session.reviewing
    objects = session.document.objects
    first = review.present
    press(reviewing, Qt.Key.Key_Y)
    assert objects[first].verified and review.present != first
    second = review.present
    press(reviewing, Qt.Key.Key_S)
    assert objects[second].uncertain and review.present != second
    third = review.present
    press(reviewing, Qt.Key.Key_E)
    assert session.gestures.tool.key == "brush" and review.present == third
    # With the brush in hand, letters mean what they mean while drawing.
    press(reviewing, Qt.Key.Key_E)
    assert session.gestures.tool.key == "eraser" and third in objects
    session.gestures.use("brush")
    press(reviewing, Qt.Key.Key_Y)
    assert objects[third].verified and session.gestures.tool.key == "select"
    last = review.present
    press(reviewing, Qt.Key.Key_Delete)
    assert last not in objects


def test_the_page_names_only_keys_that_decide(reviewing: Window) -> None:
    session, panel = reviewing.session, reviewing.panel(ReviewPanel)
    assert "S unsure" in panel.keys.text() and "(S)" in panel.put_off.toolTip()
    session.gestures.use("brush")
    assert "unsure" not in panel.keys.text() and "V" in panel.keys.text()
    tips = [button.toolTip() for button in (panel.put_off, panel.edit, panel.class_)]
    assert not any("(" in tip for tip in tips)
    assert "(Y)" in panel.accept.toolTip()
    session.gestures.use("select")
    assert "S unsure" in panel.keys.text() and "(E)" in panel.edit.toolTip()


def test_it_is_said_on_the_image_that_only_some_masks_are_shown(reviewing: Window) -> None:
    session, badge = reviewing.session, reviewing.canvas.floating.badge
    session.gestures.use("brush")
    assert session.view.selection and badge.isHidden()
    press(reviewing, Qt.Key.Key_S)
    assert badge.isVisible() and badge.text() == "Selected objects only"
    press(reviewing, Qt.Key.Key_X)
    assert badge.isHidden(), "no masks are shown at all"
    press(reviewing, Qt.Key.Key_X)
    session.view.selection = frozenset()
    assert badge.isHidden(), "all are shown where none is selected"


def test_without_a_selection_nothing_is_under_review(reviewing: Window, qtbot: QtBot) -> None:
    session, review, panel = reviewing.session, reviewing.session.reviewing, reviewing.panel(ReviewPanel)
    last = review.present
    press(reviewing, Qt.Key.Key_Escape)
    assert not session.view.selection
    assert not review.present and not review.chosen
    assert "Object" not in panel.title.text() and not panel.accept.isEnabled()
    before = session.document.position
    press(reviewing, Qt.Key.Key_Y)
    assert session.document.position == before, "Y decides on nothing, and shows the next object"
    assert review.present not in (0, last) and session.view.selection == {review.present}


def test_the_last_open_object_comes_back_after_it_was_let_go(reviewing: Window, qtbot: QtBot) -> None:
    session, review = reviewing.session, reviewing.session.reviewing
    for _ in range(3):
        press(reviewing, Qt.Key.Key_Y)
    last = review.present
    assert not session.document.objects[last].verified
    press(reviewing, Qt.Key.Key_Escape)
    press(reviewing, Qt.Key.Key_N)
    assert review.present == last and session.view.selection == {last}


def test_c_gives_a_class_by_its_number_and_the_review_stays(reviewing: Window, qtbot: QtBot) -> None:
    session, review = reviewing.session, reviewing.session.reviewing
    present = review.present
    press(reviewing, Qt.Key.Key_C)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_3)
    assert session.document.objects[present].class_id == 3
    assert review.present == present


def test_letters_are_those_of_the_review_only_while_something_is_under_review(
    reviewing: Window, qtbot: QtBot
) -> None:
    gestures = reviewing.session.gestures
    press(reviewing, Qt.Key.Key_Escape)
    press(reviewing, Qt.Key.Key_C)
    assert gestures.tool.key == "find", "nothing is there to have a class"
    press(reviewing, Qt.Key.Key_N)
    press(reviewing, Qt.Key.Key_C)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()
    press(reviewing, Qt.Key.Key_Escape)
    press(reviewing, Qt.Key.Key_E)
    assert gestures.tool.key == "eraser"


def test_the_overview_does_not_cover_what_is_judged(reviewing: Window, qtbot: QtBot) -> None:
    session, canvas = reviewing.session, reviewing.canvas
    minimap, box = canvas.floating.minimap, session.document.objects[session.reviewing.present].box
    scale = 8.0
    # The object lies in the middle of the map, in the upper right corner.
    corner = minimap.geometry().center()
    y = (box.y0 + box.y1) / 2 - (corner.y() - canvas.height() / 2) / scale
    x = (box.x0 + box.x1) / 2 - (corner.x() - canvas.width() / 2) / scale
    session.view.camera = Camera(y, x, scale)
    assert minimap.isHidden()
    press(reviewing, Qt.Key.Key_Escape)
    assert not minimap.isHidden(), "nothing is judged"
    session.reviewing.show(1)
    session.view.camera = Camera((box.y0 + box.y1) / 2 + 5000 / scale, x, scale)
    assert not minimap.isHidden(), "it lies elsewhere"


def test_elsewhere_the_letters_are_those_of_the_tools(reviewing: Window, qtbot: QtBot) -> None:
    reviewing.show_panel("Segment")
    qtbot.waitUntil(lambda: not reviewing.session.reviewing.in_view)
    press(reviewing, Qt.Key.Key_E)
    assert reviewing.session.gestures.tool.key == "eraser"
    assert actions_of(reviewing)["solo"].shortcut().toString() == "S"
    reviewing.session.gestures.use("select")
    reviewing.show_panel("Review")
    qtbot.waitUntil(lambda: reviewing.session.reviewing.in_view)
    assert actions_of(reviewing)["solo"].shortcut().isEmpty()
    assert actions_of(reviewing)["review_uncertain"].shortcut().toString() == "S"


def test_the_decisions_stand_where_the_main_button_stands(reviewing: Window) -> None:
    panel = reviewing.panel(ReviewPanel)
    assert panel.accept.objectName() == "primary" and panel.accept.isVisible()
    review = panel.accept.mapTo(reviewing, QPoint(0, 0)).y()
    assert review + panel.accept.height() < reviewing.height()


def ask_menu(window: Window, y: float, x: float, held: Qt.KeyboardModifier) -> QMenu | None:
    canvas = window.canvas
    at = canvas.screen_position(y, x).toPoint()
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.RightButton, held, at)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.viewport().mapToGlobal(at), held)
    QApplication.sendEvent(canvas.viewport(), asked)
    menu = QApplication.activePopupWidget()
    return menu if isinstance(menu, QMenu) else None


def test_ctrl_and_the_right_button_open_a_menu_on_the_image(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    menu = ask_menu(segmented, 20, 20, Qt.KeyboardModifier.ControlModifier)
    assert menu is not None and not session.gestures.tool.busy
    number = session.document.label_at(0, 20, 20)
    assert session.view.selection == {number}
    made = {action.objectName() for action in menu.actions()}
    assert {"delete", "lock", "run", "save", "open_its_folder"} <= made
    menu.close()
    beside = ask_menu(segmented, 40, 90, Qt.KeyboardModifier.ControlModifier)
    assert beside is not None
    assert "delete" not in {action.objectName() for action in beside.actions()}
    beside.close()


def test_the_right_button_alone_draws(segmented: Window) -> None:
    assert ask_menu(segmented, 40, 90, Qt.KeyboardModifier.NoModifier) is None
    assert segmented.session.gestures.tool.busy


def test_an_entry_of_the_menu_works_on_the_object_there(segmented: Window) -> None:
    session = segmented.session
    menu = WindowActions.of(segmented).image_menu.open_at(QPoint(5, 5), 60.5, 60.5)
    number = session.document.label_at(0, 60, 60)
    next(action for action in menu.actions() if action.objectName() == "lock").trigger()
    assert session.document.objects[number].locked
    menu.close()


def test_a_key_that_is_held_decides_once(reviewing: Window) -> None:
    """The review goes on in the next image by itself: nobody has seen what a held key would accept there."""
    made = actions_of(reviewing)
    assert not any(made[f"review_{what}"].autoRepeat() for what in ("accept", "uncertain", "delete"))
    assert made["review_next"].autoRepeat()
