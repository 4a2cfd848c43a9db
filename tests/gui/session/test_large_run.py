"""Runs on an image larger than memory: by blocks and in a region; what they find is kept like everything else."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from cpsam_core.images import limits, read_image
from cpsam_core.images.project_summary import read_settings
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.system.machine import Memory
from cpsam_gui import operations
from cpsam_gui.operations.reviewing import accept_objects
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.slice import Slice
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.companions import progress_of
from cpsam_gui.storage.level_files import CHUNK_PX
from cpsam_gui.tasks import block_result, block_run, large
from cpsam_gui.tools import Pointer
from tests.zarr_files import write_array, write_zarr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

SIDE, PITCH, RADIUS = 1300, 60, 12
CENTRES = [(y, x) for y in range(40, SIDE - 30, PITCH) for x in range(40, SIDE - 30, PITCH)]


class DiskNetwork:
    """Flows towards the middle of bright disks, without a network."""

    tile, in_channels, out_channels = 256, 3, 3
    diameter = 24.0

    def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return flows and logits of tiles."""
        maps = np.empty((len(tiles), 3, 256, 256), np.float32)
        for tile, result in zip(tiles, maps, strict=True):
            smooth = cv2.GaussianBlur(np.ascontiguousarray(tile[0]), (0, 0), 6)
            flows = np.stack(np.gradient(smooth))
            result[:2] = 5 * flows / np.maximum(np.linalg.norm(flows, axis=0), 1e-6)
            result[2] = 10 * tile[0] - 5
        return maps


@contextmanager
def _session() -> Iterator[Session]:
    made = Session(Models(lambda choice, progress: SimpleNamespace(network=DiskNetwork())))
    made.persistence.preferences.now = Preferences(autosave=False)
    yield made
    made.close()


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    with _session() as made:
        yield made


@pytest.fixture
def slide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an OME-Zarr of disks that counts as larger than memory."""
    monkeypatch.setattr(large, "LARGE_PIXELS", 1 << 20)
    monkeypatch.setattr(block_run, "MOST_BYTES", 100_000_000)
    pixels = np.full((SIDE, SIDE), 200, np.uint16)
    for y, x in CENTRES:
        cv2.circle(pixels, (x, y), RADIUS, 3000, -1)
    path = tmp_path / "slide.zarr"
    write_array(path, pixels, (256, 256))
    return path


def open_slide(qtbot: QtBot, session: Session, path: Path) -> None:
    done: list[int] = []
    session.images.open(path, lambda: done.append(1))
    qtbot.waitUntil(lambda: bool(done), timeout=30_000)


def run(qtbot: QtBot, session: Session) -> list[str]:
    """Run by blocks; return what went wrong."""
    said: list[str] = []
    before = session.document.state
    session.failed.connect(lambda problem: said.append(problem.text + problem.details))
    session.segmenting.segment()
    qtbot.waitUntil(lambda: bool(said) or session.document.state is not before, timeout=120_000)
    return said


def save(qtbot: QtBot, session: Session) -> None:
    done: list[int] = []
    session.persistence.save(lambda: done.append(1))
    qtbot.waitUntil(lambda: bool(done), timeout=30_000)


def check_disks(session: Session) -> None:
    document = session.document
    found = {document.label_at(0, y, x) for y, x in CENTRES}
    assert 0 not in found
    assert len(found) == len(CENTRES)
    for number in list(found)[:20]:
        row = document.objects[number]
        block: Any = document.labels[row.box.slices]
        assert np.count_nonzero(block == number) == row.area


def test_a_run_by_blocks_lands_is_saved_and_undone(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    assert run(qtbot, session) == []
    assert len(session.document.objects) == len(CENTRES)
    check_disks(session)
    assert session.document.history[-1].kind.source.value == "model"
    save(qtbot, session)
    rows = dict(session.document.objects)
    session.edits.undo()
    assert not session.document.objects
    assert not session.document.labels[0, 30:50, 30:50].any()
    session.edits.redo()
    check_disks(session)
    session.document.mark_saved()
    open_slide(qtbot, session, slide)
    assert dict(session.document.objects) == rows
    check_disks(session)
    # The run itself is no longer needed; it goes as soon as nothing reads it.
    qtbot.waitUntil(lambda: not (slide.with_suffix(".cpsam") / "whole" / "run").exists())


def test_what_was_deleted_stays_away_until_all_is_to_be_replaced(
    qtbot: QtBot, session: Session, slide: Path
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    open_slide(qtbot, session, slide)
    assert run(qtbot, session) == []
    # One of them lies across chunks of the labels.
    gone = [min(CENTRES, key=lambda centre: abs(centre[0] - CHUNK_PX)), CENTRES[-1]]
    chosen = [session.document.label_at(0, *centre) for centre in gone]
    session.edits.change(lambda document: operations.delete(document, chosen))
    save(qtbot, session)
    open_slide(qtbot, session, slide)
    assert run(qtbot, session) == []
    away = "2 objects deleted or refused by hand stay away (Replace all brings them back)"
    assert said[-1] == f"{len(CENTRES) - 2} objects found; {away}"
    document = session.document
    assert len(document.objects) == len(CENTRES) - 2 and document.facts.review is ReviewState.CORRECTED
    assert not any(document.label_at(0, *centre) for centre in gone)
    rows = dict(document.objects)
    session.edits.undo()
    session.edits.redo()
    assert dict(document.objects) == rows and not any(document.label_at(0, *centre) for centre in gone)
    save(qtbot, session)
    open_slide(qtbot, session, slide)
    assert dict(session.document.objects) == rows
    session.run_state.change(keep=False)
    assert run(qtbot, session) == []
    assert said[-1] == f"{len(CENTRES)} objects found" and session.document.facts.deleted is None
    check_disks(session)


def test_what_a_run_was_made_with_comes_back_and_is_saved_again(
    qtbot: QtBot, session: Session, slide: Path
) -> None:
    """The next save had left out model and thresholds."""
    open_slide(qtbot, session, slide)
    session.run_state.change(flow_threshold=0.7)
    assert run(qtbot, session) == []
    save(qtbot, session)
    made_with = read_settings(slide.with_suffix(".cpsam"))
    assert made_with["model"] and made_with["flow_threshold"] == 0.7
    open_slide(qtbot, session, slide)
    assert session.run_state.last_settings == made_with
    operations.add(session.document, Box(0, 1, 0, 9, 0, 9), np.ones((1, 9, 9), bool))
    save(qtbot, session)
    assert read_settings(slide.with_suffix(".cpsam")) == made_with


def _read_anew(session: Session) -> None:
    """Let the labels be read from the disk again, as after others took their place in memory."""
    store = session.document.store
    assert isinstance(store, ChunkedLabels)
    store._chunks.clear()
    store._absent.clear()


def test_another_run_leaves_the_one_before_as_it_was(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    assert run(qtbot, session) == []
    rows = dict(session.document.objects)
    accepted = next(iter(rows))
    session.edits.change(lambda document: accept_objects(document, [accepted]))
    pixels = session.document.labels[rows[accepted].box.slices] == accepted
    # What is not held in memory is read from the folder of the first run, which nobody saved.
    _read_anew(session)
    session.run_state.change(min_size=100_000)
    assert run(qtbot, session) == []
    (kept,) = session.document.objects
    np.testing.assert_array_equal(session.document.labels[rows[accepted].box.slices] == kept, pixels)
    session.edits.undo()
    session.edits.undo()
    _read_anew(session)
    assert dict(session.document.objects) == rows
    check_disks(session)
    session.edits.redo()
    session.edits.redo()
    save(qtbot, session)
    session.edits.undo()
    session.edits.undo()
    _read_anew(session)
    check_disks(session)
    save(qtbot, session)
    open_slide(qtbot, session, slide)
    assert dict(session.document.objects) == rows
    check_disks(session)
    # One that may go on; what the others found is not needed any more.
    assert len([path for path in slide.parent.rglob("run*") if path.is_dir()]) <= 1


@pytest.mark.parametrize("moment", ["first block", "complete"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_kill_during_another_run_keeps_the_unsaved_one_before(
    qtbot: QtBot, session: Session, slide: Path, monkeypatch: pytest.MonkeyPatch, moment: str, saved: bool
) -> None:
    open_slide(qtbot, session, slide)
    project, killed = slide.with_suffix(".cpsam"), slide.with_name("killed")
    if saved:
        operations.add(session.document, Box(0, 1, 0, 5, 0, 5), np.ones((1, 5, 5), bool))
        save(qtbot, session)
        session.edits.undo()
    assert run(qtbot, session) == []
    first = next(iter(session.document.objects))
    session.edits.change(lambda document: accept_objects(document, [first]))
    rows = {n: row.changed(colour=0) for n, row in session.document.objects.items()}
    left = _journal_left_by_a_kill(session)

    def kill(*_: object) -> None:
        """Keep the disk as a kill at this moment leaves it."""
        if not killed.exists():
            shutil.copytree(project, killed)

    if moment == "complete":
        together = block_result.with_kept
        monkeypatch.setattr(block_result, "with_kept", lambda *given: (kill(), together(*given))[1])
    else:
        session.large_run.block_found.connect(kill)
    session.run_state.change(min_size=100_000)
    assert run(qtbot, session) == []
    session.persistence.discard()
    session.close()
    shutil.rmtree(project)
    killed.rename(project)
    with _session() as later:
        open_slide(qtbot, later, slide)
        assert len(later.document.objects) == saved
        later.recovery.recover(left)
        qtbot.waitUntil(lambda: len(later.document.objects) > 1, timeout=30_000)
        _read_anew(later)
        assert {n: row.changed(colour=0) for n, row in later.document.objects.items()} == rows
        check_disks(later)


def _journal_left_by_a_kill(session: Session) -> Path:
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    left = journal.path.with_name("left.journal")
    left.write_bytes(journal.path.read_bytes())
    return left


def test_the_same_run_again_may_be_saved_and_undone(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    assert run(qtbot, session) == []
    assert run(qtbot, session) == []
    save(qtbot, session)
    session.edits.undo()
    _read_anew(session)
    check_disks(session)


def test_blocks_are_shown_as_they_come(qtbot: QtBot, session: Session, slide: Path) -> None:
    from cpsam_gui.tasks.partial_result import PartialResult

    open_slide(qtbot, session, slide)
    shown: list[tuple[int, bool]] = []
    partials: list[PartialResult] = []

    def look(box: Box) -> None:
        partial = session.large_run.partial_result
        if partial is not None:
            partials.append(partial)
            painted = int(np.count_nonzero(partial.labels.read(Box(0, 1, 0, SIDE, 0, SIDE))))
            shown.append((painted, bool(session.document.objects)))

    session.large_run.block_found.connect(look)
    assert run(qtbot, session) == []
    assert len(shown) >= 4
    assert 0 < shown[0][0] < shown[-1][0]
    assert not any(landed for _, landed in shown)
    assert partials[-1].count == len(CENTRES)
    assert session.large_run.partial_result is None


def test_nothing_is_left_of_blocks_of_a_run_that_is_stopped(
    qtbot: QtBot, session: Session, slide: Path
) -> None:
    open_slide(qtbot, session, slide)
    session.large_run.block_found.connect(lambda box: session.jobs.cancel())
    session.segmenting.segment()
    assert session.large_run.partial_result is not None
    qtbot.waitUntil(lambda: session.large_run.partial_result is None, timeout=120_000)
    assert not session.document.objects


def test_what_a_person_touched_stays(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    y, x = CENTRES[0]
    over = Box(0, 1, y - 15, y + 15, x - 15, x + 15)
    number, why = operations.add(session.document, over, np.ones(over.shape, bool))
    assert why is None
    operations.set_class(session.document, [number], 3)
    session.view.selection = frozenset([number])
    assert run(qtbot, session) == []
    assert session.view.selection == {session.document.label_at(0, y, x)}
    kept = session.document.objects[session.document.label_at(0, y, x)]
    assert (kept.area, kept.class_id) == (900, 3)
    assert len(session.document.objects) == len(CENTRES)
    check_disks(session)


def test_what_is_touched_while_blocks_are_run_stays(qtbot: QtBot, session: Session, slide: Path) -> None:
    """Where touched objects are replaced, that goes for those that the question counted, as they were."""
    open_slide(qtbot, session, slide)
    assert run(qtbot, session) == []
    document = session.document
    first, second, third = (document.label_at(0, *centre) for centre in CENTRES[:3])
    session.edits.change(lambda document: operations.set_class(document, [first, third], 2))
    session.run_state.change(keep=False)
    asked: list[str] = []
    session.questions.ask = lambda question: asked.append(question.text) or "replace"  # type: ignore[func-returns-value]
    session.segmenting.segment()
    session.edits.change(lambda document: operations.set_class(document, [second], 5))
    session.edits.change(lambda document: operations.set_class(document, [third], 7))
    before = session.document.state
    qtbot.waitUntil(lambda: session.document.state is not before, timeout=120_000)
    assert asked == ["2 objects that you touched will be replaced"]
    now = [document.objects[document.label_at(0, *centre)].class_id for centre in CENTRES[:3]]
    assert now == [0, 5, 7]
    check_disks(session)


def test_a_crash_after_a_run_loses_nothing(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    y, x = CENTRES[5]
    over = Box(0, 1, y - 15, y + 15, x - 15, x + 15)
    operations.add(session.document, over, np.ones(over.shape, bool))
    # Over a part of another one, which stays as it is then.
    above, left_of = CENTRES[7][0] - RADIUS, CENTRES[7][1] - RADIUS
    strip = Box(0, 1, above, above + RADIUS // 2, left_of, left_of + 2 * RADIUS)
    operations.add(session.document, strip, np.ones(strip.shape, bool))
    assert run(qtbot, session) == []
    gone = session.document.label_at(0, *CENTRES[9])
    operations.delete(session.document, [gone])
    rows = {n: row.changed(colour=0) for n, row in session.document.objects.items()}
    left = _journal_left_by_a_kill(session)
    session.persistence.discard()
    open_slide(qtbot, session, slide)
    assert not session.document.objects
    session.recovery.recover(left)
    qtbot.waitUntil(lambda: len(session.document.objects) == len(rows), timeout=30_000)
    assert {n: row.changed(colour=0) for n, row in session.document.objects.items()} == rows
    assert session.document.label_at(0, *CENTRES[9]) == 0
    assert session.document.objects[session.document.label_at(0, y, x)].area == 900


def test_a_stopped_run_goes_on(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    steps: list[int] = []

    def stop(done: int, total: int, note: str) -> None:
        steps.append(done)
        if done == 1 and note.startswith("blocks"):
            session.jobs.cancel()

    session.jobs.progressed.connect(stop)
    session.segmenting.segment()
    qtbot.waitUntil(lambda: not session.jobs.busy, timeout=120_000)
    assert not session.document.objects
    found = list(slide.parent.rglob("found/*.steps"))
    assert found
    # What a run left says nothing of masks.
    assert progress_of(slide) is ReviewState.NOT_STARTED
    stamps = [path.stat().st_mtime_ns for path in found]
    session.jobs.progressed.disconnect(stop)
    assert run(qtbot, session) == []
    check_disks(session)
    assert [path.stat().st_mtime_ns for path in found if path.exists()] == stamps


def test_a_run_is_not_given_up_where_the_image_cannot_be_read(
    qtbot: QtBot, session: Session, slide: Path
) -> None:
    open_slide(qtbot, session, slide)
    assert run(qtbot, session) == []
    blocks = slide.with_suffix(".cpsam") / "whole" / "run"
    there = sorted(blocks.rglob("*"))
    slide.rename(slide.with_name("away"))
    assert run(qtbot, session)
    assert sorted(blocks.rglob("*")) == there
    slide.with_name("away").rename(slide)


@pytest.mark.parametrize(("key", "name"), [("tif", "a.tif"), ("zarr", "a.ome.zarr"), ("csv", "a.csv")])
def test_export_is_written_piece_by_piece(
    qtbot: QtBot, session: Session, slide: Path, key: str, name: str
) -> None:
    from cpsam_core.formats import FORMATS, WriteOptions, read_objects
    from cpsam_gui.tasks.exporting import ExportPlan

    open_slide(qtbot, session, slide)
    for number, (y, x) in enumerate(CENTRES[:30]):
        box = Box(0, 1, y - 8, y + 8 + number % 3, x - 8, x + 8)
        operations.add(session.document, box, np.ones(box.shape, bool))
    target = slide.parent / name
    chosen = next(one for one in FORMATS if one.key == key)
    session.exporting.export(target, ExportPlan(chosen, WriteOptions()))
    qtbot.waitUntil(lambda: session.exporting.last == target, timeout=30_000)
    if key == "csv":
        lines = target.read_text().splitlines()
        assert len(lines) == 31
        row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
        assert {"256", "39.5"} <= set(row.values())
        return
    found = read_objects(target).labels
    np.testing.assert_array_equal(np.squeeze(found), session.document.labels[0, :, :])


def test_formats_that_need_everything_are_refused(qtbot: QtBot, session: Session, slide: Path) -> None:
    from cpsam_core.formats import FORMATS, WriteOptions
    from cpsam_gui.tasks.exporting import ExportPlan

    open_slide(qtbot, session, slide)
    said: list[str] = []
    session.failed.connect(lambda problem: said.append(problem.text))
    png = next(one for one in FORMATS if one.key == "png")
    session.exporting.export(slide.parent / "a.png", ExportPlan(png, WriteOptions()))
    assert len(said) == 1
    assert "too large" in said[0]
    assert not (slide.parent / "a.png").exists()


def test_a_region_is_segmented_where_it_is(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    seen: list[tuple[int, ...]] = []

    def segment(image: Any, settings: Any, progress: Any) -> Any:
        seen.append(image.pixels.shape)
        labels = cv2.connectedComponents((image.pixels[0, ..., 0] > 1000).astype(np.uint8))[1]
        count = int(labels.max())
        table = SimpleNamespace(
            ids=np.arange(1, count + 1), flow_errors=np.zeros(count), probabilities=np.ones(count)
        )
        return SimpleNamespace(labels=labels.astype(np.uint32), output=None, objects=table)

    session.models._load = lambda choice, progress: SimpleNamespace(segment=segment)
    done: list[list[int]] = []
    session.segmenting.segment_region(Box(0, 1, 600, 900, 700, 1000), done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=30_000)
    assert len(done[0]) == 25
    assert all(max(shape[1:3]) < 400 for shape in seen)
    y, x = CENTRES[10 * 21 + 12]
    assert session.document.label_at(0, y, x) in done[0]
    session.edits.undo()
    assert not session.document.objects


def test_a_stack_is_run_by_blocks_and_its_bodies_are_corrected(
    qtbot: QtBot, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its planes are small; the stack as a whole is what does not fit.
    monkeypatch.setattr(limits, "BEYOND_BELIEF", 1 << 28)
    monkeypatch.setattr(large, "memory", lambda: Memory(10_000_000, 10_000_000))
    monkeypatch.setattr(block_run, "MOST_BYTES", 100_000_000)
    centres = [(y, x) for y in range(40, 570, PITCH) for x in range(40, 570, PITCH)]
    plane = np.full((600, 600), 200, np.uint16)
    for y, x in centres:
        cv2.circle(plane, (x, y), RADIUS, 3000, -1)
    pixels = np.repeat(plane[None], 4, 0)
    path = write_zarr(tmp_path / "stack.zarr", [pixels], axes="zyx", channels=(), side=256, sized=False)
    open_slide(qtbot, session, path)
    session.run_state.options = session.run_state.options.changed(do_3D=False, stitch_threshold=0.25)
    assert session.document.large
    assert run(qtbot, session) == []
    document, desk = session.document, session.gestures.desk
    columns = {tuple(document.label_at(z, y, x) for z in range(4)) for y, x in centres}
    assert len(columns) == len(centres), "a body for each column of disks"
    assert all(len(set(column)) == 1 and column[0] for column in columns)
    y, x = centres[40]
    number = document.label_at(0, y, x)
    before = np.array(document.labels[document.objects[number].box.slices])
    shown = Slice(1, y)
    gestures = session.gestures
    gestures.use("split")
    assert gestures.tool_press(Pointer(-1.0, x + 0.5, slice=shown))
    gestures.tool_move(Pointer(5.0, x + 0.5, slice=shown))
    gestures.tool_release(Pointer(5.0, x + 0.5, slice=shown))
    left, right = document.label_at(2, y, x - 6), document.label_at(2, y, x + 6)
    assert left != right and number in (left, right)
    session.edits.undo()
    np.testing.assert_array_equal(document.labels[document.objects[number].box.slices], before)
    desk.options.scope = operations.Scope.BODY
    desk.view.select(number)
    gestures.use("eraser")
    assert gestures.tool_press(Pointer(y + 0.5, x + 0.5))
    gestures.tool_release(Pointer(y + 0.5, x + 0.5))
    assert [document.label_at(z, y, x) for z in range(4)] == [0] * 4


def test_a_volume_is_run_by_blocks_as_it_would_be_as_a_whole(
    qtbot: QtBot, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks were planned for planes, whatever was asked for, so that bodies fell into slices."""
    monkeypatch.setattr(limits, "BEYOND_BELIEF", 1 << 28)
    monkeypatch.setattr(large, "memory", lambda: Memory(100_000, 100_000))
    z, y, x = np.ogrid[:24, :130, :130]
    volume = np.full((24, 130, 130), 200, np.uint16)
    centres = [(12, row, column) for row in (30, 90) for column in (30, 90)]
    for centre in centres:
        volume[sum((a - b) ** 2 for a, b in zip((z, y, x), centre, strict=True)) <= 10**2] = 3000
    path = write_zarr(tmp_path / "volume.zarr", [volume], axes="zyx", channels=(), side=128, sized=False)
    open_slide(qtbot, session, path)
    assert session.document.large
    session.run_state.options = session.run_state.options.changed(do_3D=True, diameter=24.0)
    assert run(qtbot, session) == []
    whole = Segmenter(DiskNetwork()).segment(read_image(path), session.run_state.settings)
    assert len(whole.objects) == len(centres)
    np.testing.assert_array_equal(np.array(session.document.labels[0:24, 0:130, 0:130]), whole.labels)


def test_what_loses_pixels_to_what_stays_has_an_exact_box(
    qtbot: QtBot, session: Session, slide: Path
) -> None:
    """It had kept the box that it had; and each of several objects over one took less than half of the rest of it."""
    open_slide(qtbot, session, slide)
    (y, x), (below, right) = CENTRES[0], CENTRES[1]
    size = 2 * RADIUS + 1
    strips = [Box(0, 1, y - RADIUS, y - RADIUS // 2, x - RADIUS, x - RADIUS + size)]
    # 37 % of the disk, and 27 %: less than half of what the first one leaves.
    for first, last in ((right - RADIUS, right - 2), (right + 5, right + RADIUS + 1)):
        strips.append(Box(0, 1, below - RADIUS, below + RADIUS + 1, first, last))
    for box in strips:
        number, _ = operations.add(session.document, box, np.ones(box.shape, bool))
        session.edits.change(lambda document, number=number: operations.set_class(document, [number], 3))
    assert run(qtbot, session) == []
    document = session.document
    cut = document.objects[document.label_at(0, y, x)]
    assert cut.class_id == 0 and cut.box.y0 == y - RADIUS // 2
    block: Any = document.labels[cut.box.slices]
    assert np.count_nonzero(block == document.label_at(0, y, x)) == cut.area
    rest = document.labels[0, below - RADIUS : below + RADIUS, right - 2 : right + 5]
    assert not rest.any(), "most of it lies under two objects"


def test_a_cell_drawn_too_small_gets_no_ring_around_it(qtbot: QtBot, session: Session, slide: Path) -> None:
    """Less than half of what the run finds lies under it."""
    open_slide(qtbot, session, slide)
    y, x = CENTRES[0]
    across = RADIUS | 1
    box = Box(0, 1, y - across // 2, y + across // 2 + 1, x - across // 2, x + across // 2 + 1)
    operations.add(session.document, box, np.ones(box.shape, bool))
    assert run(qtbot, session) == []
    around: Any = session.document.labels[0, y - RADIUS : y + RADIUS + 1, x - RADIUS : x + RADIUS + 1]
    assert np.unique(around).tolist() == [0, session.document.label_at(0, y, x)]
    assert np.count_nonzero(around) == across**2
