"""What a review says of objects: accepted, or doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.operations.common import NOTHING, known
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpsam_gui.state.document import Document


def accept_objects(document: Document, ids: Iterable[int]) -> str | None:
    """Accept objects as they are: nothing changes them any more until they are unlocked."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    with document.step(_named("Accept", len(chosen)), StepKind.MARK):
        document.update(chosen, locked=True, verified=True, uncertain=False)
    return None


def put_off(document: Document, ids: Iterable[int]) -> str | None:
    """Mark objects as looked at and uncertain, for somebody who knows better."""
    chosen = known(document, ids)
    if not chosen:
        return NOTHING
    with document.step(_named("Mark uncertain", len(chosen)), StepKind.MARK):
        document.update(chosen, uncertain=True, verified=False)
    return None


def _named(name: str, count: int) -> str:
    return name if count == 1 else f"{name} {count:,} objects"
