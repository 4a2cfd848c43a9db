"""The small images that come with the program: some to replay against forgetting, others to judge forgetting by."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from cpsam_core.data.pairs import Pair, find_pairs

__all__ = ["reference_pairs"]


@cache
def reference_pairs(part: Literal["replay", "judge"]) -> tuple[Pair, ...]:
    """Return crops of the embedded model's training images, or of those that it was chosen by and never learnt from.

    The set of each is its kind of image; sources and licences are in ``reference/README.md``.
    """
    return tuple(find_pairs(Path(__file__).parents[1] / "reference" / part))
