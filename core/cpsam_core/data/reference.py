"""The small images that come with the program: to replay against forgetting, and to tell how much is forgotten."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from cpsam_core.data.pairs import Pair, find_pairs

__all__ = ["reference_pairs"]

# Of the crops of a kind that the embedded model learnt from, the second of so many is not replayed.
HELD = 3


@cache
def reference_pairs(part: Literal["replay", "held", "judge"]) -> tuple[Pair, ...]:
    """Return crops of the embedded model's training images, or of those that it was chosen by and never learnt from.

    Of the former, some are for replay and the others are "held": they tell a training how much it forgets. The set of
    each is its kind of image; sources and licences are in ``reference/README.md``.
    """
    folder = Path(__file__).parents[1] / "reference"
    if part == "judge":
        return tuple(find_pairs(folder / part))
    sets: dict[str, list[Pair]] = {}
    for pair in find_pairs(folder / "replay"):
        sets.setdefault(pair.set_name, []).append(pair)
    return tuple(
        pair
        for pairs in sets.values()
        for place, pair in enumerate(pairs)
        if (place % HELD == 1) == (part == "held")
    )
