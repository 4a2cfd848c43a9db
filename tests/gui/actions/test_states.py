"""Conditions of actions are asked only when a fact that they name has changed, and are never out of date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_gui import actions, operations
from cpsam_gui.actions.facts import Condition, Fact
from cpsam_gui.actions.install import WindowActions, actions_of
from cpsam_gui.state.document import Document
from cpsam_gui.state.view import Overlay, Picture
from cpsam_gui.tools import Pointer

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def stroke(window: Window, row: float) -> None:
    session = window.session
    session.gestures.tool_press(Pointer(row, 5))
    for column in range(5, 40, 5):
        session.gestures.tool_move(Pointer(row, column))
    session.gestures.tool_release(Pointer(row, 40))


def out_of_date(window: Window) -> list[str]:
    """Return the actions whose state is not what their conditions say."""
    made, session = actions_of(window), window.session
    wrong = []
    for action in actions.ACTIONS:
        one = made[action.key]
        checked = session.gestures.tool.key == action.tool if action.tool else None
        if action.checked is not None:
            checked = action.checked(session)
        if one.isEnabled() != action.enabled(session) or (checked is not None and one.isChecked() != checked):
            wrong.append(action.key)
    return wrong


def test_a_stroke_asks_nothing_that_it_does_not_change(segmented: Window) -> None:
    states = WindowActions.of(segmented).states
    segmented.session.gestures.use("brush")
    stroke(segmented, 5)
    before = states.evaluations
    stroke(segmented, 40)
    stroke(segmented, 75)
    assert states.evaluations - before <= 4
    assert segmented.session.document.position > 2


def test_opening_asks_each_condition_at_most_twice(window: Window, image_file: Path, qtbot: QtBot) -> None:
    states = WindowActions.of(window).states
    before = states.evaluations
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image_file)
    qtbot.waitUntil(lambda: window.session.jobs.idle)
    conditions = sum(1 + (action.checked is not None) for action in actions.ACTIONS)
    assert 0 < states.evaluations - before <= 2 * conditions
    assert not out_of_date(window)


def test_a_fact_that_stays_the_same_asks_nothing(segmented: Window) -> None:
    states, session = WindowActions.of(segmented).states, segmented.session
    before = states.evaluations
    session.history_changed.emit()
    session.objects_changed.emit()
    session.image_changed.emit()
    assert states.evaluations == before


def test_actions_are_never_out_of_date(segmented: Window, qtbot: QtBot) -> None:
    session, view = segmented.session, segmented.session.view
    assert not out_of_date(segmented)
    for change in (
        lambda: view.select(1),
        lambda: view.select(1, 2),
        session.edits.copy,
        lambda: session.edits.change(lambda document: operations.delete(document, [1])),
        session.edits.undo,
        session.edits.redo,
        lambda: view.set_masks(overlay=Overlay.FILL, solo=True, by_class=True),
        lambda: view.set_masks(visible=False),
        lambda: setattr(view, "picture", Picture.FLOWS),
        lambda: setattr(view, "minimap", False),
        lambda: setattr(view, "channels", (*view.channels, replace(view.channels[0], name="other"))),
        lambda: setattr(session.gestures.options, "by_intensity", True),
        lambda: session.gestures.use("brush"),
        lambda: session.run_state.change(min_size=40),
        session.segmenting.segment,
        lambda: session.missed.mark(False),
        lambda: session.comparing.show(False),
        session.facts.toggle_verified,
        lambda: session.edits.change(operations.clear),
        lambda: actions_of(segmented)["theme"].trigger(),
        lambda: actions_of(segmented)["theme"].trigger(),
    ):
        change()
        assert not out_of_date(segmented)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not out_of_date(segmented)


def test_a_condition_sees_its_facts_alone(segmented: Window) -> None:
    count = Fact(lambda s: len(s.document.objects), lambda s: (s.objects_changed,))
    assert Condition((count,), lambda objects: objects == 4)(segmented.session)


def test_a_value_in_passing_does_not_stay(segmented: Window) -> None:
    """Another image comes: for a moment there are no objects, and one of two facts tells before the other."""
    session = segmented.session
    session.view.select(1)
    before = session.document
    session.open_image.document = Document((1, 80, 100))
    session.view.select()
    session.open_image.document = before
    session.image_changed.emit()
    assert actions_of(segmented)["review_accept"].isEnabled()
    assert not out_of_date(segmented)
