"""What is trained: everything, the last blocks, or adapters that become plain weights."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from cpsam_core.checkpoints import load_model, write_checkpoint
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune import Trainer, TrainSettings
from cpsam_core.finetune.adapters import AdaptedLinear, add_adapters, merge_adapters
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from tests.core.finetune.tiny_training import LITE, PATCH, QUICK, Disks, model, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

SMOOTH = replace(QUICK, epochs=6, samples=16, batch_size=4, layer_drop=0.0)


def changed(made: FlowVit, config: VitConfig) -> set[str]:
    """Return which weights differ from those of the start."""
    before = model(config).state_dict()
    return {name for name, value in made.state_dict().items() if not torch.equal(value, before[name])}


def test_everything_is_trained() -> None:
    result = trainer(QUICK, PATCH).run()
    assert changed(result.model, PATCH) == set(model(PATCH).state_dict()) - {"W2", "diam_labels", "diam_mean"}


@pytest.mark.parametrize("blocks", [0, 1, 5])
@pytest.mark.parametrize("config", [LITE, PATCH])
def test_the_last_blocks_and_the_read_out(config: VitConfig, blocks: int) -> None:
    result = trainer(replace(QUICK, mode="last", blocks=blocks, layer_drop=0.0), config).run()
    parts = ["out.", "encoder.neck.", *(f"encoder.blocks.{config.depth - 1 - k}." for k in range(blocks))]
    expected = {name for name in model(config).state_dict() if name.startswith(tuple(parts))}
    assert changed(result.model, config) == expected
    constants = {"W2", "diam_labels", "diam_mean"}
    assert all(p.requires_grad for name, p in result.model.named_parameters() if name not in constants)


@pytest.mark.parametrize("config", [LITE, PATCH])
def test_adapters_become_plain_weights(config: VitConfig) -> None:
    result = trainer(replace(QUICK, mode="adapters", rank=4, layer_drop=0.0), config).run()
    assert not any(isinstance(part, AdaptedLinear) for part in result.model.modules())
    assert result.model.state_dict().keys() == model(config).state_dict().keys()
    linear = {f"{part}.weight" for part in ("attn.qkv", "attn.proj", "mlp.lin1", "mlp.lin2")}
    expected = {f"encoder.blocks.{k}.{name}" for k in range(config.depth) for name in linear}
    assert changed(result.model, config) == expected | {
        n for n in model(config).state_dict() if n.startswith("out.")
    }
    before = model(config).state_dict()
    for name in expected:
        difference = result.model.state_dict()[name] - before[name]
        assert torch.linalg.matrix_rank(difference, rtol=1e-3) <= 4


def test_adapters_start_from_the_network_as_it_is_and_merge_into_the_same() -> None:
    plain = model(PATCH).eval()
    tiles = torch.rand(2, 3, 64, 64)
    adapted = copy.deepcopy(plain)
    add_adapters(adapted, 4, seed=0)
    with torch.no_grad():
        torch.testing.assert_close(adapted(tiles), plain(tiles))
        for part in adapted.modules():
            if isinstance(part, AdaptedLinear):
                part.up.normal_(0, 0.1)
        moved = adapted(tiles)
        assert (moved - plain(tiles)).abs().max() > 0.01
        merge_adapters(adapted)
        torch.testing.assert_close(adapted(tiles), moved, rtol=1e-4, atol=1e-4)
    merge_adapters(adapted)  # nothing is left to merge


@pytest.mark.parametrize("mode", ["full", "last", "adapters"])
def test_every_mode_learns(mode: Any) -> None:
    result = trainer(replace(SMOOTH, mode=mode, learning_rate=3e-3, rank=4), PATCH).run()
    assert result.losses[-1] < 0.9 * result.losses[0]


def test_few_weights_need_few_moments() -> None:
    counts = {
        mode: sum(p.numel() for group in made.optimiser.param_groups for p in group["params"])
        for mode in ("full", "last", "adapters")
        for made in [trainer(TrainSettings(**{**vars(QUICK), "mode": mode, "blocks": 0, "rank": 2}), PATCH)]
    }
    assert counts["last"] < counts["full"]
    assert counts["adapters"] < counts["full"]


def test_adapters_are_drawn_from_the_seed() -> None:
    settings = replace(QUICK, mode="adapters", rank=4)
    torch.rand(3)
    one, two = trainer(settings, PATCH).run(), trainer(settings, PATCH).run()
    assert same(one.model, two.model)
    assert not same(one.model, trainer(replace(settings, seed=1), PATCH).run().model)


def test_ranks_that_save_nothing_are_refused() -> None:
    with pytest.raises(SettingsError, match="below the network's width, 32"):
        trainer(replace(QUICK, mode="adapters", rank=32))


def test_what_adapters_trained_can_be_trained_on(tmp_path: Path) -> None:
    first = trainer(replace(QUICK, mode="adapters", rank=4), PATCH).run().model
    path = write_checkpoint(tmp_path / "first.safetensors", first)
    again = Trainer(load_model(path)[0], Disks(), QUICK, "cpu", "float32").run()  # type: ignore[arg-type]
    assert not same(again.model, first)


def test_a_frozen_network_is_trained_in_part_only() -> None:
    frozen = model().requires_grad_(False)
    with pytest.raises(TrainingError, match="frozen"):
        Trainer(frozen, Disks(), QUICK, "cpu", "float32")  # type: ignore[arg-type]


def test_the_network_for_scores_is_a_plain_copy() -> None:
    seen: list[FlowVit] = []

    def score(network: FlowVit) -> float:
        assert not any(isinstance(part, AdaptedLinear) for part in network.modules())
        assert not network.training
        network.requires_grad_(False).half()  # as its caller likes
        seen.append(network)
        return 0.5

    settings = replace(QUICK, mode="adapters", rank=4, averaging=0.5, score_every=2)
    scored = trainer(settings, PATCH, score=score).run()
    assert [report.average_precision for report in scored.reports] == [None, 0.5, 0.5]
    assert len(seen) == 2
    assert scored.losses == trainer(settings, PATCH).run().losses
