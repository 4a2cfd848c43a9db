"""The log of what was done, kept with the project, and the methods text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFileDialog

from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.program.i18n import TextTranslator
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.steps import StepKind, StepSource
from cpsam_gui.storage import worklog
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.project import read_project
from cpsam_gui.storage.worklog import LogEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PyQt6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_steps_are_logged_with_who_did_them(segmented: Window) -> None:
    session = segmented.session
    operations.delete(session.document, [2])
    session.edits.undo()
    session.edits.redo()
    rows = [(one.by, one.way, one.what.split()[0]) for one in session.recording.entries]
    assert rows == [
        ("model", "done", "Segment"),
        ("hand", "done", "Delete"),
        ("hand", "undone", "Delete"),
        ("hand", "redone", "Delete"),
    ]
    assert session.recording.entries[1].objects == 1
    assert session.recording.entries[0].when.endswith("+00:00")


GERMAN = {
    "Import {}": "{} importieren",
    "Saved masks ({})": "Gespeicherte Masken ({})",
    "Recovered work": "Wiederhergestellte Arbeit",
    "Mark as verified": "Als geprüft markieren",
}


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    translator = TextTranslator(GERMAN, qapp)
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def test_what_a_step_is_does_not_depend_on_the_language(
    german: None, opened: Window, disc_labels: np.ndarray, qtbot: QtBot, tmp_path: Path
) -> None:
    """Names are translated where they are made, so nothing may be told from them."""
    session = opened.session
    masks = tmp_path / "elsewhere.tif"
    tifffile.imwrite(masks, disc_labels.astype(np.uint16))
    with qtbot.waitSignal(session.history_changed):
        session.exporting.import_masks(masks)
    session.facts.toggle_verified()
    operations.delete(session.document, [2])
    rows = [(one.what, one.kind, one.by) for one in session.recording.entries]
    assert rows == [
        ("elsewhere.tif importieren", StepKind.IMPORT, StepSource.FILE),
        ("Als geprüft markieren", StepKind.MARK, StepSource.HAND),
        ("Delete", StepKind.EDIT, StepSource.HAND),
    ]
    assert worklog.corrections(session.recording.entries) == {"Delete": 1}
    assert worklog.read(worklog.stored(session.recording.entries)) == session.recording.entries


def test_an_older_log_is_understood() -> None:
    """Projects from before steps had a kind name them in English."""
    rows = [
        {"when": "x", "what": what, "by": "hand", "way": "done"}
        for what in ("Import a.tif", "Segment region", "Segment with cpsam", "Lock", "Delete 3 objects")
    ]
    kinds = [entry.kind for entry in worklog.read(rows)]
    assert kinds == [
        StepKind.IMPORT,
        StepKind.SEGMENT_REGION,
        StepKind.SEGMENT,
        StepKind.MARK,
        StepKind.EDIT,
    ]


def test_it_is_kept_with_the_project(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    operations.delete(session.document, [2])
    assert session.persistence.save_now() and session.path is not None
    stored = read_project(project_path(session.path)).foreign[worklog.KEY]
    assert [row["what"] for row in stored][-1] == "Delete"
    with qtbot.waitSignal(session.image_changed):
        session.images.open(session.path)
    assert [one.what for one in session.recording.entries][-1] == "Delete"
    operations.delete(session.document, [3])
    assert worklog.corrections(session.recording.entries) == {"Delete": 2}


def test_it_survives_a_crash(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    operations.delete(session.document, [2])
    session.edits.undo()
    operations.delete(session.document, [3])
    journal, path = session.persistence.journal, session.path
    assert journal is not None and path is not None
    journal.flush()
    left = journal.path.with_name("cells-1-2.journal")
    left.write_bytes(journal.path.read_bytes())
    session.persistence.discard()
    session.recovery.recover(left)
    qtbot.waitUntil(lambda: session.document.steps[-1:] == ("Recovered work",) and not left.exists())
    rows = [(one.by, one.way, one.what.split()[0]) for one in session.recording.entries]
    assert rows == [
        ("model", "done", "Segment"),
        ("hand", "done", "Delete"),
        ("hand", "undone", "Delete"),
        ("hand", "done", "Delete"),
        ("file", "done", "Recovered"),
    ]


@pytest.mark.parametrize(
    "value", [None, 3, "x", {"a": 1}, [1, None, {}], [{"when": 1, "what": "x"}], [{"when": "now"}]]
)
def test_nonsense_in_a_file_is_left_out(value: object) -> None:
    assert worklog.read(value) == []


def test_what_is_stored_comes_back_and_is_bounded() -> None:
    entries = [
        LogEntry("2026-01-01T00:00:00+00:00", "Delete", objects=2),
        LogEntry("x", "Split", way="undone"),
    ]
    assert worklog.read(json.loads(json.dumps(worklog.stored(entries)))) == entries
    many = [{"when": "x", "what": "y" * 1000}] * (worklog.MOST_ENTRIES + 5)
    found = worklog.read(many)
    assert len(found) == worklog.MOST_ENTRIES and len(found[0].what) == worklog.NAME_CHARS


def test_corrections_are_those_that_were_not_taken_back() -> None:
    def entry(what: str, way: str = "done", kind: StepKind = StepKind.EDIT) -> LogEntry:
        return LogEntry("x", what, kind, way)

    entries = [
        entry("Delete"),
        entry("Delete 12 objects"),
        entry("Split"),
        entry("Split", "undone"),
        entry("Annehmen", kind=StepKind.MARK),
        entry("Sperren", kind=StepKind.MARK),
        entry("Segmentieren", kind=StepKind.SEGMENT),
        entry("cells.tif importieren", kind=StepKind.IMPORT),
    ]
    assert worklog.corrections(entries) == {"Delete": 2}


def test_export(segmented: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "log.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target.with_suffix("")), ""))
    actions_of(segmented)["log_export"].trigger()
    qtbot.waitUntil(target.is_file)
    told = json.loads(target.read_text(encoding="utf-8"))
    assert told["image"] == "cells.tif" and told["actions"][0]["by"] == "model"


def test_methods_text(segmented: Window) -> None:
    session = segmented.session
    operations.delete(session.document, [2])
    operations.grow(session.document, [3], 1)
    actions_of(segmented)["verified"].trigger()
    page = segmented.review_pages.methods()
    text = page.text.toPlainText()
    assert "segmented with the model" in text and "Of 3 objects" in text
    assert "2 corrections were made by hand" in text and "checked by eye" in text
    page.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None and clipboard.text() == text
    page.close()


def test_the_methods_text_is_saved_as_it_was_left(
    segmented: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "methods.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target.with_suffix("")), ""))
    page = segmented.review_pages.methods()
    page.text.setPlainText("My own words.")
    page.save.click()
    qtbot.waitUntil(lambda: target.is_file() and segmented.session.jobs.idle)
    assert target.read_text(encoding="utf-8") == "My own words.\n"
    page.close()


def test_methods_tell_the_settings_of_the_run(segmented: Window) -> None:
    runs = segmented.session.run_state
    ran = runs.settings.cellprob_threshold
    runs.last_settings = {**runs.last_settings, "cellprob_threshold": ran + 2}
    assert f"threshold was {ran + 2:g}" in segmented.session.recording.methods()


def test_methods_of_an_image_drawn_by_hand(opened: Window) -> None:
    operations.add_polygon(opened.session.document, Slice(0, 0), [(10, 10), (10, 30), (30, 30), (30, 10)])
    assert "outlined by hand" in opened.session.recording.methods()
