"""What the tests of trainings by commands share: annotated images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.images import write_labels


@pytest.fixture
def images(folder: Path, write_disks: Callable[..., Path]) -> Path:
    """Two annotated images in a folder `cells`."""
    for name, count in (("a", 3), ("b", 2)):
        write_disks(f"cells/{name}.png", count)
        masks = np.zeros((64, 160), np.uint32)
        for number in range(count):
            masks[22:43, 20 + 45 * number : 41 + 45 * number] = number + 1
        write_labels(folder / f"cells/{name}_masks.tif", masks)
    return folder / "cells"
