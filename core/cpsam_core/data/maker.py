"""The samples of an epoch by their numbers, and how they become batches."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augment import crop_of
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import Key, TrainingSet, Turn
from cpsam_core.data.example import UNKNOWN_CLASS, Example, Sample
from cpsam_core.data.plan import CropPlan, Drawable, plan_crop
from cpsam_core.errors import CpsamError

if TYPE_CHECKING:
    import torch

__all__ = ["Batch", "Maker", "lot_of", "stack"]

# Keeps the lots apart from other randomness of the same seed.
LOTS = 0x1075


@dataclass(frozen=True)
class Batch:
    """Values of one step: tiles (b, c, y, x), targets (b, 3, y, x), weights (b, y, x), classes (b, y, x) or None.

    Arrays, or tensors where they were made on the device. Where some samples of a batch have no classes, theirs are
    `UNKNOWN_CLASS`.
    """

    tiles: NDArray[np.float32] | torch.Tensor
    targets: NDArray[np.float32] | torch.Tensor
    weights: NDArray[np.float32] | torch.Tensor
    classes: NDArray[np.int64] | torch.Tensor | None


@dataclass(frozen=True)
class Maker:
    """Makes any sample of an epoch by its number."""

    data: TrainingSet
    settings: Augmentation
    size: int
    seed: tuple[int, ...]
    part: tuple[int, int]

    def numbers(self, step: int) -> range:
        """Return the numbers of the samples of a batch."""
        rank, ranks = self.part
        first = (step * ranks + rank) * self.size
        return range(first, first + self.size)

    def sample(self, number: int) -> Sample:
        """Make a sample by the processor."""
        rng = np.random.default_rng((*self.seed, number))
        key, other = self.chosen(number, rng)
        example: Example = self.data.of(key)
        plan = self.plan(number, rng, example, None if other is None else self.data.of(other))
        return crop_of(example, plan, self.settings.crop, rng)

    def chosen(self, number: int, rng: np.random.Generator) -> tuple[Key, Key | None]:
        """Draw the image of a sample, and another one whose colours it gets, if it does."""
        key = self.data.choose(rng, Turn(self.seed, number))
        share = self.settings.stain_transfer
        return key, self.data.choose(rng) if share > 0 and rng.random() < share else None

    def plan(
        self, number: int, rng: np.random.Generator, example: Drawable, other: Drawable | None
    ) -> CropPlan:
        """Draw what happens to a sample."""
        lot = lot_of(number, self.size * self.part[1], self.seed) if self.settings.degraded else None
        return plan_crop(example, self.settings, rng, other, lot)

    def __getitem__(self, step: int) -> dict[str, torch.Tensor] | CpsamError:
        """Return a batch as torch's loader of processes hands it over, by names of the fields; or what went wrong."""
        import torch

        try:
            batch = stack([self.sample(number) for number in self.numbers(step)])
        except CpsamError as error:
            # Raised in a process it would arrive as the text of a traceback.
            return error
        arrays = {field.name: getattr(batch, field.name) for field in fields(batch)}
        return {name: torch.from_numpy(array) for name, array in arrays.items() if array is not None}


def lot_of(number: int, size: int, seed: tuple[int, ...]) -> float:
    """Return the lot of a sample, 0 to below 1: those of a batch of `size` are spread evenly, in random order.

    So a batch has every degradation in its exact share (paper, "Whole-dataset training": 32 of 256 each), and single
    samples have it on average.
    """
    batch, place = divmod(number, size)
    return _lots(batch, size, seed)[place]


@lru_cache(maxsize=64)
def _lots(batch: int, size: int, seed: tuple[int, ...]) -> list[float]:
    rng = np.random.default_rng((*seed, batch, LOTS))
    lots: list[float] = ((rng.permutation(size) + rng.random()) / size).tolist()
    return lots


def stack(samples: list[Sample]) -> Batch:
    """Return samples as one batch; without classes where none of them has any."""
    some = any(s.classes is not None for s in samples)
    unknown = np.full(samples[0].weight.shape, UNKNOWN_CLASS, np.int64)
    return Batch(
        np.stack([s.tile for s in samples]),
        np.stack([s.target for s in samples]),
        np.stack([s.weight for s in samples]),
        np.stack([unknown if s.classes is None else s.classes for s in samples]) if some else None,
    )
