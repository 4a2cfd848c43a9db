from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from cpsam_core.checkpoints import (
    adapt_state,
    build_model,
    config_from_state,
    load_model,
    read_state,
    state_from_sam,
    write_checkpoint,
)
from cpsam_core.checkpoints import write as write_module
from cpsam_core.checkpoints.cards import ModelCard, card_path, read_card, write_card
from cpsam_core.checkpoints.write import is_published
from cpsam_core.errors import CpsamError, SettingsError, WeightsError
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit

TINY = VitConfig(depth=2, width=128, heads=2, tile=64, neck=32)
LITE = VitConfig.lite(depth=1, width=32, heads=2, tile=32, neck=16)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Tiny networks on a busy machine: threads would wait for each other longer than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def tiny(config: VitConfig = TINY, rows: int | None = None) -> FlowVit:
    """Make a network with drawn weights everywhere, its tables with `rows` rows."""
    torch.manual_seed(0)
    model = FlowVit(config)
    state = {key: value.clone() for key, value in model.state_dict().items()}
    for key, value in state.items():
        if "rel_pos" in key:
            state[key] = torch.randn(rows or len(value), value.shape[1]) * 0.1
    return build_model(state, config)


@torch.no_grad()
def outputs(model: FlowVit, channels: int | None = None) -> Tensor:
    torch.manual_seed(1)
    side = model.config.tile
    result: Tensor = model.eval()(torch.randn(2, channels or model.config.in_channels, side, side))
    return result


def torch_file(path: Path, model: FlowVit, prefix: str = "", legacy: bool = False) -> Path:
    state = {prefix + key: value for key, value in model.state_dict().items()}
    torch.save(state, path, _use_new_zipfile_serialization=not legacy)
    return path


# Reading


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("legacy", [False, True])
def test_torch_file_is_read_and_its_architecture_inferred(tmp_path: Path, prefix: str, legacy: bool) -> None:
    model = tiny()
    loaded, card = load_model(torch_file(tmp_path / "cpsam", model, prefix, legacy))
    assert card is None
    assert loaded.config == TINY
    assert not loaded.training
    assert torch.equal(outputs(loaded), outputs(model))


def test_safetensors_without_config_is_read_by_shapes(tmp_path: Path) -> None:
    model = tiny()
    save_file(dict(model.state_dict()), tmp_path / "x.safetensors")
    assert torch.equal(outputs(load_model(tmp_path / "x.safetensors")[0]), outputs(model))


@pytest.mark.parametrize("wrapper", ["state_dict", "model"])
def test_wrapped_state(tmp_path: Path, wrapper: str) -> None:
    model = tiny()
    torch.save({wrapper: model.state_dict(), "epoch": 3}, tmp_path / "x.pth")
    assert torch.equal(outputs(load_model(tmp_path / "x.pth")[0]), outputs(model))


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_large_tensors_stay_mapped(tmp_path: Path, suffix: str) -> None:
    """Reading shares memory with the file: what a process holds does not grow with it."""
    path = tmp_path / f"big{suffix}"
    state = {"W2": torch.ones(1), "big": torch.ones(40 * 2**20 // 4)}
    torch.save(state, path) if suffix == ".pth" else save_file(state, path)
    if not Path("/proc/self/maps").exists():
        pytest.skip("the list of mapped files is Linux's")
    loaded, _ = read_state(path)
    assert str(path) in Path("/proc/self/maps").read_text()
    assert float(loaded["big"][-1]) == 1.0


def test_trained_flags(tmp_path: Path) -> None:
    model, _ = load_model(torch_file(tmp_path / "x", tiny()))
    fixed = {key for key, parameter in model.named_parameters() if not parameter.requires_grad}
    assert fixed == {"W2", "diam_labels", "diam_mean"}


@pytest.mark.parametrize("rows", [7, 27])
def test_tables_keep_their_rows_and_are_stretched_linearly(tmp_path: Path, rows: int) -> None:
    model = tiny(rows=rows)
    path = write_checkpoint(tmp_path / "x", model)
    loaded, _ = load_model(path)
    stored = loaded.state_dict()["encoder.blocks.0.attn.rel_pos_h"]
    assert stored.shape == (rows, 64)
    # The network equals one whose tables were stretched before it was built.
    stretched = dict(loaded.state_dict())
    for key, value in stretched.items():
        if "rel_pos" in key:
            stretched[key] = torch.nn.functional.interpolate(value.T[None], size=15, mode="linear")[0].T
    torch.testing.assert_close(outputs(loaded), outputs(build_model(stretched, TINY)), rtol=1e-5, atol=1e-6)


def test_config_of_the_published_shapes() -> None:
    shapes = json.loads((Path(__file__).parents[2] / "golden" / "cpsam_state_dict_shapes.json").read_text())
    state = {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}
    assert config_from_state(state) == VitConfig.cpsam()


# Refusing


class RunsCode:
    """Unpickling this would make a folder."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("plain", [True, False])
def test_a_file_that_runs_code_is_refused_and_nothing_runs(tmp_path: Path, plain: bool) -> None:
    path, marker = tmp_path / "evil.pth", tmp_path / "ran"
    content = {"W2": torch.ones(1), "x": RunsCode(marker)}
    path.write_bytes(pickle.dumps(content)) if plain else torch.save(content, path)
    with pytest.raises(WeightsError) as caught:
        load_model(path)
    assert not marker.exists()
    assert "\n" not in str(caught.value)


def test_code_in_a_torch_file_is_named_as_such(tmp_path: Path) -> None:
    torch.save({"W2": RunsCode(tmp_path / "ran")}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="could run code"):
        load_model(tmp_path / "evil.pth")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b"\x93NUMPY\x01\x00", "not a weight file"),
        (b"PK\x03\x04 but no more", "damaged"),
        (b"\x80\x02 but no more", "damaged"),
        (b"\x10\0\0\0\0\0\0\0{ cut", "damaged"),
        (bytes(range(256)), "not a weight file"),
    ],
)
def test_other_content_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=words) as caught:
        load_model(tmp_path / "x.pth")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["", ".safetensors"])
@pytest.mark.parametrize("part", [0.2, 0.9, 0.999])
def test_truncated_files_are_refused(tmp_path: Path, suffix: str, part: float) -> None:
    whole = tmp_path / f"whole{suffix}"
    torch_file(whole, tiny()) if not suffix else save_file(dict(tiny().state_dict()), whole)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: int(part * whole.stat().st_size)])
    with pytest.raises(WeightsError, match="damaged or incomplete"):
        load_model(cut)


def test_truncated_legacy_file(tmp_path: Path) -> None:
    whole = torch_file(tmp_path / "whole", tiny(), legacy=True).read_bytes()
    for part in (0.05, 0.5, 0.99):
        (tmp_path / "cut").write_bytes(whole[: int(part * len(whole))])
        with pytest.raises(WeightsError):
            load_model(tmp_path / "cut")


def test_random_damage_never_raises_anything_else(tmp_path: Path) -> None:
    whole = bytearray(torch_file(tmp_path / "whole", tiny(LITE), legacy=True).read_bytes())
    random = np.random.default_rng(0)
    for _ in range(60):
        damaged = whole.copy()
        for place in random.integers(0, 2000, 5):
            damaged[place] = random.integers(256)
        (tmp_path / "x").write_bytes(damaged)
        try:
            load_model(tmp_path / "x")
        except CpsamError as error:
            assert str(error)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="does not exist"):
        load_model(tmp_path / "none")
    with pytest.raises(WeightsError, match="folder"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"downsample.down.res_down_0.conv.weight": torch.ones(1)}, "Cellpose 1, 2 or 3"),
        ({"encoder.x": torch.ones(1), "diam_mean": torch.ones(1)}, "Cellpose 1, 2 or 3"),
        ({"conv1.weight": torch.ones(1)}, "not those of a Cellpose-SAM"),
        ({"encoder.blocks.0.x": torch.ones(1)}, "does not say which architecture"),
        (
            {"W2": torch.ones(1), "encoder.patch_embed.proj.weight": torch.ones(1, 3, 8, 8)},
            "pos_embed is missing",
        ),
        ({"W2": torch.ones(1), "encoder.patch_embed.proj.weight": torch.ones(3)}, "wrong shape"),
        ({"epoch": 3}, "holds no weights"),
        ([1, 2], "holds list"),
    ],
)
def test_other_networks_are_named(tmp_path: Path, state: object, words: str) -> None:
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match=words):
        load_model(tmp_path / "x.pth")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("encoder.blocks.1.norm1.weight", None, "missing"),
        ("encoder.blocks.1.norm1.weight", torch.ones(5), "is 5 instead of 128"),
        ("encoder.blocks.1.norm1.weight", torch.full((128,), torch.nan), "not finite"),
        ("encoder.blocks.1.norm1.weight", torch.ones(128, dtype=torch.int64), "another kind"),
        ("encoder.blocks.7.norm1.weight", torch.ones(128), "blocks are missing"),
        ("encoder.blocks.1.attn.rel_pos_h", torch.ones(0, 64), "instead of"),
        ("out.weight", torch.ones(191, 32, 1, 1), "fit no network"),
    ],
)
def test_wrong_tensors(tmp_path: Path, key: str, value: Tensor | None, words: str) -> None:
    state = dict(tiny().state_dict())
    state.pop(key, None)
    if value is not None:
        state[key] = value
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match=words):
        load_model(tmp_path / "x.pth")


@pytest.mark.parametrize(
    "config",
    [
        "{",
        "[]",
        '{"depth": "a"}',
        '{"depth": 100000000}',
        '{"depth": 7}',
        '{"new": 1}',
        '{"depth": true}',
        "null",
    ],
)
def test_impossible_written_architectures(tmp_path: Path, config: str) -> None:
    save_file(dict(tiny().state_dict()), tmp_path / "x.safetensors", metadata={"config": config})
    with pytest.raises(WeightsError):
        load_model(tmp_path / "x.safetensors")


# SAM


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


# Other channels and maps


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


# Writing


@pytest.mark.parametrize("config", [TINY, LITE])
def test_written_networks_are_read_back(tmp_path: Path, config: VitConfig) -> None:
    model = tiny(config)
    card = ModelCard(name="mine", parent="cpsam_v2", losses=(1.0,))
    path = write_checkpoint(tmp_path / "deep" / "mine", model, card)
    loaded, read = load_model(path)
    assert loaded.config == config
    assert torch.equal(outputs(loaded), outputs(model))
    assert read is not None and read.name == "mine"
    assert dict(read.architecture) == config.to_dict()
    assert sorted(p.name for p in path.parent.iterdir()) == ["mine", "mine.json"]


def test_card_travels_inside_and_beside(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "x.safetensors", tiny(LITE), ModelCard(name="inside"))
    card_path(path).unlink()
    inside = load_model(path)[1]
    assert inside is not None and inside.name == "inside"
    write_card(path, ModelCard(name="beside"))
    beside = load_model(path)[1]
    assert beside is not None and beside.name == "beside"


def test_architecture_from_the_card_alone(tmp_path: Path) -> None:
    model = tiny(LITE)
    torch.save(model.state_dict(), tmp_path / "x.pth")
    write_card(tmp_path / "x.pth", ModelCard(architecture=LITE.to_dict()))
    assert torch.equal(outputs(load_model(tmp_path / "x.pth")[0]), outputs(model))


def test_half_precision(tmp_path: Path) -> None:
    model = tiny(LITE)
    full = write_checkpoint(tmp_path / "full", model).stat().st_size
    path = write_checkpoint(tmp_path / "half", model, half=True)
    assert path.stat().st_size < 0.6 * full
    loaded, _ = load_model(path)
    assert {value.dtype for value in loaded.state_dict().values()} == {torch.float32}
    torch.testing.assert_close(outputs(loaded), outputs(model), rtol=0.05, atol=0.02)


def test_half_precision_that_does_not_fit(tmp_path: Path) -> None:
    model = tiny(LITE)
    with torch.no_grad():
        model.encoder.pos_embed[:] = 1e6
    with pytest.raises(WeightsError, match="half precision"):
        write_checkpoint(tmp_path / "x", model, half=True)
    assert not list(tmp_path.iterdir())


def test_published_architecture_is_written_as_torch_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_published(VitConfig.cpsam()) and is_published(VitConfig.cpsam(out_channels=8))
    assert not is_published(TINY) and not is_published(VitConfig.cpsam(in_channels=1))
    monkeypatch.setattr(write_module, "is_published", lambda config: True)
    model = tiny(rows=27)
    path = write_checkpoint(tmp_path / "finetuned", model)
    plain = torch.load(path, weights_only=True)
    assert list(plain) == list(model.state_dict())
    assert {value.dtype for value in plain.values()} == {torch.float32}
    assert plain["encoder.blocks.0.attn.rel_pos_w"].shape == (27, 64)
    other = write_checkpoint(tmp_path / "finetuned.safetensors", model)
    assert "config" in read_state(other)[1]


def test_failed_writing_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_checkpoint(tmp_path / "x", tiny(LITE), ModelCard(name="old"))
    before = path.read_bytes()

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write_module, "save_file", full)
    with pytest.raises(WeightsError, match="the disk is full"):
        write_checkpoint(path, tiny(LITE), ModelCard(name="new"))
    assert path.read_bytes() == before
    card = read_card(path)
    assert card is not None and card.name == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x", "x.json"]


def test_a_file_in_use_can_be_written_over(tmp_path: Path) -> None:
    """A network whose weights are mapped from a file is trained on and saved under the same name."""
    path = write_checkpoint(tmp_path / "x", tiny(LITE))
    model, _ = load_model(path)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01)
    expected = outputs(model)
    write_checkpoint(path, model)
    assert torch.equal(outputs(model), expected)
    assert torch.equal(outputs(load_model(path)[0]), expected)


@pytest.mark.parametrize("name", ["torch", "safe.safetensors"])
def test_training_does_not_write_into_the_file_it_started_from(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    model = tiny()
    torch_file(path, model) if name == "torch" else save_file(dict(model.state_dict()), path)
    before = path.read_bytes()
    mapped, _ = load_model(path)
    with torch.no_grad():
        for parameter in mapped.parameters():
            parameter.add_(1)
    assert path.read_bytes() == before


def test_writing_where_a_file_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WeightsError, match="cannot be written"):
        write_checkpoint(tmp_path / "file" / "x", tiny(LITE))
