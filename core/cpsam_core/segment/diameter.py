"""How large are the cells? A few looks before the run, for `diameter="auto"`."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from cpsam_core.progress import Progress, silent
from cpsam_core.segment import scale_search, size_looks
from cpsam_core.segment.diameter_estimate import SURE, DiameterEstimate
from cpsam_core.segment.predict import TileNetwork
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings

__all__ = ["DiameterEstimate", "estimate_diameter", "look_for_diameter", "measure_diameter"]

log = logging.getLogger(__name__)


def estimate_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> float:
    """Return the diameter in pixels of typical cells of a normalised plane (y, x, channel); 30 where there are none.

    See `look_for_diameter`.
    """
    measured = measure_diameter(network, plane, settings, progress)
    return NATIVE_DIAMETER_PX if measured is None else measured


def measure_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> float | None:
    """Return the diameter in pixels of typical cells of a normalised plane, None where there are none.

    How sure that is stands in the log; see `look_for_diameter`.
    """
    found = look_for_diameter(network, plane, settings, progress)
    if found.diameter is not None:
        (log.info if found.sure >= SURE else log.warning)("%s", found.text)
    return found.diameter


def look_for_diameter(
    network: TileNetwork, plane: NDArray[np.float32], settings: Settings, progress: Progress = silent
) -> DiameterEstimate:
    """Measure the cells of a normalised plane (y, x, channel), and say how sure that is.

    A network that tells the size of cells is asked at a few places (`size_looks`); of others, parts are segmented at
    several scales (`scale_search`).
    """
    if size_looks.tells_sizes(network):
        return size_looks.ask_sizes(network, plane, settings, progress)
    return scale_search.search_scales(network, plane, settings, progress)
