"""The second half of the scripted session: what a window promises, each tried by mouse and keys and checked.

`session.py` runs these steps after the first corrections, on the demonstration image with its masks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from driver import CTRL, SHIFT, Driver, check, free_place, largest, middle
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QContextMenuEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu

from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs.before_after import BeforeAfterPage
from cpsam_gui.panels import ObjectsPanel, ReviewPanel, SegmentPanel, TablePanel, TrainPanel
from cpsam_gui.state.objects import Origin

EPOCHS = 60  # of the training of the session, which is stopped after two


def keys_go_to_the_image(driver: Driver) -> None:
    """Space after a click on a button hides the masks and runs nothing; the wheel over a field changes nothing."""
    window, session = driver.window, driver.session
    panel = window.panel(SegmentPanel)
    window.show_panel("Segment")
    panel.run_button.setFocus()
    driver.move(middle(driver, largest(driver, 2)))
    check(window.canvas.hasFocus(), "the pointer over the image takes the keys")
    QTest.keyPress(window.canvas, Qt.Key.Key_Space)
    check(not session.jobs.busy, "Space over the image starts no run")
    QTest.keyRelease(window.canvas, Qt.Key.Key_Space)
    before = session.run_state.options
    wheel(panel.model, 1)
    wheel(panel.flow, 1)
    check(session.run_state.options == before, "the wheel over fields that were not clicked changes nothing")


def thresholds_keep_ids(driver: Driver) -> None:
    """Other thresholds leave the ids of what stays; candidates that are rejected show why, and a click keeps one."""
    window, session = driver.window, driver.session
    before = {number: row.box for number, row in session.document.objects.items()}
    touched = {number for number, row in session.document.objects.items() if row.touched}
    panel = window.panel(SegmentPanel)
    panel.min_size.setFocus()
    panel.min_size.setValue(450)
    driver.wait(lambda: len(session.document.objects) < len(before), "the masks of another threshold")
    driver.rest()
    stayed = set(session.document.objects) & set(before)
    check(
        all(session.document.objects[number].box == before[number] for number in stayed) and len(stayed) > 50,
        "objects keep their ids",
    )
    check(
        touched <= set(session.document.objects),
        "what was touched by hand survives a threshold",
    )
    driver.wait(lambda: session.rejected.now, "rejected candidates")
    driver.picture("ghosts")
    one = max(session.rejected.now, key=lambda ghost: int(ghost.mask.sum()))
    y, x = np.argwhere(one.mask[0])[len(np.argwhere(one.mask[0])) // 2]
    driver.key(Qt.Key.Key_V)
    count = len(session.document.objects)
    driver.click((one.box.y0 + float(y) + 0.5, one.box.x0 + float(x) + 0.5))
    check(len(session.document.objects) == count + 1, "a click keeps a rejected candidate")
    panel.min_size.setValue(15)
    driver.wait(lambda: len(session.document.objects) > count + 5, "the masks of the first threshold again")
    driver.rest()
    driver.key(Qt.Key.Key_Z, CTRL)
    check(panel.min_size.value() == 450, "undo of a threshold moves its field back")
    driver.key(Qt.Key.Key_Y, CTRL)
    check(panel.min_size.value() == 15, "and redo forward")
    driver.rest()


def one_stroke_one_cell(driver: Driver) -> None:
    """Cells painted one after the other are one object each; Shift adds, and a key separates the pieces."""
    session = driver.session
    driver.key(Qt.Key.Key_Escape)
    places = []
    for _ in range(2):
        place = free_place(driver)
        places.append(place)
        driver.key(Qt.Key.Key_B)
        driver.look(*place, 6.0)
        before = set(session.document.objects)
        driver.drag([(place[0], place[1] + dx) for dx in range(-6, 7, 2)])
        check(len(set(session.document.objects) - before) == 1, "a stroke elsewhere is another object")
    last = max(session.document.objects)
    y, x = places[-1]
    driver.look(y, x, 6.0)
    driver.drag([(y + 14, x + dx) for dx in range(-6, 7, 2)], SHIFT)
    driver.wait(lambda: session.pieces.now.get(last, 1) == 2, "two pieces of one object")
    session.view.selection = frozenset([last])
    driver.picture("pieces")
    driver.key(Qt.Key.Key_G, SHIFT)
    check(session.pieces.now.get(last, 1) == 1, "a key separates the pieces")
    driver.key(Qt.Key.Key_Escape)


def classes_by_clicks(driver: Driver) -> None:
    """A class is chosen by its digit and stamped onto cells, locked ones too; the legend stands on the image."""
    session = driver.session
    driver.key(Qt.Key.Key_Home)
    chosen = [largest(driver, rank) for rank in (6, 7, 8)]
    session.view.selection = frozenset(chosen[:1])
    driver.key(Qt.Key.Key_L)
    check(session.document.objects[chosen[0]].locked, "L locks")
    driver.key(Qt.Key.Key_W)
    driver.key(Qt.Key.Key_2)
    for number in chosen:
        driver.click(middle(driver, number))
    check(all(session.document.objects[number].class_id == 2 for number in chosen), "clicks give the class")
    check(driver.window.canvas.floating.classes.isVisible(), "the legend of the classes is on the image")
    driver.picture("class_stamp")
    driver.key(Qt.Key.Key_V)


def a_filter_selects(driver: Driver) -> None:
    """Rows that a filter leaves are selected by a button and changed at once; the table opens and closes."""
    window, session = driver.window, driver.session
    driver.key(Qt.Key.Key_B, CTRL)
    driver.wait(lambda: session.measuring.fresh, "measurements")
    top = window.panel(TablePanel).top
    QTest.keyClicks(top.filter, "area > 900")
    # As from a keyboard: the list of column names, where it is open, hears the key first.
    QTest.keyClick(QApplication.activePopupWidget() or top.filter, Qt.Key.Key_Return)
    QTest.qWait(50)
    check(QApplication.activePopupWidget() is None, "Return closes the list of names")
    driver.rest()
    QTest.mouseClick(top.take, Qt.MouseButton.LeftButton)
    large = {number for number, row in session.document.objects.items() if row.area > 900}
    check(session.view.selection == large and large, "the cells that the filter shows are selected")
    menu = QApplication.activePopupWidget()
    if not isinstance(menu, QMenu):
        raise RuntimeError("the button offers nothing to do with them")
    driver.picture("filter", at_once=True)
    menu.setActiveAction(next(one for one in menu.actions() if "uncertain" in one.text()))
    QTest.keyClick(menu, Qt.Key.Key_Return)
    check(all(session.document.objects[number].uncertain for number in large), "all are marked at once")
    top.filter.clear()
    driver.key(Qt.Key.Key_B, CTRL)
    driver.key(Qt.Key.Key_Z, CTRL)
    check(not any(session.document.objects[number].uncertain for number in large), "and back in one step")
    panel = window.panel(ObjectsPanel)
    panel.filter.setCurrentIndex(panel.filter.findData("Touched by me"))
    driver.rest()
    check("by hand" in panel.counts.text() or panel.counts.text(), "the list knows what was touched")
    panel.filter.setCurrentIndex(0)
    driver.key(Qt.Key.Key_Escape)


def one_stream_of_review(driver: Driver) -> None:
    """Y, S, E, C and Delete decide about what is on the screen."""
    window, session = driver.window, driver.session
    review = session.reviewing
    driver.key(Qt.Key.Key_R, CTRL)
    driver.key(Qt.Key.Key_N)
    driver.wait(lambda: review.present, "the first object of the review")
    check(window.panel(ReviewPanel).accept.isEnabled(), "there is something to decide")
    first = review.present
    check(window.canvas.shows(session.document.objects[first].box), "it is on the screen")
    driver.picture("review")
    driver.key(Qt.Key.Key_Y)
    check(session.document.objects[first].verified and review.present != first, "Y accepts and goes on")
    second = review.present
    driver.key(Qt.Key.Key_S)
    check(session.document.objects[second].uncertain, "S leaves it as unsure")
    driver.key(Qt.Key.Key_C)
    menu = QApplication.activePopupWidget()
    if menu is None:
        raise RuntimeError("C opens no menu of classes")
    third = review.present
    QTest.keyClick(menu, Qt.Key.Key_1)
    check(session.document.objects[third].class_id == 1, "C and a digit give a class")
    driver.key(Qt.Key.Key_E)
    check(session.gestures.tool.key == "brush", "E corrects")
    driver.key(Qt.Key.Key_Y)
    check(session.gestures.tool.key == "select", "a decision puts the brush away")
    last = review.present
    driver.key(Qt.Key.Key_Delete)
    check(last not in session.document.objects, "Delete deletes and goes on")
    driver.key(Qt.Key.Key_Home)
    driver.key(Qt.Key.Key_Z, CTRL)
    check(last in session.document.objects, "undo brings it back")
    check(window.canvas.shows(session.document.objects[last].box), "and shows where it happened")


def a_menu_on_the_image(driver: Driver) -> None:
    """Ctrl and the right button: what can be done with the cell there."""
    window, session = driver.window, driver.session
    window.show_panel("Segment")
    driver.key(Qt.Key.Key_Escape)
    driver.key(Qt.Key.Key_Home)
    number = largest(driver, 9)
    spot = driver.at(middle(driver, number))
    viewport = window.canvas.viewport()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, viewport.mapToGlobal(spot), CTRL)
    QApplication.sendEvent(viewport, asked)
    menu = QApplication.activePopupWidget()
    if not isinstance(menu, QMenu):
        raise RuntimeError("no menu on the image")
    menu.setActiveAction(actions_of(window)["lock"])
    driver.picture("image_menu", menu, at_once=True)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    check(session.document.objects[number].locked, "the menu works on the cell there")


def the_next_image_waits(driver: Driver) -> None:
    """The next image was segmented ahead: D shows its masks at once; a touched one is saved first."""
    session = driver.session
    driver.wait(lambda: session.look_ahead.ready, "masks of the next image")
    path = session.path
    driver.key(Qt.Key.Key_D)
    driver.wait(lambda: session.path != path and session.image is not None, "the next image")
    driver.wait(lambda: session.document.objects, "its masks")
    check(not session.jobs.busy, "no run was needed")
    driver.picture("ahead")
    driver.key(Qt.Key.Key_A)
    driver.wait(lambda: session.path == path, "the image before")
    driver.rest()


def a_training_in_view(driver: Driver) -> None:
    """Retrain says what it costs, shows itself in the status bar, and stops with words at once."""
    window, session = driver.window, driver.session
    window.show_panel("Segment")
    QTest.qWait(50)
    driver.key(Qt.Key.Key_T, CTRL)
    panel = window.panel(TrainPanel)
    check(not panel.visibleRegion().isEmpty(), "Ctrl+T shows what would be learnt from")
    check(not session.training.running, "and trains nothing yet")
    driver.wait(lambda: session.candidates.all, "images to learn from")
    driver.wait(lambda: session.training_forecast.pace is not None, "how long training takes")
    check("about" in panel.budget.itemText(1), "each budget says how long it takes")
    driver.picture("train")
    panel.options.fields["epochs"].setValue(EPOCHS)
    panel.budget.setCurrentIndex(panel.budget.findData("paper"))
    session.questions.ask = lambda question: "cells"
    check(panel.foot.button.isEnabled(), panel.foot.note.text() or "Retrain can be pressed")
    QTest.mouseClick(panel.foot.button, Qt.MouseButton.LeftButton)
    window.show_panel("Segment")
    chip = window.status.training
    driver.wait(lambda: len(session.training.reports) >= 2, "two epochs")
    check(chip.isVisible() and "epoch" in chip.words.text(), "the status bar tells of the training")
    driver.picture("chip", at_once=True)
    QTest.mouseClick(chip.stop, Qt.MouseButton.LeftButton)
    check("stopping after this step" in chip.words.text(), "stop answers at once")
    driver.wait(lambda: not session.training.running, "the end of the training")
    page = window.findChild(BeforeAfterPage)
    if page is None:
        raise RuntimeError("no page of before and after")
    driver.picture("before_after", page)
    name = session.training.plan.name if session.training.plan is not None else ""
    check(name.count("-") >= 3, "the model is called after folder and day")
    page.close()


def a_run_keeps_what_was_touched(driver: Driver) -> None:
    """Another run of the model keeps every object that somebody touched."""
    session = driver.session
    kept = {number for number, row in session.document.objects.items() if row.touched}
    driver.key(Qt.Key.Key_Return, CTRL)
    driver.wait(lambda: not session.jobs.busy, "the run")
    driver.rest()
    check(kept <= set(session.document.objects) and kept, "touched objects survive a run")
    check(
        all(
            session.document.objects[number].origin is not Origin.MODEL
            or session.document.objects[number].touched
            for number in kept
        ),
        "and still count as touched",
    )


def wheel(widget: Any, turns: int) -> None:
    """Turn the wheel over a widget."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(widget.rect().center())),
        QPoint(0, 0),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


STEPS: tuple[Callable[[Driver], None], ...] = (
    keys_go_to_the_image,
    thresholds_keep_ids,
    one_stroke_one_cell,
    classes_by_clicks,
    a_filter_selects,
    one_stream_of_review,
    a_menu_on_the_image,
    a_run_keeps_what_was_touched,
)
"""On one image, before it is saved."""
LATER: tuple[Callable[[Driver], None], ...] = (the_next_image_waits, a_training_in_view)
"""With the folder."""
