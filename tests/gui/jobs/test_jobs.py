from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from cpsam_core.errors import ImageError
from cpsam_gui.jobs.job import Ending, Problem, problem_from
from cpsam_gui.jobs.jobs import Jobs, Lane


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shutdown()


def test_a_result_arrives_in_the_gui_thread(jobs: Jobs, qtbot: QtBot) -> None:
    from PyQt6.QtCore import QThread

    seen: list[object] = []
    jobs.run(
        lambda progress: QThread.currentThread(),
        name="Work",
        then=lambda r: seen.extend((r, QThread.currentThread())),
    )
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] is not seen[1]
    assert not jobs.busy


def test_progress_and_cancel(jobs: Jobs, qtbot: QtBot) -> None:
    started, steps = Event(), []

    def work(progress: object) -> None:
        for step in range(10_000):
            started.set()
            progress(step, 10_000, "Step")  # type: ignore[operator]
            steps.append(step)
            Event().wait(0.001)

    jobs.run(work, name="Work", then=lambda _: pytest.fail("cancelled work has no result"))
    assert jobs.busy
    assert started.wait(5)
    with qtbot.waitSignals([jobs.cancelled, jobs.finished]):
        jobs.cancel()
    assert len(steps) < 10_000


def test_known_errors_speak_for_themselves(jobs: Jobs, qtbot: QtBot) -> None:
    def work(progress: object) -> None:
        raise ImageError("The file is no image.")

    with qtbot.waitSignal(jobs.failed) as caught:
        jobs.run(work, name="Work", then=lambda _: None)
    assert caught.args[0].text == "The file is no image."
    assert "ImageError" in caught.args[0].details


def test_unknown_errors_keep_their_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError as error:
        problem = problem_from(error)
    assert "inside the program" in problem.text
    assert "1 / 0" in problem.details
    assert isinstance(problem, Problem)
    assert "memory" in problem_from(MemoryError()).text
    full = OSError(errno.ENOSPC, "No space left on device", "cells.tif")
    assert problem_from(full).text == "cells.tif: No space left on device"
    assert problem_from(OSError(errno.ENOSPC, "No space left on device")).text.startswith(
        "The disk is full, "
    )


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the images have 1 class, but a.tif has 2", "The images have 1 class, but a.tif has 2"),
        ("there is no mode x", "There is no mode x"),
        ("my cells.tif: it is damaged", "my cells.tif: it is damaged"),
        ("cells.tif is damaged", "cells.tif is damaged"),
        ("do_3D needs a stack", "do_3D needs a stack"),
        ("a share of 0.5, not 2", "A share of 0.5, not 2"),
        ("cancelled", "cancelled"),
    ],
)
def test_sentences_begin_with_a_capital_and_names_stay(said: str, shown: str) -> None:
    assert problem_from(ImageError(said)).text == shown


def test_results_of_another_generation_are_dropped(jobs: Jobs, qtbot: QtBot) -> None:
    gate, seen = Event(), []

    def work(progress: object) -> str:
        gate.wait(5)
        return "old"

    jobs.run(work, name="Old", then=seen.append)
    jobs.next_generation()
    jobs.run(lambda progress: "new", name="New", then=seen.append)
    gate.set()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["new"]


def test_the_newest_waiting_job_wins(jobs: Jobs, qtbot: QtBot) -> None:
    gate, seen = Event(), []
    jobs.run(lambda progress: gate.wait(5), name="First", then=lambda _: seen.append("first"))
    jobs.run(lambda progress: None, name="Second", then=lambda _: seen.append("second"))
    jobs.run(lambda progress: None, name="Third", then=lambda _: seen.append("third"))
    gate.set()
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == ["first", "third"]


def test_a_job_may_start_the_next_one(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[int] = []
    jobs.run(
        lambda p: 1,
        name="One",
        then=lambda r: (seen.append(r), jobs.run(lambda p: 2, name="Two", then=seen.append)),
    )
    qtbot.waitUntil(lambda: seen == [1, 2])


def test_shutdown_waits(jobs: Jobs, qtbot: QtBot) -> None:
    ended = Event()

    def work(progress: object) -> None:
        try:
            while True:
                progress(0, 1, "")  # type: ignore[operator]
                Event().wait(0.001)
        finally:
            ended.set()

    jobs.run(work, name="Endless", then=lambda _: None)
    jobs.shutdown()
    assert ended.is_set()


def test_nothing_starts_after_the_end(jobs: Jobs, qtbot: QtBot) -> None:
    ran: list[str] = []
    ends: list[Ending] = []
    jobs.shutdown()
    jobs.run(lambda progress: ran.append("main"), name="Main", then=ran.append)
    jobs.run(lambda progress: ran.append("live"), name="Live", lane=Lane.LIVE, then=ran.append)
    jobs.run(
        lambda progress: ran.append("on"), name="On", lane=Lane.BESIDE, outlives_image=True, ended=ends.append
    )
    qtbot.wait(50)
    assert ends == [], "nobody is there to be told"
    assert jobs.idle
    assert not ran


@pytest.mark.parametrize("lane", list(Lane))
def test_what_ends_with_the_window_is_told_to_nobody(jobs: Jobs, qtbot: QtBot, lane: Lane) -> None:
    """The event loop, which passes on how a thread ended, may turn once more after the window is closed."""
    told: list[object] = []
    gate = Event()

    def work(progress: Callable[..., None]) -> None:
        assert gate.wait(20)
        progress(1, 1, "done")

    def ask() -> None:
        jobs.run(
            work,
            name="Work",
            lane=lane,
            outlives_image=True,
            then=told.append,
            failed=told.append,
            ended=told.append,
            progressed=lambda *what: told.append(what),
        )

    ask()
    # One that waits, and of the main lane one whose place that takes: its end is told in the next turn of the loop.
    ask()
    ask()
    for signal in (jobs.progressed, jobs.finished, jobs.cancelled, jobs.failed):
        signal.connect(lambda *what: told.append(what))
    gate.set()
    jobs.shutdown()
    qtbot.waitUntil(lambda: jobs.idle)
    qtbot.wait(50)
    assert told == []


def test_work_apart_survives_another_image_and_tells_its_caller(jobs: Jobs, qtbot: QtBot) -> None:
    gate, results, problems = Event(), [], []

    def fail(progress: object) -> None:
        raise ImageError("No.")

    jobs.run(
        lambda progress: gate.wait(5), name="On", lane=Lane.BESIDE, outlives_image=True, then=results.append
    )
    jobs.run(fail, name="Failing", lane=Lane.BESIDE, outlives_image=True, failed=problems.append)
    general: list[object] = []
    jobs.failed.connect(general.append)
    jobs.next_generation()
    jobs.cancel()
    gate.set()
    qtbot.waitUntil(lambda: results == [True] and len(problems) == 1 and jobs.idle)
    assert not jobs.busy
    assert not general


def test_quick_failures_are_heard_by_whoever_waits(jobs: Jobs, qtbot: QtBot) -> None:
    """Nobody could connect to a job in time that fails at once: `ended` is known before it starts."""
    seen: list[str] = []

    def fail(progress: object) -> None:
        raise ImageError("No.")

    jobs.run(
        fail, name="Main", then=lambda _: seen.append("result"), ended=lambda end: seen.append(end.value)
    )
    jobs.run(fail, name="Beside", lane=Lane.BESIDE, ended=lambda end: seen.append(end.value))
    qtbot.waitUntil(lambda: jobs.idle)
    assert seen == ["failed", "failed"]
    jobs.run(
        lambda progress: 1,
        name="Main",
        then=lambda _: seen.append("result"),
        ended=lambda end: seen.append(end.value),
    )
    qtbot.waitUntil(lambda: jobs.idle)
    assert seen[2:] == ["result", "done"]


def test_every_call_hears_one_end(jobs: Jobs, qtbot: QtBot) -> None:
    """Whoever waits for an answer gets one, also where a newer request took the place of theirs."""
    gate, ends = Event(), []

    def ask(name: str, lane: Lane = Lane.MAIN) -> None:
        jobs.run(
            lambda progress: gate.wait(5), name=name, lane=lane, ended=lambda end: ends.append((name, end))
        )

    for name in ("first", "second", "third"):
        ask(name)
    qtbot.waitUntil(lambda: ends == [("second", Ending.DROPPED)])
    ask("beside", Lane.BESIDE)
    jobs.next_generation()
    qtbot.waitUntil(lambda: ("third", Ending.DROPPED) in ends)
    gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert sorted(ends[2:], key=str) == [("beside", Ending.DROPPED), ("first", Ending.DROPPED)]


def test_a_main_job_that_outlives_the_image_makes_room_and_is_shown_again(jobs: Jobs, qtbot: QtBot) -> None:
    go_on, told, results = Event(), [], []
    for name in ("started", "resumed", "kept"):
        getattr(jobs, name).connect(lambda job, name=name: told.append((name, job)))
    jobs.left.connect(lambda *_: pytest.fail("it was not stopped"))

    def work(progress: object) -> str:
        while not go_on.wait(0.005):
            progress(1, 2, "Folder")  # type: ignore[operator]
        return "measured"

    jobs.run(work, name="Folder", outlives_image=True, then=results.append)
    jobs.next_generation()
    assert told == [("started", "Folder"), ("kept", "Folder"), ("resumed", "Folder")]
    assert not jobs.busy and jobs.shown
    with qtbot.waitSignal(jobs.finished):
        jobs.run(lambda progress: None, name="Opening", then=lambda _: results.append("opened"))
        assert jobs.busy
    qtbot.waitUntil(lambda: results == ["opened"])
    assert told[3:] == [("started", "Opening"), ("resumed", "Folder")]
    with qtbot.waitSignal(jobs.progressed):
        pass
    with qtbot.waitSignal(jobs.finished):
        go_on.set()
    qtbot.waitUntil(lambda: results == ["opened", "measured"])
    assert not jobs.shown


def test_what_went_on_beside_can_be_cancelled(jobs: Jobs, qtbot: QtBot) -> None:
    def work(progress: object) -> None:
        for step in range(10_000):
            progress(step, 10_000, "Folder")  # type: ignore[operator]
            Event().wait(0.001)

    jobs.run(work, name="Folder", outlives_image=True, then=lambda _: pytest.fail("cancelled"))
    jobs.next_generation()
    with qtbot.waitSignals([jobs.cancelled, jobs.finished]):
        jobs.cancel()
    assert not jobs.shown
