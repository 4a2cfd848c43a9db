from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import cpsam_core
import cpsam_gui
from cpsam_core.system.user_folders import cache_folder, data_folder, shared_data_folder
from cpsam_core.weights.folders import own_folder
from cpsam_gui.program.crash_reports import reports_folder
from cpsam_gui.storage.journal_folder import journal_folder

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the rules of XDG hold on Linux")


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "CPSAM_MODELS",
        "CPSAM_JOURNAL",
        "CPSAM_CACHE",
        "CPSAM_REPORTS",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@LINUX
@pytest.mark.parametrize("chosen", [None, ""])
def test_an_empty_choice_is_none(chosen: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty XDG_DATA_HOME once put the journal into the folder that the program was started in."""
    if chosen is not None:
        monkeypatch.setenv("XDG_DATA_HOME", chosen)
    data = tmp_path / ".local" / "share" / "cpsam-gui"
    assert data_folder() == data
    assert journal_folder() == data / "journal"
    assert own_folder() == data / "models"
    assert reports_folder().parent == data
    assert shared_data_folder() == data.parent


@LINUX
def test_what_the_user_chose_holds_for_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert journal_folder().is_relative_to(tmp_path / "data")
    assert own_folder().is_relative_to(tmp_path / "data")
    assert cache_folder() == tmp_path / "cache" / "cpsam-gui"
    monkeypatch.setenv("CPSAM_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"


def test_the_rule_stands_in_one_place() -> None:
    rule = re.compile(r"XDG_(DATA|CACHE)_HOME|LOCALAPPDATA|Application Support")
    for package in (cpsam_core, cpsam_gui):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            assert not rule.search(path.read_text("utf-8")), path
