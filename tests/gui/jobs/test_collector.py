from __future__ import annotations

import gc
from threading import get_ident
from typing import TYPE_CHECKING

from cpsam_gui.jobs.collector import Collector
from cpsam_gui.jobs.jobs import Jobs

if TYPE_CHECKING:
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
    jobs = Jobs()
    threads: list[int] = []

    def work(progress: object) -> None:
        for _ in range(5000):
            Knot(threads)

    done: list[object] = []
    jobs.run(work, name="Knots", then=done.append)
    qtbot.waitUntil(lambda: len(done) == 1)
    assert not threads  # the job made far more of them than the collector waits for
    jobs.collector.tick()
    assert set(threads) == {get_ident()}
    jobs.shutdown()


def test_the_last_one_gives_the_task_back() -> None:
    was = gc.isenabled()
    one, two = Collector(), Collector()
    assert not gc.isenabled()
    one.stop()
    one.stop()
    assert not gc.isenabled()
    two.stop()
    assert gc.isenabled() is was
