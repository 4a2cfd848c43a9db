"""The curves of a training: losses, and average precision on the images kept aside."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cpsam_gui.panels.axes import NumberAxis, WholeAxis
from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.finetune import EpochReport

# Pixels of each plot.
HEIGHT_PIXELS = 120
POINT_PIXELS = 5
# Room for "0.125".
AXIS_PX = 40


class Curves(QWidget):
    """The place of the two plots, which are made with the first epoch: each takes as long as a page of the window."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setVisible(False)

    @cached_property
    def plots(self) -> CurvePlots:
        """The plots."""
        made = CurvePlots()
        layout = self.layout()
        if layout is not None:
            layout.addWidget(made)
        return made

    def show_reports(self, reports: Sequence[EpochReport]) -> None:
        """Draw the epochs so far."""
        if reports or "plots" in self.__dict__:
            self.plots.show_reports(reports)
        self.setVisible(bool(reports))


class CurvePlots(QWidget):
    """Two plots over the epochs: losses above, average precision below where it is measured."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX)
        # Above the plots, which are too low for titles beside them and too full for a legend on them.
        self.loss_title, self.precision_title = QLabel(), QLabel(translate("Average precision"))
        self.loss, self.precision = _plot(), _plot()
        # A share: an axis beyond 1 would promise what cannot be.
        self.precision.setLimits(yMin=0, yMax=1)
        self.training = self.loss.plot(symbol="o")
        self.validation = self.loss.plot(symbol="o")
        self.scores = self.precision.plot(symbol="o")
        self.best = pg.InfiniteLine(angle=90)
        self.loss.addItem(self.best)
        for widget in (self.loss_title, self.loss, self.precision_title, self.precision):
            layout.addWidget(widget)
        self._validated = False
        theme.changed.connect(self._recolour)
        self._recolour()

    def _recolour(self) -> None:
        """Take over the colours of the theme."""
        colours = theme.current()
        for plot in (self.loss, self.precision):
            _recolour(plot)
        for curve, colour in (
            (self.training, colours.dim),
            (self.validation, colours.accent),
            (self.scores, colours.accent),
        ):
            curve.setPen(colour, width=2)
            # Of one epoch there is no line yet.
            curve.setSymbolBrush(colour)
            curve.setSymbolPen(None)
            curve.setSymbolSize(POINT_PIXELS)
        self.best.setPen(colours.warning, style=Qt.PenStyle.DashLine)
        self._name_lines()

    def _name_lines(self) -> None:
        """Say what the lines of the losses are, each with a sample in its colour; only those that are there."""
        colours = theme.current()
        lines = [
            (colours.dim, "\u25cf", translate("training"), True),
            (colours.accent, "\u25cf", translate("validation"), self._validated),
            (colours.warning, "\u254e", translate("best epoch"), self.best.isVisible()),
        ]
        samples = [
            f'<font color="{colour}">{sign}</font>\u00a0{name}' for colour, sign, name, on in lines if on
        ]
        self.loss_title.setText("\u2003".join([translate("Loss"), *samples]))

    def show_reports(self, reports: Sequence[EpochReport]) -> None:
        """Draw the epochs so far; the dashed line marks the best one."""
        epochs = [report.epoch for report in reports]
        self.training.setData(epochs, [report.training_loss for report in reports])
        known = [(r.epoch, r.validation_loss) for r in reports if _is_known(r.validation_loss)]
        self.validation.setData([epoch for epoch, _ in known], [loss for _, loss in known])
        scored = [(r.epoch, r.average_precision) for r in reports if _is_known(r.average_precision)]
        self.scores.setData([epoch for epoch, _ in scored], [value for _, value in scored])
        self._validated = bool(known)
        best = [report.epoch for report in reports if report.best]
        self.best.setVisible(bool(best))
        self.best.setValue(best[-1] if best else 0)
        for shown in (self.precision_title, self.precision):
            shown.setVisible(bool(scored))
        self._name_lines()


def _is_known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _plot() -> pg.PlotWidget:
    axes = {"bottom": WholeAxis("bottom"), "left": NumberAxis("left")}
    # A menu that is taken away afterwards takes half of the time to be made.
    plot = pg.PlotWidget(axisItems=axes, enableMenu=False)
    plot.setFixedHeight(HEIGHT_PIXELS)
    plot.hideButtons()
    plot.setMouseEnabled(False, False)
    item = plot.getPlotItem()
    # The number at the top of the axis is centred on its end.
    item.layout.setContentsMargins(1, theme.GRID_PX, theme.GRID_PX, 1)
    for side in ("left", "bottom"):
        # A loss of 0.8 is no 800 thousandths.
        item.getAxis(side).enableAutoSIPrefix(False)
    item.getAxis("left").setWidth(AXIS_PX)
    return plot


def _recolour(plot: pg.PlotWidget) -> None:
    colours, item = theme.current(), plot.getPlotItem()
    plot.setBackground(QColor(colours.field))
    for side in ("left", "bottom"):
        item.getAxis(side).setPen(colours.border)
        item.getAxis(side).setTextPen(colours.dim)
