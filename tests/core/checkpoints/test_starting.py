"""A network is started from another: of SAM, or of other channels and maps."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from cpsam_core.checkpoints import adapt_state, build_model, load_model, state_from_sam, write_checkpoint
from cpsam_core.errors import SettingsError, WeightsError
from cpsam_core.network.config import VitConfig
from tests.core.checkpoints.networks import LITE, TINY, outputs, tiny

pytestmark = pytest.mark.usefixtures("one_thread")


def sam_state() -> dict[str, Tensor]:
    """Draw a small network with SAM's keys: patches of 16 pixels, a grid of 64."""
    model = tiny(VitConfig(depth=2, width=64, heads=1, tile=1024, patch=16, neck=32), rows=27)
    state = {key.replace("encoder.", "image_encoder."): value for key, value in model.state_dict().items()}
    return {key: value for key, value in state.items() if key.startswith("image_encoder.")} | {
        "prompt_encoder.x": torch.ones(1)
    }


def test_sam_starts_a_network_by_subsampling(tmp_path: Path) -> None:
    state = sam_state()
    torch.save(state, tmp_path / "sam.pth")
    with pytest.raises(WeightsError, match="can start a training"):
        load_model(tmp_path / "sam.pth")
    model, _ = load_model(tmp_path / "sam.pth", allow_sam=True)
    assert (model.config.patch, model.config.tile, model.config.depth) == (8, 256, 2)
    started = model.state_dict()
    kernel, positions = "patch_embed.proj.weight", "pos_embed"
    assert torch.equal(started[f"encoder.{kernel}"], state[f"image_encoder.{kernel}"][:, :, ::2, ::2])
    assert torch.equal(started[f"encoder.{positions}"], state[f"image_encoder.{positions}"][:, ::2, ::2])
    assert started["encoder.blocks.0.attn.rel_pos_h"].shape == (27, 64)
    assert started["out.weight"].std() > 0
    assert outputs(model).shape == (2, 3, 256, 256)


def test_sam_of_sizes_that_do_not_fit() -> None:
    with pytest.raises(WeightsError, match="cannot start"):
        state_from_sam(sam_state(), tile=250)


@pytest.mark.parametrize("config", [TINY, LITE])
@pytest.mark.parametrize("channels", [1, 2, 4, 7])
def test_other_channels_keep_the_activations(config: VitConfig, channels: int) -> None:
    """On an image whose channels repeat, the changed network gives what it gave before."""
    model = tiny(config)
    changed = build_model(*adapt_state(model.state_dict(), config, in_channels=channels))
    assert changed.config.in_channels == channels
    torch.manual_seed(2)
    gray = torch.randn(1, 1, config.tile, config.tile)
    with torch.no_grad():
        before = model(gray.expand(-1, 3, -1, -1))
        after = changed(gray.expand(-1, channels, -1, -1))
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-5)


def test_two_channels_equal_the_image_with_its_first_repeated() -> None:
    model = tiny()
    changed = build_model(*adapt_state(model.state_dict(), TINY, in_channels=2))
    tiles = torch.randn(1, 2, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(changed(tiles), model(tiles[:, [0, 1, 0]]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("config", [TINY, LITE])
def test_class_maps_start_from_the_probability(config: VitConfig) -> None:
    model = tiny(config)
    changed = build_model(*adapt_state(model.state_dict(), config, out_channels=8))
    before, after = outputs(model), outputs(changed)
    assert after.shape[1] == 8 and changed.config.classes == 5
    torch.testing.assert_close(after[:, -3:], before)
    torch.testing.assert_close(after[:, 0], -0.5 * before[:, 2])
    for index in range(1, 5):
        torch.testing.assert_close(after[:, index], 0.5 * before[:, 2])


def test_class_maps_are_made_anew_or_dropped(tmp_path: Path) -> None:
    model = tiny()
    path = write_checkpoint(
        tmp_path / "x", build_model(*adapt_state(model.state_dict(), TINY, out_channels=8))
    )
    assert load_model(path)[0].config.out_channels == 8
    fewer, _ = load_model(path, in_channels=1, out_channels=5)
    assert (fewer.config.in_channels, fewer.config.out_channels) == (1, 5)
    back, _ = load_model(path, out_channels=3)
    torch.testing.assert_close(outputs(back), outputs(model))


@pytest.mark.parametrize(("channels", "maps"), [(0, None), (-1, None), (None, 2), (None, 4), (None, 0)])
def test_senseless_numbers(channels: int | None, maps: int | None) -> None:
    with pytest.raises(SettingsError):
        adapt_state(tiny().state_dict(), TINY, channels, maps)
