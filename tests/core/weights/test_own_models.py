"""The user's own models: added, listed, renamed, removed, and the names they may have."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from types import SimpleNamespace

import pytest

from cpsam_core import weights
from cpsam_core.errors import SettingsError, WeightsError
from tests.core.weights.hub import DATA


def test_list_names_every_kind(model_file: Path, places: SimpleNamespace) -> None:
    before = weights.list_models()
    assert [(m.name, m.kind) for m in before] == [
        ("cpsam-lite", "embedded"),
        ("cpsam_v2", "published"),
        ("cpsam", "published"),
        ("cpdino", "published"),
        ("cpdino-vitb", "published"),
    ]
    assert not before[1].present and before[1].size is None
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(DATA)
    weights.add_model(model_file)
    (places.own / ".hidden").write_bytes(b"")
    (places.own / "folder").mkdir()
    after = weights.list_models()
    assert [m.name for m in after] == ["cpsam-lite", *weights.PUBLISHED, "nuclei"]
    assert after[2].present and after[2].size == len(DATA)
    assert after[-1].card is not None and after[-1].card.notes == "n"


def test_add_rename_remove(model_file: Path, places: SimpleNamespace) -> None:
    added = weights.add_model(model_file, "Kerne 核 ядра")
    assert added.present and added.card is not None and added.card.name == "Kerne 核 ядра"
    assert weights.find("Kerne 核 ядра") == added.path and added.path.read_bytes() == model_file.read_bytes()
    renamed = weights.rename_model("Kerne 核 ядра", "kerne.v2")
    assert renamed.card is not None and (renamed.card.name, renamed.card.notes) == ("kerne.v2", "n")
    assert sorted(p.name for p in places.own.iterdir()) == ["kerne.v2.json", "kerne.v2.safetensors"]
    with pytest.raises(WeightsError):
        weights.find("Kerne 核 ядра")
    assert weights.rename_model("kerne.v2", "Kerne.v2").name == "Kerne.v2"
    weights.remove_model("Kerne.v2")
    assert not list(places.own.iterdir()) and model_file.exists()


def test_a_file_put_into_the_folder_is_found_in_either_unicode_form(
    model_file: Path, places: SimpleNamespace
) -> None:
    places.own.mkdir()
    (places.own / unicodedata.normalize("NFD", "Zähler.pth")).write_bytes(model_file.read_bytes())
    for form in ("NFC", "NFD"):
        assert weights.find(unicodedata.normalize(form, "Zähler")).is_file()
    with pytest.raises(SettingsError, match="already"):
        weights.add_model(model_file, "ZÄHLER")


def test_taken_names(model_file: Path) -> None:
    weights.add_model(model_file, "a")
    weights.add_model(model_file, "b")
    with pytest.raises(SettingsError, match="already"):
        weights.add_model(model_file, "A")
    with pytest.raises(SettingsError, match="already"):
        weights.rename_model("a", "B")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "a/b",
        "a\\b",
        "..",
        ".x",
        "x.",
        "CON",
        "nul.v1",
        "com1",
        "a:b",
        "a\nb",
        "a\0b",
        "x" * 300,
        "核" * 80,
        "cpsam",
        "CPSAM_v2",
        "cpsam-lite",
        "x.pth",
        "x.json",
        "\ud800",
    ],
)
def test_impossible_names(name: str, model_file: Path, places: SimpleNamespace) -> None:
    with pytest.raises(SettingsError) as caught:
        weights.add_model(model_file, name)
    assert "\n" not in str(caught.value) and not places.own.exists()


def test_bad_files_are_not_added(tmp_path: Path, places: SimpleNamespace) -> None:
    (tmp_path / "page.pth").write_bytes(b"<html>")
    for bad in (tmp_path / "page.pth", tmp_path / "none.pth"):
        with pytest.raises(WeightsError):
            weights.add_model(bad)
    assert not places.own.exists()


@pytest.mark.parametrize("name", ["cpsam-lite", "cpsam", "none"])
def test_models_of_the_program_stay(name: str) -> None:
    with pytest.raises(WeightsError):
        weights.remove_model(name)
    with pytest.raises(WeightsError):
        weights.rename_model(name, "new")


def test_remove_without_permission(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights.add_model(model_file, "a")

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    for method in ("unlink", "rename"):
        monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(WeightsError, match="Permission denied"):
        weights.remove_model("a")
    with pytest.raises(WeightsError, match="Permission denied"):
        weights.rename_model("a", "b")
