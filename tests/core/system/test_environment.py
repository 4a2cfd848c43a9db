from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cpsam_core.cli import main
from cpsam_core.system import environment
from cpsam_core.system.environment import mend_environment
from cpsam_core.system.paths import expanded
from cpsam_core.weights.folders import own_folder, published_folders

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="HOME and XDG are of Unix")


@pytest.mark.parametrize("home", ["", "relative", None])
def test_the_home_of_the_user_counts_where_the_environment_has_none(
    home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd

    monkeypatch.delenv("HOME") if home is None else monkeypatch.setenv("HOME", home)
    mend_environment()
    known = pwd.getpwuid(os.getuid()).pw_dir
    assert os.environ["HOME"] == known
    assert published_folders()[-1].is_relative_to(known)


def test_a_user_that_the_system_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(environment.os, "getuid", lambda: 3_999_999)
    mend_environment()
    assert os.environ["HOME"] == "/"


def test_folders_of_xdg_that_are_not_absolute_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CPSAM_MODELS", raising=False)
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, "here")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    mend_environment()
    assert own_folder().is_absolute() and not own_folder().is_relative_to(tmp_path)
    assert "XDG_CONFIG_HOME" not in os.environ
    assert os.environ["XDG_STATE_HOME"] == str(tmp_path)


def test_the_home_of_nobody_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert expanded("~nobody-here/cells.tif") == Path("~nobody-here/cells.tif")
    assert main(["segment", "~nobody-here/cells.tif", "--out", "out"]) == 1
    assert main(["segment", "--demo", "--out", "out", "--model", "~nobody-here/own.safetensors"]) == 1
    said = capsys.readouterr().err
    assert "~nobody-here/cells.tif" in said and "~nobody-here/own.safetensors" in said
