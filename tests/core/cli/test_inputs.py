"""Which files a run takes, and under which names it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpsam_core.cli.inputs import Input, gather
from cpsam_core.cli.outputs import plan
from cpsam_core.images.companion_names import STANDARD, part_images
from cpsam_core.images.file_names import natural_key


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def paths(texts: list[str], out: Path | None = None) -> list[str]:
    return [one.path.as_posix() for one in gather(texts, out).images]


def test_folder_is_searched_in_natural_order_without_hidden_and_foreign_files(folder: Path) -> None:
    touch(folder, "in/c10.png", "in/c2.TIF", "in/.c1.png", "in/.trash/a.png", "in/notes.txt", "in/sub/c1.jpg")
    assert paths(["in"]) == ["in/c2.TIF", "in/c10.png", "in/sub/c1.jpg"]
    assert [one.below.as_posix() for one in gather(["in"]).images] == [".", ".", "sub"]


def test_results_of_earlier_runs_are_left_out(folder: Path) -> None:
    made = ["a_masks.tif", "a_cp_masks.png", "a_seg.npy", "a_flows.tif", "a_overlay.png"]
    touch(folder, *(f"in/{name}" for name in ["a.png", "big_overlay.png", *made]))
    found = gather(["in"])
    assert [one.path.name for one in found.images] == ["a.png", "big_overlay.png"]
    assert sorted(path.name for path in found.results) == sorted(made)


def test_output_folder_below_the_input_is_left_out(folder: Path) -> None:
    touch(folder, "in/a.png", "in/out/picture.png")
    assert paths(["in"], Path("in/out")) == ["in/a.png"]
    assert paths(["in"], Path("in")) == ["in/a.png", "in/out/picture.png"]


def test_masks_of_a_data_set_are_no_images(folder: Path) -> None:
    touch(folder, "set/images/a.png", "set/masks/a.tif", "set/classes/a.png", "masks/b.png")
    assert paths(["set"]) == ["set/images/a.png"]
    assert paths(["masks"]) == ["masks/b.png"], "a folder that was named is searched whatever its name"


def test_files_named_by_a_shell_leave_out_results_beside_their_images(folder: Path) -> None:
    touch(folder, "a.tif", "a_masks.tif", "b_masks.tif")
    assert paths(["a.tif", "a_masks.tif"]) == ["a.tif"]
    assert paths(["b_masks.tif"]) == ["b_masks.tif"], (
        "asked for by name, and nothing says that it is a result"
    )


def test_patterns_are_expanded_and_each_file_is_taken_once(folder: Path) -> None:
    touch(folder, "in/a1.png", "in/a10.png", "in/a2.png", "in/sub/b.tif", "in/x[1].png")
    assert paths(["in/a*.png", "in/a1.png"]) == ["in/a1.png", "in/a2.png", "in/a10.png"]
    assert paths(["in/**/*.tif"]) == ["in/sub/b.tif"]
    assert paths(["in/x[1].png"]) == ["in/x[1].png"], "a name that is there is no pattern"


def test_what_is_not_there_is_kept_or_told(folder: Path) -> None:
    (folder / "empty").mkdir()
    found = gather(["nothing.png", "no*.tif", "empty"])
    assert [one.path.name for one in found.images] == ["nothing.png", "no*.tif"]
    assert found.failures == ("There is no image in the folder empty.",)


def names(*inputs: str | tuple[str, str], out: str | None = "out") -> list[str]:
    given = [
        Input(Path(one)) if isinstance(one, str) else Input(Path(one[0]), Path(one[1])) for one in inputs
    ]
    planned = plan(given, Path(out) if out else None, ["tif"])
    return [target.files["tif"].as_posix() for target in planned]


def test_results_lie_in_the_output_folder_or_beside_the_image() -> None:
    assert names("in/a.png", ("in/sub/b.png", "sub")) == ["out/a_masks.tif", "out/sub/b_masks.tif"]
    assert names("in/a.png", out=None) == ["in/a_masks.tif"]


def test_images_that_differ_in_suffix_only_keep_it(folder: Path) -> None:
    assert names("in/a.png", "in/a.tif", "in/b.tif") == [
        "out/a_png_masks.tif",
        "out/a_tif_masks.tif",
        "out/b_masks.tif",
    ]
    first, second = names("in/a.png", "in/A.png")
    assert first.lower() != second.lower()


def test_images_of_one_name_from_different_folders_are_kept_apart(folder: Path) -> None:
    assert names("x/1/a.png", "x/2/a.png") == ["out/1/a_masks.tif", "out/2/a_masks.tif"]
    assert names("x/1/a.png", "x/1/a.tif", "x/2/a.png") == [
        "out/1/a_png_masks.tif",
        "out/1/a_tif_masks.tif",
        "out/2/a_masks.tif",
    ]


def test_chosen_names_never_meet_names_that_are_there(folder: Path) -> None:
    planned = names("in/a.png", "in/a.tif", "in/a_png.tif", "in/A.PNG")
    assert len({name.lower() for name in planned}) == 4


@pytest.mark.parametrize(
    ("stem", "bare"),
    [
        ("a_masks", "a"),
        ("a_cp_masks", "a"),
        ("a_seg", "a"),
        ("a_mask", "a"),
        ("_masks", "_masks"),
        ("masks", "masks"),
        ("a", "a"),
    ],
)
def test_bare_stem(stem: str, bare: str) -> None:
    assert STANDARD.bare(stem) == bare


def test_natural_order_and_results() -> None:
    given = [Path("c10.png"), Path("c9.png"), Path("c9_masks.tif")]
    assert sorted(given[:2], key=natural_key) == [Path("c9.png"), Path("c10.png")]
    assert part_images(given) == ([given[0], given[1]], [given[2]])


def test_a_zarr_is_one_image_and_ours_is_a_result(tmp_path):
    for name, attributes in (("a.zarr", "{}"), ("ours.ome.zarr", '{"cpsam": {"format": 1}}')):
        (tmp_path / name / "0").mkdir(parents=True)
        (tmp_path / name / ".zattrs").write_text(attributes)
        (tmp_path / name / "0" / "thumbnail.png").write_bytes(b"")
    found = gather([str(tmp_path)])
    assert [one.path.name for one in found.images] == ["a.zarr"]
    assert [one.path.name for one in gather([str(tmp_path / "ours.ome.zarr")]).images] == ["ours.ome.zarr"]
