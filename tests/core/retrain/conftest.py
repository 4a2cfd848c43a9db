"""What the tests of retraining share: annotated images, and a look elsewhere that takes a few seconds less."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpsam_core.data.reference import reference_pairs
from cpsam_core.retrain import elsewhere
from tests.core.retrain.scenes import grid, put

if TYPE_CHECKING:
    from cpsam_core.data.pairs import Pair


@pytest.fixture(autouse=True)
def one_image_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare old and new model on one image of each kind instead of three or four."""
    first: dict[str, Pair] = {}
    for pair in reference_pairs("judge"):
        first.setdefault(pair.set_name, pair)
    monkeypatch.setattr(elsewhere, "reference_pairs", lambda part: tuple(first.values()))


@pytest.fixture
def no_look_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare old and new model on no other images at all."""
    monkeypatch.setattr(elsewhere, "reference_pairs", lambda part: ())


@pytest.fixture
def cells(folder: Path) -> Path:
    """Return a folder of four annotated images."""
    for number in range(4):
        put(folder / "cells", f"c{number}", grid(), noise=number)
    return folder / "cells"
