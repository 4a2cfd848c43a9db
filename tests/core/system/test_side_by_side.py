"""Work that is shared out keeps to the cores that the program may use."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from cpsam_core.system import machine
from cpsam_core.system.side_by_side import on_all_cores, workers


@pytest.fixture
def two_of_many_cores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(machine, "cores", lambda: (64, 2))
    workers.cache_clear()
    yield
    workers.cache_clear()


@pytest.mark.usefixtures("two_of_many_cores")
def test_a_container_or_a_job_with_two_cores_gets_two_threads() -> None:
    both = threading.Barrier(2)
    used = set[int]()

    def work(part: int) -> int:
        used.add(threading.get_ident())
        both.wait(30)
        return -part

    assert on_all_cores(work, range(40)) == [-part for part in range(40)]
    assert len(used) == 2


def test_one_part_is_done_where_it_is_asked_for() -> None:
    assert on_all_cores(lambda _: threading.get_ident(), [0]) == [threading.get_ident()]
    assert on_all_cores(lambda part: part, []) == []
