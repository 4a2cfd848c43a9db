"""From a name or a path to a file on this computer, without the network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cpsam_core import weights
from cpsam_core.errors import WeightsError
from cpsam_core.weights import folders, locate
from tests.core.weights.hub import DATA


def test_copy_in_the_cache_of_the_hub_library(tmp_path: Path) -> None:
    """Weights that another program fetched with huggingface_hub are used where they are."""
    repository = tmp_path / "cache" / ("models--" + folders.PUBLISHED_REPOSITORY.replace("/", "--"))
    snapshot = repository / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("c" * 40)
    (snapshot / "cpsam").write_bytes(DATA)
    assert weights.find("cpsam") == snapshot / "cpsam"


def test_published_weights_are_found_where_cellpose_keeps_them(places: SimpleNamespace) -> None:
    folder = places.home / ".cellpose" / "models"
    folder.mkdir(parents=True)
    (folder / "cpsam").write_bytes(DATA)
    (folder / "my_finetuned").write_bytes(DATA)
    assert weights.find("cpsam") == folder / "cpsam"
    assert weights.find("my_finetuned") == folder / "my_finetuned"
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(DATA)
    assert weights.find("cpsam") == places.published / "cpsam"


def test_paths(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights.find(model_file) == model_file
    assert weights.find(str(model_file)) == model_file
    monkeypatch.chdir(model_file.parent)
    assert weights.find("nuclei.safetensors") == Path("nuclei.safetensors")
    for missing in ("none.pth", "./none", "source/none.pth", model_file.with_name("none"), "a\\b"):
        with pytest.raises(WeightsError, match="does not exist"):
            weights.find(missing)


def test_unknown_names(model_file: Path) -> None:
    weights.add_model(model_file, "nuclei")
    with pytest.raises(WeightsError, match="Did you mean nuclei"):
        weights.find("nucleii")
    for strange in ("", "\0", "x" * 5000, "a b?"):
        with pytest.raises(WeightsError):
            weights.find(strange)


def test_embedded_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folders.embedded_file().parent.name == "models"
    monkeypatch.setattr(locate, "embedded_file", lambda: tmp_path / "cpsam-lite.safetensors")
    with pytest.raises(WeightsError, match="install again"):
        weights.find("cpsam-lite")
    (tmp_path / "cpsam-lite.safetensors").write_bytes(DATA)
    assert weights.find("cpsam-lite") == tmp_path / "cpsam-lite.safetensors"


def test_names_and_lists_need_no_torch() -> None:
    code = (
        "import sys, cpsam_core.weights as weights; weights.list_models(); weights.check_name('a');"
        "sys.exit('torch' in sys.modules or 'huggingface_hub' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_known_is_told_without_fetching_it(places: SimpleNamespace, model_file: Path) -> None:
    weights.add_model(model_file)
    for name in ("cpsam-lite", "nuclei", str(model_file), "cpsam_v2", "owner/repository"):
        assert weights.is_known(name), name
    weights.remove_model("nuclei")
    model_file.unlink()
    for name in ("nuclei", str(model_file), "", "\0", "@Invalid()", "/nowhere/" + "x" * 5000):
        assert not weights.is_known(name), name
    assert not places.published.exists()
