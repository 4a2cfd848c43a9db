"""Measure the table of measurements and the review on 100,000 objects: ``python benchmarks/review.py``.

Opens a window without a screen on a made-up image. "Opens" is the time in the thread of the window from the measured
columns to the painted table; measuring goes before it, in another thread.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from cpsam_gui import tasks
from cpsam_gui.panels import TablePanel
from cpsam_gui.state.steps import StepKind
from cpsam_gui.style import theme
from cpsam_gui.tasks.measuring import MeasurementRequest, measure_objects

SIDE, COUNT = 8192, 100_000


def quiet(done: int, total: int, note: str = "") -> None:
    """Take progress."""


def main() -> None:
    """Print the figures."""
    import tempfile

    import stage
    from PyQt6.QtCore import QSettings

    argparse.ArgumentParser(description=__doc__).parse_args()
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())

    app = QApplication([])
    theme.apply(app)
    labels = stage.cells(SIDE, COUNT)
    image = stage.picture(labels)
    records = tasks.records_of(labels)
    rng = np.random.default_rng(0)
    for number, error in zip(list(records), rng.gamma(2, 0.06, len(records)).tolist(), strict=True):
        records[number] = records[number].changed(flow_error=error, probability=0.9)
    window = stage.open_window(image, None)
    session = window.session
    session.run_results.swap(StepKind.SEGMENT, "Segment", tasks.MaskResult(labels, records))
    app.processEvents()

    def clock(name: str, do: object) -> None:
        begin = time.perf_counter()
        do()  # type: ignore[operator]
        print(f"{name:44s} {1000 * (time.perf_counter() - begin):9.1f} ms")

    request = MeasurementRequest(image, np.array(labels), dict(records), {})
    begin = time.perf_counter()
    measured = measure_objects(request, quiet)
    print(f"{'measure all (background)':44s} {1000 * (time.perf_counter() - begin):9.1f} ms")
    some = list(records)[:10]
    begin = time.perf_counter()
    again = MeasurementRequest(image, np.array(labels), dict(records), {}, measured, frozenset(some))
    measure_objects(again, quiet)
    print(f"{'measure 10 changed objects (background)':44s} {1000 * (time.perf_counter() - begin):9.1f} ms")

    session.measuring._done(None, measured)
    session.measuring._everything = False
    panel = window.panel(TablePanel)

    def show() -> None:
        window.docks["Table"].show()
        app.processEvents()
        panel.table.grab()

    clock(f"table of {len(measured):,} objects opens", show)
    bar = panel.table.verticalScrollBar()
    steps = np.linspace(0, bar.maximum(), 60).astype(int)
    times = []
    for step in steps.tolist():
        begin = time.perf_counter()
        bar.setValue(step)
        panel.table.viewport().repaint()
        times.append(time.perf_counter() - begin)
    print(
        f"{'scroll, one step (median, worst)':44s} {1000 * np.median(times):9.1f} {1000 * max(times):6.1f} ms"
    )
    clock("sort by area", lambda: panel.table.sortByColumn(panel.model.names.index("area"), Qt.SortOrder(1)))
    ids = list(records)
    everything = frozenset(ids)
    for name, chosen in (
        ("one object", frozenset([777])),
        ("1,000 objects", frozenset(ids[::100])),
        ("all", everything),
    ):
        clock(f"table follows a selection of {name}", lambda chosen=chosen: link(panel, session, chosen))
    panel.top.filter.setText("area > 300 and solidity < 0.98")
    clock("filter by an expression", panel.refresh)
    panel.top.filter.setText("")
    panel.refresh()
    session.reviewing.next()
    clock("next object of the review", session.reviewing.next)
    clock("accept it", session.reviewing.accept)
    session.document.mark_saved()
    window.close()


def link(panel: object, session: object, chosen: frozenset[int]) -> None:
    """Mark a selection in the table and paint it."""
    session.view.events.block()  # type: ignore[attr-defined]
    session.view.selection = chosen  # type: ignore[attr-defined]
    session.view.events.unblock()  # type: ignore[attr-defined]
    panel._show_selection()  # type: ignore[attr-defined]
    panel.table.viewport().repaint()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
