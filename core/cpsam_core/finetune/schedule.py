"""Learning rate by epoch."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError

Schedule = Literal["finetune", "paper", "constant", "linear", "cosine"]


def learning_rates(
    epochs: int, rate: float, schedule: Schedule = "finetune", warmup: int = 10
) -> NDArray[np.float64]:
    """Return the learning rate of each epoch, (epochs,) float64.

    Parameters
    ----------
    epochs : int
        Number of epochs.
    rate : float
        The largest rate.
    schedule : {"finetune", "paper", "constant", "linear", "cosine"}
        "finetune" halves ten times, as the reference program does: every 5 epochs over the last 50, every 10 over the
        last 100 when there are more than 300. "paper" divides by ten for the last 100 epochs and again for the last
        50 ("Whole-dataset training"), with fewer than 400 epochs for the last quarter and the last eighth of them, and
        its warm-up takes a quarter at most. "linear" and "cosine" fall to zero over all epochs after the warm-up.
    warmup : int
        Epochs of linear rise from zero; with fewer epochs than that, the rise is cut off.

    Raises
    ------
    SettingsError
        If there is no such schedule, or a number makes no sense.
    """
    if schedule not in get_args(Schedule):
        raise SettingsError(f"there is no schedule {schedule!r}; use one of {', '.join(get_args(Schedule))}")
    if epochs < 1 or warmup < 0 or not rate > 0:
        raise SettingsError(f"a schedule needs epochs and a rate above 0, not {epochs}, {rate} and {warmup}")
    rates = np.full(epochs, rate)
    if schedule == "finetune" and epochs >= 100:
        length = 10 if epochs > 300 else 5
        step = np.arange(10 * length) // length + 1
        rates[-10 * length :] = rate * 0.5**step
    elif schedule == "paper":
        quarter, eighth = epochs // 4, epochs // 8
        rates[epochs - min(100, quarter) :] = rate / 10
        rates[epochs - min(50, eighth) :] = rate / 100
        warmup = min(warmup, quarter)
    elif schedule in ("linear", "cosine"):
        falling = max(0, epochs - min(warmup, epochs))
        fraction = (np.arange(falling) + 1) / (falling + 1)
        fall = 1 - fraction if schedule == "linear" else (1 + np.cos(np.pi * fraction)) / 2
        rates[epochs - falling :] = rate * fall
    rise = min(warmup, epochs)
    rates[:rise] = np.linspace(0, rate, warmup)[:rise] if warmup > 1 else rates[:rise]
    return rates
