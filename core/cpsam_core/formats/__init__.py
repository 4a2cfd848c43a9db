"""Hand objects on to other programs and take theirs: one registry of every kind of file that holds objects.

Names load on first use: which formats there are is known without numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.formats.kinds import FORMATS, Format
from cpsam_core.system.lazy import lazy_names

if TYPE_CHECKING:
    from cpsam_core.formats.objects import Colour, ObjectSet
    from cpsam_core.formats.options import ReadHints, WriteOptions
    from cpsam_core.formats.registry import (
        find_format,
        format_of,
        left_out,
        name_for,
        read_each,
        read_objects,
        write_objects,
    )

__all__ = [
    "FORMATS",
    "Colour",
    "Format",
    "ObjectSet",
    "ReadHints",
    "WriteOptions",
    "find_format",
    "format_of",
    "left_out",
    "name_for",
    "read_each",
    "read_objects",
    "write_objects",
]

__getattr__ = lazy_names(
    __name__,
    {
        "objects": ("Colour", "ObjectSet"),
        "options": ("ReadHints", "WriteOptions"),
        "registry": (
            "find_format",
            "format_of",
            "left_out",
            "name_for",
            "read_each",
            "read_objects",
            "write_objects",
        ),
    },
)
