"""Follow the flows on a graphics card: the steps of `follow`, as many pixels at once as memory holds.

The card is kept busy by few calls on many points. Nothing here depends on which points are followed together, so that
a part of an image gives what the whole gives: one operation works on one value at a time, and sums have a fixed order.
The flows lie with a border of zeros around them, so that no look at a neighbour needs a question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Points at a time: under half a gigabyte with all that a step needs.
CARD_CHUNK_POINTS = 1 << 20
# In planes a processor with AVX2 rounds a product and the sum that it goes into once. A product in float64 is exact, so
# that rounding the sum gives the same. In volumes processors round twice.
WIDE = {2: torch.float64, 3: torch.float32}
# 0x9E3779B1, a prime near 2**32 / golden ratio that spreads the low bits, as a signed number.
SPREAD = 0x9E3779B1 - (1 << 32)


class CardFlows:
    """The steps of every pixel of a part of an image, on a device.

    Parameters
    ----------
    steps : (ndim, ...) float32
        The step of every pixel of the part in coordinates of the whole image from -1 to 1, last axis first.
    origin, shape : tuple of int
        First pixel of the part, and lengths of the whole image.
    device
        Where to compute.
    """

    def __init__(
        self,
        steps: NDArray[np.float32],
        origin: Sequence[int],
        shape: Sequence[int],
        device: torch.device,
    ) -> None:
        self.part = steps.shape[1:]
        self.shape, self.origin, self.device = tuple(shape), tuple(origin), device
        ndim = len(self.part)
        padded = torch.zeros((ndim, *(n + 2 for n in self.part)), dtype=torch.float32, device=device)
        for own, given in zip(padded, steps, strict=True):
            own[(slice(1, -1),) * ndim] = torch.from_numpy(given).to(device)
        strides = [padded.stride(axis) for axis in range(1, ndim + 1)]
        self._padded = padded.reshape(ndim, -1)
        # Of every axis, the last one first, as in the coordinates.
        self._half = self._column([n / 2 for n in self.shape[::-1]], WIDE[ndim])
        self._first = self._column([at - 1 for at in self.origin[::-1]], torch.int64)
        self._strides = self._column(strides[::-1], torch.int64)
        self._zero = torch.zeros_like(self._strides)
        # The last corner whose neighbours are still in memory.
        self._limit = self._column(self.part[::-1], torch.int64)
        corners = [
            sum(a * s for a, s in zip(one, strides, strict=True)) for one in product((0, 1), repeat=ndim)
        ]
        self._corners = self._column(corners, torch.int64)

    def _column(self, values: Sequence[float], dtype: torch.dtype) -> Tensor:
        return torch.tensor(values, dtype=dtype, device=self.device)[:, None]

    def move(self, points: Tensor, count: int) -> None:
        """Move points (ndim, n) by `count` steps in place."""
        for _ in range(count):
            points.add_(self._sample(points)).clamp_(-1, 1)

    def _sample(self, points: Tensor) -> Tensor:
        """Return (ndim, n): the step at each of the points, between the pixels around it."""
        wide = WIDE[len(points)]
        place = (points + 1).to(wide).mul_(self._half).sub_(0.5).float()
        low = place.floor()
        # What is beyond the part is unknown, and has to be somewhere in memory.
        corner = low.to(torch.int64).sub_(self._first).clamp_(self._zero, self._limit)
        at = corner.mul_(self._strides).sum(0) + self._corners
        above = place.sub_(low)
        both = torch.stack((1 - above, above))
        weight = both[:, 0]
        for axis in range(1, len(points)):
            weight = (both[:, axis, None] * weight[None]).flatten(0, 1)
        # Multiplied and added one after the other: a sum over an axis has no fixed order.
        values = self._padded[:, at].to(wide).mul_(weight)
        total = values[:, 0].float()
        for number in range(1, len(weight)):
            total.add_(values[:, number])
        return total

    def to_unit(self, flat: Tensor) -> Tensor:
        """Return (ndim, n) coordinates from -1 to 1, last axis first, of flat positions in the part."""
        rows = []
        for length, first, whole in zip(self.part[::-1], self.origin[::-1], self.shape[::-1], strict=True):
            at = flat % length + first
            flat = flat // length
            rows.append(at.to(torch.float32) / max(1, whole - 1))
        return torch.stack(rows).mul_(2).sub_(1)

    def to_flat(self, points: Tensor) -> Tensor:
        """Return the flat position in the part of the pixel that holds each point."""
        flat = torch.zeros(points.shape[1], dtype=torch.int64, device=self.device)
        for row, length, first, whole in zip(points.flip(0), self.part, self.origin, self.shape, strict=True):
            pixel = ((row + 1) * 0.5 * max(1, whole - 1)).to(torch.int64)
            flat.mul_(length).add_((pixel - first).clamp_(0, length - 1))
        return flat


def follow_together(
    flows: CardFlows,
    starts: NDArray[np.signedinteger],
    legs: Sequence[int],
    tick: Callable[[], None] = lambda: None,
) -> NDArray[np.int64]:
    """Return the flat position in the part of the pixel in which each of `starts` ends.

    Parameters
    ----------
    flows
        On their device.
    starts : (n,) integers
        Flat positions in the part.
    legs
        Numbers of steps; after each but the last, points that have met or go round in circles are dropped.
    tick
        Called after every leg; may raise Cancelled.
    """
    with torch.inference_mode():
        points = flows.to_unit(torch.from_numpy(starts.astype(np.int64)).to(flows.device))
        own = torch.arange(points.shape[1], device=flows.device)
        # Where points that need no more steps are for good, and which column of it each start has become.
        last, group, alive = torch.empty_like(points), own, own
        before: Tensor | None = None
        *looks, final = legs
        for leg in looks:
            flows.move(points, leg)
            tick()
            twin = _twins(points)
            kept = twin == own[: len(twin)]
            merged = own.clone()
            merged[alive] = alive[twin]
            group = merged[group]
            if before is not None:
                circling = (points == before).all(0)
                last[:, alive[circling]] = points[:, circling]
                kept &= ~circling
            points, alive = points[:, kept], alive[kept]
            if len(alive) == 0:
                break
            before = points.clone()
        flows.move(points, final)
        tick()
        last[:, alive] = points
        ends: NDArray[np.int64] = flows.to_flat(last[:, group]).cpu().numpy()
    return ends


def _twins(points: Tensor) -> Tensor:
    """Return for every point the index of a point at exactly the same place, for most twins the same one.

    One look into a hash table: where two places collide, some twins are missed until the next time.
    """
    count = points.shape[1]
    own = torch.arange(count, device=points.device)
    mixed = torch.zeros(count, dtype=torch.int32, device=points.device)
    for row in points.view(torch.int32):
        mixed.bitwise_xor_(row).mul_(SPREAD)
        # Shifted in zeros, not copies of the sign.
        mixed.bitwise_xor_((mixed >> 15) & 0x1FFFF)
    places = 1 << (2 * count).bit_length()
    slot = (mixed & (places - 1)).to(torch.int64)
    table = torch.empty(places, dtype=torch.int64, device=points.device)
    table[slot] = own
    twin = table[slot]
    return torch.where((points == points[:, twin]).all(0), twin, own)
