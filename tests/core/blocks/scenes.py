"""Images of many cells for tests by blocks, and runs by blocks in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile

from cpsam_core.blocks import BlockRun, plan_blocks, start_run
from cpsam_core.blocks.reading import BlockReading
from cpsam_core.images import open_source
from cpsam_core.images.label_arrays import LabelArray
from cpsam_core.segment.settings import Settings


def cells(shape: tuple[int, int], count: int, seed: int = 0, largest: int = 15) -> np.ndarray[Any, Any]:
    """Return a gray plane of bright disks on uneven ground with noise."""
    rng = np.random.default_rng(seed)
    plane = np.zeros(shape, np.float32)
    for y, x, radius in zip(
        rng.uniform(0, shape[0], count),
        rng.uniform(0, shape[1], count),
        rng.uniform(6, largest, count),
        strict=True,
    ):
        cv2.circle(plane, (int(x), int(y)), int(radius), float(rng.uniform(0.7, 1)), -1)
    plane += np.linspace(0, 0.2, shape[1], dtype=np.float32) + rng.normal(0, 0.02, shape)
    return np.clip(plane * 3000 + 200, 0, 65535).astype(np.uint16)


def save_tiled(path: Path, image: np.ndarray[Any, Any], axes: str) -> Path:
    """Write an image in tiles."""
    tifffile.imwrite(
        path, image, tile=(128, 128), compression="zlib", metadata={"axes": axes}, photometric="minisblack"
    )
    return path


def begin(folder: Path, path: Path, network: Any, settings: Settings, side: int = 512) -> BlockRun:
    """Begin a run in blocks of `side` pixels, or go on with it."""
    # What other processes load the network with, which must be what it was loaded with here.
    how = {"model": str(getattr(network, "path", "")), "device": "cpu", "precision": "float32"}
    reading = BlockReading(str(path), axes=settings.axes, **how)

    def plan(diameter: float, anisotropy: float | None) -> Any:
        source = open_source(path, settings.axes)
        return plan_blocks(source.shape[:3], diameter, side=side, anisotropy=anisotropy)

    return start_run(folder, reading, network, settings, plan)


def labels_of(run: BlockRun) -> np.ndarray[Any, Any]:
    """Return the labels that a run wrote."""
    return LabelArray(run.work.folder.level(0)).read((slice(None),) * 3)


IMAGE = cells((700, 900), 400)
