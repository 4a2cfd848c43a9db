"""Runs of the model: what they touch, what they leave alone, and what becomes of late results."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import ndimage

from cpsam_core import Settings
from cpsam_core.errors import SettingsError, WeightsError
from cpsam_core.segment.output import NetworkOutput
from cpsam_gui import operations, tasks
from cpsam_gui.runs.models import ModelChoice, Models
from cpsam_gui.runs.options import BY_HAND, RunOptions, recalled, remembered, typical_diameter
from cpsam_gui.session import Session, measuring, pieces, rejected
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.steps import StepKind
from cpsam_gui.tasks import exporting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


class Bright:
    """Finds what is bright: connected pixels above 300, in the first rows only; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, Any]] = []
        self.notes: tuple[str, ...] = ()
        self.rows: int | None = None

    def segment(self, image: Any, settings: Any, progress: Any) -> Any:
        self.asked.append((image, settings))
        progress(1, 1, "tiles")
        labels = np.stack([ndimage.label(plane[..., 0] > 300)[0] for plane in image.pixels]).astype(np.uint32)
        if self.rows is not None:
            labels[:, self.rows :] = 0
        labels = labels[0] if len(labels) == 1 else labels
        ids = np.arange(1, int(labels.max()) + 1)
        table = SimpleNamespace(ids=ids, flow_errors=ids / 100, probabilities=np.full(len(ids), 0.5))
        return SimpleNamespace(
            labels=labels,
            output=NetworkOutput(np.ones((2, *labels.shape), np.float32), labels.astype(np.float32), 18.0),
            objects=table,
            classes=None,
            notes=self.notes,
        )

    def measure(self, image: Any, settings: Any, progress: Any) -> float | None:
        self.asked.append((image, settings))
        return None


@pytest.fixture
def bright() -> Bright:
    return Bright()


@pytest.fixture
def session(bright: Bright, qtbot: QtBot, image_file: Path) -> Iterator[Session]:
    """Return a session with the image of four discs (centres at 20 and 60, radius 9)."""
    made = Session(Models(lambda choice, progress: bright))
    with qtbot.waitSignal(made.image_changed):
        made.images.open(image_file)
    yield made
    made.close()


def run(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()


def draw(session: Session, box: Box, number: int, name: str = "Draw") -> None:
    with session.document.step(name):
        session.document.write(box, np.full(box.shape, number, np.uint32), Origin.HAND)


def region(session: Session, qtbot: QtBot, box: Box, **changes: Any) -> list[int]:
    done: list[list[int]] = []
    session.segmenting.segment_region(box, done.append, **changes)
    qtbot.waitUntil(lambda: bool(done))
    return done[0]


def test_kept_objects_keep_every_pixel_and_new_ones_go_around_them(session: Session, qtbot: QtBot) -> None:
    draw(session, Box(0, 1, 10, 16, 10, 30), 50)  # over the upper part of a disc
    draw(session, Box(0, 1, 50, 71, 50, 71), 51)  # over a whole disc
    before = np.array(session.document.labels)
    run(session, qtbot)
    labels, objects = session.document.labels, session.document.objects
    np.testing.assert_array_equal(labels[before > 0], before[before > 0])
    assert (
        len(objects) == 5
    )  # two drawn, the cut disc, two whole discs: the covered one is the drawn one found again
    assert {objects[50].origin, objects[51].origin} == {Origin.HAND}
    cut = session.document.label_at(0, 24, 20)
    assert cut not in (0, 50)
    assert session.document.label_at(0, 12, 20) == 50


def test_selected_objects_that_a_run_finds_again_stay_selected(
    session: Session, bright: Bright, qtbot: QtBot
) -> None:
    run(session, qtbot)
    view, document = session.view, session.document
    upper, lower = document.label_at(0, 20, 20), document.label_at(0, 60, 20)
    view.selection = frozenset([upper, lower])
    run(session, qtbot)
    assert view.selection == frozenset([upper, lower])
    bright.rows = 40
    run(session, qtbot)
    assert view.selection == frozenset([upper]) and document.label_at(0, 20, 20) == upper
    session.run_results.swap(
        StepKind.IMPORT, "Import", tasks.MaskResult(document.labels.copy(), dict(document.objects))
    )
    assert not view.selection, "by its number another object may be meant in masks that were read"


@pytest.mark.parametrize("fields", [{"locked": True}, {"verified": True}, {"origin": Origin.EDITED}])
def test_what_a_person_vouched_for_survives(session: Session, qtbot: QtBot, fields: dict[str, Any]) -> None:
    run(session, qtbot)
    number = session.document.label_at(0, 20, 20)
    with session.document.step("Mark"):
        session.document.update([number], **fields)
    pixels = np.array(session.document.labels == number)
    run(session, qtbot)
    np.testing.assert_array_equal(session.document.labels == number, pixels)
    assert len(session.document.objects) == 4
    session.run_state.change(keep=False)
    session.persistence.ask = lambda question: "replace"
    run(session, qtbot)
    assert not session.document.objects[number].touched


def test_a_stroke_under_way_is_waited_for_and_kept(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = session.document
    document.begin("Stroke")
    document.write(Box(0, 1, 38, 42, 38, 42), np.full((1, 4, 4), 9, np.uint32))
    session.segmenting.segment()
    qtbot.waitUntil(lambda: not session.jobs.busy)
    qtbot.wait(120)
    assert document.writing
    with qtbot.waitSignal(session.history_changed):
        document.commit()
    qtbot.waitUntil(lambda: len(document.objects) == 5)
    assert document.objects[9].origin is Origin.HAND
    assert document.steps == ("Stroke", "Segment with cpsam-lite")


@pytest.mark.parametrize("keep", [True, False])
def test_what_is_drawn_during_a_run_is_not_lost(
    session: Session, qtbot: QtBot, bright: Bright, keep: bool
) -> None:
    gate, plain = Event(), bright.segment
    session.run_state.change(keep=keep)

    def slow(image: Any, settings: Any, progress: Any) -> Any:
        gate.wait(5)
        return plain(image, settings, progress)

    bright.segment = slow  # type: ignore[method-assign]
    session.segmenting.segment()
    draw(session, Box(0, 1, 36, 44, 36, 44), session.document.new_id())
    gate.set()
    qtbot.waitUntil(lambda: len(session.document.objects) == 5)
    assert sum(row.origin is Origin.HAND for row in session.document.objects.values()) == 1


def test_only_what_was_touched_before_a_run_was_given_up(
    session: Session, qtbot: QtBot, bright: Bright
) -> None:
    run(session, qtbot)
    first, second = (session.document.label_at(0, 20, x) for x in (20, 60))
    operations.set_locked(session.document, [first])
    session.run_state.change(keep=False)
    session.persistence.ask = lambda question: "replace"
    gate, plain = Event(), bright.segment

    def slow(image: Any, settings: Any, progress: Any) -> Any:
        gate.wait(5)
        return plain(image, settings, progress)

    bright.segment = slow  # type: ignore[method-assign]
    session.segmenting.segment()
    operations.set_locked(session.document, [second])
    state = session.document.state
    gate.set()
    qtbot.waitUntil(lambda: session.document.state is not state)
    assert [session.document.objects[number].locked for number in (first, second)] == [False, True]


def test_a_region_replaces_the_models_objects_there_and_nothing_else(
    session: Session, qtbot: QtBot, bright: Bright
) -> None:
    run(session, qtbot)
    before = np.array(session.document.labels)
    box = Box(0, 1, 5, 36, 5, 36)
    new = region(session, qtbot, box)
    after = session.document.labels
    assert len(new) == 1
    assert new == [before[0, 20, 20]]
    np.testing.assert_array_equal(after == new[0], before == before[0, 20, 20])
    others = before != before[0, 20, 20]
    np.testing.assert_array_equal(after[others], before[others])
    row = session.document.objects[new[0]]
    assert row.origin is Origin.MODEL
    assert row.flow_error == pytest.approx(0.01)
    assert row.box == Box(0, 1, 11, 30, 11, 30)
    assert bright.asked[-1][0].pixels.shape[1:3] != (80, 100)
    np.testing.assert_array_equal(after, before)


def test_a_region_keeps_hand_made_objects_unless_told_otherwise(session: Session, qtbot: QtBot) -> None:
    draw(session, Box(0, 1, 10, 31, 10, 31), 70)
    assert region(session, qtbot, Box(0, 1, 5, 36, 5, 36)) == []
    assert session.document.objects[70].area == 441
    session.run_state.change(keep=False)
    session.persistence.ask = lambda question: "replace"
    assert len(region(session, qtbot, Box(0, 1, 5, 36, 5, 36))) == 1
    assert not session.document.objects[70].touched
    assert session.document.objects[70].area < 441
    assert session.document.steps[-1] == "Segment region"
    session.edits.undo()
    assert session.document.objects[70].area == 441
    assert session.document.objects[70].touched


def test_objects_outside_of_the_region_are_not_taken(session: Session, qtbot: QtBot) -> None:
    # The network sees the discs around the box; only what lies in it by more than half counts.
    assert region(session, qtbot, Box(0, 1, 34, 47, 34, 47)) == []
    assert len(region(session, qtbot, Box(0, 1, 0, 23, 0, 40))) == 1


def test_a_region_outside_the_image_does_nothing(session: Session, qtbot: QtBot, bright: Bright) -> None:
    found: list[Any] = []
    session.segmenting.propose_region(Box(0, 1, 500, 600, 0, 10), found.append)
    assert found == [None]
    assert not bright.asked


def test_a_region_can_have_settings_of_its_own(session: Session, qtbot: QtBot, bright: Bright) -> None:
    region(session, qtbot, Box(0, 1, 5, 36, 5, 36), diameter="auto")
    assert bright.asked[-1][1].diameter == "auto"
    assert session.run_state.options == RunOptions()


def test_later_thresholds_know_the_region(session: Session, qtbot: QtBot) -> None:
    run(session, qtbot)
    flows = session.run_state.flows
    assert flows is not None
    flows.logits[...] = 0
    region(session, qtbot, Box(0, 1, 5, 36, 5, 36))
    assert flows.logits[20, 20] > 0
    assert flows.logits[70, 90] == 0


def test_a_region_of_a_stack_is_of_the_plane_shown(qtbot: QtBot, stack_file: Path, bright: Bright) -> None:
    session = Session(Models(lambda choice, progress: bright))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(stack_file)
    session.gestures.desk.run.segment_region(Box(2, 3, 5, 36, 5, 36))
    qtbot.waitUntil(lambda: not session.jobs.busy)
    image, settings = bright.asked[-1]
    assert image.pixels.shape[0] == 1
    assert not settings.do_3D
    session.close()


def test_the_result_of_another_image_is_dropped(
    session: Session, qtbot: QtBot, bright: Bright, stack_file: Path
) -> None:
    gate, plain = Event(), bright.segment
    bright.segment = lambda *a: (gate.wait(5), plain(*a))[1]  # type: ignore[method-assign]
    proposed: list[Any] = []
    session.segmenting.propose_region(Box(0, 1, 5, 36, 5, 36), proposed.append)
    said: list[tuple[str, str]] = []
    told: list[str] = []
    session.notices.ended.connect(lambda text, action: said.append((text, action)))
    session.message.connect(told.append)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(stack_file)
        # Opening another one stops a reader, which is nobody's work.
        session.images.open(stack_file)
        gate.set()
    assert [(text.split(",")[0], action) for text, action in said] == [("Segmenting a region: stopped", "")]
    assert not any("stopped" in text for text in told)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert proposed == [None] and not session.document.objects
    assert session.document.shape[0] == 5


def test_a_run_that_ends_with_opening_another_image_says_what_goes_on_meanwhile(
    session: Session, qtbot: QtBot, image_file: Path, stack_file: Path
) -> None:
    # A demonstration has no place where its masks could be kept, so the run goes with its image.
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file, shipped=True)
    said: list[tuple[str, str]] = []
    session.notices.ended.connect(lambda text, action: said.append((text, action)))
    session.segmenting.segment()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(stack_file)
    ((text, action),) = [one for one in said if "another image" in one[0]]
    assert action == "folder" and "run of the folder" in text
    qtbot.waitUntil(lambda: session.jobs.idle)


@pytest.mark.parametrize("work", ["export", "measure"])
def test_work_on_the_folder_goes_on_when_another_image_is_opened(
    session: Session,
    qtbot: QtBot,
    bright: Bright,
    stack_file: Path,
    tmp_path: Path,
    work: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, begun = Event(), list[int]()

    def slowly(*_: object, **__: object) -> object:
        begun.append(1)
        assert gate.wait(20)
        if work == "export":
            return exporting.ExportResult((tmp_path / "done.csv",))
        return SimpleNamespace(measured=3, count=12, objects=tmp_path / "done.csv", failed=(), left_out=())

    monkeypatch.setattr(exporting, "export_folder", slowly)
    monkeypatch.setattr(measuring, "measure_folder", slowly)
    said: list[str] = []
    session.message.connect(said.append)
    session.notices.offered.connect(lambda text, action: said.append(text))

    def begin() -> None:
        if work == "export":
            session.exporting.export_folder(tmp_path, Any)
        else:
            session.measuring.measure_folder(tmp_path, tmp_path / "done.csv")

    begin()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(stack_file)
    assert any("goes on in the background" in text for text in said)
    assert not any("stopped" in text for text in said)
    assert session.jobs.shown and not session.jobs.busy, "the new image can be segmented meanwhile"
    begin()
    assert "Another job is running: try again when it has finished" in said, "both would write the same files"
    gate.set()
    qtbot.waitUntil(lambda: any("done.csv" in text for text in said))
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert begun == [1]


def flows_of(session: Session) -> None:
    """Give the session flows of its masks: each object has another logit."""
    from cpsam_core.dynamics.targets import flows_from_masks

    labels = np.array(session.document.labels[0])
    session.run_state.flows = NetworkOutput(
        5 * flows_from_masks(labels), np.where(labels > 0, 1.0 + labels, -6.0).astype(np.float32)
    )


def test_what_is_touched_while_a_region_runs_stays(session: Session, segmenter: Any, qtbot: QtBot) -> None:
    """Where touched objects are replaced, that goes for those that the question counted."""
    run(session, qtbot)
    document = session.document
    first, second, third, fourth = sorted(document.objects)
    session.edits.change(lambda document: operations.set_class(document, [first, fourth], 2))
    session.run_state.change(keep=False)
    asked: list[str] = []
    session.questions.ask = lambda question: asked.append(question.text) or "replace"  # type: ignore[func-returns-value]
    segmenter.gate = Event()
    done: list[list[int]] = []
    session.segmenting.segment_region(Box.whole(document.shape), done.append)
    session.edits.change(lambda document: operations.set_class(document, [second], 5))
    session.edits.change(lambda document: operations.set_class(document, [fourth], 7))
    segmenter.gate.set()
    qtbot.waitUntil(lambda: bool(done), timeout=20_000)
    assert asked == ["2 objects that you touched will be replaced"]
    classes = {number: row.class_id for number, row in document.objects.items()}
    assert classes == {first: 0, second: 5, third: 0, fourth: 7}


def test_the_newest_thresholds_win(session: Session, qtbot: QtBot) -> None:
    run(session, qtbot)
    flows_of(session)
    for threshold in (0.0, 4.5, 2.5, 3.5):  # logits of the objects are 2 to 5
        session.run_state.change(cellprob_threshold=threshold)
        session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.document.objects) == 2, timeout=60_000)
    assert session.document.steps == ("Segment with cpsam-lite", "Cell threshold 3.50")
    assert session.run_state.last_settings["cellprob_threshold"] == 3.5


def test_older_thresholds_that_come_late_do_not_stop_the_newest(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(session, qtbot)
    flows_of(session)
    state, results = session.run_state, session.run_results
    land, held = results.land, list[tuple[Any, ...]]()
    monkeypatch.setattr(results, "land", lambda *result: held.append(result))
    state.change(cellprob_threshold=2.5)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: bool(held))
    monkeypatch.setattr(results, "land", land)
    # The masks are others by now, so that the older result would have to be made again.
    draw(session, Box(0, 1, 0, 3, 0, 3), 99)
    state.change(cellprob_threshold=3.5)
    session.segmenting.mask_again()
    land(*held[0])
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert state.last_settings["cellprob_threshold"] == 3.5
    assert session.document.steps[-1] == "Cell threshold 3.50"


def test_thresholds_moved_while_something_else_is_at_work_are_applied_after_it(
    session: Session, qtbot: QtBot
) -> None:
    run(session, qtbot)
    flows_of(session)
    gate = Event()
    session.jobs.run(lambda progress: gate.wait(10), name="Exporting the folder")
    qtbot.waitUntil(lambda: session.jobs.busy)
    session.run_state.change(cellprob_threshold=3.5)
    session.segmenting.mask_again()
    gate.set()
    qtbot.waitUntil(lambda: len(session.document.objects) == 2)
    assert session.run_state.last_settings["cellprob_threshold"] == 3.5
    assert session.run_state.last_settings[BY_HAND] is True


def test_thresholds_moved_during_a_run_are_asked_about_and_applied_once(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(session, qtbot)
    flows_of(session)
    asked: list[float] = []

    def refuse() -> bool:
        asked.append(session.run_state.settings.cellprob_threshold)
        return False

    monkeypatch.setattr(session.segmenting, "_may_mask_again", refuse)
    session.segmenting.segment()
    session.run_state.change(cellprob_threshold=3.5)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: bool(asked) and session.jobs.idle)
    # The end of the run is told a second time, later.
    qtbot.wait(50)
    assert asked == [3.5]


def test_thresholds_are_undone_and_redone_with_their_masks(session: Session, qtbot: QtBot) -> None:
    state = session.run_state
    run(session, qtbot)
    flows_of(session)
    # Logits of the objects are 2 to 5; the two results are one step.
    for threshold, count in ((2.5, 3), (3.5, 2)):
        state.change(cellprob_threshold=threshold)
        session.segmenting.mask_again()
        qtbot.waitUntil(lambda count=count: len(session.document.objects) == count)
    # What the thresholds did not change is not taken back with them.
    state.change(diameter=44.0)
    session.edits.undo()
    assert len(session.document.objects) == 4
    assert state.options.settings.cellprob_threshold == state.last_settings["cellprob_threshold"] == 0.0
    assert state.options.settings.diameter == 44.0
    session.edits.redo()
    assert len(session.document.objects) == 2
    assert state.options.settings.cellprob_threshold == state.last_settings["cellprob_threshold"] == 3.5
    assert state.options.settings.diameter == 44.0


def test_new_thresholds_say_nothing_else_of_the_run_that_was(session: Session, qtbot: QtBot) -> None:
    state = session.run_state
    run(session, qtbot)
    flows_of(session)
    before = dict(state.last_settings)
    # Chosen for the next run.
    state.change(name="another", diameter=44.0, percentile=(5, 95), cellprob_threshold=2.5)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: len(session.document.objects) == 3)
    assert state.last_settings == {**before, "cellprob_threshold": 2.5, BY_HAND: True}


def test_a_slider_that_moves_on_is_not_moved_back_by_a_result(session: Session, qtbot: QtBot) -> None:
    run(session, qtbot)
    flows_of(session)
    session.run_state.change(cellprob_threshold=2.5)
    session.segmenting.mask_again()
    session.run_state.change(cellprob_threshold=4.5)
    qtbot.waitUntil(lambda: len(session.document.objects) == 3)
    assert session.run_state.options.settings.cellprob_threshold == 4.5
    assert session.run_state.last_settings["cellprob_threshold"] == 2.5


def test_what_thresholds_dropped_is_a_ghost_and_comes_back_as_it_was(session: Session, qtbot: QtBot) -> None:
    """Also where nothing is left in between; by another threshold than before, too."""
    run(session, qtbot)
    flows_of(session)
    document, rejected = session.document, session.rejected
    before = {number: (row.colour, row.box, row.area) for number, row in document.objects.items()}

    def thresholds(value: float, count: int) -> None:
        session.run_state.change(cellprob_threshold=value)
        session.segmenting.mask_again()
        qtbot.waitUntil(lambda: session.jobs.idle and len(document.objects) == count)

    thresholds(2.5, 3)
    (gone,) = set(before) - set(document.objects)
    qtbot.waitUntil(lambda: len(rejected.now) == 1)
    box = before[gone][1]
    ghost = rejected.at(0, (box.y0 + box.y1) // 2, (box.x0 + box.x1) // 2)
    assert ghost is not None
    assert ghost.reason == "cell probability 2.00 < 2.50"
    thresholds(3.5, 2)
    qtbot.waitUntil(lambda: len(rejected.now) == 2)
    thresholds(20.0, 0)
    qtbot.waitUntil(lambda: len(rejected.now) == 4)
    thresholds(0.1, 4)
    assert {number: (row.colour, row.box, row.area) for number, row in document.objects.items()} == before
    assert np.unique(document.labels).tolist() == [0, *sorted(before)]
    qtbot.waitUntil(lambda: session.jobs.idle and not rejected.now)


def test_what_was_deleted_stays_deleted_in_runs_and_a_click_on_its_ghost_brings_it_back(
    session: Session, qtbot: QtBot
) -> None:
    run(session, qtbot)
    document, said = session.document, list[str]()
    session.notices.message.connect(said.append)
    flows_of(session)
    flows = session.run_state.flows
    operations.delete(document, [int(document.labels[0, 20, 20]), int(document.labels[0, 60, 60])])
    run(session, qtbot)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert (
        said[-1]
        == "2 objects found; 2 objects deleted or refused by hand stay away (Replace all brings them back)"
    )
    assert not document.labels[0, 20, 20] and not document.labels[0, 60, 60]
    assert document.facts.review is ReviewState.CORRECTED
    # The rule holds in a region, too.
    session.segmenting.segment_region(Box(0, 1, 5, 35, 5, 35))
    qtbot.waitUntil(lambda: session.jobs.idle)
    one_away = "1 object deleted or refused by hand stays away (Replace all brings it back)"
    assert said[-1] == f"0 objects in the region; {one_away}"
    session.run_state.flows = flows
    session.segmenting.mask_again()
    rejected = session.rejected
    qtbot.waitUntil(lambda: session.jobs.idle and len(rejected.now) == 2)
    assert {one.reason for one in rejected.now} == {"deleted or refused by you"}
    assert rejected.keep(0, 20, 20)
    run(session, qtbot)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert said[-1] == f"3 objects found; {one_away}"
    # Whoever wants all to be made again gets all: in a region what lies there.
    session.run_state.change(keep=False)
    session.questions.ask = lambda question: "replace"
    operations.delete(document, [int(document.labels[0, 20, 20])])
    assert not document.labels[0, 20, 20] and not document.labels[0, 60, 60]
    session.segmenting.segment_region(Box(0, 1, 5, 35, 5, 35))
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert said[-1] == "1 object in the region" and document.labels[0, 20, 20]
    assert document.facts.deleted is not None
    run(session, qtbot)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert said[-1] == "4 objects found" and document.facts.deleted is None


def test_deletions_are_remembered_in_the_project(session: Session, qtbot: QtBot, image_file: Path) -> None:
    run(session, qtbot)
    operations.delete(session.document, [int(session.document.labels[0, 20, 20])])
    with qtbot.waitSignal(session.notices.saved):
        session.persistence.save()
    qtbot.waitUntil(lambda: session.jobs.idle)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    run(session, qtbot)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert len(session.document.objects) == 3 and not session.document.labels[0, 20, 20]


def test_a_ghost_that_is_kept_is_the_object_that_it_was(session: Session, qtbot: QtBot) -> None:
    run(session, qtbot)
    flows_of(session)
    document, rejected = session.document, session.rejected
    before = {number: (row.colour, row.box) for number, row in document.objects.items()}
    session.run_state.change(cellprob_threshold=2.5)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle and len(document.objects) == 3 and len(rejected.now) == 1)
    (gone,) = set(before) - set(document.objects)
    box = before[gone][1]
    middle = (box.y0 + box.y1) // 2, (box.x0 + box.x1) // 2
    assert rejected.keep(0, *middle)
    row = document.objects[gone]
    assert (row.colour, row.box, row.touched) == (*before[gone], True)
    # Undone, it is a ghost again; where its id went to another object meanwhile, it gets one of its own.
    document.undo()
    qtbot.waitUntil(lambda: session.jobs.idle and len(rejected.now) == 1)
    with document.step("Draw"):
        document.write(Box(0, 1, 0, 4, 90, 94), np.full((1, 4, 4), gone, np.uint32), Origin.HAND)
    assert rejected.keep(0, *middle)
    assert int(document.labels[0][middle]) not in {0, *before}


def test_ghosts_are_those_of_the_masks_where_a_slider_moved_on(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To follow the flows for the next masks a second time, beside the work on these, would take both twice as long."""
    from cpsam_core import dynamics

    run(session, qtbot)
    flows_of(session)
    session.run_state.change(cellprob_threshold=2.5)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: len(session.document.objects) == 3)
    asked, find = list[float](), dynamics.find_candidates

    def counted(*args: Any, **kwargs: Any) -> Any:
        asked.append(kwargs["cellprob_threshold"])
        return find(*args, **kwargs)

    monkeypatch.setattr(dynamics, "find_candidates", counted)
    session.run_state.change(cellprob_threshold=4.5)
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.rejected.now) == 1)
    assert session.rejected.now[0].reason == "cell probability 2.00 < 2.50"
    assert not asked
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.rejected.now) == 3)
    assert asked == [4.5]


def test_masks_that_a_slider_is_about_to_replace_are_not_looked_through(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(session, qtbot)
    flows_of(session)
    qtbot.waitUntil(lambda: session.jobs.idle)
    gate, looked, again = Event(), list[str](), tasks.mask_again
    for module, name in ((pieces, "_several"), (rejected, "rejected")):
        look = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *args, look=look, name=name: (looked.append(name), look(*args))[1]
        )
    monkeypatch.setattr(tasks, "mask_again", lambda *args: (gate.wait(), again(*args))[1])
    session.run_state.change(cellprob_threshold=2.5)
    session.segmenting.mask_again()
    assert session.jobs.answering
    session.pieces._look()
    session.rejected._look()
    qtbot.waitUntil(lambda: session.pieces._look_soon.isActive() and session.rejected._timer.isActive())
    assert not looked
    gate.set()
    qtbot.waitUntil(lambda: sorted(looked) == ["_several", "rejected"])
    assert len(session.document.objects) == 3


def test_ghosts_are_there_again_when_an_image_is_opened_again(
    session: Session, qtbot: QtBot, image_file: Path, tmp_path: Path
) -> None:
    run(session, qtbot)
    flows_of(session)
    session.run_state.change(cellprob_threshold=0.1, min_size=300)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.rejected.now) == 4)
    reasons = sorted(one.reason for one in session.rejected.now)
    assert session.persistence.save_now()
    other = tmp_path / "other.tif"
    other.write_bytes(image_file.read_bytes())
    for path, count in ((other, 0), (image_file, 4)):
        with qtbot.waitSignal(session.image_changed):
            session.images.open(path)
        # Opening waits for none of this.
        assert not session.rejected.now
        qtbot.waitUntil(lambda count=count: session.jobs.idle and len(session.rejected.now) == count)
    assert sorted(one.reason for one in session.rejected.now) == reasons
    assert not session.document.steps


def test_in_a_large_image_ghosts_come_with_a_run(
    session: Session, bright: Bright, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has followed the flows; that is not done again for the ghosts of a run that comes back with its image."""
    from cpsam_core.segment.masks import masks_of

    run(session, qtbot)
    flows_of(session)
    flows = session.run_state.flows
    assert flows is not None
    monkeypatch.setattr(rejected, "MOST_PX", 100)
    found = masks_of(flows, Settings(min_size=300))
    result = SimpleNamespace(labels=found.labels, output=found.output, objects=found.objects, notes=())
    monkeypatch.setattr(bright, "segment", lambda *_: result)
    session.run_state.change(min_size=300)
    run(session, qtbot)
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.rejected.now) == 4, timeout=20_000)
    assert session.persistence.save_now()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    qtbot.waitUntil(lambda: session.jobs.idle and not session.rejected._timer.isActive(), timeout=20_000)
    assert session.run_state.flows is not None and not session.rejected.now
    session.run_state.change(min_size=299)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.rejected.now) == 4, timeout=20_000)


def test_undo_across_two_runs_brings_back_the_flows_of_the_first(session: Session, qtbot: QtBot) -> None:
    """A threshold moved afterwards belongs to the masks in view, not to those that were undone."""
    state = session.run_state
    state.change(flow_threshold=0.7)
    run(session, qtbot)
    first = state.flows
    state.change(flow_threshold=0.2)
    run(session, qtbot)
    qtbot.waitUntil(lambda: session.jobs.idle and len(session.document.history) == 2)
    second = state.flows
    assert first is not None
    assert second is not first
    session.edits.undo()
    assert state.flows is first
    assert state.options.settings.flow_threshold == state.last_settings["flow_threshold"] == 0.7
    session.edits.redo()
    assert state.flows is second
    assert state.options.settings.flow_threshold == state.last_settings["flow_threshold"] == 0.2
    session.edits.undo()
    session.edits.undo()
    assert state.flows is None


def test_what_was_touched_is_not_found_again_under_its_id(session: Session, qtbot: QtBot) -> None:
    run(session, qtbot)
    flows_of(session)
    document = session.document
    first = min(document.objects)
    session.run_state.change(cellprob_threshold=20.0)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle and not document.objects)
    session.edits.undo()
    session.edits.change(lambda document: operations.set_class(document, [first], 3))
    session.edits.change(lambda document: operations.delete(document, [first + 1]))
    session.run_state.change(cellprob_threshold=0.0)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert sorted(document.objects) == [first, first + 2, first + 3], "deleted is deleted"
    assert document.objects[first].class_id == 3
    assert np.unique(document.labels).tolist() == [0, first, first + 2, first + 3]


def test_thresholds_after_an_undone_run_are_dropped(session: Session, qtbot: QtBot) -> None:
    run(session, qtbot)
    flows_of(session)
    session.segmenting.mask_again()
    session.edits.undo()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not session.document.objects


def test_thresholds_moved_during_a_run_are_applied_after_it(
    session: Session, qtbot: QtBot, bright: Bright, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(
        session.segmenting,
        "mask_again",
        lambda: asked.append(session.run_state.settings.flow_threshold),
    )
    session.segmenting.segment()
    session.run_state.change(flow_threshold=0.9)
    qtbot.waitUntil(lambda: len(session.document.objects) == 4)
    assert asked == [0.9]
    assert session.run_state.last_settings["flow_threshold"] == 0.4


def test_options_change_by_name_and_go_back() -> None:
    options = RunOptions().changed(
        flow_threshold=0.8, percentile=(2, 98), name="mine", device="cpu", keep=False
    )
    assert options.settings.flow_threshold == 0.8
    assert options.settings.normalize.percentile == (2.0, 98.0)
    assert options.model == ModelChoice("mine", "cpu")
    assert not options.is_default
    back = options.restored()
    assert back.is_default
    assert back.model == options.model
    assert back.keep
    with pytest.raises(SettingsError):
        options.changed(percentile=(50, 10))
    with pytest.raises(TypeError):
        options.changed(nonsense=1)


def test_settings_of_stacks_stay_away_from_planes() -> None:
    options = RunOptions().changed(stitch_threshold=0.3, anisotropy=2.0)
    assert options.settings.do_3D
    flat, stack = options.settings_for(1, (2,)), options.settings_for(5)
    assert (flat.do_3D, flat.stitch_threshold, flat.anisotropy, flat.channels) == (False, 0, None, (2,))
    assert (stack.do_3D, stack.stitch_threshold, stack.anisotropy, stack.channels) == (True, 0.3, 2.0, None)


def test_settings_come_back_from_files_that_hold_anything() -> None:
    options = RunOptions().changed(diameter=40.0, flow_threshold=0.7)
    assert (
        RunOptions().changed(**recalled(remembered(options, options.settings))).settings == options.settings
    )
    assert recalled({"diameter": None}) == {"diameter": None}
    assert recalled({"diameter": "x", "flow_threshold": "0.4", "min_size": True, "other": 3}) == {}
    assert recalled({"diameter": -4, "min_size": 20.0}) == {"min_size": 20}


def test_nonsense_in_a_file_leaves_the_options_alone(session: Session) -> None:
    from cpsam_gui import tasks

    labels = np.zeros(session.document.shape, np.uint32)
    session.run_results.swap(
        StepKind.IMPORT,
        "Masks",
        tasks.MaskResult(labels, tasks.records_of(labels), settings={"flow_threshold": -3}),
    )
    assert session.run_state.options == RunOptions()


def test_the_typical_size_is_the_median(session: Session, qtbot: QtBot) -> None:
    assert typical_diameter([]) is None
    assert session.cell_size.take_from_masks() is None
    run(session, qtbot)
    assert session.cell_size.take_from_masks() == pytest.approx(18, abs=0.6)
    assert session.run_state.options.settings.diameter == pytest.approx(18, abs=0.6)


def test_measuring_that_finds_nothing_leaves_the_diameter(session: Session, qtbot: QtBot) -> None:
    words: list[str] = []
    session.message.connect(words.append)
    session.cell_size.measure()
    qtbot.waitUntil(lambda: not session.jobs.busy)
    assert session.run_state.options == RunOptions()
    assert "no cells" in words[-1]


def test_what_the_engine_says_of_a_result_stands_beside_the_number_of_objects(
    session: Session, bright: Bright, qtbot: QtBot
) -> None:
    words: list[str] = []
    session.message.connect(words.append)
    bright.notes = ("cpsam-lite is unsure here: try cpsam_v2, or correct a few and retrain",)
    run(session, qtbot)
    assert words[-1] == (
        "4 objects found; cpsam-lite is unsure here: try cpsam_v2, or correct a few and retrain"
    )
    assert session.run_state.notes == bright.notes
    with qtbot.waitSignal(session.history_changed):
        session.run_state.change(min_size=20)
        session.segmenting.mask_again()
    assert session.run_state.notes == bright.notes  # new thresholds change nothing in it
    bright.notes = ()
    run(session, qtbot)
    assert session.run_state.notes == ()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WeightsError("The weights are not on this computer and cannot be fetched: offline."), "offline"),
        (MemoryError(), "not enough memory"),
        (RuntimeError("odd"), "inside the program"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_told_and_the_next_run_works(
    qtbot: QtBot, image_file: Path, bright: Bright, error: Exception, words: str
) -> None:
    errors = [error]

    def load(choice: ModelChoice, progress: Any) -> Any:
        if errors:
            raise errors.pop()
        return bright

    session = Session(Models(load))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    with qtbot.waitSignal(session.failed) as caught:
        session.segmenting.segment()
    assert words in caught.args[0].text
    run(session, qtbot)
    assert len(session.document.objects) == 4
    session.close()


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"PK nonsense", "broken.pth"), (None, "does not exist")]
)
def test_a_broken_or_missing_model_file_is_told_in_words(
    qtbot: QtBot, image_file: Path, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "broken.pth"
    if content is not None:
        path.write_bytes(content)
    session = Session()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    session.run_state.change(name=str(path))
    with qtbot.waitSignal(session.failed, timeout=60_000) as caught:
        session.segmenting.segment()
    assert words in caught.args[0].text
    assert "inside the program" not in caught.args[0].text
    session.close()


def test_a_download_shows_its_bytes_and_can_be_cancelled(qtbot: QtBot, image_file: Path) -> None:
    stopped = Event()

    def load(choice: ModelChoice, progress: Any) -> Any:
        try:
            for megabytes in range(100_000):
                progress(megabytes, 1200, "cpsam_v2")
                Event().wait(0.001)
        finally:
            stopped.set()

    session = Session(Models(load))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    with qtbot.waitSignal(
        session.jobs.progressed, check_params_cb=lambda done, total, note: note == "cpsam_v2"
    ):
        session.segmenting.segment()
    with qtbot.waitSignal(session.jobs.cancelled):
        session.jobs.cancel()
    assert stopped.is_set()
    session.close()


def test_another_device_frees_the_model(session: Session, qtbot: QtBot) -> None:
    run(session, qtbot)
    assert session.models.loaded(session.run_state.options.model) is not None
    session.run_state.change(device="cpu")
    assert session.models.loaded(ModelChoice()) is None
    run(session, qtbot)
    assert session.models.loaded(ModelChoice(device="cpu")) is not None


def test_a_run_tells_how_long_the_next_one_takes(session: Session, qtbot: QtBot, bright: Bright) -> None:
    bright.network = SimpleNamespace(device="cpu", precision="torch.float32", tile=256, diameter=None)  # type: ignore[attr-defined]
    run(session, qtbot)
    estimate = session.forecast.estimate()
    assert estimate is not None
    assert estimate.certain
    assert estimate.seconds is not None
    assert (estimate.device, estimate.precision) == ("cpu", "float32")
    other = Session(Models(lambda choice, progress: bright))  # it is remembered
    assert other.forecast.pace.of(ModelChoice(), "cpu") is not None
    other.close()
