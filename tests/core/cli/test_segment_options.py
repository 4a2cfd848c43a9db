"""Options of `cpsam segment`: each setting of the engine is one, in both spellings, and reaches it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cpsam_core import Segmenter, Settings
from cpsam_core.cli import main
from cpsam_core.cli.options import OPTIONS
from cpsam_core.labels import object_table
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.segmenter import NetworkOutput, Segmentation
from tests.core.conftest import Write


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
    if hasattr(Settings(), name):
        wanted = dataclasses.replace(Settings(), **{name: expected})
    else:
        wanted = Settings(normalize=dataclasses.replace(NormalizeSettings(), **{name: expected}))
    assert seen == [wanted], "this one and no other"


def _nothing() -> Any:
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
