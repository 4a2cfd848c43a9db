"""Going through a folder is not stopped by a file that cannot be read, and the list says which one it is, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox

from cpsam_core.images import readers
from cpsam_core.images.files import decoding
from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels.files import FilesPanel
from cpsam_gui.runs.folder_queue import QueueState
from cpsam_gui.session.questions import Question
from cpsam_gui.state.image_facts import ReviewState

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

NAMES = ("a.tif", "b.tif", "c.tif", "d.tif")


@pytest.fixture
def folder(tmp_path: Path, image_file: Path) -> Path:
    """Return a folder of four files; the second and the third are cut off."""
    home = tmp_path / "images"
    home.mkdir()
    for name in NAMES:
        whole = image_file.read_bytes()
        (home / name).write_bytes(whole[: len(whole) // 2] if name in ("b.tif", "c.tif") else whole)
    return home


@pytest.fixture
def at_first(window: Window, folder: Path, qtbot: QtBot) -> Window:
    """Return a window at the first image of the folder."""
    go(window, qtbot, folder / "a.tif", lambda: window.open(folder / "a.tif"))
    qtbot.waitUntil(lambda: len(window.session.folder.now.states) == len(NAMES))
    return window


def go(window: Window, qtbot: QtBot, to: Path, how: object) -> None:
    assert callable(how)
    how()
    qtbot.waitUntil(lambda: window.session.path == to)


def row(window: Window, path: Path, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> str:
    model = window.panel(FilesPanel).model
    return str(model.data(model.row_of(path), role))


def boxes(window: Window) -> list[str]:
    return [box.text() for box in window.findChildren(QMessageBox) if box.isVisible()]


def test_the_next_image_is_the_next_that_can_be_read(at_first: Window, folder: Path, qtbot: QtBot) -> None:
    go(at_first, qtbot, folder / "d.tif", actions_of(at_first)["next"].trigger)
    assert not boxes(at_first)
    assert "2 images cannot be read" in at_first.status.hint.text()
    for name in ("b.tif", "c.tif"):
        assert row(at_first, folder / name) == f"{name}\ncannot be read"
        assert f"cannot be read: {name}" in row(at_first, folder / name, Qt.ItemDataRole.ToolTipRole)
    assert "2 cannot be read" in at_first.panel(FilesPanel)._note.text()
    # Back, too, and without reading them again.
    go(at_first, qtbot, folder / "a.tif", actions_of(at_first)["previous"].trigger)


def test_one_file_that_is_passed_over_is_named(at_first: Window, folder: Path, qtbot: QtBot) -> None:
    (folder / "b.tif").write_bytes((folder / "a.tif").read_bytes())
    go(at_first, qtbot, folder / "b.tif", actions_of(at_first)["next"].trigger)
    go(at_first, qtbot, folder / "d.tif", actions_of(at_first)["next"].trigger)
    assert at_first.status.hint.text().startswith("Passed over: c.tif is")


def test_a_file_that_was_still_being_copied_counts_again(
    at_first: Window, folder: Path, qtbot: QtBot
) -> None:
    go(at_first, qtbot, folder / "d.tif", actions_of(at_first)["next"].trigger)
    (folder / "c.tif").write_bytes((folder / "a.tif").read_bytes())
    go(at_first, qtbot, folder / "c.tif", actions_of(at_first)["previous"].trigger)
    assert row(at_first, folder / "c.tif") == "c.tif\nnot started"


def test_an_image_for_which_memory_was_short_is_tried_again(
    at_first: Window, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is no fault of its file, which had to change before anybody came to it again."""
    (folder / "b.tif").write_bytes((folder / "a.tif").read_bytes())
    read = readers.read_raw

    def short(path: Path, *how: Any) -> Any:
        with decoding(path, "a TIFF file"):
            if path.name == "b.tif":
                raise MemoryError
            return read(path, *how)

    with monkeypatch.context() as patched:
        patched.setattr(readers, "read_raw", short)
        go(at_first, qtbot, folder / "d.tif", actions_of(at_first)["next"].trigger)
        go(at_first, qtbot, folder / "a.tif", actions_of(at_first)["previous"].trigger)
        run = at_first.session.folder_run
        run.look()
        qtbot.waitUntil(lambda: len(run.queue.entries) == len(NAMES))
        run.start()
        qtbot.waitUntil(lambda: not run.queue.running)
    at_first.session.document.mark_saved()
    tip = row(at_first, folder / "b.tif", Qt.ItemDataRole.ToolTipRole)
    assert "cannot be read: b.tif needs more memory than this computer has free." in tip
    go(at_first, qtbot, folder / "b.tif", actions_of(at_first)["next"].trigger)
    assert row(at_first, folder / "b.tif") == "b.tif\nnot started"


def test_a_click_on_it_says_why_and_the_end_of_the_folder_is_told(
    at_first: Window, folder: Path, qtbot: QtBot
) -> None:
    (folder / "d.tif").unlink()
    at_first.open(folder / "b.tif")
    qtbot.waitUntil(lambda: bool(boxes(at_first)))
    assert "b.tif" in boxes(at_first)[0]
    assert row(at_first, folder / "b.tif").endswith("cannot be read")
    qtbot.waitUntil(lambda: len(at_first.session.folder.images) == 3)
    at_first.open_neighbour(1)
    qtbot.waitUntil(lambda: row(at_first, folder / "c.tif").endswith("cannot be read"))
    at_first.open_neighbour(1)
    qtbot.waitUntil(lambda: "last image" in at_first.status.hint.text())
    for box in at_first.findChildren(QMessageBox):
        box.close()


def test_a_folder_whose_first_file_cannot_be_read_is_opened(
    window: Window, folder: Path, qtbot: QtBot
) -> None:
    (folder / "a.tif").write_bytes(b"no image")
    go(window, qtbot, folder / "d.tif", lambda: window.open_folder(folder))
    assert not boxes(window)


def test_a_folder_without_any_file_that_can_be_read_is_listed(
    window: Window, folder: Path, qtbot: QtBot
) -> None:
    for name in NAMES:
        (folder / name).write_bytes(b"no image")
    window.open_folder(folder)
    qtbot.waitUntil(lambda: bool(boxes(window)))
    qtbot.waitUntil(lambda: len(window.session.folder.images) == len(NAMES))
    assert all(row(window, folder / name).endswith("cannot be read") for name in NAMES)
    for box in window.findChildren(QMessageBox):
        box.close()


def test_the_review_goes_on_past_it(at_first: Window, folder: Path, qtbot: QtBot) -> None:
    go(at_first, qtbot, folder / "d.tif", at_first.session.reviewing.ended.emit)


def test_a_folder_run_tells_it_to_the_list(at_first: Window, folder: Path, qtbot: QtBot) -> None:
    run = at_first.session.folder_run
    run.look()
    qtbot.waitUntil(lambda: len(run.queue.entries) == len(NAMES))
    run.start()
    qtbot.waitUntil(lambda: not run.queue.running)
    states = [entry.state for entry in run.queue.entries]
    assert states == [QueueState.DONE, QueueState.FAILED, QueueState.FAILED, QueueState.DONE]
    assert row(at_first, folder / "b.tif").endswith("cannot be read")
    now = at_first.session.folder.now
    assert now.states[folder / "b.tif"] is ReviewState.NOT_STARTED


def test_an_image_that_a_person_declines_is_gone_past(
    at_first: Window, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cpsam_gui import tasks

    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return "cancel"

    monkeypatch.setattr(at_first.session.questions, "ask", ask)
    read = tasks.open_or_doubt

    def doubt(path: Path, *how: object, **more: object) -> object:
        if path.name == "b.tif":
            return tasks.Doubtful(path, "very large")
        return read(path, *how, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "open_or_doubt", doubt)
    at_first.open_neighbour(1)
    qtbot.waitUntil(lambda: bool(asked))
    qtbot.waitUntil(lambda: at_first.session.jobs.idle)
    go(at_first, qtbot, folder / "d.tif", lambda: at_first.open_neighbour(1))
    assert len(asked) == 1
