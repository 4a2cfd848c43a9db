"""Ctrl+C and SIGTERM close the window in order: no question, nothing lost, no report of a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cpsam_gui.program.interrupts import Interrupts
from cpsam_gui.storage.journal_folder import left_behind
from cpsam_gui.storage.journal_format import recover

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")


def test_a_signal_is_told_between_events_and_the_next_one_is_as_before(qtbot: QtBot) -> None:
    # Whatever started the tests may ignore it.
    inherited = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        interrupts = Interrupts()
        with qtbot.waitSignal(interrupts.asked, timeout=20_000) as heard:
            os.kill(os.getpid(), signal.SIGTERM)
        assert heard.args == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        interrupts.stop()
    finally:
        signal.signal(signal.SIGTERM, inherited)


def test_what_is_ignored_stays_ignored(qtbot: QtBot) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        interrupts = Interrupts()
        os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        interrupts.stop()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


PROGRAM = """
    import os, signal, sys

    # As a job of a shell in the background, which ignores Ctrl+C, this process would rightly ignore it, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QMessageBox
    from cpsam_gui import app
    from cpsam_gui.actions import install
    from tests.hostile.closing_states import draw

    QMessageBox.question = lambda *_: os._exit(3)
    plain = install.make_window

    def made(**how):
        window = plain(**how)
        window.session.persistence.preferences.now = window.support.chosen.now.changed(autosave=False)
        window.session.images.loaded.connect(lambda *_: QTimer.singleShot(300, lambda: work(window)))
        return window

    def work(window):
        draw(window.session.document)
        os.kill(os.getpid(), int(sys.argv[2]))

    install.make_window = made
    sys.exit(app.main([sys.argv[1]]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_unsaved_work_is_in_the_journal_after_the_end(
    number: signal.Signals, tmp_path: Path, image_file: Path
) -> None:
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(PROGRAM))
    places = {name: str(tmp_path / name) for name in ("CPSAM_JOURNAL", "CPSAM_REPORTS", "XDG_CONFIG_HOME")}
    root = str(Path(__file__).parents[3])
    paths = os.pathsep.join([root, str(Path(root) / "core")])
    done = subprocess.run(
        [sys.executable, str(script), str(image_file), str(number.value)],
        env={**os.environ, **places, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": paths},
        timeout=240,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 128 + number, done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "CPSAM_REPORTS").glob("report-*"))
    (journal,) = left_behind(tmp_path / "CPSAM_JOURNAL")
    found = recover(journal)
    assert found is not None and len(found.objects) == 1
