"""Rows of `window.py`: thresholds, a run of the model, a result that arrives."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
from stage import (
    Stalls,
    cells,
    close_window,
    file_of_none,
    look,
    open_window,
    picture,
    report,
    settle,
    spread,
    timed,
    wait,
)

from cpsam_core.segment.output import NetworkOutput
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.state.steps import StepKind


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
    # They fall across the borders of cells, so that each cell threshold has other masks, as those of a network do.
    depth = cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, 3)
    logits = np.where(labels > 0, np.minimum(0.8 * depth, 6.0) - 1.0, -4.0).astype(np.float32)
    logits += rng.normal(0, 0.3, logits.shape).astype(np.float32)
    del depth
    look(window, side / 2, side / 2, 1.0)
    session.run_state.flows = NetworkOutput(flows, logits, 30.0)
    del flows
    panel.cellprob.setValue(0.3)
    wait(lambda: any(step.kind is StepKind.THRESHOLDS for step in session.document.history))
    settle(500)
    for field, values in (
        (panel.flow, (0.5, 0.3, 0.6)),
        (panel.min_size, (20, 30, 40)),
        (panel.cellprob, (0.5, 0.1, 0.6)),
    ):
        times, own, first, stalls = [], [], [], Stalls()
        with stalls.watch():
            for value in values:
                done: list[float] = []
                connection = session.document.changed.connect(lambda *_: done.append(time.perf_counter()))  # noqa: B023
                start, work = time.perf_counter(), time.process_time()
                seen: list[float] = []
                shown = session.masks_first.changed.connect(lambda *_: seen.append(time.perf_counter()))  # noqa: B023
                field.setValue(value)
                wait(lambda: bool(done))  # noqa: B023
                own.append(time.process_time() - work)
                settle(200)
                times.append(done[0] - start)
                first.append((seen or done)[0] - start)
                session.document.changed.disconnect(connection)
                session.masks_first.changed.disconnect(shown)
        name = {panel.flow: "flow threshold", panel.min_size: "smallest object"}.get(field, "cell threshold")
        report(
            f"{name} moved, {side} x {side}, {len(session.document.objects):,} objects: new masks",
            f"{np.median(times):.2f} s (processor: {np.median(own):.2f} s)",
            "1.5 s",
        )
        report("the same: masks in view, at 1:1", f"{np.median(first):.2f} s", "0.3 s")
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
    window = open_window(picture(labels, file_of_none()), None, Stored(labels))
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
