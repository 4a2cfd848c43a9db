"""Networks are written with their cards and read back; the old file stays where writing fails."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cpsam_core.checkpoints import load_model, read_state, write_checkpoint
from cpsam_core.checkpoints import write as write_module
from cpsam_core.checkpoints.cards import ModelCard, card_path, read_card, write_card
from cpsam_core.checkpoints.write import is_published
from cpsam_core.errors import WeightsError
from cpsam_core.network.config import VitConfig
from tests.core.checkpoints.networks import LITE, TINY, outputs, tiny, torch_file

pytestmark = pytest.mark.usefixtures("one_thread")


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
