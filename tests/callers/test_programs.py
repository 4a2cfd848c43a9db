"""Each program's command line, and the files that it reads afterwards, as it reads them."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import roifile
import tifffile

from cellpose.__main__ import main
from cpsam_core import Segmenter, Settings
from cpsam_core.images import read_image
from tests.callers.conftest import Crop


def test_qupath_segments(home: Path, crop: Crop) -> None:
    """The extension writes tiles, starts Python and takes up each file of masks as it appears."""
    folder = home / "tiles"
    folder.mkdir()
    names = [f"Temp_{x}_0_z0_t0" for x in (0, 128, 256)]
    for number, name in enumerate(names):
        tifffile.imwrite(folder / f"{name}.tif", crop(number))
    command = [sys.executable, "-Xutf8", "-W", "ignore", "-m", "cellpose", "--dir", str(folder)]
    command += ["--pretrained_model", "cpsam", "--diameter", "25.0", "--save_tif", "--no_npy"]
    command += ["--use_gpu", "--verbose"]
    order = _watched(command, folder, [f"{name}_cp_masks.tif" for name in names])
    assert order[0] == ["Temp_0_0_z0_t0_cp_masks.tif"]
    assert len(order) > 1  # not all at the end
    assert not list(folder.glob("*.npy"))
    ours = Segmenter.load("cpsam", "cpu").segment(
        read_image(folder / f"{names[0]}.tif"), Settings(diameter=25)
    )
    masks = tifffile.imread(folder / f"{names[0]}_cp_masks.tif")
    assert masks.dtype == np.uint16
    np.testing.assert_array_equal(masks, ours.labels)


def _watched(command: list[str], folder: Path, expected: list[str]) -> list[list[str]]:
    """Run a command and return what was new among the expected files at each look that saw something new."""
    seen: list[str] = []
    order: list[list[str]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while True:
            ended = process.poll() is not None
            new = [name for name in expected if name not in seen and (folder / name).exists()]
            if new:
                for name in new:
                    assert tifffile.imread(folder / name).max() > 0  # whole from the moment it is there
                seen += new
                order.append(new)
            if ended:
                break
            time.sleep(0.01)
        assert process.stdout is not None
        text = process.stdout.read()
    assert process.returncode == 0, text
    assert seen == expected
    return order


def test_trackmate(home: Path, crop: Crop) -> None:
    """TrackMate numbers the frames, reads 16-bit PNG, and follows the log of the home folder for its bar."""
    folder = home / "frames"
    folder.mkdir()
    tifffile.imwrite(folder / "0.tif", crop(0))
    tifffile.imwrite(folder / "1.tif", np.full((64, 64), 7, np.uint8))
    command = ["--pretrained_model", "cpsam", "--use_gpu", "--dir", str(folder)]
    command += ["--chan", "0", "--chan2", "0"]
    assert main([*command, "--diameter", "0", "--save_png", "--no_npy", "--verbose"]) == 0
    masks = cv2.imread(str(folder / "0_cp_masks.png"), cv2.IMREAD_UNCHANGED)
    assert masks is not None
    assert masks.dtype == np.uint16
    ours = Segmenter.load("cpsam", "cpu").segment(read_image(folder / "0.tif"))
    np.testing.assert_array_equal(masks, ours.labels)
    # A frame without cells has its file as well, else the frames after it would be taken for it.
    empty = cv2.imread(str(folder / "1_cp_masks.png"), cv2.IMREAD_UNCHANGED)
    assert empty is not None
    assert not empty.any()
    lines = (home / ".cellpose" / "run.log").read_text(encoding="utf-8").splitlines()
    parts = [int(found[1]) for line in lines if (found := re.match(r".+\s(\d+)%.+", line))]
    assert parts == [0, 50, 100]


def test_cellprofiler_in_a_container(home: Path, crop: Crop) -> None:
    """CellProfiler writes one image, and loads `NAME_seg.npy` with numpy."""
    folder = home / "img"
    folder.mkdir()
    tifffile.imwrite(folder / "input.tiff", crop(0).astype(np.float32) / 255)
    command = ["--use_gpu", "--verbose", "--dir", str(folder), "--pretrained_model", "cpsam"]
    options = ["--diameter", "25", "--anisotropy", "1.0", "--flow_threshold", "0.4"]
    options += ["--cellprob_threshold", "0", "--stitch_threshold", "0"]
    assert main([*command, *options, "--exclude_on_edges"]) == 0
    output: dict[str, Any] = np.load(folder / "input_seg.npy", allow_pickle=True).item()
    masks, flows = output["masks"], output["flows"]
    assert masks.shape == (128, 128)
    assert masks.max() > 1
    assert not np.concatenate([masks[0], masks[-1], masks[:, 0], masks[:, -1]]).any()
    assert np.squeeze(flows[1]).shape == (128, 128)  # the probabilities that it shows


def test_nf_core(home: Path, crop: Crop) -> None:
    """The module gives one image and collects masks, flows and `_seg.npy`."""
    tifffile.imwrite(home / "sample.tif", crop(0))
    command = ["--image_path", str(home / "sample.tif"), "--pretrained_model", "cpsam"]
    command += ["--save_tif", "--save_flows"]
    assert main([*command, "--save_rois", "--save_txt", "--save_outlines"]) == 0
    made = {path.name for path in home.glob("sample*")}
    assert made == {
        "sample.tif",
        "sample_cp_masks.tif",
        "sample_seg.npy",
        "sample_flows_cp_masks.tif",
        "sample_dP_cp_masks.tif",
        "sample_rois.zip",
        "sample_cp_outlines.txt",
        "sample_outlines_cp_masks.png",
    }
    count = int(tifffile.imread(home / "sample_cp_masks.tif").max())
    assert len(roifile.roiread(home / "sample_rois.zip")) == count
    assert tifffile.imread(home / "sample_dP_cp_masks.tif").shape == (2, 128, 128)
