"""Fields of the panel: made in one way, and set without telling anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt
from PyQt6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme
from cpsam_gui.style.number_fields import DecimalBox, DecimalSlider
from cpsam_gui.style.slider_keys import SliderKeys

if TYPE_CHECKING:
    from collections.abc import Callable

Field = TypeVar("Field", bound=QWidget)

HIDDEN = "color: transparent;"
FOLLOWED = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.FocusIn, QEvent.Type.FocusOut)
# Pixels; a comfortable target for the mouse.
ROW_PIXELS = 26


class ZeroWord(QLabel):
    """Stands over the number of a slider at its lowest value and says what that means, unless it is being typed."""

    def __init__(self, slider: DecimalSlider, words: str) -> None:
        (self._edit,) = slider.findChildren(QLineEdit)
        super().__init__(translate(words), slider)
        self._slider, self._plain = slider, self._edit.styleSheet()
        self.setAlignment(self._edit.alignment())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._covers = False
        # The number is written before the slider has moved, and moves that nobody is told of are written, too.
        for signal in (self._edit.textChanged, slider.valueChanged):
            signal.connect(self._follow)
        self._edit.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the size of the number, and whether somebody types there; called by Qt."""
        if event is not None and event.type() in FOLLOWED:
            self._follow()
        return False

    def _follow(self) -> None:
        on = self._slider.value() <= self._slider.minimum() and not self._edit.hasFocus()
        self.setGeometry(self._edit.geometry())
        self.raise_()
        if on is not self._covers:
            self._covers = on
            # The number has no background that could hide it.
            self._edit.setStyleSheet(self._plain + HIDDEN if on else self._plain)
        self.setVisible(on)


def slider(low: float, high: float, tip: str, *, zero: str = "") -> DecimalSlider:
    """Return a slider with its number beside it; `zero` stands for its lowest value."""
    made = DecimalSlider()
    made.setRange(low, high)
    made.setDecimals(2)
    made.setSingleStep(0.1)
    SliderKeys(made, made.singleStep())
    if zero:
        ZeroWord(made, zero)
    return told(made, tip)


def number(
    low: float, high: float, suffix: str, tip: str, *, decimals: int = 1, zero: str = ""
) -> DecimalBox:
    """Return a field for a number; `zero` stands for its lowest value."""
    made = DecimalBox()
    made.setDecimals(decimals)
    _numeric(made, low, high, suffix, zero)
    return told(made, tip)


def whole(low: int, high: int, suffix: str, tip: str, *, zero: str = "") -> QSpinBox:
    """Return a field for a whole number; `zero` stands for its lowest value."""
    made = QSpinBox()
    _numeric(made, low, high, suffix, zero)
    return told(made, tip)


def choice(entries: dict[str, Any], tip: str) -> QComboBox:
    """Return a list to choose one of, by the words that it shows; each stands for a value."""
    made = QComboBox()
    for words, value in entries.items():
        made.addItem(translate(words), value)
    # A long entry must not make the whole panel wider.
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(10)
    return told(made, tip)


def button(icon: str, tip: str, do: Callable[[], object], text: str = "") -> QToolButton:
    """Return a small button with an icon, and words beside it where given."""
    made = QToolButton()
    made.setObjectName("quiet")
    made.setIcon(theme.icon(icon))
    made.setIconSize(QSize(18, 18))
    made.clicked.connect(lambda *_: do())
    if text:
        made.setText(translate(text))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return told(made, tip)


def label(words: str) -> QLabel:
    """Return the name of a field."""
    return QLabel(translate(words))


def told(widget: Field, tip: str) -> Field:
    """Return the widget with its explanation and a comfortable height."""
    widget.setToolTip(translate(tip))
    widget.setMinimumHeight(ROW_PIXELS)
    return widget


def put(widget: Any, value: Any) -> None:
    """Show a value in a field without telling that it changed."""
    blocker = QSignalBlocker(widget)
    if isinstance(widget, QComboBox):
        widget.setCurrentIndex(max(widget.findData(value), 0))
    elif hasattr(widget, "setChecked") and isinstance(value, bool):
        widget.setChecked(value)
    elif widget.value() != value:
        widget.setValue(value)
    blocker.unblock()


def _numeric(made: DecimalBox | QSpinBox, low: Any, high: Any, suffix: str, zero: str) -> None:
    made.setRange(low, high)
    made.setSuffix(suffix)
    # A number counts when it is complete.
    made.setKeyboardTracking(False)
    if zero:
        made.setSpecialValueText(translate(zero))
