"""The window with real mouse and key events."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent, QMouseEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox, QSlider, QWidget

from cpsam_core.errors import ImageError
from cpsam_gui import tasks
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs import messages as dialogs
from cpsam_gui.jobs.job import Problem
from cpsam_gui.panels import ChannelsPanel, FilesPanel, HistoryPanel, ObjectsPanel, SegmentPanel
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session.questions import Question
    from cpsam_gui.window.window import Window

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


def place(window: Window, y: float, x: float) -> QPoint:
    return window.canvas.screen_position(y, x).toPoint()


def click(window: Window, qtbot: QtBot, y: float, x: float, held: Qt.KeyboardModifier = NONE) -> None:
    qtbot.mouseClick(window.canvas.viewport(), LEFT, held, place(window, y, x))


def move(window: Window, y: float, x: float) -> None:
    move_to(window, place(window, y, x))


def move_to(window: Window, point: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    viewport = window.canvas.viewport()
    at = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton, button, NONE
    )
    QApplication.sendEvent(viewport, event)


def drag(
    window: Window, qtbot: QtBot, way: list[tuple[float, float]], held: Qt.KeyboardModifier = NONE
) -> None:
    viewport = window.canvas.viewport()
    points = [place(window, y, x) for y, x in way]  # before the view moves
    qtbot.mousePress(viewport, LEFT, held, points[0])
    for point in points[1:]:
        move_to(window, point, LEFT)
    qtbot.mouseRelease(viewport, LEFT, held, points[-1])


def wheel(window: Window, y: float, x: float, turns: int, held: Qt.KeyboardModifier = NONE) -> None:
    at = QPointF(place(window, y, x))
    event = QWheelEvent(
        at,
        window.canvas.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(window.canvas.viewport(), event)


def test_an_empty_window_invites(window: Window) -> None:
    assert window.welcome.isVisible()
    assert not actions_of(window)["save"].isEnabled()
    assert not window.panel(SegmentPanel).run_button.isEnabled()


def test_open_run_and_save(
    segmented: Window, qtbot: QtBot, image_file: Path, segmenter: FakeSegmenter
) -> None:
    session = segmented.session
    assert not segmented.welcome.isVisible()
    assert segmented.isWindowModified()
    assert segmenter.calls[0].flow_threshold == 0.4
    with qtbot.waitSignal(session.saved):
        actions_of(segmented)["save"].trigger()
    written = tifffile.imread(image_file.with_name("cells_masks.tif"))
    np.testing.assert_array_equal(written, session.document.labels[0])
    assert not segmented.isWindowModified()


def test_the_title_tells_images_of_one_name_apart_by_their_folders(
    window: Window, qtbot: QtBot, image_file: Path, tmp_path: Path
) -> None:
    for folder in ("first day", "second day"):
        (tmp_path / folder).mkdir()
        copy = tmp_path / folder / image_file.name
        copy.write_bytes(image_file.read_bytes())
        with qtbot.waitSignal(window.session.image_changed):
            window.open(copy)
        assert window.windowTitle() == f"cells.tif[*] ({folder}) - cpsam-gui"


def test_click_selects_and_the_panel_tells(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 60.5)
    (number,) = segmented.session.view.selection
    assert number == segmented.session.document.label_at(0, 20, 60)
    assert str(number) in segmented.panel(ObjectsPanel).selected.text()


def test_ctrl_click_deletes(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 20.5, Qt.KeyboardModifier.ControlModifier)
    assert len(segmented.session.document.objects) == 3
    qtbot.keyClick(segmented, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(segmented.session.document.objects) == 4


def test_alt_click_merges(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 20.5)
    click(segmented, qtbot, 60.5, 60.5, Qt.KeyboardModifier.AltModifier)
    assert len(segmented.session.document.objects) == 3


def test_left_drag_pans_and_changes_nothing(segmented: Window, qtbot: QtBot) -> None:
    camera = segmented.session.view.camera
    steps = len(segmented.session.document.steps)
    drag(segmented, qtbot, [(20, 20), (25, 25), (40, 40)])
    moved = segmented.session.view.camera
    assert moved.scale == camera.scale
    assert camera.y - moved.y == pytest.approx(20, abs=1)
    assert len(segmented.session.document.steps) == steps
    assert not segmented.session.view.selection


def test_wheel_zooms_at_the_pointer_and_double_click_fits(segmented: Window, qtbot: QtBot) -> None:
    camera = segmented.session.view.camera
    before = segmented.canvas.image_position(QPointF(place(segmented, 20, 20)))
    at = place(segmented, 20, 20)
    wheel(segmented, 20, 20, 2)
    assert segmented.session.view.camera.scale > camera.scale
    assert segmented.canvas.image_position(QPointF(at)) == pytest.approx(before, abs=0.2)
    qtbot.mouseDClick(segmented.canvas.viewport(), LEFT, NONE, place(segmented, 40, 40))
    assert segmented.session.view.camera == camera


def test_brush_by_mouse(segmented: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(segmented, Qt.Key.Key_B)
    assert segmented.session.gestures.tool.key == "brush"
    drag(segmented, qtbot, [(40, 85), (42, 88), (44, 91)])
    assert len(segmented.session.document.objects) == 5
    assert segmented.session.document.label_at(0, 42, 88) != 0
    assert segmented.panel(HistoryPanel).list.count() == 3
    wheel(segmented, 40, 40, 1, Qt.KeyboardModifier.AltModifier)
    assert segmented.session.view.brush_diameter > 12


def test_painting_shows(segmented: Window, qtbot: QtBot) -> None:
    """The pixels on the screen follow the brush without a full repaint."""
    qtbot.keyClick(segmented, Qt.Key.Key_B)
    at = place(segmented, 40, 88)
    before = segmented.canvas.viewport().grab().toImage().pixelColor(at)
    drag(segmented, qtbot, [(40, 84), (40, 88), (40, 90)])
    move(segmented, 70, 95)
    after = segmented.canvas.viewport().grab().toImage().pixelColor(at)
    assert before != after


def test_outline_by_right_click_and_hovering(segmented: Window, qtbot: QtBot) -> None:
    viewport = segmented.canvas.viewport()
    qtbot.mouseClick(viewport, RIGHT, NONE, place(segmented, 35, 80))
    for y, x in ((35, 95), (50, 95), (50, 80), (40, 80), (35.2, 80.2)):
        move(segmented, y, x)
    assert len(segmented.session.document.objects) == 5


def test_escape_gives_up_and_undo_stops_a_gesture(segmented: Window, qtbot: QtBot) -> None:
    viewport = segmented.canvas.viewport()
    for key, held in ((Qt.Key.Key_Escape, NONE), (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)):
        qtbot.mouseClick(viewport, RIGHT, NONE, place(segmented, 35, 80))
        assert segmented.session.gestures.tool.busy
        qtbot.keyClick(segmented, key, held)
        assert not segmented.session.gestures.tool.busy
    assert len(segmented.session.document.objects) == 4


def test_history_panel_goes_there(segmented: Window, qtbot: QtBot) -> None:
    click(segmented, qtbot, 20.5, 20.5, Qt.KeyboardModifier.ControlModifier)
    panel = segmented.panel(HistoryPanel).list
    (number,) = {1, 2, 3, 4} - set(segmented.session.document.objects)
    texts = [panel.item(row).text().split("   ") for row in range(3)]
    assert [text[:-1] for text in texts[1:]] == [["Segment with cpsam-lite"], ["Delete", f"object {number}"]]
    assert all(re.fullmatch(r"\d\d:\d\d", text[-1]) for text in texts[1:])
    panel.itemClicked.emit(panel.item(0))
    assert not segmented.session.document.objects
    panel.itemClicked.emit(panel.item(2))
    assert len(segmented.session.document.objects) == 3


def test_a_run_keeps_locked_and_hand_made_objects(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    qtbot.keyClick(segmented, Qt.Key.Key_B)
    drag(segmented, qtbot, [(40, 85), (42, 88), (44, 91)])
    (hand,) = session.view.selection
    qtbot.keyClick(segmented, Qt.Key.Key_V)
    click(segmented, qtbot, 20.5, 20.5)
    (locked,) = session.view.selection
    qtbot.keyClick(segmented, Qt.Key.Key_L)
    colours = {number: session.document.objects[number].colour for number in (hand, locked)}
    before = {number: session.document.labels == number for number in (hand, locked)}
    with qtbot.waitSignal(session.history_changed):
        segmented.run()
    for number, pixels in before.items():
        np.testing.assert_array_equal(session.document.labels == number, pixels)
        assert session.document.objects[number].colour == colours[number]
    assert len(session.document.objects) == 5
    segmented.panel(SegmentPanel).mode.setCurrentIndex(1)
    asked: list[str] = []

    def answer(question: Question) -> str:
        asked.append(question.text)
        return "replace"

    session.persistence.ask = answer
    with qtbot.waitSignal(session.history_changed):
        segmented.run()
    assert asked == ["2 objects that you touched will be replaced"]
    assert len(session.document.objects) == 4


def test_thresholds_work_on_the_flows_of_the_last_run(
    segmented: Window, qtbot: QtBot, segmenter: FakeSegmenter
) -> None:
    from cpsam_core.dynamics.targets import flows_from_masks
    from cpsam_core.segment.output import NetworkOutput

    session, panel = segmented.session, segmented.panel(SegmentPanel)
    labels = np.array(session.document.labels[0])
    logits = np.where(labels == 1, 2.0, np.where(labels > 0, 6.0, -6.0)).astype(np.float32)
    session.run_state.flows = NetworkOutput(5 * flows_from_masks(labels), logits)
    with qtbot.waitSignal(session.history_changed, timeout=60_000):  # the first time loads the engine
        panel.cellprob.setValue(3.0)
    assert len(session.document.objects) == 3
    with qtbot.waitSignal(session.history_changed):
        panel.cellprob.setValue(0.0)
    assert len(session.document.objects) == 4
    assert {step.kind for step in session.document.history[1:]} == {StepKind.THRESHOLDS}
    assert len(segmenter.calls) == 1


def drag_slider(slider: QWidget, start: float, end: float) -> None:
    """Drag the handle of a slider from one part of its length to another."""
    (inner,) = slider.findChildren(QSlider)
    places = [QPoint(round(at * inner.width()), inner.height() // 2) for at in np.linspace(start, end, 5)]
    QTest.mousePress(inner, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(inner, place)
    QTest.mouseRelease(inner, Qt.MouseButton.LeftButton, pos=places[-1])


def test_each_drag_of_a_threshold_is_a_step_of_its_own_and_so_are_the_defaults(
    segmented: Window, qtbot: QtBot
) -> None:
    from cpsam_core.dynamics.targets import flows_from_masks
    from cpsam_core.segment.output import NetworkOutput

    session, panel = segmented.session, segmented.panel(SegmentPanel)
    labels = np.array(session.document.labels[0])
    logits = np.where(labels == 1, 2.0, np.where(labels > 0, 6.0, -6.0)).astype(np.float32)
    session.run_state.flows = NetworkOutput(5 * flows_from_masks(labels), logits)
    document, known = session.document, [(0.4, 0.0, 15)]

    def landed(steps: int) -> None:
        qtbot.waitUntil(lambda: len(document.steps) == steps and session.jobs.idle, timeout=60_000)
        settings = session.run_state.last_settings
        known.append(tuple(settings[name] for name in ("flow_threshold", "cellprob_threshold", "min_size")))

    drag_slider(panel.cellprob, 0.5, 0.7)
    landed(2)
    drag_slider(panel.cellprob, 0.7, 0.8)
    landed(3)
    drag_slider(panel.flow, 0.13, 0.5)
    landed(4)
    panel.min_size.setValue(40)
    landed(5)
    panel.reset.click()
    landed(6)
    (_, first, _), (_, second, _), (flow, _, _) = known[1:4]
    assert 0 < first < second
    assert flow > 1
    assert document.steps[1:] == (
        f"Cell threshold {first:.2f}",
        f"Cell threshold {second:.2f}",
        f"Flow threshold {flow:.2f}",
        "Smallest object 40",
        "Default thresholds",
    )
    assert [entry.what for entry in session.recording.entries] == list(document.steps)
    for wanted in reversed(known[:-1]):
        session.edits.undo()
        settings = session.run_state.options.settings
        assert (settings.flow_threshold, settings.cellprob_threshold, settings.min_size) == wanted
    assert document.position == 1


def test_cancel_a_run(opened: Window, qtbot: QtBot, segmenter: FakeSegmenter) -> None:
    segmenter.gate, segmenter.steps = Event(), 1000
    opened.panel(SegmentPanel).run_button.click()
    qtbot.waitUntil(lambda: bool(segmenter.calls))
    assert opened.status.cancel.isVisible()
    assert opened.panel(SegmentPanel).run_button.text() == "Cancel"
    with qtbot.waitSignal(opened.session.jobs.cancelled):
        opened.status.cancel.click()
        segmenter.gate.set()
    assert not opened.session.document.objects
    assert not opened.status.cancel.isVisible()
    assert opened.panel(SegmentPanel).run_button.text() == "Segment"


def test_closing_during_a_run_waits(opened: Window, qtbot: QtBot, segmenter: FakeSegmenter) -> None:
    segmenter.steps = 1_000_000
    opened.run()
    qtbot.waitUntil(lambda: bool(segmenter.calls))
    opened.close()
    assert not opened.isVisible()


def test_errors_are_shown(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"no image at all")
    with qtbot.waitSignal(window.session.failed) as caught:
        window.open(broken)
    assert "broken.tif" in caught.args[0].text
    box = window.findChild(QMessageBox)
    assert box is not None
    box.close()


def test_errors_of_a_run_are_shown(opened: Window, qtbot: QtBot, segmenter: FakeSegmenter) -> None:
    segmenter.error = ImageError("Too dark.")
    with qtbot.waitSignal(opened.session.failed):
        opened.run()
    box = opened.findChild(QMessageBox)
    assert box is not None
    assert box.text() == "Too dark."
    box.close()


def test_details_are_copied(window: Window) -> None:
    dialogs.copy_details(Problem("Bad", "Traceback"))
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "Bad\n\nTraceback"


def drop(window: Window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, NONE)
    window.dropEvent(event)


def test_drop_opens_and_masks_are_imported(window: Window, qtbot: QtBot, image_file: Path) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        drop(window, image_file)
    labels = np.zeros((80, 100), np.uint16)
    labels[5:9, 5:9] = 40
    masks = image_file.with_name("cells_masks.tif")
    tifffile.imwrite(masks, labels)
    with qtbot.waitSignal(window.session.history_changed):
        drop(window, masks)
    assert window.session.document.objects[40].area == 16
    assert window.session.document.steps == ("Import cells_masks.tif",)


def test_masks_of_another_size_are_refused(opened: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "other_masks.tif"
    tifffile.imwrite(path, np.ones((9, 9), np.uint16))
    with qtbot.waitSignal(opened.session.failed) as caught:
        opened.session.exporting.import_masks(path)
    assert "9 x 9" in caught.args[0].text
    assert "80 x 100" in caught.args[0].text
    box = opened.findChild(QMessageBox)
    assert box is not None
    box.close()


def test_a_stack_has_a_plane_slider(window: Window, qtbot: QtBot, stack_file: Path) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    assert window.planes.isVisible()
    assert window.session.view.plane == 2
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert window.session.view.plane == 3
    assert window.planes.text.text() == "4 / 5"
    qtbot.keyClick(window, Qt.Key.Key_B)
    drag(window, qtbot, [(40, 40), (40, 45)])
    planes = np.unique(np.nonzero(window.session.document.labels)[0])
    assert planes.tolist() == [3]
    window.planes.slider.setValue(0)
    assert window.session.view.plane == 0


def test_read_out(segmented: Window, qtbot: QtBot) -> None:
    move(segmented, 20.5, 60.5)
    assert "y 20  x 60" in segmented.status.readout.text()
    assert "object" in segmented.status.readout.text()
    assert segmented.status.count.text() == "4 objects"


def test_channel_controls(opened: Window, qtbot: QtBot) -> None:
    (row,) = opened.panel(ChannelsPanel).rows
    row.gamma.setValue(2.0)
    assert opened.session.view.channels[0].gamma == 2.0
    row.range.setValue((100.0, 500.0))
    assert opened.session.view.channels[0].low == pytest.approx(100)
    row.auto.click()
    assert opened.session.view.channels[0].high > 500
    row.visible.click()
    assert not opened.session.view.channels[0].visible


def test_the_range_of_whole_numbers_is_whole(opened: Window) -> None:
    (row,) = opened.panel(ChannelsPanel).rows
    row.range.setValue((100.4, 369.4256))
    channel = opened.session.view.channels[0]
    assert (channel.low, channel.high) == (100, 369)
    assert row.limits.text() == "100 to 369"
    row.range.setValue((100.2, 100.4))
    assert row.range.value() == pytest.approx((100, 369)), "the handle goes back where there is no range"
    # Levels that the program finds lie between two.
    opened.session.view.set_channel(0, low=1.25, high=69.4256)
    assert row.limits.text() == "1 to 69"


@pytest.mark.parametrize("answer", ["Save", "Discard", "Cancel"])
def test_closing_with_unsaved_work_asks(
    segmented: Window, monkeypatch: pytest.MonkeyPatch, image_file: Path, answer: str
) -> None:
    button = QMessageBox.StandardButton[answer]
    monkeypatch.setattr(dialogs, "ask_unsaved", lambda parent, name: button)
    assert segmented.close() is (answer != "Cancel")
    assert image_file.with_name("cells_masks.tif").exists() is (answer == "Save")


def test_export(segmented: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "own_seg.npy"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: (str(target), ""))
    with qtbot.waitSignal(segmented.session.saved):
        actions_of(segmented)["export_seg"].trigger()
    assert target.exists()


def test_another_image_drops_the_old_run(
    opened: Window, qtbot: QtBot, segmenter: FakeSegmenter, stack_file: Path
) -> None:
    segmenter.gate, segmenter.steps = Event(), 2
    opened.run()
    qtbot.waitUntil(lambda: bool(segmenter.calls))
    with qtbot.waitSignal(opened.session.image_changed):
        opened.open(stack_file)
        segmenter.gate.set()
    assert opened.session.document.shape[0] == 5
    assert not opened.session.document.objects


def test_the_folder_is_listed_and_walked_by_keys(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("b10.tif", "b2.tif", "a.png"):
        tifffile.imwrite(tmp_path / "b.tif", np.zeros((9, 9), np.uint8))
        (tmp_path / "b.tif").rename(tmp_path / name.replace(".png", ".tif"))
    panel = window.panel(FilesPanel)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(tmp_path / "b2.tif")
    qtbot.waitUntil(lambda: [path.name for path in panel.paths] == ["a.tif", "b2.tif", "b10.tif"])
    with qtbot.waitSignal(window.session.image_changed):
        qtbot.keyClick(window, Qt.Key.Key_D)
    assert window.session.path is not None
    assert window.session.path.name == "b10.tif"
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert "last image" in window.status.hint.text()
    with qtbot.waitSignal(window.session.image_changed):
        panel.list.clicked.emit(panel.model.index(0))
    assert window.session.path.name == "a.tif"
    panel.filter.setText("b1")
    assert [path.name for path in panel.paths] == ["b10.tif"]
    qtbot.waitUntil(lambda: window.session.jobs.idle)


def test_the_demonstration_is_never_saved_inside_the_program(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, image_file: Path
) -> None:
    monkeypatch.setattr(tasks, "demo_path", lambda: image_file)
    asked: list[bool] = []
    monkeypatch.setattr(window.pages, "export", lambda **_: asked.append(True))
    window.welcome.demo_button.click()
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 4)
    assert window.session.path is None
    actions_of(window)["save"].trigger()
    assert asked
    assert [path.name for path in image_file.parent.iterdir() if path.is_file()] == ["cells.tif"]


def test_theme_switch(segmented: Window) -> None:
    from cpsam_gui.style import theme

    actions_of(segmented)["theme"].trigger()
    assert theme.current() is theme.LIGHT
    actions_of(segmented)["theme"].trigger()
    assert theme.current() is theme.DARK
