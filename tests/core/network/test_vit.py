"""Shape, keys and behaviour in training of the network."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch

from cpsam_core.errors import SettingsError
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit

TINY = VitConfig(depth=2, width=32, heads=2, tile=64, patch=8, neck=16)
LITE = VitConfig.lite(depth=2, width=32, heads=1, neck=16, tile=64)


def made(config: VitConfig, seed: int = 0) -> FlowVit:
    torch.manual_seed(seed)
    model = FlowVit(config)
    for name, parameter in model.named_parameters():
        if "rel_pos" in name:
            torch.nn.init.normal_(parameter, std=0.5)
    return model


@pytest.mark.parametrize("config", [TINY, LITE])
@pytest.mark.parametrize(("channels", "maps"), [(3, 3), (1, 3), (5, 8)])
def test_channels_and_maps(config: VitConfig, channels: int, maps: int) -> None:
    changed = VitConfig(**{**config.to_dict(), "in_channels": channels, "out_channels": maps})
    model = made(changed).eval()
    with torch.inference_mode():
        assert model(torch.randn(2, channels, 64, 64)).shape == (2, maps, 64, 64)
    assert changed.classes == maps - 3


def test_the_published_shape() -> None:
    with torch.device("meta"):
        model = FlowVit(VitConfig.cpsam())
    trained = sum(p.numel() for name, p in model.named_parameters() if p.requires_grad)
    assert trained == pytest.approx(304.6e6, rel=0.003)
    keys = set(model.state_dict())
    assert {"W2", "diam_mean", "diam_labels", "out.weight", "encoder.neck.3.bias"} <= keys
    assert len([k for k in keys if "rel_pos" in k]) == 48


def test_the_embedded_shape() -> None:
    model = FlowVit(VitConfig.lite())
    assert 2e6 < sum(p.numel() for p in model.parameters()) < 12e6
    assert "encoder.patch_embed.first.weight" in model.state_dict()


def test_constants_of_the_format_are_not_trained() -> None:
    model = made(TINY)
    fixed = {name for name, p in model.named_parameters() if not p.requires_grad}
    assert fixed == {"W2", "diam_mean", "diam_labels"}


def test_pixel_shuffle_equals_the_convolution_of_the_format() -> None:
    model = made(TINY).eval()
    tiles = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        features, _ = model.encoder(tiles)
        convolved = torch.nn.functional.conv_transpose2d(model.out(features), model.W2, stride=8)
        torch.testing.assert_close(model(tiles), convolved)


@pytest.mark.parametrize("config", [TINY, LITE])
def test_a_configuration_survives_its_dictionary(config: VitConfig) -> None:
    assert VitConfig.from_dict(config.to_dict()) == config


def test_a_configuration_of_a_newer_version_is_refused() -> None:
    with pytest.raises(SettingsError, match="newer version: it has colour"):
        VitConfig.from_dict({**TINY.to_dict(), "colour": 1})


@pytest.mark.parametrize(
    "values",
    [
        {"tile": 60},
        {"heads": 5},
        {"stem": "conv", "patch": 16, "tile": 64},
        {"layer_drop": 1.5},
        {"out_channels": 2},
    ],
)
def test_impossible_shapes_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        VitConfig(**{**TINY.to_dict(), **values})


@pytest.mark.parametrize("config", [TINY, LITE])
def test_activation_checkpointing_gives_the_same_gradients(config: VitConfig) -> None:
    plain = made(config).train()
    saving = copy.deepcopy(plain)
    saving.checkpointing = True
    tiles = torch.randn(3, 3, 64, 64)
    for model in (plain, saving):
        torch.manual_seed(7)  # the same blocks are left out
        (model(tiles) ** 2).mean().backward()
    for (name, a), b in zip(plain.named_parameters(), saving.parameters(), strict=True):
        if a.requires_grad:
            torch.testing.assert_close(a.grad, b.grad, msg=name)


def test_layer_drop_rises_linearly(monkeypatch: pytest.MonkeyPatch) -> None:
    config = VitConfig(depth=5, width=8, heads=1, tile=16, patch=8, neck=8, layer_drop=0.4)
    model = made(config).train()
    used = [0] * 5
    for number, block in enumerate(model.encoder.blocks):
        block.register_forward_hook(
            lambda module, given, result, n=number: used.__setitem__(n, used[n] + len(given[0]))  # type: ignore[misc]
        )
    with torch.no_grad():
        for _ in range(20):
            model(torch.zeros(100, 3, 16, 16))
    kept = [count / 2000 for count in used]
    assert kept[0] == 1
    assert kept == pytest.approx([1, 0.9, 0.8, 0.7, 0.6], abs=0.04)


def test_a_dropped_block_leaves_the_sample_as_it_is() -> None:
    config = VitConfig(depth=2, width=8, heads=1, tile=16, patch=8, neck=8, layer_drop=0.5)
    model = made(config)
    tiles = torch.randn(64, 3, 16, 16)
    with torch.no_grad():
        model.eval()
        whole = model(tiles)
        without = copy.deepcopy(model)
        del without.encoder.blocks[1]
        short = without(tiles)
        dropped = model.train()(tiles)
    is_whole = torch.isclose(dropped, whole, atol=1e-5).flatten(1).all(1)
    is_short = torch.isclose(dropped, short, atol=1e-5).flatten(1).all(1)
    assert (is_whole | is_short).all()
    assert is_whole.any()
    assert is_short.any()


def test_every_block_may_be_dropped_at_once() -> None:
    config = VitConfig(depth=2, width=8, heads=1, tile=16, patch=8, neck=8, layer_drop=1.0)
    model = made(config).train()
    model(torch.randn(2, 3, 16, 16)).sum().backward()
    assert model.encoder.blocks[1].attn.qkv.weight.grad is None


@pytest.mark.parametrize("config", [TINY, LITE])
def test_evaluation_is_repeatable_whatever_the_random_state(config: VitConfig) -> None:
    model = made(config).eval()
    tiles = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        first = model(tiles)
        torch.manual_seed(99)
        torch.testing.assert_close(model(tiles), first, rtol=0, atol=0)
        small = model(tiles[:, :, :32, :32])
        torch.manual_seed(3)
        torch.testing.assert_close(model(tiles[:, :, :32, :32]), small, rtol=0, atol=0)


@pytest.mark.parametrize("config", [TINY, LITE])
def test_training_and_evaluation_agree_without_layer_drop(config: VitConfig) -> None:
    model = made(config)
    model.set_layer_drop(0.0)
    tiles = torch.randn(2, 3, 64, 64)
    trained = model.train()(tiles)
    assert trained.requires_grad
    with torch.inference_mode():
        evaluated = model.eval()(tiles)
    torch.testing.assert_close(trained.detach(), evaluated, rtol=1e-5, atol=1e-5)


def test_small_tiles_train_every_window_of_the_position_table() -> None:
    model = made(LITE).train()
    total = torch.zeros(8, 8)
    for _ in range(120):
        model.zero_grad()
        model(torch.randn(1, 3, 40, 40)).sum().backward()
        used = model.encoder.pos_embed.grad[0].abs().sum(-1) > 0  # type: ignore[index]
        assert used.sum() == 25
        rows, columns = used.any(1).nonzero()[:, 0], used.any(0).nonzero()[:, 0]
        assert len(rows) == len(columns) == 5
        total += used
    assert (total > 0).all()
    assert len(total.unique()) > 2


@pytest.mark.parametrize("config", [TINY, LITE])
def test_tiles_that_are_too_large_are_refused(config: VitConfig) -> None:
    with pytest.raises(SettingsError, match="at most 64"):
        made(config)(torch.zeros(1, 3, 72, 72))


def test_changing_the_layer_drop_changes_the_configuration() -> None:
    model = made(TINY)
    model.set_layer_drop(0.25)
    assert model.config.layer_drop == model.encoder.config.layer_drop == 0.25


@pytest.mark.parametrize("config", [TINY, LITE])
def test_bfloat16_is_close(config: VitConfig) -> None:
    model = made(config).eval()
    tiles = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        exact = model(tiles)
        reduced = model.to(torch.bfloat16)(tiles.bfloat16()).float()
    assert float((reduced - exact).norm() / exact.norm()) < 0.05


def test_the_first_small_network_still_has_its_shape() -> None:
    first = {"depth": 6, "width": 192, "heads": 3, "neck": 192, "relative_positions": False, "stem": "conv"}
    state = FlowVit(VitConfig(**{**VitConfig().to_dict(), **first})).state_dict()
    assert state["out.head.weight"].shape == (48, 64, 1, 1)
    assert state["encoder.patch_embed.refine.weight"].shape == (64, 64, 3, 3)


def test_every_weight_of_the_small_network_is_trained() -> None:
    model = made(LITE).train()
    model.set_layer_drop(0.0)
    for name, parameter in model.named_parameters():
        # Zero at first, so that what comes before it learns from the second step.
        if name.endswith("conv2.weight"):
            torch.nn.init.normal_(parameter, std=0.1)
    (model(torch.randn(2, 3, 64, 64)) ** 2).mean().backward()
    assert all(p.grad is not None and bool((p.grad != 0).any()) for p in model.parameters())
    assert len(list(model.buffers())) == 0  # nothing that batches of one would spoil


def test_the_small_network_sees_a_tile_alone_as_in_a_batch() -> None:
    model = made(LITE).train()
    model.set_layer_drop(0.0)
    tiles = torch.randn(3, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(model(tiles)[:1], model(tiles[:1]), rtol=1e-4, atol=1e-5)


def test_detail_of_single_pixels_reaches_the_output_of_the_small_network() -> None:
    model = made(LITE).eval()
    tiles = torch.zeros(1, 3, 64, 64)
    with torch.no_grad():
        before = model(tiles)
        tiles[0, :, 31, 31] = 1
        moved = (model(tiles) - before).abs().amax(dim=(0, 1))
    near, far = moved[24:40, 24:40].mean(), moved[:8, :8].mean()
    assert near > 3 * far
