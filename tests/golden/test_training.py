"""Losses and learning rates against the reference's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cpsam_core.finetune.losses import class_loss, segmentation_loss
from cpsam_core.finetune.schedule import learning_rates

Arrays = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def golden() -> Iterator[Arrays]:
    with np.load(Path(__file__).parent / "training.npz") as arrays:
        yield {key: arrays[key] for key in arrays.files}


def test_segmentation_loss(golden: Arrays) -> None:
    output, target = (torch.from_numpy(golden[key].astype(np.float32)) for key in ("y", "target"))
    assert float(segmentation_loss(output, target)) == pytest.approx(float(golden["loss_seg"]), rel=1e-4)


def test_class_loss(golden: Arrays) -> None:
    output = torch.from_numpy(golden["y_class"].astype(np.float32))
    classes = torch.from_numpy(golden["target_class"].astype(np.int64))[None]
    loss = class_loss(output, classes, torch.from_numpy(golden["class_weights"]))
    assert float(loss) == pytest.approx(float(golden["loss_class"]), rel=1e-4)


@pytest.mark.parametrize("epochs", [50, 100, 500])
def test_learning_rates(golden: Arrays, epochs: int) -> None:
    np.testing.assert_allclose(learning_rates(epochs, 1e-5), golden[f"lr_{epochs}"], rtol=1e-10, atol=0)
