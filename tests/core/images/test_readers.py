import os
import struct
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images import Raw, Reader, can_read, npy, read_image, readers, register, supported_suffixes

RNG = np.random.default_rng(0)
RGB16 = RNG.integers(0, 60000, (20, 30, 3)).astype(np.uint16)


def png_of(array, **options):
    return imagecodecs.png_encode(np.ascontiguousarray(array), **options)


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IHHHIIi", 8, 1, 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png(tmp_path, dtype, channels):
    array = RNG.integers(0, np.iinfo(dtype).max, (20, 30, channels)).astype(dtype)
    (tmp_path / "a.png").write_bytes(png_of(array))
    image = read_image(tmp_path / "a.png")
    colours = {1: 1, 2: 1, 3: 3, 4: 3}[channels]
    assert image.pixels.dtype == dtype and image.axes_certain
    assert np.array_equal(image.pixels[0], array[..., :colours])
    assert image.is_rgb is (colours == 3)


def test_one_bit_png(tmp_path):
    mask = RNG.random((9, 13)) > 0.5
    ok, data = cv2.imencode(".png", mask.astype(np.uint8) * 255, [cv2.IMWRITE_PNG_BILEVEL, 1])
    assert ok and data.tobytes()[24] == 1
    (tmp_path / "a.png").write_bytes(data.tobytes())
    pixels = read_image(tmp_path / "a.png").pixels[0, ..., 0]
    assert np.array_equal(pixels > 0, mask)


def test_jpeg_colours_and_gray(tmp_path):
    ramp = np.add.outer(np.arange(64) * 2, np.arange(80)).astype(np.uint8)
    colour = np.dstack([ramp, 255 - ramp, np.full_like(ramp, 40)])
    (tmp_path / "a.jpg").write_bytes(imagecodecs.jpeg_encode(colour, level=98, subsampling="444"))
    image = read_image(tmp_path / "a.jpg")
    assert image.is_rgb
    assert np.abs(image.pixels[0].astype(int) - colour).mean() < 3
    (tmp_path / "b.JPEG").write_bytes(imagecodecs.jpeg_encode(ramp, level=98))
    gray = read_image(tmp_path / "b.JPEG")
    assert gray.axes == "YX" and gray.pixels.shape == (1, 64, 80, 1)


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (1, lambda a: a),
        (2, lambda a: a[:, ::-1]),
        (3, lambda a: a[::-1, ::-1]),
        (6, lambda a: np.rot90(a, -1)),
        (8, lambda a: np.rot90(a)),
    ],
)
def test_jpeg_is_turned_as_its_exif_says(tmp_path, orientation, turn):
    ramp = np.add.outer(np.arange(64) * 2, np.arange(80)).astype(np.uint8)
    data = with_exif(imagecodecs.jpeg_encode(ramp, level=98), orientation)
    (tmp_path / "a.jpg").write_bytes(data)
    pixels = read_image(tmp_path / "a.jpg").pixels[0, ..., 0]
    expected = turn(ramp)
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 2


@pytest.mark.parametrize(
    "dtype", [np.bool_, np.uint8, np.int16, np.uint32, np.float16, np.float32, np.float64]
)
def test_npy(tmp_path, dtype):
    array = RNG.integers(0, 2, (7, 8)).astype(dtype)
    np.save(tmp_path / "a.npy", array)
    pixels = read_image(tmp_path / "a.npy").pixels[0, ..., 0]
    assert np.array_equal(pixels, array)
    assert pixels.dtype == (np.uint8 if dtype is np.bool_ else dtype)


def test_large_npy_is_mapped(tmp_path, monkeypatch):
    monkeypatch.setattr(npy, "MAP_FROM_DISK_BYTES", 100)
    np.save(tmp_path / "a.npy", RGB16)
    image = read_image(tmp_path / "a.npy")
    assert isinstance(image.pixels, np.memmap)
    assert (image.axes, image.axes_certain) == ("YXC", False)
    assert np.array_equal(image.pixels[0], RGB16)


class Trap:
    def __reduce__(self):
        return os.mkdir, (os.environ["TRAP"],)


def test_a_pickle_in_npy_is_refused_and_not_run(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    np.save(tmp_path / "a.npy", np.array({"x": Trap()}, dtype=object), allow_pickle=True)
    with pytest.raises(ImageError, match="pickled"):
        read_image(tmp_path / "a.npy")
    assert not (tmp_path / "sprung").exists()


def test_a_seg_file_is_no_image(tmp_path):
    np.save(tmp_path / "a_seg.npy", np.zeros(3))
    with pytest.raises(ImageError, match="holds masks, not an image"):
        read_image(tmp_path / "a_seg.npy")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".npy"])
def test_a_cut_file_is_refused(tmp_path, suffix):
    array = RGB16 if suffix != ".jpg" else (RGB16 >> 8).astype(np.uint8)
    whole = tmp_path / f"a{suffix}"
    if suffix == ".npy":
        np.save(whole, array)
    else:
        whole.write_bytes(png_of(array) if suffix == ".png" else imagecodecs.jpeg_encode(array))
    pixels = read_image(whole).pixels
    data = whole.read_bytes()
    for length in range(0, len(data), 37):
        whole.write_bytes(data[:length])
        try:
            assert np.array_equal(read_image(whole).pixels, pixels)
            assert length > len(data) - 16  # a PNG whose last, empty block is missing
        except ImageError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<u2', 'shape': (",
        "r'}",
        "[" * 90,
        "{'descr': '<u2', 'fortran_order': False, 'shape': (-1, 4)}",
    ],
)
def test_a_damaged_header_of_npy(tmp_path, header):
    text = header.encode().ljust(117) + b"\n"
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + bytes(64))
    with pytest.raises(ImageError, match=r"not a readable NPY file|no pixels|incomplete"):
        read_image(tmp_path / "a.npy")


def test_damage_inside_a_png_is_noticed(tmp_path):
    data = bytearray(png_of(RGB16))
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(ImageError, match="damaged"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize(
    "name", ["Zellen größer.tif", "細胞の画像.png", "клетки.jpg", "خلايا.npy", "🔬 cells.tif"]
)
def test_names_in_any_script(tmp_path, name):
    path = tmp_path / "папка" / name
    path.parent.mkdir()
    array = np.full((5, 6), 7, np.uint8)
    if name.endswith(".tif"):
        tifffile.imwrite(path, array)
    elif name.endswith(".npy"):
        np.save(path, array)
    else:
        path.write_bytes(png_of(array) if name.endswith(".png") else imagecodecs.jpeg_encode(array))
    assert read_image(path).pixels.shape == (1, 5, 6, 1)


def test_missing_file_folder_and_empty_file(tmp_path):
    with pytest.raises(ImageError, match="There is no file"):
        read_image(tmp_path / "a.tif")
    with pytest.raises(ImageError, match="There is no file"):
        read_image(tmp_path / "a.xyz")
    (tmp_path / "b.tif").mkdir()
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path / "b.tif")
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path)
    (tmp_path / "c.tif").touch()
    with pytest.raises(ImageError, match="is empty"):
        read_image(tmp_path / "c.tif")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, RGB16[..., 0])
    path.chmod(0)
    with pytest.raises(ImageError, match="No permission"):
        read_image(path)


def test_no_permission_is_said(tmp_path, monkeypatch):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, RGB16[..., 0])

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImageError, match="No permission to read"):
        read_image(path)


def test_an_unknown_suffix_lists_what_can_be_read(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"PK")
    with pytest.raises(ImageError, match=r"\.jpeg.*\.png.*\.tif"):
        read_image(tmp_path / "a.docx")
    assert not can_read(tmp_path / "a.docx")
    assert can_read("A.OME.TIF") and can_read("x.Png")


@pytest.mark.parametrize("suffix", [".tif", ".png", ".jpg", ".npy"])
def test_what_is_no_image_under_the_name_of_one(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(ImageError, match="whatever its name says"):
        read_image(path)


def test_content_counts_more_than_the_suffix(tmp_path):
    (tmp_path / "a.tif").write_bytes(png_of(RGB16))
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels[0], RGB16)


def test_a_huge_png_is_refused_by_its_size(tmp_path):
    header = struct.pack(">IIBBBBB", 1 << 30, 1 << 30, 16, 0, 0, 0, 0)
    block = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + block + struct.pack(">I", zlib.crc32(block))
    (tmp_path / "a.png").write_bytes(data + png_of(RGB16)[33:])
    with pytest.raises(ImageError):
        read_image(tmp_path / "a.png")


def test_another_kind_of_file_can_be_added(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "_READERS", list(readers._READERS))
    register(Reader("a text", (".txt",), lambda path: Raw(np.loadtxt(path), "YX", pixel_size=0.2)))
    (tmp_path / "a.txt").write_text("1 2\n3 4\n")
    image = read_image(tmp_path / "a.txt")
    assert image.pixels[0, ..., 0].tolist() == [[1, 2], [3, 4]]
    assert image.pixel_size == 0.2
    assert ".txt" in supported_suffixes()
