"""Formats that other libraries read, on files that those libraries write."""

import importlib

import numpy as np
import pytest
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images import open_source, read_image
from cpsam_core.images.sources import scenes_in
from cpsam_core.images.vendor_readers import open_bioio

RNG = np.random.default_rng(0)
BOX = (slice(0, 1), slice(5, 20), slice(7, 30))


def check_parts(path, **options):
    whole, source = read_image(path, **options), open_source(path, **options)
    assert source.shape == whole.pixels.shape
    for box in (BOX, (slice(None),) * 3):
        assert np.array_equal(source.read(box), whole.pixels[box])
    return whole


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_czi(tmp_path, dtype):
    czi = pytest.importorskip("pylibCZIrw.czi")
    array = RNG.integers(0, 255, (2, 3, 40, 50)).astype(dtype)  # channel, plane
    path = tmp_path / "a.czi"
    with czi.create_czi(str(path)) as file:
        for c in range(2):
            for z in range(3):
                file.write(array[c, z][..., None], plane={"C": c, "Z": z, "T": 0})
        file.write_metadata(
            "a", channel_names={0: "DAPI", 1: "GFP"}, scale_x=0.5e-6, scale_y=0.5e-6, scale_z=2e-6
        )
    image = check_parts(path)
    assert np.array_equal(image.pixels, array.transpose(1, 2, 3, 0))
    assert image.channel_names == ("DAPI", "GFP")
    assert (image.pixel_size, image.z_step) == (pytest.approx(0.5), pytest.approx(2.0))


def test_colours_and_scenes_of_czi(tmp_path):
    czi = pytest.importorskip("pylibCZIrw.czi")
    colours = RNG.integers(0, 255, (2, 40, 50, 3)).astype(np.uint8)
    path = tmp_path / "a.czi"
    with czi.create_czi(str(path)) as file:
        for scene in range(2):
            file.write(
                colours[scene][..., ::-1].copy(),
                plane={"C": 0, "Z": 0, "T": 0},
                scene=scene,
                location=(70 * scene, 0),
            )
    assert scenes_in(path) == ("0", "1")
    image = check_parts(path, scene=1)
    assert image.is_rgb and np.array_equal(image.pixels[0], colours[1])


def test_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")
    array = RNG.integers(0, 60000, (3, 40, 50)).astype(np.uint16)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        made = file.create_dataset("raw/stack", data=array, chunks=(1, 16, 16))
        for axis, label in enumerate("zyx"):
            made.dims[axis].label = label
        file.create_dataset("mask", data=array[0])
        file.create_dataset("numbers", data=np.arange(5))
    assert sorted(scenes_in(tmp_path / "a.h5")) == ["mask", "raw/stack"]
    image = check_parts(tmp_path / "a.h5", scene="raw/stack")
    assert image.axes == "ZYX" and np.array_equal(image.pixels[..., 0], array)
    (tmp_path / "b.h5").write_bytes((tmp_path / "a.h5").read_bytes()[:700])
    with pytest.raises(ImageError):
        read_image(tmp_path / "b.h5")


def test_mrc(tmp_path):
    mrcfile = pytest.importorskip("mrcfile")
    array = RNG.normal(0, 1, (3, 40, 50)).astype(np.float32)
    with mrcfile.new(tmp_path / "a.mrc") as file:
        file.set_data(array)
        file.voxel_size = 13.5
    image = check_parts(tmp_path / "a.mrc")
    assert np.array_equal(image.pixels[..., 0], array)
    assert image.pixel_size == pytest.approx(13.5e-4) and image.z_step == pytest.approx(13.5e-4)


def test_bioio(tmp_path):
    pytest.importorskip("bioio")
    pytest.importorskip("bioio_tifffile")
    array = RNG.integers(0, 255, (2, 40, 50)).astype(np.uint8)
    tifffile.imwrite(
        tmp_path / "a.tif", array, imagej=True, resolution=(2, 2), metadata={"axes": "CYX", "unit": "um"}
    )
    raw, levels = open_bioio(tmp_path / "a.tif")
    assert np.array_equal(np.squeeze(np.asarray(levels[0])), array) and raw.axes == "TCZYX"
    (tmp_path / "a.lif").write_bytes(b"no file of Leica")
    with pytest.raises(ImageError, match="pip install bioio-lif"):
        read_image(tmp_path / "a.lif")


@pytest.mark.parametrize(
    ("suffix", "start", "extra"),
    [
        (".nd2", b"\xda\xce\xbe\n", "nd2"),
        (".czi", b"ZISRAWFILE", "czi"),
        (".lif", b"?", "bioio"),
        (".mrc", b"?", "mrc"),
    ],
)
def test_what_installs_a_reader_is_said(tmp_path, monkeypatch, suffix, start, extra):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(start + b"\0" * 100)
    for read in (read_image, open_source):
        with pytest.raises(ImageError, match=rf'pip install "cpsam-gui\[{extra}\]"'):
            read(path)


def test_a_damaged_nd2_is_one_line(tmp_path):
    pytest.importorskip("nd2")
    (tmp_path / "a.nd2").write_bytes(b"\xda\xce\xbe\n" + RNG.bytes(5000))
    with pytest.raises(ImageError, match=r"a\.nd2"):
        read_image(tmp_path / "a.nd2")
