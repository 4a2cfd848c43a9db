"""Look-ahead: the next images have their masks when they are opened, and nothing is written."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt

from cpsam_core.errors import ImageError
from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels.files import FilesPanel
from cpsam_gui.session import look_ahead

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

NAMES = ("a.tif", "b.tif", "c.tif", "d.tif")


@pytest.fixture
def folder(tmp_path: Path, image_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of four images; looking ahead begins at once, and the computer is plugged in."""
    home = tmp_path / "images"
    home.mkdir()
    for name in NAMES:
        (home / name).write_bytes(image_file.read_bytes())
    monkeypatch.setattr(look_ahead, "REST_MS", 0)
    monkeypatch.setattr(look_ahead, "on_battery", lambda: False)
    return home


def begin(window: Window, qtbot: QtBot, folder: Path) -> None:
    """Open the first image and run the model with the keyboard."""
    with qtbot.waitSignal(window.session.image_changed):
        window.open_folder(folder)
    qtbot.waitUntil(lambda: len(window.session.folder.now.states) == len(NAMES))
    actions_of(window)["run"].trigger()
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 4)


def names(window: Window) -> set[str]:
    return {path.name for path in window.session.look_ahead.ready}


def test_the_next_image_has_its_masks_when_it_is_opened_by_a_key(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    segmenter.notes = ("cpsam-lite is unsure here",)
    begin(window, qtbot, folder)
    session = window.session
    qtbot.waitUntil(lambda: names(window) == {"b.tif", "c.tif"})
    model = window.panel(FilesPanel).model
    row = model.row_of(folder / "b.tif")
    assert model.data(row, Qt.ItemDataRole.DisplayRole) == "b.tif\nmasks ready"
    assert window.panel(FilesPanel)._note.text() == "4 images, 1 with masks, 2 ready"
    assert model.data(row, Qt.ItemDataRole.ToolTipRole).endswith(
        "masks ready: segmented ahead, not saved yet"
    )
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".lock") == sorted(NAMES)
    asked = len(segmenter.calls)
    session.document.mark_saved()
    window.canvas.setFocus()
    with qtbot.waitSignal(session.image_changed):
        qtbot.keyClick(window.canvas, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    assert session.path == folder / "b.tif"
    assert session.document.steps == ("Segment with cpsam-lite",)
    # Without autosave nobody is asked about masks that nobody asked for.
    assert not session.document.modified
    assert session.run_state.flows is not None and session.run_state.notes == segmenter.notes
    qtbot.waitUntil(lambda: "d.tif" in names(window))
    assert len(segmenter.calls) == asked + 1
    assert not list(folder.glob("*.cpsam"))
    session.edits.undo()
    assert not session.document.objects


def test_with_autosave_they_are_saved_as_after_a_run(window: Window, qtbot: QtBot, folder: Path) -> None:
    begin(window, qtbot, folder)
    session = window.session
    session.persistence.preferences.now = session.persistence.preferences.now.changed(autosave=True)
    qtbot.waitUntil(lambda: "b.tif" in names(window))
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif" and len(session.document.objects) == 4)
    assert session.document.modified
    assert session.persistence.save_now(masks=False)
    assert (folder / "b.cpsam").exists()


def test_thresholds_that_were_moved_meanwhile_are_applied(
    window: Window, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(window, qtbot, folder)
    session = window.session
    qtbot.waitUntil(lambda: "b.tif" in names(window))
    asked: list[float] = []
    monkeypatch.setattr(
        session.segmenting,
        "mask_again",
        lambda by_hand: asked.append((session.run_state.settings.flow_threshold, by_hand)),
    )
    session.run_state.change(flow_threshold=0.7)
    session.document.mark_saved()
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [(0.7, False)]
    assert "b.tif" in names(window) or len(session.document.objects) == 4


def test_another_model_or_a_preference_drops_what_was_found(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    begin(window, qtbot, folder)
    session = window.session
    qtbot.waitUntil(lambda: names(window) == {"b.tif", "c.tif"})
    session.run_state.change(diameter=50.0)
    qtbot.waitUntil(lambda: not session.look_ahead.ready or session.jobs.idle)
    session.run_state.change(name="another")
    qtbot.waitUntil(lambda: not session.look_ahead.ready and session.jobs.idle)
    session.document.mark_saved()
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif" and session.jobs.idle)
    assert not session.document.objects
    session.run_state.change(name="cpsam-lite", diameter=None)
    session.persistence.preferences.now = session.persistence.preferences.now.changed(look_ahead=False)
    session.look_ahead.look()
    assert session.look_ahead.at is None


def test_nothing_happens_before_the_model_was_used_here(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open_folder(folder)
    qtbot.waitUntil(lambda: len(window.session.folder.now.states) == len(NAMES))
    window.session.look_ahead.look()
    qtbot.waitUntil(lambda: window.session.jobs.idle)
    assert not segmenter.calls


@pytest.mark.parametrize("reason", ["battery", "training"])
def test_it_waits_on_battery_and_while_a_model_trains(
    window: Window, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    session = window.session
    # The window asks before it is closed on a training, so this ends within the test.
    with monkeypatch.context() as patch:
        if reason == "battery":
            patch.setattr(look_ahead, "on_battery", lambda: True)
        else:
            patch.setattr(type(session.training), "running", property(lambda self: True))
        begin(window, qtbot, folder)
        session.look_ahead.look()
        assert session.look_ahead.at is None
        assert not session.look_ahead.ready


def test_images_with_masks_and_those_that_fail_are_passed_over(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    (folder / "b.tif").write_bytes(b"no image")
    begin(window, qtbot, folder)
    failed: list[object] = []
    window.session.failed.connect(failed.append)
    qtbot.waitUntil(lambda: names(window) == {"c.tif", "d.tif"} and window.session.jobs.idle)
    assert not failed
    model = window.panel(FilesPanel).model
    row = model.data(model.row_of(folder / "b.tif"), Qt.ItemDataRole.DisplayRole)
    assert row == "b.tif\ncannot be read"


def test_memory_is_bounded(
    window: Window, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_ahead, "MOST_BYTES", 80 * 100 * 16 + 80 * 100 * 8)  # one and a half images
    begin(window, qtbot, folder)
    session = window.session
    qtbot.waitUntil(lambda: names(window) == {"b.tif"} and session.jobs.idle)
    assert 80 * 100 * 16 <= session.look_ahead.nbytes <= look_ahead.MOST_BYTES


def test_who_is_quicker_than_the_model_gets_the_masks_when_they_are_there(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open_folder(folder)
    session = window.session
    qtbot.waitUntil(lambda: len(session.folder.now.states) == len(NAMES))
    actions_of(window)["run"].trigger()
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    segmenter.gate = Event()
    session.look_ahead.look()
    qtbot.waitUntil(lambda: session.look_ahead.at == folder / "b.tif" or "b.tif" in names(window))
    session.document.mark_saved()
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif")
    segmenter.gate.set()
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)


def test_an_image_that_was_replaced_meanwhile_gets_no_foreign_masks(
    window: Window, qtbot: QtBot, folder: Path, stack_file: Path
) -> None:
    begin(window, qtbot, folder)
    session = window.session
    qtbot.waitUntil(lambda: "b.tif" in names(window))
    (folder / "b.tif").write_bytes(stack_file.read_bytes())
    session.document.mark_saved()
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif" and session.jobs.idle)
    assert not session.document.objects


def test_an_error_of_the_model_is_not_shown_for_an_image_nobody_opened(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    begin(window, qtbot, folder)
    window.session.look_ahead.look()
    segmenter.error = ImageError("Too dark.")
    failed: list[object] = []
    window.session.failed.connect(failed.append)
    qtbot.waitUntil(lambda: window.session.jobs.idle)
    assert not failed
