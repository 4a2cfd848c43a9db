"""The window closes in the middle of anything, before the work that it began has ended; nothing is lost or broken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QEvent, QObject

from cpsam_gui.jobs import jobs as jobs_module
from cpsam_gui.jobs.jobs import Jobs, wait_for_left_jobs
from cpsam_gui.storage import journal
from cpsam_gui.style import theme
from tests.hostile.closing_stage import PATIENCE_S, staged
from tests.hostile.closing_states import STATES

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

LONG_MS = round(1000 * PATIENCE_S)


class Order(QObject):
    """Keeps what happened first."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Hide:
            self.events.append("out of sight")
        return False


@pytest.mark.parametrize("name", STATES)
def test_closing_waits_for_no_work(
    name: str, qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "CLOSING_SECONDS", 0.1)
    monkeypatch.setattr(journal, "CLOSING_S", 0.1)
    theme.apply(qapp)
    order, plain = Order(), Jobs.shutdown

    def shutdown(jobs: Jobs) -> None:
        order.events.append("jobs are told")
        plain(jobs)

    monkeypatch.setattr(Jobs, "shutdown", shutdown)
    with staged(tmp_path, lambda until: qtbot.waitUntil(until, timeout=LONG_MS)) as stage:
        STATES[name].begin(stage)
        qtbot.waitUntil(stage.stall.reached.is_set, timeout=LONG_MS)
        stage.window.installEventFilter(order)
        assert stage.window.close()
        assert not stage.window.isVisible()
        assert stage.stall.holds, "closed while the work stands still"
        assert order.events[:2] == ["out of sight", "jobs are told"]
        stage.stall.let_go()
        assert wait_for_left_jobs()
        STATES[name].check(stage)
