"""Measuring, comparing, and the order of doubt: one JSON line for each figure.

Usage: python measuring.py [SIDE COUNT] [--channels N]

Seconds are of one core; `cpu` is the time that the processor spent, which other programs on it do not stretch.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.measure import ObjectFacts, choose, export_columns, measure, remeasure, write_table
from cpsam_core.metrics.compare import compare
from cpsam_core.review.coverage import uncovered
from cpsam_core.review.doubt import object_doubt


def ellipses(side: int, count: int, seed: int = 0) -> NDArray[np.uint32]:
    """Return labels of `side` x `side` pixels with about `count` ellipses that do not cover each other."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((side, side), np.uint32)
    step = side / np.ceil(np.sqrt(count))
    places = np.stack(np.meshgrid(*[np.arange(step / 2, side, step)] * 2), axis=-1).reshape(-1, 2)[:count]
    for number, place in enumerate(places, 1):
        x, y = (place + rng.uniform(-0.1, 0.1, 2) * step).astype(int)
        top, left = max(0, y - 40), max(0, x - 40)
        window = labels[top : y + 40, left : x + 40]
        stamp = np.zeros(window.shape, np.uint8)
        axes = tuple(int(v) for v in rng.uniform(0.25, 0.48, 2) * step)
        cv2.ellipse(stamp, (x - left, y - top), axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
        window[(stamp > 0) & (window == 0)] = number
    return labels


def timed(work: Callable[[], object], repeats: int = 3) -> dict[str, float]:
    """Return the least seconds of `repeats` runs, by the clock and of the processor."""
    clock, processor = [], []
    for _ in range(repeats):
        start, start_processor = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - start_processor)
    return {"seconds": round(min(clock), 4), "cpu": round(min(processor), 4)}


def report(what: str, **values: object) -> None:
    """Print one figure."""
    print(json.dumps({"what": what, **values}), flush=True)


def measuring(labels: NDArray[np.uint32], channels: int) -> None:
    """All objects, for several types of images; changed objects only; files."""
    rng = np.random.default_rng(1)
    objects = len(np.unique(labels)) - 1
    size = {"side": labels.shape[0], "objects": objects}
    image = rng.integers(0, 4000, (1, *labels.shape, channels), np.uint16)
    planar = np.moveaxis(np.ascontiguousarray(np.moveaxis(image, -1, 0)), 0, -1)
    report("shapes and neighbours", **size, **timed(lambda: measure(labels)))
    for name, pixels in (
        ("uint8", (image >> 4).astype(np.uint8)),
        ("uint16", image),
        ("uint16, channel by channel", planar),
        ("float32", image.astype(np.float32)),
    ):
        report("everything", **size, channels=channels, image=name, **timed(lambda: measure(labels, pixels)))  # noqa: B023
    report("everything, neighbours up to 10 pixels", **size, **timed(lambda: measure(labels, image, near=10)))
    table = measure(labels, image, pixel_size=0.5)
    place = len(table) // 2
    number, box = int(table.ids[place]), table.boxes[place]
    report(
        "one changed object",
        **size,
        **timed(lambda: remeasure(table, labels, image, stale=[number], boxes={number: box})),
    )
    report(
        "expression",
        **size,
        **timed(lambda: choose("area > 200 and solidity < 0.9 or id == 2", table.columns)),
    )
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("csv", "parquet"):
            path = Path(folder) / f"t.{suffix}"
            seconds = timed(lambda: write_table(path, export_columns(table)))  # noqa: B023
            report(f"write {suffix}", **size, **seconds, megabytes=round(path.stat().st_size / 1e6, 1))
    facts = ObjectFacts(
        table.ids, flow_errors=rng.uniform(0, 0.5, objects), probabilities=rng.uniform(0.4, 1, objects)
    )
    known = measure(labels, facts=facts)

    def order() -> list[tuple[str, ...]]:
        doubt = object_doubt(known)
        return [doubt.reasons(place) for place in doubt.order.tolist()]

    report("order of doubt with all reasons", **size, **timed(order))


def comparing(labels: NDArray[np.uint32]) -> None:
    """Two sets of masks, and what no object covers."""
    other = np.roll(labels, (2, 1), (0, 1))
    other[np.isin(other, np.arange(0, labels.max(), 50))] = 0
    size = {"side": labels.shape[0], "objects": len(np.unique(labels)) - 1}
    report("compare", **size, **timed(lambda: compare(labels, other)))
    logits = np.where(labels > 0, 3, -3).astype(np.float32)
    report("coverage", **size, **timed(lambda: uncovered(logits, other)))


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("side", type=int, nargs="?", default=4096)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--channels", type=int, default=4)
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    labels = ellipses(args.side, args.count)
    measuring(labels, args.channels)
    comparing(labels)


if __name__ == "__main__":
    main()
