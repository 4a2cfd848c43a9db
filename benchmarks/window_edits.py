"""Rows of `window.py`: painting, selecting, deleting, undo."""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt6.QtCore import QEvent
from stage import (
    NO_BUTTON,
    Took,
    cells,
    close_window,
    file_of_none,
    look,
    mouse,
    open_window,
    picture,
    report,
    settle,
    spread,
    timed,
)

from cpsam_gui.actions.install import actions_of

PRESS, MOVE, RELEASE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)
DABS = 500


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
    window = open_window(picture(labels, file_of_none()), labels)
    for words, scale in (("whole image in view", 800 / side), ("1:1", 1.0), ("zoom 6", 6.0)):
        # Nobody paints cells of a few screen pixels.
        if words.startswith("whole") and side > 2048:
            continue
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
    window = open_window(picture(labels, file_of_none()), labels)
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
