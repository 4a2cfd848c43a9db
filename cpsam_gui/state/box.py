"""A block of pixels in a label volume: where something changed, or what an object occupies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Box:
    """Half-open block ``[z0, z1) x [y0, y1) x [x0, x1)`` in pixels."""

    z0: int
    z1: int
    y0: int
    y1: int
    x0: int
    x1: int

    @classmethod
    def whole(cls, shape: Sequence[int]) -> Box:
        """Return the block that covers a volume of `shape` (z, y, x)."""
        return cls(0, int(shape[0]), 0, int(shape[1]), 0, int(shape[2]))

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Index an array (z, y, x) with this to get the block."""
        return slice(self.z0, self.z1), slice(self.y0, self.y1), slice(self.x0, self.x1)

    def inside(self, whole: Box) -> tuple[slice, slice, slice]:
        """Index the array of a block that holds this one with this to get it."""
        return (
            slice(self.z0 - whole.z0, self.z1 - whole.z0),
            slice(self.y0 - whole.y0, self.y1 - whole.y0),
            slice(self.x0 - whole.x0, self.x1 - whole.x0),
        )

    def part(self, place: tuple[slice, ...]) -> Box:
        """Return the block at a place (z, y, x) in the array of this one; what `inside` says of it."""
        z, y, x = place
        return Box(
            self.z0 + z.start,
            self.z0 + z.stop,
            self.y0 + y.start,
            self.y0 + y.stop,
            self.x0 + x.start,
            self.x0 + x.stop,
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths in pixels (z, y, x)."""
        return self.z1 - self.z0, self.y1 - self.y0, self.x1 - self.x0

    @property
    def empty(self) -> bool:
        """Whether the block holds no pixel."""
        return self.z1 <= self.z0 or self.y1 <= self.y0 or self.x1 <= self.x0

    def clip(self, shape: Sequence[int]) -> Box:
        """Return the part inside a volume of `shape` (z, y, x); may be empty."""
        return Box(
            max(self.z0, 0),
            min(self.z1, int(shape[0])),
            max(self.y0, 0),
            min(self.y1, int(shape[1])),
            max(self.x0, 0),
            min(self.x1, int(shape[2])),
        )

    def grow(self, margin: int) -> Box:
        """Return the block widened by `margin` pixels in y and x."""
        return Box(self.z0, self.z1, self.y0 - margin, self.y1 + margin, self.x0 - margin, self.x1 + margin)

    def union(self, other: Box) -> Box:
        """Return the smallest block that holds both."""
        return Box(
            min(self.z0, other.z0),
            max(self.z1, other.z1),
            min(self.y0, other.y0),
            max(self.y1, other.y1),
            min(self.x0, other.x0),
            max(self.x1, other.x1),
        )

    def intersection(self, other: Box) -> Box:
        """Return the block that both share; may be empty."""
        return Box(
            max(self.z0, other.z0),
            min(self.z1, other.z1),
            max(self.y0, other.y0),
            min(self.y1, other.y1),
            max(self.x0, other.x0),
            min(self.x1, other.x1),
        )
