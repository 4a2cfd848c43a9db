"""`cpsam segment`: the same masks as in Python, folders, time points and stacks, going on, stopping."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from cpsam_core import Segmenter, Settings, weights
from cpsam_core.cli import main
from cpsam_core.data.pairs import find_pairs
from cpsam_core.errors import ImageError
from cpsam_core.images import read_image, read_labels, write_tiff
from tests.core.conftest import Write


def test_masks_equal_those_of_python(write_disks: Write, tiny_model: Path) -> None:
    """A real network, with settings that make it find something."""
    image = write_disks("a.png")
    settings = Settings(cellprob_threshold=-6, flow_threshold=0, min_size=5, diameter=20)
    options = ["--cellprob_threshold", "-6", "--flow_threshold=0", "--min-size", "5", "--diameter", "20"]
    same = ["--device", "cpu", "--precision", "float32"]
    assert main(["segment", str(image), "--model", str(tiny_model), "--out", "out", *options, *same]) == 0
    expected = Segmenter.load(tiny_model, "cpu", "float32").segment(read_image(image), settings).labels
    assert expected.max() > 0
    assert np.array_equal(read_labels("out/a_masks.tif"), expected)


def test_a_folder_keeps_its_folders_and_says_each_image(
    write_disks: Write, disk_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("in/a.png", "in/sub/a.png", "in/sub/b.png"):
        write_disks(name, count=len(name) % 3 + 1)
    assert main(["segment", "in", "--out", "out"]) == 0
    shown = capsys.readouterr()
    assert [line.split(":")[0] for line in shown.out.splitlines()] == ["a.png", "a.png", "b.png"]
    assert "objects in 3 images" in shown.err
    assert read_labels("out/a_masks.tif").max() == 3
    assert read_labels("out/sub/b_masks.tif").max() == 1


def test_results_that_exist_are_skipped_unless_told_otherwise(
    write_disks: Write, disk_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write_disks("in/a.png")
    write_disks("in/b.png")
    by_hand = Path("in/a_masks.tif")
    by_hand.write_bytes(b"corrected by hand")
    assert main(["segment", "in"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("b.png: 3 objects") and "1 image skipped" in shown.err
    assert by_hand.read_bytes() == b"corrected by hand"
    assert main(["segment", "in", "--overwrite"]) == 0
    assert read_labels(by_hand).max() == 3


def test_each_time_point_has_results_of_its_own(write_disks: Write, disk_model: Any) -> None:
    first, second = (
        read_image(write_disks(f"{count}.png", count=count)).pixels[0, :, :, 0] for count in (1, 3)
    )
    tifffile.imwrite("movie.tif", np.stack([first, second]), metadata={"axes": "TYX"})
    assert main(["segment", "movie.tif", "--time", "0"]) == 0
    assert main(["segment", "movie.tif", "--time", "1"]) == 0
    assert read_labels("movie_t000_masks.tif").max() == 1
    assert read_labels("movie_t001_masks.tif").max() == 3
    # They are found again, each with its own pixels.
    assert main(["measure", ".", "--out", "tables"]) == 0
    with Path("tables/movie_t001_objects.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 3
    assert [(pair.key.time, pair.read_image().time) for pair in find_pairs(Path())] == [(0, 0), (1, 1)]


def test_results_are_not_replaced_by_halves(
    write_disks: Write, disk_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write_disks("a.png")
    Path("a_masks.tif").write_bytes(b"corrected by hand")
    assert main(["segment", "a.png", "--save", "tif,csv"]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert not Path("a_objects.csv").exists()


def test_nothing_to_do_loads_no_model(
    write_disks: Write, disk_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png"]) == 0
    monkeypatch.setattr(weights, "load_network", lambda *args: pytest.fail("loaded"))
    assert main(["segment", "a.png"]) == 0


def test_stacks_in_planes_and_as_a_volume(folder: Path, disk_model: Any) -> None:
    from_disks = np.zeros((6, 64, 64), np.uint8)
    from_disks[1:5, 20:40, 20:40] = 200
    write_tiff("stack.tif", from_disks, "ZYX", z_step=2.0, pixel_size=0.5)
    assert (
        main(["segment", "stack.tif", "--out", "planes", "--stitch_threshold", "0.5", "--save", "all"]) == 0
    )
    joined = read_labels("planes/stack_masks.tif")
    assert joined.shape == from_disks.shape and joined.max() == 1
    assert read_image("planes/stack_masks.tif").z_step == pytest.approx(2.0)
    assert main(["segment", "stack.tif", "--out", "volume", "--do_3D", "--min_size", "0"]) == 0
    assert read_labels("volume/stack_masks.tif").shape == from_disks.shape
    for kind in ("png", "outlines"):
        assert main(["segment", "stack.tif", "--out", kind, "--save", kind]) == 1


def test_demonstration_images_need_no_input(folder: Path, disk_model: Any) -> None:
    assert main(["segment", "--demo"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "nuclei_masks.tif",
        "phase_masks.tif",
        "tissue_masks.tif",
    ]


def test_ctrl_c_leaves_whole_files_only_and_says_how_to_go_on(
    write_disks: Write, disk_model: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(6):
        write_disks(f"in/{number}.png")
    segment = Segmenter.segment
    done = []

    def interrupted(self: Segmenter, *arguments: Any) -> Any:
        done.append(1)
        if len(done) == 5:
            raise KeyboardInterrupt
        return segment(self, *arguments)

    monkeypatch.setattr(Segmenter, "segment", interrupted)
    assert main(["segment", "in", "--out", "out"]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    left = sorted(path.name for path in Path("out").iterdir())
    assert 3 <= len(left) <= 4 and all(read_labels(Path("out", name)).max() == 3 for name in left)
    assert main(["segment", "in", "--out", "out"]) == 0
    assert len(list(Path("out").iterdir())) == 6


def test_auto_diameter_is_said(
    write_disks: Write, disk_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png", "--diameter", "auto"]) == 0
    assert " of about " in capsys.readouterr().out


def test_what_the_engine_says_of_a_result_is_told_beside_it(
    write_disks: Write, disk_model: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    segment = Segmenter.segment

    def doubtful(self: Segmenter, *given: Any) -> Any:
        return dataclasses.replace(segment(self, *given), notes=("cpsam-lite is unsure here",))

    monkeypatch.setattr(Segmenter, "segment", doubtful)
    write_disks("a.png")
    assert main(["segment", "a.png", "--out", "out"]) == 0
    said = capsys.readouterr()
    assert "a.png: cpsam-lite is unsure here" in said.err
    assert "unsure" not in said.out


def test_a_time_point_of_an_image_without_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the fourth time point of a single plane was segmented, and called so."""
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("plane.tif", np.zeros((48, 64), np.uint8))
    with pytest.raises(ImageError, match="no time point 3"):
        read_image(Path("plane.tif"), time=3)
    assert read_image(Path("plane.tif"), time=0).key.time is None
    assert main(["segment", "plane.tif", "--time", "3", "--out", "out"]) == 1
    assert not list(Path("out").glob("*masks*"))
