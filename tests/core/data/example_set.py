"""A training set of a few images that are in no file."""

from __future__ import annotations

import numpy as np

from cpsam_core.data.dataset import Key
from cpsam_core.data.example import Example


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
