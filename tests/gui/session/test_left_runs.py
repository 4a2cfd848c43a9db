"""A run whose image is left goes on, and what it finds lands in that image, whichever is open by then."""

from __future__ import annotations

import errno
import time
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile

from cpsam_core.progress import silent
from cpsam_gui import operations, tasks
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.slice import Slice
from cpsam_gui.storage.companions import masks_path, project_path
from cpsam_gui.storage.waiting_work import saved_since
from cpsam_gui.tasks import saving, saving_found
from tests.gui.session.showing import SQUARE, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session

REGION = Box(0, 1, 5, 36, 5, 36)
"""Around one of the four discs."""
ONE_AWAY = "1 object deleted or refused by hand stays away (Replace all brings it back)"


@pytest.fixture
def gate(segmenter: FakeSegmenter) -> Event:
    """Let runs wait."""
    segmenter.gate = Event()
    return segmenter.gate  # type: ignore[no-any-return]


@pytest.fixture
def session(session: Session) -> Session:
    """Return a session that saves by itself."""
    now = session.persistence.preferences.now
    session.persistence.preferences.now = now.changed(autosave=True, look_ahead=False)
    return session


def save_by_hand(session: Session) -> None:
    """Let nothing be saved unasked."""
    session.persistence.preferences.now = session.persistence.preferences.now.changed(autosave=False)


def come_back(session: Session, qtbot: QtBot, path: Path, count: int, time: int | None = None) -> None:
    """Open an image and wait for what was found in it meanwhile."""
    show(session, qtbot, path, time)
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.document.objects) == count, timeout=20_000)


def finish(session: Session, qtbot: QtBot, gate: Event) -> None:
    gate.set()
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=20_000)


def test_it_is_saved_with_its_image(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    resumed: list[str] = []
    session.jobs.resumed.connect(resumed.append)
    show(session, qtbot, image_file)
    session.segmenting.segment()
    show(session, qtbot, other)
    assert set(resumed) == {"Segmenting cells.tif"} and not session.jobs.busy
    assert "Segmenting cells.tif: goes on in the background" in said
    finish(session, qtbot, gate)
    assert said[-1] == "cells.tif: 4 objects found and saved"
    assert not session.document.objects and not project_path(other).exists()
    assert not masks_path(image_file).exists(), "a label image is written where somebody asks for one"
    qtbot.waitUntil(lambda: session.folder.now.states.get(image_file) is ReviewState.SEGMENTED)
    show(session, qtbot, image_file)
    assert len(session.document.objects) == 4 and session.run_state.flows is not None


def test_in_an_image_that_is_open_again_it_is_a_step(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path
) -> None:
    show(session, qtbot, image_file)
    session.segmenting.segment()
    show(session, qtbot, other)
    show(session, qtbot, image_file)
    assert not session.document.objects
    finish(session, qtbot, gate)
    assert len(session.document.objects) == 4
    assert session.document.steps == ("Segment with cpsam-lite",)


def test_what_a_person_drew_stays(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path
) -> None:
    show(session, qtbot, image_file)
    operations.add_polygon(session.document, Slice(0, 0), SQUARE)
    session.segmenting.segment()
    show(session, qtbot, other)
    finish(session, qtbot, gate)
    show(session, qtbot, image_file)
    assert sorted(row.touched for row in session.document.objects.values()) == [False] * 4 + [True]


@pytest.mark.parametrize("saves", [True, False])
def test_what_was_deleted_stays_away_and_it_is_said(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path, saves: bool
) -> None:
    said: list[str] = []
    session.notices.message.connect(said.append)
    session.notices.ended.connect(lambda words, key: said.append(words))
    gate.set()
    show(session, qtbot, image_file)
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    operations.delete(session.document, [1])
    assert session.persistence.save_now()
    if not saves:
        save_by_hand(session)
    gate.clear()
    session.segmenting.segment()
    show(session, qtbot, other)
    finish(session, qtbot, gate)
    if saves:
        assert said[-1] == f"cells.tif: 3 objects found and saved; {ONE_AWAY}"
    else:
        assert said[-1].startswith("cells.tif: 3 objects found. They are not saved")
        assert said[-1].endswith(f" {ONE_AWAY}.")
    come_back(session, qtbot, image_file, 3)


def test_a_time_point_that_was_left_gets_its_own(
    session: Session, qtbot: QtBot, gate: Event, movie_file: Path
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    show(session, qtbot, movie_file)
    session.segmenting.segment()
    show(session, qtbot, movie_file, 1)
    operations.add_polygon(session.document, Slice(0, 0), SQUARE)
    finish(session, qtbot, gate)
    assert "movie.tif, time 1: 4 objects found and saved" in said
    assert len(session.document.objects) == 1
    assert session.persistence.save_now()
    show(session, qtbot, movie_file, 0)
    assert len(session.document.objects) == 4
    show(session, qtbot, movie_file, 1)
    assert len(session.document.objects) == 1


def test_it_can_be_cancelled(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path
) -> None:
    show(session, qtbot, image_file)
    session.segmenting.segment()
    show(session, qtbot, other)
    assert session.jobs.shown
    session.jobs.cancel()
    finish(session, qtbot, gate)
    assert not project_path(image_file).exists()


@pytest.mark.parametrize("side", [60, 80])
def test_nothing_lands_on_other_pixels(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path, side: int
) -> None:
    said: list[str] = []
    session.notices.ended.connect(lambda words, key: said.append(words))
    show(session, qtbot, image_file)
    session.segmenting.segment()
    show(session, qtbot, other)
    tifffile.imwrite(image_file, np.random.default_rng(1).integers(0, 99, (side, 100)).astype(np.uint8))
    show(session, qtbot, image_file)
    finish(session, qtbot, gate)
    assert not session.document.objects and not project_path(image_file).exists()
    assert said == ["Segmenting cells.tif: dropped, because the image is another one by now."]


def test_it_is_there_where_its_image_was_just_being_read_again(
    session: Session,
    qtbot: QtBot,
    gate: Event,
    image_file: Path,
    other: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show(session, qtbot, image_file)
    session.segmenting.segment()
    show(session, qtbot, other)
    was_read, go = Event(), Event()
    read = tasks.open_or_doubt

    def slowly(*about: Any, **how: Any) -> Any:
        opened = read(*about, **how)
        was_read.set()
        go.wait(20)
        return opened

    monkeypatch.setattr(tasks, "open_or_doubt", slowly)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
        assert was_read.wait(20)
        gate.set()
        qtbot.waitUntil(project_path(image_file).exists)
        go.set()
    assert len(session.document.objects) == 4
    assert not session.open_image.unsaved


@pytest.mark.parametrize("who", ["run", "save"])
def test_an_image_that_is_opened_while_its_project_is_written_shows_what_was_written(
    session: Session,
    qtbot: QtBot,
    image_file: Path,
    other: Path,
    gate: Event,
    who: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    session.questions.ask = lambda question: asked.append(question.text) or question.answers[-1].key
    begun, go, was_read = Event(), Event(), Event()
    write, read = saving.save, tasks.open_or_doubt

    def slowly(*what: Any, **how: Any) -> Any:
        begun.set()
        assert go.wait(20)
        return write(*what, **how)

    def read_it(*about: Any, **how: Any) -> Any:
        opened = read(*about, **how)
        was_read.set()
        return opened

    for module in (saving, saving_found):
        monkeypatch.setattr(module, "save", slowly)
    show(session, qtbot, image_file)
    if who == "run":
        session.segmenting.segment()
    else:
        operations.add_polygon(session.document, Slice(0, 0), SQUARE)
    show(session, qtbot, other)
    gate.set()
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    monkeypatch.setattr(tasks, "open_or_doubt", read_it)
    session.images.open(image_file)
    qtbot.waitUntil(was_read.is_set)
    # Now it could be shown.
    qtbot.wait(50)
    go.set()
    qtbot.waitUntil(lambda: session.path == image_file and session.jobs.idle, timeout=20_000)
    assert len(session.document.objects) == (4 if who == "run" else 1)
    operations.add_polygon(session.document, Slice(0, 0), [(2, 2), (2, 6), (6, 6), (6, 2)])
    assert session.persistence.save_now()
    assert not asked


def test_a_region_is_saved_with_its_image(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    gate.set()
    show(session, qtbot, image_file)
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    operations.delete(session.document, [1, 2])
    operations.add_polygon(session.document, Slice(0, 0), SQUARE)
    assert session.run_state.flows is not None
    session.run_state.flows.logits[...] = 7
    assert session.persistence.save_now()
    gate.clear()
    session.segmenting.segment_region(REGION)
    show(session, qtbot, other)
    assert "Segmenting a region of cells.tif: goes on in the background" in said
    finish(session, qtbot, gate)
    # What was deleted in the region stays deleted.
    assert said[-1] == f"cells.tif: 3 objects found and saved; {ONE_AWAY}"
    show(session, qtbot, image_file)
    assert sorted(row.touched for row in session.document.objects.values()) == [False] * 2 + [True]
    assert session.run_state.flows is not None
    assert session.run_state.flows.logits[20, 20] == 0 and session.run_state.flows.logits[70, 90] == 7
    assert session.recording.entries[-1].what == "Segment region"


def test_a_region_of_an_image_that_is_open_again_is_a_step(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path
) -> None:
    show(session, qtbot, image_file)
    ids: list[list[int]] = []
    session.segmenting.segment_region(REGION, ids.append)
    show(session, qtbot, other)
    show(session, qtbot, image_file)
    finish(session, qtbot, gate)
    assert session.document.steps == ("Segment region",) and len(session.document.objects) == 1
    assert ids == [], "the tool that asked for it is at work no more"


@pytest.mark.parametrize("what", ["image", "region"])
def test_without_automatic_saving_it_is_kept_and_there_again_with_its_image(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path, what: str
) -> None:
    save_by_hand(session)
    asked: list[str] = []
    session.questions.ask = lambda question: asked.append(question.text) or question.answers[-1].key
    said: list[str] = []
    session.notices.ended.connect(lambda words, key: said.append(words))
    show(session, qtbot, image_file)
    if what == "image":
        session.segmenting.segment()
    else:
        session.segmenting.segment_region(REGION)
    show(session, qtbot, other)
    finish(session, qtbot, gate)
    count = "4 objects found. They are" if what == "image" else "1 object found. It is"
    assert len(said) == 1 and said[0].startswith(f"cells.tif: {count} not saved")
    assert not project_path(image_file).exists()
    qtbot.waitUntil(lambda: image_file in session.folder.now.waiting)
    listed = session.folder.now.states[image_file]
    come_back(session, qtbot, image_file, 4 if what == "image" else 1)
    assert session.open_image.unsaved and not project_path(image_file).exists()
    assert (session.run_state.flows is not None) is (what == "image")
    assert session.document.facts.review is listed is not ReviewState.NOT_STARTED
    assert asked == []


def test_without_automatic_saving_two_runs_and_what_waited_are_there_together(
    session: Session, qtbot: QtBot, gate: Event, image_file: Path, other: Path
) -> None:
    save_by_hand(session)
    show(session, qtbot, image_file)
    operations.add_polygon(session.document, Slice(0, 0), SQUARE)
    session.persistence.journals.postponed = True
    session.segmenting.segment_region(REGION)
    show(session, qtbot, other)
    finish(session, qtbot, gate)
    come_back(session, qtbot, image_file, 2)
    gate.clear()
    session.segmenting.segment_region(Box(0, 1, 5, 36, 45, 76))
    session.persistence.journals.postponed = True
    show(session, qtbot, other)
    finish(session, qtbot, gate)
    come_back(session, qtbot, image_file, 3)
    journal = session.persistence.journal
    assert journal is not None
    qtbot.waitUntil(lambda: list(journal.path.parent.glob("*.journal")) == [journal.path])
    assert session.persistence.save_now()
    show(session, qtbot, other)
    show(session, qtbot, image_file)
    assert len(session.document.objects) == 3


def test_without_automatic_saving_a_time_point_that_was_left_gets_its_own(
    session: Session, qtbot: QtBot, gate: Event, movie_file: Path
) -> None:
    save_by_hand(session)
    show(session, qtbot, movie_file)
    session.segmenting.segment()
    show(session, qtbot, movie_file, 1)
    finish(session, qtbot, gate)
    assert not session.document.objects
    qtbot.waitUntil(lambda: session.folder.now.states.get(movie_file) is ReviewState.SEGMENTED)
    assert movie_file in session.folder.now.waiting
    come_back(session, qtbot, movie_file, 4, 0)
    assert session.image is not None and session.image.time == 0


def test_what_cannot_be_saved_is_kept_and_there_again_with_its_image(
    session: Session,
    qtbot: QtBot,
    gate: Event,
    image_file: Path,
    other: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk had cost what took an hour to find."""

    def full(*what: Any, **how: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(project_path(image_file)))

    said: list[str] = []
    session.notices.ended.connect(lambda words, key: said.append(words))
    show(session, qtbot, image_file)
    session.segmenting.segment()
    show(session, qtbot, other)
    with monkeypatch.context() as patched:
        patched.setattr(saving_found, "save", full)
        finish(session, qtbot, gate)
    (words,) = said
    assert words.startswith("cells.tif: 4 objects found. They are not saved") and "No space left" in words
    assert not project_path(image_file).exists()
    come_back(session, qtbot, image_file, 4)


def damage(project: Path) -> None:
    project.write_bytes(b"no project")


def belong_to_another_image(project: Path) -> None:
    labels = np.ones((1, 80, 100), np.uint32)
    saving.save(project, labels, {}, saving.SaveExtras(fingerprint="of other pixels"), silent)


def have_another_size(project: Path) -> None:
    saving.save(project, np.ones((1, 8, 10), np.uint32), {}, saving.SaveExtras(), silent)


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("spoil", [damage, belong_to_another_image, have_another_size])
def test_what_was_found_is_kept_where_the_saved_masks_are_of_no_use(
    session: Session,
    qtbot: QtBot,
    gate: Event,
    image_file: Path,
    other: Path,
    spoil: Callable[[Path], None],
    by_hand: bool,
) -> None:
    """A damaged project had cost the result of the run."""
    if by_hand:
        save_by_hand(session)
    said: list[str] = []
    session.notices.ended.connect(lambda words, key: said.append(words))
    show(session, qtbot, image_file)
    session.segmenting.segment()
    show(session, qtbot, other)
    project = project_path(image_file)
    spoil(project)
    spoiled = project.read_bytes()
    finish(session, qtbot, gate)
    (words,) = said
    assert words.startswith("cells.tif: 4 objects found. They are not saved") and project.name in words
    come_back(session, qtbot, image_file, 4)
    assert session.open_image.unsaved and project.read_bytes() == spoiled


@pytest.mark.parametrize("saved_before", [False, True])
def test_work_on_a_time_point_is_no_older_copy_because_another_one_was_saved(
    session: Session, qtbot: QtBot, gate: Event, movie_file: Path, saved_before: bool
) -> None:
    """It had been hidden at the start of the program, and else called older, though it was nowhere else."""
    save_by_hand(session)
    asked: list[str] = []
    session.questions.ask = lambda question: asked.append(question.text) or question.answers[-1].key
    show(session, qtbot, movie_file)
    if saved_before:
        operations.add_polygon(session.document, Slice(0, 0), SQUARE)
        session.recording.entries[-1] = replace(
            session.recording.entries[-1], when="2020-01-01T00:00:00+00:00"
        )
        assert session.persistence.save_now()
    session.segmenting.segment()
    show(session, qtbot, movie_file, 1)
    finish(session, qtbot, gate)
    operations.add_polygon(session.document, Slice(0, 0), SQUARE)
    assert session.persistence.save_now()
    (left,) = session.recovery.found()
    assert not left.is_older
    qtbot.waitUntil(lambda: session.folder.now.states.get(movie_file) is ReviewState.CORRECTED)
    assert movie_file in session.folder.now.waiting
    come_back(session, qtbot, movie_file, 4 + saved_before, 0)
    assert not asked
    assert session.persistence.save_now()
    assert saved_since(movie_file, time.time(), session.image.key.ending) is False
    assert saved_since(movie_file, time.time() - 60, session.image.key.ending) is True
