"""One place for messages: what offers an action is not hidden by what merely tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QStyleOptionToolButton

from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs.export import ExportDialog
from cpsam_gui.window import message_line

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def export(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: Path) -> str:
    """Export the masks and return what is said of it."""
    monkeypatch.setattr(ExportDialog, "_ask_file", lambda self, one: path)
    actions_of(window)["export"].trigger()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.go.click()
    qtbot.waitUntil(lambda: str(path) in window.status.hint.text() and window.session.jobs.idle)
    assert window.status.offer.isVisible()
    return window.status.hint.text()


def test_a_later_message_does_not_hide_an_offer(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, notices = segmented.status, segmented.session.notices
    saved = export(segmented, qtbot, monkeypatch, tmp_path / "out.tif")
    notices.message.emit("Looking at something")
    notices.message.emit("4 objects")
    segmented.session.gestures.use("brush")
    assert status.hint.text() == saved and status.offer.isVisible()
    # It goes with the next step of the history, and what waited follows.
    segmented.session.edits.change(lambda document: operations.delete(document, [1]))
    assert not status.offer.isVisible()
    assert status.hint.text() != saved
    assert "Looking" not in status.hint.text()


def test_what_waits_follows_when_the_offer_was_there_long_enough(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, notices = segmented.status, segmented.session.notices
    monkeypatch.setattr(message_line, "SHOW_MESSAGE_MS", 300)
    monkeypatch.setattr(message_line, "LETTER_MS", 0)
    said: list[str] = []
    status._line.shown.connect(lambda message: said.append(message.text))
    notices.offered.emit("first offer", "train")
    notices.message.emit("older")
    notices.offered.emit("second offer", "export")
    notices.message.emit("newer")
    assert said == ["first offer"]
    qtbot.waitUntil(lambda: len(said) == 3 and status.hint.text() not in said)
    assert said == ["first offer", "second offer", "newer"]
    assert "Export" in status.offer.text(), "the button stays as long as nothing is done"


def test_an_offer_that_was_taken_up_makes_room(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, notices = segmented.status, segmented.session.notices
    export(segmented, qtbot, monkeypatch, tmp_path / "out.tif")
    notices.message.emit("4 objects")
    qtbot.mouseClick(status.offer, Qt.MouseButton.LeftButton)
    assert status.hint.text() == "4 objects"


def test_the_next_export_takes_the_place_of_the_last(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    export(segmented, qtbot, monkeypatch, tmp_path / "one.tif")
    export(segmented, qtbot, monkeypatch, tmp_path / "two.tif")
    segmented.session.notices.withdrawn.emit("show_saved")
    assert not segmented.status.offer.isVisible()
    assert "two.tif" not in segmented.status.hint.text()


def test_what_tells_of_lost_work_is_there_while_another_image_comes(
    opened: Window, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first words of the new image, its masks and its history come within a moment."""
    status, notices, session = opened.status, opened.session.notices, opened.session
    words = "Segmenting: stopped, because another image was opened."
    with qtbot.waitSignal(session.image_changed):
        notices.ended.emit(words, "folder")
        opened.open(image_file)
    session.gestures.use("brush")
    session.history_changed.emit()
    assert status.hint.text() == words and status.offer.isVisible()
    notices.message.emit("4 objects")
    assert status.hint.text() == words
    qtbot.mouseClick(status.offer, Qt.MouseButton.LeftButton)
    assert status.hint.text() == "4 objects"
    # Without anything to offer it is the same.
    notices.ended.emit("Segment region: stopped", "")
    notices.message.emit("later")
    assert status.hint.text() == "Segment region: stopped"
    status._line._next()
    assert status.hint.text() == "later"


def test_a_second_offer_has_no_arrow_of_a_menu(segmented: Window) -> None:
    status = segmented.status
    for key in ("export", "train"):
        status.offer_action("There is something to do", key)
        status._line.withdraw(taken=True)
        option = QStyleOptionToolButton()
        status.offer.initStyleOption(option)
        assert not option.features & QStyleOptionToolButton.ToolButtonFeature.HasMenu
