"""The settings of a segmentation."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from cpsam_core import Settings
from cpsam_core.errors import SettingsError


def test_names_and_defaults_are_those_that_users_know() -> None:
    settings = Settings()
    known = {
        "diameter": None,
        "flow_threshold": 0.4,
        "cellprob_threshold": 0.0,
        "min_size": 15,
        "niter": None,
        "augment": False,
        "tile_overlap": 0.1,
        "batch_size": 8,
        "do_3D": False,
        "anisotropy": None,
        "flow3D_smooth": 0.0,
        "stitch_threshold": 0.0,
        "exclude_on_edges": False,
        "max_size_fraction": 0.4,
    }
    assert {name: getattr(settings, name) for name in known} == known


def test_frozen_equal_and_hashable() -> None:
    assert Settings(channels=[1, "DAPI"]) == Settings(channels=(1, "DAPI"))
    assert hash(Settings(channels=[1])) == hash(Settings(channels=(1,)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().diameter = 3  # type: ignore[misc]


def test_one_channel_by_name() -> None:
    assert Settings(channels="DAPI").channels == ("DAPI",)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        (Settings(), 200),
        (Settings(niter=7), 7),
        (Settings(diameter=60), 400),
        (Settings(diameter=7.5), 50),
        (Settings(diameter=45, niter=2000), 2000),
        (Settings(diameter="auto"), 200),
    ],
)
def test_steps_grow_with_the_diameter(settings: Settings, steps: int) -> None:
    assert settings.steps == steps


@pytest.mark.parametrize("diameter", [45, 45.0, np.float32(45), np.int64(45)])
def test_numbers_of_numpy_are_numbers(diameter: Any) -> None:
    settings = Settings(diameter=diameter)
    assert type(settings.diameter) is float
    assert settings.steps == 300


@pytest.mark.parametrize(
    "values",
    [
        {"diameter": 0.5},
        {"diameter": -3},
        {"diameter": math.nan},
        {"diameter": math.inf},
        {"diameter": "big"},
        {"flow_threshold": -0.1},
        {"flow_threshold": math.nan},
        {"cellprob_threshold": math.inf},
        {"niter": -1},
        {"tile_overlap": 0.95},
        {"tile_overlap": -0.1},
        {"batch_size": 0},
        {"anisotropy": 0},
        {"anisotropy": math.nan},
        {"stitch_threshold": 1.1},
        {"max_size_fraction": 0},
        {"max_size_fraction": 1.5},
    ],
)
def test_values_that_make_no_sense(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(values))):
        Settings(**values)


def test_zero_leaves_diameter_and_steps_open_as_in_the_reference() -> None:
    assert Settings(diameter=0, niter=0) == Settings()
