"""The first minutes: what the welcome offers, what the demo asks, what an export ends with, what message boxes show."""

from __future__ import annotations

from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QToolButton

from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs import messages
from cpsam_gui.jobs.job import Problem
from cpsam_gui.panels import HistoryPanel
from cpsam_gui.state.view import Camera
from cpsam_gui.storage.companions import first_without_work
from cpsam_gui.style.letters import with_letters
from cpsam_gui.tasks.exporting import ExportPlan
from cpsam_gui.tasks.samples import NAME
from cpsam_gui.window.recent_menu import recent_paths, remember
from tests.gui.mouse import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_the_welcome_lists_what_was_opened_last(window: Window, qtbot: QtBot, image_file: Path) -> None:
    remember(image_file)
    qtbot.waitUntil(lambda: recent_paths() == [image_file])
    window.welcome.hide()
    window.welcome.show()
    row = next(b for b in window.welcome.findChildren(QToolButton) if b.text() == image_file.name)
    assert row.toolTip() == str(image_file)
    with qtbot.waitSignal(window.session.image_changed):
        row.click()
    assert window.session.path == image_file
    assert not window.welcome.isVisible()


def test_sample_images_come_as_a_folder_of_ones_own(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    with qtbot.waitSignal(window.session.image_changed, timeout=20_000):
        qtbot.mouseClick(window.welcome.samples_button, Qt.MouseButton.LeftButton)
    assert window.session.path is not None
    assert window.session.path.parent == tmp_path / NAME
    assert len(list((tmp_path / NAME).iterdir())) > 1


def test_the_demo_never_asks_to_save(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ask_unsaved", lambda *_: pytest.fail("the demo asked to save"))
    with qtbot.waitSignal(window.session.image_changed, timeout=20_000):
        window.open_demo()
    qtbot.waitUntil(
        lambda: window.session.jobs.idle and bool(window.session.document.objects), timeout=20_000
    )
    click(window, qtbot, 20.5, 20.5)
    qtbot.keyClick(window.canvas, Qt.Key.Key_L)
    assert window.session.document.modified
    # It says so, since what is drawn on it goes with it.
    assert window.windowTitle().startswith("demo image, not saved") and not window.isWindowModified()
    assert "not saved" in window.panel(HistoryPanel).note.text()
    assert window.may_leave()


def test_an_export_ends_with_show_in_folder(
    segmented: Window, qtbot: QtBot, tmp_path: Path, nothing_else_is_started: list[str]
) -> None:
    from cpsam_core.formats import FORMATS, WriteOptions

    target = tmp_path / "out" / "cells_masks.tif"
    target.parent.mkdir()
    chosen = next(one for one in FORMATS if one.can_write and ".tif" in one.suffixes)
    segmented.session.exporting.export(target, ExportPlan(chosen, WriteOptions()))
    qtbot.waitUntil(segmented.status.offer.isVisible)
    assert segmented.status.offer.text() == "Show in folder"
    qtbot.mouseClick(segmented.status.offer, Qt.MouseButton.LeftButton)
    assert nothing_else_is_started == [str(target.parent)]


def test_undo_goes_to_where_it_happened(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    click(segmented, qtbot, 20.5, 20.5)
    qtbot.keyClick(segmented.canvas, Qt.Key.Key_Delete)
    session.view.camera = Camera(70, 90, 40.0)
    for key in (Qt.Key.Key_Z, Qt.Key.Key_Y):
        session.view.camera = Camera(70, 90, 40.0)
        qtbot.keyClick(segmented, key, Qt.KeyboardModifier.ControlModifier)
        camera = session.view.camera
        assert (abs(camera.y - 20.5), abs(camera.x - 20.5)) < (3, 3)
        assert camera.scale == 40.0
    still = session.view.camera
    segmented.session.edits.undo()
    assert session.view.camera == still, "what is in view already moves nothing"


def test_message_boxes_have_an_icon_of_their_own_and_letters(window: Window) -> None:
    box = messages.problem_box(window, Problem("It went wrong"))
    assert not box.iconPixmap().isNull()
    assert box.icon() is QMessageBox.Icon.NoIcon
    assert [button.text() for button in box.buttons()] == ["&OK", "&Copy details"]
    assert with_letters(["Save", "Discard", "Stop", "Keep & go on"]) == [
        "&Save",
        "&Discard",
        "S&top",
        "Keep && go on",
    ]


def test_show_in_folder_is_offered_only_after_an_export(segmented: Window) -> None:
    assert not actions_of(segmented)["show_saved"].isEnabled()


def test_the_tour_ends_with_the_first_cell_to_judge(segmented: Window, qtbot: QtBot) -> None:
    tour = segmented.pages.show_tour()
    for _ in range(5):
        tour.next.click()
    qtbot.waitUntil(lambda: segmented.session.reviewing.present > 0)
    assert segmented.session.view.selection == {segmented.session.reviewing.present}
    assert segmented.docks["Review"].widget().isVisible()


def test_a_folder_is_read_beside_the_window_and_the_last_one_asked_for_opens(
    window: Window, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = image_file.parent / "slow", image_file.parent / "quick"
    for folder in (slow, quick):
        folder.mkdir()
        (folder / "a.tif").write_bytes(image_file.read_bytes())
    gate, threads = Event(), set()

    def read(folder: Path) -> tuple[list[Path], list[Path]]:
        threads.add(current_thread())
        if folder == slow:
            gate.wait(10)
        return [folder / "a.tif"], []

    monkeypatch.setattr("cpsam_gui.window.window.images_or_subfolders", read)
    window.open_folder(slow)
    with qtbot.waitSignal(window.session.image_changed):
        window.open_folder(quick)
    gate.set()
    qtbot.waitUntil(lambda: window.session.jobs.idle)
    assert window.session.path == quick / "a.tif"
    assert main_thread() not in threads


def test_the_next_image_to_segment_is_looked_for_beside_the_window(
    opened: Window, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, bare = image_file.with_name("d.tif"), image_file.with_name("e.tif")
    for path in (done, bare):
        path.write_bytes(image_file.read_bytes())
    done.with_name("d_masks.tif").write_bytes(b"looked at by name only")
    qtbot.waitUntil(lambda: opened.session.jobs.idle)
    opened.session.folder.read(image_file.parent)
    qtbot.waitUntil(lambda: bare in opened.session.folder.images)
    threads = []

    def look(images: Sequence[Path]) -> Path | None:
        threads.append(current_thread())
        return first_without_work(images)

    monkeypatch.setattr("cpsam_gui.window.training_pages.first_without_work", look)
    opened.training_pages.segment_next()
    qtbot.waitUntil(lambda: opened.session.path == bare)
    assert threads and main_thread() not in threads
    qtbot.waitUntil(lambda: opened.session.jobs.idle)
    opened.session.document.mark_saved()


def test_of_several_dropped_files_it_is_said_which_one_was_taken(
    window: Window, qtbot: QtBot, image_file: Path
) -> None:
    """The others were left out without a word."""
    other = image_file.with_name("other.tif")
    other.write_bytes(image_file.read_bytes())
    for paths, said in (([image_file, other], True), ([other], False)):
        with qtbot.waitSignal(window.session.image_changed):
            window.drop(paths, as_masks=False)
        assert ("Of 2 dropped files only cells.tif was taken" in window.status.hint.text()) is said
