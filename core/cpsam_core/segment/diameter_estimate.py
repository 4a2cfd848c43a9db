"""What was found out about the size of cells, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

# From which the answer is taken without a word.
SURE = 0.5


@dataclass(frozen=True)
class DiameterEstimate:
    """What was found out about the size of the cells.

    Attributes
    ----------
    diameter
        Of typical cells in pixels; None where none was seen.
    sure
        0 to 1: how much better this size explains the picture than any other, and how far its places agree.
    """

    diameter: float | None
    sure: float = 0.0

    @property
    def doubt(self) -> str:
        """Why the answer may be wrong; empty where it is sure."""
        if self.diameter is None:
            return "no cells were seen to measure, so the image is taken as it is; set the diameter if there are some"
        return self.text if self.sure < SURE else ""

    @property
    def text(self) -> str:
        """What was found, for people."""
        if self.diameter is None:
            return "no cells were seen to measure"
        doubt = "" if self.sure >= SURE else ": look at the result, or set the diameter"
        return f"cells measure about {self.diameter:.0f} pixels ({self.sure:.0%} sure){doubt}"
