"""What the tests of trainings from the window share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's own models out of the tests."""
    folder = tmp_path / "models"  # as on a fresh computer, the folder does not exist yet
    monkeypatch.setenv("CPSAM_MODELS", str(folder))
    return folder


@pytest.fixture
def annotated(
    window: Window, image_file: Path, disc_labels: np.ndarray, models: Path, qtbot: QtBot
) -> Window:
    """Return a window on a folder of three images with masks and one without."""
    pixels = tifffile.imread(image_file)
    for name in ("a1", "a2", "a3"):
        tifffile.imwrite(image_file.with_name(f"{name}.tif"), pixels)
        tifffile.imwrite(image_file.with_name(f"{name}_masks.tif"), disc_labels.astype(np.uint16))
    window.show_panel("Train")
    with qtbot.waitSignal(window.session.candidates.changed):
        window.open(image_file.with_name("a1.tif"))
    qtbot.waitUntil(lambda: len(window.session.folder.images) == 4)
    return window
