"""One line of words that may be longer than its place."""

from __future__ import annotations

from superqt import QElidingLabel

# Between two gestures of a tool's hint.
GAP = "   "


class HintLabel(QElidingLabel):  # type: ignore[misc]
    """Leaves out whole gestures where not all of a hint has room; other words end in dots where they must."""

    def _elidedText(self) -> str:  # noqa: N802 - its name in superqt
        """Return what is shown of the text."""
        gestures = self._text.split(GAP)
        fits = self.fontMetrics().horizontalAdvance
        for count in range(len(gestures) - 1, 0, -1):
            if fits(self._text) <= self.width():
                break
            shorter = GAP.join([*gestures[:count], "…"])
            if fits(shorter) <= self.width():
                return shorter
        return str(super()._elidedText())
