from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.preprocess.channels import network_channels, select_channels

PIXELS = np.arange(1 * 2 * 3 * 5, dtype=np.uint16).reshape(1, 2, 3, 5)
NAMES = ["DAPI", "GFP", "mCherry", "Cy5", ""]


def test_first_three_by_default() -> None:
    selected = network_channels(PIXELS, NAMES)
    assert selected.shape == (1, 2, 3, 3)
    assert selected.dtype == np.float32
    np.testing.assert_array_equal(selected, PIXELS[..., :3])


def test_gray_goes_to_the_first_channel() -> None:
    selected = network_channels(PIXELS[..., :1])
    np.testing.assert_array_equal(selected[..., 0], PIXELS[..., 0])
    assert not selected[..., 1:].any()


@pytest.mark.parametrize("chosen", [["cy5", "DAPI"], [3, 0], ["3", " dapi "]])
def test_by_name_or_index_in_the_order_chosen(chosen: list[int | str]) -> None:
    selected = network_channels(PIXELS, NAMES, chosen, count=4)
    np.testing.assert_array_equal(selected[..., :2], PIXELS[..., [3, 0]])
    assert not selected[..., 2:].any()


def test_first_channels_are_a_view() -> None:
    assert np.shares_memory(select_channels(PIXELS), PIXELS)
    assert np.shares_memory(select_channels(PIXELS, NAMES, ["DAPI", 1]), PIXELS)
    assert select_channels(PIXELS, NAMES, [4]).dtype == np.uint16


@pytest.mark.parametrize("chosen", [["TRITC"], [5], [-1], []])
def test_missing_channels_are_listed(chosen: list[int | str]) -> None:
    with pytest.raises(SettingsError, match=r"0 \(DAPI\), 1 \(GFP\), 2 \(mCherry\), 3 \(Cy5\), 4\."):
        network_channels(PIXELS, NAMES, chosen)


def test_too_many() -> None:
    with pytest.raises(SettingsError, match="takes 3 channels, but 4"):
        network_channels(PIXELS, NAMES, [0, 1, 2, 3])


def test_other_axes() -> None:
    with pytest.raises(ImageError, match="3 axes"):
        network_channels(PIXELS[0])
