"""Small annotated images, a quick recipe, and what stands in for a segmenter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.pairs import Pair
from cpsam_core.finetune import TrainSettings
from cpsam_core.images import write_labels, write_tiff
from cpsam_core.labels import object_table
from cpsam_core.retrain import Candidate, describe
from cpsam_core.segment.segmenter import NetworkOutput, Segmentation

Labels = NDArray[np.uint32]


def grid(rows: int = 4, columns: int = 4, side: int = 64) -> Labels:
    """Return labels with squares in a grid."""
    labels = np.zeros((side, side), np.uint32)
    step = side // max(rows, columns)
    for number in range(rows * columns):
        y, x = divmod(number, columns)
        labels[y * step + 3 : y * step + 11, x * step + 3 : x * step + 11] = number + 1
    return labels


def put(folder: Path, name: str, labels: Labels, channels: int = 1, noise: int = 0) -> Pair:
    """Write an image whose objects are bright, and its masks."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(noise)
    pixels = ((labels > 0) * 150 + rng.integers(0, 40, labels.shape)).astype(np.uint8)
    if channels == 1:
        write_tiff(folder / f"{name}.tif", pixels, "YX")
    else:
        write_tiff(folder / f"{name}.tif", np.stack([pixels] * channels), "CYX")
    write_labels(folder / f"{name}_masks.tif", labels)
    return Pair(folder / f"{name}.tif", folder / f"{name}_masks.tif", folder.name)


def candidates(folder: Path, count: int = 4) -> list[Candidate]:
    """Write so many annotated images of one channel, and describe them."""
    return [describe(put(folder / "cells", f"c{k}", grid(), noise=k)) for k in range(count)]


QUICK = TrainSettings(
    epochs=2, samples=2, learning_rate=1e-3, memory="plenty", augmentation=Augmentation(crop=32), threads=1
)


@dataclass
class Finds:
    """Stands in for a segmenter that always finds the same."""

    labels: Labels

    def segment(self, image: object, settings: object = None) -> Segmentation:
        flows = np.zeros((2, *self.labels.shape), np.float32)
        table = object_table(self.labels, flows[0], np.zeros(len(np.unique(self.labels)) - 1, np.float32))
        return Segmentation(self.labels, NetworkOutput(flows, flows[0], 30.0), table)


def without(labels: Labels, *ids: int) -> Labels:
    """Return the labels but for some objects."""
    return np.where(np.isin(labels, ids), 0, labels).astype(np.uint32)
