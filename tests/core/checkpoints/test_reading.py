"""Weight files of every kind are read, and the architecture told from their shapes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cpsam_core.checkpoints import build_model, config_from_state, load_model, read_state, write_checkpoint
from cpsam_core.checkpoints.cards import ModelCard, write_card
from cpsam_core.network.config import VitConfig
from tests.core.checkpoints.networks import LITE, TINY, outputs, tiny, torch_file

pytestmark = pytest.mark.usefixtures("one_thread")


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


def test_architecture_from_the_card_alone(tmp_path: Path) -> None:
    model = tiny(LITE)
    torch.save(model.state_dict(), tmp_path / "x.pth")
    write_card(tmp_path / "x.pth", ModelCard(architecture=LITE.to_dict()))
    assert torch.equal(outputs(load_model(tmp_path / "x.pth")[0]), outputs(model))
