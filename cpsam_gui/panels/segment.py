"""The panel that runs a model: which one, at what size, with which thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QPushButton, QSpinBox, QWidget
from superqt import QLabeledDoubleSlider

from cpsam_gui import theme

from .layout import column, dim, form

if TYPE_CHECKING:
    from PyQt6.QtCore import Qt

    from cpsam_core.segment import Settings
    from cpsam_gui.run_options import RunOptions
    from cpsam_gui.session import Session

DELAY = 60  # milliseconds that a slider rests before the masks follow it
ROW = 26  # pixels; a comfortable target for the mouse
KEEP, REPLACE = "Keep hand-made", "Replace all"


class SegmentPanel(QWidget):
    """Settings of a run; the names are those of the engine's settings."""

    def __init__(self, session: Session, horizontal: Qt.Orientation) -> None:
        super().__init__()
        self._session = session
        layout = column(self)
        rows = form()
        self.model = QComboBox()
        self.model.setEditable(True)
        self.model.setToolTip("A model by name, or the path of a weights file")
        self.model.addItems(session.models.names())
        self.diameter = QDoubleSpinBox()
        self.diameter.setRange(0, 2000)
        self.diameter.setDecimals(1)
        self.diameter.setSuffix(" px")
        self.diameter.setSpecialValueText("automatic")
        self.diameter.setToolTip(
            "Typical diameter of the objects in pixels; automatic is what the model wants: cpsam-lite measures "
            "them first, the published models take the image as it is (as 30 does)"
        )
        self.flow = _slider(horizontal, 0, 3, 0.4)
        self.flow.setToolTip(
            "Raise to keep more masks of odd shape, lower to keep only the surest (0 = keep all)"
        )
        self.cellprob = _slider(horizontal, -6, 6, 0.0)
        self.cellprob.setToolTip("Lower for larger and more masks, raise for smaller and fewer")
        self.min_size = QSpinBox()
        self.min_size.setRange(0, 100_000)
        self.min_size.setValue(15)
        self.min_size.setSuffix(" px")
        self.low, self.high = _percent(1.0), _percent(99.0)
        percentiles = QHBoxLayout()
        percentiles.setSpacing(theme.GRID)
        for box in (self.low, self.high):
            box.setMinimumHeight(ROW)
        percentiles.addWidget(self.low)
        percentiles.addWidget(self.high)
        self.mode = QComboBox()
        self.mode.addItems([KEEP, REPLACE])
        self.mode.setToolTip("What a run does with objects that are locked, drawn or corrected by hand")
        for combo in (self.model, self.mode):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(14)
        self.volume = QCheckBox("Segment as a volume (3D)")
        for name, field in (
            ("Model", self.model), ("Diameter", self.diameter), ("Flow threshold", self.flow),
            ("Cell threshold", self.cellprob), ("Smallest object", self.min_size),
            ("Percentiles", percentiles),
            ("Existing masks", self.mode),
        ):  # fmt: skip
            rows.addRow(name, field)
            if isinstance(field, QWidget):
                field.setMinimumHeight(ROW)
        layout.addLayout(rows)
        layout.addWidget(self.volume)
        self.run_button = QPushButton(theme.icon("play", theme.current().on_accent), "Segment")
        self.run_button.setObjectName("primary")
        self.reset = QPushButton("Restore defaults")
        self.reset.clicked.connect(self.restore)
        layout.addWidget(self.run_button)
        layout.addWidget(self.reset)
        self.note = dim("")
        layout.addWidget(self.note)
        layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._mask_again)
        for field in (self.flow, self.cellprob, self.min_size):
            field.valueChanged.connect(lambda *_: self._timer.start())
        session.image_changed.connect(self._new_image)
        session.settings_changed.connect(self._take_settings)
        self._new_image()

    def restore(self) -> None:
        """Go back to the engine's defaults."""
        self.diameter.setValue(0)
        self.flow.setValue(0.4)
        self.cellprob.setValue(0.0)
        self.min_size.setValue(15)
        self.low.setValue(1.0)
        self.high.setValue(99.0)
        self.mode.setCurrentText(KEEP)

    @property
    def model_name(self) -> str:
        """Name or path of the chosen model."""
        return self.model.currentText().strip()

    @property
    def keep(self) -> bool:
        """Whether locked and hand-made objects survive the run."""
        return bool(self.mode.currentText() == KEEP)

    def settings(self) -> Settings:
        """Return what is set, as the engine takes it."""
        from cpsam_core.normalize import NormalizeSettings
        from cpsam_core.segment import Settings

        fields: dict[str, Any] = {
            "diameter": self.diameter.value() or None,
            "flow_threshold": round(self.flow.value(), 3),
            "cellprob_threshold": round(self.cellprob.value(), 3),
            "min_size": self.min_size.value(),
            "do_3D": self.volume.isVisibleTo(self) and self.volume.isChecked(),
            "normalize": NormalizeSettings(percentile=(self.low.value(), self.high.value())),
        }
        return Settings(**fields)

    def options(self) -> RunOptions:
        """Return what is set."""
        from cpsam_gui.run_options import ModelChoice, RunOptions

        return RunOptions(ModelChoice(self.model_name), self.settings(), self.keep)

    def show_running(self, running: bool, possible: bool) -> None:
        """Let the button run or cancel."""
        self.run_button.setText("Cancel" if running else "Segment")
        self.run_button.setIcon(theme.icon("stop" if running else "play", theme.current().on_accent))
        self.run_button.setEnabled(running or possible)

    def _take_settings(self) -> None:
        """Show the thresholds that came with saved masks, without making the masks anew."""
        values = self._session.runs.last_settings
        fields = (
            ("flow_threshold", self.flow), ("cellprob_threshold", self.cellprob), ("min_size", self.min_size),
            ("diameter", self.diameter),
        )  # fmt: skip
        for name, field in fields:
            if isinstance(values.get(name), int | float):
                field.blockSignals(True)
                field.setValue(values[name])
                field.blockSignals(False)

    def _mask_again(self) -> None:
        if self._session.runs.flows is not None:
            self._session.runs.options = self.options()
            self._session.runs.mask_again()

    def _new_image(self) -> None:
        stack = self._session.document.shape[0] > 1
        self.volume.setVisible(stack)
        self.volume.setChecked(stack)


def _slider(horizontal: Qt.Orientation, low: float, high: float, value: float) -> QLabeledDoubleSlider:
    slider = QLabeledDoubleSlider(horizontal)
    slider.setRange(low, high)
    slider.setDecimals(2)
    slider.setSingleStep(0.1)
    slider.setValue(value)
    return slider


def _percent(value: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0, 100)
    box.setDecimals(1)
    box.setSingleStep(0.5)
    box.setSuffix(" %")
    box.setValue(value)
    box.setToolTip("Brightness percentiles that become 0 and 1 for the network")
    return box
