"""What the tests of retraining share: a look elsewhere that takes a few seconds less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpsam_core.data.reference import reference_pairs
from cpsam_core.retrain import elsewhere

if TYPE_CHECKING:
    from cpsam_core.data.pairs import Pair


@pytest.fixture(autouse=True)
def one_image_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare old and new model on one image of each kind instead of three or four."""
    first: dict[str, Pair] = {}
    for pair in reference_pairs("judge"):
        first.setdefault(pair.set_name, pair)
    monkeypatch.setattr(elsewhere, "reference_pairs", lambda part: tuple(first.values()))
