"""The maps of images in a batch of crops, made on the device where the images are; the counterpart of `crops`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cpsam_core.data.crops import SHRINKING, inverted, shrunk_size, windows
from cpsam_core.data.device_images import CELL, COUNTS, DeviceImages, Place
from cpsam_core.data.device_numbers import put
from cpsam_core.data.example import UNKNOWN_CLASS
from cpsam_core.data.plan import CropPlan

__all__ = ["Maps", "maps_of"]

# Values of parts of images that are averaged at once.
MOST_VALUES = 2**25


@dataclass(frozen=True, eq=False)
class Maps:
    """Pixels (n, c, y, x), targets (n, 3, y, x), weights (n, y, x), classes (n, y, x) int64 or None."""

    pixels: Tensor
    targets: Tensor
    weights: Tensor
    classes: Tensor | None


@dataclass(frozen=True, eq=False)
class Parts:
    """One part of a common row of pixels for each crop: where it starts, and its lines; each (n, 1, 1)."""

    start: Tensor
    stride: Tensor
    height: Tensor
    width: Tensor

    @classmethod
    def of(cls, device: torch.device, *columns: Any) -> Parts:
        """Make them of four sequences of numbers."""
        together = put(np.array(columns, np.int64), device)[:, :, None, None]
        return cls(*together.unbind())

    def index(self, xs: Tensor, ys: Tensor) -> tuple[Tensor, Tensor]:
        """Return the indices of whole (x, y) in the common row, and whether they lie in the part."""
        inside = (xs >= 0) & (xs < self.width) & (ys >= 0) & (ys < self.height)
        x = xs.long().minimum(self.width - 1).clamp(min=0)
        y = ys.long().minimum(self.height - 1).clamp(min=0)
        return self.start + y * self.stride + x, inside


def maps_of(images: DeviceImages, places: Sequence[Place], plans: Sequence[CropPlan], side: int) -> Maps:
    """Return what a batch of crops shows of images that lie on the device."""
    device = images.device
    inverses = inverted(np.stack([plan.matrix for plan in plans]))
    scales = np.array([plan.scale for plan in plans])
    parts = Parts.of(
        device,
        [place.start for place in places],
        [place.width for place in places],
        [place.height for place in places],
        [place.width for place in places],
    )
    xs, ys = _points(inverses, side, device)
    near_x, near_y = torch.floor(xs + 0.5), torch.floor(ys + 0.5)
    index, inside = parts.index(near_x, near_y)
    marks = images.marks[index] * inside
    mask = (marks & CELL) > 0
    # Enlarged flows are interpolated, which at whole points is taking the nearest.
    enlarged = put(scales > 1, device)[:, None, None]
    flows = bilinear(
        images.flows, parts, torch.where(enlarged, xs, near_x), torch.where(enlarged, ys, near_y)
    )
    turns = np.stack([plan.matrix[:, :2] / plan.scale for plan in plans])
    targets = torch.cat((mask[:, None], turned(flows, mask, put(turns.astype(np.float32), device))), dim=1)
    partial = put(np.array([place.partial for place in places]), device)[:, None, None]
    weights = torch.where(partial, (marks & COUNTS) > 0, True).float()
    classes = None
    if images.classes is not None and any(place.classes for place in places):
        known = put(np.array([place.classes for place in places]), device)[:, None, None]
        classes = torch.where(known, (images.classes[index] * inside).long(), UNKNOWN_CLASS)
    return Maps(_pixels(images, places, parts, inverses, scales, side), targets, weights, classes)


def bilinear(row: Tensor, parts: Parts, xs: Tensor, ys: Tensor) -> Tensor:
    """Interpolate values (all pixels, k) at points (n, y, x) of each part, 0 beyond it; return (n, y, x, k) float32."""
    left, top = xs.floor(), ys.floor()
    # Of the four pixels around each point.
    corner = torch.arange(4, device=row.device)[:, None, None, None]
    x, y = left + corner % 2, top + corner // 2
    index, inside = parts.index(x, y)
    shares = (1 - (xs - x).abs()) * (1 - (ys - y).abs()) * inside
    return (row[index] * shares[..., None]).sum(dim=0)


def turned(flows: Tensor, mask: Tensor, turns: Tensor) -> Tensor:
    """Turn flows (n, y, x, 2), bring them to unit length in cells and to zero elsewhere; return (n, 2, y, x)."""
    # Flows are (y, x), turns (n, 2, 2) act on (x, y).
    moved = torch.einsum("nij,nyxj->niyx", turns.flip(1, 2), flows)
    length = moved.square().sum(dim=1).sqrt()
    # Below one is the centre of a cell, where the flow has no direction.
    return moved * torch.where(mask & (length >= 1), 1 / length.clamp(min=1), 0.0)[:, None]


def area_shares(lengths: Tensor, small: Tensor, most: int, most_small: int) -> Tensor:
    """Return the share of each of `lengths` (n,) pixels in each of `small` (n,) larger ones, (n, small, pixels)."""
    step = (lengths / small)[:, None, None]
    low = torch.arange(most_small, device=lengths.device)[None, :, None] * step
    pixel = torch.arange(most, device=lengths.device)[None, None]
    shares = (torch.minimum(low + step, pixel + 1) - torch.maximum(low, pixel)).clamp(min=0) / step
    return (
        shares * (pixel < lengths[:, None, None]) * (low < (lengths - 0.5 * lengths / small)[:, None, None])
    )


def _points(inverses: NDArray[np.float64], side: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return where each pixel of each crop lies, x and y, each (n, y, x)."""
    matrix = put(inverses.astype(np.float32), device)[:, :, :, None, None]
    along = torch.arange(side, device=device, dtype=torch.float32)
    points = matrix[:, :, 0] * along[None, None, None, :] + matrix[:, :, 1] * along[None, None, :, None]
    xs, ys = (points + matrix[:, :, 2]).unbind(dim=1)
    return xs, ys


def _pixels(
    images: DeviceImages,
    places: Sequence[Place],
    parts: Parts,
    inverses: NDArray[np.float64],
    scales: NDArray[np.float64],
    side: int,
) -> Tensor:
    """Return the pixels of the crops, (n, c, y, x); those that shrink are averaged first."""
    device = images.device
    pixels = torch.empty((len(places), side, side, images.pixels.shape[1]), device=device)
    small = np.flatnonzero(scales < SHRINKING)
    large = np.flatnonzero(scales >= SHRINKING)
    if len(large):
        chosen = put(large, device)
        some = Parts(*(column[chosen] for column in (parts.start, parts.stride, parts.height, parts.width)))
        pixels[chosen] = bilinear(images.pixels, some, *_points(inverses[large], side, device))
    if len(small):
        shapes = np.array([(place.height, place.width) for place in places])
        low, high = windows(inverses[small], scales[small], side, shapes[small])
        sizes = high - low
        after = shrunk_size(sizes, scales[small][:, None])
        reduced, lines = _averaged(images, [places[k] for k in small.tolist()], low, sizes, after)
        # From the crop to the averaged part.
        factors = (after / np.maximum(sizes, 1))[:, :, None]
        to_part = inverses[small].copy()
        to_part[:, :, 2] -= low
        to_part *= factors
        to_part[:, :, 2] += 0.5 * factors[:, :, 0] - 0.5
        # A part without pixels shows nothing.
        seen = np.where(sizes > 0, after, 0)
        starts = np.arange(len(small)) * lines[0] * lines[1]
        some = Parts.of(device, starts, np.full(len(small), lines[1]), seen[:, 1], seen[:, 0])
        pixels[put(small, device)] = bilinear(reduced, some, *_points(to_part, side, device))
    return pixels.permute(0, 3, 1, 2)


def _averaged(
    images: DeviceImages,
    places: Sequence[Place],
    low: NDArray[np.int64],
    sizes: NDArray[np.int64],
    after: NDArray[np.int64],
) -> tuple[Tensor, tuple[int, int]]:
    """Return parts of images averaged to fewer pixels, one behind the other, each in so many lines of one length.

    `low`, `sizes` and `after` are (x, y) of the first pixel, of the part and of what it becomes.
    """
    device, channels = images.device, images.pixels.shape[1]
    width, height = after.max(axis=0).tolist()
    reduced = torch.zeros((len(places), height, width, channels), device=device)
    for group in _groups(sizes, channels):
        some = Parts.of(
            device,
            [places[k].start + int(low[k, 1]) * places[k].width + int(low[k, 0]) for k in group],
            [places[k].width for k in group],
            sizes[group, 1],
            sizes[group, 0],
        )
        most = sizes[group].max(axis=0).tolist()
        along_x, along_y = (torch.arange(n, device=device) for n in most)
        index, _ = some.index(along_x[None, None], along_y[None, :, None])
        part = images.pixels[index.clamp(max=len(images.pixels) - 1)].float().permute(0, 3, 1, 2)
        across, down = (
            area_shares(
                put(np.maximum(sizes[group, axis], 1).astype(np.float32), device),
                put(after[group, axis].astype(np.float32), device),
                max(most[axis], 1),
                (width, height)[axis],
            )[:, None]
            for axis in (0, 1)
        )
        if part.numel():
            reduced[put(np.array(group), device)] = (down @ part @ across.mT).permute(0, 2, 3, 1)
    return reduced.reshape(-1, channels), (height, width)


def _groups(sizes: NDArray[np.int64], channels: int) -> Iterator[list[int]]:
    """Yield crops by the size of the parts that they show, so many that the parts do not fill the memory."""
    group: list[int] = []
    largest = np.zeros(2, np.int64)
    for k in np.argsort(sizes.prod(axis=1)).tolist():
        following = np.maximum(largest, sizes[k])
        if group and (len(group) + 1) * following.prod() * channels > MOST_VALUES:
            yield group
            group, following = [], sizes[k]
        group.append(k)
        largest = following
    if group:
        yield group
