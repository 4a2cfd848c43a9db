"""What plans do to the brightness and colours of a batch of crops on the device; the counterpart of `intensities`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cpsam_core.data.device_degrade import degraded
from cpsam_core.data.device_numbers import put
from cpsam_core.data.intensities import LARGEST, LEAST_SPAN, PERCENTILES, SAME
from cpsam_core.data.plan import CropPlan
from cpsam_core.data.stain import DARKEST

__all__ = ["intensities"]


def intensities(planes: Tensor, plans: Sequence[CropPlan], generator: torch.Generator) -> Tensor:
    """Colours, contrast and degradations of crops (n, channel, y, x), in the paper's order."""
    numbers = _Numbers.of(plans, planes.device)
    planes = _mixed(_recoloured(planes, plans), numbers)
    used = _used(planes)[:, :, None, None]
    if any(plan.power != 1 for plan in plans):
        raised = (planes.clamp(0, LARGEST) ** numbers.power).clamp(max=LARGEST)
        planes = torch.where(numbers.power == 1, planes, raised)
    planes = torch.where((numbers.invert > 0) & used, 1 - planes, planes)
    chosen = [(k, plan.degradation) for k, plan in enumerate(plans) if plan.degradation is not None]
    if chosen:
        some = put(np.array([k for k, _ in chosen]), planes.device)
        worse = degraded(planes[some], [how for _, how in chosen], generator)
        planes[some] = rescaled(worse * used[some])
    planes[:, 2:] *= 1 - numbers.drop
    order = put(np.stack([plan.order for plan in plans]), planes.device)
    return _jittered(planes.gather(1, order[:, :, None, None].expand_as(planes)), numbers)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """What plans say, for all crops of a batch: (n, 1, 1, 1), of each channel (n, c, 1, 1), `mixing` (n, c, c)."""

    gray: Tensor
    single: Tensor
    power: Tensor
    invert: Tensor
    drop: Tensor
    contrast: Tensor
    brightness: Tensor
    mixing: Tensor | None

    @classmethod
    def of(cls, plans: Sequence[CropPlan], device: torch.device) -> _Numbers:
        """Bring them to the device at once: each way there takes as long."""
        rows = [
            (p.gray, p.single, p.power, p.invert, p.drop, *p.contrast, *p.brightness)
            + (() if p.mixing is None else tuple(p.mixing.ravel()))
            for p in plans
        ]
        there = put(np.array(rows, np.float32), device)[:, :, None, None]
        count, first = len(plans[0].order), 5
        gray, single, power, invert, drop = (there[:, k : k + 1] for k in range(first))
        contrast, brightness = (there[:, first + k * count :][:, :count] for k in (0, 1))
        mixing = None
        if plans[0].mixing is not None:
            mixing = there[:, first + 2 * count :].reshape(len(plans), count, count)
        return cls(gray, single, power, invert, drop, contrast, brightness, mixing)


def rescaled(planes: Tensor) -> Tensor:
    """Bring the first percentile of each channel to 0 and its ninety-ninth to 1."""
    ordered = planes[:, :, ::2, ::2].flatten(2).sort(dim=2).values
    low, high = (_percentile(ordered, share)[:, :, None, None] for share in PERCENTILES)
    span = high - low
    factor = torch.where(span > LEAST_SPAN, 1 / span.clamp(min=LEAST_SPAN), 0.0)
    return (planes - low) * factor


def _percentile(ordered: Tensor, share: float) -> Tensor:
    """Return a percentile of values that are ordered along the last axis, between two as numpy does."""
    place = (ordered.shape[-1] - 1) * share / 100
    first = math.floor(place)
    after = min(first + 1, ordered.shape[-1] - 1)
    return torch.lerp(ordered[..., first], ordered[..., after], place - first)


def _used(planes: Tensor) -> Tensor:
    """Whether a channel has anything in it, (n, channel)."""
    return (planes != 0).flatten(2).any(dim=2)


def _recoloured(planes: Tensor, plans: Sequence[CropPlan]) -> Tensor:
    """Give crops the stains that their plans say."""
    chosen = [(k, plan.recoloured) for k, plan in enumerate(plans) if plan.recoloured is not None]
    if not chosen:
        return planes
    some = put(np.array([k for k, _ in chosen]), planes.device)

    def stacked(values: list[NDArray[Any]]) -> Tensor:
        return put(np.stack(values).astype(np.float32), planes.device)

    own = stacked([stains.directions for _, (stains, _) in chosen])
    to_amounts = stacked([np.linalg.pinv(stains.directions).T for _, (stains, _) in chosen])
    wanted = stacked(
        [other.directions * (other.strengths / stains.strengths)[:, None] for _, (stains, other) in chosen]
    )
    pixels = planes[some].flatten(2)
    density = -pixels.clamp(DARKEST, 1).log()
    amounts = (to_amounts @ density).clamp(min=0)
    # What the two stains do not explain stays as it is: pigment, ink.
    changed = density + (wanted - own).mT @ amounts
    # Beyond the border of the image there is nothing to stain.
    shown = (pixels != 0).any(dim=1, keepdim=True)
    stained = torch.exp(-changed.clamp(min=0)) * shown
    planes[some] = rescaled(stained.reshape(len(chosen), *planes.shape[1:]))
    return planes


def _mixed(planes: Tensor, numbers: _Numbers) -> Tensor:
    """Make crops gray, leave one channel of gray ones, or mix the channels of coloured ones, as their plans say."""
    plain = ~_differs(planes)[:, None, None, None]
    result = planes
    if numbers.mixing is not None:
        mixed = -numbers.mixing.mT @ (1 - planes).flatten(2)
        result = torch.where(plain, planes, rescaled(mixed.reshape(planes.shape)))
    beyond = (torch.arange(planes.shape[1], device=planes.device) > 0)[:, None, None]
    result = torch.where(plain & (numbers.single > 0) & beyond, 0.0, result)
    return torch.where(numbers.gray > 0, _gray(planes, plain), result)


def _differs(planes: Tensor) -> Tensor:
    """Whether the channels beyond the first say anything that the first does not, (n,)."""
    thin = planes[:, :, ::4, ::4]
    if planes.shape[1] == 1:
        return torch.zeros(len(planes), dtype=torch.bool, device=planes.device)
    beyond = thin[:, 1:].flatten(1)
    apart = (thin[:, 1:] - thin[:, :1]).abs().flatten(1).amax(dim=1)
    return (beyond != 0).any(dim=1) & (apart > SAME)


def _gray(planes: Tensor, plain: Tensor) -> Tensor:
    """Return one channel (n, 1, y, x) for all: of two, the first, without the nuclei beside it; else the mean."""
    used = _used(planes)
    count = used.sum(dim=1, keepdim=True)
    first = used & (used.cumsum(dim=1) == 1)
    shares = torch.where(count == 2, first.float(), used / count.clamp(min=1))
    mean = (planes * shares[:, :, None, None]).sum(dim=1, keepdim=True)
    return torch.where(plain, planes.amax(dim=1, keepdim=True), mean)


def _jittered(planes: Tensor, numbers: _Numbers) -> Tensor:
    """Change the mean and spread of each channel."""
    used, mean = _used(planes)[:, :, None, None], planes.mean(dim=(2, 3), keepdim=True)
    # A channel without anything in it stays empty.
    slope = torch.where(used, numbers.contrast, 1.0)
    shift = torch.where(used, mean * (1 - numbers.contrast) + numbers.brightness, 0.0)
    return (planes * slope + shift).clamp(-LARGEST, LARGEST)
