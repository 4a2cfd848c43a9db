"""Loops that run without the interpreter's lock."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cpsam_core.dynamics import unlocked
from cpsam_core.dynamics.targets import flows_from_masks


def blocks(shape: tuple[int, ...]) -> np.ndarray:
    """Return labels of blocks of three pixels along each axis."""
    labels = np.random.default_rng(3).integers(0, 30, [n // 3 for n in shape])
    for axis in range(len(shape)):
        labels = labels.repeat(3, axis)
    return labels


def test_torch_can_make_the_loops() -> None:
    assert isinstance(unlocked.without_lock(unlocked._spread), torch.jit.ScriptFunction)


@pytest.mark.parametrize("shape", [(60, 90), (12, 15, 18)])
@pytest.mark.parametrize("exact", [True, False])
def test_the_same_without_the_compiler_and_in_small_pieces(
    shape: tuple[int, ...], exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = blocks(shape)
    made = flows_from_masks(labels, exact=exact)
    monkeypatch.setattr(unlocked, "PIECE", 50)
    np.testing.assert_array_equal(flows_from_masks(labels, exact=exact), made)
    monkeypatch.setattr(unlocked, "without_lock", lambda loop: loop)
    np.testing.assert_array_equal(flows_from_masks(labels, exact=exact), made)


def test_a_torch_without_the_compiler_takes_the_lines_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.jit, "CompilationUnit")
    unlocked.without_lock.cache_clear()
    assert unlocked.without_lock(unlocked._spread) is unlocked._spread
    unlocked.without_lock.cache_clear()
