"""What the tests of the stand-in for `cellpose` share: a home of their own, small images, a model named `cpsam`."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cellpose.log import LOGGERS
from cpsam_core.demo import demo_image
from cpsam_core.images import read_image
from cpsam_core.weights.folders import embedded_file

SIDE = 128
Crop = Callable[[int], NDArray[np.uint8]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the process and those that it starts a home of their own, where the small model is called `cpsam`."""
    models = tmp_path / "models"
    models.mkdir()
    shutil.copy(embedded_file(), models / "cpsam")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("CELLPOSE_LOCAL_MODELS_PATH", str(models))
    monkeypatch.setenv("CPSAM_MODELS", str(tmp_path / "own"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    yield tmp_path
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def crop() -> Crop:
    """Return a function that gives one of several corners of the demonstration image."""
    whole = read_image(demo_image()).pixels[0][..., 0].astype(np.uint8)

    def cut(number: int) -> NDArray[np.uint8]:
        left = SIDE * number
        return whole[:SIDE, left : left + SIDE]

    return cut
