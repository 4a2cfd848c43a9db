"""Options of the command `cellpose`: files, folders and names, and those that it ignores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from cellpose.__main__ import main
from cpsam_core import Segmentation, Segmenter, Settings
from cpsam_core.images import write_picture
from cpsam_core.labels import object_table
from cpsam_core.segment.output import NetworkOutput
from tests.callers.conftest import Crop


@pytest.mark.parametrize(
    ("option", "files"),
    [
        ("--save_txt", {"a_cp_outlines.txt"}),
        ("--save_flows", {"a_flows_cp_masks.tif", "a_dP_cp_masks.tif"}),
        ("--save_outlines", {"a_outlines_cp_masks.png"}),
        ("--save_mpl", {"a_cp_output_cp_masks.png"}),
        ("--save_rois", {"a_rois.zip"}),
    ],
)
def test_each_kind_of_file_alone(home: Path, crop: Crop, option: str, files: set[str]) -> None:
    write_picture(home / "a.png", crop(0))
    assert main(["--image_path", str(home / "a.png"), "--pretrained_model", "cpsam", "--no_npy", option]) == 0
    assert {path.name for path in home.glob("a*")} - {"a.png"} == files


def test_folders_and_names(home: Path, crop: Crop) -> None:
    (home / "in").mkdir()
    write_picture(home / "in" / "a_img.png", crop(0))
    write_picture(home / "in" / "other.png", crop(0))
    command = ["--dir", str(home / "in"), "--img_filter", "_img", "--pretrained_model", "cpsam", "--no_npy"]
    command += ["--save_tif", "--save_txt", "--in_folders", "--savedir", str(home / "out")]
    command += ["--output_name", ""]
    assert main(command) == 0
    made = {path.relative_to(home / "out").as_posix() for path in (home / "out").rglob("*.*")}
    assert made == {"masks/a_img.tif", "txt_outlines/a_img_cp_outlines.txt"}


def test_one_bad_image_does_not_stop_the_others(
    home: Path, crop: Crop, capfd: pytest.CaptureFixture[str]
) -> None:
    (home / "in").mkdir()
    (home / "in" / "a.tif").write_bytes(b"II*\0 not really")
    write_picture(home / "in" / "b.png", crop(0))
    assert main(["--dir", str(home / "in"), "--pretrained_model", "cpsam", "--save_png", "--verbose"]) == 1
    assert (home / "in" / "b_cp_masks.png").exists()
    assert "a.tif" in capfd.readouterr().out


def test_a_volume_with_three_smoothings(home: Path, crop: Crop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Settings] = []
    labels = np.arange(6 * 48 * 64, dtype=np.uint32).reshape(6, 48, 64) % 9

    def segment(self: Segmenter, image: Any, settings: Settings, progress: Any = None) -> Segmentation:
        seen.append(settings)
        maps = np.zeros((4, *labels.shape), np.float32)
        assert image.pixels.shape == (6, 48, 64, 1)
        return Segmentation(labels, NetworkOutput(maps[:3], maps[3], 30.0), object_table(labels))

    monkeypatch.setattr(Segmenter, "segment", segment)
    tifffile.imwrite(home / "s.tif", np.stack([crop(0)[:48, :64]] * 6), imagej=True, metadata={"axes": "ZYX"})
    command = ["--image_path", str(home / "s.tif"), "--pretrained_model", "cpsam"]
    command += ["--do_3D", "--diameter", "30", "--flow3D_smooth", "2", "1", "1", "--anisotropy", "1.5"]
    command += ["--min_size", "-1", "--save_png", "--no_npy"]
    assert main(command) == 0
    assert seen == [Settings(diameter=30, do_3D=True, flow3D_smooth=(2, 1, 1), anisotropy=1.5, min_size=0)]
    np.testing.assert_array_equal(tifffile.imread(home / "s_cp_masks.tif"), labels)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert "4.2" in capsys.readouterr().out


def test_options_that_cellpose_ignores_are_taken_and_named(
    home: Path, crop: Crop, capfd: pytest.CaptureFixture[str]
) -> None:
    write_picture(home / "a.png", crop(0))
    command = ["--image_path", str(home / "a.png"), "--pretrained_model", "cpsam", "--no_npy", "--verbose"]
    assert main([*command, "--chan", "2", "--transformer"]) == 0
    assert "not used, as in Cellpose 4: --transformer, --chan" in capfd.readouterr().out
