"""Every action of the table is triggered, and the table is consistent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from fonticon_mdi7 import MDI7
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QDialog, QFileDialog, QMessageBox

from cpsam_core.progress import Cancelled
from cpsam_gui import actions, tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs.preferences import PreferencesDialog
from cpsam_gui.tasks import training

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

KEYS = [action.key for action in actions.ACTIONS]


def test_keys_and_shortcuts_are_unique() -> None:
    assert len(set(KEYS)) == len(KEYS)
    shortcuts = [QKeySequence(s).toString() for action in actions.ACTIONS for s in action.shortcuts]
    assert len(set(shortcuts)) == len(shortcuts)
    assert all(shortcuts)


def test_icons_exist_and_menus_are_known() -> None:
    for action in actions.ACTIONS:
        assert not action.icon or hasattr(MDI7, action.icon)
        assert action.menu in actions.MENUS
    assert {key for key in actions.TOOLBAR if key} <= set(KEYS)


def cancelled(*args: object) -> None:
    """Stand in for minutes of training."""
    raise Cancelled


# In one window each: those of eight windows take a sixth of the time of one window an action.
TURNS = [KEYS[first::8] for first in range(8)]


@pytest.mark.parametrize("keys", TURNS, ids=lambda keys: str(keys[0]))
def test_every_action_does_its_work(
    segmented: Window,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    keys: list[str],
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args, **kwargs: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args, **kwargs: "")
    monkeypatch.setattr(QMessageBox, "about", lambda *args: None)
    monkeypatch.setattr(PreferencesDialog, "exec", lambda dialog: 0)
    monkeypatch.setattr(segmented.leaving, "may_leave", lambda **_: True)
    monkeypatch.setattr(tasks, "demo_path", lambda: image_file)
    monkeypatch.setattr(training, "train", cancelled)
    session = segmented.session
    for key in keys:
        _as_it_was(segmented, image_file, qtbot)
        action = actions_of(segmented)[key]
        action.setEnabled(True)
        action.trigger()
        qtbot.waitUntil(lambda: session.jobs.idle)
        if key.startswith("tool_"):
            assert session.gestures.tool.key == key.removeprefix("tool_")
        assert not session.document.writing, key
        box = segmented.findChild(QMessageBox)
        assert box is None, (key, box and box.text())


def _as_it_was(window: Window, image_file: Path, qtbot: QtBot) -> None:
    """Bring back the image with its four masks, of which two are selected."""
    session = window.session
    for dialog in window.findChildren(QDialog):
        dialog.close()
    if session.path != image_file or session.jobs.busy:
        session.jobs.cancel()
        with qtbot.waitSignal(session.image_changed):
            window.open(image_file)
    session.gestures.tool.cancel()
    session.edits.go_to(1)
    if len(session.document.objects) != 4:
        with qtbot.waitSignal(session.history_changed):
            window.run()
        qtbot.waitUntil(lambda: session.jobs.idle)
    assert len(session.document.objects) == 4
    session.view.selection = frozenset(list(session.document.objects)[:2])


def test_results_of_the_actions(segmented: Window) -> None:
    session, do = segmented.session, actions_of(segmented)
    do["select_all"].trigger()
    assert len(session.view.selection) == 4
    do["merge"].trigger()
    assert len(session.document.objects) == 1
    do["undo"].trigger()
    do["redo"].trigger()
    do["undo"].trigger()
    session.view.select(1)
    area = session.document.objects[1].area
    do["grow"].trigger()
    assert session.document.objects[1].area > area
    do["shrink"].trigger()
    do["smooth"].trigger()
    do["delete"].trigger()
    assert 1 not in session.document.objects
    do["clear"].trigger()
    assert not session.document.objects
    assert not do["clear"].isEnabled()
    do["masks"].trigger()
    assert not session.view.masks.visible
    assert not do["masks"].isChecked()
    do["masks"].trigger()
    do["outlines"].trigger()
    assert session.view.masks.overlay.value == "fill"
    do["fill"].trigger()
    assert session.view.masks.overlay.value == "outline"
    do["larger"].trigger()
    assert session.view.brush_diameter > 12
    do["smaller"].trigger()
    assert session.view.brush_diameter == pytest.approx(12)


def test_a_channel_that_is_shown_alone_is_named(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "two.tif"
    tifffile.imwrite(path, np.zeros((2, 64, 64), np.uint8), imagej=True, metadata={"axes": "CYX"})
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    said: list[str] = []
    window.session.notices.message.connect(said.append)
    name = window.session.view.channels[0].name
    QTest.keyClick(window, Qt.Key.Key_R)
    assert name in said[-1]
    assert [channel.visible for channel in window.session.view.channels] == [True, False]
    QTest.keyClick(window, Qt.Key.Key_R)
    assert said[-1] == "All channels are shown"
    assert all(channel.visible for channel in window.session.view.channels)
