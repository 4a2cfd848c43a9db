"""Edits of bodies from the window: menu, keys, tool options, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtWidgets import QToolButton

from cpsam_core.data.pairs import Pair
from cpsam_core.data.sections import Section
from cpsam_gui.actions.install import WindowActions, actions_of
from cpsam_gui.operations import Scope
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

BODY_ACTIONS = (
    "follow_planes",
    "interpolate",
    "copy_up",
    "copy_down",
    "delete_plane",
    "delete_above",
    "delete_below",
)


def open_stack(window: Window, qtbot: QtBot, folder: Path) -> None:
    path = folder / "stack.tif"
    pixels = np.random.default_rng(0).integers(0, 255, (8, 80, 100), np.uint8)
    tifffile.imwrite(
        path,
        pixels,
        imagej=True,
        resolution=(10.0, 10.0),
        metadata={"axes": "ZYX", "spacing": 0.3, "unit": "um"},
    )
    window.open(path)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.jobs.idle)


def draw(window: Window, planes: slice) -> None:
    document = window.session.document
    with document.step("Draw"):
        box = Box(planes.start, planes.stop, 20, 40, 20, 40)
        document.write(box, np.ones(box.shape, np.uint32))
    window.session.view.select(1)


def test_the_scope_is_in_view_for_stacks_alone(
    segmented: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segmented, "may_leave", lambda: True)
    actions = WindowActions.of(segmented)
    segmented.session.view.select(1)
    assert actions.tool_options.parts["scope"].isHidden()
    assert not any(actions.by_key[key].isEnabled() for key in (*BODY_ACTIONS, "scope"))
    open_stack(segmented, qtbot, tmp_path)
    draw(segmented, slice(2, 5))
    bar = actions.tool_options
    assert all(actions.by_key[key].isEnabled() for key in (*BODY_ACTIONS, "scope"))
    for tool in ("select", "brush", "merge"):
        segmented.session.gestures.use(tool)
        assert not bar.parts["scope"].isHidden()
    actions.by_key["scope"].trigger()
    assert segmented.session.gestures.options.scope is Scope.BODY
    assert bar.scopes[Scope.BODY].isChecked()
    bar.scopes[Scope.PLANE].click()
    assert not actions.by_key["scope"].isChecked()
    assert segmented.session.gestures.desk.spacing() == pytest.approx((3.0, 1.0, 1.0))


def test_bodies_are_edited_by_the_actions(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    open_stack(window, qtbot, tmp_path)
    draw(window, slice(2, 3))
    session, do = window.session, actions_of(window)

    def drawn() -> list[int]:
        return np.flatnonzero((session.document.labels == 1).any((1, 2))).tolist()

    session.view.plane = 2
    do["copy_up"].trigger()
    assert (session.view.plane, drawn()) == (3, [2, 3])
    with session.document.step("Draw"):
        box = Box(6, 7, 22, 38, 22, 38)
        session.document.write(box, np.ones(box.shape, np.uint32))
    do["interpolate"].trigger()
    assert drawn() == [2, 3, 4, 5, 6]
    session.view.plane = 5
    do["delete_above"].trigger()
    assert drawn() == [2, 3, 4, 5]
    session.view.plane = 3
    do["delete_below"].trigger()
    assert drawn() == [3, 4, 5]
    do["delete_plane"].trigger()
    assert drawn() == [4, 5]
    session.gestures.options.scope = Scope.BODY
    before = session.document.objects[1].area
    session.view.plane = 0
    do["grow"].trigger()
    assert session.document.objects[1].area > before


def test_undo_goes_to_the_plane_and_says_so(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    open_stack(window, qtbot, tmp_path)
    draw(window, slice(2, 3))
    session, said = window.session, []
    session.message.connect(said.append)
    session.view.plane = 2
    actions_of(window)["copy_up"].trigger()
    session.view.plane = 7
    actions_of(window)["undo"].trigger()
    assert session.view.plane == 3
    assert "plane 4" in said[-1]
    actions_of(window)["undo"].trigger()
    assert session.view.plane == 2
    session.view.plane = 6
    actions_of(window)["redo"].trigger()
    assert session.view.plane == 2
    assert "plane 3" in said[-1]


def test_a_plane_is_marked_as_complete_by_a_key(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    open_stack(window, qtbot, tmp_path)
    session, action = window.session, actions_of(window)["plane_complete"]
    for plane in (2, 5):
        session.view.plane = plane
        action.trigger()
    assert [region.index for region in session.document.facts.complete] == [2, 5]
    action.trigger()
    assert [region.index for region in session.document.facts.complete] == [2]
    actions_of(window)["undo"].trigger()
    assert [region.index for region in session.document.facts.complete] == [2, 5]


def test_a_spot_of_a_section_is_shown_in_the_orthogonal_views(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    open_stack(window, qtbot, tmp_path)
    session = window.session
    assert session.path is not None
    section = Section(1, 30, 3.0, (1, 6))
    window.training_pages.visit(
        Pair(session.path, session.path, "", section=section), section.voxel(9.0, 70.0)
    )
    assert session.view.plane == 4
    assert session.view.cross == (30.0, 70.0)
    assert session.view.sections


@pytest.mark.parametrize("tool", ["brush", "eraser", "select"])
def test_no_button_of_the_bar_is_cut_at_any_width(
    window: Window, qtbot: QtBot, tmp_path: Path, tool: str
) -> None:
    open_stack(window, qtbot, tmp_path)
    bar = WindowActions.of(window).tool_options
    window.session.gestures.use(tool)
    cut = {}
    for width in (*range(1024, 1800, 7), *range(1790, 1024, -7)):
        window.resize(width, 768)
        qtbot.wait(1)
        for button in bar.findChildren(QToolButton):
            if button.isVisible() and button.width() < button.sizeHint().width():
                cut[width, bar.width(), button.text()] = button.width(), button.sizeHint().width()
    assert cut == {}
