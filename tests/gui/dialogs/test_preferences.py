from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from PyQt6.QtCore import QCoreApplication, QSettings
from PyQt6.QtWidgets import QMessageBox

from cpsam_core.errors import ImageError
from cpsam_gui.actions.install import actions_of, make_window
from cpsam_gui.dialogs import messages as dialogs
from cpsam_gui.dialogs.preferences import PreferencesDialog
from cpsam_gui.jobs.job import Problem
from cpsam_gui.panels.segment.panel import SegmentPanel
from cpsam_gui.program import i18n
from cpsam_gui.program.preferences import CurrentPreferences, Preferences, checked
from cpsam_gui.program.settings_store import load_preferences, save_preferences
from cpsam_gui.session import Session
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

OTHER = Preferences(
    theme="light",
    language="de",
    autosave=False,
    autosave_seconds=30.0,
    keep_flows=False,
    flows_mebibytes=512,
    look_ahead=False,
    history_mebibytes=256,
    model="own",
    device="cpu",
    brush_diameter=33.0,
)


@pytest.fixture
def own_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the user's own model "own"; no window of these tests loads it."""
    monkeypatch.setenv("CPSAM_MODELS", str(tmp_path / "models"))
    path = tmp_path / "models" / "own.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"x")
    return path


def next_model(asked: str | None = None) -> tuple[str, str, str]:
    """Start anew; return the model in use, the one that training starts from, and what the status bar says."""
    window = make_window(Session(), model=asked)
    session = window.session
    found = session.run_state.options.model.name, session.training.chosen.start, window.status.hint.text()
    window.close()
    return found


def test_preferences_are_remembered() -> None:
    assert load_preferences() == Preferences()
    save_preferences(OTHER, Preferences())
    QSettings().sync()
    assert load_preferences() == OTHER
    save_preferences(Preferences(), OTHER)
    assert load_preferences() == Preferences()
    assert not QSettings().childGroups()


def test_what_makes_no_sense_is_left_out() -> None:
    stored: dict[str, Any] = {
        "theme": "pink",
        "autosave": "perhaps",
        "autosave_seconds": "-3",
        "history_mebibytes": "lots",
        "brush_diameter": "nan",
        "keep_flows": "false",
        "unknown": 1,
    }
    assert checked(stored) == Preferences(keep_flows=False)


def test_whoever_listens_hears_changes_only() -> None:
    chosen, heard = CurrentPreferences(), []
    chosen.changed.connect(heard.append)
    chosen.now = Preferences()
    chosen.now = OTHER
    assert heard == [OTHER]


def test_the_dialog_shows_and_returns_preferences(qtbot: QtBot) -> None:
    dialog = PreferencesDialog(None, OTHER, ["cpsam-lite"])
    qtbot.addWidget(dialog)
    assert dialog.preferences() == OTHER.changed(language=dialog.language.currentData())
    assert not dialog.seconds.isEnabled()
    assert dialog.defaults is not None
    dialog.defaults.click()
    assert dialog.preferences() == Preferences()
    dialog.model.setEditText("cpsam-lite")
    assert dialog.preferences().model == "cpsam-lite"


def test_preferences_reach_the_window(
    window: Window, own_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(dialog: PreferencesDialog) -> int:
        dialog.show_values(OTHER)
        return 1

    monkeypatch.setattr(PreferencesDialog, "exec", answer)
    actions_of(window)["preferences"].trigger()
    assert theme.current() is theme.LIGHT
    assert not window.session.persistence.preferences.now.autosave
    assert load_preferences().theme == "light"
    second = make_window(Session())
    assert second.session.persistence.preferences.now == window.session.persistence.preferences.now
    assert second.session.view.brush_diameter == 33.0
    assert second.session.run_state.options.model.name == "own"
    assert second.session.run_state.options.model.device == "cpu"
    second.close()
    actions_of(window)["theme"].trigger()
    assert theme.current() is theme.DARK
    assert load_preferences().theme == "dark"


def test_the_model_in_use_is_remembered(window: Window, own_model: Path) -> None:
    window.training_pages.promote("own", go_on=False)
    assert next_model()[:2] == ("own", "own")
    # For one window alone, whatever else is changed in it.
    asked = make_window(Session(), model="cpsam-lite")
    assert asked.session.run_state.options.model.name == "cpsam-lite"
    asked.session.run_state.change(min_size=7)
    asked.close()
    assert next_model()[0] == "own"
    window.training_pages.use("cpsam-lite")
    assert next_model()[:2] == ("cpsam-lite", "cpsam-lite")
    assert load_preferences().model == ""


def test_what_another_window_changed_meanwhile_stays(window: Window, own_model: Path) -> None:
    other = make_window(Session())
    actions_of(other)["theme"].trigger()
    window.training_pages.use("own")
    assert (load_preferences().theme, load_preferences().model) == ("light", "own")
    actions_of(other)["theme"].trigger()
    assert (load_preferences().theme, load_preferences().model) == ("dark", "own")
    other.close()


def test_a_model_picked_in_the_panel_is_remembered(window: Window, own_model: Path) -> None:
    models = window.panel(SegmentPanel).model
    models.fill()
    models.activated.emit(models.findData("own"))
    assert next_model()[0] == "own"


def test_a_remembered_model_that_is_gone_is_told_and_the_default_used(
    window: Window, own_model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    window.training_pages.use("own")
    own_model.rename(own_model.with_name("away.partial"))
    name, start, told = next_model()
    assert (name, start) == ("cpsam-lite", "cpsam-lite")
    assert "own" in told and "cpsam-lite" in told
    assert "own" in caplog.text
    # Once is enough, also where it comes back: what is in use is what the last window said.
    assert "own" not in next_model()[2]
    assert load_preferences().model == ""
    own_model.with_name("away.partial").rename(own_model)
    assert next_model()[0] == "cpsam-lite"
    window.training_pages.use(str(own_model))
    own_model.unlink()
    name, _, told = next_model()
    assert name == "cpsam-lite" and "own.safetensors" in told


def test_the_history_has_the_memory_that_was_chosen(session: Session, qtbot: QtBot, image_file: Path) -> None:
    session.persistence.preferences.now = Preferences(autosave=False, history_mebibytes=64)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    assert session.document._undo_stack._limit == 64 << 20


def boxes(window: Window) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def test_errors_that_nothing_caught_are_shown(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    window.support.catch_errors()
    for error, said in (
        (ZeroDivisionError("oops"), "ZeroDivisionError: oops"),
        (ImageError("Too dark."), "Too dark."),
    ):
        sys.excepthook(type(error), error, None)
        (box,) = boxes(window)
        assert said in box.text()
        sys.excepthook(type(error), error, None)
        assert len(boxes(window)) == 1  # it is on the screen already
        box.close()

    def fail() -> None:
        raise ValueError("in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(boxes(window)))
    (box,) = boxes(window)
    assert "in a thread" in box.text()
    assert "Traceback" in box.detailedText()
    box.close()


def test_an_interrupt_is_no_problem(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    seen: list[object] = []
    monkeypatch.setattr(sys, "__excepthook__", lambda *args: seen.append(args[0]))
    window.support.catch_errors()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert seen == [KeyboardInterrupt]
    assert not boxes(window)


@pytest.mark.parametrize("key", ["first", "safe", None])
def test_questions_become_dialogs(window: Window, monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    question = Question("Text", "Detail", (Answer("first", "Do it"), Answer("safe", "Leave it")))

    def click(box: QMessageBox) -> int:
        assert (box.text(), box.informativeText()) == ("Text", "Detail")
        texts = {"first": "Do it", "safe": "Leave it"}
        buttons = {button.text().replace("&", ""): button for button in box.buttons()}
        assert box.escapeButton() is buttons["Leave it"]
        if key is not None:
            buttons[texts[key]].click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", click)
    assert dialogs.ask(window, question) == (key or "safe")


def test_a_language_is_a_table_of_words(
    qapp: QCoreApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    (tmp_path / "de.ts").write_text(
        "<TS><context><name>cpsam-gui</name>"
        "<message><source>Save</source><translation>Speichern</translation></message>"
        '<message><source>Undo</source><translation type="unfinished">?</translation></message>'
        "</context></TS>",
        encoding="utf-8",
    )
    assert i18n.languages()["de"] == "Deutsch"
    assert i18n.languages()["en"] == "English", "not that of a country"
    translator = i18n.TextTranslator(i18n.read_ts(tmp_path / "de.ts"), qapp)
    assert qapp.installTranslator(translator)
    try:
        assert i18n.translate("Save") == "Speichern"
        assert i18n.translate("Undo") == "Undo"
        assert i18n.translate("Save", "elsewhere") == "Save"
    finally:
        qapp.removeTranslator(translator)
    assert i18n.translate("Save") == "Save"
    assert not i18n.install(qapp, "en")
    assert not i18n.install(qapp, "xx")


def test_problem_text(window: Window) -> None:
    dialogs.show_problem(window, Problem("Bad", "Traceback"))
    box = window.findChild(QMessageBox)
    assert box is not None
    assert [button.text() for button in box.buttons() if "Copy" in button.text()] == ["&Copy details"]
    box.close()
