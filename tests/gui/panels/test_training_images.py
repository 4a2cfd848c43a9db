"""The images to learn from: a stack stands before its planes, and each is switched by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QApplication, QScrollArea

from cpsam_core.data.pairs import Pair
from cpsam_core.data.sections import Section
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.retrain import Candidate
from cpsam_gui.panels import TrainPanel
from cpsam_gui.panels.train.images import ROW_PX, CandidateTable
from cpsam_gui.panels.train.rows import ASIDE, LEARN, NAME, OBJECTS, TrainingRow
from cpsam_gui.window.screen import opening_size, share_height

if TYPE_CHECKING:
    from typing import Any

    from conftest import Contrast
    from PyQt6.QtCore import QModelIndex
    from pytestqt.qtbot import QtBot

    from cpsam_gui.style import theme
    from cpsam_gui.window.window import Window

ON, PART, OFF = Qt.CheckState.Checked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked


def test_time_points_are_counted_as_on_the_slider() -> None:
    """Their files count from 0: the one at time 3 of the slider was listed as t002."""
    pair = Pair(Path("movie.tif"), Path("movie.cpsam"), "cells", key=DocumentKey(time=2))
    assert TrainingRow((Candidate(pair),), ()).name == "movie.tif, time 3"
    scene = replace(pair, key=DocumentKey(scene=1, time=2))
    assert TrainingRow((Candidate(scene),), ()).name == "movie.tif s01, time 3"
    assert TrainingRow((Candidate(replace(pair, key=DocumentKey())),), ()).name == "movie.tif"


def test_planes_of_a_stack_are_ticked_one_by_one_or_all_together(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    labels = np.zeros((12, 40, 40), np.uint16)
    for number in range(6):
        labels[2:10, 2 + 12 * (number // 3) :, :][:, :10, 1 + 13 * (number % 3) :][:, :, :10] = number + 1
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, (labels > 0).astype(np.uint8) * 200, imagej=True, metadata={"axes": "ZYX"})
    tifffile.imwrite(tmp_path / "stack_masks.tif", labels)
    window.open(path)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.jobs.idle, timeout=60_000)
    candidates, model = window.session.candidates, window.panel(TrainPanel).images.model()
    assert model is not None
    candidates.look()
    qtbot.waitUntil(lambda: len(candidates.all) > 4)

    def state(row: int, column: int) -> Qt.CheckState:
        return Qt.CheckState(model.data(model.index(row, column), Qt.ItemDataRole.CheckStateRole))

    def switch(row: int, column: int, to: Qt.CheckState) -> None:
        model.setData(model.index(row, column), to.value, Qt.ItemDataRole.CheckStateRole)

    count = len(candidates.all)
    assert model.rowCount() == count + 1
    assert model.data(model.index(0, NAME)) == f"stack.tif: {count} planes"
    assert "plane 3" in model.data(model.index(1, NAME))
    assert (state(0, LEARN), state(0, ASIDE)) == (PART, PART), "the slab judges, the others teach"
    assert (state(1, LEARN), state(1, ASIDE)) == (ON, OFF)
    aside = sum(one.aside for one in candidates.all)
    counts = window.panel(TrainPanel).foreseen.counts.text()
    assert counts.startswith(f"{count - aside} images")
    assert counts.endswith(f"{aside} for validation")
    switch(1, LEARN, OFF)
    assert candidates.uses == {(path, Section(0, 2).ending): "exclude"}
    assert (state(1, LEARN), state(2, LEARN)) == (OFF, ON)
    judging = next(row for row in range(1, count + 1) if state(row, ASIDE) is ON)
    tip = str(model.data(model.index(judging, ASIDE), Qt.ItemDataRole.ToolTipRole))
    assert tip.startswith("Chosen by the program")
    switch(judging, ASIDE, OFF)
    assert (state(judging, LEARN), state(judging, ASIDE)) == (OFF, ON), "now it is the user's own choice"
    switch(judging, ASIDE, OFF)
    assert (state(judging, LEARN), state(judging, ASIDE)) == (ON, OFF)
    switch(0, ASIDE, ON)
    assert {state(row, ASIDE) for row in range(count + 1)} == {ON}
    assert candidates.uses == {(path, ""): "aside"}
    switch(0, LEARN, ON)
    assert (state(1, LEARN), state(judging, ASIDE)) == (ON, ON)


def test_each_row_that_takes_no_part_says_why_and_what_to_do(
    scheme: theme.Scheme,
    contrast: Contrast,
    opened: Window,
    qtbot: QtBot,
    image_file: Path,
    disc_labels: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, session, home = opened, opened.session, image_file.parent
    for name in ("left.tif", "other.tif"):
        (home / name).write_bytes(image_file.read_bytes())
        tifffile.imwrite(home / name.replace(".tif", "_masks.tif"), disc_labels)
    tifffile.imwrite(home / "other_masks.tif", disc_labels[:40])
    with qtbot.waitSignal(session.history_changed):
        window.run()
    assert session.persistence.save_now()
    window.show_panel("Train")
    qtbot.waitUntil(lambda: len(session.candidates.all) == 3)
    session.candidates.use(home / "left.tif", "exclude")
    view = window.panel(TrainPanel).images
    model = view.model()
    assert model is not None

    def said(row: int, role: Qt.ItemDataRole) -> object:
        return model.data(model.index(row, NAME), role)

    role = Qt.ItemDataRole
    shown = [str(said(row, role.DisplayRole)) for row in range(3)]
    assert shown == ["cells.tif\nnot corrected", "left.tif\nleft out", "other.tif\ncannot be used"]
    tips = [str(said(row, role.ToolTipRole)) for row in range(3)]
    assert "tick it to learn from them as they are" in tips[0]
    assert "tick it to learn from it again" in tips[1]
    assert "differ in size" in tips[2]
    for row in range(3):
        assert view.rowHeight(row) >= 2 * view.fontMetrics().height(), "there is room for the reason"
        assert contrast(QColor(said(row, role.ForegroundRole)), scheme.field) >= 4.5
    boxes = [model.data(model.index(row, LEARN), role.CheckStateRole) for row in range(3)]
    assert boxes == [OFF, OFF, None], "no box stands where none can be ticked"
    session.candidates.use(home / "left.tif", "train")
    assert said(1, role.DisplayRole) == "left.tif"
    assert view.rowHeight(1) < view.rowHeight(0)
    # Under the pointer no row moves: the next click is meant for what stands there.
    with monkeypatch.context() as pointer:
        pointer.setattr(view, "underMouse", lambda: True)
        session.candidates.use(home / "left.tif", "exclude")
        assert said(1, role.DisplayRole) == "left.tif\nleft out"
        assert view.rowHeight(1) == ROW_PX
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.rowHeight(1) == view.rowHeight(0)


def test_of_thousands_of_images_only_those_in_view_are_looked_at(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()
    data = CandidateTable.data

    def counted(table: CandidateTable, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        asked.add(index.row())
        return data(table, index, role)

    monkeypatch.setattr(CandidateTable, "data", counted)
    window.show_panel("Train")
    view, candidates = window.panel(TrainPanel).images, window.session.candidates
    view.setFixedHeight(300)
    pair = Pair(Path("a.tif"), Path("a_masks.tif"), "")
    many = 3000
    candidates.all = tuple(
        Candidate(pair, corrected=number < many // 2, objects=123_456 if number == 2000 else 7)
        for number in range(many)
    )
    candidates.changed.emit()
    view.grab()
    high, bar = 2 * view.fontMetrics().height(), view.verticalScrollBar()
    assert bar is not None
    assert len(asked) < 100
    assert view.rowHeight(0) == ROW_PX
    for place in (many // 2, bar.maximum()):
        bar.setValue(place)
        view.grab()
        first, last = view.rowAt(0), view.rowAt(view.viewport().height() - 1)  # type: ignore[union-attr]
        assert first >= many // 2
        rows = range(first, (many - 1 if last < 0 else last) + 1)
        assert all(view.rowHeight(row) >= high for row in rows)
    assert len(asked) < 200
    words = view.fontMetrics().horizontalAdvance("123,456")
    assert view.columnWidth(OBJECTS) >= words, "the largest number has room, though its row is not in view"


def squares(count: int) -> np.ndarray:
    """Return labels with so many squares in rows."""
    labels = np.zeros((64, 64), np.uint16)
    for number in range(count):
        y, x = divmod(number, 4)
        labels[16 * y + 3 : 16 * y + 11, 16 * x + 3 : 16 * x + 11] = number + 1
    return labels


@pytest.fixture
def with_few(window: Window, qtbot: QtBot, tmp_path: Path) -> Window:
    """Return a window on the training page of a folder with two images that teach and two with too few objects."""
    home = tmp_path / "images"
    home.mkdir()
    for name, count in (("a", 16), ("b", 12), ("c", 1), ("d", 0)):
        labels, noise = squares(count), np.random.default_rng(ord(name)).integers(0, 40, (64, 64))
        tifffile.imwrite(home / f"{name}.tif", ((labels > 0) * 150 + noise).astype(np.uint8))
        tifffile.imwrite(home / f"{name}_masks.tif", labels)
    window.open(home / "a.tif")
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.jobs.idle, timeout=60_000)
    window.show_panel("Train")
    qtbot.waitUntil(lambda: window.session.training_preview.now is not None, timeout=60_000)
    return window


def test_images_that_a_training_leaves_out_are_neither_counted_nor_ticked(
    with_few: Window, qtbot: QtBot
) -> None:
    session, panel = with_few.session, with_few.panel(TrainPanel)
    model, home = panel.images.model(), session.candidates.all[0].pair.image.parent
    assert model is not None

    def ticks() -> list[Qt.CheckState]:
        return [model.data(model.index(row, LEARN), Qt.ItemDataRole.CheckStateRole) for row in range(4)]

    assert "c.tif, d.tif: left out" in panel.foreseen.doubts.text()
    assert panel.foreseen.counts.text().startswith("2 images with 28 objects. There are fewer than 3 images")
    assert ticks() == [ON, ON, OFF, OFF]
    assert model.data(model.index(2, NAME)) == "c.tif\nleft out"
    tip = str(model.data(model.index(2, NAME), Qt.ItemDataRole.ToolTipRole))
    assert "tick it to learn from it all the same" in tip
    # A tick says that it is meant, which holds.
    model.setData(model.index(2, LEARN), ON.value, Qt.ItemDataRole.CheckStateRole)
    assert ticks() == [ON, ON, ON, OFF]
    qtbot.waitUntil(lambda: session.training_preview.now is not None, timeout=60_000)
    assert session.candidates.uses == {(home / "c.tif", ""): "train"}
    assert panel.foreseen.counts.text().startswith("2 images with 17 objects for training, 1 for validation")
    assert ticks() == [ON, OFF, ON, OFF], "of three, one is kept aside"
    # While the plan is made anew no tick comes and goes.
    model.setData(model.index(0, LEARN), OFF.value, Qt.ItemDataRole.CheckStateRole)
    assert ticks() == [OFF, OFF, ON, OFF]


def test_an_image_that_the_program_keeps_aside_is_shown_so_and_can_be_chosen_by_the_user(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        noise = np.random.default_rng(ord(name)).integers(0, 40, (64, 64))
        tifffile.imwrite(tmp_path / f"{name}.tif", ((squares(12) > 0) * 150 + noise).astype(np.uint8))
        tifffile.imwrite(tmp_path / f"{name}_masks.tif", squares(12))
    window.open(tmp_path / "a.tif")
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.jobs.idle, timeout=60_000)
    window.show_panel("Train")
    preview, candidates = window.session.training_preview, window.session.candidates
    panel = window.panel(TrainPanel)
    view, model = panel.images, panel.images.model()
    assert model is not None

    def planned() -> None:
        qtbot.waitUntil(lambda: preview.now is not None, timeout=60_000)

    def state(row: int, column: int) -> Qt.CheckState:
        return Qt.CheckState(model.data(model.index(row, column), Qt.ItemDataRole.CheckStateRole))

    def judging() -> list[int]:
        return [row for row in range(5) if state(row, ASIDE) is ON]

    def by_program(row: int) -> bool:
        return "Chosen by the program" in str(
            model.data(model.index(row, ASIDE), Qt.ItemDataRole.ToolTipRole)
        )

    def click(row: int, column: int) -> None:
        where = view.visualRect(model.index(row, column))
        viewport = view.viewport()
        box = QPoint(where.left() + 9, where.center().y())
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=box)

    planned()
    (row,) = judging()
    assert f"judged on {names[row]}.tif" in panel.foreseen.counts.text()
    assert panel.foreseen.counts.text().startswith("4 images with 48 objects for training, 1 for validation")
    assert state(row, LEARN) is OFF
    assert by_program(row)
    assert not candidates.uses
    click(row, ASIDE)
    assert candidates.uses == {(tmp_path / f"{names[row]}.tif", ""): "aside"}
    planned()
    assert judging() == [row]
    assert not by_program(row)
    click(row, ASIDE)
    planned()
    # It is learnt from now, and the program chooses another one.
    (other,) = judging()
    assert (state(row, LEARN), other != row, by_program(other)) == (ON, True, True)
    click(other, LEARN)
    planned()
    assert state(other, LEARN) is ON
    assert candidates.uses[tmp_path / f"{names[other]}.tif", ""] == "train"
    assert other not in judging()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("screen", [QSize(1440, 900), QSize(1366, 768)])
def test_on_low_screens_four_images_and_every_doubt_about_them_are_in_view(
    screen: QSize, language: str, request: pytest.FixtureRequest, qtbot: QtBot
) -> None:
    if language == "de":
        request.getfixturevalue("german")
    window: Window = request.getfixturevalue("with_few")
    window.resize(opening_size(screen))
    share_height(window, window.docks["Segment"], window.docks["Objects"])
    panel = window.panel(TrainPanel)
    area = next(one for one in panel.findChildren(QScrollArea) if one.isAncestorOf(panel.more))
    view, heading = area.viewport(), panel.images.horizontalHeader()
    assert view is not None and heading is not None
    words = panel.foreseen.doubts

    def shown() -> bool:
        return view.rect().contains(QRect(words.mapTo(view, QPoint(0, 0)), words.size()))

    assert words.text()
    qtbot.waitUntil(shown)
    assert panel.images.height() >= heading.height() + 4 * ROW_PX
