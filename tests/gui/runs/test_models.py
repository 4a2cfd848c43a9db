"""The models that the window offers, and the one that it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_core.checkpoints import write_checkpoint
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import silent
from cpsam_gui.runs.models import DEFAULT, ModelChoice, Models

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from cpsam_core.progress import Progress

A, B = ModelChoice("a"), ModelChoice("b")


def counting() -> tuple[Models, list[tuple[ModelChoice, Any]]]:
    loaded: list[tuple[ModelChoice, Any]] = []

    def load(choice: ModelChoice, progress: Progress) -> Any:
        loaded.append((choice, progress))
        return object()

    return Models(load), loaded


def test_the_users_own_models_are_offered_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPSAM_MODELS", str(tmp_path))
    models = Models()
    before = models.names()
    assert before[0] == DEFAULT
    assert "cpsam_v2" in before
    tiny = VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64)
    write_checkpoint(tmp_path / "my cells.safetensors", FlowVit(tiny))
    assert set(models.names()) - set(before) == {"my cells"}


def test_a_model_is_loaded_once_and_told_where_to_report() -> None:
    models, loaded = counting()
    first = models.load(A, silent)
    assert models.load(A, silent) is first
    assert models.load(B, silent) is not first
    assert loaded == [(A, silent), (B, silent)]


def test_another_device_frees_the_model_and_another_name_does_not() -> None:
    models, loaded = counting()
    models.load(A, silent)
    models.changed(B)
    assert models.loaded(A) is not None
    models.changed(ModelChoice("a", device="cpu"))
    assert models.loaded(A) is None
    models.load(A, silent)
    assert len(loaded) == 2


def test_a_model_that_was_trained_anew_is_loaded_anew(tmp_path: Path) -> None:
    models, loaded = counting()
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"old")
    choice = ModelChoice(str(file))
    models.load(choice, silent)
    models.load(choice, silent)
    file.write_bytes(b"retrained")
    models.load(choice, silent)
    assert len(loaded) == 2
