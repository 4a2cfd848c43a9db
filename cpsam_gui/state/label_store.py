"""Where the labels of a document lie: in an array, or in pieces on the disk for images larger than memory. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from cpsam_gui.state.packed_masks import PackedMasks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from cpsam_gui.state.box import Box

    Labels: TypeAlias = NDArray[np.uint32]


class LabelStore(Protocol):
    """Labels (z, y, x) uint32 of which blocks are read and written."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths (z, y, x) in pixels."""
        ...

    @property
    def nbytes(self) -> int:
        """Memory that they take, in bytes."""
        ...

    @property
    def whole(self) -> bool:
        """Whether all of them are in memory, so that what needs everything at once may have it."""
        ...

    @property
    def view(self) -> Labels:
        """What is indexed to read labels: an array that is read-only, or what stands in its place."""
        ...

    def read(self, box: Box) -> Labels:
        """Return the labels of a block inside the image; not to be written."""
        ...

    def write(self, box: Box, values: Labels) -> None:
        """Set the labels of a block inside the image."""
        ...

    def close(self) -> None:
        """Let go of what they hold on the disk."""
        ...


class ArrayLabels:
    """Labels in memory."""

    whole = True

    def __init__(self, array: Labels, packed: PackedMasks | None = None) -> None:
        self.array = array
        self.packed = packed
        """The same labels as they were packed where they were made; None once something else was written."""

    @classmethod
    def empty(cls, shape: Sequence[int]) -> ArrayLabels:
        """Return labels without an object."""
        return cls(np.zeros(tuple(shape), np.uint32), PackedMasks())

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths (z, y, x) in pixels."""
        z, y, x = self.array.shape
        return z, y, x

    @property
    def nbytes(self) -> int:
        """Memory that they take, in bytes."""
        return self.array.nbytes

    @property
    def view(self) -> Labels:
        """The array, read-only."""
        view = self.array.view()
        view.flags.writeable = False
        return view

    def read(self, box: Box) -> Labels:
        """Return the labels of a block; a view."""
        return self.array[box.slices]

    def write(self, box: Box, values: Labels) -> None:
        """Set the labels of a block."""
        self.packed = None
        self.array[box.slices] = values

    def close(self) -> None:
        """Do nothing: all is in memory."""
