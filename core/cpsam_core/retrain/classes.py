"""Whether a training learns classes: where they are meant, and not where a class key was pressed by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cpsam_core.data.example import UNKNOWN_CLASS
from cpsam_core.retrain.candidates import Candidate

__all__ = ["ClassUse", "class_names"]

MEANT = 0.2
"""Share of the objects that have a class from which on classes are meant."""


@dataclass(frozen=True, slots=True)
class ClassUse:
    """How far the objects of some images have classes.

    Attributes
    ----------
    classed, objects
        Objects with a class, and all of them, in the images that take part.
    kinds
        Numbers of the classes in use.
    """

    classed: int
    objects: int
    kinds: tuple[int, ...]

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> ClassUse:
        """Count in the images that take part."""
        used = [one for one in candidates if one.wanted]
        kinds = {kind for one in used for kind in one.classes}
        return cls(sum(one.classed for one in used), sum(one.objects for one in used), tuple(sorted(kinds)))

    @property
    def doubtful(self) -> bool:
        """Whether classes may be there by chance: few objects have one, or all of those have the same."""
        few = self.classed < MEANT * self.objects
        return bool(self.kinds) and (few or len(self.kinds) == 1)

    @property
    def text(self) -> str:
        """Say how many objects have a class."""
        return (
            f"{self.classed:,} of {self.objects:,} objects {'has' if self.classed == 1 else 'have'} a class"
        )

    def learnt(self, wish: bool | None) -> bool:
        """Return whether classes are learnt; a `wish` of None leaves it to what the objects say."""
        return bool(self.kinds) and (not self.doubtful if wish is None else wish)

    def warnings(self, wish: bool | None) -> tuple[str, ...]:
        """Say where classes are left out that somebody may have meant."""
        if wish is not None or not self.doubtful:
            return ()
        return (f"{self.text}, so classes are not learnt. Where they are meant, set classes to yes.",)


def class_names(used: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the names of the class maps, background first; empty where no object has a class."""
    kinds = {kind for one in used for kind in one.classes}
    if not kinds:
        return ()
    names = {number: name for one in reversed(used) for number, name in one.class_names}
    last = max(kinds | {number for number in names if 0 < number < UNKNOWN_CLASS})
    return ("background", *(names.get(number) or f"class {number}" for number in range(1, last + 1)))
