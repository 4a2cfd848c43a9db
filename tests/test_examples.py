"""The scripts of `examples/` run as they stand, on small images, and write what they say."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from cpsam_core.demo import demo_image
from cpsam_core.images import read_image, read_labels, write_labels, write_picture
from cpsam_core.images.project_files import read_project_file
from cpsam_core.images.project_summary import is_corrected

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(autouse=True)
def _own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPSAM_MODELS", str(tmp_path / "models"))


@pytest.fixture
def nuclei(tmp_path: Path) -> Path:
    """Return a corner of the demonstration image, in a folder of its own."""
    folder = tmp_path / "images"
    folder.mkdir()
    write_picture(folder / "a.png", read_image(demo_image()).pixels[0][:128, :128, 0].astype(np.uint8))
    return folder / "a.png"


def script(name: str) -> Callable[..., Any]:
    main: Callable[..., Any] = runpy.run_path(str(EXAMPLES / name))["main"]
    return main


def test_every_script_is_tested_and_listed() -> None:
    scripts = {path.name for path in EXAMPLES.glob("*.py")}
    here = Path(__file__).read_text(encoding="utf-8")
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f'script("{name}")' in here and f"`{name} " in listed for name in scripts)


def test_segment_folder(nuclei: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script("segment_folder.py")(nuclei.parent, tmp_path / "results")
    labels = read_labels(tmp_path / "results" / "a_masks.tif")
    table = (tmp_path / "results" / "a_objects.csv").read_text().splitlines()
    assert labels.max() > 3
    assert len(table) == labels.max() + 1
    assert f"a.png: {labels.max()} cells" in capsys.readouterr().out


def test_correct_in_code(nuclei: Path) -> None:
    target = script("correct_in_code.py")(nuclei)
    labels = read_project_file(target).labels[0]
    assert is_corrected(target)
    assert labels[64, 64] > 0
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    assert not edge.any()


def test_retrain(nuclei: Path, tiny_start: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = np.zeros((128, 128), np.uint32)
    for number in range(16):
        top, left = 4 + 32 * (number // 4), 4 + 32 * (number % 4)
        labels[top : top + 20, left : left + 20] = number + 1
    for name in "bcd":
        shutil.copy(nuclei, nuclei.with_name(f"{name}.png"))
        write_labels(nuclei.with_name(f"{name}_masks.tif"), labels)
    nuclei.unlink()
    trained = script("retrain.py")(nuclei.parent, str(tiny_start), 1)
    assert trained.is_file()
    assert "learns from 2 images" in capsys.readouterr().out


def test_volume(tmp_path: Path) -> None:
    plane = read_image(demo_image()).pixels[0][:64, :64, 0].astype(np.uint8)
    tifffile.imwrite(
        tmp_path / "stack.tif",
        np.repeat(plane[np.newaxis], 6, 0),
        imagej=True,
        resolution=(2, 2),
        metadata={"spacing": 1.0, "unit": "um", "axes": "ZYX"},
    )
    script("volume.py")(tmp_path / "stack.tif")
    labels = read_labels(tmp_path / "stack_masks.tif")
    header = (tmp_path / "stack_objects.csv").read_text().splitlines()[0]
    assert labels.shape == (6, 64, 64)
    assert "volume_um3" in header


def test_to_qupath(nuclei: Path) -> None:
    features = json.loads(script("to_qupath.py")(nuclei).read_text())["features"]
    kinds = {feature["properties"]["classification"]["name"] for feature in features}
    assert kinds == {"small", "large"}


@pytest.fixture(scope="module")
def tiny_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small untrained network, which trains in a second."""
    import torch

    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.vit import FlowVit

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("start") / "tiny.safetensors"
    return write_checkpoint(path, FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16)))
