"""A stroke means one object; what falls into pieces says so and is separated by one key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
import pytest
from PyQt6.QtCore import Qt, QTimer

from cpsam_gui import operations, tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.panels import ObjectsPanel
from cpsam_gui.session import pieces
from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import Origin
from cpsam_gui.tasks.records import records_of
from tests.gui.conftest import discs
from tests.gui.mouse import NONE, drag

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_core.progress import Progress
    from cpsam_gui.session.questions import Question
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.window.window import Window

SHIFT = Qt.KeyboardModifier.ShiftModifier


def stroke(window: Window, qtbot: QtBot, y: float, x: float, held: Qt.KeyboardModifier = NONE) -> None:
    drag(window, qtbot, [(y, x), (y, x + 2), (y, x + 3)], held)


@pytest.fixture
def painting(opened: Window, qtbot: QtBot) -> Window:
    opened.session.view.brush_diameter = 6.0
    qtbot.keyClick(opened, Qt.Key.Key_B)
    return opened


def test_cells_painted_in_a_row_are_one_object_each(painting: Window, qtbot: QtBot) -> None:
    document = painting.session.document
    for count, (y, x) in enumerate(((15, 20), (15, 50), (40, 80), (60, 20), (60, 60)), start=1):
        stroke(painting, qtbot, y, x)
        assert len(document.objects) == count
    stroke(painting, qtbot, 64, 60)
    assert len(document.objects) == 5, "a stroke beside the selected object belongs to it"
    assert not painting.session.pieces.now


def test_shift_adds_to_the_selected_object_and_its_pieces_are_separated_by_a_key(
    painting: Window, qtbot: QtBot
) -> None:
    session, document = painting.session, painting.session.document
    stroke(painting, qtbot, 15, 20)
    (number,) = document.objects
    stroke(painting, qtbot, 60, 60, SHIFT)
    assert list(document.objects) == [number]
    assert session.pieces.now == {number: 2}
    assert painting.status.offer.isVisible()
    assert "Separate pieces" in painting.status.offer.text()
    assert f"Object {number} is in 2 pieces" in painting.status.hint.text()
    qtbot.keyClick(painting, Qt.Key.Key_G, SHIFT)
    assert len(document.objects) == 2
    qtbot.waitUntil(lambda: not session.pieces.now)
    assert not painting.status.offer.isVisible()
    session.edits.undo()
    assert session.pieces.now == {number: 2}


def test_the_pieces_of_many_that_come_back_are_counted_after_a_rest(
    painting: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cpsam_gui.session.pieces.AT_ONCE", 0)
    session, document = painting.session, painting.session.document
    stroke(painting, qtbot, 15, 20)
    (number,) = document.objects
    stroke(painting, qtbot, 60, 60, SHIFT)
    qtbot.keyClick(painting, Qt.Key.Key_G, SHIFT)
    session.edits.undo()
    assert session.pieces.now == {}, "nothing is counted between two frames"
    qtbot.waitUntil(lambda: session.pieces.now == {number: 2})
    assert list(document.objects) == [number], "what is counted is not separated: nobody asked for that"
    session.edits.redo()
    assert session.pieces.now == {}
    session.edits.undo()
    session.edits.redo()
    qtbot.wait(pieces.REST_MS + 100)
    assert session.pieces.now == {}


def test_the_eraser_that_cuts_a_cell_offers_to_separate_it_though_nothing_is_selected(
    segmented: Window, qtbot: QtBot
) -> None:
    session = segmented.session
    session.view.brush_diameter = 4.0
    qtbot.keyClick(segmented, Qt.Key.Key_E)
    drag(segmented, qtbot, [(20, 5), (20, 20), (20, 35)])
    ((number, count),) = session.pieces.now.items()
    assert count == 2
    assert not session.view.selection
    qtbot.mouseClick(segmented.status.offer, Qt.MouseButton.LeftButton)
    assert len(session.document.objects) == 5
    assert number in session.document.objects
    assert all(
        row.touched for row in session.document.objects.values() if row.box.y0 < 30 and row.box.x0 < 30
    )


def test_who_paints_on_reads_that_a_stroke_beside_an_object_made_a_second_piece(
    painting: Window, qtbot: QtBot
) -> None:
    """The next cell, a moment later, had taken the words and the button away: two cells were one without a word."""
    session, status = painting.session, painting.status
    stroke(painting, qtbot, 15, 20)
    (number,) = session.document.objects
    drag(painting, qtbot, [(15, 31), (15, 33)])
    assert session.pieces.now == {number: 2}
    words = f"Object {number} is in 2 pieces now"
    assert status.hint.text() == words
    stroke(painting, qtbot, 60, 60)
    stroke(painting, qtbot, 60, 64)
    assert len(session.document.objects) == 2
    assert status.hint.text() == words and status.offer.isVisible()
    qtbot.mouseClick(status.offer, Qt.MouseButton.LeftButton)
    assert len(session.document.objects) == 3 and not session.pieces.now
    assert not status.offer.isVisible() and status.hint.text() != words


def test_the_offer_goes_when_the_pieces_are_gone_and_once_it_was_read(painting: Window, qtbot: QtBot) -> None:
    session, status = painting.session, painting.status
    stroke(painting, qtbot, 15, 20)
    stroke(painting, qtbot, 60, 60, SHIFT)
    session.edits.undo()
    assert not status.offer.isVisible() and not session.pieces.latest
    session.edits.redo()
    stroke(painting, qtbot, 15, 60, SHIFT)
    assert status.offer.isVisible()
    # It was there long enough.
    status._line._next()
    assert status.offer.isVisible()
    session.view.selection = frozenset()
    stroke(painting, qtbot, 40, 80)
    assert not status.offer.isVisible()
    # Nor is anything separated that nobody speaks of any more.
    qtbot.keyClick(painting, Qt.Key.Key_G, SHIFT)
    assert len(session.document.objects) == 2


def pasted(window: Window, qtbot: QtBot) -> None:
    session = window.session
    session.view.selection = frozenset([1])
    session.edits.copy()
    session.edits.change(lambda document: operations.delete(document, [1]))
    with session.document.step("Line"):
        session.document.write(Box(0, 1, 20, 21, 10, 30), np.full((1, 1, 20), 9, np.uint32))
    session.edits.paste_in_place()


def merged(window: Window, qtbot: QtBot) -> None:
    window.session.view.selection = frozenset([1, 4])
    actions_of(window)["merge"].trigger()


def outlined(window: Window, qtbot: QtBot) -> None:
    window.session.gestures.use("lasso")
    drag(window, qtbot, [(15, 2), (15, 40), (25, 40), (25, 2), (15, 2)])


@pytest.mark.parametrize("leave", [pasted, merged, outlined])
def test_whatever_leaves_an_object_in_pieces_offers_to_separate_them(
    segmented: Window, qtbot: QtBot, leave: Callable[[Window, QtBot], None]
) -> None:
    leave(segmented, qtbot)
    session = segmented.session
    (number,) = session.pieces.now
    assert segmented.status.hint.text() == f"Object {number} is in 2 pieces now"
    assert segmented.status.offer.text().startswith("Separate pieces  (")


def test_pieces_are_flagged_in_the_list_and_a_reason_of_doubt(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    session.view.brush_diameter = 4.0
    session.gestures.use("eraser")
    drag(segmented, qtbot, [(20, 5), (20, 20), (20, 35)])
    (number,) = session.pieces.now
    panel = segmented.panel(ObjectsPanel)
    qtbot.waitUntil(lambda: "2 pieces" in str([panel.model.data(panel.model.index(r, 4)) for r in range(4)]))
    panel.filter.setCurrentIndex(panel.filter.findData("In pieces"))
    assert panel.model.ids.tolist() == [number]
    index = panel.model.index(0, 4)
    assert "2 pieces" in panel.model.data(index)
    session.measuring.follow("test", True)
    qtbot.waitUntil(lambda: session.measuring.fresh)
    session.reviewing.show(number)
    assert session.reviewing.reasons[0] == "in 2 pieces"


def test_masks_that_come_in_pieces_are_known_without_a_run(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    labels = session.document.labels.copy()
    labels[labels == 2] = 1
    records = {n: row for n, row in session.document.objects.items() if n != 2}
    session.document.replace("Import", labels, records)
    qtbot.waitUntil(lambda: session.pieces.now == {1: 2})


def test_masks_with_one_value_for_all_cells_ask_whether_each_is_an_object(
    opened: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    session = opened.session
    asked: list[Question] = []
    session.pieces.questions.ask = lambda question: asked.append(question) or "each"
    path = tmp_path / "binary.png"
    imagecodecs.imwrite(path, (discs() > 0).astype(np.uint8) * 255)
    session.exporting.import_masks(path)
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    assert [question.text for question in asked] == ["1 value, 4 separate parts: make each part an object?"]
    qtbot.waitUntil(lambda: not session.pieces.now)
    session.edits.undo()
    assert len(session.document.objects) == 1
    assert len(asked) == 1, "it is asked once"


def answered_while(opened: Window, tmp_path: Path, meanwhile: Callable[[], object]) -> None:
    """Import masks of one value, and do something between the answer and its being carried out."""
    session = opened.session
    session.pieces.questions.ask = lambda question: "each"
    run = session.jobs.run

    def late(*args: Any, name: str = "", **named: Any) -> Any:
        if name == "Separating the parts":
            session.jobs.run = run
            job = run(*args, name=name, **named)
            meanwhile()
            return job
        return run(*args, name=name, **named)

    session.jobs.run = late
    path = tmp_path / "binary.png"
    imagecodecs.imwrite(path, (discs() > 0).astype(np.uint8) * 255)
    session.exporting.import_masks(path)


def test_a_stroke_made_after_the_answer_does_not_drop_it(
    opened: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    session = opened.session

    def stroke_begins() -> None:
        document = session.document
        document.begin("Paint")
        document.write(Box(0, 1, 0, 3, 0, 3), np.full((1, 3, 3), 7, np.uint32))
        QTimer.singleShot(400, document.commit)

    answered_while(opened, tmp_path, stroke_begins)
    qtbot.waitUntil(lambda: len(session.document.objects) == 5)
    assert session.document.label_at(0, 1, 1)
    qtbot.waitUntil(lambda: not session.pieces.now)


def test_masks_that_came_after_the_answer_are_left_alone_and_it_is_said(
    opened: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    session = opened.session
    said: list[str] = []
    session.notices.message.connect(said.append)

    def other_masks() -> None:
        labels = np.zeros((1, 80, 100), np.uint32)
        labels[0, 5:9, 5:9] = labels[0, 20:24, 5:9] = 1
        session.document.replace("Others", labels, records_of(labels, Origin.MODEL))

    answered_while(opened, tmp_path, other_masks)
    qtbot.waitUntil(lambda: any("replaced meanwhile" in words for words in said))
    assert len(session.document.objects) == 1


def test_saved_masks_of_another_program_ask_when_they_are_opened_and_no_keeps_them(
    window: Window, qtbot: QtBot, image_file: Path
) -> None:
    session = window.session
    asked: list[Question] = []
    session.pieces.questions.ask = lambda question: asked.append(question) or "keep"
    imagecodecs.imwrite(image_file.with_name("cells_masks.png"), (discs() > 0).astype(np.uint8))
    window.open(image_file)
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert len(session.document.objects) == 1
    assert session.pieces.now == {1: 4}


def test_masks_that_number_the_objects_ask_nothing(window: Window, qtbot: QtBot, image_file: Path) -> None:
    session = window.session
    labels = discs().astype(np.uint8)
    labels[0, :40:2] = 1
    imagecodecs.imwrite(image_file.with_name("cells_masks.png"), labels)
    session.pieces.questions.ask = lambda question: pytest.fail(question.text)
    window.open(image_file)
    qtbot.waitUntil(lambda: bool(session.pieces.now))
    assert len(session.document.objects) == 4


def test_a_step_that_is_undone_at_once_is_not_looked_through(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = segmented.session
    labels = np.array(session.document.labels)
    labels[0, 0, 0] = labels[0, 79, 99] = 1
    qtbot.waitUntil(lambda: session.jobs.idle)
    looked: list[int] = []
    several = pieces._several

    def watched(still: Snapshot, progress: Progress) -> pieces.PiecesFound:
        looked.append(1)
        return several(still, progress)

    monkeypatch.setattr(pieces, "_several", watched)
    session.document.replace("Run", labels, tasks.records_of(labels))
    for _ in range(3):
        session.edits.undo()
        session.edits.redo()
    qtbot.waitUntil(lambda: session.pieces.now == {1: 3})
    assert looked == [1]
