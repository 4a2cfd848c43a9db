"""The bar above the canvas: what can be set for the tool in hand, and the buttons that end a gesture."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from cpsam_gui.operations import Scope, WriteMode, class_colour
from cpsam_gui.program.i18n import translate, translate_said, written_keys
from cpsam_gui.program.numbers import written
from cpsam_gui.session.gestures import BRUSH_RANGE_PIXELS
from cpsam_gui.style import theme
from cpsam_gui.style.button_icon import follow_icon
from cpsam_gui.style.long_names import bound
from cpsam_gui.style.slider import DirectSlider
from cpsam_gui.tools import TOOLS
from cpsam_gui.tools.options import TOLERANCE_RANGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PyQt6.QtGui import QAction, QResizeEvent

    from cpsam_gui.session.edits import Edits
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.tools import Tool

HEIGHT_PX = 44
# Steps of a slider.
STEPS = 100
# Pixels.
SLIDER_PIXELS = 120
MODES = {
    WriteMode.KEEP: (
        "Keep",
        "layers_outline",
        "Drawing writes background only; other objects keep their pixels",
    ),
    WriteMode.OVERWRITE: ("Overwrite", "layers_plus", "Drawing takes pixels from other objects"),
    WriteMode.REPLACE: (
        "Replace",
        "swap_horizontal",
        "What you draw replaces the object that it touches",
    ),
}
SCOPES = {
    Scope.PLANE: ("This plane", "layers_outline", "Edits change only the plane shown"),
    Scope.BODY: (
        "Whole body",
        "cube_outline",
        "Edits extend through the planes: the brush is a ball, cuts and growth change whole bodies",
    ),
}


def families() -> dict[str, list[type[Tool]]]:
    """Return the tools that are offered side by side, by their family."""
    found: dict[str, list[type[Tool]]] = {}
    for tool in TOOLS.values():
        if tool.entry is not None and tool.entry.family:
            found.setdefault(tool.entry.family, []).append(tool)
    return found


class ToolOptionsBar(QFrame):
    """Shows the settings of the tool in hand and changes them."""

    def __init__(
        self, open_image: OpenImage, gestures: Gestures, edits: Edits, actions: Mapping[str, QAction]
    ) -> None:
        super().__init__()
        self._actions, self._open_image = actions, open_image
        self._view, self._gestures = open_image.view, gestures
        self._edits = edits
        self.setObjectName("strip")
        self.setFixedHeight(HEIGHT_PX)
        # However much belongs to a tool, the panels beside the canvas keep their width.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._short = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GRID_PX * 3 // 2, 0, theme.GRID_PX, 0)
        layout.setSpacing(theme.GRID_PX)
        self.name = QLabel()
        self.name.setObjectName("heading")
        layout.addWidget(self.name)
        self.parts: dict[str, QWidget] = {}
        self._icons: list[tuple[QToolButton, str]] = []
        self._tools: list[QToolButton] = []
        for family, tools in families().items():
            self._add(family, [self._tool_button(tool) for tool in tools])
        self.brush, self._brush_text = self._slider("size", "Size", self._size_moved)
        self.tolerance, self._tolerance_text = self._slider("tolerance", "Tolerance", self._tolerance_moved)
        self.modes = self._mode_buttons()
        self._add(
            "threshold",
            [
                self._button("Narrower", "minus", lambda: gestures.adjust(-1)),
                self._button("Wider", "plus", lambda: gestures.adjust(1)),
            ],
        )
        self.divide = self._button("By intensity", "contrast_circle", self._divide)
        self.divide.setCheckable(True)
        self.divide.setToolTip(translate("Split where the intensity changes, not where the object is narrow"))
        self._add("divide", [self.divide])
        self.classes = QComboBox()
        self.classes.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.classes.setToolTip(f"{translate('Class assigned by a click')}  (0-9)")
        bound(self.classes)
        self.classes.activated.connect(self._set_class)
        self._add("class", [self.classes])
        self.scopes = self._scope_buttons()
        layout.addStretch(1)
        self.accept = self._button("Accept", "check", gestures.finish_gesture)
        self.accept.setToolTip(translate("Accept  (Enter)"))
        self.cancel = self._button("Cancel", "close", gestures.cancel_gesture)
        self.cancel.setToolTip(translate("Cancel  (Esc)"))
        self._add("accept", [self.accept, self.cancel])
        for signal in (
            gestures.tool_changed,
            gestures.gesture_changed,
            open_image.image_changed,
        ):
            signal.connect(self.refresh)
        gestures.options.events.connect(self.refresh)
        self._view.events.brush_diameter.connect(self.refresh)
        theme.changed.connect(self.recolour)
        self.refresh()

    def _add(self, key: str, widgets: Sequence[QWidget]) -> None:
        """Add widgets that are shown together."""
        group = QWidget()
        row = QHBoxLayout(group)
        row.setContentsMargins(theme.GRID_PX // 2, 0, theme.GRID_PX // 2, 0)
        row.setSpacing(theme.GRID_PX // 2)
        for widget in widgets:
            row.addWidget(widget)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(group)
        self.parts[key] = group

    def _button(self, text: str, icon: str, do: Callable[[], object] | None = None) -> QToolButton:
        button = QToolButton()
        button.setObjectName("quiet")
        button.setText(translate(text))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # A click leaves the keys with the canvas.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if icon:
            self._icons.append((button, icon))
            button.setIcon(theme.icon(icon))
        if do is not None:
            button.clicked.connect(lambda: do())
        return button

    def _tool_button(self, tool: type[Tool]) -> QToolButton:
        action = self._actions[f"tool_{tool.key}"]
        # The short word stands in the button.
        short = tool.entry.short if tool.entry is not None else tool.title
        button = self._button(short, "")
        action.setIconText(translate(short))
        button.setDefaultAction(action)
        follow_icon(button, action)
        if not action.icon().isNull():
            self._tools.append(button)
        return button

    def _slider(self, key: str, text: str, moved: Callable[[int], None]) -> tuple[DirectSlider, QLabel]:
        slider = DirectSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, STEPS)
        slider.setFixedWidth(SLIDER_PIXELS)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.setToolTip(f"{translate(text)}  ([ ])")
        slider.valueChanged.connect(moved)
        value = QLabel()
        value.setMinimumWidth(52)
        caption = QLabel(translate(text))
        caption.setObjectName("dim")
        self._add(key, [caption, slider, value])
        return slider, value

    def _mode_buttons(self) -> dict[WriteMode, QToolButton]:
        group = QButtonGroup(self)
        buttons = {}
        for mode, (text, icon, tip) in MODES.items():
            button = self._button(text, icon)
            button.setCheckable(True)
            button.setToolTip(f"{translate(tip)}  (T)")
            button.clicked.connect(lambda _=False, mode=mode: self._set_mode(mode))
            group.addButton(button)
            buttons[mode] = button
        self._add("mode", list(buttons.values()))
        return buttons

    def _scope_buttons(self) -> dict[Scope, QToolButton]:
        group = QButtonGroup(self)
        buttons = {}
        for scope, (text, icon, tip) in SCOPES.items():
            button = self._button(text, icon)
            button.setCheckable(True)
            shortcut = written_keys(self._actions["scope"].shortcut().toString())
            button.setToolTip(f"{translate(tip)}  ({shortcut})")
            button.clicked.connect(lambda _=False, scope=scope: self._set_scope(scope))
            group.addButton(button)
            buttons[scope] = button
        self._add("scope", list(buttons.values()))
        return buttons

    def recolour(self) -> None:
        """Take the icons of another theme."""
        for button, icon in self._icons:
            button.setIcon(theme.icon(icon))

    def refresh(self, *_: object) -> None:
        """Show what belongs to the tool in hand."""
        open_image = self._open_image
        tool, options = self._gestures.tool, self._gestures.options
        self.name.setText(translate_said(tool.title))
        self.setEnabled(open_image.image is not None)
        for key, part in self.parts.items():
            part.setVisible(key in tool.settings and (key != "accept" or tool.busy))
        # In a stack it is always in view, whatever the tool: the edits of the menu follow it, too.
        self.parts["scope"].setVisible(open_image.document.shape[0] > 1)
        for scope, button in self.scopes.items():
            button.setChecked(scope is options.scope)
        self._fit()
        for mode, button in self.modes.items():
            button.setChecked(mode is options.mode)
        self.divide.setChecked(options.by_intensity)
        if "class" in tool.settings:
            self._list_classes()
        self._show(self.brush, self._view.brush_diameter, BRUSH_RANGE_PIXELS)
        self._brush_text.setText(f"{written(self._view.brush_diameter, ',.0f')} px")
        self._show(self.tolerance, options.tolerance, TOLERANCE_RANGE)
        self._tolerance_text.setText(f"{100 * options.tolerance:.0f} %")

    def _list_classes(self) -> None:
        facts = self._open_image.document.facts
        names = {one.number: one.name for one in facts.classes}
        self.classes.clear()
        self.classes.addItem(translate("0   No class"))
        for number in range(1, 10):
            picture = QPixmap(12, 12)
            picture.fill(QColor(class_colour(number, facts.classes)))
            words = names.get(number) or translate("class {}").format(number)
            self.classes.addItem(QIcon(picture), f"{number}   {words}")
        self.classes.setCurrentIndex(min(self._gestures.options.class_id, 9))

    def _set_class(self, number: int) -> None:
        self._gestures.options.class_id = number

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave words out where there is no room for them; called by Qt."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show the words of the buttons where they fit, else their icons alone, which have tooltips.

        Where even these need more, the name of the tool gives its room.
        """
        self.name.show()
        self._shorten(False)
        if not self._fits():
            self._shorten(True)
            if not self._fits():
                self.name.hide()

    def _fits(self) -> bool:
        layout = self.layout()
        # The least size would be that of buttons with their words cut.
        return layout is None or layout.sizeHint().width() <= self.width()

    def _shorten(self, short: bool) -> None:
        if short == self._short:
            return
        self._short = short
        style = Qt.ToolButtonStyle
        for button in (*(button for button, _ in self._icons), *self._tools):
            button.setToolButtonStyle(style.ToolButtonIconOnly if short else style.ToolButtonTextBesideIcon)
        for slider in (self.brush, self.tolerance):
            slider.setFixedWidth(SLIDER_PIXELS // 2 if short else SLIDER_PIXELS)
        layout = self.layout()
        if layout is not None:
            for group in self.parts.values():
                inner = group.layout()
                if inner is not None:
                    inner.invalidate()
                group.updateGeometry()
            layout.invalidate()

    @staticmethod
    def _show(slider: DirectSlider, value: float, limits: tuple[float, float]) -> None:
        low, high = limits
        slider.blockSignals(True)
        slider.setValue(round(STEPS * log(value / low) / log(high / low)))
        slider.blockSignals(False)

    @staticmethod
    def _value(position: int, limits: tuple[float, float]) -> float:
        low, high = limits
        return low * exp(position / STEPS * log(high / low))

    def _size_moved(self, position: int) -> None:
        self._view.brush_diameter = self._value(position, BRUSH_RANGE_PIXELS)

    def _tolerance_moved(self, position: int) -> None:
        self._gestures.options.tolerance = self._value(position, TOLERANCE_RANGE)

    def _set_mode(self, mode: WriteMode) -> None:
        self._edits.set_mode(mode)

    def _set_scope(self, scope: Scope) -> None:
        self._gestures.options.scope = scope

    def _divide(self) -> None:
        self._gestures.options.by_intensity = not self._gestures.options.by_intensity
