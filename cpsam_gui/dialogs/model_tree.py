"""The models as a family tree, and what a model card says in words. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpsam_core.system.sizes import size_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpsam_core.weights import ModelInfo

KINDS = {"embedded": "part of the program", "published": "published by Cellpose", "own": "your own"}
"""Where models come from, in words."""
NAMED = 4
"""Training images that a card names."""


@dataclass(frozen=True, slots=True)
class Node:
    """A model and those that were trained from it; `info` is None for one that is no longer here."""

    name: str
    info: ModelInfo | None
    children: tuple[Node, ...] = ()


def family(models: Sequence[ModelInfo]) -> tuple[Node, ...]:
    """Return the models under those that they were trained from, in the order given.

    Parents that were removed stay as empty nodes; cards that name each other in a circle are cut open.
    """
    known = {model.name: model for model in models}
    parents: dict[str, str] = {}
    for model in models:
        parent = model.card.parent if model.card is not None else None
        if parent and parent != model.name and not _leads_to(parent, model.name, parents):
            parents[model.name] = parent
    names = list(known)
    names += [parent for parent in dict.fromkeys(parents.values()) if parent not in known]
    children: dict[str, list[str]] = {}
    for name in names:
        if name in parents:
            children.setdefault(parents[name], []).append(name)

    def node(name: str) -> Node:
        return Node(name, known.get(name), tuple(node(child) for child in children.get(name, [])))

    return tuple(node(name) for name in names if name not in parents)


def _leads_to(name: str, wanted: str, parents: dict[str, str]) -> bool:
    while name in parents:
        name = parents[name]
        if name == wanted:
            return True
    return name == wanted


def class_scores(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the average precision of each class, by its name, among the scores of a set on a card."""
    begin = "ap_0.5 "
    return [(name[len(begin) :], value) for name, value in scores.items() if name.startswith(begin)]


def card_lines(info: ModelInfo) -> list[tuple[str, str]]:
    """Return what is known about a model, as names and values."""
    lines = [("Kind", KINDS[info.kind]), ("File", str(info.path))]
    if info.size is not None:
        lines.append(("Size", size_in_words(info.size)))
    elif not info.present:
        lines.append(("Size", "not here yet; fetched on first use"))
    card = info.card
    if card is None:
        return lines
    if card.parent:
        lines.append(("Trained from", card.parent))
    if info.is_unjudged:
        lines.append(("Comparison", f"none: whether it is better than {card.parent} is not known"))
    if card.created:
        lines.append(("Made", card.created[:16].replace("T", " ")))
    if card.images:
        names = sorted(card.images.values())
        # Apart from the names, whose numbers are not written as those of the user's language are.
        lines.append(("Images", f"{len(names):,}"))
        lines.append(("Among them", f"{', '.join(names[:NAMED])}{' …' if len(names) > NAMED else ''}"))
    for name, scores in card.scores.items():
        if "ap_0.5" in scores:
            lines.append((f"Precision on {name}", f"{scores['ap_0.5']:.3f}"))
        lines += [(f"Precision of {kind}", f"{value:.3f}") for kind, value in class_scores(scores)]
    if card.losses:
        lines.append(("Epochs", f"{len(card.losses):,}, last loss {card.losses[-1]:.3f}"))
    if card.classes:
        lines.append(("Classes", ", ".join(card.classes[1:])))
    for name, value in (("Licence", card.licence), ("Notes", card.notes)):
        if value:
            lines.append((name, value))
    return lines
