import logging

import numpy as np
import pytest
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images import read_image, tiff, write_tiff

STACK = np.random.default_rng(0).integers(0, 60000, (4, 21, 33)).astype(np.uint16)


@pytest.mark.parametrize(
    ("options", "axes", "shape", "certain"),
    [
        ({"metadata": {"axes": "ZYX"}}, "ZYX", (4, 21, 33, 1), True),
        ({"metadata": None}, "CYX", (1, 21, 33, 4), False),
        ({"imagej": True, "metadata": {"axes": "ZYX"}}, "ZYX", (4, 21, 33, 1), True),
        ({"imagej": True, "metadata": {"axes": "CYX"}, "compression": "zlib"}, "CYX", (1, 21, 33, 4), True),
        ({"ome": True, "metadata": {"axes": "CYX"}}, "CYX", (1, 21, 33, 4), True),
        ({"tile": (16, 16), "compression": "lzw", "metadata": {"axes": "ZYX"}}, "ZYX", (4, 21, 33, 1), True),
        ({"bigtiff": True, "byteorder": ">", "metadata": {"axes": "ZYX"}}, "ZYX", (4, 21, 33, 1), True),
    ],
)
def test_kinds_of_tiff(tmp_path, options, axes, shape, certain):
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, STACK, photometric="minisblack", **options)
    image = read_image(path)
    assert (image.axes, image.pixels.shape, image.axes_certain) == (axes, shape, certain)
    assert image.pixels.dtype == np.uint16 and image.pixels.dtype.isnative
    expected = STACK[..., np.newaxis] if "Z" in axes else STACK.transpose(1, 2, 0)[np.newaxis]
    assert np.array_equal(image.pixels, expected)
    assert image.path == path


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "f2", "f4", "f8"])
def test_every_kind_of_number_stays_as_it_is(tmp_path, dtype):
    array = (np.arange(12).reshape(3, 4) - (0 if dtype[0] == "u" else 6)).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", array)
    pixels = read_image(tmp_path / "a.tif").pixels
    assert pixels.dtype == np.dtype(dtype)
    assert np.array_equal(pixels[0, ..., 0], array)


def test_one_bit_becomes_zero_and_one(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.eye(9, dtype=bool))
    pixels = read_image(tmp_path / "a.tif").pixels
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels[0, ..., 0], np.eye(9))


def test_colours_have_names_and_transparency_goes(tmp_path):
    rgba = np.random.default_rng(1).integers(0, 255, (8, 9, 4)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", rgba, photometric="rgb", extrasamples=["unassalpha"])
    image = read_image(tmp_path / "a.tif")
    assert image.channel_names == ("red", "green", "blue") and image.axes_certain
    assert np.array_equal(image.pixels[0], rgba[..., :3])
    # An extra sample of unknown meaning is data, not transparency.
    tifffile.imwrite(tmp_path / "b.tif", rgba, photometric="rgb", extrasamples=["unspecified"])
    assert read_image(tmp_path / "b.tif").pixels.shape == (1, 8, 9, 4)


def test_thirty_channels(tmp_path):
    array = np.random.default_rng(2).integers(0, 255, (30, 8, 9)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", array, photometric="minisblack", planarconfig="separate")
    image = read_image(tmp_path / "a.tif")
    assert image.pixels.shape == (1, 8, 9, 30)
    assert np.array_equal(image.pixels[0, ..., 29], array[29])
    tifffile.imwrite(tmp_path / "b.tif", array, photometric="minisblack", metadata=None)
    assert read_image(tmp_path / "b.tif").pixels.shape == (30, 8, 9, 1)
    assert read_image(tmp_path / "b.tif", axes="CYX").pixels.shape == (1, 8, 9, 30)


def test_ome_names_and_sizes(tmp_path):
    metadata = {
        "axes": "ZCYX",
        "PhysicalSizeX": 325.0,
        "PhysicalSizeXUnit": "nm",
        "PhysicalSizeY": 325.0,
        "PhysicalSizeYUnit": "nm",
        "PhysicalSizeZ": 2.0,
        "PhysicalSizeZUnit": "µm",
        "Channel": {"Name": ["DAPI", "アクチン"]},
    }
    tifffile.imwrite(tmp_path / "a.ome.tif", STACK.reshape(2, 2, 21, 33), metadata=metadata)
    image = read_image(tmp_path / "a.ome.tif")
    assert image.channel_names == ("DAPI", "アクチン")
    assert image.pixel_size == pytest.approx(0.325)
    assert image.z_step == 2.0


def test_imagej_names_and_sizes(tmp_path):
    metadata = {
        "axes": "ZCYX",
        "unit": "um",
        "spacing": 1.5,
        "Labels": ["c:1/2 z:1/2 - DAPI", "c:2/2 z:1/2 - actin", "c:1/2 z:2/2 - DAPI", "c:2/2 z:2/2 - actin"],
    }
    tifffile.imwrite(
        tmp_path / "a.tif", STACK.reshape(2, 2, 21, 33), imagej=True, resolution=(4, 4), metadata=metadata
    )
    image = read_image(tmp_path / "a.tif")
    assert image.channel_names == ("DAPI", "actin")
    assert image.pixel_size == pytest.approx(0.25)
    assert image.z_step == pytest.approx(1.5)


def test_resolution_tags_count_unless_they_are_those_of_print(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", STACK[0], resolution=(20000, 20000), resolutionunit="CENTIMETER")
    assert read_image(tmp_path / "a.tif").pixel_size == pytest.approx(0.5)
    tifffile.imwrite(tmp_path / "b.tif", STACK[0], resolution=(300, 300), resolutionunit="INCH")
    assert read_image(tmp_path / "b.tif").pixel_size is None
    tifffile.imwrite(tmp_path / "c.tif", STACK[0])
    assert read_image(tmp_path / "c.tif").pixel_size is None


def test_what_is_written_reads_back_with_sizes(tmp_path):
    write_tiff(tmp_path / "a.tif", STACK.astype(np.float32), "ZYX", pixel_size=0.1234567, z_step=3.0)
    image = read_image(tmp_path / "a.tif")
    assert image.axes == "ZYX" and image.axes_certain
    assert (image.pixel_size, image.z_step) == (0.1234567, 3.0)
    assert np.array_equal(image.pixels[..., 0], STACK)


def test_large_contiguous_files_are_mapped(tmp_path, monkeypatch):
    monkeypatch.setattr(tiff, "MAP_FROM_DISK_BYTES", 1000)
    write_tiff(tmp_path / "a.tif", STACK, "ZYX", compression=None)
    image = read_image(tmp_path / "a.tif")
    assert isinstance(image.pixels.base, np.memmap) or isinstance(image.pixels, np.memmap)
    assert np.array_equal(image.pixels[..., 0], STACK)
    write_tiff(tmp_path / "b.tif", STACK, "ZYX")
    assert not isinstance(read_image(tmp_path / "b.tif").pixels, np.memmap)


def test_time_points(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", STACK, imagej=True, metadata={"axes": "TYX"})
    with pytest.raises(ImageError, match="4 time points"):
        read_image(tmp_path / "a.tif")
    assert np.array_equal(read_image(tmp_path / "a.tif", time=3).pixels[0, ..., 0], STACK[3])
    assert read_image(tmp_path / "a.tif", axes="ZYX").pixels.shape == (4, 21, 33, 1)


def test_complex_numbers_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", STACK[0].astype(np.complex64))
    with pytest.raises(ImageError, match="complex"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize(
    "options",
    [
        {"metadata": {"axes": "ZYX"}},
        {"metadata": None},
        {"imagej": True, "metadata": {"axes": "ZYX"}},
        {"ome": True, "metadata": {"axes": "ZYX"}},
        {"compression": "zlib", "metadata": {"axes": "ZYX"}},
        {"compression": "zlib", "tile": (16, 16)},
    ],
)
def test_a_cut_file_is_refused_wherever_it_was_cut(tmp_path, options):
    whole = tmp_path / "whole.tif"
    tifffile.imwrite(whole, STACK[:, :9, :16], photometric="minisblack", **options)
    pixels = read_image(whole).pixels
    data = whole.read_bytes()
    cut = tmp_path / "cut.tif"
    for length in range(0, len(data), 13):
        cut.write_bytes(data[:length])
        try:
            found = read_image(cut).pixels
        except ImageError as error:
            assert "\n" not in str(error) and str(cut) in str(error)
        else:
            # Only what follows the last pixel was lost.
            assert np.array_equal(found, pixels)


def test_changed_bytes_give_an_image_or_one_clear_line(tmp_path):
    path = tmp_path / "a.tif"
    write_tiff(path, STACK, "ZYX")
    data = path.read_bytes()
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(150):
        changed = bytearray(data)
        for place in rng.integers(0, 600, 3):
            changed[place] = rng.integers(256)
        path.write_bytes(changed)
        try:
            read_image(path)
        except ImageError:
            refused += 1
    assert refused > 20


def test_a_size_beyond_belief_is_refused_before_memory_is_asked_for(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((64, 64), np.uint8), compression="zlib", metadata=None)
    with tifffile.TiffFile(path, mode="r+") as file:
        for name in ("ImageWidth", "ImageLength", "RowsPerStrip"):
            file.pages[0].tags[name].overwrite(60000)
    with pytest.raises(ImageError, match="damaged"):
        read_image(path)


def test_tifffile_stays_silent(tmp_path, caplog):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, STACK, imagej=True, metadata={"axes": "ZYX"})
    path.write_bytes(path.read_bytes()[:3000])
    before = list(logging.getLogger("tifffile").handlers)
    with pytest.raises(ImageError, match="incomplete"):
        read_image(path)
    assert logging.getLogger("tifffile").handlers == before
