"""Loops that run without the interpreter's lock."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cpsam_core.dynamics import diffusion, misfit, spread, unlocked, walk, waves
from cpsam_core.dynamics.targets import flows_from_masks

LOOPS = {"heat": spread._loop, "paths": walk._loop, "waves": waves._loop, "misfits": misfit._loop}


def blocks(shape: tuple[int, ...]) -> np.ndarray:
    """Return labels of blocks of three pixels along each axis."""
    labels = np.random.default_rng(3).integers(0, 30, [n // 3 for n in shape])
    for axis in range(len(shape)):
        labels = labels.repeat(3, axis)
    return labels


@pytest.mark.parametrize("name", LOOPS)
def test_torch_can_make_the_loops(name: str) -> None:
    assert isinstance(LOOPS[name](), torch.jit.ScriptFunction)


@pytest.mark.parametrize("name", LOOPS)
def test_a_torch_without_the_compiler_takes_the_lines_as_they_stand(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(torch.jit, "CompilationUnit")
    unlocked.without_lock.cache_clear()
    assert not isinstance(LOOPS[name](), torch.jit.ScriptFunction)
    unlocked.without_lock.cache_clear()


@pytest.mark.parametrize("shape", [(24, 36), (6, 9, 9)])
@pytest.mark.parametrize("exact", [True, False])
def test_heat_is_the_same_without_the_compiler_and_in_small_pieces(
    shape: tuple[int, ...], exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = blocks(shape)
    # Waves, though the steps are few.
    monkeypatch.setattr(diffusion, "LEAST_FOR_WAVES", 0)
    made = flows_from_masks(labels, exact=exact)
    monkeypatch.setattr(unlocked, "PIECE", 50)
    np.testing.assert_array_equal(flows_from_masks(labels, exact=exact), made)
    for module in (spread, waves):
        monkeypatch.setattr(module, "without_lock", lambda loop, *parts: loop)
    np.testing.assert_array_equal(flows_from_masks(labels, exact=exact), made)


@pytest.mark.parametrize("shape", [(60, 90), (12, 15, 18)])
def test_ends_are_the_same_without_the_compiler_and_without_looks_on_the_way(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, ndim = np.random.default_rng(1), len(shape)
    flows = flows_from_masks(blocks(shape)) + rng.normal(0, 0.2, (ndim, *shape))
    # Many cross the border of the image.
    flows[:, :3] = -1
    scale = np.array([2 / (n - 1) for n in shape[::-1]]).reshape(ndim, *(1,) * ndim)
    field = torch.from_numpy((flows[::-1] * scale).astype(np.float32))[None]
    places = np.argwhere(np.ones(shape, np.bool_))[:, ::-1].T / (np.array(shape[::-1])[:, None] - 1)
    longest = float(field.abs().max())

    def ends(legs: list[int]) -> np.ndarray:
        points = torch.from_numpy((2 * places - 1).astype(np.float32))
        return walk.walk(field, points, legs, longest, (0,) * ndim, shape, shape)[0].numpy()

    together = ends([200])
    assert len(np.unique(together)) < together.size / 2
    np.testing.assert_array_equal(ends([32, 12, 12, 24, 24, 48, 48]), together)
    monkeypatch.setattr(walk, "without_lock", lambda loop, *parts: loop)
    np.testing.assert_array_equal(ends([32, 12, 12, 24, 24, 48, 48]), together)


@pytest.mark.parametrize("ndim", [2, 3])
def test_points_that_reach_the_border_on_their_way_slide_along_it(ndim: int) -> None:
    shape, away = (20,) * ndim, (0.5, 0.2, 0.3)[:ndim]
    field = (torch.tensor(away) / 20).view(1, ndim, *(1,) * ndim).expand(1, ndim, *shape).contiguous()
    places = np.random.default_rng(0).uniform(-0.6, 0.6, (ndim, 50)).astype(np.float32)

    def ends(longest: float) -> np.ndarray:
        points = torch.from_numpy(places.copy())
        return walk.walk(field, points, [12, 24, 24], longest, (0,) * ndim, shape, shape)[0].numpy()

    # With steps as long as the image, every one is kept inside.
    kept = ends(2.0)
    assert len(np.unique(kept)) > 5
    np.testing.assert_array_equal(ends(float(field.max())), kept)
