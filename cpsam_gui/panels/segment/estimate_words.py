"""What a run will take, in the one line below its button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.panels.train.budget import duration
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from cpsam_gui.runs.estimate import Estimate

# Seconds; what takes longer is told in steps of `STEP_S`.
FINE_S, STEP_S = 10, 5
# From here on it is told in minutes.
MINUTES_S = 90


def estimate_words(estimate: Estimate) -> str:
    """Return how long a run will take and where; a warning where that is slow, nothing where neither is known."""
    where = _device(estimate.device) + (f" ({estimate.precision})" if estimate.precision else "")
    seconds = estimate.seconds
    if seconds is None:
        return translate("On {where}").format(where=where) if estimate.certain else ""
    if FINE_S <= seconds < MINUTES_S:
        seconds = STEP_S * round(seconds / STEP_S)
    words = translate("Slow: about {time} on {where}" if estimate.slow else "About {time} on {where}")
    return words.format(time=duration(seconds), where=where)


def _device(device: str) -> str:
    """Return a device, named as torch does, in words."""
    names = {
        "cpu": translate("the CPU"),
        "cuda": translate("the graphics card"),
        "mps": translate("the Apple graphics processor"),
    }
    return names.get(device.split(":", maxsplit=1)[0], device)
