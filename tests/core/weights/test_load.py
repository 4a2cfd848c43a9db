"""A model by its name, ready to segment or to be trained."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch

from cpsam_core import weights
from cpsam_core.checkpoints import build_model, read_state
from cpsam_core.checkpoints.cards import card_path, read_card
from cpsam_core.errors import SettingsError
from tests.core.weights.conftest import CONFIG


def test_load_network(model_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    added = weights.add_model(model_file, "mine")
    network = weights.load_network("mine", device="cpu", precision="float32")
    assert network.config == CONFIG and network.name == "mine"
    tiles = torch.randn(2, 3, CONFIG.tile, CONFIG.tile)
    model = build_model(read_state(added.path)[0], CONFIG)
    with torch.no_grad():
        expected = model(tiles)
    torch.testing.assert_close(torch.from_numpy(network(tiles.numpy())), expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(SettingsError):
        weights.load_network("mine", device="abacus")
    assert card_path(added.path).is_file() and read_card(added.path) is not None


def test_load_start_can_be_trained(model_file: Path) -> None:
    weights.add_model(model_file, "mine")
    before = weights.find("mine").read_bytes()
    model, card = weights.load_start("mine", in_channels=1, out_channels=5)
    assert card is not None and card.name == "mine"
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    loss = model.train()(torch.randn(1, 1, CONFIG.tile, CONFIG.tile)).square().mean()
    loss.backward()
    optimiser.step()
    assert loss.item() > 0
    assert weights.find("mine").read_bytes() == before
