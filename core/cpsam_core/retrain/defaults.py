"""What suits a start model, and a name for what becomes of it."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from cpsam_core.checkpoints.cards import read_card
from cpsam_core.errors import SettingsError
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.segment.settings import NATIVE_DIAMETER
from cpsam_core.weights import check_name, list_models, own_folder
from cpsam_core.weights.library import own_files

__all__ = ["StartModel", "default_settings", "folded", "unique_name"]

SMALL_WIDTH = 512  # networks narrower than this are small ones, trained from random start
SMALL_BYTES = 200_000_000  # where no card tells the width

SMALL: dict[str, Any] = {"learning_rate": 1e-3, "layer_drop": 0.0}
"""What differs for a small network: its weights are young, and bear and need larger steps than the published ones.

Found by retraining one that had never seen phase contrast on two such images, scored on others: average precision 0.00
before, 0.28 with this, 0.11 at rate 4e-4, and 0.06 in batches of 4, which take a quarter of the steps.
"""

SMALL_CROP = 128  # pixels; a quarter of the time of a crop of 256, and as many cells at its size of them
CLASS_RATE = 5e-5  # at the least, for class maps start from nothing (paper, "Semantic segmentation training")


@dataclass(frozen=True)
class StartModel:
    """What is known of the start model without loading it, or fetching it from the net."""

    channels: int = 3
    small: bool = False
    diameter: float | Literal["auto"] | None = None

    @classmethod
    def of(cls, start: str) -> StartModel:
        """Look at a model by its name or file; one that is not here counts as a published one."""
        path, card = Path(start).expanduser(), None
        known = next((model for model in list_models() if model.name == start), None)
        if known is not None:
            path, card = known.path, known.card
        elif path.is_file():
            card = read_card(path)
        architecture = card.architecture if card is not None else {}
        channels, width = (architecture.get(key) for key in ("in_channels", "width"))
        size = path.stat().st_size if path.is_file() else SMALL_BYTES
        small = width < SMALL_WIDTH if isinstance(width, int) else size < SMALL_BYTES
        wanted = card.diameter if card is not None else None
        return cls(channels if isinstance(channels, int) else 3, small, wanted)


def default_settings(start: str, classes: bool = False) -> TrainSettings:
    """Return how to finetune a model: as the paper does, with larger steps for a small network and for classes.

    Images are shown in the size in which the model wants to see cells: what its card says of the diameter.
    """
    known = StartModel.of(start)
    settings = TrainSettings(**SMALL) if known.small else TrainSettings()
    if classes:
        settings = replace(settings, learning_rate=max(settings.learning_rate, CLASS_RATE))
    augmentation = settings.augmentation
    if known.small:
        augmentation = replace(augmentation, crop=SMALL_CROP)
    if known.diameter == "auto":
        augmentation = replace(augmentation, diameter=NATIVE_DIAMETER)
    elif isinstance(known.diameter, (int, float)):
        factor = NATIVE_DIAMETER / known.diameter
        low, high = augmentation.scale
        augmentation = replace(augmentation, scale=(low * factor, high * factor))
    return replace(settings, augmentation=augmentation)


def unique_name(base: str, taken: Collection[str] = ()) -> str:
    """Return `base` as a name that a model may have and none has, with a number where needed."""
    allowed = "".join(char if char.isalnum() or char in " -_.()" else "-" for char in base).strip(" .-")[:60]
    unfinished = [path.stem for path in own_folder().glob("*.partial")]  # their names go on with them
    names = {folded(other) for other in (*own_files(), *unfinished, *taken)}
    for number in range(1, 100_000):
        name = (allowed or "model") + (f"-{number}" if number > 1 else "")
        try:
            if folded(name) not in names:
                return check_name(name)
        except SettingsError:
            allowed = f"my {allowed}".strip() if number < 3 else "model"
    raise SettingsError(f"No name is free that begins with {base!r}: give one.")


def folded(name: str) -> str:
    """Return what two names share that one file on Windows or macOS would hold."""
    return unicodedata.normalize("NFC", os.fspath(name)).casefold()
