"""A training set of a few images that are in no file."""

from __future__ import annotations

import numpy as np

from cpsam_core.data.dataset import Key
from cpsam_core.data.example import Example
from cpsam_core.data.examples import make_example


class ExampleSet:
    """Stands in for a training set of some examples."""

    def __init__(self, *examples: Example) -> None:
        self.examples = examples
        self.channels = examples[0].channels

    def __len__(self) -> int:
        return len(self.examples)

    def all_keys(self) -> list[Key]:
        return [("", number) for number in range(len(self))]

    def choose(self, rng: np.random.Generator, turn: object = None) -> Key:
        return "", int(rng.integers(len(self)))

    def of(self, key: Key) -> Example:
        return self.examples[key[1]]

    def example(self, index: int) -> Example:
        return self.examples[index]


def picture(seed: int, shape: tuple[int, int] = (150, 190), channels: int = 3) -> Example:
    """Soft disks of several brightnesses on dark ground, each channel another picture."""
    rng = np.random.default_rng(seed)
    y, x = np.indices(shape)
    labels = np.zeros(shape, np.uint32)
    pixels = np.zeros((*shape, channels), np.float32)
    for number in range(1, 26):
        cy, cx, radius = rng.uniform(0, shape[0]), rng.uniform(0, shape[1]), rng.uniform(5, 14)
        distance = np.hypot(y - cy, x - cx)
        labels[distance < radius] = number
        bump = 1 / (1 + np.exp(distance - radius))
        pixels += bump[:, :, None] * rng.uniform(0.2, 0.8, channels)
    return make_example(pixels.astype(np.float32), labels)


def sections() -> tuple[Example, Example]:
    """Two sections without cells, of two stains each, the second stain another one."""
    rng, made = np.random.default_rng(0), []
    for directions in ([[0.65, 0.70, 0.29], [0.07, 0.99, 0.11]], [[0.65, 0.70, 0.29], [0.27, 0.57, 0.78]]):
        amounts = rng.uniform(0, 1.2, (16, 16, 2)) * (rng.random((16, 16, 1)) < 0.6)
        unit = np.array(directions) / np.linalg.norm(directions, axis=1, keepdims=True)
        pixels = np.exp(-np.kron(amounts, np.ones((8, 8, 1))) @ unit)
        made.append(make_example(pixels.astype(np.float32), np.zeros((128, 128), np.uint32)))
    return made[0], made[1]
