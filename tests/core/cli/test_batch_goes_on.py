"""One odd file is said in one line and does not stop the others, whatever it raises."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from cpsam_core.cli import main
from cpsam_core.errors import DAMAGE
from cpsam_core.network.vit import FlowVit
from tests.core.conftest import disks

Capture = pytest.CaptureFixture[str]


def picture(path: Path) -> Path:
    tifffile.imwrite(path, disks())
    return path


def crafted_npy(path: Path) -> None:
    """Write a header whose shape has a length that is no number, though numpy's own check passes it."""
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (True,5), }".ljust(117) + b"\n"
    path.write_bytes(b"\x93NUMPY\x02\x00" + len(header).to_bytes(4, "little") + header + bytes(5))


def failed_lines(capsys: Capture) -> list[str]:
    lines = capsys.readouterr().err.splitlines()
    assert not any("Traceback" in line for line in lines)
    return [line for line in lines if line.startswith("cpsam: error: ") and "failed:" not in line]


def test_a_crafted_header(folder: Path, disk_model: Any, capsys: Capture) -> None:
    Path("in").mkdir()
    crafted_npy(Path("in/a.npy"))
    picture(Path("in/b.tif"))
    assert main(["segment", "in", "--out", "out"]) == 1
    assert [path.name for path in Path("out").iterdir()] == ["b_masks.tif"]
    (line,) = failed_lines(capsys)
    assert "a.npy" in line


def test_a_name_too_long_for_its_results(folder: Path, disk_model: Any, capsys: Capture) -> None:
    Path("in").mkdir()
    picture(Path("in/b.tif"))
    picture(Path("in", "x" * 246 + ".tif"))
    assert main(["segment", "in", "--out", "out"]) == 1
    assert [path.name for path in Path("out").iterdir()] == ["b_masks.tif"]
    (line,) = failed_lines(capsys)
    assert "too long" in line


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow Unicode names only")
def test_a_name_that_is_not_utf8(folder: Path, disk_model: Any, capsys: Capture) -> None:
    Path("in").mkdir()
    odd = Path("in", os.fsdecode(b"a\xfc.tif"))
    picture(odd)
    picture(Path("in/b.tif"))
    assert main(["segment", "in", "--out", "out", "--save", "tif,geojson,coco,rois,seg,csv,overlay"]) == 0
    assert len(list(Path("out").iterdir())) == 2 * 7
    told = json.loads(Path("out", os.fsdecode(b"a\xfc_coco.json")).read_text(encoding="utf-8"))
    assert told["images"][0]["file_name"] == odd.name
    assert main(["measure", "in", "--masks", "out", "--out", "table.csv"]) == 0
    assert (
        main(["convert", "out", "--from", "tif", "--to", "geojson", "--out", "again", "--image", "in"]) == 0
    )
    assert failed_lines(capsys) == []


@pytest.mark.parametrize("kind", [*DAMAGE, OSError, MemoryError], ids=lambda kind: kind.__name__)
def test_whatever_the_work_raises(
    kind: type[Exception], folder: Path, disk_model: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cpsam_core.segment.segmenter import Segmenter

    Path("in").mkdir()
    for name in "ab":
        picture(Path("in", f"{name}.tif"))
    plain = Segmenter.segment
    calls: list[int] = []

    def first_fails(self: Any, *args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise kind
        return plain(self, *args, **options)

    monkeypatch.setattr(Segmenter, "segment", first_fails)
    assert main(["segment", "in", "--out", "out"]) == 1
    assert [path.name for path in Path("out").iterdir()] == ["b_masks.tif"]
    (line,) = failed_lines(capsys)
    assert "a.tif" in line


def test_memory_of_the_device_ends_while_a_model_is_loaded(
    folder: Path, tiny_model: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def no_room(*args: Any, **options: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    monkeypatch.setattr(FlowVit, "to", no_room)
    picture(Path("a.tif"))
    assert main(["segment", "a.tif", "--model", str(tiny_model), "--device", "cpu", "--out", "out"]) == 1
    (line,) = failed_lines(capsys)
    assert "not enough memory" in line


def test_results_that_are_a_folder(folder: Path, disk_model: Any, capsys: Capture) -> None:
    for name in "ab":
        picture(Path(f"{name}.tif"))
    Path("out/a_masks.tif").mkdir(parents=True)
    assert main(["segment", "a.tif", "b.tif", "--out", "out", "--overwrite"]) == 1
    assert Path("out/b_masks.tif").is_file()
    shutil.rmtree("out")
    assert len(failed_lines(capsys)) == 1


def test_a_damaged_tiff_is_named(folder: Path, disk_model: Any, capsys: Capture) -> None:
    rows = np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)
    tifffile.imwrite("a.tif", rows)
    whole = Path("a.tif").read_bytes()
    picture(Path("b.tif"))
    for cut in (9, 40, 200, len(whole) - 7):
        Path("a.tif").write_bytes(whole[:cut])
        assert main(["segment", "a.tif", "b.tif", "--out", "out", "--overwrite"]) == 1
        (line,) = failed_lines(capsys)
        assert "a.tif" in line
