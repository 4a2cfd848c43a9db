"""What the network said, as pictures: flows by direction, cell probability, the flow error of each object. No Qt.

The objects here follow the protocol of the tile layer, like those of :mod:`colouring`: blocks in, premultiplied
ARGB out, so that only what is in view is ever coloured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy.special import expit

from cpsam_gui.state.palette import pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cpsam_gui.canvas.colours import Pixels
    from cpsam_gui.state.objects import ObjectRecord

# Length of the network's flows inside objects, shown at full brightness.
FULL = 5.0
# Flow error from which an object has the last colour; 0.4 is the usual threshold.
WORST = 1.0


def ramp() -> Pixels:
    """Return 256 colours from dark to bright that colour-blind eyes can order; uint32 (256,)."""
    steps = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_VIRIDIS)
    return np.array([pack(red, green, blue, 1.0) for blue, green, red in steps[:, 0].tolist()], np.uint32)


class FlowColours:
    """Colours flows by their direction (hue) and length (brightness)."""

    def __init__(self, rows: NDArray[np.float32], columns: NDArray[np.float32]) -> None:
        self._rows, self._columns = rows, columns

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the plane."""
        return self._rows.shape[0], self._rows.shape[1]

    def __call__(self, y: slice, x: slice, magnify: int = 1) -> Pixels:
        """Return the colours of a strided block; `magnify` is ignored, the painter magnifies images."""
        down = np.ascontiguousarray(self._rows[y, x], np.float32)
        right = np.ascontiguousarray(self._columns[y, x], np.float32)
        length, angle = cv2.cartToPolar(right, down, angleInDegrees=True)
        # OpenCV counts hues to 180.
        hue = (angle / 2).astype(np.uint8)
        value = np.clip(length * (255 / FULL), 0, 255).astype(np.uint8)
        hsv = cv2.merge([hue, np.full_like(hue, 200), value])
        colours = cv2.cvtColor(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), cv2.COLOR_BGR2BGRA)
        packed: Pixels = np.ascontiguousarray(colours).view(np.uint32)[..., 0]
        return packed


class ProbabilityColours:
    """Colours cell logits by the probability that they mean, from 0 to 1."""

    def __init__(self, logits: NDArray[np.float32]) -> None:
        self._logits = logits
        self._table = ramp()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the plane."""
        return self._logits.shape[0], self._logits.shape[1]

    def __call__(self, y: slice, x: slice, magnify: int = 1) -> Pixels:
        """Return the colours of a strided block; `magnify` is ignored, the painter magnifies images."""
        steps = (255 * expit(self._logits[y, x])).astype(np.uint8)
        colours: Pixels = np.take(self._table, steps)
        return colours


class ErrorColours:
    """Colours objects by their flow error, dark where it is small; gray where it is not known."""

    def __init__(self, plane: NDArray[np.uint32], objects: Mapping[int, ObjectRecord]) -> None:
        self._plane = plane
        steps = ramp()
        # One place more than the largest id, so that larger ids are clipped to an entry without a colour.
        self._table = np.full(max(objects, default=0) + 2, pack(0, 0, 0, 1.0), np.uint32)
        for number, row in objects.items():
            known = row.flow_error
            colour = pack(90, 90, 90, 1.0) if known is None else steps[int(255 * min(known / WORST, 1.0))]
            self._table[number] = colour

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the plane."""
        return self._plane.shape[0], self._plane.shape[1]

    def __call__(self, y: slice, x: slice, magnify: int = 1) -> Pixels:
        """Return the colours of a strided block; `magnify` is ignored, the painter magnifies images."""
        colours: Pixels = np.take(self._table, np.ascontiguousarray(self._plane[y, x]), mode="clip")
        return colours
