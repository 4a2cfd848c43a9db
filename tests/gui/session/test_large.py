"""An image larger than memory in a session: opened, drawn on, saved, reopened, recovered, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile

from cpsam_core.images import project_folders
from cpsam_core.images.document_key import WHOLE
from cpsam_core.images.lazy_pixels import LazyPixels
from cpsam_core.measure import in_parts
from cpsam_gui import operations
from cpsam_gui.panels.train.rows import rows_of
from cpsam_gui.state import columns
from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import Origin
from cpsam_gui.storage.companions import progress_of
from cpsam_gui.storage.journal_folder import left_behind
from cpsam_gui.tasks import comparing_large, measuring_large
from cpsam_gui.tasks import large as large_module
from tests.zarr_files import write_zarr

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session

SIDE = 1500


@pytest.fixture(autouse=True)
def small_images_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_module, "LARGE_PIXELS", 1 << 20)


@pytest.fixture
def slide(tmp_path: Path) -> Path:
    """Return an OME-Zarr with a pyramid."""
    pixels = np.random.default_rng(0).integers(0, 4000, (SIDE, SIDE)).astype(np.uint16)
    levels = [pixels[:: 1 << level, :: 1 << level] for level in range(3)]
    return write_zarr(tmp_path / "slide.ome.zarr", levels, axes="yx", channels=(), side=256, sized=False)


def open_slide(qtbot: QtBot, session: Session, path: Path) -> None:
    done: list[int] = []
    session.images.open(path, lambda: done.append(1))
    qtbot.waitUntil(lambda: bool(done), timeout=30_000)


def save(qtbot: QtBot, session: Session) -> None:
    done: list[int] = []
    session.persistence.save(lambda: done.append(1))
    qtbot.waitUntil(lambda: bool(done), timeout=30_000)


def draw(session: Session, y: int, x: int, side: int = 40) -> int:
    """Draw a square; return its id."""
    box = Box(0, 1, y, y + side, x, x + side)
    number, why = operations.add(session.document, box, np.ones(box.shape, bool))
    assert why is None
    return number


def problems_of(session: Session) -> list[str]:
    said: list[str] = []
    session.failed.connect(lambda problem: said.append(problem.text))
    return said


def test_it_opens_without_being_read(qtbot: QtBot, session: Session, slide: Path) -> None:
    said = problems_of(session)
    open_slide(qtbot, session, slide)
    assert session.image is not None
    pixels: Any = session.image.pixels
    assert isinstance(pixels, LazyPixels)
    assert session.document.large
    assert session.document.shape == (1, SIDE, SIDE)
    low, high = session.view.channels[0].low, session.view.channels[0].high
    assert 0 <= low < 100 < 3900 < high <= 4000
    assert not said


def test_drawing_undo_and_deleting(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    document = session.document
    first, second = draw(session, 500, 500), draw(session, 1400, 100)
    assert document.label_at(0, 520, 520) == first
    assert document.objects[second].area == 1600
    operations.erase(document, Box(0, 1, 0, 1, 0, 1), np.ones((1, 1, 1), bool))
    session.edits.undo()
    assert set(document.objects) == {first}
    session.edits.redo()
    assert operations.delete(document, [first, second]) is None
    assert not document.objects
    assert not document.labels[0, 480:560, 480:560].any()
    session.edits.undo()
    assert set(document.objects) == {first, second}
    assert (document.labels[0, 500:540, 500:540] == first).all()


def test_work_is_saved_as_a_folder_and_comes_back(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    first = draw(session, 500, 500)
    save(qtbot, session)
    assert not session.open_image.unsaved
    second = draw(session, 900, 1300)
    session.facts.change("Notes", notes="a note")
    session.view.set_channel(0, gamma=0.5)
    save(qtbot, session)
    session.persistence.content.looks._known.clear()
    rows = dict(session.document.objects)
    assert (slide.parent / "slide.ome.cpsam").is_dir()
    assert progress_of(slide) is session.document.facts.review
    open_slide(qtbot, session, slide)
    assert dict(session.document.objects) == rows
    assert set(rows) == {first, second}
    assert session.document.facts.notes == "a note"
    assert session.view.channels[0].gamma == 0.5
    assert session.document.label_at(0, 920, 1320) == second
    assert session.document.next_id == second + 1
    assert not session.open_image.unsaved


def test_what_is_drawn_while_saving_is_unsaved(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    first = draw(session, 500, 500)
    session.persistence.save()
    second = draw(session, 510, 700)
    qtbot.waitUntil(lambda: not session.persistence.saver.busy, timeout=30_000)
    assert session.open_image.unsaved
    session.persistence.discard()
    open_slide(qtbot, session, slide)
    assert set(session.document.objects) == {first}
    assert not session.document.labels[0, 510:550, 700:740].any()
    assert second not in session.document.objects


def test_a_crash_loses_nothing_that_the_journal_holds(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    first, second = draw(session, 500, 500), draw(session, 10, 10)
    save(qtbot, session)
    third = draw(session, 900, 1300)
    assert operations.set_class(session.document, [first], 4) is None
    operations.delete(session.document, [second])
    draw(session, 600, 600)
    session.edits.undo()
    rows = dict(session.document.objects)
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    # As a crash leaves it.
    left = journal.path.with_name("left.journal")
    left.write_bytes(journal.path.read_bytes())
    session.persistence.discard()
    open_slide(qtbot, session, slide)
    assert set(session.document.objects) == {first, second}
    assert left in left_behind()
    session.recovery.recover(left)
    qtbot.waitUntil(lambda: third in session.document.objects, timeout=30_000)
    again = session.document.objects
    assert {n: row.changed(colour=0) for n, row in again.items()} == {
        n: row.changed(colour=0) for n, row in rows.items()
    }
    assert not session.document.labels[0, 10:50, 10:50].any()
    assert session.open_image.unsaved
    session.edits.undo()
    assert set(session.document.objects) == {first, second}


def test_what_needs_everything_is_refused_in_one_line(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    draw(session, 500, 500)
    said = problems_of(session)
    for work in (
        lambda: session.copies.export(slide.parent / "masks.tif"),
        lambda: session.comparing.people([slide.parent / "a.tif", slide.parent / "b.tif"]),
        lambda: session.exporting.import_masks(slide.parent / "masks.tif"),
    ):
        said.clear()
        work()
        assert len(said) == 1
        assert "too large" in said[0]
    assert not (slide.parent / "masks.tif").exists()


def test_a_damaged_project_is_left_alone(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    draw(session, 500, 500)
    save(qtbot, session)
    document = slide.parent / "slide.ome.cpsam" / "whole" / "document.json"
    document.write_text("{}")
    said = problems_of(session)
    open_slide(qtbot, session, slide)
    assert len(said) == 1
    assert "left out" in said[0]
    assert not session.document.objects
    asked: list[str] = []
    session.persistence.ask = lambda question: asked.append(question.text) or "cancel"
    draw(session, 500, 500)
    session.persistence.save()
    qtbot.waitUntil(lambda: not session.persistence.saver.busy, timeout=30_000)
    assert len(asked) == 1
    assert document.read_text() == "{}"


def whole_table(session: Session) -> Any:
    """Measure everything at once, as of an image that fits."""
    from cpsam_gui.tasks.measuring import MeasurementRequest, measure_objects

    document, image = session.document, session.image
    assert image is not None
    in_memory = replace(image, pixels=image.pixels[:, :, :])
    labels = document.store.read(Box.whole(document.shape))
    names = {one.number: one.name for one in document.facts.classes}
    return measure_objects(
        MeasurementRequest(in_memory, labels, dict(document.objects), names), lambda *_: None
    )


def same(one: Any, other: Any) -> None:
    assert list(one.columns) == list(other.columns)
    for name, column in one.columns.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(column, other.columns[name], rtol=1e-5, err_msg=name)
        else:
            np.testing.assert_array_equal(column, other.columns[name], err_msg=name)


def test_the_table_is_measured_part_by_part(
    qtbot: QtBot, session: Session, slide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_parts, "PART_PX", 512)
    open_slide(qtbot, session, slide)
    numbers = [draw(session, y, x, side) for y, x, side in ((0, 100, 30), (490, 500, 45), (1400, 90, 20))]
    operations.set_class(session.document, numbers[:1], 2)
    asked: list[int] = []
    session.measuring.ask(lambda: asked.append(1))
    qtbot.waitUntil(lambda: bool(asked), timeout=30_000)
    now = session.measuring.now
    assert now is not None
    same(now, whole_table(session))
    assert "mean_channel_1" in now.columns or any(name.startswith("mean_") for name in now.columns)
    # After an edit only what changed is read again.
    read: list[int] = []
    pixels: Any = session.image.pixels if session.image is not None else None
    original = type(pixels).__getitem__

    def count(self: Any, place: Any) -> Any:
        found = original(self, place)
        read.append(found.size)
        return found

    monkeypatch.setattr(type(pixels), "__getitem__", count)
    draw(session, 480, 546, 60)
    operations.delete(session.document, numbers[2:])
    session.measuring.ask(lambda: asked.append(2))
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=30_000)
    assert sum(read) < 300 * 300
    monkeypatch.undo()
    now = session.measuring.now
    assert now is not None
    same(now, whole_table(session))


def test_review_goes_by_what_the_table_holds(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    numbers = [draw(session, 100, 100 + 60 * place) for place in range(12)]
    odd = draw(session, 800, 800, 200)
    with session.document.step("Doubt"):
        session.document.update(numbers, probability=0.95, flow_error=0.05)
        session.document.update([numbers[3]], flow_error=0.5)
    session.reviewing.follow(True)
    pixels: Any = session.image.pixels if session.image is not None else None
    # What is read from now on is refused.
    pixels.close()
    session.reviewing.next()
    qtbot.waitUntil(lambda: session.reviewing.present > 0, timeout=30_000)
    first = session.reviewing.present
    assert first in (numbers[3], odd)
    assert session.reviewing.reasons
    session.reviewing.accept()
    second = session.reviewing.present
    assert {first, second} == {numbers[3], odd}
    assert session.document.objects[first].verified
    qtbot.waitUntil(lambda: session.reviewing.progress == (1, 13), timeout=30_000)
    session.reviewing.previous()
    assert session.reviewing.present == first
    # An object that is drawn is one of the review.
    new = draw(session, 1200, 1200)
    qtbot.waitUntil(lambda: session.measuring.fresh, timeout=30_000)
    assert session.measuring.now is not None
    assert new in session.measuring.now.ids
    assert "perimeter" not in session.measuring.now.columns


def test_masks_are_compared_part_by_part(
    qtbot: QtBot, session: Session, slide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cpsam_core.metrics.compare import MatchState, compare

    monkeypatch.setattr(comparing_large, "PART", 512)
    open_slide(qtbot, session, slide)
    numbers = [draw(session, y, x, side) for y, x, side in ((0, 100, 30), (490, 500, 45), (1400, 90, 20))]
    other = session.document.store.read(Box.whole(session.document.shape))[0].copy()
    other[other == numbers[2]] = 0
    other[1000:1040, 1000:1040] = 77
    path = tmp_path / "other.tif"
    tifffile.imwrite(path, other)
    comparing = session.comparing
    comparing.with_file(path)
    qtbot.waitUntil(lambda: comparing.now is not None, timeout=30_000)
    now = comparing.now
    assert now is not None
    labels = session.document.store.read(Box.whole(session.document.shape))[0]
    assert now.comparison.counts == compare(other, labels).counts
    assert now.of_state(MatchState.LOST, present=False) == [77]
    assert now.of_state(MatchState.GAINED, present=True) == [numbers[2]]
    assert now.box(77, present=False) == Box(0, 1, 1000, 1040, 1000, 1040)
    np.testing.assert_array_equal(now.other[0, 980:1060, 980:1060], other[980:1060, 980:1060])


def test_an_earlier_state_is_compared_with(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    first = draw(session, 500, 500)
    save(qtbot, session)
    draw(session, 900, 1300)
    operations.delete(session.document, [first])
    comparing = session.comparing
    comparing.with_step(1)
    qtbot.waitUntil(lambda: comparing.now is not None, timeout=30_000)
    now = comparing.now
    assert now is not None
    assert now.comparison.counts == {"matched": 0, "lost": 1, "gained": 1, "split": 0, "merged": 0}
    assert now.other[0, 520, 520] == first
    assert session.document.label_at(0, 520, 520) == 0
    comparing.clear()
    assert session.document.label_at(0, 920, 1320) != 0


def test_masks_of_another_size_are_refused(
    qtbot: QtBot, session: Session, slide: Path, tmp_path: Path
) -> None:
    open_slide(qtbot, session, slide)
    tifffile.imwrite(tmp_path / "small.tif", np.ones((50, 60), np.uint16))
    said = problems_of(session)
    session.comparing.with_file(tmp_path / "small.tif")
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    assert "(1, 50, 60)" in said[0]
    assert session.comparing.now is None


def test_of_millions_of_objects_the_most_doubtful_are_reviewed(
    qtbot: QtBot, session: Session, slide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring_large, "MANY", 10)
    monkeypatch.setattr(measuring_large, "KEPT", 2)
    open_slide(qtbot, session, slide)
    numbers = [draw(session, 100 + 60 * (place // 10), 100 + 60 * (place % 10)) for place in range(25)]
    with session.document.step("Doubt"):
        session.document.update(numbers, probability=0.95, flow_error=0.05)
        for place, error in ((3, 0.5), (4, 0.6), (14, 0.55), (24, 0.45), (5, 0.58)):
            session.document.update([numbers[place]], flow_error=error)
        session.document.update([numbers[4]], verified=True)
    session.reviewing.follow(True)
    qtbot.waitUntil(lambda: session.measuring.fresh, timeout=30_000)
    now = session.measuring.now
    assert now is not None
    assert {numbers[place] for place in (3, 5, 14, 24)} <= set(now.ids.tolist())
    assert len(now) == 6
    seen = []
    for _ in range(4):
        session.reviewing.next()
        seen.append(session.reviewing.present)
    assert seen == [numbers[place] for place in (5, 14, 3, 24)]
    assert session.reviewing.progress == (1, 25)


def test_the_engine_reads_what_the_window_saved(qtbot: QtBot, session: Session, slide: Path) -> None:
    assert tuple(origin.value for origin in Origin) == project_folders.ORIGINS
    assert columns.FLAGS == project_folders.FLAGS
    open_slide(qtbot, session, slide)
    numbers = [draw(session, 600, 600 + 60 * step) for step in range(4)]
    save(qtbot, session)
    operations.set_class(session.document, numbers[:2], 1)
    operations.delete(session.document, numbers[3:])
    save(qtbot, session)
    stored = project_folders.open_document(slide.parent / "slide.ome.cpsam", WHOLE)
    assert stored.is_corrected
    assert stored.shape == session.document.shape
    assert stored.objects.ids.tolist() == numbers[:3]
    assert stored.objects.areas.tolist() == [1600] * 3
    assert stored.objects.classes.tolist() == [1, 1, 0]
    assert stored.objects.centres[0].tolist() == [0, 619, 619]
    assert stored.objects.checked.all()
    block = stored.labels[slice(0, 1), slice(590, 650), slice(590, 650)]
    np.testing.assert_array_equal(block, session.document.labels[0:1, 590:650, 590:650])


def test_one_click_learns_from_a_slide(qtbot: QtBot, session: Session, slide: Path) -> None:
    open_slide(qtbot, session, slide)
    session.candidates.watch(True)
    for y, x in ((100, 100), (100, 160), (700, 700), (1100, 100), (1100, 170)):
        draw(session, y, x)
    save(qtbot, session)
    qtbot.waitUntil(lambda: sum(one.objects for one in session.candidates.all) == 5, timeout=30_000)
    assert session.training.obstacle == ""
    assert [one.wanted for one in session.candidates.all] == [True] * 3
    whole, *parts = rows_of(
        session.candidates.all, session.training_preview.takes_part, session.training_preview.is_aside
    )
    assert whole.name == "slide.ome.zarr: 3 parts"
    assert sorted(row.name.strip() for row in parts) == [
        "part at y 0, x 0",
        "part at y 1,024, x 0",
        "part at y 512, x 512",
    ]
    # A second look reads nothing anew, until something is saved.
    first = session.candidates.all
    draw(session, 700, 1200)
    save(qtbot, session)
    qtbot.waitUntil(lambda: sum(one.objects for one in session.candidates.all) == 6, timeout=30_000)
    assert len(session.candidates.all) == len(first) + 1
