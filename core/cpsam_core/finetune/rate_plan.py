"""How far a training is and what follows from it: the learning rate now, and whether it is over.

By epochs, unless the settings give minutes: then the rate follows the share of the time that is used, so that training
ends annealed when the time is over, however fast the machine is and whatever else runs on it. Epochs that were planned
for a budget become fewer where they turn out slower than what they were planned by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cpsam_core.finetune.schedule import learning_rates
from cpsam_core.finetune.settings import TrainSettings

FEWEST_EPOCHS = 5
"""Trained however long they take: fewer teach nothing that could be judged."""

# Parts that the time is divided into; the rate is constant within one.
TICKS = 1000
# Of rising rate.
WARMUP_TICKS = 20
# Epochs whose time tells how long the rest will take, at the least.
RECENT_EPOCHS = 10


class RatePlan:
    """The rate and the end of a training; `seconds` is always the time that all of it took so far, pauses left out."""

    def __init__(self, settings: TrainSettings) -> None:
        self._settings = settings
        self._epochs = settings.epochs
        self._limit = None if settings.minutes is None else 60 * settings.minutes
        count, warmup = (self._epochs, settings.warmup) if self._limit is None else (TICKS, WARMUP_TICKS)
        # The first epoch of a warm-up has a rate of 0; the first part of the time would be wasted with it.
        rates = learning_rates(count, settings.learning_rate, settings.schedule, warmup)
        self._rates = rates if self._limit is None else rates.clip(min=rates[rates > 0].min())

    @property
    def epochs(self) -> int:
        """How many epochs there will be, unless the time decides."""
        return self._epochs

    def fitting(self, epochs: Sequence[float]) -> int:
        """Return how many epochs the budget still allows, by the seconds of each that is done; never more than before.

        So many as `FEWEST_EPOCHS` says are trained in any case, and one that is done is not taken back.
        """
        minutes, pace = self._settings.own_minutes, self._pace(epochs)
        if minutes is None or self._limit is not None or len(epochs) < 2 or not pace:
            return self._epochs
        left = 60 * minutes - sum(epochs)
        more = int(max(left, 0.0) / pace)
        return min(self._epochs, max(len(epochs) + more, FEWEST_EPOCHS))

    def shorten(self, epochs: int) -> None:
        """Plan fewer epochs; the rate falls to its end over those that are left, and never rises again."""
        if self._limit is None and epochs < self._epochs:
            self._epochs = epochs
            short = shortened(self._settings, epochs)
            rates = learning_rates(epochs, short.learning_rate, short.schedule, short.warmup)
            # Some schedules fall later, or not at all, with fewer epochs. The rise alone may be quicker.
            risen = slice(self._settings.warmup, epochs)
            rates[risen] = np.minimum(rates[risen], self._rates[risen])
            self._rates = rates

    @property
    def by_clock(self) -> bool:
        """Whether the time decides."""
        return self._limit is not None

    def rate(self, epoch: int, seconds: float) -> float:
        """Return the learning rate in an epoch, counted from 0."""
        place = epoch if self._limit is None else min(int(TICKS * seconds / self._limit), TICKS - 1)
        return float(self._rates[place])

    def is_over(self, epochs: int, seconds: float) -> bool:
        """Whether training ends after so many epochs."""
        return epochs >= self._epochs if self._limit is None else seconds >= self._limit

    def seconds_left(self, seconds: float, epochs: Sequence[float]) -> float:
        """Return the time that is left: of the minutes, or for the epochs to come, by those done lately.

        `epochs` are the seconds of each that is done; 0 where nobody knows.
        """
        if self._limit is not None:
            return max(0.0, self._limit - seconds)
        return (self._epochs - len(epochs)) * self._pace(epochs)

    def _pace(self, epochs: Sequence[float]) -> float:
        """Return the seconds of an epoch to come, by those of the epochs done; 0 where nobody knows."""
        # As many as lie between two measurements of the average precision, one of which is among them then. The first
        # epoch is slower than all others: it tells nothing once there is another.
        count = max(RECENT_EPOCHS, self._settings.score_every)
        recent = [one for one in epochs[1:][-count:] or epochs if one]
        return sum(recent) / len(recent) if recent else 0.0

    def total(self, done: int, seconds: float, by_epochs: int) -> int:
        """Return how many steps or epochs there will be: those by the settings, or an estimate from those done."""
        if self._limit is None or self.is_over(0, seconds):
            return by_epochs if self._limit is None else done
        return max(done + 1, round(done * self._limit / max(seconds, 1e-3)))


def shortened(settings: TrainSettings, epochs: int) -> TrainSettings:
    """Return the recipe in fewer epochs: the rise takes a quarter of them at most."""
    return replace(settings, epochs=epochs, warmup=min(settings.warmup, epochs // 4))
