from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from cpsam_gui.jobs import loading, torch_libraries
from cpsam_gui.jobs.job import Ending
from cpsam_gui.jobs.jobs import Jobs, Lane


class Loader:
    """Libraries that take as long as a test wants."""

    def __init__(self) -> None:
        self.begun, self.done = Event(), Event()

    def load(self, folder: Path) -> None:
        self.begun.set()
        assert self.done.wait(20)


@pytest.fixture
def loader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loader]:
    made = Loader()
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(torch_libraries, "load_libraries", made.load)
    yield made
    made.done.set()


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shutdown()
    qtbot.waitUntil(lambda: made.all_ended)


def import_torch(progress: object) -> None:
    torch_libraries.TorchLibraries().find_spec("torch", None)


def test_no_thread_begins_while_libraries_are_loaded(jobs: Jobs, loader: Loader, qtbot: QtBot) -> None:
    """The system's loader would keep it waiting, and with it the window."""
    jobs.run(import_torch, name="Network")
    qtbot.waitUntil(loader.begun.is_set)
    order: list[str] = []
    picture = jobs.run(
        lambda progress: order.append("picture"), name="Picture", lane=Lane.BESIDE, then=lambda _: None
    )
    # Were it begun, it would soon be over.
    assert not picture.wait(100) or not picture.isRunning()
    assert order == []
    assert not jobs.idle
    order.append("loaded")
    loader.done.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert order == ["loaded", "picture"]


def test_libraries_wait_for_the_jobs_that_are_at_work(jobs: Jobs, loader: Loader, qtbot: QtBot) -> None:
    begun, go_on = Event(), Event()

    def look(progress: object) -> bool:
        begun.set()
        go_on.wait(20)
        return loader.begun.is_set()

    seen: list[bool] = []
    jobs.run(look, name="Picture", lane=Lane.BESIDE, then=seen.append)
    qtbot.waitUntil(begun.is_set)
    loader.done.set()
    jobs.run(import_torch, name="Network")
    go_on.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert seen == [False]


def test_libraries_do_not_wait_for_long_work(
    jobs: Jobs, loader: Loader, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "SETTLE_SECONDS", 0.0)
    begun, go_on = Event(), Event()

    def work(progress: object) -> None:
        begun.set()
        go_on.wait(20)

    jobs.run(work, name="Long", lane=Lane.BESIDE)
    qtbot.waitUntil(begun.is_set)
    jobs.run(import_torch, name="Network")
    qtbot.waitUntil(loader.begun.is_set)
    go_on.set()


def test_what_waits_for_libraries_is_dropped_with_its_window(
    jobs: Jobs, loader: Loader, qtbot: QtBot
) -> None:
    jobs.run(import_torch, name="Network")
    qtbot.waitUntil(loader.begun.is_set)
    picture = jobs.run(
        lambda progress: pytest.fail("the window is closed"),
        name="Picture",
        lane=Lane.BESIDE,
        ended=lambda ending: pytest.fail("the window is closed"),
    )
    jobs.shutdown()
    loader.done.set()
    qtbot.waitUntil(lambda: picture.ending is Ending.DROPPED)
    qtbot.waitUntil(lambda: jobs.all_ended)
