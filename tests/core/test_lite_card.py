"""Images that are carried to a graphics card: packed and unpacked, what is to be without loss comes back as it was."""

from __future__ import annotations

import importlib
import sys
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def lite_card(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module("lite_card")
    for name in ("lite_card", "lite_variants", "gain_images"):
        sys.modules.pop(name, None)


def test_what_is_packed_without_loss_comes_back_as_it_was(tmp_path: Path, lite_card: Any) -> None:
    rng = np.random.default_rng(0)
    folder, packed, out = tmp_path / "divided", tmp_path / "images.zip", tmp_path / "out"
    given = {
        "codex_tissue": rng.integers(0, 40, (50, 60, 3)).astype(np.uint8),
        "axon_sem": rng.integers(0, 255, (50, 60)).astype(np.uint8),
        "mitocheck": rng.integers(0, 255, (50, 60)).astype(np.uint8),
    }
    masks = np.kron(np.arange(30).reshape(5, 6) * 40, np.ones((10, 10))).astype(np.uint16)
    for kind, pixels in given.items():
        for part, array in (("images", pixels), ("masks", masks)):
            (folder / "train" / kind / part).mkdir(parents=True)
            assert cv2.imwrite(str(folder / "train" / kind / part / "a.png"), array)
    (folder / "val").mkdir()
    for kind in lite_card.FRONT_PAGE:
        for part in ("images", "masks"):
            (folder / "val" / kind / part).mkdir(parents=True)
            assert cv2.imwrite(str(folder / "val" / kind / part / "a.png"), masks.astype(np.uint8))
    lite_card.pack(folder, packed)
    with zipfile.ZipFile(packed) as file:
        for name in file.namelist():
            lite_card.unpack((packed, name, out))
    for kind, pixels in given.items():
        place = out / ("new" if kind in lite_card.KEPT_OUT else "images") / kind
        shown = cv2.imread(str(place / "images" / "a.png"), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(cv2.imread(str(place / "masks" / "a.png"), cv2.IMREAD_UNCHANGED), masks)
        assert shown.shape == pixels.shape
        assert np.array_equal(shown, pixels) == (kind not in lite_card.DISTANCES)
