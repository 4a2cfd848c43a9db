"""What suits a start model, and a name for what becomes of it."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from cpsam_core.checkpoints.cards import ModelCard, read_card
from cpsam_core.data.image_input import Diameter
from cpsam_core.errors import SettingsError
from cpsam_core.finetune.settings import Mode, TrainSettings, rate_for
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX
from cpsam_core.system.paths import as_given, expanded
from cpsam_core.weights import EMBEDDED, check_name, list_models, own_folder
from cpsam_core.weights.beside import REQUEST, STATE
from cpsam_core.weights.claims import busy_names
from cpsam_core.weights.library import own_files

__all__ = [
    "CLASS_RATE",
    "CLASS_RECIPE",
    "StartModel",
    "dated_name",
    "default_settings",
    "folded",
    "unique_name",
    "wanted_diameter",
]

# Networks narrower than this are small ones, trained from random start.
SMALL_WIDTH = 512
# Where no card tells the width.
SMALL_BYTES = 200_000_000

SMALL: dict[str, Any] = {"learning_rate": 1e-3, "layer_drop": 0.0}
"""What differs for a small network: its weights are young, and bear and need larger steps than the published ones.

Found by retraining one that had never seen phase contrast on two such images, scored on others: average precision 0.00
before, 0.28 with this, 0.11 at rate 4e-4, and 0.06 in batches of 4, which take a quarter of the steps.
"""

# Share of the crops from the embedded model's own training, where a line begins with it.
REPLAY = 0.2
# By which the loss on such images may rise.
FORGETTING = 0.1
# Pixels; a quarter of the time of a crop of 256, and as many cells at its size of them.
SMALL_CROP_PX = 128
GENERAL_NAMES = ("images", "image", "img", "imgs", "data", "train", "training", "corrected", "masks")
"""Names of folders that do not say what is in the images."""
# Ratio of the largest to the smallest diameter up to which images count as of one size of cells.
ALIKE = 1.5
# At the least, for class maps start from nothing.
CLASS_RATE = 5e-5
CLASS_RECIPE: dict[str, Any] = {"batch_size": 16, "epochs": 500}
"""What differs beside the rate where classes are trained (paper, "Semantic segmentation training")."""


@dataclass(frozen=True)
class StartModel:
    """What is known of the start model without loading it, or fetching it from the net.

    `embedded` says whether it comes from the model that comes with the program.
    """

    channels: int = 3
    small: bool = False
    diameter: Diameter = None
    embedded: bool = False

    @classmethod
    def of(cls, start: str) -> StartModel:
        """Look at a model by its name or file; one that is not here counts as a published one."""
        path, card = expanded(start), None
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
        return cls(channels if isinstance(channels, int) else 3, small, wanted, _from_embedded(start, card))


def _from_embedded(start: str, card: ModelCard | None) -> bool:
    """Whether a model comes, over any number of trainings, from the one that comes with the program."""
    known = {model.name: model.card for model in list_models()}
    name, seen = start, set[str]()
    while name not in seen:
        if name == EMBEDDED:
            return True
        seen.add(name)
        here = card if len(seen) == 1 else known.get(name)
        name = (here.parent if here is not None else None) or name
    return False


def default_settings(start: str, classes: bool = False, mode: Mode = "full") -> TrainSettings:
    """Return how to finetune a model: as the paper does, with larger steps for a small network.

    Classes have the paper's recipe of their own: larger batches, more epochs, and a rate of at least 5e-5. The modes
    that train few weights have rates of their own, which are large enough for classes. Images are shown in the size in
    which the model wants to see cells: what its card says of the diameter.
    """
    known = StartModel.of(start)
    settings = TrainSettings(**SMALL) if known.small else TrainSettings()
    rate = rate_for(mode, settings.learning_rate)
    if classes:
        rate = max(rate, CLASS_RATE)
        settings = replace(settings, **CLASS_RECIPE)
    settings = replace(settings, mode=mode, learning_rate=rate)
    if known.embedded:
        # Classes stay off: drawn back to the limit, half of what was learnt of them would be lost (RESULTS.md).
        settings = replace(settings, replay=REPLAY, forgetting=0.0 if classes else FORGETTING)
    augmentation = settings.augmentation
    if known.small:
        augmentation = replace(augmentation, crop=SMALL_CROP_PX)
    if known.diameter == "auto":
        augmentation = replace(augmentation, diameter=NATIVE_DIAMETER_PX)
    elif isinstance(known.diameter, (int, float)):
        augmentation = replace(augmentation, resize=NATIVE_DIAMETER_PX / known.diameter)
    return replace(settings, augmentation=augmentation)


def wanted_diameter(known: Collection[float], start: Diameter) -> Diameter:
    """Return the diameter at which a new model is to be used.

    Where the start model has cells measured first, the cells that the new one learns from tell their size, unless they
    differ by more than half.
    """
    sizes = [size for size in known if size > 0]
    if start != "auto" or not sizes or max(sizes) > ALIKE * min(sizes):
        return start
    return round(float(np.median(sizes)), 1)


def unique_name(base: str, taken: Collection[str] = ()) -> str:
    """Return `base` as a name that a model may have and none has, with a number where needed."""
    allowed = "".join(char if char.isalnum() or char in " -_.()" else "-" for char in base).strip(" .-")[:60]
    # Their names go on with them. Of one in its first epoch there is the request alone, or not even that yet.
    unfinished = [
        path.name.removesuffix(ending)
        for ending in (STATE, REQUEST)
        for path in own_folder().glob(f"*{ending}")
    ]
    names = {folded(other) for other in (*own_files(), *unfinished, *busy_names(), *taken)}
    for number in range(1, 100_000):
        name = (allowed or "model") + (f"-{number}" if number > 1 else "")
        try:
            if folded(name) not in names:
                return check_name(name)
        except SettingsError:
            allowed = f"my {allowed}".strip() if number < 3 else "model"
    raise SettingsError(f"No name is free that begins with {base!r}: give one.")


def dated_name(folder: Path, day: date | None = None) -> str:
    """Return a name for what is learnt from the images of a folder: its name and the day, ``nuclei-2026-11-26``.

    Folders that are called after their content in general ("images", "train") lend the name of the one above.
    """
    place = as_given(folder)
    while place.name.lower() in GENERAL_NAMES and place.parent != place:
        place = place.parent
    return f"{place.name or 'model'}-{(day or date.today()).isoformat()}"


def folded(name: str) -> str:
    """Return what two names share that one file on Windows or macOS would hold."""
    return unicodedata.normalize("NFC", os.fspath(name)).casefold()
