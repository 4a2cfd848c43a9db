"""The card of a new model, and what a training is made of: the same for one click and for `cpsam train`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from cpsam_core.checkpoints.cards import Aside, ModelCard, card_path, hash_file, now, program_versions
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.image_input import Diameter
from cpsam_core.finetune.reports import TrainResult
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.retrain.lineage import Lineage, handed_on

__all__ = ["CardFacts", "card_of", "origin_of"]

SPEED_ONLY = ("memory", "threads", "processes", "score_every", "budget_minutes", "budget_trainings")
"""Settings that change how long a training takes and not what comes of it."""


@dataclass(frozen=True)
class CardFacts:
    """What a card says beside what the training itself tells.

    Attributes
    ----------
    name, start
        Name of the new model, and the name or file of its start; None for a random one.
    parent
        Card of the start.
    lineage
        What the start and its ancestors learnt from and were judged on.
    aside
        What is kept aside in this training, by the SHA-256 of the image file.
    classes, diameter, licence, notes
        As on the card.
    """

    name: str
    start: str | None
    parent: ModelCard | None = None
    lineage: Lineage = field(default_factory=Lineage)
    aside: Mapping[str, Aside] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    diameter: Diameter = None
    licence: str = ""
    notes: str = ""


def card_of(facts: CardFacts, data: TrainingSet, settings: TrainSettings, result: TrainResult) -> ModelCard:
    """Return the card of a model that was trained on `data`."""
    known = [report.validation_loss for report in result.reports]
    notes = " ".join(part for part in (facts.notes, result.remark and f"{result.remark}.") if part)
    parent = facts.parent.name if facts.parent is not None else ""
    learnt = data.hashes
    # Whole images that were learnt from after all judge no more.
    aside = {
        digest: kept
        for digest, kept in {**facts.lineage.aside, **facts.aside}.items()
        if kept.part is not None or digest not in learnt
    }
    card = ModelCard(
        name=facts.name,
        parent=None if facts.start is None else parent or card_path(facts.start).stem,
        images=learnt,
        aside=aside,
        channels=data.channel_names,
        settings={**settings.to_dict(), "mixing": data.mixing, "share": result.share},
        losses=result.losses,
        validation_losses=tuple(loss for loss in known if loss is not None),
        classes=facts.classes,
        versions=program_versions(),
        diameter=facts.diameter,
        licence=facts.licence,
        notes=notes,
        created=now(),
    )
    return ModelCard(
        **{one.name: getattr(card, one.name) for one in fields(card) if one.name != "learnt_before"},
        learnt_before=handed_on(card, facts.lineage),
    )


def origin_of(
    start: Path | str, data: TrainingSet, settings: TrainSettings, also: Sequence[object] = ()
) -> dict[str, str]:
    """Return what a training is made of, so that its state is never taken for that of another.

    Parameters
    ----------
    start
        File of the start model, or what a random one is drawn from.
    data
        Images, masks and how they are seen.
    settings
        Those that change the result count.
    also
        Whatever else it depends on.
    """
    values = settings.to_dict()
    augmentation = values.pop("augmentation")
    known = {name: str(value) for name, value in values.items() if name not in SPEED_ONLY}
    return {
        "start": hash_file(start) if isinstance(start, Path) else start,
        "set of images": _hash([*data.keys, data.mixing]),
        **known,
        "augmentation": _hash(augmentation),
        "choice": _hash([repr(one) for one in also]),
    }


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
