"""Measure the table of measurements and the review on 100,000 objects: ``python benchmarks/review.py``.

Opens a window without a screen on a made-up image. "Opens" is the time in the thread of the window from the measured
columns to the painted table; measuring goes before it, in another thread.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from clocks import keep_settings_in
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from stage import cells, close_window, open_window, picture, wait

from cpsam_core.progress import silent
from cpsam_gui import tasks
from cpsam_gui.panels import TablePanel
from cpsam_gui.state.steps import StepKind
from cpsam_gui.style import theme
from cpsam_gui.tasks.measuring import MeasurementRequest, measure_objects


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=8192)
    parser.add_argument("--objects", type=int, default=100_000)
    given = parser.parse_args()
    app = QApplication([])
    theme.apply(app)
    with tempfile.TemporaryDirectory() as folder:
        keep_settings_in(folder)
        window = segmented_window(given.side, given.objects)
        measure(window)
        look_at_table(window)
        review(window.session)
        close_window(window)


def clock(name: str, do: Callable[[], Any]) -> Any:
    """Print how long something takes, and return what it returns."""
    begin = time.perf_counter()
    made = do()
    print(f"{name:44s} {1000 * (time.perf_counter() - begin):9.1f} ms")
    return made


def segmented_window(side: int, count: int) -> Any:
    """Return a window with the result of a run, whose objects are in doubt by different measures."""
    labels = cells(side, count)
    records = tasks.records_of(labels)
    rng = np.random.default_rng(0)
    for number, error in zip(list(records), rng.gamma(2, 0.06, len(records)).tolist(), strict=True):
        records[number] = records[number].changed(flow_error=error, probability=0.9)
    window = open_window(picture(labels), None)
    window.session.run_results.swap(StepKind.SEGMENT, "Segment", tasks.MaskResult(labels, records))
    QApplication.processEvents()
    return window


def measure(window: Any) -> None:
    """Measure all objects, then a few that changed; then the window does it for itself."""
    session = window.session
    records = dict(session.document.objects)
    labels = np.array(session.document.labels)
    request = MeasurementRequest(session.image, labels, records, {})
    measured = clock("measure all (background)", lambda: measure_objects(request, silent))
    some = frozenset(list(records)[:10])
    again = MeasurementRequest(session.image, labels, records, {}, measured, some)
    clock("measure 10 changed objects (background)", lambda: measure_objects(again, silent))
    done: list[bool] = []
    session.measuring.ask(lambda: done.append(True))
    wait(lambda: bool(done))


def look_at_table(window: Any) -> None:
    """Open the table, scroll, sort, select and filter."""
    session, panel = window.session, window.panel(TablePanel)
    ids = list(session.document.objects)

    def show() -> None:
        window.docks["Table"].show()
        QApplication.processEvents()
        panel.table.grab()

    clock(f"table of {len(ids):,} objects opens", show)
    times = list(scroll_steps(panel.table))
    print(
        f"{'scroll, one step (median, worst)':44s} {1000 * np.median(times):9.1f} {1000 * max(times):6.1f} ms"
    )
    clock("sort by area", lambda: panel.table.sortByColumn(panel.model.names.index("area"), Qt.SortOrder(1)))
    for chosen in (ids[:1], ids[::100], ids):
        clock(f"table follows a selection of {len(chosen):,}", partial(link, panel, session, chosen))
    panel.top.filter.setText("area > 300 and solidity < 0.98")
    clock("filter by an expression", panel.refresh)
    panel.top.filter.setText("")
    panel.refresh()


def scroll_steps(table: Any) -> Iterable[float]:
    """Scroll through a table and paint it; yield the seconds of each step."""
    bar = table.verticalScrollBar()
    for step in np.linspace(0, bar.maximum(), 60).astype(int).tolist():
        begin = time.perf_counter()
        bar.setValue(step)
        table.viewport().repaint()
        yield time.perf_counter() - begin


def link(panel: Any, session: Any, chosen: Iterable[int]) -> None:
    """Mark a selection in the table and paint it."""
    session.view.events.block()
    session.view.selection = frozenset(chosen)
    session.view.events.unblock()
    panel._show_selection()
    panel.table.viewport().repaint()


def review(session: Any) -> None:
    """Go to the next object of the review and accept it."""
    session.reviewing.next()
    clock("next object of the review", session.reviewing.next)
    clock("accept it", session.reviewing.accept)


if __name__ == "__main__":
    main()
