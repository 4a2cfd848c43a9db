"""What is done to an image while the next one is being read is saved, or kept and said."""

from __future__ import annotations

import os
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_gui import operations, tasks
from cpsam_gui.session import recovery
from cpsam_gui.state.box import Box
from cpsam_gui.state.slice import Slice
from cpsam_gui.storage.companions import project_path
from cpsam_gui.tasks import saving
from tests.gui.session.showing import SQUARE, show

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session


@pytest.fixture
def said(session: Session) -> list[str]:
    """Gather what is told and stays until it was read."""
    words: list[str] = []
    session.notices.ended.connect(lambda text, key: words.append(text))
    return words


@pytest.fixture
def asked(session: Session) -> list[str]:
    """Gather questions; each is answered with its last answer."""
    words: list[str] = []
    session.questions.ask = lambda question: words.append(question.text) or question.answers[-1].key
    return words


def draw(session: Session) -> None:
    operations.add_polygon(session.document, Slice(0, 0), SQUARE)


def draw_while_loading(
    session: Session,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
    time: int | None = None,
) -> None:
    """Draw in the open image while another is being read, and wait until that is open."""
    go, read = Event(), tasks.open_or_doubt

    def slowly(*about: Any, **how: Any) -> Any:
        opened = read(*about, **how)
        assert go.wait(20)
        return opened

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "open_or_doubt", slowly)
        with qtbot.waitSignal(session.image_changed):
            session.images.open(path, reading=None if time is None else session.images.reading.at(time))
            draw(session)
            go.set()
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=20_000)


@pytest.fixture
def drawn(
    session: Session,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    other: Path,
    said: list[str],
    asked: list[str],
) -> None:
    """Draw in the first image while the second is being read, where nothing saves it."""
    show(session, qtbot, image_file)
    draw_while_loading(session, qtbot, monkeypatch, other)


def comes_back(session: Session, qtbot: QtBot, path: Path, time: int | None = None) -> None:
    """Open an image and wait for the work that was kept."""
    show(session, qtbot, path, time)
    qtbot.waitUntil(lambda: len(session.document.objects) == 1 and session.jobs.idle, timeout=20_000)
    assert session.open_image.unsaved


def save_by_itself(session: Session, *, on: bool) -> None:
    now = session.persistence.preferences.now
    session.persistence.preferences.now = now.changed(autosave=on, look_ahead=False)


def test_it_is_saved(
    session: Session,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    other: Path,
    said: list[str],
) -> None:
    save_by_itself(session, on=True)
    show(session, qtbot, image_file)
    draw_while_loading(session, qtbot, monkeypatch, other)
    assert not said and project_path(image_file).exists()
    show(session, qtbot, image_file)
    assert len(session.document.objects) == 1


def test_without_automatic_saving_it_is_kept(
    session: Session, qtbot: QtBot, image_file: Path, said: list[str], asked: list[str], drawn: None
) -> None:
    assert said == ["The last changes of cells.tif are not saved: they come back when it is opened again."]
    comes_back(session, qtbot, image_file)
    assert not asked


@pytest.mark.parametrize("why", ["another program", "a full disk"])
def test_what_cannot_be_saved_is_kept(
    session: Session,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    other: Path,
    said: list[str],
    asked: list[str],
    why: str,
) -> None:
    save_by_itself(session, on=True)
    show(session, qtbot, image_file)
    reason = "No space left."
    if why == "another program":
        project_path(image_file).write_bytes(b"of another program")
        reason = "cells.cpsam was changed by another program since it was opened here."
        draw_while_loading(session, qtbot, monkeypatch, other)
        project_path(image_file).unlink()
    else:

        def full(*what: object) -> None:
            raise ImageError("No space left.")

        with monkeypatch.context() as patch:
            patch.setattr(saving, "save", full)
            draw_while_loading(session, qtbot, monkeypatch, other)
    words = "The last changes of cells.tif are not saved: they come back when it is opened again."
    assert said == [f"{words} {reason}"]
    comes_back(session, qtbot, image_file)
    assert not asked


def test_of_a_movie_it_comes_back_with_its_time_point(
    session: Session,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    movie_file: Path,
    said: list[str],
    asked: list[str],
) -> None:
    save_by_itself(session, on=True)
    show(session, qtbot, movie_file)
    draw_while_loading(session, qtbot, monkeypatch, movie_file, 1)
    assert not session.document.objects
    show(session, qtbot, movie_file, 0)
    qtbot.waitUntil(lambda: len(session.document.objects) == 1 and session.jobs.idle, timeout=20_000)
    assert not asked


def test_what_is_drawn_while_kept_work_is_read_ends_no_loop(
    session: Session,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    said: list[str],
    drawn: None,
) -> None:
    opened: list[int] = []
    session.image_changed.connect(lambda: opened.append(1))
    begun, go, read = Event(), Event(), recovery.recover

    def slowly(journal: Path) -> Any:
        begun.set()
        assert go.wait(20)
        return read(journal)

    monkeypatch.setattr(recovery, "recover", slowly)
    show(session, qtbot, image_file)
    qtbot.waitUntil(begun.is_set)
    with session.document.step("Draw"):
        session.document.write(Box(0, 1, 0, 3, 0, 3), np.full((1, 3, 3), 9, np.uint32))
    go.set()
    qtbot.waitUntil(lambda: len(opened) > 1 and session.jobs.idle, timeout=20_000)
    qtbot.wait(200)
    assert len(opened) == 2 and session.document.objects.keys() == {1}
    assert len(said) == 2, "the stroke is kept, too"


def test_kept_work_that_is_older_than_what_is_saved_is_asked_about(
    session: Session, qtbot: QtBot, image_file: Path, asked: list[str], drawn: None
) -> None:
    (kept,) = session.persistence.journals.kept
    os.utime(kept, (1e9, 1e9))
    project_path(image_file).write_bytes(b"saved since")
    show(session, qtbot, image_file)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == ["There is an older copy of the work on cells.tif."]
    qtbot.waitUntil(lambda: session.jobs.idle)
