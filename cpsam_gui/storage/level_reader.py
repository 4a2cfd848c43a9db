"""A level of labels in chunks as the engine reads labels in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cpsam_core.images.sources import Box as Part
    from cpsam_gui.storage.chunked_labels import ChunkedLabels


class LevelReader:
    """Reads one level; at the time of reading, as the labels are then."""

    def __init__(self, labels: ChunkedLabels, level: int = 0) -> None:
        self._labels, self._level = labels, level
        self.shape = labels.shapes[level]

    def read(self, box: Part) -> NDArray[np.uint32]:
        """Return a part (z, y, x); what lies beyond the labels is left out."""
        (z0, z1, _), (y0, y1, _), (x0, x1, _) = (
            side.indices(length) for side, length in zip(box, self.shape, strict=True)
        )
        return self._labels.read_level(self._level, Box(z0, z1, y0, y1, x0, x1))
