"""Batches made in threads."""

from __future__ import annotations

import threading
import time
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from cpsam_core.data import plan as module
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import Key, make_example
from cpsam_core.data.degrade import KINDS, Degradation
from cpsam_core.data.example import UNKNOWN_CLASS, Example
from cpsam_core.data.loader import Helpers, batches
from cpsam_core.data.maker import Batch, lot_of
from cpsam_core.errors import TrainingError

SETTINGS = Augmentation(crop=32)


class OneImage:
    """Stands in for a training set."""

    def __init__(self, classes: bool = False, delay: float = 0.0) -> None:
        masks = np.zeros((64, 64), np.uint32)
        masks[20:40, 10:50] = 1
        example = make_example(np.random.default_rng(0).random((64, 64, 3), np.float32), masks)
        self._example = replace(example, classes=masks.astype(np.uint8)) if classes else example
        self._delay = delay
        self.calls = 0

    def choose(self, rng: np.random.Generator, turn: object = None) -> Key:
        self.calls += 1
        return "", 0

    def of(self, key: Key) -> Example:
        time.sleep(self._delay * (self.calls % 3))
        return self._example


def made(
    data: Any,
    size: int = 2,
    count: int = 5,
    seed: tuple[int, ...] = (0, 1),
    threads: int = 2,
    processes: int = 0,
) -> list[Batch]:
    return list(batches(data, SETTINGS, size, count, seed, Helpers(threads, processes)))


def same(a: Batch, b: Batch) -> bool:
    return np.array_equal(a.tiles, b.tiles) and np.array_equal(a.targets, b.targets)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_as_many_batches_as_asked_for(count: int) -> None:
    result = made(OneImage(), count=count)
    assert len(result) == count
    for batch in result:
        assert batch.tiles.shape == batch.targets.shape == (2, 3, 32, 32)
        assert batch.weights.shape == (2, 32, 32)
        assert batch.classes is None


def test_nothing_depends_on_timing_or_threads() -> None:
    expected = made(OneImage(), threads=1)
    for delay, threads in ((0.0, 4), (0.01, 3)):
        assert all(map(same, expected, made(OneImage(delay=delay), threads=threads)))


@pytest.mark.parametrize("classes", [False, True])
def test_processes_make_the_same_batches_as_threads(classes: bool) -> None:
    expected, given = made(OneImage(classes)), made(OneImage(classes), processes=2)
    assert len(expected) == len(given) == 5
    for one, other in zip(expected, given, strict=True):
        for field in fields(Batch):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_a_process_says_what_is_wrong_with_an_image() -> None:
    class Broken(OneImage):
        def of(self, key: Key) -> Example:
            raise TrainingError("cells.tif is damaged")

    with pytest.raises(TrainingError, match=r"^cells\.tif is damaged$"):
        made(Broken(), processes=1)


def test_every_sample_and_every_seed_is_another() -> None:
    first, other = made(OneImage()), made(OneImage(), seed=(0, 2))
    tiles = [tile.tobytes() for batch in first + other for tile in batch.tiles]
    assert len(set(tiles)) == len(tiles)


def test_a_sample_depends_on_its_number_not_on_the_batch() -> None:
    pairs, singles = made(OneImage(), size=2, count=2), made(OneImage(), size=1, count=4)
    np.testing.assert_array_equal(
        np.concatenate([b.tiles for b in pairs]), np.concatenate([b.tiles for b in singles])
    )


@pytest.mark.parametrize(("size", "ranks"), [(20, 1), (10, 2)])
def test_every_batch_has_the_degradations_in_exact_shares(
    size: int, ranks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over all processes together, and in another order each time."""
    asked: list[str] = []

    def note(kind: str, diameter: float, rng: np.random.Generator) -> Degradation:
        asked.append(kind)
        return Degradation()

    monkeypatch.setattr(module, "draw_degradation", note)
    settings = replace(SETTINGS, degraded=0.5)
    for rank in range(ranks):
        list(batches(OneImage(), settings, size, 3, (0, 1), Helpers(1), (rank, ranks)))  # type: ignore[arg-type]
    assert [asked.count(kind) for kind in KINDS] == [2 * 3] * len(KINDS)
    orders = {tuple(np.argsort([lot_of(k + 20 * step, 20, (0, 1)) for k in range(20)])) for step in range(3)}
    assert len(orders) == 3


def test_single_samples_are_degraded_in_their_share_on_average() -> None:
    lots = [lot_of(number, 1, (3,)) for number in range(400)]
    assert np.mean(np.array(lots) < 0.2) == pytest.approx(0.2, abs=0.05)
    assert min(lots) >= 0 and max(lots) < 1


def test_classes() -> None:
    batch = made(OneImage(classes=True), count=1)[0]
    assert batch.classes is not None
    np.testing.assert_array_equal(batch.classes, batch.targets[:, 0] > 0)


def test_images_without_classes_beside_others_are_of_unknown_class() -> None:
    class Mixed(OneImage):
        def choose(self, rng: np.random.Generator, turn: object = None) -> Key:
            return "", int(rng.random() < 0.5)

        def of(self, key: Key) -> Example:
            return replace(self._example, classes=None) if key[1] else self._example

    kinds = [batch.classes for batch in made(Mixed(classes=True), size=4, count=4)]
    seen = {bool((one == UNKNOWN_CLASS).all()) for batch in kinds if batch is not None for one in batch}
    assert seen == {True, False}


def test_only_a_few_batches_are_made_ahead_and_none_after_closing() -> None:
    data = OneImage()
    source = batches(data, SETTINGS, 1, 1000, (0,), Helpers(2))  # type: ignore[arg-type]
    next(source)
    source.close()
    before = {t.name for t in threading.enumerate() if t.name.startswith("augment") and t.is_alive()}
    assert data.calls <= 6
    deadline = time.monotonic() + 10
    while before and time.monotonic() < deadline:
        before = {t.name for t in threading.enumerate() if t.name.startswith("augment") and t.is_alive()}
    assert not before
    assert data.calls <= 6


def test_an_error_in_a_thread_comes_out() -> None:
    class Broken(OneImage):
        def of(self, key: Key) -> Example:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        made(Broken())


def test_colours_of_other_images_are_drawn_where_they_are_asked_for() -> None:
    plain, recoloured = OneImage(), OneImage()
    for data, share in ((plain, 0.0), (recoloured, 1.0)):
        settings = replace(SETTINGS, stain_transfer=share)
        list(batches(data, settings, 2, 3, (0,), Helpers(1)))  # type: ignore[arg-type]
    assert recoloured.calls == 2 * plain.calls
