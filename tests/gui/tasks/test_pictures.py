"""Small pictures of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tifffile

from cpsam_core.images import read_image
from cpsam_gui.tasks.opening import prepare
from cpsam_gui.tasks.pictures import thumbnail

if TYPE_CHECKING:
    from pathlib import Path


def test_a_small_picture_has_the_colours_of_the_view(tmp_path: Path) -> None:
    path = tmp_path / "three.tif"
    pixels = np.zeros((3, 60, 90), np.uint16)
    for channel in range(3):
        pixels[channel, :, 30 * channel : 30 * channel + 30] = 1000
    tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": "CYX"})
    picture = thumbnail(path, 90)
    assert picture is not None
    for number, channel in enumerate(prepare(read_image(path)).channels):
        np.testing.assert_allclose(picture[30, 30 * number + 15], channel.colour, atol=3)


def test_channels_with_names_have_the_expected_colours_in_view_and_small_picture(tmp_path: Path) -> None:
    path = tmp_path / "named.ome.tif"
    pixels = np.zeros((3, 60, 90), np.uint16)
    for channel in range(3):
        pixels[channel, :, 30 * channel : 30 * channel + 30] = 1000
    tifffile.imwrite(path, pixels, metadata={"axes": "CYX", "Channel": {"Name": ["DAPI", "GFP", "RFP"]}})
    colours = [channel.colour for channel in prepare(read_image(path)).channels]
    assert [int(np.argmax(colour)) for colour in colours] == [2, 1, 0], "blue, green, red"
    picture = thumbnail(path, 90)
    assert picture is not None
    for number, colour in enumerate(colours):
        np.testing.assert_allclose(picture[30, 30 * number + 15], colour, atol=3)
