from __future__ import annotations

import gc
from threading import get_ident
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication

from cpsam_gui.jobs import collector as garbage
from cpsam_gui.jobs.collector import Collector
from cpsam_gui.jobs.jobs import Jobs
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session
from cpsam_gui.storage.journal_writer import JournalWriter

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot


class Knot:
    """A cycle that tells in which thread it went."""

    threads: list[int]

    def __init__(self, threads: list[int]) -> None:
        self.me = self
        self.threads = threads

    def __del__(self) -> None:
        self.threads.append(get_ident())


def test_cycles_are_collected_in_the_gui_thread_only(qtbot: QtBot) -> None:
    jobs, collector = Jobs(), Collector()
    threads: list[int] = []

    def work(progress: object) -> None:
        for _ in range(5000):
            Knot(threads)

    done: list[object] = []
    jobs.run(work, name="Knots", then=done.append)
    qtbot.waitUntil(lambda: len(done) == 1)
    assert not threads  # the job made far more of them than the collector waits for
    collector.tick()
    assert set(threads) == {get_ident()}
    jobs.shutdown()
    collector.stop()


@pytest.fixture(autouse=True)
def nothing_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Collector, "_gathered", 0)
    monkeypatch.setattr(Collector, "_put_off", 0)


def test_cycles_among_many_new_objects_wait_for_rest_and_then_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "FULL_TICKS", 2)
    monkeypatch.setattr(garbage, "REST_SECONDS", -1.0)
    monkeypatch.setattr(garbage, "LONG_REST_SECONDS", -1.0)
    collector = Collector()
    threads: list[int] = []
    many = [[number] for number in range(garbage.MANY + 1)]
    for _ in range(100):
        Knot(threads)
    collector.tick()
    assert not threads
    assert gc.get_count()[0] < garbage.MANY
    del many
    many = [[number] for number in range(1000)]
    collector.tick()
    assert len(threads) == 100
    assert len(many) == 1000
    collector.stop()


def test_a_window_whose_mouse_has_not_moved_yet_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    active = Qt.ApplicationState.ApplicationActive
    monkeypatch.setattr(QGuiApplication, "applicationState", lambda: active)
    collector = Collector()
    assert not collector._unseen
    collector.stop()


@pytest.mark.parametrize("before", [True, False])
def test_the_last_one_gives_back_what_there_was(before: bool) -> None:
    (gc.enable if before else gc.disable)()
    one, two = Collector(), Collector()
    assert not gc.isenabled()
    one.stop()
    one.stop()
    assert not gc.isenabled()
    two.stop()
    assert gc.isenabled() is before


def test_the_thread_of_the_journal_never_collects(
    segmenter: FakeSegmenter, image_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends after the jobs; until then a widget of Qt could be destroyed in it."""
    gc.enable()
    seen: list[bool] = []
    session = Session(Models(lambda name, progress: segmenter))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    with session.document.step("Draw"):
        session.document.set_facts(notes="one")
    remove = JournalWriter._remove

    def watched(writer: JournalWriter) -> None:
        seen.append(gc.isenabled())
        remove(writer)

    monkeypatch.setattr(JournalWriter, "_remove", watched)
    session.document.mark_saved()
    session.close()
    assert seen == [False]
    assert gc.isenabled()
