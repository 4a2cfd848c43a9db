"""The dialog of the preferences: a form whose answer is a new :class:`Preferences`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.program.i18n import languages, translate
from cpsam_gui.program.preferences import RANGES, Preferences
from cpsam_gui.style import theme
from cpsam_gui.style.letters import give_letters
from cpsam_gui.style.number_fields import DecimalBox
from cpsam_gui.style.wheel import guard_wheels

if TYPE_CHECKING:
    from collections.abc import Sequence

DEVICES = ("", "cpu", "cuda", "mps")


class PreferencesDialog(QDialog):
    """Shows preferences and lets them be changed."""

    def __init__(self, parent: QWidget | None, preferences: Preferences, models: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self._before = preferences
        self.setWindowTitle(translate("Preferences"))
        self.theme = _choice({"dark": translate("Dark"), "light": translate("Light")})
        self.language = _choice({"": translate("System default"), **languages()})
        self.autosave = QCheckBox(translate("Save automatically"))
        self.autosave.setToolTip(
            translate(
                "Next to the image, in the background. A file that another program changed is never "
                "overwritten."
            )
        )
        self.seconds = _number("autosave_seconds", 1, translate(" s after the last change"))
        self.keep_flows = QCheckBox(translate("Store the network's output in the project"))
        self.keep_flows.setToolTip(
            translate("Thresholds can then be changed after reopening; takes about 4 bytes per pixel.")
        )
        self.look_ahead = QCheckBox(translate("Segment the next images while you correct one"))
        self.look_ahead.setToolTip(
            translate(
                "Runs in the background with the current model, for two images at most, and keeps the "
                "results in memory only. Pauses during training and on battery."
            )
        )
        self.flows_room = QSpinBox()
        low, high = RANGES["flows_mebibytes"]
        self.flows_room.setRange(int(low), int(high))
        self.flows_room.setSingleStep(1024)
        self.flows_room.setSuffix(" MiB")
        self.flows_room.setSpecialValueText(translate("none"))
        self.flows_room.setToolTip(
            translate("Once the projects of a folder take up this much, folder runs keep masks only.")
        )
        self.history = QSpinBox()
        low, high = RANGES["history_mebibytes"]
        self.history.setRange(int(low), int(high))
        self.history.setSingleStep(256)
        self.history.setSuffix(" MiB")
        self.history.setToolTip(
            translate(
                "Memory for undo; the oldest steps are dropped first. Takes effect with the next image."
            )
        )
        self.model = _choice({"": translate("Program default"), **{name: name for name in models}})
        self.model.setEditable(True)
        self.device = _choice({name: name or translate("Fastest available") for name in DEVICES})
        self.brush = _number("brush_diameter", 1, " px")
        self._build()
        self.show_values(preferences)
        guard_wheels(self)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * theme.GRID_PX)
        for title, rows in (
            (translate("Window"), ((translate("Theme"), self.theme), (translate("Language"), self.language))),
            (
                translate("Saving"),
                (
                    (None, self.autosave),
                    (translate("Saved"), self.seconds),
                    (None, self.keep_flows),
                    (translate("History"), self.history),
                ),
            ),
            (
                translate("Folders"),
                ((None, self.look_ahead), (translate("Space for flows"), self.flows_room)),
            ),
            (
                translate("New windows open with"),
                (
                    (translate("Model"), self.model),
                    (translate("Device"), self.device),
                    (translate("Brush"), self.brush),
                ),
            ),
        ):
            heading = QLabel(title)
            heading.setObjectName("heading")
            layout.addWidget(heading)
            layout.addLayout(_form(rows))
        _line_up(self)
        note = QLabel(translate("The language changes when the program is restarted."))
        note.setObjectName("dim")
        layout.addWidget(note)
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel | standard.RestoreDefaults)
        accept = buttons.button(standard.Ok)
        if accept is not None:
            accept.setObjectName("primary")
        give_letters(buttons.buttons())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.defaults = buttons.button(standard.RestoreDefaults)
        if self.defaults is not None:
            self.defaults.clicked.connect(lambda: self.show_values(Preferences()))
        layout.addWidget(buttons)
        self.autosave.toggled.connect(self.seconds.setEnabled)

    def show_values(self, preferences: Preferences) -> None:
        """Fill the form."""
        for box, value in (
            (self.theme, preferences.theme),
            (self.language, preferences.language),
            (self.model, preferences.model),
            (self.device, preferences.device),
        ):
            index = box.findData(value)
            if index >= 0:
                box.setCurrentIndex(index)
            elif box.isEditable():
                box.setEditText(value)
        self.autosave.setChecked(preferences.autosave)
        self.seconds.setEnabled(preferences.autosave)
        self.seconds.setValue(preferences.autosave_seconds)
        self.keep_flows.setChecked(preferences.keep_flows)
        self.flows_room.setValue(preferences.flows_mebibytes)
        self.look_ahead.setChecked(preferences.look_ahead)
        self.history.setValue(preferences.history_mebibytes)
        self.brush.setValue(preferences.brush_diameter)

    def preferences(self) -> Preferences:
        """Return what the form says."""
        return self._before.changed(
            theme=self.theme.currentData(),
            language=self.language.currentData(),
            autosave=self.autosave.isChecked(),
            autosave_seconds=self.seconds.value(),
            keep_flows=self.keep_flows.isChecked(),
            flows_mebibytes=self.flows_room.value(),
            look_ahead=self.look_ahead.isChecked(),
            history_mebibytes=self.history.value(),
            model=_written(self.model),
            device=self.device.currentData(),
            brush_diameter=self.brush.value(),
        )


def _form(rows: tuple[tuple[str | None, QWidget], ...]) -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(2 * theme.GRID_PX)
    form.setVerticalSpacing(theme.GRID_PX)
    for name, widget in rows:
        if name is None:
            form.addRow(widget)
        else:
            form.addRow(name, widget)
    return form


def _line_up(dialog: QDialog) -> None:
    """Let the fields of all groups begin at one place and be of one height."""
    items = [
        form.itemAt(row, QFormLayout.ItemRole.LabelRole)
        for form in dialog.findChildren(QFormLayout)
        for row in range(form.rowCount())
    ]
    labels = [label for item in items if item is not None and (label := item.widget()) is not None]
    width = max(label.sizeHint().width() for label in labels)
    for label in labels:
        label.setMinimumWidth(width)
    fields = [*dialog.findChildren(QComboBox), *dialog.findChildren(QAbstractSpinBox)]
    height = max(field.sizeHint().height() for field in fields)
    for field in fields:
        field.setMinimumHeight(height)


def _choice(texts: dict[str, str]) -> QComboBox:
    box = QComboBox()
    for key, text in texts.items():
        box.addItem(text, key)
    return box


def _written(box: QComboBox) -> str:
    """Return the data of the chosen line, or what was typed instead of one."""
    text = box.currentText().strip()
    index = box.findText(text)
    return str(box.itemData(index)) if index >= 0 else text


def _number(name: str, decimals: int, suffix: str) -> DecimalBox:
    box = DecimalBox()
    box.setRange(*RANGES[name])
    box.setDecimals(decimals)
    box.setSuffix(suffix)
    return box
