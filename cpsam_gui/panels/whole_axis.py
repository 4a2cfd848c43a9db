"""An axis of things that are counted: there is nothing between one and two of them."""

from __future__ import annotations

import pyqtgraph as pg


class WholeAxis(pg.AxisItem):  # type: ignore[misc]
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
