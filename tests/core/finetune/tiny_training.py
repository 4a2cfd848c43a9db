"""What the tests of training share: networks and images small enough to watch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import torch

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.examples import make_example
from cpsam_core.finetune import Trainer, TrainSettings
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Cancelled
from tests.core.data.example_set import ExampleSet

LITE = VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64, layer_drop=0.3)
PATCH = VitConfig(depth=2, width=32, heads=2, tile=64, patch=8, neck=16, layer_drop=0.4)
QUICK = TrainSettings(
    epochs=3,
    samples=4,
    batch_size=2,
    learning_rate=1e-3,
    schedule="constant",
    warmup=0,
    augmentation=Augmentation(crop=32, scale=(0.75, 1.25)),
)


class Disks(ExampleSet):
    """Bright disks on dark ground."""

    def __init__(self, classes: bool = False) -> None:
        self.mixing = {"disks": 1.0}
        masks = np.zeros((80, 80), np.int32)
        for number, (y, x) in enumerate(np.ndindex(3, 3), 1):
            cv2.circle(masks, (14 + 26 * x, 14 + 26 * y), 8, number, -1)
        image = np.repeat((masks > 0)[:, :, None].astype(np.float32), 3, axis=2)
        example = make_example(image, masks)
        if classes:
            example = replace(example, classes=np.where(masks > 0, 1 + masks % 2, 0).astype(np.uint8))
        super().__init__(example)

    def samples(self, fewest: int) -> int:
        return fewest


def model(config: VitConfig = LITE, seed: int = 0) -> FlowVit:
    torch.manual_seed(seed)
    return FlowVit(config)


def trainer(
    settings: TrainSettings = QUICK, config: VitConfig = LITE, data: Any = None, **options: Any
) -> Trainer:
    options = {"device": "cpu", "precision": "float32", **options}
    return Trainer(model(config), data or Disks(), settings, **options)


def same(a: FlowVit, b: FlowVit) -> bool:
    pairs = zip(a.state_dict().items(), b.state_dict().items(), strict=True)
    return all(key == other and torch.equal(value, twin) for (key, value), (other, twin) in pairs)


class CancelAfter:
    """Progress that stops the work after some steps."""

    def __init__(self, steps: int) -> None:
        self.left, self.calls = steps, 0

    def __call__(self, done: int, total: int, note: str = "") -> None:
        self.calls += 1
        if self.calls == self.left:
            raise Cancelled
