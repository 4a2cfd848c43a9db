"""Fields for numbers with decimals: they show the mark of the window's language and take the point and the comma.

Qt takes the other mark for one that groups thousands and drops it: in a German window 0.4 became 4.
"""

from __future__ import annotations

from PyQt6.QtCore import QRegularExpression, Qt, pyqtSignal
from PyQt6.QtGui import QRegularExpressionValidator, QShowEvent, QValidator
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QLabel, QVBoxLayout, QWidget
from superqt import QLabeledDoubleSlider
from superqt.sliders._labeled import SliderLabel

from cpsam_gui.program.numbers import with_separators
from cpsam_gui.program.typed_numbers import to_english
from cpsam_gui.style.letters import give_letters

NUMBER = QRegularExpression(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
"""What may be typed; groups of thousands are not."""


class DecimalBox(QDoubleSpinBox):
    """A field with buttons for a number with decimals."""

    def validate(self, text: str | None, position: int) -> tuple[QValidator.State, str, int]:
        """Take either mark while somebody types; called by Qt."""
        return super().validate(self._with_own_mark(text or ""), position)

    def valueFromText(self, text: str | None) -> float:  # noqa: N802 - Qt's name
        """Return the number that was typed; called by Qt."""
        return super().valueFromText(self._with_own_mark(text or ""))

    def _with_own_mark(self, text: str) -> str:
        # What stands around the number may be words with marks of their own.
        before, after = self.prefix(), self.suffix()
        first = len(before) if text.startswith(before) else 0
        end = len(text) - (len(after) if after and text.endswith(after) else 0)
        number = to_english(text[first:end]).replace(".", self.locale().decimalPoint())
        return text[:first] + number + text[end:]


class DecimalQuestion(QDialog):
    """Asks for one number; Qt's own dialog has a field that drops the mark it does not know."""

    answered = pyqtSignal(float)

    def __init__(self, parent: QWidget, title: str, words: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.words = QLabel(words)
        self.field = DecimalBox()
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        give_letters(self.buttons.buttons())
        layout = QVBoxLayout(self)
        for widget in (self.words, self.field, self.buttons):
            layout.addWidget(widget)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.answered.emit(self.field.value()))

    def showEvent(self, event: QShowEvent | None) -> None:
        """Let what is typed take the place of the number that is there; called by Qt."""
        super().showEvent(event)
        # Only now: whoever asks sets the number after the dialog was made, which takes the selection away.
        self.field.selectAll()


class SliderNumber(SliderLabel):  # type: ignore[misc]
    """The number beside a slider: superqt writes and reads a point alone."""

    def __init__(self, slider: QLabeledDoubleSlider) -> None:
        super().__init__(slider._slider, parent=slider)
        self.setValidator(QRegularExpressionValidator(NUMBER, self))

    def _format_value(self, value: float) -> str:
        return with_separators(super()._format_value(value))

    def _editing_finished(self) -> None:
        self._silent_clear_focus()
        self.setValue(float(to_english(self.text())))
        self.valueEdited.emit(self.value())


class DecimalSlider(QLabeledDoubleSlider):  # type: ignore[misc]
    """A horizontal slider with its number beside it."""

    _label: SliderLabel

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        plain = self._label
        own = SliderNumber(self)
        own.setAlignment(plain.alignment())
        own.setDecimals(plain.decimals())
        own.valueEdited.connect(self._setValue)
        own.editingFinished.connect(self.editingFinished)
        self.layout().replaceWidget(plain, own)
        self._label = own
        plain.setParent(None)
        plain.deleteLater()
