"""The panel shows the options of the next run and changes them; real clicks where it has buttons."""

from __future__ import annotations

import math
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication, QDoubleSpinBox, QFileDialog, QLineEdit, QSpinBox

from cpsam_gui.actions.install import actions_of, make_window
from cpsam_gui.dialogs.preferences import PreferencesDialog
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.panels.segment.estimate_words import estimate_words
from cpsam_gui.panels.segment.fields import ZeroWord
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.runs.estimate import Estimate, TileTimes
from cpsam_gui.runs.folder_queue import ExistingMasks, QueueState
from cpsam_gui.runs.options import RunOptions

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

LEFT = Qt.MouseButton.LeftButton


def place(window: Window, y: float, x: float) -> QPoint:
    return window.canvas.screen_position(y, x).toPoint()


def test_the_panel_changes_the_options_and_shows_them(opened: Window) -> None:
    panel, runs = opened.panel(SegmentPanel), opened.session.run_state
    assert panel.reset.isHidden()
    panel.flow.setValue(0.7)
    panel.cellprob.setValue(-1.25)
    panel.min_size.setValue(30)
    panel.mode.setCurrentIndex(1)
    more = panel.more
    more.low.setValue(2.0)
    more.block.setValue(100)
    more.invert.setChecked(True)
    more.sharpen.setValue(1.5)
    more.smooth.setValue(0.5)
    more.steps.setValue(500)
    more.augment.setChecked(True)
    more.edges.setChecked(True)
    more.device.setCurrentIndex(more.device.findData("cpu"))
    more.precision.setCurrentIndex(more.precision.findData("float32"))
    settings, brightness = runs.options.settings, runs.options.settings.normalize
    assert (settings.flow_threshold, settings.cellprob_threshold, settings.min_size) == (0.7, -1.25, 30)
    assert (settings.niter, settings.augment, settings.exclude_on_edges) == (500, True, True)
    assert brightness.percentile == (2.0, 99.0)
    assert (brightness.tile_norm_blocksize, brightness.invert) == (100, True)
    assert (brightness.sharpen_radius, brightness.smooth_radius) == (1.5, 0.5)
    assert (runs.options.model.device, runs.options.model.precision) == ("cpu", "float32")
    assert not runs.options.keep
    assert not panel.reset.isHidden()
    panel.reset.click()
    assert runs.options.is_default
    assert panel.flow.value() == pytest.approx(0.4)
    assert more.steps.value() == 0
    assert more.device.currentData() == "cpu"  # the device is no setting of the run
    assert panel.reset.isHidden()


def test_options_that_come_from_elsewhere_are_shown(opened: Window) -> None:
    opened.session.run_state.change(flow_threshold=1.1, diameter=42.0, augment=True)
    panel = opened.panel(SegmentPanel)
    assert panel.flow.value() == pytest.approx(1.1)
    assert panel.diameter.number.value() == 42
    assert panel.diameter.mode.currentData() == "number"
    assert panel.more.augment.isChecked()


def test_what_one_image_measured_is_not_shown_for_the_next(
    segmented: Window, image_file: Path, qtbot: QtBot
) -> None:
    session, field = segmented.session, segmented.panel(SegmentPanel).diameter
    assert session.run_state.flows is not None
    session.run_state.flows = replace(session.run_state.flows, diameter=23.4)
    segmented.panel(SegmentPanel).refresh()
    assert field.number.text() == "23.4 px"
    session.document.mark_saved()
    other = image_file.with_name("other.tif")
    other.write_bytes(image_file.read_bytes())
    with qtbot.waitSignal(session.image_changed):
        segmented.open(other)
    assert field.number.text() == "-"
    # Who wants a number begins with that of the model.
    field.mode.setCurrentIndex(field.mode.findData("number"))
    assert session.run_state.options.settings.diameter == 30.0
    assert field.number.text() == "30.0 px"


def test_a_setting_without_sense_is_refused_in_words(opened: Window) -> None:
    before = opened.session.run_state.options
    opened.panel(SegmentPanel).more.low.setValue(99.5)  # above the upper one
    assert opened.session.run_state.options == before
    assert "percentile" in opened.status.hint.text()
    assert opened.panel(SegmentPanel).more.low.value() == 1.0


def test_ways_to_say_the_diameter(segmented: Window, qtbot: QtBot) -> None:
    field, runs = segmented.panel(SegmentPanel).diameter, segmented.session.run_state
    for words, value in (("measured", "auto"), ("as it is", 30.0), ("automatic", None)):
        field.mode.setCurrentIndex(field.mode.findData(words))
        assert runs.options.settings.diameter == value
        assert not field.number.isEnabled()
    field.mode.setCurrentIndex(field.mode.findData("number"))
    field.number.setValue(55)
    assert runs.options.settings.diameter == 55
    field.number.setValue(30)  # a number on its way, and not "as it is"
    assert field.number.isEnabled()
    field.masks.click()
    assert runs.options.settings.diameter == pytest.approx(18, abs=0.6)
    runs.change(diameter=None)
    field.measure.click()
    qtbot.waitUntil(lambda: runs.options.settings.diameter == 18.0)


def test_the_disk_is_moved_and_sized_on_the_image(opened: Window, qtbot: QtBot) -> None:
    session, field = opened.session, opened.panel(SegmentPanel).diameter
    viewport = opened.canvas.viewport()
    session.run_state.change(diameter=20.0)
    field.disk.click()
    assert session.gestures.tool.key == "size_disk"
    assert field.disk.isChecked()
    middle = session.gestures.tool.shapes()[0].points[0]
    assert middle == (40, 50)
    start, end = place(opened, 40, 50), place(opened, 20, 60)
    qtbot.mousePress(viewport, LEFT, pos=start)
    qtbot.mouseMove(viewport, end)
    qtbot.mouseRelease(viewport, LEFT, pos=end)
    assert session.gestures.tool.shapes()[0].points[0] == pytest.approx((20, 60), abs=0.3)
    rim, wider = place(opened, 20, 70), place(opened, 20, 78)
    qtbot.mousePress(viewport, LEFT, pos=rim)
    qtbot.mouseMove(viewport, wider)
    qtbot.mouseRelease(viewport, LEFT, pos=wider)
    assert session.run_state.options.settings.diameter == pytest.approx(36, abs=0.6)
    assert field.number.value() == session.run_state.options.settings.diameter
    wheel = QWheelEvent(
        QPointF(rim),
        viewport.mapToGlobal(QPointF(rim)),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    scale = session.view.camera.scale
    QApplication.sendEvent(viewport, wheel)
    assert session.run_state.options.settings.diameter < 35
    assert session.view.camera.scale == scale
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert session.gestures.tool.key == "select"
    assert not field.disk.isChecked()


def test_a_region_is_dragged(opened: Window, qtbot: QtBot, segmenter: FakeSegmenter) -> None:
    panel, viewport = opened.panel(SegmentPanel), opened.canvas.viewport()
    panel.foot.region.click()
    assert opened.session.gestures.tool.key == "run_region"
    start, end = place(opened, 5, 5), place(opened, 75, 95)
    qtbot.mousePress(viewport, LEFT, pos=start)
    qtbot.mouseMove(viewport, (start + end) / 2)
    qtbot.mouseMove(viewport, end)
    with qtbot.waitSignal(opened.session.history_changed):
        qtbot.mouseRelease(viewport, LEFT, pos=end)
    assert len(opened.session.document.objects) == 4
    assert opened.session.gestures.tool.key == "select"
    assert not panel.foot.region.isChecked()


def test_own_models_appear_and_a_file_can_be_chosen(
    opened: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CPSAM_MODELS", str(tmp_path))
    (tmp_path / "my cells.safetensors").write_bytes(b"x")
    models, runs = opened.panel(SegmentPanel).model, opened.session.run_state
    models.showPopup()
    models.hidePopup()
    assert models.findData("my cells") > 0
    file = tmp_path / "elsewhere" / "other.pth"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args, **kwargs: (str(file), ""))
    models.activated.emit(models.count() - 1)
    assert runs.options.model.name == str(file)
    assert models.currentText() == "other.pth"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args, **kwargs: ("", ""))
    models.activated.emit(models.count() - 1)  # asked, and given up
    assert runs.options.model.name == str(file)
    models.activated.emit(models.findData("my cells"))
    assert runs.options.model.name == "my cells"


def test_fields_of_stacks_are_for_stacks(window: Window, qtbot: QtBot, stack_file: Path) -> None:
    stacks, runs = window.panel(SegmentPanel).stacks, window.session.run_state
    assert stacks.isHidden()
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    assert not stacks.isHidden()
    assert runs.settings.do_3D
    flow = window.panel(SegmentPanel).flow
    assert not flow.isEnabled() and "for planes" in flow.toolTip()
    stacks.anisotropy.setValue(2.5)
    assert runs.settings.anisotropy == 2.5
    runs.change(diameter=20.0)
    stacks.smallest.click()
    assert runs.settings.min_size == round(0.1 * math.pi / 6 * 20**3 / 2.5)
    assert window.panel(SegmentPanel).min_size.suffix() == " voxels"
    stacks.mode.setCurrentIndex(stacks.mode.findData("joined"))
    assert (runs.settings.do_3D, runs.settings.stitch_threshold) == (False, 0.25)
    assert flow.isEnabled()
    stacks.overlap.setValue(0.5)
    assert runs.settings.stitch_threshold == 0.5
    stacks.mode.setCurrentIndex(stacks.mode.findData("apart"))
    assert (runs.settings.do_3D, runs.settings.stitch_threshold) == (False, 0)


def test_commands_are_copied(opened: Window, image_file: Path) -> None:
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    opened.session.run_state.change(flow_threshold=0.8)
    actions_of(opened)["copy_command"].trigger()
    assert clipboard.text() == f"cpsam segment {image_file} --model cpsam-lite --flow_threshold 0.8"
    actions_of(opened)["copy_python"].trigger()
    assert f"read_image({str(image_file)!r})" in clipboard.text()
    assert "clipboard" in opened.status.hint.text()


def test_what_a_run_has_to_say_stays_in_view(opened: Window, image_file: Path, qtbot: QtBot) -> None:
    panel = opened.panel(SegmentPanel)
    foot, runs = panel.foot, opened.session.run_state
    assert not foot.said.isVisibleTo(panel)
    runs.notes = ("cpsam-lite is unsure here", "the diameter was guessed")
    assert foot.said.isVisibleTo(panel)
    assert foot.said.text() == "cpsam-lite is unsure here  (point here for 1 more)"
    assert foot.said.toolTip() == "cpsam-lite is unsure here\n\nthe diameter was guessed"
    with qtbot.waitSignal(opened.session.image_changed):
        opened.session.images.open(image_file)
    assert not foot.said.isVisibleTo(panel)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "About 1 s"), (7.4, "About 7 s"), (38, "About 40 s"), (400, "About 7 min"), (9000, "About 2.5 h")],
)
def test_estimates_in_words(seconds: float, words: str) -> None:
    assert estimate_words(Estimate(seconds, "cuda")) == f"{words} on the graphics card"


def test_estimates_of_what_is_not_known() -> None:
    assert estimate_words(Estimate(None, "cpu")) == ""
    assert (
        estimate_words(Estimate(None, "mps", "float16", True)) == "On the Apple graphics processor (float16)"
    )


def test_a_slow_run_is_announced(opened: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    foot, forecast = opened.panel(SegmentPanel).foot, opened.session.forecast
    monkeypatch.setattr(forecast, "estimate", lambda *_: Estimate(400.0, "cpu", "float32", True))
    foot.show_estimate()
    assert foot.note.text() == "Slow: about 7 min on the CPU (float32)"
    assert foot.note.objectName() == "warning"
    monkeypatch.setattr(forecast, "estimate", lambda *_: Estimate(40.0, "cuda:0", "bfloat16", True))
    foot.show_estimate()
    assert foot.note.text() == "About 40 s on the graphics card (bfloat16)"
    assert foot.note.objectName() == "dim"


def test_the_estimate_is_that_of_all_time_points_where_all_are_segmented(
    window: Window, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "movie.tif"
    tifffile.imwrite(
        path, np.zeros((5, 20, 30), np.uint8), photometric="minisblack", metadata={"axes": "TYX"}
    )
    session, foot = window.session, window.panel(SegmentPanel).foot
    monkeypatch.setattr(TileTimes, "of", lambda *_: 6.0)
    with qtbot.waitSignal(session.image_changed):
        window.open(path)
    one = session.forecast.estimate()
    assert one is not None and one.seconds == 6
    assert foot.note.text().startswith("About 6 s")
    foot.all_times.click()
    assert foot.note.text().startswith("About 30 s")
    foot.all_times.click()
    assert foot.note.text().startswith("About 6 s")


def test_the_folder_is_worked_through_from_the_panel(opened: Window, qtbot: QtBot, image_file: Path) -> None:
    (image_file.parent / "more.tif").write_bytes(image_file.read_bytes())
    panel, queue = opened.panel(SegmentPanel), opened.session.folder_run.queue
    actions_of(opened)["folder"].trigger()
    view = panel.folder
    assert view.summary.text() == f"Reading the folder {image_file.parent.name}…"
    assert not view.start.isEnabled()
    qtbot.waitUntil(lambda: opened.session.folder_run.reading is None)
    assert panel.pages.currentWidget() is view
    view.policy.setCurrentIndex(2)
    assert opened.session.folder_run.existing is ExistingMasks.KEEP_HAND_MADE
    view.start.click()
    qtbot.waitUntil(lambda: not queue.running)
    texts = dict(view.list.topLevelItem(n).text(0).split("\n") for n in range(len(queue.entries)))
    assert texts["more.tif"] == "4 objects"
    assert texts["cells.tif"] == "4 objects"
    assert view.summary.text() == queue.summary(str)
    view.back.click()
    assert panel.pages.currentIndex() == 0


def test_closing_with_a_folder_at_work_asks(
    opened: Window, qtbot: QtBot, image_file: Path, segmenter: FakeSegmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    (image_file.parent / "more.tif").write_bytes(image_file.read_bytes())
    answers = ["stay", "stop"]
    opened.session.questions.ask = lambda question: answers.pop(0)
    segmenter.gate = Event()
    run = opened.session.folder_run
    run.look()
    qtbot.waitUntil(lambda: run.reading is None)
    run.start()
    qtbot.waitUntil(lambda: len(segmenter.calls) == 1)
    actions_of(opened)["folder_pause"].trigger()
    assert opened.panel(SegmentPanel).folder.pause.text() == "Resume"
    assert "paused" in opened.panel(SegmentPanel).foot.progress.text()
    assert not opened.close()
    segmenter.gate.set()
    assert opened.close()
    assert QueueState.DONE not in {entry.state for entry in run.queue.entries}


def test_a_model_from_the_command_line_is_the_one_shown(qtbot: QtBot, qapp: Any) -> None:
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session import Session

    window = make_window(Session(Models(lambda choice, progress: None)), model="cpsam_v2")  # type: ignore[arg-type, return-value]
    assert window.session.run_state.options.model.name == "cpsam_v2"
    assert window.panel(SegmentPanel).model.shown == "cpsam_v2"
    assert window.session.run_state.options.changed(name="cpsam-lite") == RunOptions()
    window.close()


def test_every_number_says_what_its_lowest_value_switches_off(segmented: Window, qtbot: QtBot) -> None:
    """But for those of which 0 is a number like any other."""
    for name in ("Segment", "Train"):
        segmented.show_panel(name)
    boxes = [*segmented.findChildren(QSpinBox), *segmented.findChildren(QDoubleSpinBox)]
    page = PreferencesDialog(None, Preferences())
    qtbot.addWidget(page)
    boxes += [*page.findChildren(QSpinBox), *page.findChildren(QDoubleSpinBox)]
    silent = [box.toolTip() for box in boxes if box.minimum() <= 0 and not box.specialValueText()]
    assert len(boxes) > 15
    assert sorted(silent) == [
        "Percentiles of brightness that are scaled to 0 and 1 for the model",
        "The same seed gives the same model",
    ]


def assert_unseen(edit: QLineEdit) -> None:
    """A field shows nothing: all its pixels are alike."""
    picture = edit.grab().toImage()
    colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    assert len(colours) == 1


def test_a_flow_threshold_of_0_is_called_off(segmented: Window, qtbot: QtBot) -> None:
    panel = segmented.panel(SegmentPanel)
    segmented.show_panel("Segment")
    (word,), (edit,) = panel.flow.findChildren(ZeroWord), panel.flow.findChildren(QLineEdit)
    assert not word.isVisible()
    segmented.session.run_state.change(flow_threshold=0.0)
    assert word.isVisible() and word.text() == "off"
    assert word.geometry() == edit.geometry()
    assert_unseen(edit)
    assert word.fontMetrics().horizontalAdvance("off") <= edit.width()
    # The number can still be typed.
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not word.isVisible())
    edit.selectAll()
    qtbot.keyClicks(edit, "0.7")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert segmented.session.run_state.options.settings.flow_threshold == 0.7
    assert not word.isVisible()
    with pytest.raises(AssertionError):
        assert_unseen(edit)
    segmented.session.run_state.change(flow_threshold=0.0)
    qtbot.waitUntil(word.isVisible)
    assert not panel.cellprob.findChildren(ZeroWord)


def test_the_spacing_of_planes_is_from_the_file_only_where_the_file_says_it(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    planes = np.zeros((4, 40, 50), np.uint8)
    tifffile.imwrite(tmp_path / "unknown.tif", planes, imagej=True, metadata={"axes": "ZYX"})
    tifffile.imwrite(
        tmp_path / "known.tif",
        planes,
        imagej=True,
        resolution=(2.0, 2.0),
        metadata={"axes": "ZYX", "spacing": 1.5, "unit": "um"},
    )
    said = {}
    for name in ("unknown", "known"):
        with qtbot.waitSignal(window.session.image_changed):
            window.open(tmp_path / f"{name}.tif")
        said[name] = window.panel(SegmentPanel).stacks.anisotropy.specialValueText()
    assert said == {"unknown": "unknown: 1", "known": "from the file"}


def test_little_space_of_flows_is_said_in_mebibytes(window: Window) -> None:
    view, run = window.panel(SegmentPanel).folder, window.session.folder_run
    run.space.kept_bytes = 3_000_000
    view.refresh()
    assert "Flows kept: 3 MiB of " in view.space.text()
    run.space.kept_bytes = 3 << 30
    view.refresh()
    assert "Flows kept: 3.00 of " in view.space.text()
