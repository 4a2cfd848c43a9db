"""Edits of the document, each one step of history. No Qt.

A function returns None when it did its work, or words for the status line that say why it did not; where it makes
objects it returns their ids beside. Locked objects are never changed.
"""

from __future__ import annotations

from cpsam_gui.operations.classes import class_colour, name_class
from cpsam_gui.operations.common import LOCKED, NOTHING, keep_row, known, locked_in, recolour
from cpsam_gui.operations.copying import CopiedObjects, copy, paste
from cpsam_gui.operations.cutting import NO_OBJECT, crossed_by, split, split_into
from cpsam_gui.operations.objects import clear, delete, merge, set_class, set_locked, set_uncertain
from cpsam_gui.operations.painting import (
    WriteMode,
    add,
    add_polygon,
    erase,
    lies_near,
    paint,
    redraw,
    wipe,
    with_rest,
)
from cpsam_gui.operations.pieces import count_pieces, in_pieces, separate_pieces
from cpsam_gui.operations.proposals import Proposal, accept
from cpsam_gui.operations.reshaping import fill_holes, grow, smooth
from cpsam_gui.operations.scope import Reach, Scope

__all__ = [
    "LOCKED",
    "NOTHING",
    "NO_OBJECT",
    "CopiedObjects",
    "Proposal",
    "Reach",
    "Scope",
    "WriteMode",
    "accept",
    "add",
    "add_polygon",
    "class_colour",
    "clear",
    "copy",
    "count_pieces",
    "crossed_by",
    "delete",
    "erase",
    "fill_holes",
    "grow",
    "in_pieces",
    "keep_row",
    "known",
    "lies_near",
    "locked_in",
    "merge",
    "name_class",
    "paint",
    "paste",
    "recolour",
    "redraw",
    "separate_pieces",
    "set_class",
    "set_locked",
    "set_uncertain",
    "smooth",
    "split",
    "split_into",
    "wipe",
    "with_rest",
]
