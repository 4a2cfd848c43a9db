"""What tools may ask of the next run of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpsam_gui.state.box import Box


@dataclass(frozen=True, slots=True)
class RunDesk:
    """Handed to tools by the session; the defaults do nothing.

    Attributes
    ----------
    diameter
        Returns the diameter of the cells in pixels that a disk starts with.
    set_diameter
        Sets the diameter of the next run.
    segment_region
        Runs the model on a block and puts the result into the document.
    """

    diameter: Callable[[], float] = lambda: 30.0
    set_diameter: Callable[[float], None] = lambda diameter: None
    segment_region: Callable[[Box], None] = lambda box: None
