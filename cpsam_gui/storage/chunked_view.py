"""What stands in the place of an array of labels that are too many for one: read as it is indexed, at any step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.images.indexing import expanded, span_of
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from cpsam_gui.state.steps import Labels


class LevelStore(Protocol):
    """Labels with a pyramid, whose levels are every second, fourth, ... pixel."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths (z, y, x) in pixels."""
        ...

    @property
    def shapes(self) -> list[tuple[int, int, int]]:
        """Lengths of each level."""
        ...

    def read_level(self, level: int, box: Box) -> Labels:
        """Return a block of a level, in pixels of that level."""
        ...


class ChunkedView:
    """What stands in the place of an array of labels: it is indexed by whole numbers and slices, and gives copies.

    A number alone gives a plane, which is read as it is indexed.
    """

    dtype = np.dtype(np.uint32)
    ndim = 3

    def __init__(self, store: LevelStore) -> None:
        self._store = store
        self.shape = store.shape

    @property
    def size(self) -> int:
        """Number of pixels."""
        z, y, x = self.shape
        return z * y * x

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Labels:
        """Refuse: what needs all labels at once does not work on an image of this size.

        Raises
        ------
        ImageError
            Always.
        """
        raise ImageError("This needs all masks of the image at once, which is too large for that.")

    def __len__(self) -> int:
        """Return the number of planes."""
        return self.shape[0]

    def __getitem__(self, place: Any) -> Any:
        """Return a block, a plane, or the label of a pixel."""
        if isinstance(place, int | np.integer):
            return ChunkedPlane(self, int(place))
        given = expanded(place, 3)
        z, y, x = (span_of(one, length) for one, length in zip(given, self.shape, strict=True))
        level = self._level(y, x)
        step = 1 << level
        # Samples of a level are those at the multiples of its step.
        bottom, right = (-(-max(span.start, span.stop) // step) for span in (y, x))
        box = Box(z.start, max(z.start, z.stop), y.start // step, bottom, x.start // step, right)
        block = self._store.read_level(level, box)[:, :: y.step // step, :: x.step // step]
        kept = tuple(0 if isinstance(one, int | np.integer) else slice(None) for one in given)
        return block[kept]

    def _level(self, y: range, x: range) -> int:
        """Return the coarsest level that holds the samples that are asked for."""
        level = 0
        while level + 1 < len(self._store.shapes):
            step = 2 << level
            if y.step % step or x.step % step or y.start % step or x.start % step:
                break
            level += 1
        return level


class ChunkedPlane:
    """A plane (y, x) of labels, read as it is indexed."""

    dtype = np.dtype(np.uint32)
    ndim = 2

    def __init__(self, view: ChunkedView, z: int) -> None:
        self._view, self._z = view, z
        self.shape = view.shape[1:]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Labels:
        """Refuse, as all planes do.

        Raises
        ------
        ImageError
            Always.
        """
        return self._view.__array__()

    def __getitem__(self, place: Any) -> Any:
        """Return a part of the plane."""
        return self._view[(self._z, *(place if isinstance(place, tuple) else (place,)))]
