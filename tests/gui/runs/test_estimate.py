from __future__ import annotations

import pytest

from cpsam_core.segment.settings import Settings
from cpsam_gui.runs.estimate import Estimate, TileTimes, guessed_device, guessed_pace, tiles_of
from cpsam_gui.runs.options import ModelChoice


def test_tiles_are_those_that_the_network_sees() -> None:
    from cpsam_core.segment.predict import count_tiles

    plain = count_tiles((512, 512), 256)
    assert tiles_of((1, 512, 512), Settings(diameter=30)) == plain
    assert tiles_of((7, 512, 512), Settings(diameter=30)) == 7 * plain
    assert tiles_of((1, 512, 512), Settings(diameter=15)) == count_tiles((512, 512), 256, scale=2.0)
    measured = tiles_of((1, 512, 512), Settings(diameter="auto"), known=15)
    assert measured > tiles_of((1, 512, 512), Settings(diameter=15))
    assert tiles_of((1, 512, 512), Settings(), diameter="auto", known=15) == measured
    volume = tiles_of((10, 64, 64), Settings(do_3D=True, anisotropy=2.0))
    assert volume == (20 + 64 + 64) * count_tiles((64, 64), 256)  # no side is longer than a tile


def test_only_long_runs_on_the_processor_are_slow() -> None:
    assert Estimate(400.0, "cpu").slow
    assert not Estimate(20.0, "cpu").slow
    assert not Estimate(400.0, "cuda").slow
    assert not Estimate(None, "cpu").slow


def test_the_pace_is_learnt_for_each_model_and_device() -> None:
    pace, choice = TileTimes(), ModelChoice("/models/mine.pth", precision="float32")
    assert pace.of(choice, "cpu") is None
    pace.learn(choice, "cpu", 10.0, 10)
    pace.learn(choice, "cpu", 30.0, 10)
    assert pace.of(choice, "cpu") == pytest.approx(2.0)
    assert pace.of(choice, "cuda:0") is None
    assert pace.of(ModelChoice("/models/mine.pth"), "cpu") is None
    pace.learn(choice, "cpu", 0.0, 0)
    assert TileTimes(pace.known).of(choice, "cpu") == pytest.approx(2.0)


def test_guesses() -> None:
    assert guessed_device(ModelChoice(device="cpu")) == "cpu"
    assert guessed_device(ModelChoice()) in ("cpu", "cuda", "mps")
    assert guessed_pace(None, "cpu") is None
    assert guessed_pace(10_000_000, "cpu") is None
    assert guessed_pace(1_200_000_000, "cuda") is None
    assert (guessed_pace(1_200_000_000, "cpu") or 0) > 0
