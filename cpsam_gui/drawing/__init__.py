"""Geometry of the tools: shapes to pixels, cuts, fills. Arrays in, arrays out; no document, no Qt.

Positions are (y, x) in image pixels, where pixel (i, j) covers [i, i + 1) x [j, j + 1).
"""

from __future__ import annotations

from cpsam_gui.drawing.cuts import split, split_by_seeds
from cpsam_gui.drawing.intensity import brightness, shades
from cpsam_gui.drawing.regions import LARGEST_PX, fill_holes, flood, grow, smooth
from cpsam_gui.drawing.shapes import corners, line, outlines, polygon, stroke

__all__ = [
    "LARGEST_PX",
    "brightness",
    "corners",
    "fill_holes",
    "flood",
    "grow",
    "line",
    "outlines",
    "polygon",
    "shades",
    "smooth",
    "split",
    "split_by_seeds",
    "stroke",
]
