"""Axes of plots: numbers in the language of the window, and none between one and two of what is counted."""

from __future__ import annotations

import pyqtgraph as pg

from cpsam_gui.program.numbers import with_separators


class NumberAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis whose ticks are written as the language does."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802 - its name in pyqtgraph
        """Return the words at the ticks; called by pyqtgraph."""
        return [with_separators(words) for words in super().tickStrings(values, scale, spacing)]


class WholeAxis(NumberAxis):
    """An axis with ticks at whole numbers alone, while `counts` says so."""

    counts = True

    def tickSpacing(  # noqa: N802 - its name in pyqtgraph
        self, minVal: float, maxVal: float, size: float
    ) -> list[tuple[float, float]]:
        """Return the distances of ticks; called by pyqtgraph."""
        wanted = super().tickSpacing(minVal, maxVal, size)
        if not self.counts:
            return list(wanted)
        return list(dict.fromkeys((max(1.0, round(step)), offset) for step, offset in wanted))
