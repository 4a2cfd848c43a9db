"""How the channels of an image are shown, as its project keeps it. No Qt."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cpsam_gui.state.view import ChannelView

KEY = "shown"
"""Under which it stands in the project file."""
# What the window offers.
LEAST_GAMMA, MOST_GAMMA = 0.2, 5.0


def stored(channels: tuple[ChannelView, ...]) -> list[dict[str, Any]]:
    """Return how channels are shown as plain JSON values."""
    return [
        {
            "low": float(one.low),
            "high": float(one.high),
            "gamma": float(one.gamma),
            "colour": list(one.colour),
            "visible": one.visible,
        }
        for one in channels
    ]


def read(found: object, channels: tuple[ChannelView, ...]) -> tuple[ChannelView, ...] | None:
    """Return channels as they are stored; None where that makes no sense or is about other channels."""
    if not isinstance(found, list) or len(found) != len(channels):
        return None
    try:
        return tuple(_shown(one, channel) for one, channel in zip(found, channels, strict=True))
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


def _shown(found: Any, channel: ChannelView) -> ChannelView:
    low, high, gamma = (float(found[name]) for name in ("low", "high", "gamma"))
    red, green, blue = (min(max(int(part), 0), 255) for part in found["colour"])
    if not (math.isfinite(low) and math.isfinite(high) and low < high and math.isfinite(gamma)):
        raise ValueError(f"{low} to {high}, gamma {gamma}")
    gamma = min(max(gamma, LEAST_GAMMA), MOST_GAMMA)
    visible = found["visible"] is not False
    return replace(channel, low=low, high=high, gamma=gamma, colour=(red, green, blue), visible=visible)
