"""What files `cpsam segment` writes, and how they are called."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.cli import main
from cpsam_core.cli.kinds import ALL, KINDS
from cpsam_core.formats import read_objects
from cpsam_core.images import read_image, read_labels, read_outlines, read_rois, read_seg, write_tiff
from tests.core.conftest import Write

EVERY_KIND = {"tif", "png", "outlines", "rois", "geojson", "coco", "flows", "seg", "csv", "overlay"}


def test_every_kind_of_file_holds_the_same_objects(write_disks: Write, disk_model: Any) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png", "--out", "out", "--save", ",".join(EVERY_KIND)]) == 0
    labels = read_labels("out/a_masks.tif")
    assert labels.max() == 3
    assert np.array_equal(read_labels("out/a_masks.png"), labels)
    assert np.array_equal(read_rois("out/a_rois.zip", labels.shape), labels)
    for name in ("a.geojson", "a_coco.json"):
        objects = read_objects(f"out/{name}")
        assert np.array_equal(objects.labels, labels) and objects.image_name == "a.png"
    assert np.array_equal(read_outlines("out/a_outlines.txt", labels.shape), labels)
    seg = read_seg("out/a_seg.npy")
    assert np.array_equal(seg.masks, labels)
    assert seg.flows is not None and seg.flows.shape == (2, *labels.shape)
    assert seg.filename == str(Path("a.png").resolve())
    flows = read_image("out/a_flows.tif")
    assert flows.pixels.shape == (1, *labels.shape, 3) and flows.pixels.dtype == np.float32
    with Path("out/a_objects.csv").open(encoding="utf-8") as file:
        assert [int(row["area"]) for row in csv.DictReader(file)] == np.bincount(labels.ravel())[1:].tolist()
    assert read_image("out/a_overlay.png").is_rgb
    assert len(list(Path("out").iterdir())) == len(EVERY_KIND)


def test_tables_of_one_run_have_the_same_columns(write_disks: Write, disk_model: Any) -> None:
    pixels = read_image(write_disks("a.png")).pixels[0, :, :, 0]
    write_tiff("b.tif", pixels, "YX", pixel_size=0.5)
    assert main(["segment", "a.png", "b.tif", "--save", "csv"]) == 0
    tables = [
        list(csv.DictReader(Path(f"{name}_objects.csv").read_text(encoding="utf-8").splitlines()))
        for name in "ab"
    ]
    assert list(tables[0][0]) == list(tables[1][0])
    assert tables[0][0]["area_um2"] == "" and float(tables[1][0]["area_um2"]) > 0
    assert tables[0][0]["area"] == tables[1][0]["area"]
    assert tables[0][0]["probability"] == tables[1][0]["probability"]


@pytest.mark.parametrize("folders", [False, True])
def test_names_and_folders_that_other_programs_expect(
    folders: bool, write_disks: Write, folder: Path, disk_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write_disks("images/a.png")
    command = ["segment", "images", "--suffix", "_cells", "--save", "tif,flows,outlines"]
    command += ["--in-folders"] if folders else []
    assert main(command) == 0
    made = {path.relative_to(folder / "images").as_posix() for path in (folder / "images").rglob("*.*")}
    places = ("masks/", "flows/", "outlines/") if folders else ("", "", "")
    ends = ("a_cells.tif", "a_flows.tif", "a_outlines.txt")
    assert made == {"a.png", *(place + end for place, end in zip(places, ends, strict=True))}
    assert main([*command, "--overwrite"]) == 0
    assert "a_cells.tif:" not in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["", "../x", ".tif"])
def test_a_suffix_stays_in_its_folder(suffix: str, write_disks: Write) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png", "--suffix", suffix]) == 2


def test_all_results_are_no_project() -> None:
    """Beside the image a project holds work by hand; only who names that kind has it written."""
    assert "project" in KINDS
    assert "project" not in ALL
    assert {"tif", "seg", "geojson", "flows"} <= set(ALL)
