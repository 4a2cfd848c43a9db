"""Signs on the image stand on what there is of an object now, whatever was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.segment.output import NetworkOutput
from cpsam_gui import operations
from cpsam_gui.panels import SegmentPanel
from tests.gui.canvas.test_signs import spot
from tests.gui.mouse import drag

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

MIDDLE, LEFT_HALF, RIGHT_HALF = (20.0, 20.0), (20.0, 15.5), (20.0, 25.0)
PLACES = MIDDLE, LEFT_HALF, RIGHT_HALF


def signed(window: Window) -> list[tuple[float, float]]:
    """Return those of the places on which a sign is drawn."""
    view, session = window.session.view, window.session
    session.view.selection = frozenset()
    view.set_masks(signs=False)
    plain = [spot(window, *at) for at in PLACES]
    view.set_masks(signs=True)
    return [at for at, before in zip(PLACES, plain, strict=True) if spot(window, *at) != before]


def cut(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K)
    drag(window, qtbot, [(5, 20), (20, 20), (35, 20)])


def test_each_half_of_a_split_object_has_its_sign_and_the_whole_again_after_undo(
    segmented: Window, qtbot: QtBot
) -> None:
    """One sign stood on the cut until the image was opened again."""
    number = segmented.session.document.label_at(0, 20, 20)
    segmented.session.edits.change(lambda document: operations.set_locked(document, [number]))
    assert signed(segmented) == [MIDDLE]
    segmented.session.edits.change(lambda document: operations.set_locked(document, [number]))
    cut(segmented, qtbot)
    assert signed(segmented) == [LEFT_HALF, RIGHT_HALF]
    segmented.session.edits.undo()
    assert signed(segmented) == []
    segmented.session.edits.redo()
    assert signed(segmented) == [LEFT_HALF, RIGHT_HALF]
    halves = [segmented.session.document.label_at(0, 20, x) for x in (15, 25)]
    segmented.session.edits.change(lambda document: operations.merge(document, halves))
    assert signed(segmented) == [MIDDLE]


def test_the_sign_stands_on_what_an_eraser_left(segmented: Window, qtbot: QtBot) -> None:
    segmented.session.view.brush_diameter = 8
    qtbot.keyClick(segmented, Qt.Key.Key_E)
    for x in (13, 17):
        drag(segmented, qtbot, [(y, x) for y in range(9, 32, 2)])
    assert segmented.session.document.label_at(0, 20, 19) == 0
    assert segmented.session.document.label_at(0, 20, 23) != 0
    assert signed(segmented) == [RIGHT_HALF]


def test_new_thresholds_leave_the_signs_on_the_halves(segmented: Window, qtbot: QtBot) -> None:
    session, panel = segmented.session, segmented.panel(SegmentPanel)
    labels = np.array(session.document.labels[0])
    logits = np.where(labels == 4, 2.0, np.where(labels > 0, 6.0, -6.0)).astype(np.float32)
    session.run_state.flows = NetworkOutput(5 * flows_from_masks(labels), logits)
    cut(segmented, qtbot)
    count = len(session.document.objects)
    # The first time loads the engine.
    with qtbot.waitSignal(session.history_changed, timeout=60_000):
        panel.cellprob.setValue(3.0)
    assert len(session.document.objects) == count - 1
    assert signed(segmented) == [LEFT_HALF, RIGHT_HALF]


@pytest.mark.parametrize("ids", [False, True])
def test_a_step_places_the_objects_that_it_changed_and_no_others(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, ids: bool
) -> None:
    session, table = segmented.session, segmented.canvas.sign_table
    session.view.set_masks(ids=ids)
    numbers = sorted(session.document.objects)
    session.edits.change(lambda document: operations.set_locked(document, numbers))
    looked_at: list[int] = []

    def everything() -> dict[int, tuple[int, ...]]:
        return {row[0]: tuple(row[1:]) for row in table.boxes().tolist()}

    def expected() -> dict[int, tuple[int, ...]]:
        rows = session.document.objects
        return {
            n: (row.box.z0, row.box.z1, row.box.y0, row.box.y1, row.box.x0, row.box.x1)
            for n, row in rows.items()
            if ids or row.touched
        }

    assert everything() == expected()
    before = everything()
    monkeypatch.setattr(table, "_place_all", lambda: looked_at.append(1))
    for step in (
        lambda document: operations.set_locked(document, numbers[:2]),
        lambda document: operations.grow(document, numbers[:1], 2),
        lambda document: operations.delete(document, numbers[1:2]),
    ):
        session.edits.change(step)
        assert everything() == expected()
    while session.document.position > 2:
        session.edits.undo()
    assert everything() == before
    assert not looked_at
