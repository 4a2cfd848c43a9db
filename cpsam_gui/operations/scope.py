"""How far an edit reaches in a stack, and the edits that ask: the plane shown, or bodies with all their planes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from cpsam_gui.operations import bodies, reshaping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.drawing.bodies import Spacing
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.slice import Slice


class Scope(str, Enum):
    """What an edit of an object in a stack changes."""

    PLANE = "plane"
    """What it has in the plane shown."""
    BODY = "body"
    """All of it, through the planes."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The scope of an edit, with the slice that is shown and the size of a voxel along z, y, x in pixels."""

    scope: Scope
    shown: Slice
    spacing: Spacing


def grow(document: Document, ids: Iterable[int], pixels: int, reach: Reach) -> str | None:
    """Grow objects into the background by `pixels`, or shrink them where negative."""
    if _bodies(document, reach):
        return bodies.grow_bodies(document, ids, pixels, reach.spacing)
    return reshaping.grow(document, ids, pixels, reach.shown)


def smooth(document: Document, ids: Iterable[int], reach: Reach) -> str | None:
    """Smooth the outlines or the surfaces of objects."""
    if _bodies(document, reach):
        return bodies.smooth_bodies(document, ids, reach.spacing)
    return reshaping.smooth(document, ids, reach.shown)


def fill_holes(document: Document, ids: Iterable[int], reach: Reach) -> str | None:
    """Fill the holes of objects in the plane, or the cavities of bodies."""
    if _bodies(document, reach):
        return bodies.fill_bodies(document, ids)
    return reshaping.fill_holes(document, ids, reach.shown)


def _bodies(document: Document, reach: Reach) -> bool:
    return reach.scope is Scope.BODY and document.shape[0] > 1
