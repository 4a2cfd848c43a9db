"""Degradations of a batch of crops on the device; the counterpart of `degrade`.

Blurring, leaving out pixels and stretching what is left act along one axis after the other, and each is linear: the
values along an axis are multiplied by one matrix for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cpsam_core.data.degrade import MANY_PHOTONS, Degradation
from cpsam_core.data.device_numbers import put

__all__ = ["degraded"]

# Farther from any pixel than any blur reaches.
NOWHERE = 2**30


def degraded(planes: Tensor, how: Sequence[Degradation], generator: torch.Generator) -> Tensor:
    """Return crops (n, channel, y, x) degraded, each in its way; `generator` makes the noise."""
    side, device = planes.shape[-1], planes.device
    linear = [k for k, one in enumerate(how) if any(one.smear) or max(one.coarse) > 1]
    if linear:
        down, across = (_operators([how[k] for k in linear], axis, side, device) for axis in (0, 1))
        some = put(np.array(linear), device)
        planes[some] = down[:, None] @ planes[some] @ across[:, None].mT
    noisy = [k for k, one in enumerate(how) if one.photons is not None]
    if noisy:
        photons = put(np.array([how[k].photons for k in noisy], np.float32), device)[:, None, None, None]
        some = put(np.array(noisy), device)
        planes[some] = shot_noise(planes[some], photons, generator)
    return planes


def shot_noise(planes: Tensor, photons: Tensor, generator: torch.Generator) -> Tensor:
    """Poisson noise where white counts `photons` (n, 1, 1, 1)."""
    rate = planes.clamp(min=0) * photons
    many = photons > MANY_PHOTONS
    counts = torch.poisson(torch.where(many, 0.0, rate), generator)
    drawn = torch.randn(rate.shape, generator=generator, device=rate.device)
    return torch.where(many, rate + drawn * rate.sqrt(), counts) / photons


def _operators(how: Sequence[Degradation], axis: int, side: int, device: torch.device) -> Tensor:
    """Return the matrices (n, side, side) that degrade along an axis."""
    smear = np.array([one.smear[axis] for one in how])
    coarse = np.array([one.coarse[axis] for one in how])
    pixels = np.tile(np.arange(side), (len(how), 1))
    blurred = gaussian(pixels, smear, device)
    if coarse.max() == 1:
        return blurred
    low, high, share = _stretched(coarse, side)
    widths = np.where(coarse > 1, coarse / 2, 0)
    between = put(share.astype(np.float32), device)[:, :, None]
    picked = gaussian(low, widths, device) * (1 - between) + gaussian(high, widths, device) * between
    return picked @ blurred if smear.any() else picked


def _stretched(
    coarse: NDArray[np.float64], side: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return which two of the pixels that are left each pixel lies between, and the share of the second; (n, side)."""
    left = np.maximum(2, np.rint(side / coarse))[:, None]
    place = (np.arange(side) + 0.5) * (left / side) - 0.5
    first = np.clip(np.floor(place), 0, left - 1)
    share = np.where((place < 0) | (first >= left - 1), 0, place - first)
    kept = [
        np.minimum(np.floor(one * (side / left)), side - 1)
        for one in (first, np.minimum(first + 1, left - 1))
    ]
    return kept[0].astype(np.int64), kept[1].astype(np.int64), share


def gaussian(places: NDArray[np.int64], sigmas: NDArray[np.float64], device: torch.device) -> Tensor:
    """Return the shares of the pixels along an axis in blurred ones at `places` (n, m), mirrored at both ends.

    `sigmas` (n,) are in pixels, 0 does not blur. The result is (n, m, m), for as many pixels as places.
    """
    count = places.shape[1]
    # As far as OpenCV looks: an odd number of pixels, about four standard deviations to each side.
    reach = (np.rint(8 * sigmas + 1).astype(np.int64) | 1) // 2
    farthest = int(reach.max())
    radius = put(reach, device)[:, None, None]
    width = put(np.maximum(sigmas, 1e-3).astype(np.float32), device)[:, None, None]

    def shares(distance: Tensor) -> Tensor:
        return torch.exp(-0.5 * (distance / width).square()) * (distance.abs() <= radius)

    images = put(_images(count, farthest), device)
    distance = put(places, device)[:, :, None] - images.ravel()
    total = shares(distance).reshape(*places.shape, *images.shape).sum(dim=2)
    whole = shares(torch.arange(-farthest, farthest + 1, device=device)[None, None]).sum(dim=2, keepdim=True)
    return total / whole


def _images(count: int, reach: int) -> NDArray[np.int64]:
    """Return where the pixels of an axis are seen from it, (images, pixel), up to `reach` pixels from its ends."""
    pixel, period = np.arange(count), 2 * (count - 1)
    straight = (reach + count - 1) // period
    mirrored = reach // period
    images = [pixel + period * number for number in range(-straight, straight + 1)]
    for number in range(-mirrored, mirrored + 2):
        image = period * number - pixel
        # The first and the last pixel are not mirrored.
        image[[0, -1]] = NOWHERE
        images.append(image)
    return np.stack(images)
