"""What a training tells while it runs and when it ends, and how it is steered from another thread."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cpsam_core.finetune.settings import MemoryMode, TrainSettings
    from cpsam_core.network.vit import FlowVit

EventKind = Literal["memory", "resumed", "unsaved", "shortened", "stopped", "drawn back", "left out"]
Stopped = Literal["finished", "patience", "asked", "diverged"]


@dataclass(frozen=True)
class EpochReport:
    """One epoch of a training, for a line in the curves.

    Parameters
    ----------
    epoch, epochs : int
        Which one, from 1, and of how many.
    training_loss : float
        Mean over the epoch's samples.
    validation_loss : float or None
        Mean over fixed crops of the images kept aside, without augmentation; None where there are none.
    average_precision : float or None
        On the images kept aside; None where it was not measured after this epoch.
    learning_rate : float
        Of this epoch.
    seconds, seconds_left : float
        Time that this epoch took, validation included, and what the rest will take at the pace so far. Pauses do
        not count.
    best : bool
        Whether the weights after this epoch are the best so far; False where nothing measures that.
    """

    epoch: int
    epochs: int
    training_loss: float
    validation_loss: float | None
    average_precision: float | None
    learning_rate: float
    seconds: float
    seconds_left: float
    best: bool


@dataclass(frozen=True)
class TrainingEvent:
    """Something worth telling that is no error, in words for the user.

    `kind` is "memory" (a mode of memory was chosen, or the next leaner one because memory ran out), "resumed" (went
    on from a saved state), "unsaved" (the state could not be saved; training goes on), "shortened" (fewer epochs,
    because they are slower than expected), "stopped" (before the last epoch; the text says why), "drawn back"
    (towards the start, so that less is forgotten) or "left out" (steps whose gradients were not finite). `memory` is
    the mode now in use.
    """

    kind: EventKind
    text: str
    memory: MemoryMode


@dataclass(frozen=True)
class TrainResult:
    """The trained network and how it went.

    `model` is on the CPU, in float32 and evaluation mode, adapters merged; its weights are those of `best_epoch`
    (from 1) where images kept aside tell which that is, else of the last epoch, and `best_epoch` is None. `reports`
    has one entry for each epoch. `stopped` is "finished" after the last epoch, "patience" or "asked" where it ended
    earlier, "diverged" where the loss or the gradients were no longer numbers; `reason` says so in words. `share` is
    how far the weights are on the way from the start to those of the training, below 1 where they were drawn back so
    that less is forgotten; `remark` says so in words, and how many steps were left out.
    """

    model: FlowVit
    losses: tuple[float, ...]
    reports: tuple[EpochReport, ...] = ()
    stopped: Stopped = "finished"
    reason: str = ""
    best_epoch: int | None = None
    share: float = 1.0
    remark: str = ""

    @property
    def ending(self) -> str:
        """Why the training ended early, as a sentence; empty where it did not."""
        return early_text(self.reason)


@dataclass(frozen=True, slots=True)
class EpochPlace:
    """Where a training is in its epochs.

    Attributes
    ----------
    epoch, epochs
        The one at work, from 1, and how many there will be.
    share
        Of its steps that are done; once all are, it is measured and saved.
    """

    epoch: int
    epochs: int
    share: float


def epoch_note(epoch: int, epochs: int, loss: float) -> str:
    """Return what a progress is told while an epoch is trained."""
    return f"epoch {epoch}/{epochs}, loss {loss:.4f}"


def place_of(done: int, total: int, note: str) -> EpochPlace | None:
    """Return where a training is by what its progress was told; None where it is at something else."""
    # Without a space: a pattern is no sentence to be translated.
    found = re.match(r"epoch\s(\d+)/(\d+),", note)
    if found is None:
        return None
    epoch, epochs = map(int, found.groups())
    return EpochPlace(epoch, epochs, min(max(done * epochs / max(total, 1) - (epoch - 1), 0.0), 1.0))


def early_text(reason: str) -> str:
    """Return as a sentence why a training ended early; empty without a reason."""
    return f"Training ended early: {reason}." if reason else ""


def slower_text(epochs: int, settings: TrainSettings, fewest: bool) -> str:
    """Return in words that fewer epochs are trained, because they are slower than expected; perhaps the `fewest`."""
    minutes, planned, shared = settings.budget_minutes, settings.epochs, settings.budget_trainings > 1
    if fewest and shared:
        return (
            f"The {epochs} epochs that are trained in any case take longer than {minutes:g} minutes together with "
            "the cross-validation."
        )
    if fewest:
        return f"The {epochs} epochs that are trained in any case take longer than {minutes:g} minutes."
    if shared:
        return (
            f"Slower than expected: {epochs} epochs instead of {planned}, to keep within {minutes:g} minutes together "
            "with the cross-validation."
        )
    return f"Slower than expected: {epochs} epochs instead of {planned}, to keep within {minutes:g} minutes."


def left_out_text(count: int, steps: int) -> str:
    """Return in words how many of the steps of a training were left out; empty where none was."""
    if not count:
        return ""
    many = f"{count:,} of {steps:,} steps"
    return f"{many} {'was' if count == 1 else 'were'} left out, because the gradient was not finite"


class Control:
    """Pauses, continues and ends a training from another thread; every method may be called at any time.

    A paused training holds on after its current step. `stop` ends it after that step and keeps the best weights so
    far; to throw them away, raise `Cancelled` from the progress instead. `skip_verdict` leaves out the comparison with
    the model before, which follows and may take longer than the training.
    """

    def __init__(self) -> None:
        self._running = threading.Event()
        self._running.set()
        self._stop = threading.Event()
        self._skip = threading.Event()

    def pause(self) -> None:
        """Hold on after the current step."""
        self._running.clear()

    def resume(self) -> None:
        """Go on."""
        self._running.set()

    def stop(self) -> None:
        """End after the current step, paused or not, and keep the best weights."""
        self._stop.set()
        self._running.set()

    def skip_verdict(self) -> None:
        """Keep the new model without comparing it, now or once it has learnt."""
        self._skip.set()
        self._running.set()

    @property
    def skipping(self) -> bool:
        """Whether the new model is kept without a comparison."""
        return self._skip.is_set()

    @property
    def paused(self) -> bool:
        """Whether the training holds on, or will after its current step."""
        return not self._running.is_set()

    @property
    def stopping(self) -> bool:
        """Whether an early end was asked for."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until the training may go on, at most so long; return whether it may."""
        return self._running.wait(seconds)
