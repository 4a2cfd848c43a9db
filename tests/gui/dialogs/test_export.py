"""Every format goes out of the window and comes back."""

from __future__ import annotations

import csv
import os
import shutil
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QMessageBox

from cpsam_core.formats import FORMATS, WriteOptions, find_format
from cpsam_core.images import read_image, write_labels, write_picture, write_tiff
from cpsam_core.images.companions import companions
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.overlay import picture_of
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs.export import GROUP, ExportDialog
from cpsam_gui.dialogs.export_fields import choice_fields, show_value, text_of, value_of
from cpsam_gui.session.exporting import _counted
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.project import read_project
from cpsam_gui.tasks import exporting
from cpsam_gui.tasks.ahead import Ahead
from cpsam_gui.tasks.exporting import ExportPlan, ImageCounts, export_folder
from cpsam_gui.window.recent_menu import RecentMenu, recent_paths

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

WRITTEN = [one.key for one in FORMATS if one.can_write and one.available]
BOTH_WAYS = [one.key for one in FORMATS if one.can_write and one.can_read and one.available]


def export(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, key: str, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: (str(path), ""))
    actions_of(window)["export"].trigger()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.choose(key)
    assert dialog.chosen.key == key
    dialog.go.click()
    # Libraries of the format are imported meanwhile.
    qtbot.waitUntil(lambda: window.session.jobs.idle, timeout=60_000)


@pytest.mark.parametrize("key", BOTH_WAYS)
def test_what_a_format_holds_comes_back(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    session, one = segmented.session, find_format(key)
    session.edits.change(lambda document: operations.set_class(document, [2], 3))
    session.edits.change(lambda document: operations.name_class(document, 3, "round"))
    before = session.document.labels.copy()
    path = tmp_path / ("out" + one.ending)
    export(segmented, qtbot, monkeypatch, key, path)
    assert path.exists()
    session.edits.change(operations.clear)
    session.exporting.import_masks(path)
    qtbot.waitUntil(lambda: bool(session.document.objects) and session.jobs.idle)
    assert segmented.findChild(QMessageBox) is None
    after = session.document.labels
    assert np.array_equal(after > 0, before > 0)
    assert len(session.document.objects) == 4
    if one.exact:
        assert np.array_equal(after, before)
    if one.classes and one.exact:
        row = session.document.objects[2]
        assert row.class_id > 0
        assert [number for number, r in session.document.objects.items() if r.class_id] == [2]


@pytest.mark.parametrize("key", [key for key in WRITTEN if key not in BOTH_WAYS])
def test_pictures_and_tables_are_written(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    path = tmp_path / ("out" + find_format(key).ending)
    export(segmented, qtbot, monkeypatch, key, path)
    assert path.stat().st_size > 100
    if key == "csv":
        head = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert {"perimeter", "solidity", "origin"} <= set(head)


def test_the_dialog_shows_what_a_format_heeds_and_remembers(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dialog = segmented.pages.export()
    dialog.choose("tif")
    assert dialog._form.isRowVisible(dialog.fields["tiled"])
    assert not dialog._form.isRowVisible(dialog.fields["annotations"])
    assert "flows" in dialog.loss.text()
    dialog.choose("geojson")
    assert dialog._form.isRowVisible(dialog.fields["annotations"])
    assert dialog._form.isRowVisible(dialog.measured)
    assert dialog.how.isVisibleTo(dialog)
    dialog.choose("rois")
    assert dialog.how.isHidden(), "no heading where there is nothing below it"
    dialog.choose("geojson")
    box = dialog.fields["annotations"]
    assert isinstance(box, QCheckBox)
    box.setChecked(True)
    assert dialog.plan().options.annotations
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "x"), ""))
    dialog.go.click()
    qtbot.waitUntil(lambda: segmented.session.jobs.idle)
    assert (tmp_path / "x.geojson").is_file()
    again = segmented.pages.export()
    assert again.chosen.key == "geojson"
    assert again.plan().options.annotations
    again.reject()
    assert GROUP == "export"


def test_what_is_remembered_does_not_depend_on_the_language(german: None, qtbot: QtBot) -> None:
    box = choice_fields()["compression"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(None))
    assert box.currentText() == "Keine"
    kept = text_of(box)
    show_value(box, "zlib")
    show_value(box, kept)
    assert value_of(box) is None and kept == "None"
    show_value(box, "no such compression")
    assert value_of(box) is None


def test_what_is_not_possible_is_gray_and_says_why(
    segmented: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = find_format("zarr").__class__.available.fget
    assert real is not None
    monkeypatch.setattr(
        find_format("zarr").__class__, "available", property(lambda one: one.key != "zarr" and real(one))
    )
    dialog = segmented.pages.export()
    items: dict[str, Any] = {
        item.text(): item for row in range(dialog.list.count()) if (item := dialog.list.item(row)) is not None
    }
    zarr = items["OME-Zarr labels"]
    assert not zarr.flags() & zarr.flags().ItemIsEnabled
    assert "pip install" in zarr.toolTip()
    dialog.reject()


def test_a_stack_asks_for_a_format_of_stacks(window: Window, stack_file: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    dialog = window.pages.export()
    dialog.choose("png")
    assert dialog.chosen.key == "tif"
    dialog.reject()


def test_only_files_that_exist_are_said_to_be_replaced_by_the_tick(
    segmented: Window, qtbot: QtBot, image_file: Path
) -> None:
    # It has no masks, which the tick does not change.
    image_file.with_name("other.tif").write_bytes(image_file.read_bytes())
    dialog = segmented.pages.export()
    dialog.choose("rois")
    dialog.folder.setChecked(True)
    dialog.beside.setChecked(True)
    words = dialog.replace.text()
    dialog.go.click()
    qtbot.waitUntil(lambda: segmented.findChild(QMessageBox) is not None)
    box = segmented.findChild(QMessageBox)
    assert box is not None and "other.tif: no masks" in box.text() and words not in box.text()


def test_the_whole_folder(segmented: Window, qtbot: QtBot, image_file: Path, tmp_path: Path) -> None:
    other = image_file.with_name("other.tif")
    other.write_bytes(image_file.read_bytes())
    session = segmented.session
    dialog = segmented.pages.export()
    dialog.choose("rois")
    dialog.folder.setChecked(True)
    dialog.beside.setChecked(True)
    options = dialog.plan().options
    dialog.go.click()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert image_file.with_name("cells_rois.zip").is_file()
    assert not image_file.with_name("other_rois.zip").exists()
    told: list[tuple[int, int]] = []
    plan = ExportPlan(find_format("rois"), options)
    done = export_folder((image_file, other), None, plan, lambda n, total, note="": told.append((n, total)))
    assert not done.paths
    assert len(done.skipped) == 2
    assert told[0] == (0, 2) and told[-1] == (2, 2)
    other.with_name("other_masks.tif").write_bytes(b"nonsense")
    done = export_folder((image_file, other), tmp_path / "to", plan, lambda *_: None)
    assert [path.name for path in done.paths] == ["cells_rois.zip"]
    assert len(done.failed) == 1 and "other.tif" in done.failed[0]


@pytest.mark.parametrize("format_name", ["rois", "geojson", "csv", "outlines", "npy", "seg", "zarr", "tif"])
def test_images_of_one_stem_are_exported_under_names_of_their_own(tmp_path: Path, format_name: str) -> None:
    images = tmp_path / "x.png", tmp_path / "x.tif"
    pixels = np.zeros((40, 50), np.uint8)
    write_picture(images[0], pixels)
    write_tiff(images[1], pixels, "YX")
    for path, count in zip(images, (2, 3), strict=True):
        labels = np.zeros((1, 40, 50), np.uint32)
        for number in range(count):
            labels[0, 4:14, 12 * number + 2 : 12 * number + 11] = number + 1
        project = ProjectFile(labels, image=path.name, objects={n + 1: {} for n in range(count)})
        write_project_file(companions(path).project, project)
    plan = ExportPlan(find_format(format_name), WriteOptions(), replace_files=True)
    done = export_folder(images, tmp_path / "to", plan, lambda *_: None)
    assert len({path.name for path in done.paths}) == 2, "neither replaces the other"
    assert not done.skipped and not done.failed


def test_a_file_left_alone_is_called_older_where_the_masks_went_on(image_file: Path, tmp_path: Path) -> None:
    labels = np.zeros(read_image(image_file).spatial_shape, np.uint16)
    labels[..., 4:14, 4:14] = 1
    write_labels(image_file.with_name("cells_masks.tif"), labels)
    plan, there = ExportPlan(find_format("rois"), WriteOptions()), tmp_path / "to"
    (written,) = export_folder((image_file,), there, plan, lambda *_: None).paths
    assert export_folder((image_file,), there, plan, lambda *_: None).skipped == (
        "cells.tif: cells_rois.zip exists",
    )
    os.utime(written, ns=(0, written.stat().st_mtime_ns - 10**10))
    assert export_folder((image_file,), there, plan, lambda *_: None).skipped == (
        "cells.tif: cells_rois.zip exists and is older than the masks",
    )


def test_why_nothing_was_exported_is_told(segmented: Window, qtbot: QtBot, image_file: Path) -> None:
    session = segmented.session
    plan = ExportPlan(find_format("rois"), WriteOptions())
    session.exporting.export_folder(None, plan)
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert segmented.findChild(QMessageBox) is None
    session.exporting.export_folder(None, plan)
    qtbot.waitUntil(lambda: segmented.findChild(QMessageBox) is not None)
    box = segmented.findChild(QMessageBox)
    assert box is not None and "Nothing was exported: " in box.text() and "exists" in box.text()
    dialog = segmented.pages.export()
    assert dialog.replace.text() in box.text(), "it says how to replace them"
    dialog.reject()
    assert (
        "0 of 1 images written, 1 left out" in segmented.status.hint.text()
        and "exists" in segmented.status.hint.text()
    )
    assert image_file.name in box.detailedText()


def test_an_export_of_a_folder_names_what_was_written_and_what_was_left_out(
    segmented: Window, qtbot: QtBot, image_file: Path
) -> None:
    session = segmented.session
    for name in ("ahead.tif", "empty.tif"):
        shutil.copy(image_file, image_file.with_name(name))
    session.exporting.made_ahead = lambda: frozenset({image_file.with_name("ahead.tif")})
    session.exporting.export_folder(None, ExportPlan(find_format("rois"), WriteOptions()))
    qtbot.waitUntil(lambda: segmented.findChild(QMessageBox) is not None)
    box = segmented.findChild(QMessageBox)
    assert box is not None
    assert "1 of 3 images written, 2 left out" in box.text()
    assert "ahead.tif: its masks were made ahead and are not saved: open it and save" in box.text()
    assert "empty.tif: no masks" in box.text()
    assert "cells_rois.zip" in box.detailedText()
    assert segmented.status.offer.isVisible(), "the folder can be shown"


def test_a_folder_to_export_is_read_beside_the_window(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, threads = segmented.session, []

    def read(folder: Path) -> list[Path]:
        threads.append(current_thread())
        return []

    monkeypatch.setattr("cpsam_gui.session.exporting.images_in", read)
    session.exporting.export_folder(None, ExportPlan(find_format("rois"), WriteOptions()))
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert threads and main_thread() not in threads


def test_masks_made_ahead_are_known_to_the_export(segmented: Window, tmp_path: Path) -> None:
    session, path = segmented.session, tmp_path / "next.tif"
    assert session.exporting.made_ahead() == frozenset()
    session.look_ahead._ready[path] = Ahead(path)
    assert session.exporting.made_ahead() == {path}


def test_time_points_of_a_folder_are_files_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "movie.tif"
    tifffile.imwrite(path, np.zeros((3, 20, 30), np.uint16), imagej=True, metadata={"axes": "TYX"})
    for time in (0, 2):
        labels = np.zeros((1, 20, 30), np.uint32)
        labels[0, 2:8, 2 : 8 + time] = 1
        write_project_file(path.with_suffix(".cpsam"), ProjectFile(labels), key=DocumentKey(time=time))
    (tmp_path / "slide.tif").write_bytes(path.read_bytes())
    (tmp_path / "slide.cpsam" / "whole").mkdir(parents=True)
    plan = ExportPlan(find_format("tif"), WriteOptions())
    done = export_folder((path, tmp_path / "slide.tif"), tmp_path / "to", plan, lambda *_: None)
    assert done.failed == ()
    assert [one.name for one in done.paths] == ["movie_t000_masks.tif", "movie_t002_masks.tif"]
    assert np.count_nonzero(tifffile.imread(done.paths[1])) == 48
    assert done.skipped[0] == "movie.tif: masks of 2 of 3 time points only"
    assert "larger than memory" in done.skipped[1]
    assert done.images == ImageCounts(in_part=1, left_out=1), "a movie is one image"
    assert _counted(done) == "1 of 2 images written to 2 files, 1 of them only in part, 1 left out"


def test_masks_of_another_image_are_refused(segmented: Window, qtbot: QtBot, tmp_path: Path) -> None:
    count = len(segmented.session.document.objects)
    np.save(tmp_path / "other.npy", np.ones((5, 5), np.uint8))
    segmented.session.exporting.import_masks(tmp_path / "other.npy")
    qtbot.waitUntil(lambda: segmented.findChild(QMessageBox) is not None)
    box = segmented.findChild(QMessageBox)
    assert box is not None and "5 x 5" in box.text()
    assert len(segmented.session.document.objects) == count
    box.close()


def test_a_dropped_file_of_another_program_is_masks(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "cells.geojson"
    export(segmented, qtbot, monkeypatch, "geojson", path)
    session = segmented.session
    session.edits.change(operations.clear)
    segmented.drop([path], as_masks=False)
    qtbot.waitUntil(lambda: len(session.document.objects) == 4 and session.jobs.idle)


def test_a_folder_is_offered_again(window: Window, qtbot: QtBot, image_file: Path) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image_file.parent)
    qtbot.waitUntil(lambda: recent_paths() == [image_file, image_file.parent])
    window.findChild(RecentMenu).fill()
    assert f"{image_file.parent.name}/" in window.findChild(RecentMenu).actions()[1].text()


@pytest.mark.parametrize("name", ["cells_masks.tif", "exported.tif", "cells 2.png", "cells.ome.zarr"])
def test_what_was_exported_is_not_listed_as_an_image(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    folder = segmented.session.folder
    (tmp_path / "own labels.tif").write_bytes((tmp_path / "cells.tif").read_bytes())
    listed = ["cells.tif", "own labels.tif"]
    qtbot.waitUntil(lambda: [path.name for path in folder.images] == listed)
    with qtbot.waitSignal(folder.listed):
        export(segmented, qtbot, monkeypatch, "zarr" if name.endswith("zarr") else name[-3:], tmp_path / name)
    qtbot.waitUntil(lambda: segmented.session.jobs.idle)
    assert (tmp_path / name).exists()
    assert [path.name for path in folder.images] == listed


def test_an_export_goes_on_when_its_image_is_left_and_says_where_it_wrote(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path, tmp_path: Path
) -> None:
    """It ended without a file, though it had all that it needed."""
    session, begun, gate = segmented.session, Event(), Event()
    export_open, target = exporting.export_open, tmp_path / "written" / "masks.png"
    target.parent.mkdir()
    other = image_file.with_name("other.tif")
    other.write_bytes(image_file.read_bytes())

    def held(*given: Any) -> Any:
        begun.set()
        assert gate.wait(20)
        return export_open(*given)

    monkeypatch.setattr(exporting, "export_open", held)
    session.exporting.export(target, ExportPlan(find_format("png"), WriteOptions()))
    assert begun.wait(20)
    session.document.mark_saved()
    with qtbot.waitSignal(session.image_changed):
        session.images.open(other)
    with session.document.step("Edit"):
        session.document.set_facts(notes="a")
    with qtbot.waitSignal(session.notices.offered, check_params_cb=lambda text, _: str(target) in text):
        gate.set()
    assert target.is_file() and [one.name for one in target.parent.iterdir()] == [target.name]
    assert session.document.modified, "it says nothing of the image that is open now"


def test_an_export_never_replaces_the_work_or_the_image_itself(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    session = segmented.session
    assert session.persistence.save_now()
    project = image_file.with_name("cells.cpsam")
    for key, path in (("project", project), ("tif", image_file), ("tif", image_file.with_suffix(".TIF"))):
        if path.suffix == ".TIF":
            path.hardlink_to(image_file)
        before = path.read_bytes()
        export(segmented, qtbot, monkeypatch, key, path)
        qtbot.waitUntil(lambda: segmented.findChild(QMessageBox) is not None)
        box = segmented.findChild(QMessageBox)
        assert box is not None and "Choose another name" in box.text() and path.name in box.text()
        assert path.read_bytes() == before
        box.close()
        box.setParent(None)


def test_another_name_than_that_of_the_work_is_proposed(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    proposed: list[str] = []

    def choose(parent: object, title: str, path: str, kinds: str) -> tuple[str, str]:
        proposed.append(path)
        return path, kinds

    dialog = segmented.pages.export()
    dialog.choose("project")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    dialog.go.click()
    qtbot.waitUntil(lambda: segmented.session.jobs.idle)
    assert proposed == [str(image_file.with_name("cells_copy.cpsam"))]
    assert image_file.with_name("cells_copy.cpsam").is_file()
    assert not image_file.with_name("cells.cpsam").exists()


def test_a_name_without_its_ending_is_shown_whole_before_it_replaces_a_file(
    segmented: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there, proposed = tmp_path / "to.geojson", list[str]()
    there.write_text("mine")

    def choose(parent: object, title: str, path: str, kinds: str) -> tuple[str, str]:
        proposed.append(path)
        # The second time the user sees that it is there.
        return (str(there.with_suffix("")), kinds) if len(proposed) == 1 else ("", "")

    dialog = segmented.pages.export()
    dialog.choose("geojson")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    dialog.go.click()
    qtbot.waitUntil(lambda: segmented.session.jobs.idle)
    assert proposed[1:] == [str(there)]
    assert there.read_text() == "mine"


@pytest.mark.parametrize("language", ["english", "german"])
def test_a_picture_of_a_stack_shows_the_plane_on_the_screen_and_says_so(
    request: pytest.FixtureRequest,
    window: Window,
    stack_file: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    language: str,
) -> None:
    if language == "german":
        request.getfixturevalue("german")
    pixels = np.random.default_rng(0).integers(0, 9999, (5, 80, 100), np.uint16)
    tifffile.imwrite(stack_file, pixels, metadata={"axes": "ZYX"}, imagej=True)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    session, proposed = window.session, list[str]()
    session.view.plane = session.document.shape[0] - 1
    number = session.view.plane + 1

    def choose(parent: object, title: str, path: str, kinds: str) -> tuple[str, str]:
        proposed.append(path)
        return path, kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    dialog = window.pages.export()
    dialog.choose("overlay")
    words = "most labelled" if language == "english" else "meisten"
    dialog.folder.setChecked(True)
    assert words in dialog.loss.text()
    dialog.this.setChecked(True)
    assert words not in dialog.loss.text() and f" {number}" in dialog.loss.text()
    scale_bar = dialog.fields["scale_bar"]
    assert isinstance(scale_bar, QCheckBox)
    scale_bar.setChecked(False)
    dialog.go.click()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert [path.rsplit("_", 2)[1] for path in proposed] == [f"plane{number}"]
    image = session.open_image.image
    assert image is not None
    written = read_image(stack_file.with_name(proposed[0].rsplit("/", 1)[1])).pixels[0]
    assert np.array_equal(written, picture_of(image, number - 1))


def test_tables_of_one_export_have_the_same_columns(tmp_path: Path) -> None:
    labels = np.zeros((1, 20, 30), np.uint32)
    labels[0, 2:8, 2:8] = 1
    for name, size, kind in (("a", None, 0), ("b", 0.5, 0), ("c", None, 2)):
        path = tmp_path / f"{name}.tif"
        write_tiff(path, np.zeros((20, 30), np.uint8), "YX", pixel_size=size)
        rows = {1: {"class_id": kind}}
        write_project_file(companions(path).project, ProjectFile(labels, rows, class_names={2: "round"}))
    images = tuple(tmp_path / f"{name}.tif" for name in "abc")
    plan = ExportPlan(find_format("csv"), WriteOptions())
    done = export_folder(images, tmp_path / "to", plan, lambda *_: None)
    tables = [list(csv.DictReader(path.read_text().splitlines())) for path in done.paths]
    heads = [list(table[0]) for table in tables]
    assert heads[0] == heads[1] == heads[2] and heads[0][:4] == ["id", "class", "area", "area_um2"]
    assert [table[0]["class"] for table in tables] == ["", "", "round"]
    assert [table[0]["area_um2"] for table in tables] == ["", "9", ""]
    assert all(table[0]["area"] == "36" and table[0]["box_x_max"] == "7" for table in tables)


@pytest.mark.parametrize("whole_folder", [False, True])
def test_a_project_that_is_exported_knows_all_that_the_one_beside_the_image_knows(
    segmented: Window,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    image_file: Path,
    tmp_path: Path,
    whole_folder: bool,
) -> None:
    session = segmented.session
    session.edits.change(lambda document: operations.set_class(document, [2], 3))
    session.edits.change(lambda document: operations.name_class(document, 3, "round"))
    session.edits.change(lambda document: operations.delete(document, [1]))
    assert session.persistence.save_now()
    project, folder = image_file.with_name("cells.cpsam"), tmp_path / "to"
    folder.mkdir()
    copy = folder / "cells.cpsam"
    if whole_folder:
        plan = ExportPlan(find_format("project"), WriteOptions())
        assert export_folder((image_file,), folder, plan, lambda *_: None).paths == (copy,)
    else:
        for _ in range(2):
            # A copy is replaced by another.
            export(segmented, qtbot, monkeypatch, "project", copy)
    assert segmented.findChild(QMessageBox) is None
    own, other = (read_project(path, flows=True) for path in (project, copy))
    assert np.array_equal(other.labels, own.labels) and own.facts.deleted is not None
    assert other.facts.review is ReviewState.CORRECTED and own.foreign["log"]
    for name in ("objects", "settings", "fingerprint", "foreign", "image"):
        assert getattr(other, name) == getattr(own, name), name
    for name in ("review", "classes", "complete"):
        assert getattr(other.facts, name) == getattr(own.facts, name), name
    assert other.facts.deleted is not None
    assert whole_folder or other.output is not None
    dialog = segmented.pages.export()
    dialog.choose("project")
    assert dialog.loss.isHidden(), "nothing is lost"
    dialog.reject()
