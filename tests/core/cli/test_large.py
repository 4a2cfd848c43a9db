"""Labels larger than the memory that may be used: compared, measured and converted part by part, with equal results."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.cli import large, main
from cpsam_core.cli.common import OK
from cpsam_core.formats import find_format, label_pyramids, read_objects, write_objects
from cpsam_core.formats.label_sources import OpenLabels, open_labels
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.images import read_labels, write_labels, write_tiff
from cpsam_core.measure import folder as folder_module
from cpsam_core.measure import in_parts
from tests.core.large_projects import disk_labels, write_large_project, write_slide

SHAPE = (700, 900)
LITTLE = ["--max-memory", "0.001"]


def grid_of_cells(shape, seed):
    """Return labels of rectangles that reach over the borders of parts."""
    rng = np.random.default_rng(seed)
    labels = np.zeros(shape, np.uint32)
    for number in range(1, 300):
        place = [int(rng.integers(0, max(1, length - 10))) for length in shape]
        box = tuple(slice(at, at + int(rng.integers(5, 40))) for at in place)
        labels[box] = number * 3
    return labels


@pytest.fixture
def parts(monkeypatch):
    """Read small parts, and none at once; return the pixels of each that was read."""
    read: list[int] = []
    whole = OpenLabels.read

    def counted(self, box):
        part = whole(self, box)
        read.append(math.prod(part.shape))
        return part

    monkeypatch.setattr(OpenLabels, "read", counted)
    monkeypatch.setattr(large, "PART_PX", 256)
    monkeypatch.setattr(in_parts, "PART_PX", 256)
    monkeypatch.setattr(label_pyramids, "PART_PX", 256)
    return read


def never(*args, **kwargs):
    pytest.fail("was read as a whole")


@pytest.mark.parametrize("kind", ["tif", "zarr", "npy"])
def test_labels_are_read_in_parts(tmp_path, kind):
    labels = grid_of_cells((2, *SHAPE), 0)
    path = tmp_path / f"a{find_format(kind).ending}"
    write_objects(path, ObjectSet(labels, pixel_size=0.5, z_step=2.0))
    opened = open_labels(path)
    assert opened.own_shape == labels.shape
    box = (slice(1, 2), slice(600, 800), slice(30, 60))
    assert np.array_equal(opened.read(box), labels[box])
    if kind != "npy":
        assert (opened.sizes.pixel_size, opened.sizes.z_step) == (0.5, 2.0)


def test_scores_are_equal(folder, capsys, parts, monkeypatch):
    for number, name in enumerate(("true", "predicted")):
        (folder / name).mkdir()
        write_labels(folder / name / "a_masks.tif", grid_of_cells(SHAPE, number), tiled=True)
    assert main(["evaluate", "true", "predicted", "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert not parts
    monkeypatch.setattr(folder_module, "read_labels", never)
    assert main(["evaluate", "true", "predicted", "--json", *LITTLE]) == 0
    assert json.loads(capsys.readouterr().out) == whole
    assert 0 < max(parts) <= 256 * 256


def test_measures_are_equal(folder, parts, monkeypatch):
    rng = np.random.default_rng(0)
    labels = grid_of_cells(SHAPE, 5)
    write_tiff(
        folder / "a.tif", rng.integers(0, 4000, SHAPE).astype(np.uint16), "YX", tiled=True, pixel_size=0.3
    )
    write_labels(folder / "a_masks.tif", labels, tiled=True)
    options = ["--recipe", "outline,colocalisation", "--near", "3"]
    assert main(["measure", "a.tif", "--out", "whole.csv", *options]) == 0
    assert not parts
    monkeypatch.setattr(folder_module, "read_labels", never)
    assert main(["measure", "a.tif", "--out", "parts.csv", *options, *LITTLE]) == 0
    assert 0 < max(parts) <= 400 * 400
    one, other = (
        np.genfromtxt(f"{name}.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
        for name in ("whole", "parts")
    )
    assert one.dtype.names == other.dtype.names and len(one) == len(np.unique(labels)) - 1
    for name in one.dtype.names:
        if one[name].dtype.kind in "fi":
            assert np.allclose(one[name], other[name], rtol=1e-6, equal_nan=True), name
        else:
            assert (one[name] == other[name]).all(), name


def test_measures_of_stacks_are_equal(folder, parts, monkeypatch):
    monkeypatch.setattr(in_parts, "PLANES", 2)
    rng = np.random.default_rng(0)
    labels = grid_of_cells((5, 300, 320), 5)
    image = rng.integers(0, 4000, labels.shape).astype(np.uint16)
    write_tiff(folder / "a.tif", image, "ZYX", tiled=True, pixel_size=0.3, z_step=1.0)
    write_labels(folder / "a_masks.tif", labels, tiled=True)
    assert main(["measure", "a.tif", "--out", "whole.csv"]) == 0
    assert main(["measure", "a.tif", "--out", "parts.csv", *LITTLE]) == 0
    assert parts
    one, other = (np.genfromtxt(f"{name}.csv", delimiter=",", names=True) for name in ("whole", "parts"))
    for name in one.dtype.names:
        assert np.allclose(one[name], other[name], rtol=1e-6, equal_nan=True), name


def test_what_needs_the_whole_is_said(folder, capsys, parts):
    labels = grid_of_cells(SHAPE, 5)
    write_tiff(folder / "a.tif", labels.astype(np.uint16), "YX")
    write_labels(folder / "a_masks.tif", labels, tiled=True)
    assert main(["measure", "a.tif", "--out", "a.csv", "--recipe", "texture", *LITTLE]) == 1
    assert "texture look at the whole image" in capsys.readouterr().err
    write_labels(folder / "a_masks.tif", (labels > 0).astype(np.uint8), tiled=True)
    assert main(["measure", "a.tif", "--out", "a.csv", *LITTLE]) == 1
    assert "cannot be taken apart into pieces" in capsys.readouterr().err
    assert main(["convert", "a_masks.tif", "--to", "geojson", *LITTLE]) == 1
    assert "choose tif or zarr, or allow more" in capsys.readouterr().err
    assert not list(folder.glob("*.geojson"))


@pytest.mark.parametrize("target", ["tif", "zarr"])
def test_labels_are_converted_in_parts(folder, parts, target):
    labels = grid_of_cells((3, *SHAPE), 1)
    source = "zarr" if target == "tif" else "tif"
    path = folder / f"a{find_format(source).ending}"
    write_objects(path, ObjectSet(labels, pixel_size=0.5, z_step=2.0))
    assert main(["convert", str(path), "--to", target, "--out", "o", *LITTLE]) == 0
    assert 0 < max(parts) <= 900 * 512
    made = next((folder / "o").iterdir())
    found = read_objects(made)
    assert np.array_equal(found.labels, labels)
    assert (found.pixel_size, found.z_step) == (0.5, 2.0)
    if target == "tif":
        assert np.array_equal(read_labels(made), labels)
    else:
        yaozarrs = pytest.importorskip("yaozarrs")
        yaozarrs.validate_zarr_store(str(made))


def test_the_project_of_an_image_larger_than_memory_is_measured(folder: Path) -> None:
    labels = disk_labels(1024)
    path = write_slide(folder / "slides" / "slide.zarr", labels)
    write_large_project(path.with_suffix(".cpsam"), labels)
    for name, given in (("image", path), ("folder", path.parent)):
        assert main(["measure", str(given), "--out", f"{name}.csv"]) == OK
        rows = Path(f"{name}.csv").read_text().splitlines()
        assert len(rows) == 1 + labels.max()
        assert rows[1].startswith("slide.zarr,1,")
