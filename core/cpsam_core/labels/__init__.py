"""Label images: renumber, clean, outline and measure objects.

A label image is a (y, x) or (z, y, x) array, 0 in the background and one number per object. The functions
take any integer type, return uint32, and never change their input.
"""

from __future__ import annotations

from cpsam_core.labels.holes import fill_holes
from cpsam_core.labels.ids import as_labels, clear_border, drop_large, drop_small, keep_ids, relabel
from cpsam_core.labels.outlines import outlines, polygons
from cpsam_core.labels.parts import Parts, parts_of, parts_of_runs
from cpsam_core.labels.pieces import ids_in_pieces, is_binary, separate_pieces, tells_kinds
from cpsam_core.labels.runs import Runs, runs_of
from cpsam_core.labels.steps import plane_steps
from cpsam_core.labels.table import ObjectTable, object_table

__all__ = [
    "ObjectTable",
    "Parts",
    "Runs",
    "as_labels",
    "clear_border",
    "drop_large",
    "drop_small",
    "fill_holes",
    "ids_in_pieces",
    "is_binary",
    "keep_ids",
    "object_table",
    "outlines",
    "parts_of",
    "parts_of_runs",
    "plane_steps",
    "polygons",
    "relabel",
    "runs_of",
    "separate_pieces",
    "tells_kinds",
]
