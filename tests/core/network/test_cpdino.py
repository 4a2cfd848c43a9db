"""The encoder of the DINOv3 kind: tiles of any size, training, adapters, files."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from cpsam_core.checkpoints import load_model, write_checkpoint
from cpsam_core.checkpoints.load import adapted
from cpsam_core.errors import SettingsError, WeightsError
from cpsam_core.finetune import TrainSettings
from cpsam_core.finetune.adapters import add_adapters, merge_adapters
from cpsam_core.finetune.memory import estimate_memory
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from tests.core.finetune.tiny_training import QUICK, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

TINY = VitConfig.cpdino(depth=2, width=32, heads=2, tile=64, neck=32)


def made(config: VitConfig = TINY, seed: int = 0) -> FlowVit:
    """Return a network whose branches count, as those of a trained one do."""
    torch.manual_seed(seed)
    model = FlowVit(config)
    for name, value in model.named_parameters():
        if "gamma" in name or "tokens" in name or "cls_token" in name:
            torch.nn.init.normal_(value, 1.0, 0.1)
    return model


@pytest.mark.parametrize("size", [(64, 64), (96, 64), (8, 16)])
def test_tiles_of_any_size(size: tuple[int, int]) -> None:
    with torch.inference_mode():
        assert made().eval()(torch.randn(2, 3, *size)).shape == (2, 3, *size)


def test_the_bias_of_the_keys_does_not_count() -> None:
    model, tiles = made().eval(), torch.randn(1, 3, 64, 64)
    before = model(tiles)
    with torch.no_grad():
        for block in model.encoder.blocks:
            block.attn.qkv.bias[32:64] += 5  # type: ignore[union-attr, index, operator]
        assert torch.equal(model(tiles), before)


def test_coordinates_are_scaled_at_random_in_training_only() -> None:
    model, tiles = made(replace(TINY, layer_drop=0.0)), torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        model.eval()
        assert torch.equal(model(tiles), model(tiles))
        model.train()
        assert not torch.equal(model(tiles), model(tiles))
        torch.manual_seed(3)
        first = model(tiles)
        torch.manual_seed(3)
        assert torch.equal(model(tiles), first)


def test_checkpointing_gives_the_same_gradients() -> None:
    gradients = []
    for checkpointing in (False, True):
        model = made(replace(TINY, layer_drop=0.0)).train()
        model.checkpointing = checkpointing
        torch.manual_seed(1)
        model(torch.ones(1, 3, 32, 32)).square().mean().backward()
        gradients.append(model.encoder.blocks[0].attn.qkv.weight.grad)  # type: ignore[union-attr]
    torch.testing.assert_close(gradients[0], gradients[1])


@pytest.mark.parametrize("mode", ["full", "last", "adapters"])
@pytest.mark.parametrize("memory", ["plenty", "stepwise", "lean"])
def test_retraining(mode: Any, memory: Any) -> None:
    settings = replace(QUICK, epochs=8, mode=mode, memory=memory, rank=4, samples=8, layer_drop=0.0)
    made_by = trainer(settings, TINY).run()
    assert made_by.losses[-1] < made_by.losses[0]
    assert made_by.model.state_dict().keys() == FlowVit(TINY).state_dict().keys()
    start = FlowVit(TINY).state_dict()
    assert torch.equal(made_by.model.state_dict()["encoder.mask_token"], start["encoder.mask_token"])


def test_adapters_merge_into_the_same_network() -> None:
    plain, tiles = made().eval(), torch.rand(2, 3, 64, 64)
    changed = copy.deepcopy(plain)
    add_adapters(changed, 4, seed=0)
    with torch.no_grad():
        torch.testing.assert_close(changed(tiles), plain(tiles))
        for part in changed.modules():
            if hasattr(part, "up"):
                part.up.normal_(0, 0.1)  # type: ignore[operator, union-attr]
        moved = changed(tiles)
        merge_adapters(changed)
        torch.testing.assert_close(changed(tiles), moved, rtol=1e-4, atol=1e-4)
    assert changed.state_dict().keys() == plain.state_dict().keys()


@pytest.mark.parametrize("half", [False, True])
def test_files_go_both_ways(tmp_path: Path, half: bool) -> None:
    model = made()
    path = write_checkpoint(tmp_path / "mine.safetensors", model, half=half)
    read, _ = load_model(path)
    assert read.config == TINY
    for key, value in read.state_dict().items():
        torch.testing.assert_close(
            value, model.state_dict()[key], rtol=1e-3 if half else 0, atol=1e-4 if half else 0
        )
    assert torch.equal(read.encoder.rope_embed.periods, model.encoder.rope_embed.periods)  # type: ignore[union-attr]


def test_published_files_are_known_by_their_tokens_and_lack_the_diameter(tmp_path: Path) -> None:
    state = made().state_dict()
    del state["diam_labels"], state["diam_mean"]
    torch.save(state, tmp_path / "cpdino-mini")
    read, card = load_model(tmp_path / "cpdino-mini")
    assert card is None
    assert read.config == replace(TINY, tile=384)
    assert not read.encoder.mask_token.requires_grad  # type: ignore[union-attr]


def test_an_incomplete_file_says_what_is_missing(tmp_path: Path) -> None:
    state = made().state_dict()
    del state["encoder.blocks.1.ls2.gamma"]
    torch.save(state, tmp_path / "broken")
    with pytest.raises(WeightsError, match=r"ls2\.gamma"):
        load_model(tmp_path / "broken")


def test_other_channels_and_classes() -> None:
    changed = adapted(made(), in_channels=5, out_channels=6).eval()
    with torch.inference_mode():
        assert changed(torch.randn(1, 5, 64, 64)).shape == (1, 6, 64, 64)


def test_memory_is_estimated_without_a_neck() -> None:
    config, settings = VitConfig.cpdino_vitb(), TrainSettings()
    need = estimate_memory(config, settings, "plenty", torch.device("cuda"))
    assert need.weights / 4e6 == pytest.approx(87, abs=2)


def test_heads_that_cannot_be_turned() -> None:
    with pytest.raises(SettingsError, match="multiple of four"):
        VitConfig.cpdino(width=36, heads=2)
