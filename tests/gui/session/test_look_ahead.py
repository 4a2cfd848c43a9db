"""Look-ahead: the next images have their masks when they are opened, and nothing is written."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from cpsam_core.errors import ImageError
from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.panels.files import FilesPanel
from cpsam_gui.runs.options import BY_HAND
from cpsam_gui.session import look_ahead
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Callable
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
    # The first time loads the engine.
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 4, timeout=60_000)


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
    # Nobody did anything here yet: there is nothing that a habitual undo could take back.
    assert session.document.steps == ()
    assert not actions_of(window)["undo"].isEnabled()
    # Without autosave nobody is asked about masks that nobody asked for.
    assert not session.document.modified
    assert session.run_state.flows is not None and session.run_state.notes == segmenter.notes
    qtbot.waitUntil(lambda: "d.tif" in names(window))
    assert len(segmenter.calls) == asked + 1
    assert not list(folder.glob("*.cpsam"))
    session.edits.undo()
    assert len(session.document.objects) == 4
    assert session.run_state.flows is not None


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


def leave_real_flows(segmenter: FakeSegmenter) -> None:
    """Let the runs leave flows by which their masks are found again, and doubts about the first object."""
    from cpsam_core.dynamics.targets import flows_from_masks
    from cpsam_core.segment.output import NetworkOutput

    run = segmenter.segment

    def segment(image: Any, settings: Any, progress: Callable[..., None]) -> Any:
        result = run(image, settings, progress)
        labels = np.array(result.labels)
        logits = np.where(labels == 1, 2.0, np.where(labels > 0, 6.0, -6.0)).astype(np.float32)
        result.output = NetworkOutput(5 * flows_from_masks(labels), logits)
        return result

    segmenter.segment = segment  # type: ignore[method-assign]


def test_an_image_opens_at_the_thresholds_of_now_and_undo_changes_none_of_them(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    """The first undo had taken back a step "Default thresholds" that nobody made there, and with it the thresholds."""
    leave_real_flows(segmenter)
    begin(window, qtbot, folder)
    session, panel = window.session, window.panel(SegmentPanel)
    qtbot.waitUntil(lambda: names(window) == {"b.tif", "c.tif"})
    panel.cellprob.setValue(3.0)
    qtbot.waitUntil(lambda: len(session.document.objects) == 3, timeout=60_000)
    session.document.mark_saved()
    messages: list[str] = []
    session.message.connect(messages.append)
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif" and len(session.document.objects) == 3)
    assert messages[-1] == "3 objects, segmented ahead with cpsam-lite"
    assert session.run_state.last_settings["cellprob_threshold"] == 3.0
    # They were not set for this image.
    assert BY_HAND not in session.run_state.last_settings
    assert session.document.steps == () and not session.document.modified
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(session.document.objects) == 3 and panel.cellprob.value() == 3.0
    # The flows are there: what is moved here is a step, and its undo goes back to how the image opened.
    panel.cellprob.setValue(0.0)
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    assert session.document.steps == ("Cell threshold 0.00",)
    actions_of(window)["undo"].trigger()
    assert len(session.document.objects) == 3 and panel.cellprob.value() == 3.0


def test_the_review_goes_on_in_an_image_segmented_ahead_and_says_where_its_last_decision_was(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    """The count of the masks had hidden at once in which image the last verdict is."""
    begin(window, qtbot, folder)
    session, reviewing = window.session, window.session.reviewing
    qtbot.waitUntil(lambda: names(window) == {"b.tif", "c.tif"})
    session.persistence.preferences.now = session.persistence.preferences.now.changed(autosave=True)
    window.show_panel("Review")
    qtbot.waitUntil(lambda: reviewing.in_view)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: reviewing.present > 0)
    for _ in range(4):
        qtbot.keyClick(window.canvas, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif" and len(session.document.objects) == 4)
    qtbot.waitUntil(lambda: reviewing.present > 0)
    assert window.status.hint.text().endswith("its last decision was in a.tif")
    assert session.document.steps == () and session.document.modified
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(session.document.objects) == 4 and reviewing.present > 0


def test_the_diameter_that_was_measured_is_shown_for_masks_made_ahead_and_follows_undo(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    """It had been a dash for an image segmented ahead, and that of a run that was taken back stayed."""
    segmenter.used = 28.7
    begin(window, qtbot, folder)
    session, number = window.session, window.panel(SegmentPanel).diameter.number
    qtbot.waitUntil(lambda: "b.tif" in names(window))
    assert number.value() == 28.7
    actions_of(window)["undo"].trigger()
    assert number.text() == "-"
    actions_of(window)["redo"].trigger()
    assert number.value() == 28.7
    session.document.mark_saved()
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif" and len(session.document.objects) == 4)
    assert number.value() == 28.7 and not number.isEnabled()


def test_what_is_drawn_while_an_image_takes_its_thresholds_stays(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    leave_real_flows(segmenter)
    begin(window, qtbot, folder)
    session = window.session
    qtbot.waitUntil(lambda: names(window) == {"b.tif", "c.tif"})
    window.panel(SegmentPanel).cellprob.setValue(3.0)
    qtbot.waitUntil(lambda: len(session.document.objects) == 3, timeout=60_000)
    session.document.mark_saved()
    window.open_neighbour(1)
    qtbot.waitUntil(lambda: session.path == folder / "b.tif" and session.jobs.answering)
    with session.document.step("Draw"):
        session.document.write(Box(0, 1, 40, 44, 85, 90), np.full((1, 4, 5), 1, np.uint32))
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    assert session.document.steps == ("Draw", "Segment with cpsam-lite")


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
