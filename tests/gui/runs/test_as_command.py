"""The window, the command line and Python agree on what a run is."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from cpsam_core.cli import main as cli_main
from cpsam_core.cli import segment as cli_segment
from cpsam_core.cli.options import settings_from
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import Settings
from cpsam_gui.runs.as_command import Call, command_line, python_call
from cpsam_gui.runs.options import ModelChoice
from cpsam_gui.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

SETTINGS = [
    Settings(),
    Settings(diameter="auto", flow_threshold=0.0, cellprob_threshold=-1.5, min_size=0),
    Settings(diameter=17.3, channels=(2, "DAPI, deep"[:4], 0), niter=2000, augment=True),
    Settings(cellprob_threshold=-1e-05, tile_overlap=0.25, batch_size=1, exclude_on_edges=True),
    Settings(do_3D=True, anisotropy=2.5, flow3D_smooth=(1.0, 2.0, 0.5), axes="ZCYX"),
    Settings(stitch_threshold=0.25, max_size_fraction=0.9, flow3D_smooth=2.0),
    Settings(normalize=NormalizeSettings(percentile=(0.1, 99.9), invert=True, norm3D=False)),
    Settings(normalize=NormalizeSettings(normalize=False)),
    Settings(normalize=NormalizeSettings(lowhigh=(0.0, 4095.0))),
    Settings(normalize=NormalizeSettings(lowhigh=((-5.0, 10.5), (0.0, 1.0)))),
    Settings(normalize=NormalizeSettings(tile_norm_blocksize=100, sharpen_radius=3.5, smooth_radius=0.5)),
]


def parse(line: str) -> argparse.Namespace:
    words = shlex.split(line)
    assert words[:2] == ["cpsam", "segment"]
    parser = argparse.ArgumentParser()
    cli_segment.add_parser(parser)
    return parser.parse_args(words[2:])


def run_python(text: str) -> tuple[Any, ...]:
    """Run the lines with stand-ins for the engine; return what it was given."""
    import cpsam_core
    from cpsam_core import images

    seen: dict[str, Any] = {}

    class Stand:
        @staticmethod
        def load(*args: Any, **options: Any) -> type[Stand]:
            seen["load"] = (args, options)
            return Stand

        @staticmethod
        def segment(image: Any, settings: Any) -> Any:
            seen["settings"] = settings
            return argparse.Namespace(labels=None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpsam_core, "Segmenter", Stand, raising=False)
        patch.setattr(images, "read_image", lambda *args, **options: seen.update(read=(args, options)))
        exec(text, {})
    return seen["load"], seen["read"], seen["settings"]


@pytest.mark.parametrize("settings", SETTINGS)
def test_all_three_mean_the_same_settings(settings: Settings) -> None:
    call = Call("/data/cells.tif", ModelChoice(), settings)
    assert settings_from(parse(command_line(call, "linux"))) == settings
    assert run_python(python_call(call))[2] == settings


@given(
    flow=st.floats(0, 10),
    cell=st.floats(-20, 20),
    size=st.integers(0, 10**6),
    diameter=st.one_of(st.none(), st.floats(1, 1e4)),
)
def test_every_number_comes_back(flow: float, cell: float, size: int, diameter: float | None) -> None:
    settings = Settings(flow_threshold=flow, cellprob_threshold=cell, min_size=size, diameter=diameter)
    assert settings_from(parse(command_line(Call("a.tif", ModelChoice(), settings), "linux"))) == settings


@pytest.mark.parametrize(
    "path", ["/data/my cells/it's $HOME `x`.tif", "/data/*.tif", '/data/"quoted" & more;.tif', "/ä/細胞.tif"]
)
def test_paths_and_models_survive_the_shell(path: str) -> None:
    model = ModelChoice("/models/my best model.safetensors", "cuda:1", "float32")
    call = Call(path, model, Settings(), time=3)
    args = parse(command_line(call, "linux"))
    assert args.inputs == [path]
    assert (args.model, args.device, args.precision, args.time) == (model.name, "cuda:1", "float32", 3)
    load, read, _ = run_python(python_call(call))
    assert load == ((model.name,), {"device": "cuda:1", "precision": "float32"})
    assert read == ((path,), {"time": 3})


def test_all_time_points_of_a_scene() -> None:
    call = Call("movie.tif", ModelChoice(), Settings(), time=1, scene=2, times=3)
    args = parse(command_line(call, "linux"))
    assert (args.all_times, args.time, args.scene) == (True, None, "2")
    _, read, _ = run_python(python_call(call))
    assert read == (("movie.tif",), {"scene": 2, "time": 2}), "the last of three"
    one = parse(command_line(replace(call, times=0), "linux"))
    assert (one.all_times, one.time, one.scene) == (False, 1, "2")


def test_windows_quotes_its_own_way() -> None:
    call = Call(r"C:\my cells\a.tif", ModelChoice(), Settings())
    assert command_line(call, "win32").startswith(r'cpsam segment "C:\my cells\a.tif" --model cpsam-lite')


def test_an_image_without_a_file_gets_a_placeholder() -> None:
    call = Call("", ModelChoice(), Settings())
    assert parse(command_line(call, "linux")).inputs == ["IMAGE.tif"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "diameter": 24.5,
            "cellprob_threshold": -1.0,
            "min_size": 40,
            "percentile": (5.0, 99.9),
            "niter": 90,
        },
    ],
)
def test_window_terminal_and_python_give_the_same_masks(
    qtbot: QtBot, small_image: Path, changes: dict[str, Any]
) -> None:
    """The embedded model, three ways, through the text that is put on the clipboard."""
    session = Session()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(small_image)
    session.run_state.change(**changes)
    call = session.run_state.call()
    with qtbot.waitSignal(session.history_changed, timeout=120_000):
        session.segmenting.segment()
    seen = np.array(session.document.labels[0])
    session.close()
    assert seen.max() >= 1

    words = shlex.split(command_line(call, "linux"))
    out = small_image.parent / "out"
    assert cli_main([*words[1:], "--out", str(out)]) == 0
    np.testing.assert_array_equal(tifffile.imread(out / "small cells_masks.tif"), seen)

    names: dict[str, Any] = {}
    exec(python_call(call), names)
    np.testing.assert_array_equal(names["labels"], seen)


@pytest.fixture
def small_image(tmp_path: Path) -> Path:
    """Write a small image of bright discs that the embedded model finds."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:120, :140]
    pixels = rng.normal(100, 5, (120, 140))
    for row, column in ((30, 30), (30, 95), (85, 40), (85, 100)):
        pixels += 400 * np.exp(-((((y - row) ** 2 + (x - column) ** 2) / (2 * 9.0**2)) ** 2))
    path = tmp_path / "small cells.tif"
    tifffile.imwrite(path, pixels.astype(np.uint16))
    return path
