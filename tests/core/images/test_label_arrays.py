"""Labels in parts: what is written comes back, whichever store, and what fails is said in words."""

import errno

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images.label_arrays import LabelArray, LabelsInMemory, boxes_of

SHAPE = (3, 700, 900)


@pytest.fixture(params=["chunks", "memory"])
def store(request, tmp_path):
    if request.param == "memory":
        return LabelsInMemory(np.zeros(SHAPE, np.uint32))
    return LabelArray.make(tmp_path / "a" / "0", SHAPE)


def test_parts_come_back(store):
    rng = np.random.default_rng(0)
    wanted = rng.integers(0, 1 << 31, SHAPE, dtype=np.uint32)
    for box in boxes_of(SHAPE, 256):
        store.write(box, wanted[box])
    assert store.shape == SHAPE
    assert np.array_equal(store.read((slice(None),) * 3), wanted)
    assert np.array_equal(store.read((slice(1, 2), slice(690, 720), slice(3, 9))), wanted[1:2, 690:, 3:9])


def test_boxes_cover_once():
    cover = np.zeros((5, 30, 41), int)
    for box in boxes_of(cover.shape, 16, 2):
        cover[box] += 1
    assert (cover == 1).all()


def test_an_array_that_is_there_is_opened(tmp_path):
    first = LabelArray.make(tmp_path / "0", SHAPE)
    first.write((slice(0, 1), slice(0, 1), slice(0, 1)), np.full((1, 1, 1), 7, np.uint32))
    again = LabelArray.make(tmp_path / "0", SHAPE)
    assert again.read((slice(0, 1), slice(0, 1), slice(0, 1)))[0, 0, 0] == 7


def test_damage_and_a_full_disk_are_said(tmp_path, monkeypatch):
    made = LabelArray.make(tmp_path / "0", SHAPE)
    made.write((slice(0, 1), slice(0, 512), slice(0, 512)), np.ones((1, 512, 512), np.uint32))
    chunk = next(path for path in (tmp_path / "0").rglob("*") if path.is_file() and path.name == "0")
    chunk.write_bytes(b"nonsense")
    with pytest.raises(ImageError, match="is damaged"):
        made.read((slice(0, 1), slice(0, 9), slice(0, 9)))

    class Full:
        def __setitem__(self, box, values):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(made, "_array", Full())
    with pytest.raises(ImageError, match="the disk is full"):
        made.write((slice(0, 1),) * 3, np.ones((1, 1, 1), np.uint32))


def test_an_array_that_another_process_makes_at_the_same_moment_is_opened(tmp_path, monkeypatch):
    zarr = pytest.importorskip("zarr", minversion="3")
    make = zarr.create_array

    def twice(**options):
        other = make(**options)
        other[0, 0, 0] = 7
        return make(**options)

    monkeypatch.setattr(zarr, "create_array", twice)
    assert LabelArray.make(tmp_path / "0", SHAPE).read((slice(0, 1),) * 3).item() == 7
