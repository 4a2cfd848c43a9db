"""Room on the disk for a model that is about to be trained: looked at before, and waited for in the end."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from cpsam_core.checkpoints.cards import ModelCard
from cpsam_core.checkpoints.write import write_checkpoint
from cpsam_core.errors import TrainingError, WeightsError
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Progress, silent
from cpsam_core.system.sizes import size_in_words
from cpsam_core.system.write_errors import is_full

__all__ = ["check_room", "write_when_there_is_room"]

# A trained model waits so long for room, which is looked at so often.
WAIT_SECONDS, LOOK_SECONDS = 12 * 3600.0, 1.0
# What is allowed to a person cannot be looked at; that there is room again is tried after so many looks.
LOOKS_UNTIL_TRIED = 60
# What a person can do about it.
BEFORE = "Free some space there, then begin the training."
AFTER = "Free some space there: the model is in memory, and is written as soon as there is room."


def check_room(path: str | os.PathLike[str], model: FlowVit, half: bool = False) -> None:
    """Refuse to train a network whose weights would not fit on the disk.

    Parameters
    ----------
    path
        Where they are to be written.
    model, half
        As for `write_checkpoint`.

    Raises
    ------
    TrainingError
        There is too little room; it says how much.
    """
    missing = _missing(Path(path), model, half)
    if missing:
        raise TrainingError(f"{missing} {BEFORE}")


def write_when_there_is_room(
    path: str | os.PathLike[str],
    model: FlowVit,
    card: ModelCard,
    half: bool = False,
    *,
    tell: Callable[[str], object],
    progress: Progress = silent,
) -> None:
    """Write a network that was trained; while the disk is full, wait for room, for it may be the work of hours.

    Parameters
    ----------
    path, model, card, half
        As for `write_checkpoint`.
    tell
        Called once, with what is missing, when it has to wait.
    progress
        Called while it waits; one that raises Cancelled gives the model up.

    Raises
    ------
    WeightsError
        It cannot be written for another reason, or after half a day.
    """
    path = Path(path)
    until, told = time.monotonic() + WAIT_SECONDS, False
    while True:
        missing, looks = _missing(path, model, half), 1
        # What does not fit would fill the disk for all others, again and again.
        if not missing or time.monotonic() > until:
            try:
                write_checkpoint(path, model, card, half)
                return
            except WeightsError as error:
                missing = _missing(path, model, half)
                if not missing and is_full(path.parent, error.__cause__):
                    missing, looks = _used_up(path, model, half), LOOKS_UNTIL_TRIED
                if not missing or time.monotonic() > until:
                    raise
        if not told:
            tell(f"{missing} {AFTER}")
            told = True
        for _ in range(looks):
            progress(0, 1, "Waiting for room on the disk")
            time.sleep(LOOK_SECONDS)


def _missing(path: Path, model: FlowVit, half: bool) -> str:
    """Return why weights would not fit, in words; empty where they would."""
    needed = _needed(model, half)
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError:
        # Whatever is wrong with the folder is said by who writes there.
        return ""
    if free >= needed:
        return ""
    return (
        f"The new model takes {size_in_words(needed)}, and {size_in_words(free)} are free in {path.parent}."
    )


def _used_up(path: Path, model: FlowVit, half: bool) -> str:
    """Return that there is room, but not for this person, in words."""
    needed = size_in_words(_needed(model, half))
    return f"The new model takes {needed}, and the space allowed to you in {path.parent} is used up."


def _needed(model: FlowVit, half: bool) -> int:
    numbers: int = sum(value.numel() for value in model.state_dict().values())
    return numbers * (2 if half else 4)
