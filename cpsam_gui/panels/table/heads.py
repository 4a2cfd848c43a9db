"""Names of columns as the heads of the table write them: what a filter may use beside the names in the files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpsam_gui.panels.table.model import in_micrometres, in_units, title_of

if TYPE_CHECKING:
    from collections.abc import Collection

QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
UNIT = re.compile(r" \([^()]*\)$")


def by_names(text: str, names: Collection[str], micrometres: bool = False) -> str:
    """Return a filter with the names of columns in place of their heads, such as ``area`` for ``Area (px)``.

    A measure without a unit is the one that the table shows: with `micrometres`, ``area`` is ``area_um2``.
    Text in quotes stays as it is.
    """
    heads = {title_of(name).casefold(): name for name in names}
    heads |= {UNIT.sub("", title_of(name).casefold()): name for name in in_units(names, micrometres)}
    # The names themselves are meant where a head is the same word.
    heads |= {name: name for name in names if name in heads}
    if micrometres:
        heads |= in_micrometres(names)
    longest = sorted(heads, key=len, reverse=True)
    written = "|".join(rf"{re.escape(head)}(?!\w)" for head in longest)
    if not written:
        return text
    known = re.compile(rf"(?<!\w)(?:{written})", re.IGNORECASE)

    def named(found: re.Match[str]) -> str:
        return heads[found.group().casefold()]

    # Every second part is in quotes.
    parts = enumerate(QUOTED.split(text))
    return "".join(part if place % 2 else known.sub(named, part) for place, part in parts)
