"""Close the window in the middle of everything it does: ``python -m tests.hostile.closing --times 5``.

In each state a job of the program is at work and does not come to an end: its disk, its network or its device does not
answer. Printed is how long the window stays in sight after it was told to close, and how long closing takes in all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.closing_stage import PATIENCE_S, staged
from tests.hostile.closing_states import STATES


@dataclass(frozen=True)
class Figure:
    """Seconds that a closing window was still in sight, and that closing took."""

    in_sight: float
    in_all: float


def measured(name: str) -> Figure:
    """Close a window in the middle of something."""
    from PyQt6.QtCore import QEvent, QObject
    from PyQt6.QtWidgets import QApplication

    from cpsam_gui.jobs.jobs import wait_for_left_jobs

    class Sight(QObject):
        gone = 0.0

        def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
            if event is not None and event.type() == QEvent.Type.Hide and not self.gone:
                self.gone = time.monotonic()
            return False

    def wait(until: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not until():
            QApplication.processEvents()
            time.sleep(0.005)
            if time.monotonic() > end:
                raise TimeoutError(name)

    with tempfile.TemporaryDirectory() as folder, staged(Path(folder), wait) as stage:
        STATES[name].begin(stage)
        wait(stage.stall.reached.is_set)
        sight = Sight()
        stage.window.installEventFilter(sight)
        start = time.monotonic()
        stage.window.close()
        end = time.monotonic()
        assert stage.stall.holds
        stage.stall.let_go()
        wait_for_left_jobs()
        wait(lambda: stage.window.session.jobs.all_ended)
        STATES[name].check(stage)
    return Figure(sight.gone - start, end - start)


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--state", choices=[*STATES], action="append", help="only these")
    args = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtCore import QSettings
    from PyQt6.QtWidgets import QApplication

    from cpsam_gui.style import theme

    with tempfile.TemporaryDirectory() as folder:
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        app = QApplication(sys.argv[:1])
        theme.apply(app)
        print(
            "| in the middle of | times | in sight, worst (s) | closed, worst (s) | load |\n|---|---|---|---|---|"
        )
        for name in args.state or STATES:
            figures = [measured(name) for _ in range(args.times)]
            sight, whole = max(one.in_sight for one in figures), max(one.in_all for one in figures)
            print(
                f"| {name} | {len(figures)} | {sight:.2f} | {whole:.2f} | {os.getloadavg()[0]:.0f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
