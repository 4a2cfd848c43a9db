"""A step while it is being made: what the places that it touches looked like before. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.box import Box
from cpsam_gui.state.steps import PixelEdit, StepKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cpsam_gui.state.image_facts import ImageFacts
    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels

# Pixels; what a step copies when it first touches a place.
TILE_PX = 128


class Transaction:
    """Keeps copies of the tiles that a step writes, and the rows of the table that it changes."""

    def __init__(self, name: str, kind: StepKind = StepKind.EDIT) -> None:
        self.name, self.kind = name, kind
        self.facts: ImageFacts | None = None
        """The facts before this step, where it changed them."""
        self.rows: dict[int, ObjectRecord | None] = {}
        """The rows before this step."""
        self.lost: set[int] = set()
        """Objects that lost pixels, whose blocks may be larger than they are."""
        self._tiles: dict[tuple[int, int, int], tuple[Box, Labels]] = {}

    def remember(self, labels: LabelStore, box: Box) -> None:
        """Copy the tiles of a block before they are first written in this step."""
        height, width = labels.shape[1:]
        for z in range(box.z0, box.z1):
            for row in range(box.y0 // TILE_PX, (box.y1 - 1) // TILE_PX + 1):
                for column in range(box.x0 // TILE_PX, (box.x1 - 1) // TILE_PX + 1):
                    top, left = row * TILE_PX, column * TILE_PX
                    bottom, right = min(top + TILE_PX, height), min(left + TILE_PX, width)
                    part = Box(
                        z, z + 1, max(box.y0, top), min(box.y1, bottom), max(box.x0, left), min(box.x1, right)
                    )
                    known = self._tiles.get((z, row, column))
                    if known is None:
                        self._tiles[z, row, column] = (
                            part,
                            labels.read(Box(z, z + 1, top, bottom, left, right)).copy(),
                        )
                    else:
                        self._tiles[z, row, column] = known[0].union(part), known[1]

    def blocks(self) -> Iterator[tuple[Box, Labels]]:
        """Yield the blocks that were written, and what was there before."""
        for (_, row, column), (box, tile) in self._tiles.items():
            top, left = row * TILE_PX, column * TILE_PX
            yield box, tile[:, box.y0 - top : box.y1 - top, box.x0 - left : box.x1 - left]

    def edits(self, labels: LabelStore) -> tuple[PixelEdit, ...]:
        """Return what changed since, block by block; blocks that are as before are left out."""
        pairs = ((box, before, labels.read(box)) for box, before in self.blocks())
        return tuple(
            PixelEdit.between(box, before, after)
            for box, before, after in pairs
            if not np.array_equal(before, after)
        )

    def changes(
        self, rows: Mapping[int, ObjectRecord]
    ) -> dict[int, tuple[ObjectRecord | None, ObjectRecord | None]]:
        """Return the rows that differ now from what they were, as (before, now)."""
        return {
            number: (before, rows.get(number))
            for number, before in self.rows.items()
            if before != rows.get(number)
        }
