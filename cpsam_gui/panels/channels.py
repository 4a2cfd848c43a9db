"""The panel of the channels: visibility, brightness range and gamma of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from superqt import QLabeledDoubleRangeSlider

from cpsam_gui.theme import GRID

from .layout import column, dim

if TYPE_CHECKING:
    from cpsam_gui.session import Session


class ChannelRow(QWidget):
    """Controls of one channel."""

    def __init__(self, session: Session, index: int) -> None:
        super().__init__()
        self._session, self._index = session, index
        channel = session.view.channels[index]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, GRID)
        layout.setSpacing(GRID // 2)
        top = QHBoxLayout()
        swatch = QLabel()
        swatch.setFixedSize(12, 12)
        swatch.setStyleSheet(f"background: {QColor(*channel.colour).name()}; border-radius: 6px;")
        self.visible = QCheckBox(channel.name)
        self.visible.setChecked(channel.visible)
        self.gamma = QDoubleSpinBox()
        self.gamma.setRange(0.2, 5)
        self.gamma.setSingleStep(0.1)
        self.gamma.setValue(channel.gamma)
        self.gamma.setPrefix("gamma ")
        self.gamma.setToolTip("Gamma: over 1 shows dark parts brighter")
        self.auto = QPushButton("Auto")
        self.auto.setToolTip("Set the brightness range from the plane shown")
        top.addWidget(swatch)
        top.addWidget(self.visible, 1)
        top.addWidget(self.gamma)
        top.addWidget(self.auto)
        self.range = QLabeledDoubleRangeSlider(Qt.Orientation.Horizontal)
        low, high = self._limits()
        self.range.setRange(low, high)
        self.range.setDecimals(0 if high - low > 20 else 3)
        self.range.setEdgeLabelMode(QLabeledDoubleRangeSlider.EdgeLabelMode.NoLabel)
        self.range.setHandleLabelPosition(QLabeledDoubleRangeSlider.LabelPosition.NoLabel)
        self.range.setValue((channel.low, channel.high))
        layout.addLayout(top)
        layout.addWidget(self.range)
        # Labels of the slider's own are cut off where a handle stands at an end.
        self.limits = dim("", wrap=False)
        layout.addWidget(self.limits)
        self._show_limits()
        self.visible.toggled.connect(lambda on: session.view.set_channel(index, visible=on))
        self.gamma.valueChanged.connect(lambda value: session.view.set_channel(index, gamma=value))
        self.auto.clicked.connect(lambda: session.images.auto_contrast(index))
        self.range.valueChanged.connect(self._range_moved)

    def refresh(self) -> None:
        """Show the state of the channel."""
        channel = self._session.view.channels[self._index]
        for widget in (self.visible, self.gamma, self.range):
            widget.blockSignals(True)
        self.visible.setChecked(channel.visible)
        self.gamma.setValue(channel.gamma)
        self.range.setValue((channel.low, channel.high))
        for widget in (self.visible, self.gamma, self.range):
            widget.blockSignals(False)
        self._show_limits()

    def _show_limits(self) -> None:
        channel = self._session.view.channels[self._index]
        self.limits.setText(f"{channel.low:,.6g} to {channel.high:,.6g}")

    def _limits(self) -> tuple[float, float]:
        # The whole range of the type would leave the handles of a dim image no room to move.
        channel = self._session.view.channels[self._index]
        image = self._session.image
        span = channel.high - channel.low
        low, high = channel.low - span, channel.high + 2 * span
        if image is not None and image.pixels.dtype.kind in "ui":
            limits = np.iinfo(image.pixels.dtype)
            low, high = max(low, float(limits.min)), min(high, float(limits.max))
        return low, high

    def _range_moved(self, values: tuple[float, float]) -> None:
        low, high = values
        if high > low:
            self._session.view.set_channel(self._index, low=low, high=high)


class ChannelsPanel(QWidget):
    """One row for each channel of the open image, and the look of the masks."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        layout = column(self)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GRID)
        self.rows: list[ChannelRow] = []
        layout.addLayout(self._rows)
        self._none = dim("Open an image to see its channels")
        layout.addWidget(self._none)
        layout.addWidget(QLabel("Opacity of masks"))
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(100 * session.view.masks.opacity))
        self.opacity.valueChanged.connect(lambda value: session.view.set_masks(opacity=value / 100))
        layout.addWidget(self.opacity)
        layout.addStretch(1)
        session.image_changed.connect(self._new_image)
        session.view.events.channels.connect(self._refresh)
        session.view.events.masks.connect(self._masks_changed)

    def _new_image(self) -> None:
        for row in self.rows:
            self._rows.removeWidget(row)
            row.deleteLater()
        count = len(self._session.view.channels) if self._session.image is not None else 0
        self.rows = [ChannelRow(self._session, index) for index in range(count)]
        for row in self.rows:
            self._rows.addWidget(row)
        self._none.setVisible(not self.rows)

    def _refresh(self) -> None:
        if len(self.rows) == len(self._session.view.channels):
            for row in self.rows:
                row.refresh()

    def _masks_changed(self) -> None:
        blocker = QSignalBlocker(self.opacity)
        self.opacity.setValue(round(100 * self._session.view.masks.opacity))
        blocker.unblock()
