"""`cpsam segment`: the same masks as in Python, every kind of file, folders, going on, stopping."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from cpsam_core import Segmenter, Settings, weights
from cpsam_core.cli import main
from cpsam_core.cli.options import OPTIONS
from cpsam_core.data.pairs import find_pairs
from cpsam_core.formats import read_objects
from cpsam_core.images import read_image, read_labels, read_outlines, read_rois, read_seg, write_tiff
from cpsam_core.preprocess.normalize import NormalizeSettings

Write = Callable[..., Path]
EVERY_KIND = {"tif", "png", "outlines", "rois", "geojson", "coco", "flows", "seg", "csv", "overlay"}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, disk_model: Any) -> list[Settings]:
    """Collect the settings that runs hand to the engine."""
    settings: list[Settings] = []
    segment = Segmenter.segment

    def watched(self: Segmenter, image: Any, given: Settings, progress: Any = None) -> Any:
        settings.append(given)
        return segment(self, image, given, progress)

    monkeypatch.setattr(Segmenter, "segment", watched)
    return settings


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


def test_every_field_is_an_option_and_every_option_a_field() -> None:
    fields = {f.name for kind in (Settings, NormalizeSettings) for f in dataclasses.fields(kind)}
    assert set(OPTIONS) == fields


def test_without_options_the_defaults_of_settings_apply(write_disks: Write, seen: list[Settings]) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png"]) == 0
    assert seen == [Settings()]


GIVEN = {
    "diameter": (["35.5"], 35.5),
    "channels": (["0,1"], (0, 1)),
    "axes": (["yx"], "YX"),
    "flow_threshold": (["0.7"], 0.7),
    "cellprob_threshold": (["-1.5"], -1.5),
    "min_size": (["3"], 3),
    "max_size_fraction": (["0.9"], 0.9),
    "niter": (["50"], 50),
    "augment": ([], True),
    "tile_overlap": (["0.3"], 0.3),
    "batch_size": (["2"], 2),
    "anisotropy": (["2.5"], 2.5),
    "flow3D_smooth": (["1,0,2"], (1.0, 0.0, 2.0)),
    "stitch_threshold": (["0.2"], 0.2),
    "exclude_on_edges": ([], True),
    "percentile": (["2", "98"], (2.0, 98.0)),
    "lowhigh": (["10", "200"], (10.0, 200.0)),
    "tile_norm_blocksize": (["32"], 32),
    "sharpen_radius": (["1.5"], 1.5),
    "smooth_radius": (["2"], 2.0),
    "invert": ([], True),
}


@pytest.mark.parametrize("name", sorted(GIVEN))
@pytest.mark.parametrize("dash", ["_", "-"])
def test_options_reach_the_engine_in_both_spellings(
    name: str, dash: str, write_disks: Write, seen: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_disks("a.png")
    values, expected = GIVEN[name]
    monkeypatch.setattr(
        Segmenter, "segment", lambda self, image, given, progress: seen.append(given) or _nothing()
    )
    assert main(["segment", f"--{name.replace('_', dash)}", *values, "--", "a.png"]) == 0
    holder = seen[0] if hasattr(seen[0], name) and name != "normalize" else seen[0].normalize
    assert getattr(holder, name) == expected
    changed = {**vars(holder), name: expected}
    assert type(holder)(**changed) == holder


def _nothing() -> Any:
    from cpsam_core.labels import object_table
    from cpsam_core.segment.segmenter import NetworkOutput, Segmentation

    empty, maps = np.zeros((64, 160), np.uint32), np.zeros((3, 64, 160), np.float32)
    return Segmentation(empty, NetworkOutput(maps[:2], maps[2], 30.0), object_table(empty))


@pytest.mark.parametrize(
    ("options", "check"),
    [
        (["--diameter", "auto"], lambda s: s.diameter == "auto"),
        (["--no-normalize"], lambda s: not s.normalize.normalize),
        (["--no-norm3D"], lambda s: not s.normalize.norm3D),
        (["--channels", "DAPI,2"], lambda s: s.channels == ("DAPI", 2)),
        (
            ["--lowhigh", "0", "5", "--lowhigh", "0", "9"],
            lambda s: s.normalize.lowhigh == ((0.0, 5.0), (0.0, 9.0)),
        ),
        (["--flow3D_smooth", "2"], lambda s: s.flow3D_smooth == 2.0),
        (["--flow3D_smooth", "2", "1", "1"], lambda s: s.flow3D_smooth == (2.0, 1.0, 1.0)),
        (["--flow3D_smooth", "2,1,1"], lambda s: s.flow3D_smooth == (2.0, 1.0, 1.0)),
        (["--diameter", "0", "--niter", "0"], lambda s: s.diameter is None and s.niter is None),
        (["--no-resample"], lambda s: not s.resample),
    ],
)
def test_special_values(
    options: list[str],
    check: Callable[[Settings], bool],
    write_disks: Write,
    monkeypatch: pytest.MonkeyPatch,
    seen: list[Settings],
) -> None:
    write_disks("a.png")
    monkeypatch.setattr(
        Segmenter, "segment", lambda self, image, given, progress: seen.append(given) or _nothing()
    )
    assert main(["segment", "a.png", *options]) == 0
    assert check(seen[0])


@pytest.mark.parametrize(
    "options",
    [
        ["--diameter", "-3"],
        ["--diameter", "big"],
        ["--niter", "-1"],
        ["--tile_overlap", "1"],
        ["--batch_size", "0"],
        ["--percentile", "99", "1"],
        ["--lowhigh", "5", "5"],
        ["--axes", "QQ"],
        ["--save", "gif"],
        ["--save", ""],
        ["--no-normalize", "--invert"],
        ["--flow3D_smooth", "1,2"],
    ],
)
def test_senseless_values_are_wrong_usage(
    options: list[str], write_disks: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png", *options]) == 2
    assert capsys.readouterr().err


def test_auto_diameter_is_said(
    write_disks: Write, disk_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png", "--diameter", "auto"]) == 0
    assert " of about " in capsys.readouterr().out


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


def test_all_results_are_no_project() -> None:
    """Beside the image a project holds work by hand; only who names that kind has it written."""
    from cpsam_core.cli.kinds import ALL, KINDS

    assert "project" in KINDS
    assert "project" not in ALL
    assert {"tif", "seg", "geojson", "flows"} <= set(ALL)


def test_a_time_point_of_an_image_without_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the fourth time point of a single plane was segmented, and called so."""
    from cpsam_core.errors import ImageError

    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("plane.tif", np.zeros((48, 64), np.uint8))
    with pytest.raises(ImageError, match="no time point 3"):
        read_image(Path("plane.tif"), time=3)
    assert read_image(Path("plane.tif"), time=0).key.time is None
    assert main(["segment", "plane.tif", "--time", "3", "--out", "out"]) == 1
    assert not list(Path("out").glob("*masks*"))
