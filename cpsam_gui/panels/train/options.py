"""How to train, for those who want to know: folded away, and nothing here must be touched.

The fields come from the settings of the engine: one that says how it is shown appears here and on the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cpsam_core.finetune.option import options_of
from cpsam_core.finetune.settings import TrainSettings
from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme
from cpsam_gui.style.layout import form
from cpsam_gui.style.number_fields import DecimalBox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.finetune.option import Option

# Pixels.
ROW_PX = 26
OPEN_RANGE = 1_000_000
MOST_MINUTES = 100_000
PRECISIONS = ((None, "Automatic"), ("float32", "float32"), ("bfloat16", "bfloat16"))
CLASSES = ((None, "If there are any"), (True, "Yes"), (False, "No"))


class TrainingOptions(QWidget):
    """Fields of the settings; only what differs from the defaults of the start model is passed on.

    Parameters
    ----------
    settings
        Dataclass of settings whose fields say how they are shown.
    """

    changed = pyqtSignal()

    def __init__(self, settings: type[Any] = TrainSettings) -> None:
        super().__init__()
        # The start model, by mode.
        self._suits: Mapping[str, TrainSettings] = {}
        # The same in the mode that is chosen.
        self._defaults: TrainSettings | None = None
        # The usual range of resizing, as the fields round it.
        self._shown = (0.0, 0.0)
        self._declared = {name: one for name, (one, _) in options_of(settings).items() if one.label}
        self.fields: dict[str, QComboBox | QSpinBox | DecimalBox] = {
            name: _field(one, kind) for name, (one, kind) in options_of(settings).items() if one.label
        }
        self.precision, self.classes = _combo(PRECISIONS), _combo(CLASSES)
        self.low, self.high = _number(0.05, 20, 2), _number(0.05, 20, 2)
        self.thorough = QCheckBox(translate("Cross-validation"))
        self.minutes = _count(0, MOST_MINUTES)
        self.minutes.setSpecialValueText(translate("as chosen above"))
        self.minutes.setSuffix(translate(" min"))
        self.reset = QPushButton(translate("Restore defaults"))
        self.reset.clicked.connect(self.restore)
        self._arrange()
        for field in (*self.fields.values(), self.precision, self.classes, self.low, self.high, self.minutes):
            signal = field.currentIndexChanged if isinstance(field, QComboBox) else field.valueChanged
            signal.connect(self.changed)
        self.thorough.toggled.connect(self.changed)
        self._combo_of("mode").currentIndexChanged.connect(self._mode_changed)

    def _combo_of(self, name: str) -> QComboBox:
        field = self.fields[name]
        assert isinstance(field, QComboBox)
        return field

    def _arrange(self) -> None:
        scale = QHBoxLayout()
        scale.setSpacing(theme.GRID_PX)
        scale.addWidget(self.low)
        scale.addWidget(self.high)
        rows = form()
        known = [
            (self._declared[name].label, field, self._declared[name].help)
            for name, field in self.fields.items()
        ]
        for name, field, tip in (
            *known,
            ("Precision", self.precision, "Precision of the arithmetic; weights stay float32"),
            ("Classes", self.classes, "Also learn the classes of the objects"),
            ("Resizing", scale, "Smallest and largest factor for random resizing"),
            (
                "Time limit",
                self.minutes,
                "As many epochs as fit into the time, as measured on this computer",
            ),
            (
                "",
                self.thorough,
                "Up to ten images each judge a model that was not trained on them; takes twice as long",
            ),
        ):
            rows.addRow(translate(name) if name else "", field)
            if isinstance(field, QWidget):
                field.setMinimumHeight(ROW_PX)
                field.setToolTip(translate(tip))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX)
        layout.addLayout(rows)
        layout.addWidget(self.reset)

    def show_defaults(self, suits: Mapping[str, TrainSettings]) -> None:
        """Show the defaults that suit a start model, given for each mode; what the user changed stays."""
        kept, scale, self._suits = self.changes(), self.scale(), suits
        self._defaults = self._in_mode()
        self._fill(kept, scale)

    def _in_mode(self) -> TrainSettings | None:
        """Return the defaults that suit the mode: the fewer weights, the larger steps they bear."""
        return self._suits.get(self._combo_of("mode").currentData())

    def restore(self) -> None:
        """Show the defaults."""
        for field in (*self.fields.values(), self.precision, self.classes):
            if isinstance(field, QComboBox):
                field.setCurrentIndex(0)
        self.minutes.setValue(0)
        self.thorough.setChecked(False)
        self._fill({}, None)
        self.changed.emit()

    def _usual(self, name: str) -> Any:
        """Return what a field shows by default."""
        value = getattr(self._defaults, name)
        return self._declared[name].absent if value is None else value

    def _fill(self, changes: dict[str, Any], scale: tuple[float, float] | None) -> None:
        defaults = self._defaults
        if defaults is None:
            return
        for name, field in self.fields.items():
            if isinstance(field, QComboBox):
                continue
            value = changes.get(name, self._usual(name))
            field.blockSignals(True)
            if isinstance(field, DecimalBox):
                field.setValue(float(value))
            else:
                field.setValue(int(value))
            field.blockSignals(False)
        for wanted in (defaults.augmentation.scale, scale):
            for box, value in zip((self.low, self.high), wanted or (), strict=False):
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)
            if wanted is not scale:
                self._shown = (self.low.value(), self.high.value())

    def _mode_changed(self) -> None:
        """Show the rate that suits the mode, unless the user set another."""
        kept, scale = self.changes(), self.scale()
        self._defaults = self._in_mode()
        self._fill(kept, scale)
        self.changed.emit()

    def changes(self) -> dict[str, Any]:
        """Return the fields that differ from the defaults."""
        if self._defaults is None:
            return {}
        made: dict[str, Any] = {}
        for name, field in self.fields.items():
            if isinstance(field, QComboBox):
                if field.currentIndex() > 0:
                    made[name] = field.currentData()
            elif abs(field.value() - self._usual(name)) > 1e-9:
                made[name] = field.value()
        return made

    def scale(self) -> tuple[float, float] | None:
        """Return the range of resizing where it differs from the default."""
        chosen = (self.low.value(), self.high.value())
        # Compared as the fields round it: nobody chose the difference to what is behind the second decimal.
        return None if self._defaults is None or chosen == self._shown else chosen


def _field(declared: Option, kind: type) -> QComboBox | QSpinBox | DecimalBox:
    """Return the field that suits an option."""
    if declared.choices:
        return _combo(declared.choices)
    low = 0.0 if declared.low is None else declared.low
    high = float(OPEN_RANGE) if declared.high is None else declared.high
    box = _count(int(low), int(high)) if kind is int else _number(low, high, declared.decimals)
    if declared.off:
        box.setSpecialValueText(translate(declared.off))
    return box


def _combo(entries: tuple[tuple[Any, str], ...]) -> QComboBox:
    combo = QComboBox()
    for value, words in entries:
        combo.addItem(translate(words), value)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    return combo


def _count(low: int, high: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    return box


def _number(low: float, high: float, decimals: int) -> DecimalBox:
    box = DecimalBox()
    box.setRange(low, high)
    box.setDecimals(decimals)
    box.setSingleStep(10.0 ** -min(decimals, 2))
    box.setMinimumHeight(ROW_PX)
    return box
