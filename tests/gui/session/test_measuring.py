"""The table of the open image: measured when wanted, only what is stale, as if all had been measured anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile

from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.measure import recipe_of
from cpsam_core.progress import silent
from cpsam_gui import operations
from cpsam_gui.session import measuring
from cpsam_gui.state.slice import Slice
from cpsam_gui.tasks import measuring as measuring_module
from cpsam_gui.tasks.measuring import (
    MeasurementRequest,
    Measurements,
    ObserverAgreement,
    measure_objects,
)
from cpsam_gui.tasks.measuring_folder import measure_folder

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


@pytest.fixture
def followed(segmented: Window, qtbot: QtBot) -> Session:
    """Return a session whose objects are measured."""
    session = segmented.session
    session.measuring.follow("test", True)
    qtbot.waitUntil(lambda: session.measuring.fresh)
    return session


def anew(session: Session) -> Measurements:
    """Measure everything."""
    assert session.image is not None
    document = session.document
    names = {one.number: one.name for one in document.facts.classes}
    return measure_objects(
        MeasurementRequest(session.image, np.array(document.labels), dict(document.objects), names), silent
    )


def same(one: Measurements, other: Measurements) -> None:
    assert list(one.columns) == list(other.columns)
    for name, column in one.columns.items():
        np.testing.assert_array_equal(column, other.columns[name], err_msg=name)


def test_nothing_is_measured_while_nobody_looks(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    qtbot.wait(2 * measuring.REST_MS)
    assert session.measuring.now is None and not session.measuring.busy


def test_columns_are_those_of_the_engine_with_what_is_known(followed: Session) -> None:
    now = followed.measuring.now
    assert now is not None and len(now) == 4
    assert list(now.columns)[:2] == ["id", "class"]
    assert {"area", "perimeter", "solidity", "neighbours", "flow_error", "origin", "locked", "doubt"} <= set(
        now.columns
    )
    assert now.columns["area"].tolist() == [followed.document.objects[n].area for n in (1, 2, 3, 4)]
    assert now.columns["flow_error"] == pytest.approx(0.1)
    assert now.place(3) == 2 and now.place(77) is None


def test_an_edit_measures_what_changed_only(
    followed: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("everything was measured anew")

    monkeypatch.setattr(measuring_module, "measure", never)
    operations.grow(followed.document, [2], 2)
    operations.delete(followed.document, [3])
    operations.add_polygon(followed.document, Slice(0, 0), [(30, 34), (30, 46), (44, 46), (44, 34)])
    assert not followed.measuring.fresh
    qtbot.waitUntil(lambda: followed.measuring.fresh)
    monkeypatch.undo()
    now = followed.measuring.now
    assert now is not None
    same(now, anew(followed))
    followed.edits.undo()
    followed.edits.undo()
    qtbot.waitUntil(lambda: followed.measuring.fresh)
    assert followed.measuring.now is not None
    same(followed.measuring.now, anew(followed))


def test_flags_and_classes_need_no_measuring(
    followed: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed.measuring, "_start", lambda: pytest.fail("it was measured"))
    operations.set_locked(followed.document, [1, 2])
    operations.set_class(followed.document, [4], 3)
    operations.set_uncertain(followed.document, [4])
    qtbot.waitUntil(lambda: followed.measuring.fresh)
    now = followed.measuring.now
    assert now is not None
    assert now.columns["locked"].tolist() == [True, True, False, False]
    assert now.columns["class"].tolist() == [0, 0, 0, 3]
    same(now, anew(followed))


def test_names_of_classes_become_a_column(followed: Session, qtbot: QtBot) -> None:
    operations.set_class(followed.document, [4], 3)
    operations.name_class(followed.document, 3, "mitotic")
    qtbot.waitUntil(lambda: followed.measuring.fresh)
    assert followed.measuring.now is not None
    assert followed.measuring.now.columns["class_name"].tolist() == ["", "", "", "mitotic"]
    operations.name_class(followed.document, 3, "interphase, late")
    qtbot.waitUntil(lambda: followed.measuring.fresh)
    assert followed.measuring.now is not None
    same(followed.measuring.now, anew(followed))


def test_another_run_measures_everything(followed: Session, qtbot: QtBot) -> None:
    operations.clear(followed.document)
    qtbot.waitUntil(lambda: followed.measuring.fresh)
    assert followed.measuring.now is not None and len(followed.measuring.now) == 0
    followed.edits.undo()
    qtbot.waitUntil(lambda: followed.measuring.fresh)
    assert followed.measuring.now is not None and len(followed.measuring.now) == 4


def test_disagreement_with_other_masks_is_doubt(followed: Session) -> None:
    assert followed.measuring.now is not None
    before = followed.measuring.now.doubt.scores.copy()
    followed.measuring.compare(ObserverAgreement(np.array([2, 4], np.uint32), np.array([0.0, 0.95])))
    now = followed.measuring.now
    assert now.doubt.order[0] == 1
    assert now.doubt.reasons(1)[0] == "not in the other masks"
    assert now.doubt.scores[3] == pytest.approx(before[3])
    assert now.columns["doubt"] is now.doubt.scores
    followed.measuring.compare(None)
    assert followed.measuring.now.doubt.scores == pytest.approx(before)


def test_a_failure_is_said_once(segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from cpsam_core.errors import ImageError

    def fail(request: object, progress: object) -> None:
        raise ImageError("it does not fit")

    monkeypatch.setattr(measuring, "measure_objects", fail)
    monkeypatch.setattr(segmented, "show_problem", lambda problem: None)
    session = segmented.session
    problems: list[object] = []
    session.failed.connect(problems.append)
    session.measuring.follow("test", True)
    qtbot.waitUntil(lambda: bool(problems) and session.jobs.idle)
    qtbot.wait(2 * measuring.REST_MS)
    assert len(problems) == 1
    monkeypatch.undo()
    session.failed.disconnect(problems.append)
    operations.set_locked(session.document, [1])
    qtbot.waitUntil(lambda: session.measuring.fresh)


def test_a_stack_is_measured_as_bodies(window: Window, stack_file: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    with qtbot.waitSignal(window.session.history_changed):
        window.run()
    window.session.measuring.follow("test", True)
    qtbot.waitUntil(lambda: window.session.measuring.fresh)
    now = window.session.measuring.now
    assert now is not None
    assert "volume" in now.columns and now.columns["volume"][0] == window.session.document.objects[1].area


def test_a_folder_is_measured_with_its_saved_masks(
    tmp_path: Path, image_file: Path, disc_labels: np.ndarray
) -> None:
    tifffile.imwrite(image_file.with_name("cells_masks.tif"), disc_labels.astype(np.uint16))
    broken = tmp_path / "broken.tif"
    tifffile.imwrite(broken, np.zeros((20, 20), np.uint8))
    tifffile.imwrite(tmp_path / "broken_masks.tif", np.ones((9, 9), np.uint16))
    tables = measure_folder(tmp_path, tmp_path / "all.csv", "id > 1", recipe_of("spatial"), silent)
    assert (tables.measured, tables.count) == (1, 3)
    assert len(tables.failed) == 1 and tables.failed[0].startswith("broken.tif")
    lines = tables.objects.read_text().splitlines()
    assert "nearest_distance" in lines[0] and len(lines) == 4 and lines[1].startswith("cells.tif,2")
    assert tables.images.name == "all_images.csv"
    assert tables.images.read_text().splitlines()[1].startswith("cells.tif,3,")


def test_time_points_of_a_folder_have_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "plate" / "movie.tif"
    path.parent.mkdir()
    tifffile.imwrite(path, np.zeros((3, 20, 30), np.uint16), imagej=True, metadata={"axes": "TYX"})
    for time in (0, 2):
        labels = np.zeros((1, 20, 30), np.uint32)
        labels[0, 2:8, 2 : 8 + time] = 1
        write_project_file(path.with_suffix(".cpsam"), ProjectFile(labels), key=DocumentKey(time=time))
    tables = measure_folder(tmp_path, tmp_path / "all.csv", "", recipe_of(""), silent)
    for table in (tables.objects, tables.images):
        names = [line.partition(",")[0] for line in table.read_text().splitlines()[1:]]
        assert names == ["plate/movie.tif t000", "plate/movie.tif t002"]


def test_the_folder_of_the_open_image_is_measured_in_the_background(
    segmented: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    session = segmented.session
    assert session.persistence.save_now() and session.path is not None
    with qtbot.waitSignal(session.message, check_params_cb=lambda text: "1 images with 4 objects" in text):
        session.measuring.measure_folder(session.path.parent, tmp_path / "folder.csv")
    assert (tmp_path / "folder.csv").is_file()
