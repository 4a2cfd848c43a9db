"""Tour, help, licences, reports of crashes, icon and desktop entry."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QEvent, QSettings, Qt
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox

from cpsam_gui import app, tasks
from cpsam_gui.actions import ACTIONS
from cpsam_gui.actions.install import actions_of
from cpsam_gui.actions.pages import ActionPages, key_rows
from cpsam_gui.actions.shortcuts import default_bindings
from cpsam_gui.dialogs.help import PAGES, page_html
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.panels.files import FilesPanel
from cpsam_gui.program import crash_reports as crash
from cpsam_gui.program import desktop_entry as desktop
from cpsam_gui.program.licences import libraries, models
from cpsam_gui.style.icon import app_icon
from cpsam_gui.window.recent_menu import KEY, starting_folder
from cpsam_gui.window.tour import SEEN, STOPS, Tour, seen
from tests.gui.mouse import click

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_the_tour_goes_through_the_window(segmented: Window, qtbot: QtBot) -> None:
    assert not seen()
    segmented.pages.tour()
    assert seen()
    tour = segmented.pages._tour
    assert tour is not None
    for place in range(len(STOPS)):
        assert tour.place == place
        assert tour.target().isVisible()
        assert segmented.rect().contains(tour.geometry()), STOPS[place].title
        assert tour.height() >= tour.sizeHint().height()
        segmented.resize(1100 + place, 760)
        assert segmented.rect().contains(tour.geometry())
        tour.next.click()
    assert not tour.isVisible()
    segmented.pages.begin(demo=False)
    assert segmented.pages._tour is None
    again = segmented.pages.show_tour()
    again.skip.click()
    assert not again.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_presses_the_button_of_the_tour_that_is_drawn_as_the_default(
    segmented: Window, qtbot: QtBot, key: Qt.Key
) -> None:
    tour, canvas = segmented.pages.show_tour(), segmented.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, key)
    assert tour.place == 1
    # Who draws means the drawing, and who types the field.
    segmented.session.gestures.use("polygon")
    for place in ((30.0, 40.0), (30.0, 60.0), (60.0, 50.0)):
        click(segmented, qtbot, *place)
    qtbot.keyClick(canvas, key)
    assert tour.place == 1 and len(segmented.session.document.objects) == 5
    field = segmented.panel(FilesPanel).filter
    field.setFocus()
    qtbot.keyClick(field, key)
    assert tour.place == 1
    # The button in focus is pressed, whichever it is.
    segmented.panel(SegmentPanel).run_button.setFocus()
    qtbot.keyClick(segmented.panel(SegmentPanel).run_button, key)
    assert tour.place == 2
    tour.skip.setFocus()
    qtbot.keyClick(tour.skip, key)
    assert segmented.pages._tour is None


@pytest.mark.parametrize("demo", [False, True])
def test_the_first_start_shows_the_tour_on_the_demonstration(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path, demo: bool
) -> None:
    monkeypatch.setattr(tasks, "demo_path", lambda: image_file)
    opened = []
    window.session.open_image.image_changed.connect(lambda: opened.append(window.findChild(Tour)))
    window.pages.begin(demo=demo)
    assert window.findChild(Tour) is None, "there is nothing to show yet"
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 4)
    assert len(opened) == 1, "the demonstration image is opened once"
    tour = window.findChild(Tour)
    assert tour is not None and tour.isVisible()
    tour.end()


def test_the_demonstration_is_opened_without_the_tour_where_that_was_seen(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    monkeypatch.setattr(tasks, "demo_path", lambda: image_file)
    QSettings().setValue(SEEN, True)
    window.pages.begin(demo=False)
    assert window.session.jobs.idle, "the welcome stays"
    window.pages.begin(demo=True)
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 4)
    assert window.findChild(Tour) is None


def test_who_opened_images_before_gets_neither_tour_nor_demonstration(
    window: Window, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    QSettings().setValue(KEY, [str(image_file)])
    window.pages.begin(demo=False)
    assert window.session.jobs.idle, "the welcome stays"
    begun: list[str] = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *given: begun.append(given[2]) or ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *given: begun.append(given[2]) or "")
    window.file_dialogs.folder()
    window.file_dialogs.image()
    assert begun == [str(image_file.parent)] * 2
    assert starting_folder(None) == str(image_file.parent)
    QSettings().setValue(KEY, [str(image_file.parent)])
    assert starting_folder(None) == str(image_file.parent)


def test_escape_ends_the_tour_and_nothing_else(segmented: Window, qtbot: QtBot) -> None:
    view = segmented.session.view
    view.selection = frozenset([1])
    tour = segmented.pages.show_tour()
    qtbot.keyClick(segmented.canvas, Qt.Key.Key_Escape)
    assert not tour.isVisible()
    assert view.selection == frozenset([1])
    qtbot.keyClick(segmented.canvas, Qt.Key.Key_Escape)
    assert not view.selection, "it is a key of the window again"
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert segmented.pages.show_tour().isVisible(), "it can be asked for again"


def test_every_page_of_help_is_there(window: Window) -> None:
    browser = ActionPages.of(window).help()
    for page in PAGES:
        browser.show_page(page)
        text = browser.text.toPlainText()
        assert len(text) > 200
        assert "{formats}" not in text and "{folders}" not in text and "{measures}" not in text
    browser.show_page("measures")
    assert "4 pi A / P^2" in browser.text.toPlainText()
    browser.show_page("formats")
    assert "GeoJSON (QuPath)" in browser.text.toPlainText()
    browser.close()


def test_the_keys_in_the_help_are_those_in_force() -> None:
    bindings = default_bindings(ACTIONS) | {"merge": ("Ctrl+Shift+J",)}
    page = page_html("keys", key_rows(ACTIONS, bindings))
    assert "Ctrl+Shift+J" in page
    for action in ACTIONS:
        assert action.text.removesuffix("…").replace("&", "&amp;").replace("'", "&#x27;") in page


def test_licences_are_stated(window: Window) -> None:
    named = {one.name: one.licence for one in libraries()}
    assert {"numpy", "torch", "PyQt6", "scipy"} <= set(named)
    assert not [name for name, licence in named.items() if not licence]
    assert [one.name for one in models()][:3] == ["cpsam-lite", "cpsam_v2", "cpsam"]
    page = window.pages.about()
    text = page.text.toPlainText()
    assert "numpy" in text and "BSD-3-Clause" in text and "cpsam_v2" in text
    page.close()


def test_a_crash_leaves_a_report(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, nothing_else_is_started: list[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    window.support.catch_errors()
    try:
        raise ZeroDivisionError("divided")
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    (report,) = crash.reports_folder().glob("report-*.txt")
    text = report.read_text(encoding="utf-8")
    assert "ZeroDivisionError: divided" in text
    assert "numpy" in text
    assert __file__.rsplit("/", 1)[-1] in text
    box = window.findChild(QMessageBox)
    assert box is not None
    box.close()
    actions_of(window)["reports"].trigger()
    assert nothing_else_is_started == [str(crash.reports_folder())]


def test_old_reports_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CPSAM_REPORTS", str(tmp_path))
    for number in range(crash.MOST):
        (tmp_path / f"report-2000-{number:02d}.txt").write_text("old")
    written = crash.write_report(ValueError("new"))
    assert written is not None
    assert len(list(tmp_path.glob("report-*.txt"))) == crash.MOST
    assert not (tmp_path / "report-2000-00.txt").exists()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CPSAM_REPORTS", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert crash.write_report(ValueError("new")) is None
        assert crash.watch_for_faults() is None


def test_the_icon_is_drawn_at_every_size(qapp: QApplication) -> None:
    icon = app_icon()
    for size in (16, 48, 256):
        picture = icon.pixmap(size, size).toImage()
        assert picture.width() == size
        colours = {picture.pixelColor(x, size // 3).name() for x in range(size)}
        assert len(colours) > 4


def test_the_desktop_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert app.main(["--install-desktop-entry"]) == 0
    entry = tmp_path / "applications" / "cpsam-gui.desktop"
    assert capsys.readouterr().out.strip() == str(entry)
    lines = entry.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    (command,) = [line for line in lines if line.startswith("Exec=")]
    assert command.endswith(" %f")
    assert (tmp_path / "icons/hicolor/scalable/apps/cpsam-gui.svg").is_file()
    assert desktop._quoted('/a b/"c"$d%') == '"/a b/\\"c\\"\\$d%%"'
    monkeypatch.setenv("XDG_DATA_HOME", str(entry))
    assert app.main(["--install-desktop-entry"]) == 1
