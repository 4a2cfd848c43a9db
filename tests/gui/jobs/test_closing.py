"""Closing never waits for work that does not answer, and a reader that hangs does not hold up the next one."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cpsam_core.progress import Progress
from cpsam_gui.jobs import jobs as jobs_module
from cpsam_gui.jobs.jobs import Jobs, Lane


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


def hangs(gate: threading.Event) -> Callable[[Progress], str]:
    def work(progress: Progress) -> str:
        gate.wait()
        return "late"

    return work


def test_the_next_image_opens_though_a_reader_hangs(
    qtbot: QtBot, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "ABANDON_MS", 50)
    jobs, found, cancelled = Jobs(), list[str](), list[str]()
    jobs.cancelled.connect(cancelled.append)
    jobs.run(hangs(gate), name="Opening a", then=found.append, abandonable=True)
    jobs.next_generation()
    jobs.run(lambda progress: "next", name="Opening b", then=found.append)
    qtbot.waitUntil(lambda: found == ["next"], timeout=20_000)
    gate.set()
    qtbot.waitUntil(lambda: jobs.idle, timeout=20_000)
    assert found == ["next"]
    assert not cancelled, "what is opened in its place is what is said"
    jobs.shutdown()


def test_cancel_ends_a_reader_that_hangs(
    qtbot: QtBot, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "ABANDON_MS", 50)
    jobs, found = Jobs(), list[str]()
    jobs.run(hangs(gate), name="Opening a", then=found.append, abandonable=True)
    qtbot.wait(50)
    jobs.cancel()
    qtbot.waitUntil(lambda: not jobs.busy, timeout=20_000)
    gate.set()
    qtbot.waitUntil(lambda: jobs.idle, timeout=20_000)
    assert found == []
    jobs.shutdown()


@pytest.mark.parametrize("lane", list(Lane))
def test_closing_does_not_wait(
    lane: Lane,
    qtbot: QtBot,
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(jobs_module, "CLOSING_SECONDS", 0.2)
    jobs, told = Jobs(), list[object]()
    jobs.run(hangs(gate), name="Working", lane=lane, then=told.append, ended=told.append)
    qtbot.wait(50)
    start = time.monotonic()
    jobs.shutdown()
    waited = time.monotonic() - start
    assert not jobs.all_ended
    # It ends by itself: there is nothing to do for whoever sees the terminal.
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []
    gate.set()
    qtbot.waitUntil(lambda: jobs.all_ended, timeout=20_000)
    qtbot.wait(50)
    assert told == [], "nobody is there to be told"
    assert waited < 10, "on a busy machine; without the limit it waits for ever"


PROGRAM = """
    import os, sys, time
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication
    from cpsam_core.images import readers
    from cpsam_gui import app
    from cpsam_gui.window.window import Window

    def hang(path, scene=None):
        time.sleep(600)

    if sys.argv[2] == "image":
        readers.read_raw = hang
    else:
        from cpsam_gui.canvas.fetching import TileFetcher
        fetcher = TileFetcher()
        fetcher.ask(None, (0, 0, 0), lambda: hang(None))
    def close():
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, Window):
                widget.close()
    from cpsam_gui.jobs.jobs import Jobs
    plain = Jobs.run
    def run(self, *args, **options):
        job = plain(self, *args, **options)
        QTimer.singleShot(1000, close)
        return job
    Jobs.run = run
    sys.exit(app.main([sys.argv[1]]))
"""


@pytest.mark.parametrize("part", ["image", "tile"])
def test_the_program_ends_though_a_reader_hangs(part: str, tmp_path: Path, image_file: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(PROGRAM))
    done = subprocess.run(
        [sys.executable, str(script), str(image_file), part], timeout=240, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
