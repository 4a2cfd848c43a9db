"""`cpsam segment` by blocks: when it works so, what it says, and how it goes on after its end."""

import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import tifffile

from cpsam_core.cli import main
from cpsam_core.images import read_labels
from tests.core.blocks.scenes import IMAGE

# With these an untrained network finds something.
FINDING = ["--diameter", "30", "--cellprob_threshold", "-1", "--flow_threshold", "0", "--min_size", "5"]


def test_a_small_file_of_a_large_image_works_by_blocks_too(tmp_path, disk_model, folder, capsys):
    """What a run needs is many times the image, and the image may be many times its file."""
    image = np.tile(np.pad(np.full((30, 30), 200, np.uint8), 17), (20, 20))
    tifffile.imwrite(
        tmp_path / "repeated.tif", image, tile=(256, 256), compression="zlib", metadata={"axes": "YX"}
    )
    size = (tmp_path / "repeated.tif").stat().st_size
    assert size * 200 < 0.04e9 < image.size * 40
    command = ["segment", str(tmp_path / "repeated.tif"), "--out", "out", "--max-memory", "0.04"]
    assert main([*command, "--save", "tif"]) == 0
    assert "blocks" in capsys.readouterr().err


def test_the_command_line_works_by_blocks(tmp_path, slide, disk_model, folder, capsys):
    assert main(["segment", str(slide), "--out", "whole", "--blocks", "never"]) == 0
    assert main(["segment", str(slide), "--out", "blocks", "--blocks", "512", "--save", "tif,csv"]) == 0
    said = capsys.readouterr()
    assert "4 blocks" in said.err and "B of memory" in said.err
    assert np.array_equal(read_labels("blocks/slide_masks.tif"), read_labels("whole/slide_masks.tif"))
    assert sorted(path.name for path in (folder / "blocks").iterdir()) == [
        "slide_masks.tif",
        "slide_objects.csv",
    ]
    # Too little memory for the whole image: blocks by themselves.
    assert main(["segment", str(slide), "--out", "auto", "--max-memory", "0.024", "--save", "zarr"]) == 1
    said = capsys.readouterr().err
    assert re.search(r"Blocks of 512 pixels need \d\d\.\d MB of memory, and 24\.0 MB may be used", said), said
    assert main(["segment", str(slide), "--out", "auto", "--max-memory", "0.02", "--save", "rois"]) == 1
    said = capsys.readouterr().err
    assert re.search(r"needs \d+\.\d MB of memory as a whole, and 20\.0 MB may be used", said), said
    assert "tif, zarr, csv can be saved, not rois" in said


def test_all_scenes_and_times(tmp_path, disk_model, folder):
    with tifffile.TiffWriter(tmp_path / "a.ome.tif") as file:
        file.write(IMAGE[:100, :100], metadata={"axes": "YX", "Name": "overview"})
        film = np.stack([IMAGE[:80, :90], IMAGE[80:160, :90]])
        file.write(film, metadata={"axes": "TYX", "Name": "film"}, photometric="minisblack")
    assert main(["segment", str(tmp_path / "a.ome.tif"), "--out", "o", "--all-scenes", "--all-times"]) == 0
    names = sorted(path.name for path in (folder / "o").iterdir())
    assert names == ["a.ome_s00_masks.tif", "a.ome_s01_t000_masks.tif", "a.ome_s01_t001_masks.tif"]
    assert read_labels(folder / "o" / names[2]).shape == (80, 90)


def test_a_killed_command_goes_on(tmp_path, slide, tiny_model, folder):
    command = [sys.executable, "-m", "cpsam_core.cli", "segment", str(slide), "--model", str(tiny_model)]
    command += [
        "--out",
        "o",
        "--blocks",
        "512",
        *FINDING,
        "--device",
        "cpu",
        "--precision",
        "float32",
    ]
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    first = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    found = folder / "o" / "slide.blocks" / "found"
    end = time.monotonic() + 120
    # Of a name that begins with a digit: others are files that are being written.
    while time.monotonic() < end and not (found.is_dir() and list(found.glob("[0-9]*.steps"))):
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    done = {path.name: path.stat().st_mtime_ns for path in found.glob("[0-9]*.steps")}
    assert done
    if len(done) < 4:
        assert not (folder / "o" / "slide_masks.tif").exists()
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 0, again.stderr
    assert "goes on with" in again.stderr
    at_once = ["never" if word == "512" else word for word in command]
    at_once[at_once.index("o")] = "w"
    whole = subprocess.run(at_once, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert whole.returncode == 0, whole.stderr
    labels = read_labels(folder / "w" / "slide_masks.tif")
    assert labels.max() > 0
    assert np.array_equal(read_labels(folder / "o" / "slide_masks.tif"), labels)
