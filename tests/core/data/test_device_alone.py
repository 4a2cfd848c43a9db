"""Crops are made on the device alone, here on one that computes nothing, but mixes with none but in matrix products."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.device_batches import DeviceMaker
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.data.loader import batches
from tests.core.data.example_set import ExampleSet, picture, sections

META = torch.device("meta")
WHOLE = Augmentation.whole(crop=32, scale=(0.4, 2.0), stain_transfer=1.0)


@pytest.mark.parametrize("room", [2**30, 400_000])
def test_a_batch_lies_on_the_device_however_many_images_do(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing is drawn there.
    monkeypatch.setattr(DeviceMaker, "_noise", lambda self, step: None)
    plain = picture(0)
    marked = replace(
        plain, classes=(plain.labels > 0).astype(np.uint8), complete=np.ones(plain.labels.shape, bool)
    )
    examples = ExampleSet(*sections(), marked, picture(1))
    images = DeviceImages(examples, META, room)  # type: ignore[arg-type]
    assert (len(images) == 4) == (room == 2**30)
    for batch in batches(examples, WHOLE, 16, 2, (0, 1), images=images):  # type: ignore[arg-type]
        made = (batch.tiles, batch.targets, batch.weights, batch.classes)
        assert [one.device for one in made if isinstance(one, torch.Tensor)] == [META] * 4
        assert [one.shape[0] for one in made if one is not None] == [16] * 4
