"""Drawn pictures of cells with exact labels, to widen the training of a small general network.

Each picture is a layout (`layouts`, `shapes`: which pixels belong to which cell) seen through one kind of
microscope (`fluorescence`, `transmitted`, `stained`). Numpy and OpenCV only: a picture of 192 pixels takes
some milliseconds on one core, so that drawing keeps up with training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.synthesis.fields import log_uniform
from cpsam_core.data.synthesis.kinds import KINDS, draw
from cpsam_core.errors import SettingsError

__all__ = ["KINDS", "LARGEST_DIAMETER_PX", "SMALLEST_DIAMETER_PX", "Drawing", "draw_cells"]

SMALLEST_DIAMETER_PX, LARGEST_DIAMETER_PX = 7.0, 120.0
"""Range of diameters drawn, pixels (the range that the network is trained over)."""

SMALLEST_SIDE_PX = 32


@dataclass(frozen=True)
class Drawing:
    """A drawn picture.

    Attributes
    ----------
    image : uint8 array (side, side, 3)
        Gray pictures have three equal channels.
    labels : uint16 array (side, side)
        0 = background, cells 1..n without holes in the numbering, each one connected part (4 neighbours).
    kind : str
        One of `KINDS`.
    """

    image: NDArray[np.uint8]
    labels: NDArray[np.uint16]
    kind: str

    @property
    def gray(self) -> bool:
        """Whether the three channels are equal."""
        return bool((self.image == self.image[..., :1]).all())


def draw_cells(
    rng: np.random.Generator, side: int = 192, diameter: float | None = None, kind: str | None = None
) -> Drawing:
    """Draw one picture of cells.

    Parameters
    ----------
    rng : numpy.random.Generator
        The same state gives the same picture.
    side : int
        Pixels of the square picture, at least 32.
    diameter : float, optional
        Typical diameter in pixels of whole cells (of the disc of equal area); by default log-uniform between
        `SMALLEST_DIAMETER_PX` and `LARGEST_DIAMETER_PX`.
    kind : str, optional
        One of `KINDS`; by default drawn by their weights.

    Returns
    -------
    Drawing

    Raises
    ------
    SettingsError
        If the side or the diameter is too small or the kind is unknown.
    """
    if side < SMALLEST_SIDE_PX:
        raise SettingsError(f"A drawn picture needs at least {SMALLEST_SIDE_PX} pixels a side, not {side}.")
    if diameter is None:
        diameter = log_uniform(rng, SMALLEST_DIAMETER_PX, LARGEST_DIAMETER_PX)
    if not diameter >= 4:
        raise SettingsError(f"Drawn cells need a diameter of at least 4 pixels, not {diameter:g}.")
    if kind is None:
        weights = np.array(list(KINDS.values()))
        kind = str(rng.choice(list(KINDS), p=weights / weights.sum()))
    elif kind not in KINDS:
        raise SettingsError(f"There is no drawn kind {kind!r}; choose one of {', '.join(KINDS)}.")
    image, labels = draw(rng, kind, side, float(diameter))
    return Drawing(image, labels.astype(np.uint16), kind)
