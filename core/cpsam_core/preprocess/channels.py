"""Which channels of an image the network sees, chosen by name or index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError, SettingsError


def select_channels(
    pixels: NDArray[Any],
    names: Sequence[str] | None = None,
    chosen: Sequence[int | str] | None = None,
    count: int = 3,
) -> NDArray[Any]:
    """Pick at most `count` channels of a stack, in the order chosen, in the stack's own type.

    Parameters
    ----------
    pixels : ndarray (z, y, x, channel)
        The stack.
    names : sequence of str, optional
        Names of the channels.
    chosen : sequence of int or str, optional
        Indices (from 0) or names, upper or lower case; the first `count` channels when None.
    count : int
        How many channels the network takes.

    Returns
    -------
    ndarray (z, y, x, at most `count`)
        A view where the first channels are taken, else a copy.

    Raises
    ------
    SettingsError
        A channel does not exist, or more are chosen than the network takes; the message lists what there is.
    """
    if pixels.ndim != 4:
        raise ImageError(f"A stack has the axes z, y, x and channel; this array has {pixels.ndim} axes.")
    if chosen is None:
        return pixels[..., :count]
    indices = channel_indices(pixels.shape[3], names, chosen)
    if len(indices) > count:
        raise SettingsError(f"This network takes {count} channels, but {len(indices)} were chosen.")
    if indices == list(range(len(indices))):
        return pixels[..., : len(indices)]
    return pixels[..., indices]


def channel_indices(count: int, names: Sequence[str] | None, chosen: Sequence[int | str]) -> list[int]:
    """Return the indices of channels chosen by index or name, of an image of `count` channels.

    Raises
    ------
    SettingsError
        A channel does not exist, or none is chosen; the message lists what there is.
    """
    known = list(names or [])[:count]
    indices = [_channel_index(wanted, known, count) for wanted in chosen]
    if not indices:
        raise SettingsError(f"Choose at least one channel. {_existing(known, count)}")
    return indices


def network_channels(
    pixels: NDArray[Any],
    names: Sequence[str] | None = None,
    chosen: Sequence[int | str] | None = None,
    count: int = 3,
) -> NDArray[np.float32]:
    """Pick channels as :func:`select_channels` does and fill up with zeros: (z, y, x, `count`), float32."""
    selected = select_channels(pixels, names, chosen, count)
    filled = np.zeros((*selected.shape[:3], count), np.float32)
    filled[..., : selected.shape[3]] = selected
    return filled


def _channel_index(wanted: int | str, names: Sequence[str], count: int) -> int:
    if isinstance(wanted, str):
        matches = [i for i, name in enumerate(names) if name.casefold() == wanted.strip().casefold()]
        if matches:
            return matches[0]
        if not wanted.strip().isdecimal():
            raise SettingsError(f"There is no channel {wanted!r}. {_existing(names, count)}")
        wanted = int(wanted)
    if not 0 <= wanted < count:
        raise SettingsError(f"There is no channel {wanted}. {_existing(names, count)}")
    return int(wanted)


def _existing(names: Sequence[str], count: int) -> str:
    shown = [f"{i} ({names[i]})" if i < len(names) and names[i] else str(i) for i in range(min(count, 40))]
    return f"The image has these channels: {', '.join(shown)}{', ...' if count > 40 else ''}."
