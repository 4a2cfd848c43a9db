"""How to train, for those who want to know: folded away, and nothing here must be touched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme
from cpsam_gui.style.layout import form

if TYPE_CHECKING:
    from cpsam_core.finetune import TrainSettings

ROW = 26  # pixels
MODES = (("full", "All weights"), ("last", "Last blocks only"), ("adapters", "Low-rank adapters"))
MEMORY = (
    ("auto", "Automatic"),
    ("plenty", "Fastest"),
    ("stepwise", "No gradients kept"),
    ("checkpointing", "Less memory"),
    ("lean", "Least memory"),
    ("paged", "Paged optimiser"),
    ("8bit", "8-bit optimiser"),
)
PRECISIONS = ((None, "Automatic"), ("float32", "float32"), ("bfloat16", "bfloat16"))
CLASSES = ((None, "Where there are any"), (True, "Yes"), (False, "No"))


class TrainingOptions(QWidget):
    """Fields of `TrainSettings`; only what differs from the defaults of the start model is passed on."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._suits: TrainSettings | None = None  # the start model, when everything is trained
        self._defaults: TrainSettings | None = None  # the same in the mode that is chosen
        self._shown = (0.0, 0.0)  # the usual range of resizing, as the fields round it
        self.mode, self.memory = _combo(MODES), _combo(MEMORY)
        self.precision, self.classes = _combo(PRECISIONS), _combo(CLASSES)
        self.epochs, self.patience, self.seed = _count(1, 10_000), _count(0, 10_000), _count(0, 1_000_000)
        self.patience.setSpecialValueText(translate("off"))
        self.rate = _number(1e-7, 1e-1, 7)
        self.decay, self.layer_drop = _number(0, 10, 3), _number(0, 1, 2)
        self.low, self.high = _number(0.05, 20, 2), _number(0.05, 20, 2)
        self.reset = QPushButton(translate("Restore defaults"))
        self.reset.clicked.connect(self.restore)
        self._arrange()
        self._fields: dict[str, QSpinBox | QDoubleSpinBox] = {
            "epochs": self.epochs,
            "patience": self.patience,
            "seed": self.seed,
            "learning_rate": self.rate,
            "weight_decay": self.decay,
            "layer_drop": self.layer_drop,
        }
        for field in (*self._fields.values(), self.low, self.high):
            field.valueChanged.connect(self.changed)
        for combo in (self.mode, self.memory, self.precision, self.classes):
            combo.currentIndexChanged.connect(self.changed)
        self.mode.currentIndexChanged.connect(self._mode_changed)

    def _arrange(self) -> None:
        scale = QHBoxLayout()
        scale.setSpacing(theme.GRID)
        scale.addWidget(self.low)
        scale.addWidget(self.high)
        rows = form()
        for name, field, tip in (
            ("Train", self.mode, "Fewer weights need less memory and time, and change the model less"),
            ("Memory", self.memory, "Automatic looks what the device has, and goes down when it runs out"),
            ("Precision", self.precision, "Of the arithmetic; weights stay float32"),
            ("Classes", self.classes, "Learn the classes of the objects too"),
            ("Epochs", self.epochs, "How often each image is seen"),
            ("Stop early", self.patience, "Epochs without a better result after which training ends"),
            ("Learning rate", self.rate, "Size of the steps"),
            ("Weight decay", self.decay, "Pull of the weights towards zero"),
            ("Layer drop", self.layer_drop, "Probability to leave out a block in a step"),
            ("Resizing", scale, "Smallest and largest factor by which images are resized at random"),
            ("Seed", self.seed, "Of all randomness: the same seed gives the same model"),
        ):
            rows.addRow(translate(name), field)
            if isinstance(field, QWidget):
                field.setMinimumHeight(ROW)
                field.setToolTip(translate(tip))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addLayout(rows)
        layout.addWidget(self.reset)

    def show_defaults(self, settings: TrainSettings) -> None:
        """Show the defaults that suit a start model; what the user changed stays."""
        kept, scale, self._suits = self.changes(), self.scale(), settings
        self._defaults = self._in_mode()
        self._fill(kept, scale)

    def _in_mode(self) -> TrainSettings | None:
        """Return the defaults with the rate that suits the mode: the fewer weights, the larger steps they bear."""
        suits, mode = self._suits, self.mode.currentData()
        if suits is None or mode == "full":
            return suits
        from cpsam_core.finetune import rate_for

        return replace(suits, learning_rate=rate_for(mode, suits.learning_rate))

    def restore(self) -> None:
        """Show the defaults."""
        for combo in (self.mode, self.memory, self.precision, self.classes):
            combo.setCurrentIndex(0)
        self._fill({}, None)
        self.changed.emit()

    def _fill(self, changes: dict[str, Any], scale: tuple[float, float] | None) -> None:
        defaults = self._defaults
        if defaults is None:
            return
        for name, field in self._fields.items():
            value = changes.get(name, getattr(defaults, name))
            field.blockSignals(True)
            shown = 0.4 if value is None else value  # the network's own layer drop
            if isinstance(field, QDoubleSpinBox):
                field.setValue(float(shown))
            else:
                field.setValue(int(shown))
            field.blockSignals(False)
        for wanted in (defaults.augmentation.scale, scale):
            for field, value in zip((self.low, self.high), wanted or (), strict=False):
                field.blockSignals(True)
                field.setValue(value)
                field.blockSignals(False)
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
        defaults = self._defaults
        if defaults is None:
            return {}
        made: dict[str, Any] = {}
        for name, field in self._fields.items():
            usual = getattr(defaults, name)
            if abs(field.value() - (usual if usual is not None else 0.4)) > 1e-9:
                made[name] = field.value()
        for name, combo in (("mode", self.mode), ("memory", self.memory)):
            if combo.currentIndex() > 0:
                made[name] = combo.currentData()
        return made

    def scale(self) -> tuple[float, float] | None:
        """Return the range of resizing where it differs from the default."""
        chosen = (self.low.value(), self.high.value())
        # Compared as the fields round it: nobody chose the difference to what is behind the second decimal.
        return None if self._defaults is None or chosen == self._shown else chosen


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


def _number(low: float, high: float, decimals: int) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(decimals)
    box.setSingleStep(10.0 ** -min(decimals, 2))
    box.setMinimumHeight(ROW)
    return box
