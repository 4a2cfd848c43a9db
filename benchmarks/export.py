"""How long it takes to hand 10,000 objects on to other programs, and to take them back; on one core.

    python benchmarks/export.py [--objects 10000] [--size 4096] [--repeat 3]

Discs with ragged borders on a grid, a tenth of them with a hole, ten measurements each; the best of a few runs, in
a folder of the system's temporary files.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from cpsam_core.formats import (
    FORMATS,
    ObjectSet,
    ReadHints,
    WriteOptions,
    name_for,
    read_objects,
    write_objects,
)
from cpsam_core.images import arrange


def scene(objects: int, size: int) -> ObjectSet:
    """Return ragged discs in a square image, two classes, ten measurements."""
    random = np.random.default_rng(0)
    across = int(np.ceil(objects**0.5))
    step = size / across
    rows, columns = np.divmod(np.arange(objects), across)
    height, width = np.mgrid[:size, :size].astype(np.float32)
    row, column = (np.minimum(places // step, across - 1).astype(np.int64) for places in (height, width))
    number = row * across + column
    distance = np.hypot(height - (row + 0.5) * step, width - (column + 0.5) * step)
    distance += cv2.GaussianBlur(random.normal(0, 6, (size, size)).astype(np.float32), (0, 0), 1.5)
    inside = (distance < 0.45 * step) & (number < objects)
    inside &= (number % 10 > 0) | (distance > 0.12 * step)
    labels = np.where(inside, number + 1, 0).astype(np.uint32)
    del height, width, row, column, number, distance, rows, columns
    ids = np.unique(labels)[1:]
    return ObjectSet(
        labels,
        classes={int(k): int(k) % 2 + 1 for k in ids},
        class_names={1: "tumour", 2: "stroma"},
        columns={f"channel {k} mean": random.random(len(ids)) * 4000 for k in range(10)},
        pixel_size=0.5,
        image_name="scene.tif",
        image=arrange(random.integers(0, 255, (size, size), np.uint8), "YX", pixel_size=0.5),
    )


def main() -> None:
    """Print a table of seconds and megabytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--format", action="append", help="only these")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    objects = scene(args.objects, args.size)
    print(f"{len(objects.ids)} objects, {args.size} x {args.size} pixels, best of {args.repeat}")
    print(f"{'format':<16}{'write s':>9}{'read s':>9}{'MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for chosen in FORMATS:
            if not (chosen.can_write and chosen.available) or (args.format and chosen.key not in args.format):
                continue
            path = name_for(Path("scene.tif"), chosen, folder)
            writing = best(args.repeat, lambda: write_objects(path, objects, chosen, WriteOptions()))  # noqa: B023
            reading = ""
            if chosen.can_read:
                hints = ReadHints(objects.labels.shape)
                reading = f"{best(1, lambda: read_objects(path, chosen, hints)):9.2f}"  # noqa: B023
            parts = path.rglob("*") if path.is_dir() else [path]
            print(
                f"{chosen.key:<16}{writing:9.2f}{reading:>9}{sum(p.stat().st_size for p in parts) / 1e6:9.1f}"
            )


def best(repeat: int, work: object) -> float:
    """Return the shortest time of some runs, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
