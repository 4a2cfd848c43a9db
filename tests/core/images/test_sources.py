"""Images read in parts: the same pixels as those of the whole image, from every kind of file that allows it."""

import json
import logging
import shutil
import zipfile

import numpy as np
import pytest
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images import open_source, read_image
from cpsam_core.images import tiff_grid as tiff_grid_module
from cpsam_core.images.sources import scenes_in, times_in
from cpsam_core.images.tiff_grid import TiffGrid
from tests.zarr_files import ZARR_3, open_group, write_zarr

RNG = np.random.default_rng(0)
PLANE = RNG.integers(0, 60000, (75, 110)).astype(np.uint16)
STACK = RNG.integers(0, 60000, (3, 75, 110)).astype(np.uint16)
COLOURS = RNG.integers(0, 255, (75, 110, 3)).astype(np.uint8)
needs_zarr_3 = pytest.mark.skipif(not ZARR_3, reason="of zarr 3")

BOXES = [
    (slice(None), slice(None), slice(None)),
    (slice(0, 1), slice(10, 50), slice(31, 33)),
    (slice(0, 1), slice(70, 75), slice(100, 110)),
    (slice(0, 1), slice(16, 32), slice(32, 48)),
    (slice(0, 1), slice(60, 300), slice(0, 1)),
]


def check(path, **options):
    """Compare every part with the same part of the whole image."""
    whole, source = read_image(path, **options), open_source(path, **options)
    assert source.shape == whole.pixels.shape and source.dtype == whole.pixels.dtype
    assert (source.image.axes, source.image.axes_certain) == (whole.axes, whole.axes_certain)
    assert source.image.channel_names == whole.channel_names
    assert (source.image.pixel_size, source.image.z_step) == (whole.pixel_size, whole.z_step)
    for box in BOXES:
        part = source.read(box)
        assert part.dtype == whole.pixels.dtype and np.array_equal(part, whole.pixels[box])
    return source


@pytest.mark.parametrize(
    ("array", "options"),
    [
        (PLANE, {"tile": (16, 32)}),
        (PLANE, {"tile": (16, 32), "compression": "zlib", "predictor": True}),
        (PLANE, {"rowsperstrip": 7, "compression": "lzw"}),
        (PLANE, {"tile": (16, 16), "compression": "zlib", "byteorder": ">"}),
        (PLANE, {"byteorder": ">"}),
        (PLANE, {"photometric": "miniswhite", "tile": (32, 16), "compression": "zlib"}),
        (
            STACK,
            {
                "tile": (32, 16),
                "compression": "zstd",
                "metadata": {"axes": "ZYX"},
                "photometric": "minisblack",
            },
        ),
        (STACK, {"tile": (32, 16), "metadata": {"axes": "CYX"}, "photometric": "minisblack"}),
        (STACK, {"imagej": True, "metadata": {"axes": "ZYX"}}),
        (STACK, {"ome": True, "tile": (16, 16), "compression": "zlib", "metadata": {"axes": "CYX"}}),
        (
            STACK,
            {"photometric": "minisblack", "planarconfig": "separate", "tile": (16, 16), "compression": "lzw"},
        ),
        (COLOURS, {"photometric": "rgb", "tile": (16, 16), "compression": "zlib"}),
        (COLOURS, {"photometric": "rgb", "rowsperstrip": 9, "compression": "jpeg"}),
        (
            COLOURS.transpose(2, 0, 1),
            {"photometric": "rgb", "planarconfig": "separate", "compression": "zlib"},
        ),
        (np.dstack([COLOURS, COLOURS[..., :1]]), {"photometric": "rgb", "extrasamples": ["unassalpha"]}),
        (
            np.dstack([COLOURS, COLOURS[..., :1]]),
            {"photometric": "rgb", "extrasamples": ["unassalpha"], "tile": (16, 16), "compression": "zlib"},
        ),
        (
            np.dstack([COLOURS, COLOURS[..., :1]]),
            {"photometric": "separated", "tile": (16, 16), "compression": "lzw"},
        ),
    ],
)
def test_parts_of_tiff(tmp_path, array, options):
    tifffile.imwrite(tmp_path / "a.tif", array, **options)
    check(tmp_path / "a.tif")


def test_only_the_tiles_of_a_part_are_unpacked(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "a.tif", PLANE, tile=(16, 16), compression="zlib")
    source = open_source(tmp_path / "a.tif")
    unpacked = []
    whole = TiffGrid._decoded
    monkeypatch.setattr(TiffGrid, "_decoded", lambda *args: unpacked.append(args[3]) or whole(*args))
    source.read((slice(0, 1), slice(16, 32), slice(30, 34)))
    assert unpacked == [7 + 1, 7 + 2]


def pyramid(path, levels, **options):
    """Write an OME-TIFF with levels as SubIFDs."""
    with tifffile.TiffWriter(path, ome=True) as file:
        file.write(levels[0], subifds=len(levels) - 1, tile=(16, 16), compression="zlib", **options)
        for level in levels[1:]:
            file.write(level, subfiletype=1, tile=(16, 16), compression="zlib")


def test_pyramids_of_ome_tiff(tmp_path):
    levels = [STACK, STACK[:, ::2, ::2], STACK[:, ::4, ::4]]
    pyramid(tmp_path / "a.ome.tif", levels, metadata={"axes": "CYX"}, photometric="minisblack")
    source = check(tmp_path / "a.ome.tif")
    assert [source.level_shape(k) for k in range(3)] == [(1, 75, 110), (1, 38, 55), (1, 19, 28)]
    part = source.read((slice(0, 1), slice(3, 9), slice(20, 40)), level=2)
    assert np.array_equal(part[0].transpose(2, 0, 1), levels[2][:, 3:9, 20:40])


def test_levels_that_disagree_are_left_out(tmp_path, caplog):
    levels = [PLANE, PLANE[::2, ::2], PLANE[:40, ::4]]
    pyramid(tmp_path / "a.ome.tif", levels, metadata={"axes": "YX"})
    source = open_source(tmp_path / "a.ome.tif")
    assert len(source.levels) == 2
    assert "does not fit the image" in caplog.text


def test_times_and_scenes(tmp_path, caplog):
    with tifffile.TiffWriter(tmp_path / "a.ome.tif") as file:
        file.write(PLANE, metadata={"axes": "YX", "Name": "overview"}, tile=(16, 16))
        file.write(STACK, metadata={"axes": "TYX", "Name": "film"}, tile=(16, 16), photometric="minisblack")
    assert scenes_in(tmp_path / "a.ome.tif") == ("overview", "film")
    assert times_in(tmp_path / "a.ome.tif", scene="film") == 3
    assert times_in(tmp_path / "a.ome.tif") == 1
    source = check(tmp_path / "a.ome.tif", scene="film", time=2)
    assert np.array_equal(source.read(BOXES[0])[0, ..., 0], STACK[2])
    with pytest.raises(ImageError, match="3 time points"):
        open_source(tmp_path / "a.ome.tif", scene=1)


@pytest.mark.parametrize(
    ("array", "axes"),
    [(PLANE, None), (STACK, "ZYX"), (STACK[:, None], "CZYX"), (STACK[None], "ZYX"), (COLOURS, "YXS")],
)
def test_arrays_on_disk(tmp_path, array, axes):
    np.save(tmp_path / "a.npy", array)
    source = check(tmp_path / "a.npy", axes=axes)
    assert isinstance(source.levels[0], np.memmap)


def test_a_file_cut_while_it_is_read(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", PLANE, tile=(16, 16), compression="zlib")
    source = open_source(tmp_path / "a.tif")
    data = (tmp_path / "a.tif").read_bytes()
    with (tmp_path / "a.tif").open("r+b") as file:
        file.truncate(len(data) // 3)
    with pytest.raises(ImageError, match="damaged or incomplete"):
        source.read(BOXES[0])


@pytest.mark.parametrize(("version", "sharded"), [("0.4", False), ("0.5", False), ("0.5", True)])
def test_images_of_ome_zarr(tmp_path, version, sharded):
    if version == "0.5" and not ZARR_3:
        pytest.skip("of zarr 3")
    levels = [STACK, STACK[:, ::2, ::2]]
    path = write_zarr(tmp_path / "a.ome.zarr", levels, version, sharded=sharded)
    source = check(path)
    assert source.image.channel_names == ("DAPI", "channel 2", "GFP")
    assert (source.image.pixel_size, source.image.z_step) == (0.5, None)
    assert np.array_equal(source.read(BOXES[0], level=1)[0].transpose(2, 0, 1), levels[1])


def test_films_of_stacks_in_ome_zarr(tmp_path):
    array = RNG.integers(0, 99, (2, 1, 3, 75, 110)).astype(np.uint8)
    path = write_zarr(tmp_path / "a.zarr", [array], axes="tczyx", channels=())
    assert times_in(path) == 2
    source = check(path, time=1)
    assert source.shape == (3, 75, 110, 1) and source.image.z_step == 2.0
    assert np.array_equal(
        source.read((slice(1, 2), slice(0, 5), slice(0, 5)))[0, ..., 0], array[1, 0, 1, :5, :5]
    )


@needs_zarr_3
def test_zarr_in_a_zip_file(tmp_path):
    folder = write_zarr(tmp_path / "a.ome.zarr", [STACK], "0.5")
    with zipfile.ZipFile(tmp_path / "b.ome.zarr.zip", "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder).as_posix())
    check(tmp_path / "b.ome.zarr.zip")


def test_wells_of_a_plate_are_scenes(tmp_path, caplog):
    path = tmp_path / "plate.zarr"
    open_group(path).attrs.update({"plate": {"wells": [{"path": "A/1"}, {"path": "B/2"}]}})
    for number, well in enumerate(("A/1", "B/2")):
        open_group(path / well).attrs.update({"well": {"images": [{"path": "0"}]}})
        write_zarr(path / well / "0", [PLANE + np.uint16(number)], axes="yx", channels=())
    assert scenes_in(path) == ("A/1/0", "B/2/0")
    assert np.array_equal(read_image(path, scene="B/2/0").pixels[0, ..., 0], PLANE + np.uint16(1))
    assert not caplog.records
    assert np.array_equal(read_image(path).pixels[0, ..., 0], PLANE)
    assert "2 images" in caplog.text


def test_several_images_of_one_conversion(tmp_path):
    path = tmp_path / "a.zarr"
    open_group(path).attrs.update({"bioformats2raw.layout": 3})
    for number in range(2):
        write_zarr(path / str(number), [PLANE + np.uint16(number)], axes="yx", channels=())
    assert scenes_in(path) == ("0", "1")
    assert read_image(path, scene=1).pixels[0, 0, 0, 0] == PLANE[0, 0] + 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"multiscales": [{"datasets": [{"path": "../../x"}]}]}, "refers to"),
        ({"multiscales": [{"datasets": [{"path": "/etc"}]}]}, "refers to"),
        ({"multiscales": [{"datasets": []}]}, "refers to nothing"),
        ({"multiscales": [{"datasets": [{"path": "7"}]}]}, "missing"),
        ({"multiscales": {}}, "refers to nothing"),
        ({"plate": {"wells": [{"path": "../.."}]}}, "refers to"),
        ({"plate": {"wells": []}}, "without an image"),
        ({}, "holds no image"),
    ],
)
def test_hostile_descriptions_are_refused(tmp_path, change, words):
    path = write_zarr(tmp_path / "a.zarr", [PLANE], axes="yx", channels=())
    (path / ".zattrs").write_text(json.dumps(change))
    for read in (read_image, open_source, scenes_in):
        if read is scenes_in and words == "holds no image":
            continue
        with pytest.raises(ImageError, match=words):
            read(path)


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [10**9, 10**9], "chunks": [10**6, 10**6]},
        {"filters": [{"id": "pickle"}]},
        {"shape": [75, 110, 3]},
        {"dtype": "|O"},
        {"chunks": [0, 0]},
        {"shape": [-5, 110]},
    ],
)
def test_hostile_arrays_are_refused(tmp_path, change):
    path = write_zarr(tmp_path / "a.zarr", [PLANE], axes="yx", channels=())
    described = json.loads((path / "0" / ".zarray").read_text())
    (path / "0" / ".zarray").write_text(json.dumps(described | change))
    with pytest.raises(ImageError):
        read_image(path)
    with pytest.raises(ImageError):
        open_source(path).read(BOXES[1])


def test_a_damaged_chunk_is_one_clear_line(tmp_path):
    path = write_zarr(tmp_path / "a.zarr", [PLANE], axes="yx", channels=())
    chunk = next(one for one in (path / "0").rglob("*") if one.is_file() and not one.name.startswith("."))
    chunk.write_bytes(chunk.read_bytes()[:9])
    with pytest.raises(ImageError, match="damaged OME-Zarr"):
        read_image(path)
    shutil.rmtree(path / "0")
    with pytest.raises(ImageError, match="missing"):
        read_image(path)


def test_missing_chunks_are_empty(tmp_path):
    """Writers leave chunks out that hold nothing."""
    path = write_zarr(tmp_path / "a.zarr", [PLANE], axes="yx", channels=())
    chunk = next(one for one in sorted((path / "0").rglob("*")) if one.is_file() and one.name[0] != ".")
    chunk.unlink()
    wanted = PLANE.copy()
    wanted[:16, :16] = 0
    np.testing.assert_array_equal(read_image(path).pixels[0, :, :, 0], wanted)
    check(path)


def test_a_strip_of_the_whole_image_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(tiff_grid_module, "LARGEST_SEGMENT_PX", 1000)
    tifffile.imwrite(tmp_path / "a.tif", PLANE, rowsperstrip=75, compression="zlib")
    with pytest.raises(ImageError, match="save it in tiles"):
        open_source(tmp_path / "a.tif")
    assert logging.getLogger("tifffile").handlers is not None
