"""Controls of one channel: visibility, brightness range over its histogram, gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPolygonF
from PyQt6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QLabeledDoubleRangeSlider

from cpsam_gui.program.channel_names import channel_words
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim
from cpsam_gui.style.long_names import shortened
from cpsam_gui.style.number_fields import DecimalBox
from cpsam_gui.style.slider_keys import SliderKeys
from cpsam_gui.style.wheel import guard_wheels

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from cpsam_gui.session.images import Images
    from cpsam_gui.state.view import View
    from cpsam_gui.tasks import Histogram

# Pixels of a histogram.
HEIGHT_PIXELS = 34
# Pixels from the edge of the slider to the middle of its handle at the end.
HANDLE_PIXELS = 9
# Of brightness; a wider range is counted in whole numbers.
WHOLE_SPAN = 20
NAME_PX = 150
"""Width of the name of a channel."""
# Arrow keys from one end of the brightness range to the other.
KEY_STEPS = 200


class HistogramView(QWidget):
    """Draws how often each brightness occurs, on a logarithmic scale, in line with the slider below it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT_PIXELS)
        self._bars: list[float] = []
        self._colour = QColor("white")
        self._span = (0.0, 1.0)
        self._range = (0.0, 1.0)
        self._shown: Histogram | None = None

    def set_histogram(self, histogram: Histogram | None, span: tuple[float, float]) -> None:
        """Show counts over the `span` of brightness that the slider has."""
        self._shown, self._span = histogram, span
        counts = np.log1p(histogram.counts) if histogram is not None else np.zeros(1)
        self._bars = (counts / max(float(counts.max()), 1e-9)).tolist()
        self.update()

    def set_range(self, low: float, high: float, colour: QColor) -> None:
        """Mark the range of brightness that is shown."""
        self._range, self._colour = (low, high), colour
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw; called by Qt."""
        if self._shown is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bottom = self.height() - 1.0
        step = (self._shown.high - self._shown.low) / len(self._bars)
        line = [QPointF(self._x(self._shown.low), bottom)]
        for number, bar in enumerate(self._bars):
            x = self._x(self._shown.low + (number + 0.5) * step)
            line.append(QPointF(x, bottom - bar * (bottom - 2)))
        line.append(QPointF(self._x(self._shown.high), bottom))
        shape = QPolygonF(line)
        painter.setBrush(QColor(theme.current().border))
        painter.drawPolygon(shape)
        low, high = self._x(self._range[0]), self._x(self._range[1])
        painter.setClipRect(QRectF(low, 0, max(high - low, 1), self.height()))
        painter.setBrush(self._colour)
        painter.drawPolygon(shape)
        # A white channel on a light panel, or a black one on a dark panel, would not be seen.
        painter.setClipping(False)
        painter.setPen(QColor(theme.current().dim))
        painter.drawPolyline(shape)

    def _x(self, value: float) -> float:
        low, high = self._span
        width = self.width() - 2 * HANDLE_PIXELS
        return HANDLE_PIXELS + width * min(max((value - low) / max(high - low, 1e-12), 0.0), 1.0)


class ChannelRow(QWidget):
    """Controls of one channel."""

    def __init__(self, view: View, images: Images, index: int) -> None:
        super().__init__()
        self._index, self._view = index, view
        self._images = images
        # Between two whole numbers there is no pixel.
        self._whole = images.whole_numbers
        channel = view.channels[index]
        self.swatch = QToolButton()
        self.swatch.setFixedSize(18, 18)
        self.swatch.setToolTip(translate("Colour of the channel"))
        self.visible = QCheckBox()
        # An ampersand would be a letter with a line below it.
        name = shortened(channel_words(channel.name), NAME_PX, self.visible.fontMetrics())
        self.visible.setText(name.replace("&", "&&"))
        self.visible.setToolTip(channel_words(channel.name))
        self.gamma = DecimalBox()
        self.gamma.setRange(0.2, 5)
        self.gamma.setSingleStep(0.1)
        self.gamma.setDecimals(1)
        self.gamma.setPrefix(translate("gamma "))
        self.gamma.setToolTip(translate("Gamma: over 1 shows dark parts brighter"))
        self.auto = QPushButton(translate("Auto"))
        self.auto.setToolTip(translate("Set the brightness range from the plane shown"))
        self.histogram = HistogramView()
        self.range = QLabeledDoubleRangeSlider(Qt.Orientation.Horizontal)
        self.limits = dim("", wrap=False)
        self._arrange()
        self._set_span()
        self.refresh()
        self.swatch.clicked.connect(self._choose_colour)
        self.visible.toggled.connect(lambda on: view.set_channel(index, visible=on))
        self.gamma.valueChanged.connect(lambda value: view.set_channel(index, gamma=value))
        self.auto.clicked.connect(lambda: images.auto_contrast(index))
        self.range.valueChanged.connect(self._range_moved)
        guard_wheels(self)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.GRID_PX)
        top.addWidget(self.swatch)
        top.addWidget(self.visible, 1)
        top.addWidget(self.gamma)
        top.addWidget(self.auto)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, theme.GRID_PX)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self.histogram)
        layout.addWidget(self.range)
        # Labels of the slider's own are cut off where a handle stands at an end.
        layout.addWidget(self.limits)

    def _set_span(self) -> None:
        low, high = self._limits()
        self.range.setRange(low, high)
        whole = self._whole or high - low > WHOLE_SPAN
        self.range.setDecimals(0 if whole else 3)
        step = (high - low) / KEY_STEPS
        SliderKeys(self.range, max(round(step), 1) if whole else step)
        self.range.setEdgeLabelMode(QLabeledDoubleRangeSlider.EdgeLabelMode.NoLabel)
        self.range.setHandleLabelPosition(QLabeledDoubleRangeSlider.LabelPosition.NoLabel)
        histograms = self._images.histograms
        shown = histograms[self._index] if self._index < len(histograms) else None
        self.histogram.set_histogram(shown, (low, high))

    def refresh(self) -> None:
        """Show the state of the channel."""
        channel = self._view.channels[self._index]
        for widget in (self.visible, self.gamma, self.range):
            widget.blockSignals(True)
        self.visible.setChecked(channel.visible)
        self.gamma.setValue(channel.gamma)
        self.range.setValue((channel.low, channel.high))
        for widget in (self.visible, self.gamma, self.range):
            widget.blockSignals(False)
        colour = QColor(*channel.colour)
        border = f"1px solid {theme.current().dim}"
        ring = f"2px solid {theme.current().text}"
        self.swatch.setStyleSheet(
            f"QToolButton {{ background: {colour.name()}; border: {border}; border-radius: 9px; }}"
            f"QToolButton:focus {{ border: {ring}; }}"
        )
        self.histogram.set_range(channel.low, channel.high, colour)
        limits = (round(one) if self._whole else one for one in (channel.low, channel.high))
        low, high = (written(one, ",.6g") for one in limits)
        self.limits.setText(translate("{low} to {high}").format(low=low, high=high))

    def _limits(self) -> tuple[float, float]:
        # The whole range of the type would leave the handles of a dim image no room to move.
        channel = self._view.channels[self._index]
        histograms = self._images.histograms
        low, high = channel.low, channel.high
        if self._index < len(histograms):
            low, high = min(low, histograms[self._index].low), max(high, histograms[self._index].high)
        return low, high if high > low else low + 1.0

    def _range_moved(self, values: tuple[float, float]) -> None:
        low, high = values
        if self._whole:
            low, high = float(round(low)), float(round(high))
        if high > low:
            self._view.set_channel(self._index, low=low, high=high)
        self.refresh()

    def _choose_colour(self) -> None:
        channel = self._view.channels[self._index]
        title = translate("Colour of {name}").format(name=channel.name)
        chosen = QColorDialog.getColor(QColor(*channel.colour), self, title)
        if chosen.isValid():
            red, green, blue, _ = chosen.getRgb()
            self._view.set_channel(self._index, colour=(red, green, blue))
