"""A still picture of labels that go on being edited: taken at once, copied later by another thread.

Copying the labels of a large image takes longer than a frame, so nobody copies them in the GUI thread. A snapshot
holds on to the array itself; the document saves each tile of it before that tile is first written.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpsam_gui.state.packed_masks import PackedMasks
    from cpsam_gui.state.steps import Labels

# Pixel rows that are saved and copied together.
BAND_ROWS = 256


class Snapshot:
    """Labels (z, y, x) as they were when the snapshot was taken."""

    def __init__(self, labels: Labels, packed: PackedMasks | None = None) -> None:
        self._labels = labels
        self.packed = packed
        """The same labels packed, where they are as they were made."""
        self._saved: dict[tuple[int, int, int], Labels] = {}
        self._read: set[tuple[int, int, int]] = set()
        self._lock = Lock()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths (z, y, x) in pixels."""
        z, y, x = self._labels.shape
        return z, y, x

    def of(self, labels: Labels) -> bool:
        """Whether the snapshot was taken of this very array."""
        return labels is self._labels

    def preserve(self, box: Box) -> None:
        """Save what is about to be written; called by the writer."""
        with self._lock:
            for key in _tiles(box):
                if key not in self._saved and key not in self._read:
                    self._saved[key] = self._labels[_place(key)].copy()

    def bands(self) -> Iterator[Labels]:
        """Yield the labels as copies (rows, x), from the first plane to the last; once, from any thread."""
        depth, height, width = self.shape
        for z in range(depth):
            for top in range(0, height, BAND_ROWS):
                band = np.empty((min(BAND_ROWS, height - top), width), np.uint32)
                for left in range(0, width, BAND_ROWS):
                    key = (z, top // BAND_ROWS, left // BAND_ROWS)
                    with self._lock:
                        tile = self._saved.pop(key, None)
                        self._read.add(key)
                        band[:, left : left + BAND_ROWS] = self._labels[_place(key)] if tile is None else tile
                yield band

    def array(self) -> Labels:
        """Return a copy of the labels (z, y, x); once, from any thread."""
        depth, height, width = self.shape
        copied, top = np.empty((depth * height, width), np.uint32), 0
        for band in self.bands():
            copied[top : top + len(band)] = band
            top += len(band)
        return copied.reshape(self.shape)


def _tiles(box: Box) -> Iterator[tuple[int, int, int]]:
    for z in range(box.z0, box.z1):
        for row in range(box.y0 // BAND_ROWS, (box.y1 - 1) // BAND_ROWS + 1):
            for column in range(box.x0 // BAND_ROWS, (box.x1 - 1) // BAND_ROWS + 1):
                yield z, row, column


def _place(key: tuple[int, int, int]) -> tuple[int, slice, slice]:
    z, row, column = key
    return (
        z,
        slice(row * BAND_ROWS, (row + 1) * BAND_ROWS),
        slice(column * BAND_ROWS, (column + 1) * BAND_ROWS),
    )
