"""What editing and looking at a large volume costs: the state and the tools, without or with a window.

    python benchmarks/volumes.py [DEPTH HEIGHT WIDTH [BODIES]] [--window]

makes a volume of labels (200 x 2,048 x 2,048 with 5,000 bodies unless told otherwise), then times a dab of a ball, the
split and the growth of a body, undo, and cutting an orthogonal slice out. With `--window` it writes a TIFF of that size
and times, without a screen, opening it, stepping through its planes and moving the cross-hair. One line of JSON goes to
the output: medians in milliseconds on the clock, and of the processor, which other programs on it do not stretch; of
looking also the fastest on the clock, which is nearest to what a machine without other work shows.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from clocks import keep_settings_in, peak_bytes

from cpsam_gui.operations import Scope, bodies
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.objects import ObjectRecord, Origin
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.view import View
from cpsam_gui.tools import TOOLS, Desk, Pointer

SPACING = (2.0, 1.0, 1.0)
TIMES = 7
# Samples on a side of a tile of a view.
TILE = 256


def volume(shape: tuple[int, int, int], count: int) -> tuple[np.ndarray, dict[int, ObjectRecord]]:
    """Return labels with ellipsoids at random places that do not overlap, and their rows of the table."""
    rng = np.random.default_rng(0)
    radii = (6, 16, 16)
    grid = np.stack(
        np.meshgrid(*(np.arange(r + 1, n - r, 2 * r + 2) for r, n in zip(radii, shape, strict=True)))
    )
    places = grid.reshape(3, -1).T
    places = places[rng.permutation(len(places))[:count]]
    z, y, x = (np.arange(-r, r + 1) / r for r in radii)
    ball = z[:, None, None] ** 2 + y[:, None] ** 2 + x**2 <= 1
    labels = np.zeros(shape, np.uint32)
    rows = {}
    for number, place in enumerate(places.tolist(), start=1):
        (z0, y0, x0), (z1, y1, x1) = (
            [p + s * r + (s > 0) for p, r in zip(place, radii, strict=True)] for s in (-1, 1)
        )
        box = Box(z0, z1, y0, y1, x0, x1)
        labels[box.slices][ball] = number
        rows[number] = ObjectRecord(int(ball.sum()), box, Origin.MODEL, colour=number)
    return labels, rows


def milliseconds(do: Callable[[], Any], before: Callable[[], Any] = lambda: None) -> dict[str, float]:
    """Return the median time of doing something, on the clock and of the processor."""
    times = []
    for _ in range(TIMES):
        before()
        start, own = time.perf_counter(), time.process_time()
        do()
        times.append((time.perf_counter() - start, time.process_time() - own))
    clock, processor = (round(1000 * statistics.median(one), 2) for one in zip(*times, strict=True))
    return {"clock": clock, "processor": processor}


def main() -> None:
    """Time the edits."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("numbers", type=int, nargs="*", metavar="N", help="DEPTH HEIGHT WIDTH, and BODIES")
    parser.add_argument("--window", action="store_true", help="open and look at an image of this size")
    args = parser.parse_args()
    numbers = args.numbers
    shape = (numbers[0], numbers[1], numbers[2]) if len(numbers) >= 3 else (200, 2048, 2048)
    if args.window:
        report(shape, 0, looking(shape))
        return
    labels, rows = volume(shape, numbers[3] if len(numbers) > 3 else 5000)
    # The step that brought the masks must stay in the history, so that undo ends there.
    document = Document(shape, history_bytes=1 << 40)
    document.replace("Masks", labels, rows)
    desk = Desk(document, View(brush_diameter=20.0), spacing=lambda: SPACING)
    desk.options.scope = Scope.BODY
    number = len(rows) // 2
    box = rows[number].box
    middle = (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2
    whole = document.labels[box.slices] == number
    desk.view.plane = (box.z0 + box.z1) // 2

    def dab() -> None:
        brush = TOOLS["eraser"](desk)
        brush.press(Pointer(*middle))
        brush.release(Pointer(*middle))
        if document.position != 2:
            raise SystemExit("the dab changed nothing")

    def split() -> None:
        line = [(box.y0 - 2.0, middle[1]), (box.y1 + 2.0, middle[1])]
        why = bodies.split_bodies(document, [number], line, desk.view.slice, SPACING)
        if why:
            raise SystemExit(why)

    def undo() -> None:
        document.go_to(1)
        if not np.array_equal(document.labels[box.slices] == number, whole):
            raise SystemExit("undo did not bring the body back")

    def split_again() -> None:
        undo()
        split()

    places = cycle(range(shape[2] // 3, shape[2], 17))

    def tile(step: int = 1) -> None:
        # What a view draws at a time, in another slice each time, so that nothing of it is in the cache.
        section = Slice(2, next(places)).of(document.labels)
        np.ascontiguousarray(section[: TILE * step : step, ::step])

    found = {
        "ball dab": milliseconds(dab, undo),
        "split of a body": milliseconds(split, undo),
        "growth of a body": milliseconds(lambda: bodies.grow_bodies(document, [number], 2, SPACING), undo),
        "undo of a split": milliseconds(document.undo, split_again),
        "slice XZ": milliseconds(lambda: np.ascontiguousarray(Slice(1, shape[1] // 2).of(document.labels))),
        "slice YZ": milliseconds(lambda: np.ascontiguousarray(Slice(2, shape[2] // 2).of(document.labels))),
        "tile of YZ": milliseconds(tile),
        "tile of YZ, zoomed out": milliseconds(lambda: tile(8)),
    }
    report(shape, len(rows), found)


def report(shape: tuple[int, int, int], bodies: int, found: dict[str, Any]) -> None:
    """Print the figures."""
    row = {"shape": shape, "bodies": bodies, "milliseconds": found, "peak_gb": round(peak_bytes() / 1e9, 2)}
    print(json.dumps(row), flush=True)


def looking(shape: tuple[int, int, int]) -> dict[str, Any]:
    """Open a stack in a window without a screen, and look at its planes and sections."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import tifffile
    from PyQt6.QtWidgets import QApplication
    from stage import close_window, look, settle, timed, wait

    from cpsam_gui.actions.install import actions_of, make_window

    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        keep_settings_in(folder)
        path, plane = (
            Path(folder) / "stack.tif",
            np.random.default_rng(0).integers(0, 4000, shape[1:], np.uint16),
        )
        with tifffile.TiffWriter(path, imagej=True) as file:
            file.write(
                (np.roll(plane, z, 1) for z in range(shape[0])),
                shape=shape,
                dtype=np.uint16,
                metadata={"axes": "ZYX", "spacing": 2.0, "unit": "um"},
                resolution=(1.0, 1.0),
            )
        window = make_window()
        window.resize(1360, 860)
        window.show()
        settle()
        start, own = time.perf_counter(), time.process_time()
        window.open(path)
        wait(lambda: window.session.image is not None)
        QApplication.processEvents()
        opening = {
            "clock": round(1000 * (time.perf_counter() - start), 1),
            "processor": round(1000 * (time.process_time() - own), 1),
        }
        view = window.session.view
        wait(lambda: window.session.jobs.idle)
        look(window, shape[1] / 2, shape[2] / 2, 0.3)

        def stepping() -> Any:
            view.plane = (view.plane + 1) % shape[0]

        def moving() -> Any:
            view.cross = (view.cross[0] + 3, view.cross[1] + 3)

        found = {
            "opening until the first plane is drawn": opening,
            "stepping to the next plane": both(timed, stepping),
        }
        actions_of(window)["sections"].trigger()
        settle()
        found["moving the cross-hair"] = both(timed, moving)
        close_window(window)
    app.quit()
    return found


def both(timed: Callable[[Callable[[], Any]], Any], do: Callable[[], Any]) -> dict[str, float]:
    """Return the median and the fastest of thrice as many times, painting included."""
    times = [timed(do) for _ in range(3 * TIMES)]
    own = statistics.median(one.own for one in times)
    clock, fastest = statistics.median(times), min(times)
    return {"clock": round(clock, 2), "fastest": round(fastest, 2), "processor": round(own, 2)}


if __name__ == "__main__":
    main()
