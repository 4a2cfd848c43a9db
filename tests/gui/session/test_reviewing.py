"""The review: the order of doubt, decisions as steps of history, places without an object."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from cpsam_core.segment.output import NetworkOutput
from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.operations.proposals import Proposal, accept
from cpsam_gui.operations.reviewing import refuse
from cpsam_gui.panels import ReviewPanel
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.journal_format import recover
from cpsam_gui.tasks.coverage import find_missed

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


@pytest.fixture
def doubtful(segmented: Window, qtbot: QtBot) -> Window:
    """Return a window whose objects 3 and 1 are in doubt, in this order, and that shows the review."""
    document = segmented.session.document
    with document.step("Doubt"):
        document.update([3], flow_error=0.9)
        document.update([1], flow_error=0.4)
    segmented.show_panel("Review")
    qtbot.waitUntil(lambda: segmented.session.measuring.fresh)
    return segmented


def settle(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.measuring.fresh and session.jobs.idle)


def test_the_most_doubtful_comes_first_and_is_shown(doubtful: Window) -> None:
    session = doubtful.session
    actions_of(doubtful)["review_next"].trigger()
    assert session.reviewing.present == 3
    assert session.view.selection == frozenset([3])
    assert doubtful.canvas.shows(session.document.objects[3].box)
    assert 19 * session.view.camera.scale >= 180 / 2.5
    assert session.reviewing.reasons[0] == "flow error 0.9"
    assert "flow error 0.9" in doubtful.panel(ReviewPanel).reasons.text()
    actions_of(doubtful)["review_next"].trigger()
    assert session.reviewing.present == 1
    actions_of(doubtful)["review_previous"].trigger()
    assert session.reviewing.present == 3


def test_a_cell_that_was_chosen_on_the_image_does_not_set_where_the_review_begins(
    doubtful: Window, qtbot: QtBot
) -> None:
    session, do = doubtful.session, actions_of(doubtful)
    order = session.measuring.now.doubt.ids[session.measuring.now.doubt.order].tolist()  # type: ignore[union-attr]
    assert order[:2] == [3, 1]
    session.view.selection = frozenset([order[2]])
    do["review_next"].trigger()
    assert session.reviewing.present == 3
    # Nor where it goes on: what it showed comes back, unless somebody decided on it.
    session.view.selection = frozenset([order[3]])
    do["review_next"].trigger()
    assert session.reviewing.present == 3
    session.view.selection = frozenset([order[3]])
    do["review_accept"].trigger()
    assert session.reviewing.present == 3
    do["review_accept"].trigger()
    assert session.reviewing.present == 1
    do["review_previous"].trigger()
    do["review_next"].trigger()
    assert session.reviewing.present == 1


def test_other_masks_are_reviewed_from_the_most_doubtful_on(doubtful: Window, qtbot: QtBot) -> None:
    """Those of the masks before tell nothing, neither by their order nor by how far the review was."""
    session, do = doubtful.session, actions_of(doubtful)
    do["review_next"].trigger()
    do["review_next"].trigger()
    assert session.reviewing.present == 1
    document = session.document
    rows = {
        n: row.changed(flow_error={1: 0.1, 2: 0.5, 3: 0.2, 4: 0.8}[n]) for n, row in document.objects.items()
    }
    usable: list[bool] = []
    session.measuring.busy_changed.connect(
        lambda: usable.append(session.measuring.usable) if session.measuring.busy else None
    )
    document.replace("Segment", document.labels.copy(), rows, kind=StepKind.SEGMENT)
    qtbot.waitUntil(lambda: session.measuring.busy or session.measuring.fresh)
    do["review_next"].trigger()
    settle(session, qtbot)
    assert usable == [False]
    assert session.reviewing.present == 4


def test_decisions_are_steps_that_can_be_undone(doubtful: Window, qtbot: QtBot) -> None:
    session, do = doubtful.session, actions_of(doubtful)
    do["review_next"].trigger()
    do["review_accept"].trigger()
    assert session.document.objects[3].locked and session.document.objects[3].verified
    assert session.reviewing.present == 1
    do["review_uncertain"].trigger()
    assert session.document.objects[1].uncertain
    left = session.reviewing.present
    assert left in (2, 4)
    do["review_delete"].trigger()
    assert left not in session.document.objects
    settle(session, qtbot)
    assert session.reviewing.progress == (2, 3)
    assert doubtful.panel(ReviewPanel).progress_words.text() == "2 of 3 reviewed"
    for _ in range(3):
        session.edits.undo()
    settle(session, qtbot)
    assert session.reviewing.progress == (0, 4)
    assert not session.document.objects[3].locked


def test_undo_and_redo_go_to_the_decision_and_the_card_shows_it(doubtful: Window, qtbot: QtBot) -> None:
    """The decision was taken back, and the card showed the object after it."""
    session, do, panel = doubtful.session, actions_of(doubtful), doubtful.panel(ReviewPanel)
    review, objects = session.reviewing, session.document.objects
    do["review_next"].trigger()
    do["review_accept"].trigger()
    assert review.present == 1
    do["review_delete"].trigger()
    third = review.present
    assert third in (2, 4) and 1 not in objects
    do["undo"].trigger()
    assert review.present == 1 and session.view.selection == {1}
    assert doubtful.canvas.shows(objects[1].box) and panel.title.text().startswith("Object 1")
    do["undo"].trigger()
    assert review.present == 3 and not objects[3].verified
    assert panel.title.text().startswith("Object 3") and "Accepted" not in panel.reasons.text()
    do["redo"].trigger()
    assert review.present == 3 and panel.reasons.text().startswith("Accepted")
    do["redo"].trigger()
    assert 1 not in objects and not review.chosen and "Object" not in panel.title.text()
    do["undo"].trigger()
    settle(session, qtbot)
    do["review_accept"].trigger()
    assert objects[1].verified and review.present == third, "it goes on from there"


def test_undo_goes_back_to_several_objects_and_leaves_the_brush_in_hand(doubtful: Window) -> None:
    session, do, review = doubtful.session, actions_of(doubtful), doubtful.session.reviewing
    session.view.selection = frozenset([2, 4])
    do["review_accept"].trigger()
    assert session.view.selection != {2, 4}
    do["undo"].trigger()
    assert session.view.selection == {2, 4} and "2 objects" in doubtful.panel(ReviewPanel).title.text()
    review.show(3)
    review.edit()
    with session.document.step("Stroke"):
        session.document.update([3], flow_error=0.8)
    do["undo"].trigger()
    assert session.gestures.tool.key == "brush" and review.present == 3


def test_undo_goes_to_the_missed_cell_that_it_brings_back(doubtful: Window, qtbot: QtBot) -> None:
    session, do, panel = doubtful.session, actions_of(doubtful), doubtful.panel(ReviewPanel)
    review, missed = session.reviewing, session.missed
    see_a_cell(session)
    missed.stale = True
    review.next_missed()
    qtbot.waitUntil(lambda: review.place is not None and session.jobs.idle, timeout=30_000)
    review.delete()
    qtbot.waitUntil(lambda: review.present == 3 and session.jobs.idle, timeout=30_000)
    do["undo"].trigger()
    qtbot.waitUntil(lambda: review.place is not None, timeout=30_000)
    assert not review.chosen and panel.title.text() == "Missed cell 1 of 1"
    assert doubtful.canvas.shows(missed.all[0].box)
    do["redo"].trigger()
    qtbot.waitUntil(lambda: not missed.looking and session.jobs.idle, timeout=30_000)
    assert review.place is None and not review.chosen and "cell" not in panel.title.text()
    do["undo"].trigger()
    qtbot.waitUntil(lambda: review.place is not None, timeout=30_000)
    # One that was found there and taken is an object.
    place = missed.all[0]
    accept(session.document, Proposal(place.box, place.mask.astype(np.uint32)), "Find")
    review.next()
    qtbot.waitUntil(lambda: review.present == 3 and not missed.looking and session.jobs.idle, timeout=30_000)
    do["undo"].trigger()
    qtbot.waitUntil(lambda: review.place is not None, timeout=30_000)
    assert panel.title.text() == "Missed cell 1 of 1"
    do["redo"].trigger()
    assert review.present and session.document.objects[review.present].box == place.box


def test_the_end_is_said(doubtful: Window, qtbot: QtBot) -> None:
    session = doubtful.session
    for _ in range(3):
        session.reviewing.next()
        session.reviewing.accept()
    with qtbot.waitSignal(session.message, check_params_cb=lambda text: "All objects" in text):
        session.reviewing.accept()
    settle(session, qtbot)
    assert session.reviewing.progress == (4, 4)
    assert doubtful.panel(ReviewPanel).bar.value() == 4


def test_accepted_objects_stay_as_they_are(doubtful: Window) -> None:
    session = doubtful.session
    session.reviewing.show(2)
    session.reviewing.accept()
    assert operations.delete(session.document, [2]) == operations.LOCKED


def test_a_decision_is_about_what_is_selected(doubtful: Window) -> None:
    session = doubtful.session
    session.view.selection = frozenset([2, 4])
    assert "2 objects" in doubtful.panel(ReviewPanel).title.text()
    qtbot_click(doubtful.panel(ReviewPanel).accept)
    assert session.document.objects[2].verified and session.document.objects[4].verified
    assert session.document.steps[-1] == "Accept 2 objects"


def qtbot_click(button: object) -> None:
    button.click()  # type: ignore[attr-defined]


def test_editing_takes_the_brush(doubtful: Window) -> None:
    session = doubtful.session
    session.reviewing.show(4)
    actions_of(doubtful)["review_edit"].trigger()
    assert session.gestures.tool.key == "brush"
    assert session.view.selection == frozenset([4])


def test_tools_of_the_review_go_with_what_it_showed(doubtful: Window, qtbot: QtBot) -> None:
    session, reviewing, gestures = doubtful.session, doubtful.session.reviewing, doubtful.session.gestures
    see_a_cell(session)
    session.missed.stale = True
    reviewing.next_missed()
    qtbot.waitUntil(lambda: reviewing.place is not None and session.jobs.idle)
    reviewing.accept()
    assert gestures.tool.key == "find"
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=30_000)
    reviewing.put_off()
    assert gestures.tool.key == "select", "a click chooses again"
    reviewing.next_missed()
    reviewing.find_here()
    reviewing.show(4)
    assert gestures.tool.key == "select"
    reviewing.edit()
    assert gestures.tool.key == "brush"
    reviewing.next()
    assert gestures.tool.key == "select", "the next one may need no brush"
    # The one that a person took stays.
    gestures.use("find")
    reviewing.next_missed()
    reviewing.find_here()
    reviewing.put_off()
    assert gestures.tool.key == "find"
    gestures.use("select")
    reviewing.next_missed()
    reviewing.find_here()
    assert session.path is not None
    session.document.mark_saved()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(session.path)
    assert gestures.tool.key == "select"


def test_keys_work_on_the_canvas(doubtful: Window, qtbot: QtBot) -> None:
    doubtful.canvas.setFocus()
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: doubtful.session.reviewing.present == 3)
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    assert doubtful.session.document.objects[3].verified


def test_without_the_panel_the_objects_are_measured_first(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    assert session.measuring.now is None
    session.reviewing.next()
    qtbot.waitUntil(lambda: session.reviewing.present > 0)


def see_a_cell(session: Session) -> None:
    """Let the last run have seen all objects, and one more at (40, 85)."""
    flows = session.run_state.flows
    assert flows is not None
    logits = np.where(session.document.labels[0] > 0, 3.0, -3.0).astype(np.float32)
    logits[36:44, 80:90] = 4
    session.run_state.flows = replace(flows, logits=logits)


def test_missed_cells_are_counted_marked_and_found(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    see_a_cell(session)
    segmented.show_panel("Review")
    qtbot.waitUntil(lambda: len(session.missed.all) == 1)
    assert "1 possible cell" in segmented.panel(ReviewPanel).missed_words.text()
    assert not segmented.canvas.marks.markers.frames.path().isEmpty()
    actions_of(segmented)["missed_next"].trigger()
    assert segmented.canvas.shows(session.missed.all[0].box)
    assert not segmented.canvas.marks.markers.present.path().isEmpty()
    actions_of(segmented)["missed_find"].trigger()
    assert session.gestures.tool.key == "find"
    # The first proposal of a process imports what it needs.
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=30_000)
    session.gestures.tool.cancel()
    actions_of(segmented)["missed_mark"].trigger()
    assert segmented.canvas.marks.markers.present.path().isEmpty()


def test_a_missed_cell_that_is_drawn_is_gone(segmented: Window, qtbot: QtBot) -> None:
    session, reviewing = segmented.session, segmented.session.reviewing
    see_a_cell(session)
    segmented.show_panel("Review")
    qtbot.waitUntil(lambda: len(session.missed.all) == 1)
    with qtbot.waitSignal(session.missed.changed):
        operations.add_polygon(session.document, Slice(0, 0), [(34, 78), (34, 92), (46, 92), (46, 78)])
    qtbot.waitUntil(lambda: not session.missed.all and session.jobs.idle)
    with qtbot.waitSignal(session.message):
        reviewing.next_missed()


def test_a_missed_cell_that_was_refused_stays_away_also_when_the_image_is_opened_again(
    segmented: Window, qtbot: QtBot
) -> None:
    session, reviewing, missed = segmented.session, segmented.session.reviewing, segmented.session.missed

    def looked() -> None:
        missed.stale = True
        with qtbot.waitSignal(missed.changed):
            missed.follow(True)
        qtbot.waitUntil(lambda: not missed.looking and session.jobs.idle)

    see_a_cell(session)
    segmented.show_panel("Review")
    qtbot.waitUntil(lambda: len(missed.all) == 1 and session.jobs.idle)
    segmented.canvas.setFocus()
    qtbot.keyClick(segmented.canvas, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: reviewing.place is not None)
    qtbot.keyClick(segmented.canvas, Qt.Key.Key_Delete)
    assert not missed.all and session.document.facts.review is ReviewState.CORRECTED
    # It is a step like other decisions: taken back, the place is there again.
    actions_of(segmented)["undo"].trigger()
    qtbot.waitUntil(lambda: len(missed.all) == 1 and not missed.looking and session.jobs.idle)
    assert reviewing.place is not None, "it is under review again"
    actions_of(segmented)["redo"].trigger()
    qtbot.waitUntil(lambda: not missed.all and not missed.looking and session.jobs.idle)
    # A crash does not lose it either.
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    left = recover(journal.path)
    assert left is not None and left.facts.deleted == session.document.facts.deleted is not None
    assert session.persistence.save_now() and session.path is not None
    with qtbot.waitSignal(session.image_changed):
        session.images.open(session.path)
    settle(session, qtbot)
    see_a_cell(session)
    looked()
    assert not missed.all
    # Another run sees the place a little larger, and finds no object there either.
    flows = session.run_state.flows
    assert flows is not None
    flows.logits[36:44, 80:94] = 4
    looked()
    assert not missed.all


def test_what_was_refused_while_cells_were_looked_for_is_not_shown_once_more(
    segmented: Window, qtbot: QtBot
) -> None:
    session, missed, asked = segmented.session, segmented.session.missed, []
    see_a_cell(session)
    segmented.show_panel("Review")
    qtbot.waitUntil(lambda: len(missed.all) == 1 and not missed.looking and session.jobs.idle)
    (place,) = missed.all
    refuse(session.document, place.box, place.mask)
    missed.ask(lambda: asked.append(missed.all))
    missed.stale = True
    # The search began before.
    missed._take((place,))
    assert missed.all == () and not asked, "who asked since waits for the next search"
    qtbot.waitUntil(lambda: asked == [()])


def test_no_cell_is_called_missing_before_the_search_is_over(segmented: Window, qtbot: QtBot) -> None:
    panel, missed = segmented.panel(ReviewPanel), segmented.session.missed
    missed.renew()
    assert panel.missed_words.text() == "Looking for missed cells…"
    missed.follow(True)
    qtbot.waitUntil(lambda: panel.missed_words.text() != "Looking for missed cells…", timeout=20_000)
    assert not missed.looking


def test_missed_places_of_a_volume(session: Session) -> None:
    from cpsam_gui.state.document import Document

    logits = np.full((3, 40, 40), -3, np.float32)
    logits[1:, 5:15, 10:25] = 2
    (found,) = find_missed(logits, Document((3, 40, 40)).snapshot(), None, lambda *args: None)
    assert (found.box.z0, found.box.z1, found.box.y0, found.box.x1) == (1, 3, 5, 25)
    assert found.area == 2 * 10 * 15
    assert find_missed(logits, Document((2, 40, 40)).snapshot(), None, lambda *args: None) == ()


def test_progress_comes_back_with_the_project(doubtful: Window, qtbot: QtBot) -> None:
    session = doubtful.session
    session.reviewing.next()
    session.reviewing.accept()
    assert session.persistence.save_now()
    assert session.path is not None
    with qtbot.waitSignal(session.image_changed):
        session.images.open(session.path)
    settle(session, qtbot)
    assert session.document.objects[3].verified and session.document.objects[3].locked
    assert session.reviewing.progress == (1, 4)


def test_runs_leave_flows_for_the_tests(segmented: Window) -> None:
    assert isinstance(segmented.session.run_state.flows, NetworkOutput)


def test_one_stream_and_what_is_not_on_the_screen_is_never_decided_on(doubtful: Window, qtbot: QtBot) -> None:
    """Doubtful object, missed cell, then Y: the object that is not in view any more stays as it is."""
    session, reviewing, panel = doubtful.session, doubtful.session.reviewing, doubtful.panel(ReviewPanel)
    see_a_cell(session)
    reviewing.show(3)
    session.missed.stale = True  # what the last run saw is another thing now
    doubtful.canvas.setFocus()
    qtbot.waitUntil(lambda: session.jobs.idle)
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: reviewing.place is not None)
    assert panel.title.text() == "Missed cell 1 of 1"
    assert panel.accept.text() == "Find it"
    assert panel.accept.toolTip() == "Find it  (Y)"
    assert panel.keys.text().startswith("Y find it, Del no cell, S skip")
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    assert not session.document.objects[3].verified
    assert session.gestures.tool.key == "find"
    qtbot.waitUntil(lambda: session.jobs.idle)
    # There is no cell, says the person, and is not asked again.
    reviewing.delete()
    assert not session.missed.all
    assert session.document.objects[3].verified is False
    settle(session, qtbot)
    assert not session.missed.all


def test_whoever_begins_with_the_missed_cells_has_the_objects_before_them(
    doubtful: Window, qtbot: QtBot
) -> None:
    """The next image had been opened after the only missed cell, with all objects left to review."""
    session, reviewing = doubtful.session, doubtful.session.reviewing
    see_a_cell(session)
    session.missed.stale = True
    session.missed.follow(True)
    qtbot.waitUntil(lambda: len(session.missed.all) == 1 and session.jobs.idle)
    ended: list[bool] = []
    reviewing.ended.connect(lambda: ended.append(True))
    reviewing.next_missed()
    assert reviewing.place is not None
    reviewing.delete()
    qtbot.waitUntil(lambda: reviewing.present == 3)
    assert not ended and not session.document.objects[3].verified


def test_an_object_that_was_scrolled_away_is_shown_before_it_is_accepted(
    doubtful: Window, qtbot: QtBot
) -> None:
    session = doubtful.session
    doubtful.canvas.setFocus()
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: session.reviewing.present == 3)
    session.view.camera = replace(session.view.camera, y=5000.0)
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    assert not session.document.objects[3].verified
    assert doubtful.canvas.shows(session.document.objects[3].box)
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    assert session.document.objects[3].verified


def test_after_the_last_decision_the_next_image_is_opened(doubtful: Window, qtbot: QtBot) -> None:
    session = doubtful.session
    assert session.path is not None
    other = session.path.with_name("later.tif")
    other.write_bytes(session.path.read_bytes())
    session.folder.read(session.path.parent)
    qtbot.waitUntil(lambda: other in session.folder.images)
    assert session.persistence.save_now()
    session.persistence.preferences.now = session.persistence.preferences.now.changed(
        autosave=True, look_ahead=False
    )
    doubtful.canvas.setFocus()
    for number in (3, 1):
        qtbot.keyClick(doubtful.canvas, Qt.Key.Key_N) if session.reviewing.present != number else None
        qtbot.waitUntil(lambda number=number: session.reviewing.present == number)
        qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    ended = session.notices.ended
    with qtbot.waitSignal(ended, check_params_cb=lambda text, key: "last decision was in" in text):
        for _ in range(2):
            qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    assert session.path == other


def test_y_alone_leads_through_all_images_of_a_folder(doubtful: Window, qtbot: QtBot) -> None:
    session, reviewing = doubtful.session, doubtful.session.reviewing
    assert session.path is not None
    assert session.persistence.save_now()
    others = [session.path.with_name(f"later_{number}.tif") for number in (1, 2)]
    for other in others:
        other.write_bytes(session.path.read_bytes())
        other.with_suffix(".cpsam").write_bytes(session.path.with_suffix(".cpsam").read_bytes())
    session.folder.read(session.path.parent)
    qtbot.waitUntil(lambda: others[1] in session.folder.images)
    session.persistence.preferences.now = session.persistence.preferences.now.changed(autosave=True)
    doubtful.canvas.setFocus()
    qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    for path in (session.path, *others):
        # It goes on by itself where the review is in view.
        qtbot.waitUntil(lambda path=path: session.path == path and reviewing.present == 3)
        if path == others[0]:
            qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Escape)
            assert not reviewing.present
            qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
        for _ in range(4):
            assert reviewing.present
            qtbot.keyClick(doubtful.canvas, Qt.Key.Key_Y)
    assert all(row.verified for row in session.document.objects.values())
