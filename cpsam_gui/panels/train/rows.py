"""Rows of the training images: what each would be used for, and what a click on its switches means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cpsam_core.retrain import Candidate, Use

LEARN, NAME, OBJECTS, ASIDE = range(4)


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """An image or a part of one, or a stack before its planes and an image larger than memory before its squares.

    That is switched with all of its parts.
    """

    parts: tuple[Candidate, ...]
    used: tuple[Candidate, ...]
    """Those of the parts that the training would use."""
    aside: tuple[Candidate, ...] = ()
    """Those of the used ones that would judge."""
    is_stack: bool = False

    @property
    def name(self) -> str:
        """The image, or the plane of a stack alone, which stands below it."""
        one = self.parts[0]
        if self.is_stack:
            words = "{name}: {count} parts" if self.of_squares else "{name}: {count} planes"
            return translate(words).format(name=one.pair.image.name, count=written(len(self.parts)))
        if one.pair.section is not None:
            return f"    {translate_said(one.pair.section.title)}"
        key = one.pair.key
        if key.time is None:
            return one.name
        # Counted as on the slider: names of files count from 0.
        untimed = replace(one.pair, key=replace(key, time=None)).name
        return translate("{name}, time {number}").format(name=untimed, number=key.time + 1)

    @property
    def of_squares(self) -> bool:
        """Whether the image is larger than memory, of which squares are learnt from."""
        # Here, so that the window need not wait for it.
        from cpsam_core.data.patches import Patch

        return isinstance(self.parts[0].pair.section, Patch)

    @property
    def ending(self) -> str:
        """What the user's wish is for: `Pair.ending`, or the whole file."""
        return "" if self.is_stack else self.parts[0].pair.ending

    @property
    def problem(self) -> str:
        """Why it cannot be used."""
        return self.parts[0].problem

    @property
    def reason(self) -> str:
        """Why it takes no part, as short as a row can say it; empty where it does."""
        if self.problem:
            # The tooltip has room for the reason.
            return translate("cannot be used")
        if not self.stays_out:
            return ""
        return translate("left out" if self._left_out or self._passed_over else "not corrected")

    @property
    def stays_out(self) -> bool:
        """Whether it takes no part."""
        return bool(self.problem) or not self.wanted

    @property
    def remedy(self) -> str:
        """What lets it take part; empty where it does, or cannot."""
        if self.wanted or self.problem:
            return ""
        if self._left_out:
            return translate("Its tick was taken away: tick it to learn from it again.")
        if self._passed_over:
            return translate(
                "The training leaves it out, as the words below the table say: tick it to learn from it all the same."
            )
        return translate("Nobody corrected its masks yet: tick it to learn from them as they are.")

    @property
    def chosen_to_judge(self) -> bool:
        """Whether it judges by the program's choice, which the user has not made his own."""
        return bool(self.aside) and all(one.use == "auto" for one in self.aside)

    @property
    def _left_out(self) -> bool:
        return all(one.use == "exclude" for one in self.parts)

    @property
    def _passed_over(self) -> bool:
        """Whether it is meant to take part, and the training would leave it out."""
        return not self.used and any(one.wanted for one in self.parts)

    @property
    def objects(self) -> int:
        """Number of objects, in all planes."""
        return sum(one.objects for one in self.parts)

    @property
    def wanted(self) -> bool:
        """Whether it takes part, at least with a plane."""
        return bool(self.used)

    def switched(self, column: int) -> Qt.CheckState:
        """Return how a switch stands; of a stack also that it is on for a part of the planes."""
        on = len(self.aside) if column == ASIDE else len(self.used) - len(self.aside)
        if on == len(self.parts):
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if on else Qt.CheckState.Unchecked

    def use(self, column: int, on: bool) -> Use:
        """Return what the user wants who turns a switch."""
        one = self.parts[0]
        slab = one.slab and not self.is_stack
        if column == ASIDE and self.chosen_to_judge:
            # A first click makes it the user's own choice, the next takes it back.
            return "aside"
        if column == ASIDE:
            # A corrected image could be chosen again at once, and its tick would not go.
            return "aside" if on else "train" if slab or (one.corrected and not self.is_stack) else "auto"
        # A corrected image that is ticked again may be kept aside by the engine, as before it was left out; of one that
        # is kept aside, and of what the engine leaves out, a tick says that it is to be learnt from.
        as_before = one.corrected and not slab and not self.chosen_to_judge and not self._passed_over
        return ("auto" if as_before else "train") if on else "exclude"


def rows_of(
    candidates: Iterable[Candidate],
    takes_part: Callable[[Candidate], bool],
    is_aside: Callable[[Candidate], bool],
) -> tuple[TrainingRow, ...]:
    """Return the rows of the table: images, and stacks followed by their planes."""
    rows: list[TrainingRow] = []

    def row(parts: tuple[Candidate, ...], *, is_stack: bool = False) -> TrainingRow:
        used = tuple(filter(takes_part, parts))
        return TrainingRow(parts, used, tuple(filter(is_aside, used)), is_stack)

    # Whole images are told apart by nothing else; to compare the names of many thousands is felt.
    for stack, group in groupby(candidates, _stack_of):
        parts = tuple(group)
        if stack is not None:
            rows.append(row(parts, is_stack=True))
        rows += [row((one,)) for one in parts]
    return tuple(rows)


def _stack_of(one: Candidate) -> tuple[Path, Any] | None:
    """Return which stack it is a part of; None of a whole image."""
    return None if one.pair.section is None else (one.pair.image, one.pair.key)
