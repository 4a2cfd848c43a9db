"""An image that is open elsewhere can be looked at and drawn on; that it cannot be saved is said all the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_gui.dialogs.export import ExportDialog
from cpsam_gui.state.box import Box
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.file_lock import ProjectLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session.questions import Question
    from cpsam_gui.window.window import Window


class Answers:
    """Gives the answers that are there, the first one when it is asked first."""

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)
        self.questions: list[Question] = []

    def __call__(self, question: Question) -> str:
        self.questions.append(question)
        return self.keys.pop(0)


@pytest.fixture
def held(image_file: Path) -> Iterator[None]:
    """Hold the image as another window does."""
    lock = ProjectLock(project_path(image_file))
    assert lock.take() is None
    yield
    lock.release()


def open_with(window: Window, qtbot: QtBot, image: Path, *keys: str) -> Answers:
    """Open an image that is held, draw on it, and return what was asked."""
    window.session.persistence.ask = asked = Answers(*keys)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image)
    qtbot.waitUntil(lambda: len(asked.questions) == 1)
    document = window.session.document
    with document.step("x"):
        document.write(Box(0, 1, 5, 9, 5, 9), np.full((1, 4, 4), 1, np.uint32))
    assert len(document.objects) == 1, "strokes stay possible"
    return asked


@pytest.mark.parametrize("answer", ["look", "force"])
def test_the_window_says_lastingly_that_the_image_is_read_only(
    window: Window, qtbot: QtBot, image_file: Path, held: None, answer: str
) -> None:
    open_with(window, qtbot, image_file, answer)
    looks = answer == "look"
    assert ("[read-only]" in window.windowTitle()) is looks
    assert window.status.read_only.isVisibleTo(window) is looks
    assert window.isWindowModified()


def test_another_image_is_not_called_read_only(
    window: Window, qtbot: QtBot, image_file: Path, held: None
) -> None:
    other = image_file.with_name("other.tif")
    other.write_bytes(image_file.read_bytes())
    open_with(window, qtbot, image_file, "look", "discard")
    with qtbot.waitSignal(window.session.image_changed):
        window.open(other)
    assert "read-only" not in window.windowTitle()
    assert not window.status.read_only.isVisibleTo(window)


@pytest.mark.parametrize("answer", ["discard", "cancel"])
def test_quitting_offers_no_save_that_cannot_be(
    window: Window, qtbot: QtBot, image_file: Path, held: None, answer: str
) -> None:
    asked = open_with(window, qtbot, image_file, "look", answer)
    assert window.close() is (answer == "discard")
    assert [one.key for one in asked.questions[1].answers] == ["export", "discard", "cancel"]
    assert window.session.persistence.unsaved is (answer == "cancel")


def test_an_export_of_a_read_only_image_lets_it_be_left(
    window: Window,
    qtbot: QtBot,
    image_file: Path,
    held: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goal = tmp_path / "elsewhere" / "masks.tif"
    goal.parent.mkdir()
    monkeypatch.setattr(ExportDialog, "_ask_file", lambda self, one: goal)
    asked = open_with(window, qtbot, image_file, "look", "export")
    assert not window.close()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.go.click()
    qtbot.waitUntil(lambda: goal.exists() and window.session.jobs.idle)
    assert not window.session.persistence.unsaved
    assert window.close()
    assert len(asked.questions) == 2
