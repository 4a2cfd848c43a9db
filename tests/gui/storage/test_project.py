from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from cpsam_core.errors import ImageError
from cpsam_core.images import read_seg
from cpsam_core.images.project_files import ProjectFile, Region, write_project_file
from cpsam_core.images.project_table import VERSION
from cpsam_core.progress import silent
from cpsam_gui import operations, tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs import recovery as recovery_dialog
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.state.image_facts import ClassName, ImageFacts, ReviewState, read_state
from cpsam_gui.state.objects import Origin
from cpsam_gui.storage import companions as files
from cpsam_gui.storage.journal_format import frames, recover
from cpsam_gui.storage.project import Project, read_project, write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session.recovery import LeftWork
    from cpsam_gui.window.window import Window


def test_a_project_keeps_everything(tmp_path: Path, disc_labels: np.ndarray) -> None:
    labels = disc_labels[None]
    records = tasks.records_of(labels)
    records[2] = records[2].changed(
        origin=Origin.HAND, locked=True, class_id=3, flow_error=0.25, uncertain=True, verified=True
    )
    path = tmp_path / "cells.cpsam"
    facts = ImageFacts(
        ReviewState.VERIFIED,
        "dim at the left",
        (ClassName(1, "tumour", "#ff8800"), ClassName(12, "stroma")),
        (Region.box(0, 10, 5, 20),),
    )
    stored = Project(
        labels, {}, facts, {"flow_threshold": 0.7}, "cells.tif", foreign={"mood": [1, {"a": None}]}
    )
    write_project(path, stored, records)
    project = read_project(path)
    assert project.facts == facts
    assert project.foreign == stored.foreign
    assert read_state(path) is ReviewState.VERIFIED
    np.testing.assert_array_equal(project.labels, labels)
    found = tasks.read_masks(path, labels.shape, silent)
    assert found.records == records
    assert found.settings == {"flow_threshold": 0.7}
    assert isinstance(found, tasks.LoadedMasks)
    assert found.facts == facts


def test_a_project_whose_only_object_was_undone_is_not_started(
    tmp_path: Path, disc_labels: np.ndarray
) -> None:
    labels = disc_labels[None]
    path = tmp_path / "cells.cpsam"
    write_project(path, Project(np.zeros_like(labels), {}), {})
    assert read_state(path) is ReviewState.NOT_STARTED
    # A run that found nothing is work, and so are objects of which nobody says how far the work on them is.
    write_project(path, Project(np.zeros_like(labels), {}, ImageFacts(ReviewState.SEGMENTED)), {})
    assert read_state(path) is ReviewState.SEGMENTED
    write_project(path, Project(labels, {}), tasks.records_of(labels))
    assert read_state(path) is ReviewState.SEGMENTED
    path.write_bytes(b"damaged")
    assert read_state(path) is ReviewState.SEGMENTED


def test_other_programs_can_open_a_project(tmp_path: Path, disc_labels: np.ndarray) -> None:
    path = tmp_path / "cells.cpsam"
    write_project(path, Project(disc_labels[None], {}), tasks.records_of(disc_labels[None]))
    with zipfile.ZipFile(path) as archive:
        archive.extract("masks.tif", tmp_path)
        assert set(json.loads(archive.read("project.json"))["objects"]) == {"1", "2", "3", "4"}
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "masks.tif").squeeze(), disc_labels)


def test_bad_projects_are_refused_in_words(tmp_path: Path, disc_labels: np.ndarray) -> None:
    path = tmp_path / "cells.cpsam"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ImageError, match="damaged"):
        read_project(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.json", json.dumps({"version": VERSION + 1}))
    with pytest.raises(ImageError, match="newer version"):
        read_project(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.json", json.dumps({"version": 1, "objects": {}}))
        archive.writestr("masks.tif", b"II*\x00broken")
    with pytest.raises(ImageError, match="damaged"):
        read_project(path)
    with pytest.raises(ImageError):
        read_project(tmp_path / "absent.cpsam")
    write_project(path, Project(disc_labels[None], {}), tasks.records_of(disc_labels[None]))
    content = path.read_bytes()
    for length in (10, 100, len(content) // 2, len(content) - 5):
        path.write_bytes(content[:length])
        with pytest.raises(ImageError):
            read_project(path)


def test_natural_order_and_companions(tmp_path: Path) -> None:
    for name in ("cell10.tif", "cell2.tif", "Cell1.tif", "cell2_masks.tif", "notes.txt", "cell2.cpsam"):
        (tmp_path / name).write_bytes(b"x")
    found = files.images_in(tmp_path)
    assert [path.name for path in found] == ["Cell1.tif", "cell2.tif", "cell10.tif"]
    assert files.progress_of(found[1]) is ReviewState.SEGMENTED
    assert files.progress_of(found[2]) is ReviewState.NOT_STARTED
    assert files.earlier_work(found[1]) == tmp_path / "cell2.cpsam"
    assert files.images_in(tmp_path / "absent") == []


def test_save_and_reopen(segmented: Window, qtbot: QtBot, image_file: Path) -> None:
    session = segmented.session
    session.edits.change(lambda document: operations.set_locked(document, [2]))
    session.edits.change(lambda document: operations.delete(document, [1]))
    segmented.panel(SegmentPanel).cellprob.blockSignals(True)
    records = dict(session.document.objects)
    labels = np.array(session.document.labels)
    actions_of(segmented)["save"].trigger()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not session.document.modified
    assert image_file.with_suffix(".cpsam").is_file()
    with qtbot.waitSignal(session.image_changed):
        segmented.open(image_file)
    np.testing.assert_array_equal(session.document.labels, labels)
    assert dict(session.document.objects) == records
    assert not session.document.modified
    assert session.run_state.last_settings["model"] == "cpsam-lite"


def test_cellpose_files_go_out_and_come_in(
    segmented: Window, qtbot: QtBot, image_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = segmented.session
    target = image_file.with_name("cells_seg.npy")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: (str(target), ""))
    session.edits.change(lambda document: operations.grow(document, [3]))
    with qtbot.waitSignal(session.saved):
        actions_of(segmented)["export_seg"].trigger()
    seg = read_seg(target)
    np.testing.assert_array_equal(seg.masks, session.document.labels[0])
    assert seg.ismanual is not None
    assert seg.ismanual.tolist() == [False, False, True, False]
    assert seg.flow_threshold == 0.4
    labels = np.array(session.document.labels)
    assert session.persistence.unsaved  # a copy for another program is not the project
    session.persistence.discard()
    with qtbot.waitSignal(session.image_changed):
        segmented.open(image_file)
    np.testing.assert_array_equal(session.document.labels, labels)
    assert session.document.objects[3].origin is Origin.HAND
    assert session.run_state.flows is not None
    assert segmented.panel(SegmentPanel).flow.value() == pytest.approx(0.4)


@pytest.mark.parametrize("answer", [True, False, None])
def test_unsaved_work_is_offered_after_a_crash(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path, answer: bool | None
) -> None:
    session = segmented.session
    session.edits.change(lambda document: operations.delete(document, [1]))
    session.edits.change(lambda document: operations.set_locked(document, [2]))
    records, labels = dict(session.document.objects), np.array(session.document.labels)
    assert session.persistence.journal is not None
    live = session.persistence.journal.path
    qtbot.waitUntil(lambda: live.exists() and len(list(frames(live.read_bytes()))) == 3)
    # A copy is what a crash leaves: the same content, and no program that holds it.
    left = live.with_name("cells-1-2.journal")
    left.write_bytes(live.read_bytes())
    session.document.mark_saved()

    def choose(parent: object, found: list[LeftWork], drop: Callable[[LeftWork], object]) -> LeftWork | None:
        (one,) = found
        assert (one.journal, one.image) == (left, image_file.resolve())
        if answer is False:
            drop(one)
        return one if answer else None

    monkeypatch.setattr(recovery_dialog, "choose", choose)
    assert segmented.file_dialogs.recovery() is bool(answer)
    assert left.exists() is (answer is not False)
    if answer:
        qtbot.waitUntil(lambda: session.document.steps == ("Recovered work",))
        np.testing.assert_array_equal(session.document.labels, labels)
        assert dict(session.document.objects) == records
        assert session.document.modified
        qtbot.waitUntil(lambda: not left.exists())  # once the new journal holds the work


def test_saving_and_closing_remove_the_journal(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    assert session.persistence.journal is not None
    path = session.persistence.journal.path
    qtbot.waitUntil(path.exists)
    segmented.save()
    qtbot.waitUntil(lambda: session.jobs.idle and not path.exists())
    session.edits.change(lambda document: operations.delete(document, [1]))
    qtbot.waitUntil(path.exists)
    # On purpose, as after the question; else it would stay.
    session.document.mark_saved()
    session.close()
    assert not path.exists()


def test_closing_keeps_the_journal_of_work_that_nobody_gave_up(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    journal = session.persistence.journal
    assert journal is not None and session.persistence.unsaved
    qtbot.waitUntil(journal.path.exists)
    session.close()
    found = recover(journal.path)
    assert found is not None and len(found.objects) == len(session.document.objects)


@pytest.mark.parametrize("row", [{"class_id": float("inf")}, {"probability": 10**400}])
def test_numbers_that_fit_nothing_are_damage(tmp_path: Path, row: dict[str, Any]) -> None:
    path = tmp_path / "a.cpsam"
    write_project_file(path, ProjectFile(np.ones((1, 4, 4), np.uint32), {1: row}))
    with pytest.raises(ImageError, match="damaged"):
        read_project(path)


def test_damaged_earlier_work_does_not_stop_opening(window: Window, qtbot: QtBot, image_file: Path) -> None:
    image_file.with_suffix(".cpsam").write_bytes(b"damaged")
    with qtbot.waitSignals([window.session.image_changed, window.session.failed]):
        window.open(image_file)
    assert window.session.image is not None
    box = window.findChild(QMessageBox)
    assert box is not None
    assert "left out" in box.text()
    box.close()
