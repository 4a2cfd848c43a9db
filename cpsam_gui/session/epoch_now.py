"""Which epoch a training is at, and the time that is left, by its last report and by the steps since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpsam_core.finetune import EpochReport
    from cpsam_core.finetune.reports import EpochPlace


@dataclass(frozen=True, slots=True)
class EpochNow:
    """The epoch at work, of how many, and the seconds that are left.

    While the last one is measured, `measuring`, nobody knows how long it still takes.
    """

    epoch: int
    epochs: int
    seconds_left: float
    measuring: bool = False


def epoch_now(last: EpochReport, place: EpochPlace | None) -> EpochNow:
    """Return it: the epoch of the `last` report as long as no step of the next one is known."""
    if place is None or place.epoch <= last.epoch:
        return EpochNow(last.epoch, last.epochs, last.seconds_left)
    since = place.epoch - 1 - last.epoch + place.share
    # A training may have more epochs than its last report said.
    rest = max(last.epochs - last.epoch, since)
    left = last.seconds_left * (1 - since / rest) if rest else 0.0
    return EpochNow(place.epoch, place.epochs, left, place.epoch >= place.epochs and place.share >= 1)
