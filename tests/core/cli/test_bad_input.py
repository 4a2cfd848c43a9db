"""Bad input on the command line: one clear line, an exit code, and nothing half-written."""

from __future__ import annotations

import errno
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile

from cpsam_core.cli import main
from cpsam_core.images import read_labels, write_labels

Write = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


def errors_of(capsys: Capture) -> list[str]:
    """Return what was said on standard error; nothing of it may be a traceback."""
    lines = capsys.readouterr().err.splitlines()
    assert not any("Traceback" in line for line in lines)
    return lines


def make(name: str, array: Any, **options: Any) -> Path:
    tifffile.imwrite(name, array, **options)
    return Path(name)


def noise(shape: tuple[int, ...], dtype: str = "uint8") -> Any:
    values = np.random.default_rng(0).integers(0, 200, shape)
    return values.astype(dtype)


def not_an_image() -> Path:
    Path("a.png").write_text("I am a letter.", encoding="utf-8")
    return Path("a.png")


def another_kind() -> Path:
    Path("a.txt").write_text("I am a letter.", encoding="utf-8")
    return Path("a.txt")


def truncated_tiff() -> Path:
    path = make("a.tif", noise((64, 64)))
    path.write_bytes(path.read_bytes()[:-1000])
    return path


def truncated_png() -> Path:
    data = imagecodecs.png_encode(noise((64, 64)))
    Path("a.png").write_bytes(data[: len(data) // 2])
    return Path("a.png")


def empty_file() -> Path:
    Path("a.tif").write_bytes(b"")
    return Path("a.tif")


def zero_size() -> Path:
    np.save("a.npy", np.zeros((0, 10)))
    return Path("a.npy")


def nothing_but_nan() -> Path:
    return make("a.tif", np.full((32, 32), np.nan, np.float32))


def five_dimensions() -> Path:
    np.save("a.npy", noise((6, 7, 8, 64, 64)))
    return Path("a.npy")


def time_series() -> Path:
    return make("a.tif", noise((4, 2, 3, 32, 32)), metadata={"axes": "TZCYX"}, ome=True)


def hostile_pickle() -> Path:
    class Hostile:
        def __reduce__(self) -> Any:
            return Path.touch, (Path("run by the pickle"),)

    with Path("a.npy").open("wb") as file:
        np.save(file, np.array([Hostile()], dtype=object), allow_pickle=True)
    return Path("a.npy")


def folder_with_suffix() -> Path:
    Path("a.png").mkdir()
    return Path("a.png")


BAD = (
    not_an_image,
    another_kind,
    truncated_tiff,
    truncated_png,
    empty_file,
    zero_size,
    nothing_but_nan,
    five_dimensions,
    time_series,
    hostile_pickle,
    folder_with_suffix,
    lambda: Path("missing.tif"),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__.strip("<>"))
def test_one_line_and_exit_code_1(
    bad: Callable[[], Path], folder: Path, disk_model: Any, capsys: Capture
) -> None:
    path = bad()
    assert main(["segment", str(path), "--out", "out"]) == 1
    (line,) = errors_of(capsys)
    assert line.startswith("cpsam: error: ") and path.name in line
    assert not any(Path("out").rglob("*") if Path("out").exists() else ())
    assert not Path("run by the pickle").exists()


ODD = {
    "one pixel": lambda: make("a.tif", noise((1, 1))),
    "one row": lambda: make("a.tif", noise((1, 50))),
    "constant": lambda: make("a.tif", np.full((40, 40), 7, np.uint8)),
    "some nan": lambda: make("a.tif", np.where(noise((40, 40)) > 190, np.nan, 1).astype(np.float32)),
    "infinite": lambda: make("a.tif", np.where(noise((40, 40)) > 190, np.inf, 1).astype(np.float32)),
    "1 bit": lambda: make("a.tif", noise((40, 40)) > 100, photometric="minisblack"),
    **{
        dtype: lambda dtype=dtype: make("a.tif", noise((40, 40), dtype))
        for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64", "uint64")
    },
    "4 dimensions": lambda: make("a.tif", noise((3, 2, 40, 40)), imagej=True, metadata={"axes": "ZCYX"}),
    "5 dimensions": lambda: make("a.tif", noise((1, 3, 2, 40, 40)), imagej=True, metadata={"axes": "TZCYX"}),
    "30 channels": lambda: make("a.tif", noise((30, 40, 40)), metadata={"axes": "CYX"}),
    "renamed PNG": lambda: (
        Path("a.tif").write_bytes(imagecodecs.png_encode(noise((40, 40)))) and Path("a.tif")
    ),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_images_are_segmented(name: str, folder: Path, disk_model: Any, capsys: Capture) -> None:
    path = ODD[name]()
    assert main(["segment", str(path), "--out", "out", "--save", "tif,seg,csv,overlay"]) == 0
    labels = read_labels(next(Path("out").glob("*_masks.tif")))
    assert labels.shape[-1] in (1, 40, 50)
    assert all(line.startswith("cpsam: warning: ") for line in errors_of(capsys))


def test_axes_and_time_decide_where_the_file_leaves_it_open(folder: Path, disk_model: Any) -> None:
    series = time_series()
    assert main(["segment", str(series), "--time", "1", "--out", "one"]) == 0
    assert main(["segment", str(series), "--time", "9", "--out", "none"]) == 1
    np.save("b.npy", noise((7, 6, 40, 40)))
    assert main(["segment", "b.npy", "--out", "open"]) == 1
    assert main(["segment", "b.npy", "--axes", "ZCYX", "--out", "given"]) == 0
    assert read_labels("given/b_masks.tif").shape == (7, 40, 40)


NAMES = (
    "αβγ δέλτα.png",
    "細胞 画像.png",
    "خلايا.png",
    "c\u0327e\u0301.png",
    "🔬.png",
    "it's 100% #1;&.png",
    "-v.png",
)


def test_names_in_any_script(write_disks: Write, disk_model: Any, capsys: Capture) -> None:
    for name in NAMES:
        write_disks(f"in/{name}")
    assert main(["segment", "in", "--out", "результаты", "--save", "tif,rois,seg"]) == 0
    assert len(list(Path("результаты").iterdir())) == 3 * len(NAMES)
    assert main(["evaluate", "результаты", "результаты"]) == 0


def test_one_bad_file_does_not_stop_the_others(write_disks: Write, disk_model: Any, capsys: Capture) -> None:
    for name in ("in/1.png", "in/3.png", "in/5.png"):
        write_disks(name)
    Path("in/2.png").write_bytes(b"no picture")
    Path("in/4.tif").write_bytes(b"")
    assert main(["segment", "in", "missing.png", "--out", "out"]) == 1
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "1_masks.tif",
        "3_masks.tif",
        "5_masks.tif",
    ]
    summary = "\n".join(errors_of(capsys)).split("3 of 6 images failed:")[1]
    assert all(name in summary for name in ("2.png", "4.tif", "missing.png"))


def test_settings_that_do_not_fit_stop_that_image(
    write_disks: Write, disk_model: Any, capsys: Capture
) -> None:
    image = write_disks("a.png")
    assert main(["segment", str(image), "--do_3D"]) == 1
    (line,) = errors_of(capsys)
    assert str(image) in line and "stack" in line
    assert main(["segment", str(image), "--channels", "DAPI"]) == 1


def test_output_folder_that_cannot_be_made(write_disks: Write, disk_model: Any, capsys: Capture) -> None:
    write_disks("a.png")
    Path("out").write_text("a file", encoding="utf-8")
    for out in ("out", "out/below"):
        assert main(["segment", "a.png", "--out", out]) == 1
        (line,) = errors_of(capsys)
        assert "out" in line


def test_no_permission(
    write_disks: Write, disk_model: Any, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """The system's answer is played: tests may run as an administrator, who may write anywhere."""
    write_disks("a.png")

    def forbidden(self: Path, *arguments: Any, **options: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    assert main(["segment", "a.png", "--out", "out"]) == 1
    (line,) = errors_of(capsys)
    assert line == "cpsam: error: The folder out cannot be made: Permission denied."


@pytest.mark.skipif(sys.platform == "win32", reason="the limit of file sizes is Unix")
def test_full_disk_leaves_no_file_of_the_image(write_disks: Write, disk_model: Any, capsys: Capture) -> None:
    """A limit of file sizes plays the full disk: masks still fit, flows do not."""
    import resource

    write_disks("in/a.png")
    write_disks("in/b.png")
    Path("out").mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        code = main(["segment", "in", "--out", "out", "--save", "tif,flows"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert code == 1
    lines = errors_of(capsys)
    assert "a_flows.tif" in lines[0] and "disk is full" in lines[0]
    assert list(Path("out").iterdir()) == []


def test_model_that_is_not_there(write_disks: Write, capsys: Capture) -> None:
    write_disks("a.png")
    for model in ("cpsam_v2", "wormsam", "missing.pth"):
        assert main(["segment", "a.png", "--model", model]) == 1
        (line,) = errors_of(capsys)
        assert model in line
    assert [path.name for path in Path().iterdir()] == ["a.png"]


def test_checkpoint_of_another_kind(write_disks: Write, capsys: Capture) -> None:
    write_disks("a.png")
    Path("letter.pth").write_text("I am a letter.", encoding="utf-8")
    with Path("hostile.pth").open("wb") as file:
        pickle.dump({"W2": Path("x")}, file)
    for name in ("letter.pth", "hostile.pth"):
        assert main(["segment", "a.png", "--model", name]) == 1
        (line,) = errors_of(capsys)
        assert name in line


def test_device_that_is_not_there(write_disks: Write, tiny_model: Path, capsys: Capture) -> None:
    write_disks("a.png")
    assert main(["segment", "a.png", "--model", str(tiny_model), "--device", "abacus"]) == 1
    (line,) = errors_of(capsys)
    assert "abacus" in line


def test_masks_of_another_size(folder: Path, capsys: Capture) -> None:
    for place, size in (("true", 40), ("predicted", 50)):
        Path(place).mkdir()
        write_labels(f"{place}/a.tif", np.ones((40, size), np.uint16))
    assert main(["evaluate", "true", "predicted"]) == 1
    (line,) = errors_of(capsys)
    assert "50 x 40" in line and "40 x 40" in line and "a.tif" in line


@pytest.mark.parametrize(
    "bad", [not_an_image, truncated_png, empty_file, hostile_pickle], ids=lambda bad: bad.__name__
)
def test_bad_masks(bad: Callable[[], Path], folder: Path, capsys: Capture) -> None:
    path = bad()
    assert main(["evaluate", str(path), str(path)]) == 1
    (line,) = errors_of(capsys)
    assert path.name in line
    assert not Path("run by the pickle").exists()
