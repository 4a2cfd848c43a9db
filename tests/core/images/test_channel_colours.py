"""Colours of channels: those of the file win, then what is expected of a name, then a palette."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tifffile

from cpsam_core.formats.ome_zarr_writing import _omero
from cpsam_core.images import arrange, read_image
from cpsam_core.images.channel_colours import (
    colour_of_name,
    colours_of_file,
    from_hexadecimal,
    from_ome,
    shown_colours,
)
from cpsam_core.images.zarr_images import open_zarr_image
from tests.zarr_files import write_zarr

RED, GREEN, BLUE = (255, 80, 80), (80, 255, 80), (90, 130, 255)
MAGENTA, WHITE, CYAN = (255, 90, 255), (255, 255, 255), (80, 230, 230)
PALETTE = (RED, GREEN, BLUE, WHITE, CYAN, MAGENTA)


def image_of(*names):
    return arrange(np.zeros((len(names), 4, 5), np.uint16), "CYX", channel_names=names)


@pytest.mark.parametrize(
    ("colour", "names"),
    [
        (BLUE, ("DAPI", "Hoechst 33342", "w1-dapi", "Alexa Fluor 405")),
        (
            GREEN,
            ("GFP", "EGFP", "sfGFP-actin", "FITC", "Alexa 488", "AlexaFluor488", "AF488", "Alexa Fluor 488"),
        ),
        (RED, ("RFP", "TRITC", "Cy3", "mCherry", "Alexa-568", "AF594", "tdTomato", "Texas Red")),
        (MAGENTA, ("Cy5", "Cy-5", "Alexa 647", "iRFP670", "far red")),
        (WHITE, ("brightfield", "Bright Field", "BF", "DIC", "Phase contrast", "PH2", "transmitted light")),
        (None, ("channel 1", "", "medical", "actin", "C1", "Alexandra", "bffr", "red", "graph")),
    ],
)
def test_names_say_what_biologists_expect(colour, names):
    assert {name: colour_of_name(name) for name in names} == dict.fromkeys(names, colour)


def test_the_usual_four_are_shown_as_expected_and_others_share_no_colour_with_them():
    assert shown_colours(image_of("DAPI", "GFP", "RFP", "Cy5"), PALETTE) == (BLUE, GREEN, RED, MAGENTA)
    assert shown_colours(image_of("one", "two", "three"), PALETTE) == PALETTE[:3]
    # Red by its place, which another one has by its name.
    colours = shown_colours(image_of("marker", "mCherry", "DAPI", "FITC", "Alexa 488"), PALETTE)
    assert colours[1:4] == (RED, BLUE, GREEN) and len(set(colours)) == 5
    many = shown_colours(image_of("GFP", *map(str, range(20))), PALETTE)
    assert len(many) == 21 and many[0] == GREEN


def test_what_a_file_says_wins_unless_it_says_the_same_of_all(tmp_path):
    pixels, names = np.zeros((3, 8, 9), np.uint16), ["DAPI", "GFP", "Cy5"]

    def read(colours):
        path = tmp_path / "cells.ome.tif"
        told = {"Name": names} | ({"Color": colours} if colours else {})
        tifffile.imwrite(path, pixels, metadata={"axes": "CYX", "Channel": told})
        return shown_colours(read_image(path), PALETTE)

    orange = -8388353  # 0xFF8000FF
    assert read([orange, 0x00FFFFFF, -1]) == ((255, 128, 0), (0, 255, 255), (255, 255, 255))
    assert read([-1, -1, -1]) == (BLUE, GREEN, MAGENTA)
    assert read(None) == (BLUE, GREEN, MAGENTA)


def test_an_ome_zarr_says_the_colours_that_are_expected_and_is_shown_in_them(tmp_path):
    described = _omero(image_of("DAPI", "GFP", "Cy5"))
    colours = [channel["color"] for channel in described["omero"]["channels"]]
    assert [from_hexadecimal(colour) for colour in colours] == [BLUE, GREEN, MAGENTA]
    path = write_zarr(tmp_path / "cells.ome.zarr", [np.zeros((2, 8, 9), np.uint16)], channels=("DAPI", "GFP"))
    attributes = path / ".zattrs"
    told = json.loads(attributes.read_text())
    for channel, colour in zip(told["omero"]["channels"], ("FF8000", "00FFFF"), strict=True):
        channel["color"] = colour
    attributes.write_text(json.dumps(told))
    assert open_zarr_image(path)[0].channel_colours == ((255, 128, 0), (0, 255, 255))


def test_senseless_colours_are_none():
    assert from_ome("x") is from_ome(None) is from_ome("99999999999999") is None
    assert from_ome("-1") == (255, 255, 255)
    assert from_hexadecimal("ff8000") == from_hexadecimal("#FF8000FF") == (255, 128, 0)
    assert from_hexadecimal(7) is from_hexadecimal("green") is None
    assert colours_of_file([(0, 0, 0), None]) == colours_of_file([]) == ()
    assert colours_of_file([(0, 0, 0), (1, 2, 3)]) == (None, (1, 2, 3))
