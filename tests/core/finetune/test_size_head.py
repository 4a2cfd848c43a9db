"""A size head is fitted to features; flows and logits stay as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from cpsam_core.checkpoints import load_model, write_checkpoint
from cpsam_core.data.augment import Augmentation, Example
from cpsam_core.data.examples import make_example
from cpsam_core.errors import SettingsError
from cpsam_core.finetune import size_head
from cpsam_core.finetune.size_head import coded_diameters, sized_crop, token_weights, with_size_head
from cpsam_core.network.network import Network
from tests.core.finetune.tiny_training import LITE, PATCH, QUICK, Disks, model, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

PLAIN = Augmentation(crop=64)


def disks(radius: int) -> Example:
    masks = np.zeros((300, 300), np.int32)
    for number, (y, x) in enumerate(np.ndindex(4, 4), 1):
        cv2.circle(masks, (37 + 75 * x, 37 + 75 * y), radius, 10 * number, -1)
    image = np.repeat((masks > 0)[:, :, None].astype(np.float32), 3, axis=2)
    return make_example(image, masks)


def test_diameters_are_coded_by_object() -> None:
    example = disks(16)
    codes = coded_diameters(example.labels)
    assert ((codes > 0) == (example.labels > 0)).all()
    assert 2 ** ((codes.max() - 1) / 25) == pytest.approx(example.diameter, rel=0.03)
    assert set(np.unique(codes[example.labels > 0])) == {codes.max()}


@pytest.mark.parametrize("radius", [5, 30])
def test_a_crop_shows_cells_of_the_size_that_it_says(radius: int) -> None:
    example, said, seen = disks(radius), [], []
    for seed in range(60):
        tile, sizes = sized_crop(example, PLAIN, 64, np.random.default_rng(seed))
        assert tile.shape == (3, 64, 64)
        assert sizes.shape == (8, 8)
        labels = cv2.connectedComponents((tile[0] > 0.5).astype(np.uint8))[1]
        inner = set(np.unique(labels)) - {0, *labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]}
        places = labels[4::8, 4::8]
        for one in inner & set(places.ravel()):
            said.append(30 * 2 ** float(np.nanmedian(sizes[places == one])))
            seen.append(float(np.sqrt((labels == one).sum() / np.pi) * 2))
    assert len(said) > 5
    np.testing.assert_allclose(said, seen, rtol=0.15)


def test_cells_count_alike_however_large_they_are() -> None:
    sizes = torch.tensor([-1.0, 0.0, 1.0, -2.0])  # 15, 30, 60 and 7.5 pixels
    assert token_weights(sizes).tolist() == [1, 0.25, 0.0625, 1]


def test_sizes_are_learnt_and_nothing_else_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(size_head, "FITTING_EPOCHS", 30)
    monkeypatch.setattr(size_head, "OCTAVES", (-2.0, -0.5))
    start, data = model(replace(LITE, layer_drop=0.0)).eval(), Disks()
    sized = with_size_head(start, data, PLAIN, crops=150)  # type: ignore[arg-type]
    tiles = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(sized(tiles), start(tiles))
    write_checkpoint(tmp_path / "sized.safetensors", sized, half=True)
    network = Network(
        load_model(tmp_path / "sized.safetensors")[0], sized.config, torch.device("cpu"), torch.float32
    )
    assert network.tells_sizes
    errors, guesses = [], []
    for seed in range(1000, 1040):
        tile, wanted = sized_crop(data.kept, PLAIN, 64, np.random.default_rng(seed))
        found, cells = network.sizes(tile[None])
        assert cells.shape == found.shape == (1, 8, 8)
        known = np.isfinite(wanted)
        errors += list(np.abs(found[0][known] - wanted[known]))
        guesses += list(np.abs(-1.25 - wanted[known]))
    assert np.mean(errors) < 0.7 * np.mean(guesses)  # the features of a network that has learnt nothing yet


def test_training_goes_on_beside_a_size_head() -> None:
    config = replace(LITE, size_head=True)
    watched = trainer(replace(QUICK, epochs=1, clip=1.0), config)
    before = {name: value.clone() for name, value in watched.model.state_dict().items()}
    after = watched.run().model
    assert not same(after, trainer(config=config).model)
    assert all(p.requires_grad for p in after.parameters())
    for name, value in after.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("size."), name


def test_published_networks_have_none() -> None:
    with pytest.raises(SettingsError, match="only small networks"):
        with_size_head(model(PATCH), Disks(), PLAIN)  # type: ignore[arg-type]
