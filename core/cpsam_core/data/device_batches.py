"""Batches made on the device that trains; what does not lie there is made by the processor and joins them.

What happens to a crop is drawn by the processor, as for crops that it makes itself: the same sample of the same seed is
the same place of the same image, turned and coloured alike. Its noise is drawn on the device.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cpsam_core.data.dataset import Key
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.data.device_intensities import intensities
from cpsam_core.data.device_maps import maps_of
from cpsam_core.data.device_numbers import put
from cpsam_core.data.example import UNKNOWN_CLASS, Sample
from cpsam_core.data.maker import Batch, Maker, stack
from cpsam_core.data.plan import CropPlan, Drawable
from cpsam_core.network.network import is_out_of_memory

__all__ = ["DeviceMaker"]

log = logging.getLogger(__name__)

# Keeps the noise apart from other randomness of the same seed.
NOISE = 0x4015E


@dataclass(frozen=True, eq=False)
class Ready:
    """A batch before the device is asked: plans of the crops of images there by place in the batch, other samples."""

    step: int
    keys: dict[int, Key]
    plans: dict[int, CropPlan]
    samples: dict[int, Sample]


@dataclass(frozen=True)
class DeviceMaker:
    """Makes the batches of an epoch on the device of `images`."""

    maker: Maker
    images: DeviceImages

    def ready(self, step: int) -> Ready:
        """Draw what happens to the crops of a batch, and make those whose images are not on the device."""
        keys: dict[int, Key] = {}
        plans: dict[int, CropPlan] = {}
        samples: dict[int, Sample] = {}
        for place, number in enumerate(self.maker.numbers(step)):
            rng = np.random.default_rng((*self.maker.seed, number))
            key, other = self.maker.chosen(number, rng)
            if self.images.sketch(key) is None:
                samples[place] = self.maker.sample(number)
                continue
            keys[place] = key
            second = None if other is None else self._drawable(other)
            plans[place] = self.maker.plan(number, rng, self._drawable(key), second)
        return Ready(step, keys, plans, samples)

    def _drawable(self, key: Key) -> Drawable:
        return self.images.sketch(key) or self.maker.data.of(key)

    def batch(self, step: int) -> Batch:
        """Make a batch; by the processor where the device has no memory left for it."""
        try:
            return self.made(self.ready(step))
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if not self.images.full:
                self.images.full = True
                log.warning("%s has no memory left for crops: the processor makes some", self.images.device)
        return stack([self.maker.sample(number) for number in self.maker.numbers(step)])

    def made(self, ready: Ready) -> Batch:
        """Make what was drawn."""
        if not ready.plans:
            return stack([ready.samples[place] for place in sorted(ready.samples)])
        plans = list(ready.plans.values())
        maps = maps_of(self.images, self.images.places(ready.keys.values()), plans, self.maker.settings.crop)
        made = Batch(
            intensities(maps.pixels, plans, self._noise(ready.step)), maps.targets, maps.weights, maps.classes
        )
        return self._joined(made, list(ready.plans), ready.samples) if ready.samples else made

    def _noise(self, step: int) -> torch.Generator:
        rank, _ = self.maker.part
        # A number of 64 bits, of which torch takes those that are not negative.
        (seed,) = np.random.SeedSequence((*self.maker.seed, step, rank, NOISE)).generate_state(1, np.uint64)
        return torch.Generator(self.images.device).manual_seed(int(seed) >> 1)

    def _joined(self, made: Batch, places: Sequence[int], samples: dict[int, Sample]) -> Batch:
        """Put crops made on the device and samples made by the processor together, each in its place."""
        other, device = stack(list(samples.values())), self.images.device
        order = put(np.argsort([*places, *samples]), device)

        def joined(*both: NDArray[Any] | Tensor) -> Tensor:
            there = [one if isinstance(one, Tensor) else put(one, device) for one in both]
            return torch.cat(there)[order]

        classes = None
        if made.classes is not None or other.classes is not None:
            both = (made, other)
            classes = joined(
                *(
                    torch.full(one.weights.shape, UNKNOWN_CLASS, device=device)
                    if one.classes is None
                    else one.classes
                    for one in both
                )
            )
        return Batch(
            joined(made.tiles, other.tiles),
            joined(made.targets, other.targets),
            joined(made.weights, other.weights),
            classes,
        )
