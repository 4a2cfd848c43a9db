"""Pixels that stay in their file read like those of an array, and refuse to become one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images import lazy_pixels as lazy_pixels_module
from cpsam_core.images import open_source
from cpsam_core.images.lazy_pixels import LazyPixels, LazyPlane, lazy_image
from tests.zarr_files import write_zarr

RNG = np.random.default_rng(5)
PLANE = RNG.integers(0, 60000, (700, 900)).astype(np.uint16)


def npy(folder: Path) -> Path:
    path = folder / "plane.npy"
    np.save(path, PLANE)
    return path


def tiled(folder: Path) -> Path:
    path = folder / "plane.tif"
    with tifffile.TiffWriter(path) as file:
        options = {"tile": (128, 128), "compression": "zlib"}
        file.write(PLANE, subifds=2, **options)
        file.write(PLANE[::2, ::2], subfiletype=1, **options)
        file.write(PLANE[::4, ::4], subfiletype=1, **options)
    return path


def pyramid(folder: Path) -> Path:
    levels = [PLANE[:: 1 << level, :: 1 << level] for level in range(3)]
    return write_zarr(folder / "plane.ome.zarr", levels, axes="yx", channels=(), side=256, sized=False)


@pytest.fixture(params=[npy, tiled, pyramid])
def pixels(request: pytest.FixtureRequest, tmp_path: Path) -> LazyPixels:
    found = lazy_image(open_source(request.param(tmp_path))).pixels
    assert isinstance(found, LazyPixels)
    return found


def test_parts_are_those_of_the_array(pixels: LazyPixels) -> None:
    whole = PLANE[np.newaxis, :, :, np.newaxis]
    assert pixels.shape == whole.shape
    assert pixels.dtype == whole.dtype
    assert pixels.size == whole.size
    for place in [
        (0, slice(0, 10), slice(0, 10)),
        (slice(0, 1), slice(250, 600), slice(100, 900), slice(0, 1)),
        (0, 699, 899),
        (0, -1, slice(None), 0),
        (slice(None), slice(3, 3), slice(0, 5)),
        (0, slice(600, 2000), slice(890, 2000)),
        (0, ..., 0),
    ]:
        np.testing.assert_array_equal(pixels[place], whole[place])


@pytest.mark.parametrize("step", [2, 4, 8, 64])
def test_steps_take_samples_of_the_pyramid(pixels: LazyPixels, step: int) -> None:
    np.testing.assert_array_equal(pixels[0, ::step, ::step, 0], PLANE[::step, ::step])
    np.testing.assert_array_equal(pixels[0, 256:640:step, 128:640:step, 0], PLANE[256:640:step, 128:640:step])


def test_a_plane_is_read_as_it_is_indexed(pixels: LazyPixels) -> None:
    plane = pixels[0]
    assert isinstance(plane, LazyPlane)
    assert plane.shape == (700, 900, 1)
    np.testing.assert_array_equal(plane[100:200, 300:400, 0], PLANE[100:200, 300:400])


def test_many_pixels_are_passed_over_in_bands(pixels: LazyPixels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy_pixels_module, "BAND_BYTES", 20_000)
    np.testing.assert_array_equal(pixels[0, 5:, 7:, 0], PLANE[5:, 7:])
    np.testing.assert_array_equal(pixels[0, 4::4, 8::4, 0], PLANE[4::4, 8::4])


def test_what_needs_everything_is_refused(pixels: LazyPixels, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImageError, match="too large"):
        np.asarray(pixels)
    with pytest.raises(ImageError, match="too large"):
        np.asarray(pixels[0])
    monkeypatch.setattr(lazy_pixels_module, "MOST_BYTES", 1000)
    with pytest.raises(ImageError, match="700 x 900"):
        pixels[0, :, :]
    assert pixels[0, :10, :10].size == 100


def test_a_pixel_that_was_not_read_is_not_waited_for(pixels: LazyPixels) -> None:
    assert pixels.peek(0, 650, 850) is None
    pixels[0, 640:660, 840:860]
    found = pixels.peek(0, 650, 850)
    assert found is not None
    assert found.tolist() == [PLANE[650, 850]]


def test_a_closed_image_reads_no_more(pixels: LazyPixels) -> None:
    pixels.close()
    with pytest.raises(ImageError, match="not open"):
        pixels[0, :10, :10]


def test_the_overview_is_the_image_in_little(pixels: LazyPixels) -> None:
    assert pixels.overview.shape == (700, 900, 1)
    np.testing.assert_array_equal(pixels.overview[..., 0], PLANE)


def test_patches_stand_for_an_image_without_a_pyramid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lazy_pixels_module, "OVERVIEW_PX", 32)
    overview = LazyPixels(open_source(npy(tmp_path))).overview
    assert overview.shape == (1024, 1024, 1)
    assert set(np.unique(overview)) <= set(np.unique(PLANE))
