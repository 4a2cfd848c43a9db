"""Names of columns as the heads of the table write them: what a filter may use beside the names in the files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpsam_gui.panels.table.model import title_of

if TYPE_CHECKING:
    from collections.abc import Collection

QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
UNIT = re.compile(r" \([^()]*\)$")


def by_names(text: str, names: Collection[str]) -> str:
    """Return a filter with the names of columns in place of their heads, such as ``area`` for ``Area (px)``.

    The unit may be left out where only one column is called so. Text in quotes stays as it is.
    """
    heads = {title_of(name).casefold(): name for name in names}
    bare: dict[str, set[str]] = {}
    for head, name in heads.items():
        bare.setdefault(UNIT.sub("", head), set()).add(name)
    heads = {head: one for head, (one, *others) in bare.items() if not others} | heads
    # The names themselves are meant where a head is the same word.
    heads |= {name: name for name in names if name in heads}
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
