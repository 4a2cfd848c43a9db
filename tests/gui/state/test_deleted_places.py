"""Pixels that a person emptied, as runs, are those of a mask that is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_gui.state.box import Box
from cpsam_gui.state.deleted import DeletedPlaces, changed, differing

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.mark.parametrize("shape", [(1, 12, 9), (4, 6, 7)])
@pytest.mark.parametrize("seed", range(20))
def test_steps_of_many_blocks_are_those_on_a_mask(shape: tuple[int, int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, places = np.zeros(shape, np.bool_), None
    for _ in range(12):
        there, emptied = rng.random(shape) < 0.3, rng.random(shape) < 0.4
        blocks = []
        for _ in range(rng.integers(1, 5)):
            (z0, z1), (y0, y1), (x0, x1) = (np.sort(rng.choice(n + 1, 2, replace=False)) for n in shape)
            box = Box(int(z0), int(z1), int(y0), int(y1), int(x0), int(x1))
            blocks.append((box, (emptied & ~there)[box.slices], there[box.slices]))
            truth[box.slices] |= (emptied & ~there)[box.slices]
            truth[box.slices] &= ~there[box.slices]
        places = changed(places, shape, blocks)
        held = np.zeros(shape, np.bool_) if places is None else places.mask()
        np.testing.assert_array_equal(held, truth)
        check_runs(places, shape[2])
        if places is not None:
            check_blocks(places, truth)


def check_blocks(places: DeletedPlaces, truth: NDArray[np.bool_]) -> None:
    """Blocks hold all pixels, none is empty, and points are asked for one by one."""
    held = np.zeros(places.shape, np.bool_)
    for box, mask in places.blocks(4):
        assert mask.any() and not held[box.slices].any() and mask.shape == box.shape
        held[box.slices] = mask
    np.testing.assert_array_equal(held, truth)
    points = np.argwhere(np.ones(places.shape, np.bool_))
    np.testing.assert_array_equal(places.holds(points), truth.ravel())


def check_runs(places: DeletedPlaces | None, width: int) -> None:
    """No run goes beyond its line, and none touches the next in it."""
    if places is None:
        return
    starts, lengths = places.runs
    ends = starts + lengths
    assert (starts[1:] >= ends[:-1]).all()
    assert (starts // width == (ends - 1) // width).all()
    assert ((starts[1:] > ends[:-1]) | (starts[1:] % width == 0)).all()


@pytest.mark.parametrize("seed", range(20))
def test_two_differ_in_the_runs_that_one_alone_has(seed: int) -> None:
    rng, shape = np.random.default_rng(seed), (3, 8, 9)
    one = rng.random(shape) < rng.choice([0, 0.3])
    other = one.copy()
    line = tuple(rng.integers(shape[:2]))
    other[line] = rng.random(shape[2]) < 0.5
    # Of lines that differ, the runs that both have are left alone.
    pairs = {(mask, run) for mask, line in ((0, one[line]), (1, other[line])) for run in _runs_of(line)}
    alone = [run for mask, run in pairs if (1 - mask, run) not in pairs]
    found = differing(_places_of(one), _places_of(other))
    if not alone:
        assert found is None
    else:
        z, y = map(int, line)
        assert found == Box(z, z + 1, y, y + 1, min(run[0] for run in alone), max(run[1] for run in alone))


def test_those_that_are_the_same_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    places, again = (_places_of(np.eye(5, dtype=np.bool_)[None]) for _ in range(2))

    def unpacked(places: DeletedPlaces) -> None:
        raise AssertionError

    monkeypatch.setattr(DeletedPlaces, "runs", property(unpacked))
    assert differing(places, again) is None and differing(None, None) is None


def _places_of(mask: NDArray[np.bool_]) -> DeletedPlaces | None:
    shape = (mask.shape[0], mask.shape[1], mask.shape[2])
    return changed(None, shape, [(Box.whole(shape), mask, np.zeros_like(mask))])


def _runs_of(line: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line, [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
