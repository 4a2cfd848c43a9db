"""What the user sets for the tools; kept from tool to tool and from image to image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from psygnal import SignalGroupDescriptor

from cpsam_gui.operations import CopiedObjects, Scope, WriteMode

TOLERANCE_RANGE = (0.01, 0.6)


@dataclass
class Options:
    """Settings of the tools. Each field has a signal: ``options.events.mode.connect(...)``."""

    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor()

    mode: WriteMode = WriteMode.KEEP
    scope: Scope = Scope.PLANE
    """What edits of objects in a stack reach."""
    tolerance: float = 0.1
    """Of the flood fill: difference of intensities, as a part of the range that is shown."""
    by_intensity: bool = False
    """Seeds divide an object where the intensity changes, instead of where it is narrow."""
    class_id: int = 1
    """That clicks give."""
    clipboard: CopiedObjects | None = None
    carried: CopiedObjects | None = None
    """A copy in the hand that is not in the clipboard: a duplicate."""

    def next_mode(self) -> None:
        """Go to the next write mode."""
        modes = list(WriteMode)
        self.mode = modes[(modes.index(self.mode) + 1) % len(modes)]

    def other_scope(self) -> None:
        """Change between the plane shown and whole bodies."""
        self.scope = Scope.BODY if self.scope is Scope.PLANE else Scope.PLANE

    def scale_tolerance(self, factor: float) -> None:
        """Make the fill more or less tolerant."""
        low, high = TOLERANCE_RANGE
        self.tolerance = min(max(self.tolerance * factor, low), high)
