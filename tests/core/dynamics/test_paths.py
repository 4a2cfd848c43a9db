"""Paths that are remembered end where those do that are followed from scratch."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cpsam_core import dynamics
from cpsam_core.dynamics import paths
from cpsam_core.dynamics.follow import by_processor
from cpsam_core.dynamics.paths import PathMemory, Paths, follow_again
from cpsam_core.progress import Cancelled, silent
from cpsam_core.segment.mask_memory import MaskMemory
from cpsam_core.segment.settings import Settings

Maps = tuple[np.ndarray, np.ndarray]


def maps_of(seed: int, shape: tuple[int, int], smooth: float, speed: float) -> Maps:
    """Return flows up a smooth hill of logits with noise, so that paths of all kinds come about."""
    rng = np.random.default_rng(seed)
    logits = cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), None, smooth)
    logits *= 2 / logits.std()
    slopes = np.stack(np.gradient(logits)).astype(np.float32)
    flows = 5 * speed * slopes / np.maximum(np.hypot(*slopes), 1e-6)
    flows += rng.normal(0, 0.5, flows.shape).astype(np.float32)
    return flows.astype(np.float32), logits + rng.normal(0, 0.2, shape).astype(np.float32)


def in_order(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(starts)
    return starts[order], ends[order]


def same_as_from_scratch(known: Paths, flows: np.ndarray, inside: np.ndarray, niter: int) -> None:
    starts, ends = in_order(*dynamics.follow(flows, inside, niter))
    np.testing.assert_array_equal(known.starts(), starts)
    np.testing.assert_array_equal(known.ends, ends)


@examples(max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    shape=st.tuples(st.integers(1, 130), st.integers(1, 230)),
    smooth=st.sampled_from([1.0, 3.0, 8.0]),
    speed=st.sampled_from([0.3, 1.0, 4.0]),
    thresholds=st.lists(st.floats(-7, 7), min_size=2, max_size=5),
    niter=st.sampled_from([0, 1, 40, 200]),
)
def test_any_sequence_of_thresholds_gives_what_each_gives_alone(
    seed: int,
    shape: tuple[int, int],
    smooth: float,
    speed: float,
    thresholds: list[float],
    niter: int,
) -> None:
    if min(shape) < 2:
        flows, logits = np.ones((2, *shape), np.float32), np.ones(shape, np.float32)
    else:
        flows, logits = maps_of(seed, shape, smooth, speed)
    known = None
    for threshold in thresholds:
        inside = logits > threshold
        known = follow_again(flows, inside, niter, known)
        same_as_from_scratch(known, flows, inside, niter)


@examples(max_examples=15)
@given(seed=st.integers(0, 2**31), thresholds=st.lists(st.floats(-3, 3), min_size=2, max_size=4))
def test_masks_are_those_of_a_run_at_the_threshold(seed: int, thresholds: list[float]) -> None:
    flows, logits = maps_of(seed, (150, 200), 6.0, 1.0)
    memory = MaskMemory()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "LEAST_PIXELS", 0)
        for threshold in thresholds:
            settings = Settings(cellprob_threshold=threshold, diameter=30.0)
            found = memory.find(flows, logits, settings, silent)
            alone = dynamics.find_masks(flows, logits, cellprob_threshold=threshold, niter=settings.steps)
            np.testing.assert_array_equal(found.labels, alone.labels)
            np.testing.assert_array_equal(found.flow_errors, alone.flow_errors)
    assert memory.nbytes > 0


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many paths are followed again, each time."""
    counts = list[int]()

    def counted(flows: object, inside: object, starts: np.ndarray, *rest: object) -> np.ndarray:
        counts.append(len(starts))
        return by_processor(flows, inside, starts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(paths, "by_processor", counted)
    monkeypatch.setattr(paths, "LEAST_PIXELS", 0)
    return counts


def test_few_paths_are_followed_again(followed: list[int]) -> None:
    flows, logits = maps_of(3, (200, 300), 8.0, 1.0)
    known = follow_again(flows, logits > 0.5, 200)
    assert followed == [len(known.ends)]
    follow_again(flows, logits > 0.5, 200, known)
    assert followed[1] == 0
    other = follow_again(flows, logits > 0.6, 200, known)
    assert 0 < followed[2] < len(other.ends) / 3
    # Another number of steps has other ends.
    follow_again(flows, logits > 0.6, 100, known)
    assert followed[3] == len(other.ends)


def test_paths_that_reach_far_are_followed_each_time(followed: list[int]) -> None:
    flows = np.zeros((2, 4, 700), np.float32)
    flows[1] = 15
    inside = np.ones((4, 700), np.bool_)
    known = follow_again(flows, inside, 200)
    inside = inside.copy()
    # Far from where they begin, but on their way.
    inside[:, 590] = False
    again = follow_again(flows, inside, 200, known)
    same_as_from_scratch(again, flows, inside, 200)
    followed.clear()
    follow_again(flows, inside, 200, again)
    assert followed[0] > 1000


def test_a_memory_keeps_no_more_than_fits(followed: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    flows, logits = maps_of(3, (100, 120), 6.0, 1.0)
    memory, inside = PathMemory(), logits > 0.5
    memory.follow(flows, inside, 200)
    kept = memory.nbytes
    assert 8 * np.count_nonzero(inside) <= kept <= 9 * inside.size
    monkeypatch.setattr(paths, "MOST_BYTES", kept - 1)
    starts, ends = memory.follow(flows, inside, 200)
    assert followed == [len(starts)] and memory.nbytes == 0
    for made, expected in zip((starts, ends), dynamics.follow(flows, inside, 200), strict=True):
        np.testing.assert_array_equal(made, expected)


def test_what_was_cancelled_leaves_the_paths_from_before(followed: list[int]) -> None:
    flows, logits = maps_of(3, (100, 120), 6.0, 1.0)
    memory = PathMemory()
    memory.follow(flows, logits > 0.5, 200)

    def cancel(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        memory.follow(flows, logits > 0.4, 200, progress=cancel)
    starts, ends = in_order(*memory.follow(flows, logits > 0.3, 200))
    expected = in_order(*dynamics.follow(flows, logits > 0.3, 200))
    np.testing.assert_array_equal(starts, expected[0])
    np.testing.assert_array_equal(ends, expected[1])


@pytest.mark.parametrize("volume", [False, True])
def test_cards_and_volumes_have_no_remembered_paths(volume: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    real: Callable[..., tuple[np.ndarray, np.ndarray]] = dynamics.follow

    def noted(*args: object, device: str = "cpu", **rest: object) -> tuple[np.ndarray, np.ndarray]:
        asked.append(device)
        return real(*args, **rest)

    monkeypatch.setattr(paths, "follow", noted)
    monkeypatch.setattr(paths, "LEAST_PIXELS", 0)
    memory = PathMemory()
    shape = (3, 20, 30) if volume else (20, 30)
    flows = np.zeros((len(shape), *shape), np.float32)
    memory.follow(flows, np.ones(shape, np.bool_), 10, device="cpu" if volume else "cuda:0")
    assert asked == ["cpu" if volume else "cuda:0"] and memory.nbytes == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    flows, logits = maps_of(5, (200, 250), 4.0, 1.0)
    known = follow_again(flows, logits > 0.0, 200)
    again = follow_again(flows, logits > 0.2, 200, known)
    same_as_from_scratch(again, flows, logits > 0.2, 200)
