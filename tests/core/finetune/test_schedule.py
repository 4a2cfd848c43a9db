"""Learning rates by epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cpsam_core.errors import SettingsError
from cpsam_core.finetune.schedule import learning_rates


def test_finetuning_warms_up_and_halves_ten_times() -> None:
    rates = learning_rates(100, 1e-5)
    assert rates[0] == 0
    np.testing.assert_allclose(np.diff(rates[:10]), 1e-5 / 9)
    assert (rates[10:50] == 1e-5).all()
    np.testing.assert_allclose(rates[50::5], 1e-5 / 2.0 ** np.arange(1, 11))


def test_long_finetuning_halves_every_ten_epochs() -> None:
    rates = learning_rates(301, 1.0)
    assert (rates[10:201] == 1).all()
    np.testing.assert_allclose(rates[201::10], 1 / 2.0 ** np.arange(1, 11))


def test_short_finetuning_does_not_halve() -> None:
    assert (learning_rates(99, 1.0)[10:] == 1).all()


def test_the_papers_two_steps() -> None:
    rates = learning_rates(400, 1.0, "paper")
    assert [rates[299], rates[300], rates[349], rates[350], rates[399]] == [1, 0.1, 0.1, 0.01, 0.01]


@pytest.mark.parametrize("epochs", [8, 12, 40, 100, 101, 399])
def test_the_papers_two_steps_in_few_epochs(epochs: int) -> None:
    rates = learning_rates(epochs, 1.0, "paper")
    quarter, eighth = epochs // 4, epochs // 8
    warm = min(10, quarter)
    assert rates.max() == 1
    assert (np.diff(rates[:warm]) >= 0).all()
    assert (rates[warm : epochs - quarter] == 1).all()
    assert (rates[epochs - quarter : epochs - eighth] == 0.1).all()
    assert (rates[epochs - eighth :] == 0.01).all()


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_the_papers_steps_need_a_few_epochs(epochs: int) -> None:
    assert (learning_rates(epochs, 1.0, "paper") == 1).all()


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_falling_to_zero(schedule: Any) -> None:
    rates = learning_rates(50, 1.0, schedule, warmup=4)
    assert rates.argmax() in (3, 4)
    assert (np.diff(rates[4:]) < 0).all()
    assert 0 < rates[-1] < 0.05


@pytest.mark.parametrize("schedule", ["finetune", "paper", "constant", "linear", "cosine"])
@pytest.mark.parametrize("epochs", [1, 2, 3, 10, 11])
@pytest.mark.parametrize("warmup", [0, 1, 2, 10])
def test_few_epochs(schedule: Any, epochs: int, warmup: int) -> None:
    rates = learning_rates(epochs, 1.0, schedule, warmup)
    assert rates.shape == (epochs,)
    assert np.isfinite(rates).all()
    assert ((rates >= 0) & (rates <= 1)).all()


@pytest.mark.parametrize(
    "arguments", [(0, 1.0), (5, 0.0), (5, -1.0), (5, 1.0, "sine"), (5, 1.0, "linear", -1)]
)
def test_what_makes_no_sense(arguments: Any) -> None:
    with pytest.raises(SettingsError):
        learning_rates(*arguments)
