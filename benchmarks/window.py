"""The window's speed, without a screen: a table in Markdown.

Usage: python benchmarks/window.py [ROW ...] [--side 8192] [--objects 10000]

ROW is one or more of: dab sizes edit threshold run landing start memory many huge; the default is all but the last
two. Times are from the event to what it causes being painted; on a machine that has other work, "computing" says what
the program itself takes.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PyQt6.QtCore import QEvent, QSettings
from PyQt6.QtWidgets import QApplication
from stage import (
    NO_BUTTON,
    Stalls,
    Took,
    cells,
    close_window,
    look,
    mouse,
    open_window,
    picture,
    settle,
    timed,
    wait,
)

from cpsam_core.segment.output import NetworkOutput
from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels import SegmentPanel

PRESS, MOVE, RELEASE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)
DABS = 500


def report(what: str, figure: str, target: str = "") -> None:
    """Print one row of the table."""
    print(f"| {what} | {figure} | {target} |", flush=True)


def spread(times: list[Took]) -> str:
    """Return median and worst in words: on the clock, and what the drawing thread itself computed."""
    own = [took.own for took in times]
    return (
        f"median {np.median(times):.2f} ms, worst of {len(times)} {max(times):.1f} ms "
        f"(computing: {np.median(own):.2f} and {max(own):.1f} ms)"
    )


def strokes(window: Any, side: int, scale: float) -> list[Took]:
    """Paint 25 strokes; return the milliseconds of each event, presses and releases too."""
    times: list[Took] = []
    rng = np.random.default_rng(2)
    window.session.gestures.use("brush")
    window.session.view.brush_diameter = 16
    look(window, side / 2, side / 2, scale)
    reach = 300 / max(scale, 1)
    for _ in range(DABS // 20):
        y, x = (side / 2 + float(value) for value in rng.uniform(-reach, reach, 2))
        way = np.cumsum(rng.uniform(-6, 6, (18, 2)), axis=0) / max(scale, 1) ** 0.5
        times.append(timed(lambda: mouse(window, PRESS, y, x)))  # noqa: B023 - called at once
        for dy, dx in way.tolist():
            times.append(timed(lambda: mouse(window, MOVE, y + dy, x + dx)))  # noqa: B023
        times.append(timed(lambda: mouse(window, RELEASE, y, x)))  # noqa: B023
        settle(30)
    window.session.gestures.use("select")
    return times


def dab(side: int, objects: int) -> None:
    """Brush dabs at three zooms, with the journal at work."""
    labels = cells(side, objects)
    window = open_window(
        picture(labels, Path(tempfile.mkdtemp(dir=os.environ["CPSAM_JOURNAL"])) / "none.tif"), labels
    )
    for words, scale in (("whole image in view", 800 / side), ("1:1", 1.0), ("zoom 6", 6.0)):
        if words.startswith("whole") and side > 2048:
            continue  # nobody paints cells of a few screen pixels
        times = strokes(window, side, scale)
        report(f"brush dab, {side} x {side}, {objects:,} objects, {words}", spread(times), "2 / 16 ms")
    close_window(window)


def sizes(side: int, objects: int) -> None:
    """Brush dabs on other image sizes: they must not depend on it."""
    dab(2048, 625)
    dab(20000, objects)


def edit(side: int, objects: int) -> None:
    """Select, hover, delete 100 objects, undo and redo."""
    labels = cells(side, objects)
    window = open_window(
        picture(labels, Path(tempfile.mkdtemp(dir=os.environ["CPSAM_JOURNAL"])) / "none.tif"), labels
    )
    session, rng = window.session, np.random.default_rng(3)
    for scale in (1.0, 4.0):
        look(window, side / 2, side / 2, scale)
        select, hover = [], []
        for _ in range(100):
            y, x = (side / 2 + float(value) for value in rng.uniform(-350, 350, 2) / scale)
            hover.append(timed(lambda: mouse(window, MOVE, y, x, NO_BUTTON)))  # noqa: B023
            mouse(window, PRESS, y, x)
            select.append(timed(lambda: mouse(window, RELEASE, y, x)))  # noqa: B023
        report(f"select by click, zoom {scale:g}", spread(select), "5 ms")
        report(f"hover read-out, zoom {scale:g}", spread(hover), "5 ms")
    for words, scale in (("whole image in view", 800 / side), ("1:1", 1.0)):
        look(window, side / 2, side / 2, scale)
        gone, undone, redone = [], [], []
        for turn in range(5):
            known = np.array(sorted(session.document.objects))
            near = (
                known[len(known) // 2 + 7 * turn :][:100] if scale == 1.0 else rng.choice(known, 100, False)
            )
            session.view.selection = frozenset(near.tolist())
            settle()
            gone.append(timed(actions_of(window)["delete"].trigger))
            settle()
            undone.append(timed(session.edits.undo))
            settle()
            redone.append(timed(session.edits.redo))
            settle()
        report(f"delete 100 objects, {words}", spread(gone), "100 ms")
        report(f"undo of that, {words}", spread(undone), "30 ms")
        report(f"redo of that, {words}", spread(redone), "30 ms")
    result(window, side, objects)
    close_window(window)


def result(window: Any, side: int, objects: int) -> None:
    """Undo and redo of a whole result, and of clearing."""
    session = window.session
    look(window, side / 2, side / 2, 800 / side)
    cleared = timed(actions_of(window)["clear"].trigger)
    settle()
    times = []
    for _ in range(5):
        times.append(timed(session.edits.undo))
        settle()
        times.append(timed(session.edits.redo))
        settle()
    report("clear all", f"{cleared:.1f} ms")
    report("undo and redo of clearing all", spread(times), "30 ms")


def threshold(side: int, objects: int) -> None:
    """A change of the flow threshold, of the smallest size and of the cell threshold, ids carried over."""
    for length, count in ((2048, 4400), (side, objects)):
        labels = cells(length, count)
        window = open_window(picture(labels), None)
        _thresholds(window, labels[0], length)
        close_window(window)


def _thresholds(window: Any, labels: np.ndarray, side: int) -> None:
    """Move thresholds in a window whose image has these cells."""
    from cpsam_core.dynamics.targets import flows_from_masks

    session, panel = window.session, window.panel(SegmentPanel)
    flows = 5 * flows_from_masks(labels)
    rng = np.random.default_rng(1)
    for plane in flows:
        plane += rng.normal(0, 0.3, plane.shape).astype(np.float32)
    logits = np.where(labels > 0, 4.0, -4.0).astype(np.float32)
    session.run_state.flows = NetworkOutput(flows, logits, 30.0)
    del flows
    panel.cellprob.setValue(0.3)
    wait(lambda: "Change thresholds" in session.document.steps)
    settle(500)
    for field, values in (
        (panel.flow, (0.5, 0.3, 0.6)),
        (panel.min_size, (20, 30, 40)),
        (panel.cellprob, (0.5, 0.1, 0.6)),
    ):
        times, own, stalls = [], [], Stalls()
        with stalls.watch():
            for value in values:
                done: list[float] = []
                connection = session.document.changed.connect(lambda *_: done.append(time.perf_counter()))  # noqa: B023
                start, work = time.perf_counter(), time.process_time()
                field.setValue(value)
                wait(lambda: bool(done))  # noqa: B023
                own.append(time.process_time() - work)
                settle(200)
                times.append(done[0] - start)
                session.document.changed.disconnect(connection)
        name = {panel.flow: "flow threshold", panel.min_size: "smallest object"}.get(field, "cell threshold")
        report(
            f"{name} moved, {side} x {side}, {len(session.document.objects):,} objects: new masks",
            f"{np.median(times):.2f} s (processor: {np.median(own):.2f} s)",
            "1.5 s",
        )
        report("the same: longest stall of the event loop", f"{stalls.longest:.1f} ms", "50 ms")


def run(side: int, objects: int) -> None:
    """A real run of the shipped model: stalls, and how long it takes to stop."""
    labels = cells(1024, 400)
    window = open_window(picture(labels), None)
    session, stalls = window.session, Stalls()
    window.run()  # the first run loads torch and the model
    wait(lambda: session.jobs.idle)
    seconds = []
    with stalls.watch():
        start = time.perf_counter()
        window.run()
        wait(lambda: session.jobs.idle)
        seconds.append(time.perf_counter() - start)
        settle(300)
    report(
        "run of cpsam-lite, 1024 x 1024: longest stall",
        f"{stalls.longest:.1f} ms ({seconds[0]:.1f} s)",
        "100 ms",
    )
    waits = []
    for pause in (0.4, 0.9, 1.4):
        window.run()
        end = time.perf_counter() + pause
        wait(lambda: time.perf_counter() > end)  # noqa: B023
        start = time.perf_counter()
        session.jobs.cancel()
        wait(lambda: not session.jobs.busy)
        waits.append(1000 * (time.perf_counter() - start))
    report("cancel to stopped", f"worst of 3 {max(waits):.0f} ms", "one batch of tiles")
    close_window(window)


class Stored:
    """A model that finds what is there already."""

    def __init__(self, labels: np.ndarray) -> None:
        self._labels = labels[0]

    def segment(self, image: Any, settings: Any, progress: Any) -> Any:
        """Return the stored labels as a result of the engine."""
        progress(1, 2, "Network")
        count, shape = int(self._labels.max()), self._labels.shape
        table = SimpleNamespace(
            ids=np.arange(1, count + 1), flow_errors=np.full(count, 0.1), probabilities=np.full(count, 0.9)
        )
        maps = NetworkOutput(np.zeros((2, *shape), np.float32), np.zeros(shape, np.float32), 30.0)
        return SimpleNamespace(labels=self._labels.copy(), output=maps, objects=table, classes=None)


def landing(side: int, objects: int) -> None:
    """A result of a whole image arrives: the stall, over an empty image and over objects that stay."""
    labels = cells(side, objects)
    window = open_window(
        picture(labels, Path(tempfile.mkdtemp(dir=os.environ["CPSAM_JOURNAL"])) / "none.tif"),
        None,
        Stored(labels),
    )
    session, stalls = window.session, Stalls()
    for words in ("on an empty image", "again, 300 objects locked"):
        with stalls.watch():
            start = time.perf_counter()
            window.run()
            wait(lambda: session.jobs.idle)
            seconds = time.perf_counter() - start
            settle(1500)
        report(
            f"result of {len(session.document.objects):,} objects lands {words}: longest stall",
            f"{stalls.longest:.1f} ms (job {seconds:.1f} s)",
            "100 ms",
        )
        session.edits.change(lambda document: _lock(document, 300))
        settle(300)
    times = [
        timed(step)
        for step in (session.edits.undo, session.edits.undo, session.edits.redo, session.edits.redo)
    ]
    report("undo and redo of these runs", spread(times), "30 ms")
    close_window(window)


def _lock(document: Any, count: int) -> None:
    with document.step("Lock"):
        document.update(list(document.objects)[:count], locked=True)


CHILD = """
import time
from cpsam_gui import app
real = app.show
def show(*args, **kwargs):
    from PyQt6.QtWidgets import QApplication
    def shown(*_):
        QApplication.processEvents()
        print(time.time())
        return 0
    QApplication.exec = shown
    return real(*args, **kwargs)
app.show = show
raise SystemExit(app.main([]))
"""


def start(side: int, objects: int) -> None:
    """From the command to the painted window, in a process of its own."""
    times = []
    for _ in range(6):
        begin = time.time()
        done = subprocess.run([sys.executable, "-c", CHILD], check=True, capture_output=True, text=True)
        times.append(float(done.stdout.split()[-1]) - begin)
    report(
        "command to painted window", f"median {np.median(times[1:]):.2f} s, best {min(times):.2f} s", "1.5 s"
    )


def memory(side: int, objects: int) -> None:
    """Bytes a pixel of a window that has looked at everything, and after 200 edits."""
    before = _resident()
    labels = cells(side, objects)
    window = open_window(picture(labels), labels)
    pixels = side * side
    opened = _resident() - before
    for scale in (1.0, 4.0):
        for place in np.linspace(0.1, 0.9, 12) * side:
            look(window, place, place, scale)
    looked = _resident() - before
    strokes(window, side, 1.0)
    edited = _resident() - before
    report(
        "memory: uint16 image and labels (6 bytes) open / looked around / after 500 dabs",
        " / ".join(f"{value / pixels:.1f}" for value in (opened, looked, edited)) + " bytes a pixel",
    )
    close_window(window)


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def many(side: int, objects: int) -> None:
    """The rows of editing with 200,000 objects."""
    dab(side, 200_000)
    edit(side, 200_000)
    landing(side, 200_000)


def huge(side: int, objects: int) -> None:
    """An image of 40,000 x 40,000 (uint8) with 10,000 objects: opening, looking, painting."""
    side = 40_000
    labels = cells(side, objects)
    image = picture(labels, dtype=np.uint8)
    window = open_window(image, labels)
    times = []
    for scale in (800 / side, 0.1, 1.0, 4.0):
        look(window, side / 2, side / 2, scale)
        for _ in range(10):
            camera = window.session.view.camera.pan(150, 150)
            times.append(timed(lambda: setattr(window.session.view, "camera", camera)))  # noqa: B023
            settle(60)
    report(f"{side} x {side}: pan by 150 screen pixels", spread(times))
    report(f"{side} x {side}: brush dab at 1:1", spread(strokes(window, side, 1.0)), "2 / 16 ms")
    close_window(window)


ROWS = {row.__name__: row for row in (dab, sizes, edit, threshold, run, landing, start, memory, many, huge)}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=" ".join(ROWS))
    parser.add_argument("--side", type=int, default=8192)
    parser.add_argument("--objects", type=int, default=10_000)
    args = parser.parse_args()
    app = QApplication([])
    from cpsam_gui.style import theme

    theme.apply(app)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CPSAM_JOURNAL"] = folder
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        print("| what | figure | target |\n|---|---|---|")
        for name in args.rows or [row for row in ROWS if row not in ("many", "huge")]:
            ROWS[name](args.side, args.objects)
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
