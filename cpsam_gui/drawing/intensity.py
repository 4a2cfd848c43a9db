"""Intensities as they are seen: channels scaled to the brightness range that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cpsam_gui.state.view import ChannelView


def shades(block: NDArray[Any], channels: Sequence[ChannelView]) -> NDArray[np.float32]:
    """Return the visible channels of a block (y, x, c), 0 to 1 over the range shown; float32 (y, x, visible).

    Where no channel is visible all are taken. Values that are not finite count as 0.
    """
    seen = [index for index, channel in enumerate(channels) if channel.visible] or list(
        range(block.shape[-1])
    )
    result = np.empty((*block.shape[:2], len(seen)), np.float32)
    for place, index in enumerate(seen):
        low, high = (channels[index].low, channels[index].high) if index < len(channels) else (0.0, 1.0)
        values = (np.asarray(block[..., index], np.float32) - np.float32(low)) / np.float32(
            max(high - low, 1e-12)
        )
        result[..., place] = np.nan_to_num(np.clip(values, 0, 1))
    return result


def brightness(block: NDArray[Any], channels: Sequence[ChannelView]) -> NDArray[np.float32]:
    """Return the mean of the visible channels of a block (y, x, c); float32 (y, x), 0 to 1."""
    mean: NDArray[np.float32] = shades(block, channels).mean(-1)
    return mean
