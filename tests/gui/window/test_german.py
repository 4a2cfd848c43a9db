"""The window in German: keys as a German keyboard names them, and no English words where there are German ones."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import tifffile
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QAbstractButton, QGroupBox, QLabel, QWidget

from cpsam_core.system.file_lock import Owner
from cpsam_gui.actions.install import actions_of
from cpsam_gui.actions.make import ACTIONS
from cpsam_gui.actions.pages import key_rows
from cpsam_gui.dialogs.axes import MEANINGS
from cpsam_gui.dialogs.help import page_html
from cpsam_gui.panels import FilesPanel, TrainPanel
from cpsam_gui.panels.channel_row import ChannelRow
from cpsam_gui.panels.channels import NetworkChannels
from cpsam_gui.panels.files import state_words
from cpsam_gui.program import i18n
from cpsam_gui.program.channel_names import channel_words
from cpsam_gui.session.watching import owner_words
from cpsam_gui.state.image_facts import ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

ENGLISH_KEYS = re.compile(r"\b(Ctrl|Shift)\+|\(Del\)|\b(Space|Backspace)\b")


def said(window: Window) -> Iterator[str]:
    for widget in window.findChildren(QWidget):
        if "pyqtgraph" in type(widget.window()).__module__:
            continue  # the dialogs behind its plots, which are English
        yield widget.toolTip()
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QGroupBox):
            yield widget.title()
    for action in window.findChildren(QAction):
        if action.objectName():  # those of the plots have none
            yield from (action.text(), action.toolTip())


def test_keys_are_written_as_on_a_german_keyboard(german: None, window: Window) -> None:
    texts = list(said(window))
    assert any("Strg+Return" in text for text in texts)
    assert [text for text in texts if ENGLISH_KEYS.search(text)] == []


def test_what_has_a_translation_is_shown_in_it(german: None, window: Window) -> None:
    words = i18n.read_ts(i18n.FOLDER / "de.ts")
    other = {text for text, translation in words.items() if text != translation} - set(words.values())
    assert [text for text in said(window) if text in other] == []


def test_every_action_has_german_words(german: None) -> None:
    """Those of helpers, too, which put an action together from words they are given."""
    english = [one.text for one in ACTIONS if i18n.translate_said(one.text) == one.text]
    # The same word in both languages.
    assert set(english) <= {"Lasso", "Polygon"}


def test_classes_are_german_in_the_menu_and_among_the_keys(german: None, window: Window) -> None:
    assert actions_of(window)["class_1"].text() == "Klasse 1"
    page = page_html("keys", key_rows(ACTIONS, {one.key: one.shortcuts for one in ACTIONS}))
    assert "Klasse 1" in page and "Class 1" not in page


def test_what_is_known_of_a_model_is_german(german: None, window: Window) -> None:
    manager = window.training_pages.show_models()
    told = {label.text() for label in manager.findChildren(QLabel)}
    assert {"Art", "Teil des Programms", "Erstellt"} <= told
    assert not any(text.startswith("Precision on") for text in told)
    card = manager.current.card if manager.current is not None else None
    assert card is not None and f"{len(card.images):,}".replace(",", ".") in told, "as numbers are written"
    manager.close()
    page = window.pages.about()
    text = page.text.toPlainText()
    assert (
        "Teil des Programms" in text
        and "published" not in text
        and "trained on" not in text.split("cpsam_v2")[1]
    )
    page.close()


def test_what_is_told_of_image_folder_and_training_is_german(
    german: None, opened: Window, qtbot: QtBot
) -> None:
    assert opened.session.images.describe() == "80 x 100 Pixel, 1 Kanal, uint16"
    note = opened.panel(FilesPanel)._note
    qtbot.waitUntil(lambda: note.text() == "1 Bild, 0 mit Masken")
    opened.show_panel("Train")
    assert opened.panel(TrainPanel).foot.note.text().startswith("Noch ist kein Bild korrigiert.")


def test_channels_without_a_name_are_german_and_names_stay(german: None) -> None:
    names = ("channel 2", "red", "GFP", "channel 2b")
    assert [channel_words(name) for name in names] == ["Kanal 2", "rot", "GFP", "channel 2b"]


def test_meanings_of_axes_are_german(german: None) -> None:
    assert not {words for _, words in MEANINGS if i18n.translate(words) == words}


def test_channels_of_an_image_are_named_in_german(
    german: None, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "two.tif"
    tifffile.imwrite(path, np.zeros((2, 30, 40), np.uint16), imagej=True, metadata={"axes": "CYX"})
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    names = ["Kanal 1", "Kanal 2"]
    assert [row.visible.text() for row in window.findChildren(ChannelRow)] == names
    (network,) = window.findChildren(NetworkChannels)
    network.refresh()
    assert [network.boxes[0].itemText(place) for place in (1, 2)] == names


def test_how_far_an_image_is_is_german(german: None) -> None:
    assert [state_words(state) for state in ReviewState] == [
        "ausstehend",
        "segmentiert",
        "korrigiert",
        "geprüft",
    ]


def test_who_works_on_an_image_and_since_when_is_german(german: None) -> None:
    words = owner_words(Owner("ada", "lab", 7, datetime(2026, 12, 3, 9, 5).timestamp()))
    assert words == "ada auf lab, seit 3. Dezember 2026, 09:05"
    assert owner_words(Owner()).startswith("jemand auf einem unbekannten Rechner, seit ")
