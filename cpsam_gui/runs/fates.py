"""What a folder run does with an image, told before it and heeded by it: one rule for both. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cpsam_gui.runs.folder_queue import ExistingMasks
from cpsam_gui.runs.options import BY_HAND, THRESHOLDS, recalled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_gui.runs.options import RunOptions


@dataclass(frozen=True, slots=True)
class EarlierWork:
    """What there is of an image.

    Attributes
    ----------
    masks
        Whether it has masks.
    corrected
        Whether a person corrected them, or nobody knows how they came about.
    settings
        What is remembered of the run that made them.
    waiting
        Whether there is work on it that no file holds: it comes back when the image is opened.
    """

    masks: bool = False
    corrected: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What a run does with an image.

    Attributes
    ----------
    skipped
        Why it is left alone; empty where it is segmented.
    words
        What to say of it before the run; empty where there is nothing to say.
    thresholds
        Its own ones, set by hand, which its run keeps.
    """

    skipped: str = ""
    words: str = ""
    thresholds: Mapping[str, Any] = field(default_factory=dict)


def fate_of(work: EarlierWork, existing: ExistingMasks, options: RunOptions) -> Fate:
    """Return what a run with these options does with an image of which there is `work`."""
    own = own_thresholds(work.settings, options)
    if work.waiting:
        return Fate("has unsaved work", "stays: has unsaved work")
    if existing is ExistingMasks.SKIP_ALL:
        return Fate("has masks", "stays: has masks") if work.masks else Fate()
    if existing is ExistingMasks.SKIP_CORRECTED:
        if work.corrected:
            return Fate("corrected or from elsewhere", "stays: corrected")
        if own:
            return Fate("thresholds set by hand", "stays: thresholds set by hand")
        return Fate(words="made again" if work.masks else "")
    words = "made again"
    if own:
        words = "made again, own thresholds"
    elif work.corrected:
        words = "made again, hand-made stays"
    return Fate(words=words if work.masks else "", thresholds=own)


def one_of(time: int | None, times: int) -> str:
    """Say which time point (from 0) alone is taken of so many; empty where there is one only."""
    return f"time point {(time or 0) + 1:,} of {times:,} only" if times > 1 else ""


def scene_of(scene: int | None, scenes: int) -> str:
    """Say which scene (from 0) alone is taken of so many; empty where there is one only."""
    return f"scene {(scene or 0) + 1:,} of {scenes:,} only" if scenes > 1 else ""


def own_thresholds(settings: Mapping[str, Any], options: RunOptions) -> dict[str, Any]:
    """Return the thresholds that a person set for an image and that a run would lose; empty where there are none."""
    if settings.get(BY_HAND) is not True:
        return {}
    known = recalled(settings)
    own = {name: known[name] for name in THRESHOLDS if name in known}
    return own if any(value != getattr(options.settings, name) for name, value in own.items()) else {}
