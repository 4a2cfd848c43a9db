"""Labels in chunks read and write like an array, whatever of them is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zarr

from cpsam_core.errors import ImageError
from cpsam_gui.state.box import Box
from cpsam_gui.storage import chunked_labels as chunked_labels_module
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.level_files import LEVELS, LevelFiles, make_levels

SHAPE = (2, 1300, 1700)


def boxes(count: int, seed: int = 0) -> list[Box]:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        z, y, x = (int(rng.integers(0, length)) for length in SHAPE)
        height, width = (int(value) for value in rng.integers(1, 400, 2))
        made.append(Box(z, z + 1, y, y + height, x, x + width).clip(SHAPE))
    return made


def scribbled(labels: ChunkedLabels, count: int = 120) -> np.ndarray:
    """Write blocks at random into labels and an array; return the array."""
    rng = np.random.default_rng(1)
    array = np.zeros(SHAPE, np.uint32)
    for box in boxes(count):
        values = rng.integers(0, 9, box.shape).astype(np.uint32)
        labels.write(box, values)
        array[box.slices] = values
    return array


@pytest.fixture(params=[3 << 20, 256 << 20])
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little memory, so that chunks go aside all the time, and plenty."""
    monkeypatch.setattr(chunked_labels_module, "CACHE_BYTES", request.param)


@pytest.fixture
def labels(tmp_path: Path, room: None) -> Iterator[ChunkedLabels]:
    """Labels without an object."""
    made = ChunkedLabels(SHAPE, tmp_path / "work")
    yield made
    made.close()


def test_blocks_are_as_in_an_array(labels: ChunkedLabels) -> None:
    array = scribbled(labels)
    np.testing.assert_array_equal(labels.read(Box.whole(SHAPE)), array)
    for box in boxes(20, seed=3):
        np.testing.assert_array_equal(labels.read(box), array[box.slices])


def test_levels_are_every_other_pixel(labels: ChunkedLabels) -> None:
    array = scribbled(labels)
    assert labels.shapes == [(2, 1300, 1700), (2, 650, 850), (2, 325, 425)]
    for level, shape in enumerate(labels.shapes):
        step = 1 << level
        np.testing.assert_array_equal(labels.read_level(level, Box.whole(shape)), array[:, ::step, ::step])


def test_the_view_is_indexed_like_an_array(labels: ChunkedLabels) -> None:
    array = scribbled(labels)
    view = labels.view
    for place in [
        (1, slice(3, 900), slice(5, 7)),
        (slice(0, 2), 4, 5),
        (0, 1299, 1699),
        (0, slice(8, 1302, 8), slice(16, 1702, 8)),
        (0, slice(8, 1302, 3), slice(16, 1702, 6)),
        (1, slice(512, 1300, 64), slice(0, 1700, 64)),
    ]:
        np.testing.assert_array_equal(view[place], array[place])
    np.testing.assert_array_equal(view[1][100:300:2, 0:512:2], array[1][100:300:2, 0:512:2])
    assert view.shape == array.shape
    assert view[0].shape == array[0].shape


def test_all_of_it_at_once_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = ChunkedLabels((1, 100_000, 100_000), tmp_path / "work")
    with pytest.raises(ImageError, match="too large"):
        np.asarray(labels.view)
    with pytest.raises(ImageError, match="too large"):
        np.asarray(labels.view[0])
    with pytest.raises(ImageError, match="too large"):
        labels.read(Box.whole(labels.shape))
    assert labels.nbytes == 0


def test_what_is_saved_is_the_state_when_saving_began(tmp_path: Path, labels: ChunkedLabels) -> None:
    array = scribbled(labels)
    make_levels(tmp_path / "base", labels.shapes)
    files = LevelFiles(tmp_path / "base", labels.shapes)
    keys = labels.begin_save()
    later = np.full(SHAPE, 5, np.uint32)[:, :700]
    for count, key in enumerate(sorted(keys)):
        if count == len(keys) // 2:
            labels.write(Box(0, 2, 0, 700, 0, 1700), later)
        files.write(key, labels.saved_chunk(key), files.path(key))
    labels.rebase(tmp_path / "base", keys)
    saved = ChunkedLabels(SHAPE, tmp_path / "other", tmp_path / "base")
    np.testing.assert_array_equal(saved.read(Box.whole(SHAPE)), array)
    np.testing.assert_array_equal(zarr.open_array(str(tmp_path / "base" / LEVELS / "0"), mode="r")[:], array)
    array[:, :700] = 5
    np.testing.assert_array_equal(labels.read(Box.whole(SHAPE)), array)
    assert labels.dirty
    assert labels.dirty < keys


def test_an_edit_dirties_what_it_touches(tmp_path: Path) -> None:
    labels = ChunkedLabels((1, 100_000, 100_000), tmp_path / "work")
    labels.write(Box(0, 1, 50_000, 50_030, 70_000, 70_030), np.full((1, 30, 30), 3, np.uint32))
    assert len(labels.dirty) <= len(labels.shapes)
    assert labels.nbytes <= len(labels.shapes) << 20


def test_the_working_folder_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunked_labels_module, "CACHE_BYTES", 2 << 20)
    labels = ChunkedLabels(SHAPE, tmp_path / "work")
    scribbled(labels, 30)
    assert (tmp_path / "work").is_dir()
    labels.close()
    assert not (tmp_path / "work").exists()


def test_a_folder_of_another_size_is_refused(tmp_path: Path) -> None:
    make_levels(tmp_path / "base", [(1, 600, 600), (1, 300, 300)])
    with pytest.raises(ImageError, match="another size"):
        ChunkedLabels((1, 700, 600), tmp_path / "work", tmp_path / "base")


def test_a_damaged_chunk_is_one_clear_line(tmp_path: Path) -> None:
    make_levels(tmp_path / "base", [(1, 600, 600), (1, 300, 300)])
    chunk = tmp_path / "base" / LEVELS / "0" / "0" / "0" / "0"
    chunk.parent.mkdir(parents=True)
    chunk.write_bytes(b"nothing")
    labels = ChunkedLabels((1, 600, 600), tmp_path / "work", tmp_path / "base")
    with pytest.raises(ImageError, match="damaged"):
        labels.read(Box(0, 1, 0, 5, 0, 5))
