"""What to say of the bodies of a volume: whether the model was judged in 3D, and whether they are crumbs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["least_voxels", "volume_remarks"]

# Share of a ball of the cells' diameter under which a body is a crumb.
CRUMB = 0.1
# Share of crumbs among the bodies from which on it is said.
MANY = 0.2


def least_voxels(diameter: float, anisotropy: float) -> int:
    """Return the smallest body to keep in voxels: a tenth of a ball of the diameter of the cells.

    Parameters
    ----------
    diameter
        In pixels of the plane.
    anisotropy
        Distance of planes over the size of a pixel.
    """
    return max(1, round(CRUMB * math.pi / 6 * diameter**3 / anisotropy))


def volume_remarks(
    name: str, judged: bool, voxels: NDArray[np.integer[Any]], diameter: float, anisotropy: float | None
) -> tuple[str, ...]:
    """Return what to say of a run on a volume.

    Parameters
    ----------
    name
        Of the model.
    judged
        Whether it is known how good the model is in 3D.
    voxels
        Sizes of the bodies found.
    diameter, anisotropy
        As for `least_voxels`; None where nobody said how far planes lie apart.
    """
    said = []
    if anisotropy is None:
        said.append(
            "the file does not say how far apart its planes are, so they were taken to be one pixel apart: set the "
            "plane spacing (anisotropy)"
        )
    if not judged:
        said.append(
            f"the card of {name or 'this model'} shows no scores in 3D: look at the bodies in all views, and try "
            "planes that are linked, too"
        )
    least = least_voxels(diameter, anisotropy or 1.0)
    crumbs = int(np.count_nonzero(voxels < least))
    if crumbs > MANY * len(voxels):
        said.append(
            f"{crumbs:,} of {len(voxels):,} bodies are smaller than a tenth of a cell: set the smallest object to "
            f"{least:,} voxels to leave them out"
        )
    return tuple(said)
