"""How many crops a second a graphics card makes, and learns from, where images lie on it: a row of `gpu_rows.py`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import tifffile
import torch

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.device_batches import DeviceMaker
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.data.loader import Helpers, batches
from cpsam_core.data.maker import Batch, Maker
from cpsam_core.data.pairs import find_pairs
from cpsam_core.finetune import TrainSettings
from cpsam_core.finetune.learner import Learner
from cpsam_core.finetune.ranks import Ranks
from cpsam_core.network.devices import choose_precision
from cpsam_core.weights import load_network

PICTURES, SIDE_PX, CELL_PX = 24, 600, 20
IMAGE_BYTES = 2**31


def pictures(folder: Path, count: int, side: int) -> TrainingSet:
    """Return so many images to learn from, round cells in noise: one image, read as often."""
    rng = np.random.default_rng(0)
    y, x = np.indices((side, side))
    labels = (y // CELL_PX * (side // CELL_PX + 1) + x // CELL_PX + 1).astype(np.uint16)
    labels[np.hypot(y % CELL_PX - CELL_PX / 2, x % CELL_PX - CELL_PX / 2) > 0.4 * CELL_PX] = 0
    pixels = 127 * (labels > 0)[:, :, None] + rng.integers(0, 128, (side, side, 3))
    tifffile.imwrite(folder / "cells.tif", pixels.astype(np.uint8), photometric="rgb")
    tifffile.imwrite(folder / "cells_masks.tif", labels)
    return TrainingSet(find_pairs(folder) * count)


def crops(side: int, size: int, device: torch.device, tiny: bool) -> dict[str, Any]:
    """Make batches alone, and train cpsam-lite on batches made by the device and by two threads."""
    with TemporaryDirectory() as folder:
        data = pictures(Path(folder), 2, 96) if tiny else pictures(Path(folder), PICTURES, SIDE_PX)
        images = DeviceImages(data, device, IMAGE_BYTES)
    recipe = Augmentation.whole(crop=side, scale=(0.3, 2.0), degraded=0.25, invert=0.15)
    steps = 2 if tiny else 20
    maker = DeviceMaker(Maker(data, recipe, size, (0, 0), (0, 1)), images)
    maker.batch(0)
    _wait(device)
    begun = time.perf_counter()
    for step in range(steps):
        maker.batch(step)
    asked = time.perf_counter() - begun
    _wait(device)
    made = time.perf_counter() - begun
    learner = _learner(recipe, size, device)
    given = {
        "device": batches(data, recipe, size, 2 * steps, (0, 1), images=images),
        "threads": batches(data, recipe, size, steps, (0, 1), Helpers(2)),
    }
    return {
        "what": f"crops {side}",
        "batch": size,
        "made_a_second": round(steps * size / made),
        "asked_ms_a_batch": round(1000 * asked / steps, 2),
        "learnt_a_second": {who: round(size * _steps(learner, some, device)) for who, some in given.items()},
    }


def _learner(recipe: Augmentation, size: int, device: torch.device) -> Learner:
    model = load_network("cpsam-lite", "cpu", "float32").model.requires_grad_(True)
    settings = TrainSettings(batch_size=size, augmentation=recipe, memory="plenty")
    return Learner(
        model, settings, device, choose_precision(device), Ranks(), None, lambda text, memory: None
    )


def _steps(learner: Learner, given: Iterable[Batch], device: torch.device) -> float:
    """Return the steps a second after the first one, which warms up."""
    done, begun = -1, 0.0
    for batch in given:
        learner.step(batch)
        done += 1
        if done == 0:
            _wait(device)
            begun = time.perf_counter()
    _wait(device)
    return done / (time.perf_counter() - begun)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()
