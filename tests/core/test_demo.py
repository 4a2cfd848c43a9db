"""The demonstration images are there, can be read, and say where they come from."""

from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.demo import NAMES, demo_image, demo_images
from cpsam_core.errors import ImageError
from cpsam_core.images import read_image


@pytest.mark.parametrize("name", NAMES)
def test_image_is_small_and_readable(name: str) -> None:
    image = read_image(demo_image(name))
    assert image.pixels.dtype == np.uint8
    assert image.is_rgb == (name == "tissue")
    assert np.ptp(image.pixels) > 100
    assert demo_image(name).stat().st_size < 250_000


def test_first_is_the_fluorescent_one() -> None:
    assert demo_image() == demo_images()[0] == demo_image("nuclei")


def test_source_of_every_image_is_named() -> None:
    text = demo_image().with_name("README.md").read_text(encoding="utf-8")
    assert all(f"{name}.png" in text for name in NAMES)


def test_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(ImageError, match="nuclei, tissue, phase"):
        demo_image("worms")
