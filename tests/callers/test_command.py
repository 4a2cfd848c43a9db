"""Each program's command line, and the files that it reads afterwards, as it reads them."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import roifile
import tifffile
from numpy.typing import NDArray

from cellpose.__main__ import main
from cpsam_core import Segmentation, Segmenter, Settings
from cpsam_core.images import read_image, write_labels, write_picture
from cpsam_core.labels import object_table
from cpsam_core.segment.output import NetworkOutput

Crop = Callable[[int], NDArray[np.uint8]]


def test_qupath_segments(home: Path, crop: Crop) -> None:
    """The extension writes tiles, starts Python and takes up each file of masks as it appears."""
    folder = home / "tiles"
    folder.mkdir()
    names = [f"Temp_{x}_0_z0_t0" for x in (0, 128, 256)]
    for number, name in enumerate(names):
        tifffile.imwrite(folder / f"{name}.tif", crop(number))
    command = [sys.executable, "-Xutf8", "-W", "ignore", "-m", "cellpose", "--dir", str(folder)]
    command += [
        "--pretrained_model",
        "cpsam",
        "--diameter",
        "25.0",
        "--save_tif",
        "--no_npy",
        "--use_gpu",
        "--verbose",
    ]
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


def test_qupath_trains(home: Path, crop: Crop, tiny_start: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The extension reads the losses from the lines, and takes the model from the folder `models`."""
    for part, numbers in (("train", (0, 1)), ("test", (2,))):
        (home / part).mkdir()
        for number in numbers:
            write_picture(home / part / f"{number}.png", crop(number))
            write_labels(home / part / f"{number}_masks.tif", _blocks())
    command = ["--train", "--dir", str(home / "train"), "--test_dir", str(home / "test"), "--bsize", "64"]
    command += ["--pretrained_model", str(tiny_start), "--learning_rate", "0.1111", "--n_epochs", "11"]
    command += ["--save_each", "--save_every", "5", "--model_name_out", "mine", "--use_gpu", "--verbose"]
    assert main(command) == 0
    pattern = re.compile(r".* (\d+), train_loss=(\S+), test_loss=(\S+), LR=(\S+), time (\S+)s$")
    lines = [found for line in capfd.readouterr().out.splitlines() if (found := pattern.match(line))]
    assert [int(line[1]) for line in lines] == list(range(1, 12))
    assert float(lines[-1][4]) == pytest.approx(0.1111, abs=1e-3)
    assert all(float(line[2]) > 0 and float(line[3]) > 0 for line in lines)
    made = sorted(path.name for path in (home / "train" / "models").iterdir() if path.suffix != ".json")
    assert made == ["mine", "mine_epoch_0005", "mine_epoch_0010"]
    assert Segmenter.load(home / "train" / "models" / "mine", "cpu").network.tile == 256


def test_images_with_few_masks_are_not_trained_on(
    home: Path, crop: Crop, tiny_start: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_picture(home / "a.png", crop(0))
    write_labels(home / "a_masks.tif", np.where(_blocks() < 4, _blocks(), 0))
    assert main(["--train", "--dir", str(home), "--pretrained_model", str(tiny_start), "--verbose"]) == 1
    assert "no image has 5 masks or more" in capfd.readouterr().out


def test_a_list_of_files_with_probabilities(
    home: Path, crop: Crop, tiny_start: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Cellpose reads with --file_list: also labels in a file of flows, whose first map they are."""
    from cellpose import train
    from cpsam_core.data.dataset import TrainingSet

    for number in range(3):
        write_picture(home / f"{number}.png", crop(number))
    write_labels(home / "0_masks.tif", _blocks())
    maps = np.stack([_blocks()] * 4).astype(np.float32)
    # As tifffile writes four planes where nobody says what they are.
    tifffile.imwrite(home / "1_flows.tif", maps, photometric="rgb", planarconfig="separate")
    write_labels(home / "2_masks.tif", _blocks())
    files = {"train_files": [str(home / "0.png"), str(home / "1.png")], "test_files": [str(home / "2.png")]}
    np.save(home / "files.npy", np.array({**files, "train_probs": np.array([0.25, 0.75])}), allow_pickle=True)
    mixed: list[dict[str, float]] = []
    enough = train.enough

    def looked(data: TrainingSet, fewest: int) -> Any:
        assert [data.objects(index) for index in range(2)] == [16, 16]
        return enough(data, fewest)

    def mixing(pairs: Any, mixture: Any, *rest: Any, **others: Any) -> TrainingSet:
        made = TrainingSet(pairs, mixture, *rest, **others)
        mixed.append(made.mixing)
        return made

    monkeypatch.setattr(train, "enough", looked)
    monkeypatch.setattr("cpsam_core.data.dataset.TrainingSet", mixing)
    command = ["--train", "--dir", str(home), "--file_list", str(home / "files.npy"), "--n_epochs", "1"]
    command += ["--pretrained_model", str(tiny_start), "--model_name_out", "mine", "--bsize", "64"]
    assert main(command) == 0
    assert (home / "models" / "mine").is_file()
    assert {"000000": 0.25, "000001": 0.75} in mixed


def test_what_is_missing_for_a_training_is_said(
    home: Path, tiny_start: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    start = ["--train", "--pretrained_model", str(tiny_start), "--verbose"]
    assert main(start) == 1
    assert "--train needs --dir" in capfd.readouterr().out
    np.save(home / "files.npy", np.array({"test_files": []}), allow_pickle=True)
    assert main([*start, "--dir", str(home), "--file_list", str(home / "files.npy")]) == 1
    assert "no list train_files" in capfd.readouterr().out


def test_a_training_sees_the_images_as_the_options_say(
    home: Path, crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cellpose import training

    tifffile.imwrite(home / "a.tif", np.stack([crop(0)] * 2))
    write_labels(home / "a_masks.tif", _blocks())
    seen: list[Any] = []
    monkeypatch.setattr(training, "load_start", lambda name: (name, None))
    monkeypatch.setattr(
        training, "train_on_pairs", lambda net, pairs, *_, **__: seen.extend([net, *pairs]) or (home,)
    )
    command = ["--train", "--dir", str(home), "--channel_axis", "0", "--norm_percentile", "3", "98"]
    assert main([*command, "--pretrained_model", "cyto3"]) == 0
    start, pair = seen
    assert start == "cpsam_v2"
    assert (pair.seen.axes, pair.seen.normalize.percentile) == ("CYX", (3, 98))


def _blocks() -> NDArray[np.uint32]:
    labels = np.zeros((128, 128), np.uint32)
    for number in range(16):
        top, left = 4 + 32 * (number // 4), 4 + 32 * (number % 4)
        labels[top : top + 20, left : left + 20] = number + 1
    return labels


def test_trackmate(home: Path, crop: Crop) -> None:
    """TrackMate numbers the frames, reads 16-bit PNG, and follows the log of the home folder for its bar."""
    folder = home / "frames"
    folder.mkdir()
    tifffile.imwrite(folder / "0.tif", crop(0))
    tifffile.imwrite(folder / "1.tif", np.full((64, 64), 7, np.uint8))
    command = [
        "--pretrained_model",
        "cpsam",
        "--use_gpu",
        "--dir",
        str(folder),
        "--chan",
        "0",
        "--chan2",
        "0",
    ]
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
    command = [
        "--use_gpu",
        "--verbose",
        "--dir",
        str(folder),
        "--pretrained_model",
        "cpsam",
        "--diameter",
        "25",
    ]
    options = [
        "--anisotropy",
        "1.0",
        "--flow_threshold",
        "0.4",
        "--cellprob_threshold",
        "0",
        "--stitch_threshold",
        "0",
    ]
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
    command = [
        "--image_path",
        str(home / "sample.tif"),
        "--pretrained_model",
        "cpsam",
        "--save_tif",
        "--save_flows",
    ]
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
    command += [
        "--save_tif",
        "--save_txt",
        "--in_folders",
        "--savedir",
        str(home / "out"),
        "--output_name",
        "",
    ]
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
    command = [
        "--image_path",
        str(home / "s.tif"),
        "--pretrained_model",
        "cpsam",
        "--do_3D",
        "--diameter",
        "30",
    ]
    command += [
        "--flow3D_smooth",
        "2",
        "1",
        "1",
        "--anisotropy",
        "1.5",
        "--min_size",
        "-1",
        "--save_png",
        "--no_npy",
    ]
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


@pytest.fixture
def tiny_start(tmp_path: Path) -> Path:
    """Return a small untrained network, which trains in a second."""
    import torch

    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.vit import FlowVit

    torch.manual_seed(0)
    return write_checkpoint(
        tmp_path / "tiny.safetensors", FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16))
    )
