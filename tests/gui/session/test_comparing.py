"""Two sets of masks on the open image, and several people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtWidgets import QFileDialog

from cpsam_core.metrics.compare import MatchState
from cpsam_core.progress import silent
from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.state.view import Camera, View
from cpsam_gui.tasks.comparing import labels_before

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.dialogs.compare import ComparePage
    from cpsam_gui.window.window import Window


@pytest.fixture
def other_file(tmp_path: Path, disc_labels: np.ndarray) -> Path:
    """Write masks in which disc 1 is missing, disc 4 is cut in two, and there is one more."""
    other = disc_labels.astype(np.uint16)
    other[other == 1] = 0
    halves = other[:, 60:]
    halves[halves == 4] = 9
    other[2:8, 80:95] = 7
    path = tmp_path / "other.tif"
    tifffile.imwrite(path, other)
    return path


@pytest.fixture
def page(segmented: Window, qtbot: QtBot, other_file: Path) -> ComparePage:
    """Return the page with a comparison with the file."""
    made = segmented.review_pages.compare()
    with qtbot.waitSignal(segmented.session.comparing.changed):
        segmented.session.comparing.with_file(other_file)
    return made


def test_objects_are_told_apart_and_listed(page: ComparePage, segmented: Window) -> None:
    now = segmented.session.comparing.now
    assert now is not None
    found = now.comparison
    assert found.gained.tolist() == [1] and found.lost.tolist() == [7]
    assert [group.whole for group in found.merges] == [4]
    texts = [
        item.text(0) for item in map(page.list.topLevelItem, range(page.list.topLevelItemCount())) if item
    ]
    assert texts[:2] == ["Only in the other masks: 1", "Only in the current masks: 1"]
    assert texts[3] == "Merged in the current masks: 1"
    assert "Error rate" in page.words.text() and page.title.text() == "other.tif"
    assert 2 in now.of_state(MatchState.MATCHED, present=True)


def test_a_click_shows_the_place(page: ComparePage, segmented: Window) -> None:
    view = segmented.session.view
    # So near that only one of the places is in view at a time.
    view.camera = Camera(60.0, 50.0, 32.0)
    assert not is_in_view(view, 20.5, 20.5)
    gained = page.list.topLevelItem(1)
    assert gained is not None
    page.list.itemClicked.emit(gained.child(0), 0)
    assert view.selection == frozenset([1])
    assert is_in_view(view, 20.5, 20.5)
    lost = page.list.topLevelItem(0)
    assert lost is not None
    page.list.itemClicked.emit(lost.child(0), 0)
    assert is_in_view(view, 5, 87.5) and not is_in_view(view, 20.5, 20.5)
    page.list.itemClicked.emit(lost, 0)


def is_in_view(view: View, y: float, x: float) -> bool:
    """Whether the canvas shows a place; how far the camera goes to the border depends on the size of the window."""
    height, width = view.window
    scale = 2 * view.camera.scale
    return abs(y - view.camera.y) * scale <= height + 1 and abs(x - view.camera.x) * scale <= width + 1


def test_it_is_drawn_on_the_canvas(page: ComparePage, segmented: Window, qtbot: QtBot) -> None:
    layer = segmented.canvas.compared
    assert layer.other.isVisible() and layer.present.isVisible()
    segmented.canvas.grab()
    page.drawn.setChecked(False)
    assert not layer.present.isVisible()
    actions_of(segmented)["compare_show"].trigger()
    assert layer.present.isVisible()
    actions_of(segmented)["compare_clear"].trigger()
    assert segmented.session.comparing.now is None and not layer.present.isVisible()


def test_disagreement_counts_as_doubt(page: ComparePage, segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    session.reviewing.next()
    qtbot.waitUntil(lambda: session.reviewing.present > 0)
    assert session.reviewing.present == 1
    assert "not in the other masks" in session.reviewing.reasons


def test_before_and_after(segmented: Window, qtbot: QtBot) -> None:
    session, document = segmented.session, segmented.session.document
    start = document.position
    operations.delete(document, [2])
    operations.grow(document, [3], 1)
    before = labels_before(document.snapshot(), document.applied(start), silent)
    assert sorted(np.unique(before).tolist()) == [0, 1, 2, 3, 4]
    with qtbot.waitSignal(session.comparing.changed):
        session.comparing.with_step(start)
    assert session.comparing.now is not None
    assert session.comparing.now.comparison.lost.tolist() == [2]
    with qtbot.waitSignal(session.comparing.changed):
        session.comparing.with_step(0)
    assert session.comparing.now.comparison.gained.tolist() == [1, 3, 4]
    page = segmented.review_pages.compare()
    assert page.steps.count() == 1 + document.position
    page.steps.setCurrentIndex(1)
    with qtbot.waitSignal(session.comparing.changed):
        page.steps.activated.emit(1)


def test_another_model(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    operations.delete(session.document, [2])
    steps = session.document.position
    with qtbot.waitSignal(session.comparing.changed):
        session.comparing.with_model("cpsam")
    assert session.comparing.now is not None
    assert session.comparing.now.comparison.counts["lost"] == 1
    assert session.document.position == steps


def test_people(
    segmented: Window,
    qtbot: QtBot,
    other_file: Path,
    disc_labels: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = other_file.with_name("mine.tif")
    tifffile.imwrite(mine, disc_labels.astype(np.uint16))
    page = segmented.review_pages.compare()
    names = [str(other_file)]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: (names, ""))
    page.ask_people()
    assert "two people" in page.words.text()
    names.append(str(mine))
    with qtbot.waitSignal(segmented.session.comparing.agreed):
        page.people.click()
    assert page.title.text() == "Agreement of 2 people"
    assert "consensus" in page.words.text()
    assert page.list.topLevelItemCount() == 2


def test_a_file_is_chosen(
    segmented: Window, qtbot: QtBot, other_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(other_file), ""))
    page = segmented.review_pages.compare()
    with qtbot.waitSignal(segmented.session.comparing.changed):
        page.file.click()
    assert segmented.session.comparing.now is not None


def test_files_of_other_programs(segmented: Window, qtbot: QtBot, tmp_path: Path) -> None:
    from cpsam_core.formats import ObjectSet, write_objects

    session = segmented.session
    labels = session.document.snapshot().array()[0]
    labels[labels == 2] = 0
    path = tmp_path / "elsewhere.geojson"
    write_objects(path, ObjectSet(labels))
    with qtbot.waitSignal(session.comparing.changed):
        session.comparing.with_file(path)
    assert session.comparing.now is not None
    assert session.comparing.now.comparison.gained.tolist() == [2]
