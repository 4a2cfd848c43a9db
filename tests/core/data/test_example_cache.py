"""Examples on disk: they come back as they were, and nothing bad on the disk does harm."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.data import dataset as dataset_module
from cpsam_core.data.dataset import MAPPED_BYTES, TrainingSet, find_pairs, make_example
from cpsam_core.data.example import Example
from cpsam_core.data.example_cache import SUFFIX, ExampleCache
from cpsam_core.images import write_labels, write_tiff


def example(side: int = 20, seed: int = 0, **changes: object) -> Example:
    masks = np.zeros((side, side), np.uint32)
    masks[4:12, 3:9] = 7
    made = make_example(np.random.default_rng(seed).random((side, side, 3), np.float32), masks)
    return replace(made, **changes)  # type: ignore[arg-type]


def same(one: Example, other: Example) -> bool:
    arrays = ("pixels", "labels", "flows", "classes", "complete")
    return one.diameter == other.diameter and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        if getattr(one, name) is not None
        else getattr(other, name) is None
        for name in arrays
    )


@pytest.mark.parametrize("full", [False, True])
def test_an_example_comes_back_mapped_from_disk(tmp_path: Path, full: bool) -> None:
    cache = ExampleCache(tmp_path / "made" / "here")
    made = example()
    if full:
        made = replace(made, classes=(made.labels > 0).astype(np.uint8), complete=made.labels > 0)
    assert cache.get("a") is None
    cache.put("a", made)
    found = cache.get("a")
    assert found is not None
    assert same(made, found)
    assert not found.pixels.flags.writeable
    assert found.pixels.dtype == np.float16
    assert cache.get("b") is None
    assert same(made, ExampleCache(tmp_path / "made" / "here").get("a") or example(seed=1))


def damaged(content: bytes) -> list[bytes]:
    flipped = bytearray(content)
    flipped[-100] ^= 1
    words = bytearray(content)
    words[30] ^= 1
    return [
        b"",
        content[:10],
        content[:200],
        content[:-1],
        content + b"\0",
        bytes(flipped),
        bytes(words),
        b"x" * 900,
    ]


def test_a_damaged_file_is_no_example(tmp_path: Path) -> None:
    cache = ExampleCache(tmp_path)
    cache.put("a", example())
    (path,) = tmp_path.glob(f"*{SUFFIX}")
    for content in damaged(path.read_bytes()):
        path.write_bytes(content)
        assert cache.get("a") is None
    cache.put("a", example())
    assert cache.get("a") is not None


def test_those_used_longest_ago_go_first(tmp_path: Path) -> None:
    cache = ExampleCache(tmp_path)
    cache.put("0", example())
    (first,) = tmp_path.glob(f"*{SUFFIX}")
    size = first.stat().st_size
    cache = ExampleCache(tmp_path, limit=round(3.5 * size))
    for number in (1, 2):
        cache.put(str(number), example())
    for number, path in enumerate(sorted(tmp_path.glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime_ns)):
        os.utime(path, (1000 + number, 1000 + number))
    assert cache.get("0") is not None  # used just now
    for number in (3, 4):
        cache.put(str(number), example())
        time.sleep(0.01)
    kept = {str(number) for number in range(5) if cache.get(str(number)) is not None}
    assert {"0", "4"} <= kept
    assert "1" not in kept
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= cache.limit


def test_a_disk_that_takes_nothing_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    cache = ExampleCache(tmp_path / "file")
    cache.put("a", example())
    assert cache.get("a") is None


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CPSAM_CACHE", str(tmp_path))
    assert ExampleCache().folder == tmp_path / "examples"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    masks = np.zeros((40, 40), np.uint32)
    masks[4:14, 4:14] = 1
    for name in "abc":
        write_tiff(
            _made(tmp_path / f"cells/{name}.tif"), rng.integers(0, 99, (40, 40)).astype(np.uint16), "YX"
        )
        write_labels(tmp_path / f"cells/{name}_masks.tif", masks)
    return tmp_path / "cells"


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_training_sets_read_each_image_once(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ExampleCache(tmp_path / "cache")
    first = TrainingSet(find_pairs(images), cache=cache)
    plain = TrainingSet(find_pairs(images))
    assert all(same(first.example(k), plain.example(k)) for k in range(3))
    monkeypatch.setattr(dataset_module, "read_example", None)
    later = TrainingSet(find_pairs(images), cache=ExampleCache(tmp_path / "cache"))
    assert all(same(later.example(k), plain.example(k)) for k in range(3))


def test_what_changed_is_made_anew(images: Path, tmp_path: Path) -> None:
    cache = ExampleCache(tmp_path / "cache")
    pairs = find_pairs(images)
    before = TrainingSet(pairs, cache=cache).example(0)
    write_labels(pairs[0].masks, np.zeros((40, 40), np.uint32))
    after = TrainingSet(pairs, cache=cache).example(0)
    assert before.labels.any() and not after.labels.any()
    other = TrainingSet(pairs, channels=4, cache=cache).example(0)
    assert other.pixels.shape == (40, 40, 4)
    part = TrainingSet([replace(pairs[1], leave_out=(0, 20, 0, 20))], cache=cache).example(0)
    assert part.complete is not None
    assert not part.complete[:20, :20].any() and part.complete[20:].all()


def test_few_files_are_open_at_once(images: Path, tmp_path: Path) -> None:
    data = TrainingSet(find_pairs(images), cache=ExampleCache(tmp_path / "cache"), memory=2 * MAPPED_BYTES)
    plain = TrainingSet(find_pairs(images))
    for index in (0, 1, 2, 0, 1):
        assert same(data.example(index), plain.example(index))
        assert len(data._examples) <= 2


def test_memory_is_bounded(images: Path) -> None:
    pairs = find_pairs(images)
    size = TrainingSet(pairs).example(0).nbytes
    data = TrainingSet(pairs, memory=round(2.5 * size))
    for index in (0, 1, 0, 2):
        data.example(index)
    assert [key for _, key in data._examples] == [0, 2]
    assert data._held == 2 * size
    assert same(data.example(1), TrainingSet(pairs).example(1))
