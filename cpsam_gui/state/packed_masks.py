"""Masks in the form in which the journal writes them, packed where they were made. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_gui.state.objects import ObjectRecord


@dataclass(frozen=True, slots=True, eq=False)
class PackedMasks:
    """Labels and rows of a whole result, so that nobody waits for their packing once they are in the document.

    Attributes
    ----------
    labels
        The labels, packed; empty where no pixel has one.
    rows
        Each row that was there, with its text: a row that is another one by now is written anew.
    """

    labels: bytes = b""
    rows: Mapping[int, tuple[ObjectRecord, str]] = field(default_factory=dict)
