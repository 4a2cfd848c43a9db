"""What a line of models has learnt from and what it was judged on, by the hashes on the cards of its ancestors.

An image that any model of the line learnt from would flatter the next one, so it never judges; and what was kept aside
once stays aside, so that the verdicts of later clicks are comparable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cpsam_core.checkpoints.cards import Aside, ModelCard, read_card
from cpsam_core.data.pairs import Pair, digest_of
from cpsam_core.system.paths import expanded
from cpsam_core.weights import EMBEDDED, list_models

__all__ = ["DIGEST_DIGITS", "Lineage"]

# Of an image file; parts of one have longer ones.
DIGEST_DIGITS = 64


@dataclass(frozen=True)
class Lineage:
    """The start model and its ancestors.

    Attributes
    ----------
    learnt
        SHA-256 of the image files that one of them learnt from, with a name.
    aside
        What one of them was judged on, by the SHA-256 of the image file.
    learnt_by_own
        Those of `learnt` that a card has to hand on: the model that comes with the program tells its own.
    """

    learnt: Mapping[str, str] = field(default_factory=dict)
    aside: Mapping[str, Aside] = field(default_factory=dict)
    learnt_by_own: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, start: str) -> Lineage:
        """Follow the cards from a start model, by its name or file, to where the line begins or a card is missing."""
        known = {model.name: model.card for model in list_models()}
        path = expanded(start)
        card = known[start] if start in known else read_card(path) if path.is_file() else None
        learnt: dict[str, str] = {}
        own: dict[str, str] = {}
        aside: dict[str, Aside] = {}
        seen: set[str] = set()
        while card is not None and card.name not in seen:
            seen.add(card.name)
            here = {**card.learnt_before, **card.images}
            learnt = {**here, **learnt}
            aside = {**card.aside, **aside}
            if card.name != EMBEDDED:
                own = {**here, **own}
            card = known.get(card.parent) if card.parent else None
        return cls(learnt, aside, own)

    def part_of(self, digest: str) -> tuple[int, int, int, int] | None:
        """Return the part of an image that stays aside, where only a part does."""
        kept = self.aside.get(digest)
        return kept.part if kept is not None else None

    def may_judge(self, digest: str) -> bool:
        """Whether a whole image was never learnt from."""
        return digest not in self.learnt

    def learnt_of(self, pairs: Iterable[Pair]) -> tuple[str, ...]:
        """Return the names of the images that the line learnt from, whole or a plane or square of them, each once."""
        digests = {digest[:DIGEST_DIGITS] for digest in self.learnt}
        if not digests:
            # No need to read them.
            return ()
        files = dict.fromkeys(pair.image for pair in pairs)
        return tuple(path.name for path in files if digest_of(path) in digests)

    def is_aside(self, digest: str) -> bool:
        """Whether the whole image was kept aside before, and not learnt from since."""
        kept = self.aside.get(digest)
        return kept is not None and kept.part is None and self.may_judge(digest)


def handed_on(card: ModelCard, lineage: Lineage) -> Mapping[str, str]:
    """Return what the card of a new model says of its ancestors' images, its own left out."""
    return {digest: name for digest, name in lineage.learnt_by_own.items() if digest not in card.images}
