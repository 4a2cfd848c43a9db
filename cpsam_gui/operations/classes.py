"""Names and colours of the classes of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.state.image_facts import ClassName
from cpsam_gui.state.palette import COLOURS
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.state.document import Document


def class_colour(number: int, classes: Iterable[ClassName] = ()) -> str:
    """Return the colour of a class as ``#rrggbb``: the one chosen for it, else one of the palette."""
    chosen = next((one.colour for one in classes if one.number == number and one.colour), "")
    return chosen or "#{:02x}{:02x}{:02x}".format(*COLOURS[(number - 1) % len(COLOURS)])


def name_class(document: Document, number: int, name: str, colour: str | None = None) -> str | None:
    """Give a class a name, and a colour where one is given; without both the class is forgotten."""
    known = {one.number: one for one in document.facts.classes}
    before = known.get(number, ClassName(number, ""))
    after = ClassName(number, name.strip(), before.colour if colour is None else colour)
    if after == before:
        return None
    known[number] = after
    kept = tuple(known[n] for n in sorted(known) if known[n].name or known[n].colour)
    with document.step("Name a class", StepKind.MARK):
        document.set_facts(classes=kept)
    return None
