from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile

from cpsam_core import Segmenter
from cpsam_core.errors import WeightsError
from cpsam_gui import app, headless
from cpsam_gui.headless import missing_display


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, disc_labels: np.ndarray) -> None:
    """Put a model that needs no weights in the engine's place."""
    result = SimpleNamespace(labels=disc_labels, objects=SimpleNamespace(ids=np.arange(1, 5)))
    loaded = SimpleNamespace(segment=lambda image, settings: result)
    monkeypatch.setattr(Segmenter, "load", lambda name: loaded)


def test_no_display_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert missing_display() == "no display was found"
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert missing_display() == ""
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert missing_display() == ""


@pytest.mark.parametrize("package", ["cpsam_gui", "cpsam_core.cli"])
def test_a_command_also_starts_as_a_module(package: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", package, "--help"], capture_output=True, text=True, timeout=120, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("usage: cpsam")


def test_the_same_job_without_a_window(
    engine: None,
    image_file: Path,
    disc_labels: np.ndarray,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    out = tmp_path / "results"
    assert app.main([str(image_file), "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("No window: no display was found")
    assert "4 objects" in lines[1]
    written = [Path(line.removeprefix("wrote ")) for line in lines[2:]]
    assert [path.name for path in written] == ["cells_masks.tif", "cells_overlay.png"]
    np.testing.assert_array_equal(tifffile.imread(written[0]), disc_labels)
    assert written[1].stat().st_size > 0


def test_without_a_window_errors_are_one_line(
    image_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise WeightsError("No such model.")

    monkeypatch.setattr(Segmenter, "load", missing)
    assert headless.run(image_file, demo=False, model="x", out=tmp_path, why="test") == 1
    assert capsys.readouterr().err == "cpsam-gui: No such model.\n"
    assert headless.run(tmp_path / "absent.tif", demo=False, model="x", out=tmp_path, why="test") == 1
    assert "absent.tif" in capsys.readouterr().err


def test_missing_libraries_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PyQt6.QtWidgets", None)
    monkeypatch.setitem(sys.modules, "PyQt6", None)
    assert "library that Qt needs" in app._missing_libraries()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the other systems always have a display")
def test_a_broken_display_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setenv("DISPLAY", ":9876")
    assert app._missing_libraries() == "Qt cannot reach the display"


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    options = app.parser().parse_args(["cells.tif", "--model", "own"])
    assert options.image == Path("cells.tif")
    assert options.model == "own"
    with pytest.raises(SystemExit) as caught:
        app.main(["--help"])
    assert caught.value.code == 0
    assert "--demo" in capsys.readouterr().out


def test_the_window_does_not_load_torch() -> None:
    code = "import sys; import cpsam_gui.window; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs a shell and a menu of the desktop")
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&- <&-"])
def test_without_streams(closed: str, tmp_path: Path) -> None:
    code = "import sys; from cpsam_gui import app; sys.exit(app.main(sys.argv[1:]))"
    command = f"'{sys.executable}' -c '{code}' --install-desktop-entry {closed}"
    own = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    assert subprocess.run(command, shell=True, env=own, timeout=300, check=False).returncode == 0
    assert list(tmp_path.rglob("*.desktop"))
