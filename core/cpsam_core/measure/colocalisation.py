"""How two channels go together within each object: Pearson's r, Manders' coefficients, overlap.

The definitions are those of CellProfiler's MeasureColocalization: a channel counts as present in the pixels that
reach a part (15 %) of its largest value in the object.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.measure.grouped import Floats
from cpsam_core.measure.intensity import Portion, portions
from cpsam_core.measure.objects import Column
from cpsam_core.measure.scene import Scene
from cpsam_core.progress import Progress


def colocalisation_measures(scene: Scene, progress: Progress) -> dict[str, Column]:
    """Return the columns of every pair of channels."""
    columns: dict[str, Column] = {}
    flat = dict(scene.each_channel())
    pairs = list(combinations(scene.channels, 2))
    for number, (a, b) in enumerate(pairs):
        names = (f"pearson_{a}_{b}", f"manders_{a}_in_{b}", f"manders_{b}_in_{a}", f"overlap_{a}_{b}")
        made = {name: np.full(len(scene.objects), np.nan) for name in names}
        for portion in portions(scene.objects):
            found = _measured(flat[a], flat[b], portion, scene.recipe.part)
            for name, values in zip(names, found, strict=True):
                made[name][portion.objects] = values
        columns |= made
        progress(number + 1, len(pairs), "colocalisation")
    return columns


def _measured(a: NDArray[Any], b: NDArray[Any], portion: Portion, part: float) -> tuple[Floats, ...]:
    one, other = a[portion.pixels].astype(np.float64), b[portion.pixels].astype(np.float64)

    def total(values: NDArray[Any]) -> Floats:
        return np.asarray(np.add.reduceat(values, portion.first), np.float64)

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        return np.repeat(values, portion.lengths)

    lefts = one - spread(total(one) / portion.lengths)
    rights = other - spread(total(other) / portion.lengths)
    in_one = one >= part * spread(np.maximum.reduceat(one, portion.first))
    in_other = other >= part * spread(np.maximum.reduceat(other, portion.first))
    both = in_one & in_other
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = total(lefts * rights) / np.sqrt(total(lefts**2) * total(rights**2))
        first = total(one * both) / total(one * in_one)
        second = total(other * both) / total(other * in_other)
        overlap = total(one * other * both) / np.sqrt(total(one**2 * both) * total(other**2 * both))
    return pearson, first, second, overlap
