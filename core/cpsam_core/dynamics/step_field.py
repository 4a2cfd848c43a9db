"""The steps that pixels take along the flows, in the coordinates in which they are followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.labels.runs import bands
from cpsam_core.system.side_by_side import on_all_cores

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ImageFrame:
    """Where a part lies in its image; rounding on the way of a pixel depends on the size of the whole.

    Attributes
    ----------
    origin
        First pixel of the part along each axis.
    shape
        Of the whole image.
    """

    origin: tuple[int, ...]
    shape: tuple[int, ...]


def step_field(
    flows: NDArray[np.floating[Any]], inside: NDArray[np.bool_], frame: ImageFrame
) -> tuple[torch.Tensor, float]:
    """Return (1, ndim, ...) float32, the step of every pixel in coordinates from -1 to 1, last axis first.

    The second value is the length of the longest of them along an axis.

    The field of a part has the size of the whole image, so that coordinates are those of the image, but the memory of
    the part: rows of the image overlap in it. Every place of the image is some place of that memory, and the right one
    inside the part.
    """
    import torch

    steps, longest = scaled_steps(flows, inside, frame.shape)
    if frame.shape == inside.shape:
        return torch.from_numpy(steps[np.newaxis]), longest
    part = inside.shape
    strides = [1]
    for length in part[:0:-1]:
        strides.insert(0, strides[0] * length)
    before = sum(at * stride for at, stride in zip(frame.origin, strides, strict=True))
    reach = sum((length - 1) * stride for length, stride in zip(frame.shape, strides, strict=True)) + 1
    # The part begins at `before`; zeros that nobody touches take no memory.
    whole = np.zeros((inside.ndim, max(reach, before + inside.size)), np.float32)
    whole[:, before : before + inside.size] = steps.reshape(inside.ndim, -1)
    tensor = torch.from_numpy(whole)
    return tensor.as_strided((1, inside.ndim, *frame.shape), (0, whole.shape[1], *strides)), longest


def scaled_steps(
    flows: NDArray[np.floating[Any]],
    inside: NDArray[np.bool_],
    shape: tuple[int, ...],
) -> tuple[NDArray[np.float32], float]:
    """Return (ndim, ...) float32, the step of every pixel of the part in coordinates of an image of `shape`.

    The second value is the length of the longest of them along an axis.
    """
    ndim = inside.ndim
    field = np.empty((ndim, *inside.shape), np.float32)

    def scale(band: slice) -> float:
        """Fill in a band, and return the length of the longest step there."""
        longest = 0.0
        for axis in range(ndim):
            step = field[ndim - 1 - axis, band]
            # Infinity times 0.
            with np.errstate(invalid="ignore"):
                np.multiply(flows[axis, band], inside[band], out=step, casting="same_kind")
            step /= np.float32(5)
            step *= np.float32(2.0 / max(1, shape[axis] - 1))
            if not np.isfinite(step.max() - step.min()):
                step[~np.isfinite(step)] = 0
            longest = max(longest, float(step.max()), -float(step.min()))
        return longest

    return field, max(on_all_cores(scale, bands(inside.shape)), default=0.0)
