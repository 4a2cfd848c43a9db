"""Any number that a channel can hold gives a histogram and levels, and can be drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpsam_core.images import arrange
from cpsam_gui.canvas.colours import ImageColours
from cpsam_gui.tasks.brightness import BINS
from cpsam_gui.tasks.opening import prepare

TYPES = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]
WHOLE = slice(None)


def check(pixels: np.ndarray[Any, Any]) -> None:
    image = arrange(pixels, "YX")
    opened = prepare(image)
    (counted,) = opened.histograms
    assert len(counted.counts) == BINS
    assert counted.counts.sum() == np.isfinite(pixels.astype(np.float64)).sum()
    assert counted.low < counted.high
    (channel,) = opened.channels
    assert channel.low < channel.high
    assert ImageColours(image.pixels[0], opened.channels)(WHOLE, WHOLE).shape == pixels.shape


@pytest.mark.parametrize("kind", TYPES)
def test_a_constant_channel(kind: str) -> None:
    limits = np.finfo(kind) if kind.startswith("f") else np.iinfo(kind)
    for value in (limits.min, 0, 1, 100, limits.max):
        check(np.full((16, 16), value, kind))


@pytest.mark.parametrize("kind", ["u4", "i4", "f4", "f8", "i8", "u8"])
@pytest.mark.parametrize("start", [131_073, 200_000, 1 << 24, 1 << 30])
def test_a_narrow_channel_of_large_numbers(kind: str, start: int) -> None:
    check(np.add(np.arange(256).reshape(16, 16) % 3, start).astype(kind))


def test_a_narrow_channel_keeps_its_contrast() -> None:
    ramp = np.arange(256, dtype=np.int32).reshape(16, 16) + (1 << 28)
    image = arrange(ramp, "YX")
    opened = prepare(image)
    assert opened.channels[0].high - opened.channels[0].low > 200
    assert len(np.unique(ImageColours(image.pixels[0], opened.channels)(WHOLE, WHOLE))) > 100


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TYPES), st.data())
def test_any_range_of_any_type(kind: str, data: st.DataObject) -> None:
    if kind.startswith("f"):
        width = 8 * np.dtype(kind).itemsize
        number: st.SearchStrategy[Any] = st.floats(width=width)  # type: ignore[arg-type]
    else:
        number = st.integers(int(np.iinfo(kind).min), int(np.iinfo(kind).max))
    low, high = data.draw(number), data.draw(number)
    pixels = np.full((8, 8), low, kind)
    pixels[::2, ::3] = high
    check(pixels)
