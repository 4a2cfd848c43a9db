"""Plots of the columns: how one is distributed, two against each other. What is dragged over is selected."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cpsam_gui.panels.axes import NumberAxis, WholeAxis
from cpsam_gui.panels.table.model import title_of
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    Column = NDArray[Any]
    Places = NDArray[np.int64]

FEWEST_BINS, BINS = 10, 60
# Points; more cannot be told apart, and make brushing slow.
DRAWN = 20_000
# Screen pixels.
POINT_PIXELS = 4.0
ALONE = ""
"""Stands for no second column: a distribution."""


class BrushBox(pg.ViewBox):  # type: ignore[misc]
    """A plot area where dragging brushes; the wheel zooms, a double click shows all."""

    brushed = pyqtSignal(QRectF)
    """An area in the units of the axes was dragged over."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)

    def mouseDragEvent(self, ev: Any, axis: Any = None) -> None:
        """Brush with the left button; called by pyqtgraph."""
        if ev.button() != Qt.MouseButton.LeftButton:
            super().mouseDragEvent(ev, axis)
            return
        ev.accept()
        start, now = ev.buttonDownPos(ev.button()), ev.pos()
        if not ev.isFinish():
            self.updateScaleBox(start, now)
            return
        self.rbScaleBox.hide()
        self.brushed.emit(self.childGroup.mapRectFromParent(QRectF(start, now).normalized()))

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Show everything; called by Qt."""
        self.autoRange()


AREA, VOLUME = "area", "volume"


class Plots(QWidget):
    """Two choices of columns and the plot of them."""

    brushed = pyqtSignal(object)
    """Ids of the objects that were dragged over (array)."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = QComboBox(), QComboBox()
        self.first.setToolTip(translate("Along the horizontal axis"))
        self.second.setToolTip(translate("Along the vertical axis"))
        self.note = QLabel()
        self.note.setObjectName("dim")
        row = QHBoxLayout()
        row.setSpacing(theme.GRID_PX)
        row.addWidget(self.first, 1)
        row.addWidget(self.second, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX // 2)
        layout.addLayout(row)
        layout.addWidget(self.note)
        self._layout = layout
        self._columns: Mapping[str, Column] = {}
        self._places: Places = np.zeros(0, np.int64)
        self._selected: NDArray[np.bool_] = np.zeros(0, bool)
        self._marks: Any = None
        self._edges: Column = np.zeros(0)
        # Chosen by hand: it holds for the next image, too, however few columns there are until that is measured.
        self._wanted: tuple[str | None, str | None] = (None, None)
        for combo in (self.first, self.second):
            combo.currentIndexChanged.connect(self._choose)
        theme.changed.connect(self.draw)

    @cached_property
    def box(self) -> BrushBox:
        """The area of the plot."""
        made = BrushBox()
        made.brushed.connect(self._brush)
        return made

    @cached_property
    def plot(self) -> pg.PlotWidget:
        """The plot; made when it is first drawn, which takes as long as a page of the window."""
        axes = {"left": WholeAxis("left"), "bottom": NumberAxis("bottom")}
        made = pg.PlotWidget(viewBox=self.box, axisItems=axes)
        made.hideButtons()
        for side in ("bottom", "left"):
            made.getAxis(side).enableAutoSIPrefix(False)
        self._layout.insertWidget(1, made, 1)
        return made

    def show_columns(self, columns: Mapping[str, Column], names: list[str], places: Places) -> None:
        """Plot rows of columns; the columns that are plotted stay, where they are still there."""
        self._columns, self._places = columns, places
        if len(self._selected) != len(columns.get("id", ())):
            self._selected = np.zeros(len(columns.get("id", ())), bool)
        numeric = [name for name in names if name != "id" and columns[name].dtype.kind in "iufb"]
        if numeric != self._choices(self.first):
            wanted = self._wanted
            for combo, choices, chosen in (
                (self.first, numeric, wanted[0]),
                (self.second, [ALONE, *numeric], wanted[1]),
            ):
                combo.blockSignals(True)
                combo.clear()
                for name in choices:
                    combo.addItem(title_of(name) if name else translate("Distribution"), name)
                # At first the sizes: those of the first column, the classes, are mostly all alike.
                known = combo.findData(chosen)
                sizes = max(combo.findData(AREA), combo.findData(VOLUME)) if choices is numeric else 0
                combo.setCurrentIndex(max(known if known >= 0 else sizes, 0))
                combo.blockSignals(False)
        self.draw()

    def _choose(self) -> None:
        self._wanted = (self.first.currentData(), self.second.currentData())
        self.draw()

    @staticmethod
    def _choices(combo: QComboBox) -> list[str]:
        return [combo.itemData(place) for place in range(combo.count())]

    def mark(self, ids: Collection[int]) -> None:
        """Show objects as selected."""
        own = self._columns.get("id")
        if own is None:
            return
        self._selected = np.isin(own, np.fromiter(ids, np.int64, len(ids)))
        if self.isVisible():
            self._draw_marks()

    def draw(self) -> None:
        """Plot what is chosen."""
        if not self._columns and "plot" not in self.__dict__:
            return
        self.plot.clear()
        self._marks = None
        self._recolour()
        name, other = self.first.currentData(), self.second.currentData()
        if not name or name not in self._columns:
            return
        x = self._values(name)
        self.plot.setLabel("bottom", title_of(name))
        self.plot.getAxis("left").counts = not other
        if other:
            y = self._values(other)
            self.plot.setLabel("left", title_of(other))
            shown = slice(None, None, max(1, -(-len(x) // DRAWN)))
            self.plot.addItem(_points(x[shown], y[shown], _faint(theme.current().text, 110)))
            drawn = len(x[shown])
            self.note.setText(
                translate("Drag over points to select them")
                if drawn == len(x)
                else translate("{some} of {all} points are drawn; dragging selects all").format(
                    some=written(drawn), all=written(len(x))
                )
            )
        else:
            self.plot.setLabel("left", translate("Objects"))
            known = x[np.isfinite(x)]
            # Fewer where there are few: bars of one object each show no distribution.
            bins = min(BINS, max(FEWEST_BINS, 2 * math.isqrt(len(known))))
            self._edges = np.histogram_bin_edges(known, bins if len(np.unique(known[:2000])) > 2 else 2)
            self.plot.addItem(_bars(known, self._edges, _faint(theme.current().text, 110)))
            self.note.setText(translate("Drag over a range to select its objects"))
        self._draw_marks()
        self.box.autoRange()

    def _draw_marks(self) -> None:
        if self._marks is not None:
            self.plot.removeItem(self._marks)
            self._marks = None
        name, other = self.first.currentData(), self.second.currentData()
        chosen = self._selected[self._places] if len(self._selected) else self._selected
        if not name or not chosen.any():
            return
        colour = QColor(theme.current().accent)
        x = self._values(name)[chosen]
        if other:
            step = max(1, -(-len(x) // DRAWN))
            self._marks = _points(x[::step], self._values(other)[chosen][::step], colour)
        else:
            self._marks = _bars(x[np.isfinite(x)], self._edges, colour)
        self.plot.addItem(self._marks, ignoreBounds=True)

    def _values(self, name: str) -> Column:
        return np.asarray(self._columns[name][self._places], np.float64)

    def _recolour(self) -> None:
        scheme = theme.current()
        self.plot.setBackground(QColor(scheme.field))
        for side in ("bottom", "left"):
            axis = self.plot.getAxis(side)
            axis.setPen(QColor(scheme.dim))
            axis.setTextPen(QColor(scheme.dim))

    def _brush(self, area: QRectF) -> None:
        name, other = self.first.currentData(), self.second.currentData()
        if not name or name not in self._columns:
            return
        with np.errstate(invalid="ignore"):
            x = self._values(name)
            inside = (x >= area.left()) & (x <= area.right())
            if other:
                y = self._values(other)
                inside &= (y >= area.top()) & (y <= area.bottom())
        self.brushed.emit(self._columns["id"][self._places[inside]])


def _points(x: Column, y: Column, colour: QColor) -> Any:
    return pg.ScatterPlotItem(x=x, y=y, size=POINT_PIXELS, pen=None, brush=colour)


def _bars(values: Column, edges: Column, colour: QColor) -> Any:
    counts, _ = np.histogram(values, edges)
    return pg.BarGraphItem(x0=edges[:-1], x1=edges[1:], height=counts, pen=None, brush=colour)


def _faint(name: str, alpha: int) -> QColor:
    colour = QColor(name)
    colour.setAlpha(alpha)
    return colour
