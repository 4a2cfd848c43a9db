"""A slide of bright disks with the project of an image larger than memory, as the window writes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.formats.ome_zarr_writing import describe_labels
from cpsam_core.images.array_files import write_arrays
from cpsam_core.images.project_content import Region, entries_of
from cpsam_core.images.project_folders import FLAGS, ORIGINS
from tests.zarr_files import write_array

STEP, RADIUS = 100, 20


def disk_labels(side: int) -> NDArray[np.uint32]:
    """Return disks on a grid of 100 pixels, uint32 (1, y, x), numbered by rows from 1."""
    labels = np.zeros((side, side), np.int32)
    centres = range(STEP // 2, side, STEP)
    for number, (y, x) in enumerate(((y, x) for y in centres for x in centres), 1):
        cv2.circle(labels, (x, y), RADIUS, number, -1)
    return labels[np.newaxis].astype(np.uint32)


def write_slide(path: Path, labels: NDArray[np.uint32], seed: int = 0) -> Path:
    """Write the image of labels: left half as bright as it gets, right half half as bright."""
    noise = np.random.default_rng(seed).normal(0, 20, labels.shape[1:])
    bright = np.where(np.arange(labels.shape[2]) < labels.shape[2] // 2, 4000, 2000)
    pixels = np.where(labels[0] > 0, bright, 200) + noise
    write_array(path, pixels.astype(np.uint16), (256, 256))
    return path


def write_large_project(
    project: Path,
    labels: NDArray[np.uint32],
    *,
    corrected: Collection[int] = (),
    complete: Sequence[Region] = (),
    classes: dict[int, int] | None = None,
    settings: dict[str, Any] | None = None,
    review: str = "corrected",
) -> Path:
    """Write masks with the table of their objects; those in `corrected` were drawn by hand after the first save."""
    folder = project / "whole"
    own = folder / "1a2b"
    write_array(own / "labels.ome.zarr" / "labels" / "cells" / "0", labels, (1, 512, 512))
    describe_labels(own / "labels.ome.zarr", 1, (None, None, None), "")
    count = int(labels.max()) + 1
    table: dict[str, NDArray[Any]] = {
        "areas": np.bincount(labels.ravel(), minlength=count),
        "boxes": np.zeros((count, 6), np.int32),
        "origins": np.full(count, ORIGINS.index("model"), np.uint8),
        "flags": np.zeros(count, np.uint8),
        "classes": np.zeros(count, np.int32),
    }
    table["areas"][0] = 0
    for number in range(1, count):
        _, rows, columns = np.nonzero(labels == number)
        ends = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
        table["boxes"][number] = (0, 1, *ends)
        table["classes"][number] = (classes or {}).get(number, 0)
    own.mkdir(parents=True, exist_ok=True)
    write_arrays(own / "rows.blk", table)
    changed = {
        str(number): {
            "area": int(table["areas"][number]),
            "box": table["boxes"][number].tolist(),
            "origin": "hand",
            "class_id": int(table["classes"][number]),
            **dict.fromkeys(FLAGS, False),
        }
        for number in corrected
    }
    (own / "rows-000001.json").write_text(json.dumps(changed))
    names = {"1": "round"} if classes else {}
    facts = {"review": review, "classes": names, "complete": entries_of(complete)}
    document = {
        "version": 1,
        "image": "",
        "fingerprint": "",
        "facts": facts,
        "review": review,
        "settings": settings or {},
        "foreign": {},
        "labels": "1a2b",
        "rows": ["rows.blk", "rows-000001.json"],
    }
    (folder / "document.json").write_text(json.dumps(document))
    return project
