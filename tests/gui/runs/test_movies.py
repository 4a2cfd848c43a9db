"""Movies in a folder run: one time point of each is segmented, and that is said before and after."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtWidgets import QApplication

from cpsam_core.images.companions import documents_of
from cpsam_core.images.project_summary import project_keys
from cpsam_gui import operations, tasks
from cpsam_gui.jobs import job
from cpsam_gui.panels import FilesPanel, SegmentPanel
from cpsam_gui.program.run_part import RunPart
from cpsam_gui.runs.folder_queue import ExistingMasks, QueueState
from cpsam_gui.runs.movie_times import MovieTimes
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.companions import masks_path, project_path
from cpsam_gui.tasks import unattended

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_core.progress import Progress
    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window

ONLY = "time point 1 of 5 only"


@pytest.fixture
def folder(tmp_path: Path, image_file: Path) -> Path:
    """Return a folder of two movies and a plain image beside which nothing lies."""
    home = tmp_path / "images"
    home.mkdir()
    frame = tifffile.imread(image_file)
    # Channels, where there are any, go with each frame.
    axes = "TYX" if frame.ndim == 2 else "TYXS"
    for name in ("movie1.tif", "movie2.tif"):
        tifffile.imwrite(
            home / name, np.stack([frame] * 5), photometric="minisblack", metadata={"axes": axes}
        )
    (home / "plain.tif").write_bytes(image_file.read_bytes())
    return home


def look_at(session: Session, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path)
    session.folder_run.look()
    qtbot.waitUntil(lambda: session.folder_run.reading is None and session.jobs.idle)


def texts(session: Session) -> list[str]:
    return [entry.text(str) for entry in session.folder_run.queue.entries]


def test_a_run_says_before_and_after_that_it_takes_one_time_point_of_a_movie(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    session = window.session
    look_at(session, qtbot, folder / "movie1.tif")
    view = window.panel(SegmentPanel).folder
    assert texts(session) == [ONLY, ONLY, "waiting"]
    assert "one time point" in view.movies.text()
    assert view.movies.isVisibleTo(view)
    session.folder_run.start()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    entries = session.folder_run.queue.entries
    # A plain image between movies, and a movie that nobody opened, are done, too.
    assert [entry.state for entry in entries] == [QueueState.DONE] * 3, texts(session)
    assert texts(session) == [f"4 objects, {ONLY}", f"4 objects, {ONLY}", "4 objects"]
    assert session.folder_run.queue.summary(str) == "3 images: 3 done, one time point only of 2 movies"


def test_the_time_point_that_is_open_is_taken_of_the_others_too(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    look_at(session, qtbot, folder / "movie1.tif")
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif", reading=session.images.reading.at(3))
    qtbot.waitUntil(lambda: texts(session)[0] == "time point 4 of 5 only")
    assert texts(session)[1] == "time point 4 of 5 only"
    session.folder_run.start()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    assert texts(session)[1:] == ["4 objects, time point 4 of 5 only", "4 objects"]
    names = [one.name for one in folder.glob("movie2*masks.tif")]
    assert names == ["movie2_t003_masks.tif"]
    assert masks_path(folder / "plain.tif").exists()


def test_the_time_point_of_a_run_stays_and_of_the_open_movie_the_open_one_is_taken(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    look_at(session, qtbot, folder / "movie1.tif")
    segmenter.gate = Event()
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif", reading=session.images.reading.at(3))
    assert texts(session)[1:] == [ONLY, "waiting"]
    segmenter.gate.set()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    assert texts(session) == ["4 objects, time point 4 of 5 only", f"4 objects, {ONLY}", "4 objects"]
    session.folder_run.start()
    assert session.folder_run.queue.entries[1].only == "time point 4 of 5 only"
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)


def test_a_time_point_that_is_saved_while_another_is_at_work_makes_no_run_begin_anew(
    session: Session, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    """Whoever draws in one of a movie saves all the time, and its other masks stay those that the run looked at."""
    look_at(session, qtbot, folder / "movie2.tif")
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie2.tif", reading=session.images.reading.at(3))
    session.folder_run.choose([folder / "movie2.tif"])
    session.folder_run.all_times = True
    session.facts.set_state(ReviewState.VERIFIED)
    session.folder_run.start()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    segmenter.calls.clear()
    segmenter.gate = Event()
    session.facts.change("Notes", notes="again")
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    assert session.persistence.save_now(masks=False)
    segmenter.gate.set()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    assert len(segmenter.calls) == 4 and len(project_keys(project_path(folder / "movie2.tif"))) == 5


def test_of_a_movie_without_the_open_time_point_the_first_is_taken(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    frames = tifffile.imread(folder / "movie2.tif")[:3]
    axes = "TYX" if frames.ndim == 3 else "TYXS"
    tifffile.imwrite(folder / "movie2.tif", frames, photometric="minisblack", metadata={"axes": axes})
    look_at(session, qtbot, folder / "movie1.tif")
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif", reading=session.images.reading.at(4))
    assert texts(session)[1] == "time point 1 of 3 only"
    session.folder_run.start()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    assert texts(session)[1] == "4 objects, time point 1 of 3 only"


def test_a_movie_that_the_axes_of_the_open_image_do_not_fit_is_known_for_one(tmp_path: Path) -> None:
    movie = tmp_path / "movie.tif"
    tifffile.imwrite(movie, np.zeros((5, 2, 30, 40), np.uint8), metadata={"axes": "TCYX"})
    assert tasks.parts_among([movie], tasks.AxesReading("ZYX")) == {movie: tasks.FileParts(5)}


def test_where_no_image_is_a_movie_nothing_is_said_of_time_points(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    for name in ("movie1.tif", "movie2.tif"):
        (folder / name).unlink()
    look_at(window.session, qtbot, folder / "plain.tif")
    view = window.panel(SegmentPanel).folder
    assert not view.movies.isVisibleTo(view)


def test_movies_of_a_folder_that_was_left_are_not_those_of_the_next(
    window: Window, qtbot: QtBot, folder: Path, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, gate = window.session, Event()
    look_into = tasks.parts_among

    def slowly(
        images: Collection[Path], like: tasks.AxesReading, progress: Progress
    ) -> dict[Path, tasks.FileParts]:
        assert image_file in images or gate.wait(20)
        return look_into(images, like, progress)

    monkeypatch.setattr(tasks, "parts_among", slowly)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif")
    session.folder_run.look()
    qtbot.waitUntil(lambda: session.folder_run.reading is None)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    session.folder_run.look()
    qtbot.waitUntil(lambda: session.folder_run.reading is None)
    gate.set()
    qtbot.waitUntil(lambda: session.jobs.idle)
    view = window.panel(SegmentPanel).folder
    assert not view.movies.isVisibleTo(view)


def test_the_list_of_files_says_how_many_time_points_have_masks(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    session = window.session
    look_at(session, qtbot, folder / "plain.tif")
    session.folder_run.start()
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=20_000)
    model = window.panel(FilesPanel).model

    def said(name: str) -> str:
        return str(model.row_of(folder / name).data()).split("\n")[1]

    qtbot.waitUntil(lambda: said("movie1.tif") == "1/5, segmented")
    assert session.persistence.save_now()
    qtbot.waitUntil(lambda: said("plain.tif") == "segmented")


def masks_of(folder: Path, stem: str) -> list[str]:
    return sorted(one.name for one in folder.glob(f"{stem}_t*_masks.tif"))


def ready(window: Window, qtbot: QtBot, path: Path) -> Session:
    look_at(window.session, qtbot, path)
    panel = window.panel(SegmentPanel)
    window.show_panel("Segment")
    panel.show_folder()
    qtbot.waitUntil(lambda: window.session.folder_run.reading is None and window.session.jobs.idle)
    return window.session


def done(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not session.folder_run.queue.running, timeout=30_000)


def test_a_tick_has_all_time_points_segmented(window: Window, qtbot: QtBot, folder: Path) -> None:
    session = ready(window, qtbot, folder / "movie1.tif")
    view = window.panel(SegmentPanel).folder
    assert view.all_times.isVisible()
    view.all_times.click()
    assert texts(session) == ["all 5 time points", "all 5 time points", "waiting"]
    assert "--all-times" not in view.movies.text()
    view.start.click()
    done(session, qtbot)
    said = "20 objects, all 5 time points"
    assert texts(session) == [said, said, "4 objects"]
    assert masks_of(folder, "movie2") == [f"movie2_t00{n}_masks.tif" for n in range(5)]
    # Of the open movie the open time point is in its history, and the others are in the same project.
    assert len(session.document.objects) == 4
    assert session.persistence.save_now()
    keys = [one.key.time for one in documents_of(folder / "movie1.tif") if one.masks]
    assert sorted(keys) == list(range(5))
    assert session.folder_run.queue.summary(str) == "3 images: 3 done"


def test_the_open_movie_is_segmented_whole_by_the_button_of_the_page(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    look_at(window.session, qtbot, folder / "movie2.tif")
    session, panel = window.session, window.panel(SegmentPanel)
    window.show_panel("Segment")
    assert panel.foot.all_times.isVisible()
    panel.foot.all_times.click()
    assert panel.folder.all_times.isChecked(), "it is one choice"
    panel.foot.copy_command()
    clipboard = QApplication.clipboard()
    assert clipboard is not None and clipboard.text().endswith("--all-times")
    panel.foot.copy_python()
    assert "for time in range(" in clipboard.text()
    panel.run_button.click()
    qtbot.waitUntil(lambda: session.folder_run.queue.running)
    assert panel.pages.currentWidget() is panel.folder
    done(session, qtbot)
    assert texts(session) == ["20 objects, all 5 time points"]
    assert not masks_of(folder, "movie1")
    # One image has no other time points.
    look_at(session, qtbot, folder / "plain.tif")
    panel.show_folder(False)
    assert not panel.foot.all_times.isVisible()
    with qtbot.waitSignal(session.history_changed):
        window.run()
    assert not session.folder_run.queue.running


def test_saving_the_open_time_point_asks_nothing_after_the_others_were_written(
    window: Window, qtbot: QtBot, folder: Path
) -> None:
    session = ready(window, qtbot, folder / "movie1.tif")
    asked: list[str] = []
    session.questions.ask = lambda question: asked.append(question.text) or question.answers[-1].key
    assert session.persistence.save_now()
    session.folder_run.all_times = True
    session.folder_run.start()
    done(session, qtbot)
    assert session.persistence.save_now()
    assert asked == []
    assert not session.document.modified


def test_what_a_person_touched_in_a_time_point_stays(window: Window, qtbot: QtBot, folder: Path) -> None:
    session = ready(window, qtbot, folder / "movie1.tif")
    with qtbot.waitSignal(session.history_changed):
        window.run()
    session.edits.change(lambda document: operations.delete(document, [1, 2, 3]))
    assert session.persistence.save_now()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif", reading=session.images.reading.at(2))
    session.folder_run.all_times = True
    session.folder_run.start()
    done(session, qtbot)
    assert texts(session)[0] == "16 objects, 4 of 5 time points, skipped: corrected or from elsewhere"
    assert session.persistence.save_now()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif", reading=session.images.reading.at(0))
    assert len(session.document.objects) == 1
    # Where it is done anew, what was deleted stays away, which is said of the movie.
    session.folder_run.existing = ExistingMasks.KEEP_HAND_MADE
    session.folder_run.start()
    done(session, qtbot)
    assert texts(session)[0] == "17 objects, all 5 time points, 3 stay away"


@pytest.mark.parametrize("autosave", [True, False])
def test_all_time_points_have_label_images_or_none_and_a_correction_counts(
    window: Window, qtbot: QtBot, folder: Path, autosave: bool
) -> None:
    """One was corrected and has none, one is open: both are left to whoever works on them."""
    session = ready(window, qtbot, folder / "movie1.tif")
    with qtbot.waitSignal(session.history_changed):
        window.run()
    session.edits.change(lambda document: operations.delete(document, [1, 2, 3]))
    assert session.persistence.save_now(masks=False)
    assert not masks_of(folder, "movie1")
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif", reading=session.images.reading.at(2))
    preferences = session.persistence.preferences
    preferences.now = preferences.now.changed(autosave=autosave)
    session.folder_run.all_times = True
    session.folder_run.start()
    done(session, qtbot)
    if not autosave:
        assert session.persistence.save_now()
    every = [f"movie1_t00{n}_masks.tif" for n in range(5)]
    qtbot.waitUntil(lambda: masks_of(folder, "movie1") == every and session.jobs.idle)
    assert len(np.unique(tifffile.imread(folder / every[0]))) == 2
    model = window.panel(FilesPanel).model
    qtbot.waitUntil(lambda: model.row_of(folder / "movie1.tif").data() == "movie1.tif\n5/5, corrected")
    # Work on another time point, not saved yet, takes nothing away.
    preferences.now = preferences.now.changed(autosave=False)
    session.edits.change(lambda document: operations.delete(document, [1]))
    session.facts.set_state(ReviewState.SEGMENTED)
    assert model.row_of(folder / "movie1.tif").data() == "movie1.tif\n5/5, corrected"


class Steps:
    """Lets the model go on step by step; in the middle of the fourth time point it waits until that is seen."""

    def __init__(self) -> None:
        self.count, self.seen = 0, Event()

    def wait(self, seconds: float) -> None:
        """Wait where a step begins."""
        self.count += 1
        if self.count == 3 * 4 + 2:
            self.seen.wait(10)


def test_progress_names_the_time_point_and_cancelling_keeps_what_is_done(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "REPORT_SECONDS", 0.0)
    session = ready(window, qtbot, folder / "plain.tif")
    run, said, parts = session.folder_run, list[str](), list[float]()
    segmenter.gate = Steps()

    def look(number: int) -> None:
        entry = run.queue.entries[number]
        if number == 0 and entry.state is QueueState.RUNNING:
            said.append(entry.words)
            parts.append(entry.part)
            if entry.words == "time point 4 of 5":
                run.cancel()
                segmenter.gate.seen.set()

    run.queue.changed.connect(look)
    run.all_times = True
    run.start()
    done(session, qtbot)
    assert "time point 3 of 5" in said
    assert parts == sorted(parts), "never backwards"
    entry = run.queue.entries[0]
    assert entry.state is QueueState.CANCELLED
    assert entry.text(str) == "cancelled: 3 of 5 time points done"
    assert masks_of(folder, "movie1") == [f"movie1_t00{n}_masks.tif" for n in range(3)]


def test_the_search_for_the_size_is_a_small_part_of_each_time_point() -> None:
    told: list[float] = []
    times, run = MovieTimes(2).adding(0, 3), RunPart()
    for done, total, note in (
        (0, 1, "Loading the model"),
        (2, 2, "cell size"),
        (0, 4, "Network"),
        (2, 4, "Network"),
        (4, 4, "Network"),
        (0, 1, "Objects"),
    ):
        unattended._tell(
            lambda part, whole, words: told.append(part / whole), times, 1, run, done, total, note
        )
    assert told == sorted(told) and told[0] == 0.5
    assert told[1] == pytest.approx(0.55) and told[2] == told[1] and 0.7 < told[3] < 0.8 < told[4] < 1


def test_a_time_point_that_is_opened_during_the_run_is_done_in_its_history(
    window: Window, qtbot: QtBot, folder: Path, segmenter: FakeSegmenter
) -> None:
    session = ready(window, qtbot, folder / "movie1.tif")
    segmenter.gate = Event()
    session.folder_run.all_times = True
    session.folder_run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(folder / "movie1.tif", reading=session.images.reading.at(3))
    segmenter.gate.set()
    done(session, qtbot)
    assert texts(session)[0] == "20 objects, all 5 time points"
    assert len(session.document.objects) == 4
    assert session.document.can_undo
    assert masks_of(folder, "movie1") == [f"movie1_t00{n}_masks.tif" for n in (0, 1, 2, 4)]


def test_a_time_point_that_fails_does_not_stop_the_others(
    session: Session, qtbot: QtBot, folder: Path
) -> None:
    look_at(session, qtbot, folder / "plain.tif")
    # Masks of another size are never overwritten.
    tifffile.imwrite(folder / "movie1_t001_masks.tif", np.zeros((7, 9), np.uint16))
    session.folder_run.all_times = True
    session.folder_run.start()
    done(session, qtbot)
    entry = session.folder_run.queue.entries[0]
    assert entry.state is QueueState.FAILED
    assert entry.words.startswith("time point 2: The masks in movie1_t001_masks.tif are 7 x 9 pixels")
    assert len(masks_of(folder, "movie1")) == 5
