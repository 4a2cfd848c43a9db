"""Intensities as they are seen: channels scaled to the brightness range that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cpsam_gui.view import ChannelView


def shades(block: NDArray[Any], channels: Sequence[ChannelView]) -> NDArray[np.float32]:
    """Return the visible channels of a block (y, x, c), 0 to 1 over the range shown; float32 (y, x, visible).

    Where no channel is visible all are taken. Values that are not finite count as 0.
    """
    used = [(i, c) for i, c in enumerate(channels) if c.visible] or list(enumerate(channels))
    result = np.empty((*block.shape[:2], len(used)), np.float32)
    for place, (index, channel) in enumerate(used):
        span = max(channel.high - channel.low, 1e-12)
        values = (np.asarray(block[..., index], np.float32) - np.float32(channel.low)) / np.float32(span)
        result[..., place] = np.nan_to_num(np.clip(values, 0, 1))
    return result


def brightness(block: NDArray[Any], channels: Sequence[ChannelView]) -> NDArray[np.float32]:
    """Return the mean of the visible channels of a block (y, x, c); float32 (y, x), 0 to 1."""
    mean: NDArray[np.float32] = shades(block, channels).mean(-1)
    return mean
