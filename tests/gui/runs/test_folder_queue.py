"""A folder in the background: every file gets a result, and nobody's work is touched."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QCoreApplication, QItemSelectionModel, Qt

from cpsam_core.errors import ImageError
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.system.file_identity import identity_of
from cpsam_gui import operations, tasks
from cpsam_gui.panels import FilesPanel, SegmentPanel, file_menu
from cpsam_gui.program.i18n import FOLDER, TextTranslator, read_ts, translate_said
from cpsam_gui.runs.folder_queue import ExistingMasks, Queue, QueueState
from cpsam_gui.runs.options import BY_HAND
from cpsam_gui.session import folder_choice
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.objects import Origin
from cpsam_gui.storage import worklog
from cpsam_gui.storage.companions import masks_path, project_path
from cpsam_gui.storage.kept_flows import make_room, projects_bytes
from cpsam_gui.storage.own_writes import as_expected
from cpsam_gui.storage.project import read_project
from tests.zarr_files import write_zarr

if TYPE_CHECKING:
    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.runs.fates import EarlierWork
    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window

NAMES = ("a.tif", "b2.tif", "b10.tif")


@pytest.fixture
def folder(tmp_path: Path, image_file: Path) -> Path:
    """Return a folder of three images beside which nothing lies."""
    home = tmp_path / "images"
    home.mkdir()
    for name in NAMES:
        (home / name).write_bytes(image_file.read_bytes())
    return home


def look_at(session: Session, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path)
    look(session, qtbot)


def look(session: Session, qtbot: QtBot) -> None:
    session.folder_run.look()
    qtbot.waitUntil(lambda: session.folder_run.reading is None)


def run_all(session: Session, qtbot: QtBot) -> list[QueueState]:
    session.folder_run.start()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    return [entry.state for entry in session.folder_run.queue.entries]


def test_states_and_words() -> None:
    queue = Queue()
    assert queue.summary(str) == "No images"
    queue.fill([])
    assert queue.part == 0
    queue.fill([Path("a"), Path("b"), Path("c")])
    queue.begin()
    assert queue.next() == 0
    queue.put(0, state=QueueState.RUNNING, part=0.5)
    assert (queue.current, queue.next()) == (0, 1)
    assert queue.part == pytest.approx(0.5 / 3)
    queue.put(0, state=QueueState.DONE, objects=1)
    queue.put(1, state=QueueState.FAILED, words="too dark")
    assert [entry.text(str) for entry in queue.entries] == ["1 object", "failed: too dark", "waiting"]
    queue.pause(True)
    assert queue.paused
    queue.end()
    assert queue.entries[2].state is QueueState.CANCELLED
    assert queue.summary(str) == "3 images: 1 done, 1 failed, 1 cancelled"
    queue.pause(True)
    assert not queue.paused


def test_what_became_of_the_images_is_said_in_the_language_of_the_window(qapp: QCoreApplication) -> None:
    queue = Queue()
    queue.fill([Path("a"), Path("b"), Path("c"), Path("d")])
    queue.put(0, state=QueueState.DONE, objects=1200)
    queue.put(1, state=QueueState.SKIPPED, words="has masks")
    queue.put(2, state=QueueState.RUNNING, part=0.5, words="Reading")
    german = TextTranslator(read_ts(FOLDER / "de.ts"), qapp)
    qapp.installTranslator(german)
    try:
        texts = [entry.text(translate_said) for entry in queue.entries]
        summary = queue.summary(translate_said)
    finally:
        qapp.removeTranslator(german)
    assert texts == ["1,200 Objekte", "übersprungen: hat Masken", "50 %  Wird gelesen", "wartet"]
    assert summary == "4 Bilder: 1 fertig, 1 übersprungen"


def test_every_image_gets_masks_the_open_one_in_its_history(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    document = session.document
    assert [entry.path.name for entry in session.folder_run.queue.entries] == list(NAMES)
    assert run_all(session, qtbot) == [QueueState.DONE, QueueState.DONE, QueueState.DONE]
    assert session.document is document
    assert document.steps == ("Segment with cpsam-lite",)
    assert len(document.objects) == 4
    assert document.modified
    assert not masks_path(folder / "a.tif").exists()  # it is saved as any other work of the window
    assert session.persistence.save_now()
    for name in NAMES[1:]:
        assert tifffile.imread(masks_path(folder / name)).max() == 4
        assert project_path(folder / name).exists()
    # What was written opens with the window's own reader.
    look_at(session, qtbot, folder / "b2.tif")
    assert len(session.document.objects) == 4
    assert not session.document.modified


def test_an_error_in_one_file_leaves_the_others(session: Session, qtbot: QtBot, folder: Path) -> None:
    (folder / "b2.tif").write_bytes(b"no image")
    look_at(session, qtbot, folder / "a.tif")
    failures: list[object] = []
    session.failed.connect(failures.append)
    assert run_all(session, qtbot) == [QueueState.DONE, QueueState.FAILED, QueueState.DONE]
    # Without its folder: the narrow list has room for the reason, too.
    assert session.folder_run.queue.entries[1].words.startswith("b2.tif is not a TIFF file")
    assert not failures  # it stands in the list, and no dialog comes up in the middle of the work


def test_an_error_of_the_model_is_told_for_each_file(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    segmenter.error = ImageError("Too dark.")
    look_at(session, qtbot, folder / "a.tif")
    assert run_all(session, qtbot) == [QueueState.FAILED, QueueState.FAILED, QueueState.FAILED]
    assert session.folder_run.queue.entries[2].text(str) == "failed: Too dark."


def corrected(session: Session, qtbot: QtBot, path: Path) -> None:
    """Segment and correct an image, and save."""
    look_at(session, qtbot, path)
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    document = session.document
    with document.step("Draw"):
        document.write(Box(0, 1, 2, 6, 2, 6), np.full((1, 4, 4), 77, np.uint32), Origin.HAND)
    assert session.persistence.save_now()


@pytest.mark.parametrize("existing", list(ExistingMasks))
def test_what_is_saved_while_the_model_is_at_work_survives(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter, existing: ExistingMasks
) -> None:
    """Somebody opened the image that was at work, drew a cell and went on: the run wrote over it."""
    look_at(session, qtbot, folder / "a.tif")
    session.folder_run.existing, segmenter.gate = existing, Event()
    session.folder_run.choose([folder / "b2.tif"])
    session.folder_run.start()
    qtbot.waitUntil(lambda: bool(segmenter.calls))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "b2.tif")
    with session.document.step("Draw"):
        session.document.write(Box(0, 1, 2, 6, 2, 6), np.full((1, 4, 4), 77, np.uint32), Origin.HAND)
    assert session.persistence.save_now()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "a.tif")
    segmenter.gate.set()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    saved = read_project(project_path(folder / "b2.tif"))
    assert sum(row["origin"] is Origin.HAND for row in saved.objects.values()) == 1
    assert len(saved.objects) == (5 if existing is ExistingMasks.KEEP_HAND_MADE else 1)


def test_an_image_with_work_that_no_file_holds_is_left_alone(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    """Masks in its project, which would be the newer ones, made that work an older copy of itself."""
    look_at(session, qtbot, folder / "b2.tif")
    with session.document.step("Draw"):
        session.document.write(Box(0, 1, 2, 6, 2, 6), np.full((1, 4, 4), 77, np.uint32), Origin.HAND)
    session.persistence.journals.postponed = True
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "a.tif")
    qtbot.waitUntil(lambda: session.folder_run.queue.entries[1].fate == "stays: has unsaved work")
    assert run_all(session, qtbot) == [QueueState.DONE, QueueState.SKIPPED, QueueState.DONE]
    assert not project_path(folder / "b2.tif").exists()
    assert session.folder_run.queue.entries[1].words == "has unsaved work"
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "b2.tif")
    qtbot.waitUntil(lambda: len(session.document.objects) == 1)
    session.document.mark_saved()


@pytest.mark.parametrize("existing", list(ExistingMasks))
def test_corrected_work_survives(
    session: Session, qtbot: QtBot, folder: Path, existing: ExistingMasks
) -> None:
    corrected(session, qtbot, folder / "b2.tif")
    before = masks_path(folder / "b2.tif").read_bytes()
    look_at(session, qtbot, folder / "a.tif")
    session.folder_run.existing = existing
    states = run_all(session, qtbot)
    if existing is ExistingMasks.KEEP_HAND_MADE:
        assert states == [QueueState.DONE, QueueState.DONE, QueueState.DONE]
        look_at(session, qtbot, folder / "b2.tif")
        assert session.document.objects[77].origin is Origin.HAND
        assert np.count_nonzero(session.document.labels == 77) == 16
        assert len(session.document.objects) == 5
    else:
        assert states == [QueueState.DONE, QueueState.SKIPPED, QueueState.DONE]
        assert masks_path(folder / "b2.tif").read_bytes() == before


@pytest.mark.parametrize("at", ["open", "elsewhere"])
def test_what_was_deleted_stays_away_and_the_row_and_the_end_say_so(
    session: Session, qtbot: QtBot, folder: Path, at: str
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    operations.delete(session.document, [1])
    assert session.persistence.save_now()
    if at == "elsewhere":
        look_at(session, qtbot, folder / "b2.tif")
    said: list[str] = []
    session.message.connect(said.append)
    # A folder run keeps what was done by hand, whatever the panel says of the next run on the open image.
    session.run_state.change(keep=False)
    session.folder_run.existing = ExistingMasks.KEEP_HAND_MADE
    assert run_all(session, qtbot) == [QueueState.DONE, QueueState.DONE, QueueState.DONE]
    away = "1 object deleted or refused by hand stays away"
    texts = [entry.text(str) for entry in session.folder_run.queue.entries]
    assert texts == ["3 objects, 1 stays away", "4 objects", "4 objects"]
    assert said[-1] == f"Folder: 3 images: 3 done, {away}"
    if at == "elsewhere":
        look_at(session, qtbot, folder / "a.tif")
    assert session.document.facts.deleted is not None
    assert session.document.facts.review is ReviewState.CORRECTED


def test_masks_of_other_programs_count_as_corrected(session: Session, qtbot: QtBot, folder: Path) -> None:
    tifffile.imwrite(masks_path(folder / "b2.tif"), np.ones((80, 100), np.uint16))
    look_at(session, qtbot, folder / "a.tif")
    assert run_all(session, qtbot) == [QueueState.DONE, QueueState.SKIPPED, QueueState.DONE]
    assert not project_path(folder / "b2.tif").exists()


def test_a_label_image_that_another_program_corrected_stays_beside_a_project_that_nobody_did(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    run_all(session, qtbot)
    masks = masks_path(folder / "b2.tif")
    corrected = tifffile.imread(masks)
    corrected[:5, :5] = 99
    tifffile.imwrite(masks, corrected)
    run_all(session, qtbot)
    np.testing.assert_array_equal(tifffile.imread(masks), corrected)


def test_what_only_the_model_did_is_done_anew(session: Session, qtbot: QtBot, folder: Path) -> None:
    look_at(session, qtbot, folder / "a.tif")
    run_all(session, qtbot)
    assert run_all(session, qtbot) == [QueueState.DONE, QueueState.DONE, QueueState.DONE]
    log = worklog.read(read_project(project_path(folder / "b2.tif")).foreign[worklog.KEY])
    assert [(one.what, one.by) for one in log] == [("Segment", "model")] * 2
    session.folder_run.existing = ExistingMasks.SKIP_ALL
    assert run_all(session, qtbot) == [QueueState.SKIPPED, QueueState.SKIPPED, QueueState.SKIPPED]


def test_masks_of_another_size_are_never_overwritten(session: Session, qtbot: QtBot, folder: Path) -> None:
    tifffile.imwrite(masks_path(folder / "b2.tif"), np.ones((9, 9), np.uint16))
    look_at(session, qtbot, folder / "a.tif")
    session.folder_run.existing = ExistingMasks.KEEP_HAND_MADE
    assert run_all(session, qtbot) == [QueueState.DONE, QueueState.FAILED, QueueState.DONE]
    assert tifffile.imread(masks_path(folder / "b2.tif")).shape == (9, 9)


def test_pause_lets_the_open_image_go_first_and_cancel_keeps_what_is_done(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    queue = session.folder_run.queue
    queue.choose([0], False)
    segmenter.gate, segmenter.steps = Event(), 3
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    session.folder_run.pause(True)
    segmenter.gate.set()
    segmenter.gate = None
    with qtbot.waitSignal(session.history_changed):  # the paused folder gave the device away
        session.segmenting.segment()
    assert len(session.document.objects) == 4
    assert queue.current == 1
    session.folder_run.pause(False)
    qtbot.waitUntil(lambda: queue.entries[1].state is QueueState.DONE)
    session.folder_run.cancel()
    qtbot.waitUntil(lambda: not queue.running)
    assert queue.entries[1].state is QueueState.DONE
    assert masks_path(folder / "b2.tif").exists()


def test_cancel_stops_between_two_tiles(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    segmenter.steps = 1_000_000_000
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    session.folder_run.cancel()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running)
    states = [entry.state for entry in session.folder_run.queue.entries]
    assert states == [QueueState.CANCELLED, QueueState.CANCELLED, QueueState.CANCELLED]
    assert not masks_path(folder / "b2.tif").exists()


def test_an_image_opened_meanwhile_is_left_alone(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    session.folder_run.queue.choose([0], False)
    segmenter.gate = Event()
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "b2.tif")
    segmenter.gate.set()
    queue = session.folder_run.queue
    qtbot.waitUntil(lambda: not queue.running)
    states = [entry.state for entry in queue.entries]
    assert states == [QueueState.WAITING, QueueState.SKIPPED, QueueState.DONE]
    assert not masks_path(folder / "b2.tif").exists()


def test_closing_stops_the_folder(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    segmenter.steps = 1_000_000_000
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    session.close()
    assert not masks_path(folder / "b2.tif").exists()


def test_an_image_whose_run_ends_after_the_window_tells_nobody(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    queue, told = session.folder_run.queue, list[int]()
    queue.choose([0], False)
    segmenter.gate = Event()
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    segmenter.gate.set()
    session.close()
    queue.changed.connect(told.append)
    # The end of the thread is told by the event loop.
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert told == []


def test_flows_are_kept_so_that_all_works_on_the_results_at_once(
    session: Session, segmenter: FakeSegmenter, qtbot: QtBot, folder: Path
) -> None:
    segmenter.used = 11.5
    look_at(session, qtbot, folder / "a.tif")
    run_all(session, qtbot)
    session.document.mark_saved()
    look_at(session, qtbot, folder / "b2.tif")
    assert session.run_state.flows is not None
    assert session.run_state.flows.fits((80, 100))
    # Thresholds follow the flows in as many steps as the run, which depend on it.
    assert session.run_state.flows.diameter == 11.5
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.mask_again()  # thresholds, without the network


def test_without_room_on_the_disk_masks_only_are_kept(session: Session, qtbot: QtBot, folder: Path) -> None:
    session.persistence.preferences.now = session.persistence.preferences.now.changed(flows_mebibytes=0)
    look_at(session, qtbot, folder / "a.tif")
    run_all(session, qtbot)
    session.document.mark_saved()
    look_at(session, qtbot, folder / "b2.tif")
    assert len(session.document.objects) == 4
    assert session.run_state.flows is None


def test_where_there_is_no_more_room_the_oldest_flows_go_and_the_masks_stay(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    run_all(session, qtbot)
    old, new = folder / "b2.cpsam", folder / "b10.cpsam"
    os.utime(old, (1, 1))
    before, file = read_project(old, flows=True), identity_of(old)
    assert before.output is not None
    total = projects_bytes(folder)
    assert make_room(folder, total, lambda project: True) is False, "what is in use is left alone"
    assert make_room(folder, total, lambda project: False)
    after, kept = read_project(old, flows=True), read_project(new, flows=True)
    assert after.output is None and kept.output is not None
    assert identity_of(old) != file and as_expected(old, file, None), (
        "nobody takes it for another program's work"
    )
    assert np.array_equal(after.labels, before.labels) and after.objects == before.objects
    assert projects_bytes(folder) < total
    session.folder_run.look()
    qtbot.waitUntil(lambda: session.folder_run.space.kept_bytes == projects_bytes(folder))


def test_corrected_work_in_the_open_image_is_left_alone(session: Session, qtbot: QtBot, folder: Path) -> None:
    corrected(session, qtbot, folder / "a.tif")
    look(session, qtbot)
    steps = session.document.steps
    assert run_all(session, qtbot) == [QueueState.SKIPPED, QueueState.DONE, QueueState.DONE]
    assert session.document.steps == steps


def test_an_open_image_that_is_left_during_its_run_is_done_from_the_file(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    segmenter.gate = Event()
    session.folder_run.start()
    qtbot.waitUntil(lambda: bool(segmenter.calls))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "b10.tif")
    segmenter.gate.set()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    assert {entry.state for entry in session.folder_run.queue.entries} == {QueueState.DONE}
    assert project_path(folder / "a.tif").exists()
    assert len(session.document.objects) == 4


def test_ticks_and_a_selection_choose_images(window: Window, qtbot: QtBot, folder: Path) -> None:
    session = window.session
    look_at(session, qtbot, folder / "a.tif")
    files = window.panel(FilesPanel)
    qtbot.waitUntil(lambda: len(files.paths) == 3)
    files.list.clearSelection()
    for name in ("b2.tif", "b10.tif"):
        files.list.selectionModel().select(
            files.model.row_of(folder / name), QItemSelectionModel.SelectionFlag.Select
        )
    assert [path.name for path in files.chosen] == ["b2.tif", "b10.tif"]
    menu = files.menu.make(files.chosen)
    next(one for one in menu.actions() if one.text().startswith("Segment")).trigger()
    view = window.panel(SegmentPanel).folder
    assert window.panel(SegmentPanel).pages.currentIndex() == 1
    states = [view.list.topLevelItem(n).checkState(0) for n in range(3)]
    assert states == [Qt.CheckState.Unchecked, Qt.CheckState.Checked, Qt.CheckState.Checked]
    # A tick that is taken away by hand.
    view.list.topLevelItem(2).setCheckState(0, Qt.CheckState.Unchecked)
    view.start.click()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    assert project_path(folder / "b2.tif").exists()
    assert not project_path(folder / "b10.tif").exists()
    assert not session.document.objects
    assert view.summary.text().startswith("1 of 3 images: 1 done")


def test_what_becomes_of_masks_is_said_before_the_run(window: Window, qtbot: QtBot, folder: Path) -> None:
    look_at(window.session, qtbot, folder / "a.tif")
    view = window.panel(SegmentPanel).folder
    assert "are made again" in view.fate.text()
    view.policy.setCurrentIndex(view.policy.findData(ExistingMasks.SKIP_ALL))
    assert "left as they are" in view.fate.text()


def test_results_are_removed_after_a_question_and_the_list_follows(
    window: Window, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    look_at(session, qtbot, folder / "a.tif")
    files = window.panel(FilesPanel)
    qtbot.waitUntil(lambda: len(session.folder.now.states) == 3)
    session.segmenting.segment()
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    # Before anything is saved.
    assert session.folder.now.states[folder / "a.tif"] is ReviewState.SEGMENTED
    session.document.mark_saved()
    qtbot.waitUntil(lambda: session.folder.now.states[folder / "a.tif"] is ReviewState.NOT_STARTED)
    session.folder_run.start()
    qtbot.waitUntil(lambda: session.folder.now.states[folder / "b2.tif"] is ReviewState.SEGMENTED)
    qtbot.waitUntil(lambda: not session.folder_run.queue.running)
    moved: list[str] = []

    def trash(file: str) -> tuple[bool, str]:
        moved.append(file)
        Path(file).unlink()
        return True, ""

    monkeypatch.setattr(file_menu.QFile, "moveToTrash", trash)
    answers = iter(["stay", "trash"])
    session.questions.ask = lambda question: next(answers)
    menu = files.menu.make([folder / "b2.tif"])
    remove = next(one for one in menu.actions() if one.text().startswith("Remove"))
    remove.trigger()
    assert not moved
    remove.trigger()
    assert sorted(Path(one).name for one in moved) == ["b2.cpsam", "b2_masks.tif"]
    assert (folder / "b2.tif").exists()
    qtbot.waitUntil(lambda: session.folder.now.states[folder / "b2.tif"] is ReviewState.NOT_STARTED)
    next(one for one in menu.actions() if one.text().startswith("Leave out")).trigger()
    assert session.candidates.uses[folder / "b2.tif", ""] == "exclude"


def adjusted(session: Session, qtbot: QtBot, path: Path, threshold: float) -> None:
    """Segment an image, move its flow threshold, and save."""
    look_at(session, qtbot, path)
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    with qtbot.waitSignal(session.history_changed):
        session.run_state.change(flow_threshold=threshold)
        session.segmenting.mask_again()
    assert session.persistence.save_now()


def fates(session: Session) -> list[str]:
    return [entry.text(str) for entry in session.folder_run.queue.entries]


@pytest.mark.parametrize("existing", [ExistingMasks.SKIP_CORRECTED, ExistingMasks.KEEP_HAND_MADE])
def test_thresholds_that_were_set_by_hand_are_not_lost(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter, existing: ExistingMasks
) -> None:
    adjusted(session, qtbot, folder / "b2.tif", 1.25)
    corrected(session, qtbot, folder / "b10.tif")
    look_at(session, qtbot, folder / "a.tif")
    session.run_state.change(flow_threshold=0.4)
    session.folder_run.existing = existing
    stays = existing is ExistingMasks.SKIP_CORRECTED
    said = (
        ["waiting", "stays: thresholds set by hand", "stays: corrected"]
        if stays
        else ["waiting", "made again, own thresholds", "made again, hand-made stays"]
    )
    qtbot.waitUntil(lambda: fates(session) == said)
    # With the same thresholds nothing is lost.
    session.run_state.change(flow_threshold=1.25)
    assert fates(session)[1] == "made again"
    session.run_state.change(flow_threshold=0.4)
    assert fates(session) == said
    calls = len(segmenter.calls)
    states = run_all(session, qtbot)
    used = [settings.flow_threshold for settings in segmenter.calls[calls:]]
    if stays:
        assert states == [QueueState.DONE, QueueState.SKIPPED, QueueState.SKIPPED]
        assert fates(session)[1] == "skipped: thresholds set by hand"
        assert used == [0.4]
    else:
        assert states == [QueueState.DONE] * 3
        assert used == [0.4, 1.25, 0.4]
    # They stay its own in every later run, too.
    for _ in range(2):
        settings = read_project(project_path(folder / "b2.tif")).settings
        assert settings["flow_threshold"] == 1.25 and settings[BY_HAND] is True
        run_all(session, qtbot)


def test_the_open_image_keeps_its_thresholds_and_undo_gives_them_back(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    adjusted(session, qtbot, folder / "a.tif", 1.25)
    session.folder_run.look()
    assert fates(session)[0] == "made again"
    session.run_state.change(flow_threshold=0.4)
    assert fates(session)[0] == "stays: thresholds set by hand"
    session.run_state.change(flow_threshold=1.25)
    session.document.undo()
    assert session.run_state.options.settings.flow_threshold == 0.4
    session.run_state.change(flow_threshold=0.9)
    assert fates(session)[0] == "made again"
    session.document.redo()
    session.run_state.change(flow_threshold=0.9)
    states = run_all(session, qtbot)
    assert states[0] is QueueState.SKIPPED
    # A run on this image with its thresholds keeps them its own.
    session.run_state.change(flow_threshold=1.25)
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    assert session.run_state.last_settings[BY_HAND] is True


def test_thresholds_that_came_with_the_open_image_are_not_taken_for_moved_by_hand(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    """The panel shows those of the project, and the run has its own, from before the image was opened."""
    look_at(session, qtbot, folder / "a.tif")
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    session.run_state.change(flow_threshold=1.25)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.run_state.last_settings["flow_threshold"] == 1.25)
    del session.run_state.last_settings[BY_HAND]
    options = session.run_state.options.changed(flow_threshold=0.4)
    session.segmenting.segment_for_folder(options, nullcontext, then=lambda outcome: None)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert session.document.steps[-1] == "Segment with cpsam-lite"
    assert session.run_state.last_settings["flow_threshold"] == 0.4
    assert session.run_state.last_settings.get(BY_HAND) is not True
    assert session.run_state.options.settings.flow_threshold == 0.4


def test_a_run_with_the_same_thresholds_leaves_them_set_by_hand(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    adjusted(session, qtbot, folder / "b2.tif", 1.25)
    look_at(session, qtbot, folder / "a.tif")
    session.run_state.change(flow_threshold=1.25)
    assert run_all(session, qtbot) == [QueueState.DONE] * 3
    marks = {
        name: read_project(project_path(folder / name)).settings.get(BY_HAND)
        for name in ("b2.tif", "b10.tif")
    }
    assert marks == {"b2.tif": True, "b10.tif": None}


def test_an_earlier_look_at_the_files_that_ends_later_does_not_count(
    session: Session, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    qtbot.waitUntil(lambda: session.jobs.idle)
    read, gate, real = Event(), Event(), tasks.earlier_works

    def slow(*args: Any) -> dict[Path, EarlierWork]:
        found = real(*args)
        read.set()
        assert gate.wait(60)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "earlier_works", slow)
        session.notices.saved.emit(str(project_path(folder / "b10.tif")))
    assert read.wait(60)
    tifffile.imwrite(masks_path(folder / "b10.tif"), np.ones((60, 80), np.uint16))
    session.notices.saved.emit(str(masks_path(folder / "b10.tif")))
    qtbot.waitUntil(lambda: fates(session)[2] == "stays: corrected")
    gate.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert fates(session)[2] == "stays: corrected"


def test_a_folder_is_read_beside_the_window_and_the_last_look_counts(
    session: Session, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "a.tif")
    run, gate, threads = session.folder_run, Event(), []
    late = [folder / "a.tif"]

    def read(home: Path) -> list[Path]:
        threads.append(current_thread())
        if len(threads) > 1:
            return [folder / name for name in NAMES]
        assert gate.wait(20)
        return late

    monkeypatch.setattr(folder_choice, "images_in", read)
    run.look()
    qtbot.waitUntil(lambda: len(threads) == 1)
    run.choose([folder / "b2.tif"])
    qtbot.waitUntil(lambda: run.reading is None)
    gate.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert [(one.path.name, one.chosen) for one in run.queue.entries] == [
        ("a.tif", False),
        ("b2.tif", True),
        ("b10.tif", False),
    ]
    assert main_thread() not in threads


def test_images_of_another_folder_are_not_offered_while_this_one_is_read(
    session: Session, qtbot: QtBot, folder: Path, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    gate = Event()
    monkeypatch.setattr(folder_choice, "images_in", lambda home: gate.wait(20) and [image_file])
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    session.folder_run.look()
    assert session.folder_run.reading == image_file.parent
    assert session.folder_run.queue.entries == ()
    session.folder_run.start()
    assert not session.folder_run.queue.running
    gate.set()
    qtbot.waitUntil(lambda: session.folder_run.reading is None)
    assert [one.path for one in session.folder_run.queue.entries] == [image_file]


def test_images_chosen_in_one_folder_untick_none_of_the_next(
    session: Session, qtbot: QtBot, folder: Path, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "a.tif")
    gate = Event()
    monkeypatch.setattr(
        folder_choice,
        "images_in",
        lambda home: [image_file] if home == image_file.parent else gate.wait(20) and [folder / "a.tif"],
    )
    session.folder_run.choose([folder / "a.tif"])
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    session.folder_run.look()
    qtbot.waitUntil(lambda: session.folder_run.reading is None)
    gate.set()
    assert [(one.path, one.chosen) for one in session.folder_run.queue.entries] == [(image_file, True)]


def test_what_is_ticked_while_a_known_folder_is_read_again_stays(
    session: Session, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at(session, qtbot, folder / "a.tif")
    run, gate = session.folder_run, Event()
    known = [one.path for one in run.queue.entries]
    monkeypatch.setattr(folder_choice, "images_in", lambda home: gate.wait(20) and known)
    run.choose([folder / "a.tif"])
    run.queue.choose([known.index(folder / "b2.tif")], True)
    gate.set()
    qtbot.waitUntil(lambda: run.reading is None)
    assert [one.path.name for one in run.queue.entries if one.chosen] == ["a.tif", "b2.tif"]


def test_results_of_time_points_and_of_slides_are_removed_too(
    window: Window, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A movie has a label image for each time point, and the project of a slide is a folder."""
    movie = folder / "movie.tif"
    tifffile.imwrite(movie, np.zeros((5, 20, 30), np.uint8), metadata={"axes": "TYX"})
    written = [masks_path(movie, DocumentKey(time=time)) for time in (0, 3)]
    for path in written:
        tifffile.imwrite(path, np.ones((20, 30), np.uint16))
    pixels = np.zeros((20, 30), np.uint16)
    slide = write_zarr(folder / "slide.ome.zarr", [pixels], axes="yx", channels=(), side=16, sized=False)
    document = project_path(slide) / "main" / "document.json"
    document.parent.mkdir(parents=True)
    document.write_text("{}")
    session, files = window.session, window.panel(FilesPanel)
    look_at(session, qtbot, folder / "a.tif")
    qtbot.waitUntil(lambda: {movie, slide} <= {*session.folder.now.states})
    moved: list[str] = []
    monkeypatch.setattr(file_menu.QFile, "moveToTrash", lambda file: (moved.append(file) or True, ""))
    session.questions.ask = lambda question: "trash"
    for image, results in ((movie, written), (slide, [project_path(slide)])):
        menu = files.menu.make([image]).actions()
        assert next(one for one in menu if one.text().startswith("Show the results")).isEnabled()
        next(one for one in menu if one.text().startswith("Remove")).trigger()
        assert sorted(Path(one) for one in moved) == sorted(results)
        moved.clear()
