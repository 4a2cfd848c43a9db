"""Being told to end, and a current folder that is gone."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from cpsam_core.cli import main, models
from cpsam_core.system.ending import ending_in_order
from cpsam_core.system.paths import leave_lost_folder

on_windows = pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
def test_a_queue_of_jobs_ends_a_command_like_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: object) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    monkeypatch.setattr(models, "run", run)
    # Whatever started the tests may ignore it.
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        assert main(["models", "list"]) == 130
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().err == "cpsam: error: cancelled\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
def test_what_somebody_handles_stays_as_it_is() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        with ending_in_order():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]


@on_windows
def test_a_current_folder_that_was_removed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["segment", "--demo", "--out", str(tmp_path / "out")]) == 1
    assert "The current folder was removed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@on_windows
def test_a_window_leaves_a_folder_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    leave_lost_folder()
    assert Path.cwd() == gone
    gone.rmdir()
    leave_lost_folder()
    assert Path.cwd() == tmp_path


def test_a_folder_in_the_way_is_said_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert main(["segment", "--demo", "--out", str(tmp_path / "file" / "out")]) == 1
    assert "cannot be made: there is a file of that name." in capsys.readouterr().err
