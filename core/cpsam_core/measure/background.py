"""Brightness without the background: sums, and what is left after subtracting what lies around or between objects."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.measure.grouped import Floats, Ints
from cpsam_core.measure.intensity import Portion, statistics
from cpsam_core.measure.objects import Column
from cpsam_core.measure.scene import Scene
from cpsam_core.progress import Progress

# Pixels that tell the background of a whole image.
SAMPLE_PIXELS = 1 << 20


def background_measures(scene: Scene, means: dict[str, Column], progress: Progress) -> dict[str, Column]:
    """Return the columns of every channel; `means` has the mean of each over each object."""
    columns: dict[str, Column] = {}
    if scene.picture is None:
        return columns
    places, at = scene.ring
    outside = _sampled(np.flatnonzero(scene.labels.reshape(-1) == 0))
    areas = scene.objects.areas
    for number, (name, values) in enumerate(scene.each_channel()):
        mean = means[f"mean_{name}"]
        ring, local = ring_statistics(values[at], places, len(scene.objects))
        between = float(np.median(values[outside])) if len(outside) else np.nan
        columns |= {
            f"sum_{name}": mean * areas,
            f"ring_mean_{name}": ring,
            f"background_{name}": local,
            f"mean_minus_background_{name}": mean - local,
            f"sum_minus_background_{name}": (mean - local) * areas,
            f"global_background_{name}": np.full(len(areas), between),
            f"sum_minus_global_background_{name}": (mean - between) * areas,
        }
        progress(number + 1, len(scene.channels), "background")
    return columns


def ring_statistics(values: NDArray[Any], places: Ints, count: int) -> tuple[Floats, Floats]:
    """Return mean and median of the pixels of each ring; NaN for objects without a ring.

    Parameters
    ----------
    values : (pixels,) array
    places : (pixels,) int
        Object of each, in rising order.
    count : int
        Number of objects.
    """
    mean, median = np.full(count, np.nan), np.full(count, np.nan)
    if len(places):
        first = np.flatnonzero(np.diff(places, prepend=-1) != 0)
        lengths = np.diff(np.append(first, len(places)))
        found = statistics(values, Portion(slice(0, len(first)), places, first, lengths))
        mean[places[first]], median[places[first]] = found["mean"], found["median"]
    return mean, median


def _sampled(places: Ints) -> Ints:
    """Return every so many places, where there are more than the median of an image needs."""
    return places[:: max(1, len(places) // SAMPLE_PIXELS)]
