"""The curves of a training: losses, and average precision on the images kept aside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.finetune import EpochReport

# Pixels of each plot.
HEIGHT_PIXELS = 120


class Curves(QWidget):
    """Two plots over the epochs: losses above, average precision below where it is measured."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX)
        self.loss = _plot(translate("loss"))
        self.precision = _plot(translate("average precision"))
        colours = theme.current()
        self.training = self.loss.plot(pen=pg.mkPen(colours.dim, width=2), name=translate("training"))
        self.validation = self.loss.plot(pen=pg.mkPen(colours.accent, width=2), name=translate("validation"))
        self.scores = self.precision.plot(
            pen=pg.mkPen(colours.accent, width=2),
            symbol="o",
            symbolSize=6,
            symbolBrush=colours.accent,
            symbolPen=None,
        )
        self.best = pg.InfiniteLine(angle=90, pen=pg.mkPen(colours.warning, style=Qt.PenStyle.DashLine))
        self.loss.addItem(self.best)
        layout.addWidget(self.loss)
        layout.addWidget(self.precision)
        self.show_reports(())

    def show_reports(self, reports: Sequence[EpochReport]) -> None:
        """Draw the epochs so far; the dashed line marks the best one."""
        epochs = [report.epoch for report in reports]
        self.training.setData(epochs, [report.training_loss for report in reports])
        known = [(r.epoch, r.validation_loss) for r in reports if _is_known(r.validation_loss)]
        self.validation.setData([epoch for epoch, _ in known], [loss for _, loss in known])
        scored = [(r.epoch, r.average_precision) for r in reports if _is_known(r.average_precision)]
        self.scores.setData([epoch for epoch, _ in scored], [value for _, value in scored])
        best = [report.epoch for report in reports if report.best]
        self.best.setVisible(bool(best))
        self.best.setValue(best[-1] if best else 0)
        self.precision.setVisible(bool(scored))
        self.setVisible(bool(reports))


def _is_known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


class EpochAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis of epochs: there is none between the first and the second."""

    def tickSpacing(  # noqa: N802 - its name in pyqtgraph
        self, minVal: float, maxVal: float, size: float
    ) -> list[tuple[float, float]]:
        """Return the distances of ticks, whole numbers all; called by pyqtgraph."""
        wanted = super().tickSpacing(minVal, maxVal, size)
        return list(dict.fromkeys((max(1.0, round(step)), offset) for step, offset in wanted))


def _plot(title: str) -> pg.PlotWidget:
    colours = theme.current()
    plot = pg.PlotWidget(
        background=QColor(colours.field), axisItems={"bottom": EpochAxis(orientation="bottom")}
    )
    plot.setFixedHeight(HEIGHT_PIXELS)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setMouseEnabled(False, False)
    item = plot.getPlotItem()
    item.setLabel("left", title)
    item.addLegend(offset=(-4, 4), labelTextColor=colours.text)
    for side in ("left", "bottom"):
        axis = item.getAxis(side)
        axis.setPen(colours.border)
        axis.setTextPen(colours.dim)
        # A loss of 0.8 is no 800 thousandths.
        axis.enableAutoSIPrefix(False)
    item.getAxis("left").setWidth(52)
    return plot
