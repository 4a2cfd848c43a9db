"""The program starts whatever stands in its settings file."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QByteArray, QSettings, QSize
from pytestqt.qtbot import QtBot

from cpsam_gui.actions.shortcuts import load_bindings
from cpsam_gui.panels.table.columns import remembered_columns
from cpsam_gui.program.settings_store import load_preferences
from cpsam_gui.program.settings_values import stored_bytes, stored_flag, stored_list, stored_text
from cpsam_gui.session import forecast
from cpsam_gui.window import recent_menu, tour
from cpsam_gui.window.window import Window

BAD = [
    "",
    "@Invalid()",
    "@Variant()",
    "@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\x1ePyQt_PyObject\\0\\0\\0\\0\\x4junk)",
    "@Variant(\\0\\0\\x4\\0\\0)",
    "@ByteArray(\\x1\\xd9\\xd0\\xcb)",
    "@Size(1 2)",
    "@Rect(0 0 99999999999 1)",
    "a, b, @Size(3 4), c",
    "nan",
    "-1e999",
    "{",
    '"[1, 2]"',
    '"{\\"a\\": \\"b\\", \\"c\\": 1e999, \\"d\\": null}"',
    "\\x0\\x1",
    "/nowhere/" + "x" * 5000,
]
KEYS = [
    *(f"preferences/{name}" for name in ("theme", "language", "autosave", "autosave_seconds", "device")),
    *(f"preferences/{name}" for name in ("history_mebibytes", "model", "brush_diameter", "keep_flows")),
    *("window/geometry", "window/state", recent_menu.KEY, tour.SEEN, forecast.STORED, "table/shown"),
    *("export/format", "export/measured", "shortcuts/file.open", "shortcuts/edit.undo"),
]


def settings_file() -> Path:
    QSettings().setValue("here", 1)
    QSettings().sync()
    return Path(QSettings().fileName())


def write(values: dict[str, str]) -> None:
    path = settings_file()
    sections: dict[str, list[str]] = {}
    for key, value in values.items():
        group, _, name = key.partition("/")
        sections.setdefault(group, []).append(f"{name.replace('/', chr(92))}={value}")
    path.write_text("\n".join(f"[{g}]\n" + "\n".join(rows) for g, rows in sections.items()) + "\n")
    QSettings().sync()


def read_all() -> None:
    load_preferences()
    remembered_columns()
    recent_menu.recent_paths()
    tour.seen()
    forecast._stored()
    load_bindings([])


@pytest.mark.parametrize("value", BAD)
def test_any_value_anywhere(value: str) -> None:
    write(dict.fromkeys(KEYS, value))
    read_all()


def test_a_window_opens_on_a_damaged_file(qtbot: QtBot) -> None:
    random.seed(0)
    write({key: random.choice(BAD) for key in KEYS})
    window = Window()
    qtbot.addWidget(window)
    window.close()


def test_noise_in_place_of_the_file() -> None:
    path, noise = settings_file(), random.Random(1)
    for _ in range(20):
        path.write_bytes(noise.randbytes(2000))
        QSettings().sync()
        read_all()


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [
        (lambda: stored_text("a"), "x", QSize(1, 2)),
        (lambda: stored_flag("a", True), False, "perhaps"),
        (lambda: stored_list("a"), ["x", "y"], QSize(1, 2)),
        (lambda: stored_bytes("a"), QByteArray(b"x"), "x"),
    ],
)
def test_what_cannot_be_read_is_dropped_with_a_line(
    read: Callable[[], object], good: object, bad: object, caplog: pytest.LogCaptureFixture
) -> None:
    QSettings().setValue("a", good)
    assert read() == good
    QSettings().setValue("a", bad)
    read()
    assert "the setting a cannot be read and is dropped" in caplog.text
    assert not QSettings().contains("a")
