"""The pages of a TIFF file, walked with limits before anything else reads them.

Each page says where the next one is. A damaged or crafted file may lead back to a page that was there already, or name
millions of entries, and readers that follow without counting never come to an end.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

__all__ = ["MOST_PLANES", "check_pages"]

MOST_ENTRIES = 4096
"""Entries of a page; the most that a program is known to write is some hundreds."""

MOST_PLANES = 1 << 22
"""Planes that the description of a file may name: lists of them are made before they are looked for."""

SUB_PAGES = 330
"""Tag with the places of pages that belong to a page."""


@dataclass(frozen=True)
class _Layout:
    """How the numbers of a page are stored: in plain TIFF, or in BigTIFF with its larger ones."""

    offset: struct.Struct
    entries: struct.Struct
    entry: struct.Struct
    order: str


_LAYOUTS = {
    (order, version): _Layout(
        struct.Struct(order + ("I" if version == 42 else "Q")),
        struct.Struct(order + ("H" if version == 42 else "Q")),
        struct.Struct(order + ("HHI4s" if version == 42 else "HHQ8s")),
        order,
    )
    for order in "<>"
    for version in (42, 43)
}

SIZES = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""Types of tags in which places of pages are stored."""


def check_pages(file: IO[bytes]) -> None:
    """Follow the pages of a TIFF file, and those that belong to them, to their end.

    Parameters
    ----------
    file
        Opened to read; left where it was.

    Raises
    ------
    ValueError
        The pages lead round in a circle, or one has more entries than there can be. What lies beyond the end of the
        file is left to the reader to name.
    """
    here = file.tell()
    try:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        layout, first = _head(file.read(16))
        if layout is not None:
            _follow(file, size, layout, first)
    finally:
        file.seek(here)


def _head(head: bytes) -> tuple[_Layout | None, int]:
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return None, 0
    layout = _LAYOUTS.get((order, struct.unpack(order + "H", head[2:4])[0]))
    if layout is None:
        return None, 0
    start = 4 if layout.offset.size == 4 else 8
    if len(head) < start + layout.offset.size:
        return None, 0
    return layout, layout.offset.unpack_from(head, start)[0]


def _follow(file: IO[bytes], size: int, layout: _Layout, first: int) -> None:
    seen: set[int] = set()
    waiting = [first]
    while waiting:
        place = waiting.pop()
        chain: set[int] = set()
        while 0 < place < size:
            if place in chain:
                raise ValueError("its pages lead round in a circle")
            # Pages that belong to another are listed there, and follow each other as well.
            if place in seen:
                break
            chain.add(place)
            seen.add(place)
            below, place = _page(file, size, layout, place)
            waiting += below


def _page(file: IO[bytes], size: int, layout: _Layout, place: int) -> tuple[list[int], int]:
    """Return the places of the pages that belong to a page, and of the next one; 0 where the file ends."""
    file.seek(place)
    head = file.read(layout.entries.size)
    if len(head) < layout.entries.size:
        return [], 0
    (count,) = layout.entries.unpack(head)
    if count > MOST_ENTRIES:
        raise ValueError(f"a page of it has {count} entries")
    table = file.read(count * layout.entry.size + layout.offset.size)
    if len(table) < count * layout.entry.size + layout.offset.size:
        return [], 0
    below: list[int] = []
    for tag, kind, number, value in layout.entry.iter_unpack(table[: -layout.offset.size]):
        if tag == SUB_PAGES:
            below += _places(file, size, layout, kind, number, value)
    return below, layout.offset.unpack(table[-layout.offset.size :])[0]


def _places(
    file: IO[bytes], size: int, layout: _Layout, kind: int, number: int, value: bytes
) -> Iterator[int]:
    """Yield the places that a tag holds, in itself where they fit, else where it points."""
    code = SIZES.get(kind)
    if code is None:
        return
    each = struct.Struct(layout.order + code)
    if number * each.size <= len(value):
        stored = value[: number * each.size]
    else:
        place = layout.offset.unpack(value)[0]
        if place + number * each.size > size:
            return
        file.seek(place)
        stored = file.read(number * each.size)
    for (found,) in each.iter_unpack(stored[: len(stored) // each.size * each.size]):
        yield found
