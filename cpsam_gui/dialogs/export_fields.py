"""The choices that formats of the export offer, as fields."""

from __future__ import annotations

from dataclasses import fields

from PyQt6.QtWidgets import QCheckBox, QComboBox, QWidget

from cpsam_core.formats import WriteOptions
from cpsam_gui.program.i18n import translate
from cpsam_gui.style.number_fields import DecimalBox

WORDS = {
    "compression": "Compression",
    "tiled": "In tiles, for very large images",
    "annotations": "As annotations, which QuPath lets you edit",
    "ngff": "Version",
    "show_ids": "With the number of each object",
    "scale_bar": "With a scale bar",
    "fill": "Opacity of the fill",
}
CHOICES: dict[str, dict[str, object]] = {
    "compression": {"zlib": "zlib", "lzw": "lzw", "zstd": "zstd", "none": None},
    "ngff": {"0.4": "0.4", "0.5": "0.5"},
}


def choice_fields() -> dict[str, QWidget]:
    """Return a field for each choice that a format may offer, at the engine's default."""
    default = WriteOptions()
    made: dict[str, QWidget] = {}
    for one in fields(WriteOptions):
        value = getattr(default, one.name)
        field: QWidget
        if one.name in CHOICES:
            field = box = QComboBox()
            for text, data in CHOICES[one.name].items():
                box.addItem(translate("None") if data is None else text, data)
        elif isinstance(value, bool):
            field = QCheckBox(translate(WORDS[one.name]))
        else:
            field = number = DecimalBox()
            number.setRange(0, 1)
            number.setSingleStep(0.05)
        show_value(field, value)
        made[one.name] = field
    return made


def value_of(field: QWidget) -> object:
    """Return what a field says, as the engine takes it."""
    if isinstance(field, QComboBox):
        return field.currentData()
    return field.isChecked() if isinstance(field, QCheckBox) else _number(field)


def text_of(field: QWidget) -> str:
    """Return what a field says as text, as settings files hold it."""
    if isinstance(field, QComboBox):
        return str(field.currentData())
    return str(field.isChecked()).lower() if isinstance(field, QCheckBox) else str(_number(field))


def _number(field: QWidget) -> float:
    return field.value() if isinstance(field, DecimalBox) else 0.0


def show_value(field: QWidget, value: object) -> None:
    """Show a value; one that makes no sense changes nothing."""
    if isinstance(field, QComboBox):
        known = [str(field.itemData(place)) for place in range(field.count())]
        if str(value) in known:
            field.setCurrentIndex(known.index(str(value)))
    elif isinstance(field, QCheckBox):
        field.setChecked(value in (True, "true"))
    elif isinstance(field, DecimalBox):
        try:
            field.setValue(float(str(value)))
        except ValueError:
            return
