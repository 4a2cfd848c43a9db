"""The models that the window offers, and the one that it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_core.checkpoints import write_checkpoint
from cpsam_core.progress import silent
from cpsam_core.vit import FlowVit, VitConfig
from cpsam_gui.models import DEFAULT, Models

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from cpsam_core.progress import Progress


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
    loaded: list[tuple[str, Progress]] = []

    def load(name: str, progress: Progress) -> Any:
        loaded.append((name, progress))
        return object()

    models = Models(load)
    first = models.load("a", silent)
    assert models.load("a", silent) is first
    assert models.load("b", silent) is not first
    assert loaded == [("a", silent), ("b", silent)]
