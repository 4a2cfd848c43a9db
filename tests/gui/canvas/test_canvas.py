"""What the canvas shows and how the view is moved, with real events."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PyQt6.QtWidgets import QApplication

from cpsam_core.segment.output import NetworkOutput
from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.canvas.legend import wheel
from cpsam_gui.canvas.result_colours import FlowColours
from cpsam_gui.panels import ChannelsPanel, FilesPanel, HistoryPanel
from cpsam_gui.state.document import Document
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.view import Camera, Overlay, Picture
from cpsam_gui.window.status_bar import read_out

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def pixels(window: Window) -> np.ndarray:
    """Return what is painted on the canvas."""
    image = window.canvas.viewport().grab().toImage()
    memory = image.constBits()
    assert memory is not None
    array = np.frombuffer(memory.asarray(image.sizeInBytes()), np.uint8)
    return array.reshape(image.height(), image.width(), 4).copy()


def test_the_masks_are_hidden_while_space_is_held(segmented: Window, qtbot: QtBot) -> None:
    canvas = segmented.canvas
    shown = pixels(segmented)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    bare = pixels(segmented)
    assert not np.array_equal(shown, bare)
    with qtbot.waitSignal(canvas.peeked):
        qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    np.testing.assert_array_equal(pixels(segmented), shown)
    qtbot.keyPress(canvas, Qt.Key.Key_QuoteLeft)
    canvas.clearFocus()
    segmented.panel(FilesPanel).setFocus()
    qtbot.keyRelease(canvas, Qt.Key.Key_QuoteLeft)
    np.testing.assert_array_equal(pixels(segmented), shown)
    segmented.session.view.set_masks(visible=False)
    np.testing.assert_array_equal(pixels(segmented), bare)


def test_pictures_of_the_last_run(segmented: Window, qtbot: QtBot) -> None:
    session, rng = segmented.session, np.random.default_rng(0)
    shape = session.document.shape[1:]
    session.run_state.flows = NetworkOutput(
        rng.normal(0, 3, (2, *shape)).astype(np.float32), rng.normal(0, 3, shape).astype(np.float32)
    )
    session.view.set_masks(visible=False)
    seen = []
    for picture in (*Picture, Picture.IMAGE):
        assert session.view.picture is picture
        assert segmented.canvas.floating.legend.isVisible() == (picture is not Picture.IMAGE)
        seen.append(pixels(segmented))
        qtbot.keyClick(segmented, Qt.Key.Key_PageUp)
    for one, other in pairwise(seen):
        assert not np.array_equal(one, other)
    np.testing.assert_array_equal(seen[0], seen[-1])


def test_without_a_run_there_is_the_image_alone(opened: Window, qtbot: QtBot) -> None:
    session = opened.session
    qtbot.keyClick(opened, Qt.Key.Key_PageDown)
    assert session.view.picture is Picture.IMAGE
    assert not actions_of(opened)["show_flows"].isEnabled()
    assert "after a run" in opened.status.hint.text()


def test_flow_errors_follow_edits(segmented: Window) -> None:
    session = segmented.session
    session.view.picture = Picture.FLOW_ERROR
    session.view.set_masks(visible=False)
    before = pixels(segmented)
    session.view.selection = frozenset(list(session.document.objects)[:1])
    actions_of(segmented)["delete"].trigger()
    assert not np.array_equal(pixels(segmented), before)


def test_the_overview_appears_when_zoomed_in_and_goes_there(segmented: Window, qtbot: QtBot) -> None:
    view, minimap = segmented.session.view, segmented.canvas.floating.minimap
    assert not minimap.isVisible()
    actions_of(segmented)["zoom_in"].trigger()
    actions_of(segmented)["zoom_in"].trigger()
    assert minimap.isVisible()
    qtbot.mouseClick(minimap, LEFT, NONE, QPoint(minimap.width() // 4, minimap.height() * 3 // 4))
    assert view.camera.y == pytest.approx(60, abs=1.5)
    assert view.camera.x == pytest.approx(25, abs=1.5)
    qtbot.mousePress(minimap, LEFT, NONE, QPoint(5, 5))
    qtbot.mouseMove(minimap, QPoint(minimap.width() // 2, minimap.height() // 2))
    assert not minimap.grab().isNull()
    actions_of(segmented)["minimap"].trigger()
    assert not minimap.isVisible()
    actions_of(segmented)["minimap"].trigger()
    assert minimap.isVisible()
    segmented.canvas.fit()
    assert not minimap.isVisible()


@pytest.mark.parametrize(
    ("key", "way"),
    [
        (Qt.Key.Key_Left, (0, -1)),
        (Qt.Key.Key_Right, (0, 1)),
        (Qt.Key.Key_Up, (-1, 0)),
        (Qt.Key.Key_Down, (1, 0)),
    ],
)
def test_keys_move_the_view(segmented: Window, qtbot: QtBot, key: Qt.Key, way: tuple[int, int]) -> None:
    view = segmented.session.view
    view.camera = Camera(40, 50, 8.0)
    qtbot.keyClick(segmented, key, SHIFT)
    assert np.sign([view.camera.y - 40, view.camera.x - 50]).tolist() == list(way)
    assert view.camera.scale == 8.0


def test_two_fingers_move_and_pinch(segmented: Window) -> None:
    view, viewport = segmented.session.view, segmented.canvas.viewport()
    view.camera = Camera(40, 50, 8.0)
    at = QPointF(200, 200)
    held = segmented.canvas.image_position(at)
    device = QPointingDevice.primaryPointingDevice()
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, device, 2, at, at, at, 0.25, QPointF()
    )
    QApplication.sendEvent(viewport, pinch)
    assert view.camera.scale == pytest.approx(10)
    assert segmented.canvas.image_position(at) == pytest.approx(held, abs=0.2)
    scroll = QWheelEvent(
        at,
        viewport.mapToGlobal(at),
        QPoint(30, -20),
        QPoint(60, -40),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.ScrollUpdate,
        False,
    )
    camera = view.camera
    QApplication.sendEvent(viewport, scroll)
    assert view.camera.scale == camera.scale
    assert camera.x - view.camera.x == pytest.approx(3)
    assert camera.y - view.camera.y == pytest.approx(-2)


def test_masks_as_fill_outline_or_both(segmented: Window) -> None:
    seen = []
    for overlay in Overlay:
        actions_of(segmented)[f"overlay_{overlay.value}"].trigger()
        assert actions_of(segmented)[f"overlay_{overlay.value}"].isChecked()
        seen.append(pixels(segmented))
    assert not np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[1], seen[2])


def test_read_out_tells_everything(segmented: Window) -> None:
    from dataclasses import replace

    from cpsam_gui.state.image_facts import ClassName

    session = segmented.session
    assert session.image is not None
    number = session.document.label_at(0, 20, 60)
    with session.document.step("Say more"):
        session.document.update([number], class_id=2, locked=True, uncertain=True)
        session.document.set_facts(classes=(ClassName(2, "dividing"),))
    session.open_image.image = replace(session.image, pixel_size=0.5)
    words = read_out(session.open_image, session.rejected, 20, 60)
    value = session.image.pixels[0, 20, 60, 0]
    for part in (
        "y 20  x 60",
        "(10.0, 30.0 µm)",
        f"{value:g}",
        f"object {number}, dividing, locked, uncertain",
    ):
        assert part in words
    assert read_out(session.open_image, session.rejected, 500, 0) == ""
    two = np.concatenate([session.image.pixels, session.image.pixels], axis=3)
    session.open_image.image = replace(
        session.image, pixels=two, channel_names=("DAPI", "a very long name of a channel")
    )
    channel = session.view.channels[0]
    session.view.channels = tuple(replace(channel, name=name) for name in session.image.channel_names)
    words = read_out(session.open_image, session.rejected, 0, 0)
    assert "DAPI" in words
    assert "a very long…" in words


def test_thousands_of_steps_are_listed_right(segmented: Window, qtbot: QtBot) -> None:
    session, panel = segmented.session, segmented.panel(HistoryPanel)
    for lock in (True, False, True):
        with session.document.step("Lock" if lock else "Unlock"):
            session.document.update([1], locked=lock)
    session.edits.undo()
    with session.document.step("Other"):
        session.document.update([2], locked=True)
    assert [panel.list.item(row).text().split("   ")[0] for row in range(2, panel.list.count())] == [
        "Lock",
        "Unlock",
        "Other",
    ]
    grounds = [panel.list.item(row).foreground().color().name() for row in range(panel.list.count())]
    assert len(set(grounds)) == 1
    session.edits.go_to(1)
    grounds = [panel.list.item(row).foreground().color().name() for row in range(panel.list.count())]
    assert grounds[0] == grounds[1] != grounds[2] == grounds[4]


def test_a_new_object_never_has_the_colour_of_one_beside_it() -> None:
    from cpsam_gui import operations
    from cpsam_gui.state.box import Box

    document = Document((1, 64, 64))
    with document.step("Row"):
        for number in range(1, 9):
            box = Box(0, 1, 10, 30, 6 * number, 6 * number + 6)
            document.write(box, np.full(box.shape, number, np.uint32))
            operations.recolour(document, number)
    for _ in range(3):
        widest = max(document.objects, key=lambda number: document.objects[number].area)
        box = document.objects[widest].box
        middle = (box.y0 + box.y1) / 2
        operations.split(document, Slice(0, 0), [(middle, box.x0 - 2), (middle, box.x1 + 2)])
    labels, objects = document.labels[0], document.objects
    for one, other in ((labels[1:], labels[:-1]), (labels[:, 1:], labels[:, :-1])):
        touch = (one != other) & (one > 0) & (other > 0)
        for pair in set(zip(one[touch].tolist(), other[touch].tolist(), strict=True)):
            assert objects[pair[0]].colour % 12 != objects[pair[1]].colour % 12


def test_the_look_of_the_masks_is_set_in_the_panel(segmented: Window) -> None:
    look, view = segmented.panel(ChannelsPanel).look, segmented.session.view
    look.overlay.setCurrentIndex(look.overlay.findData(Overlay.OUTLINE))
    assert view.masks.overlay is Overlay.OUTLINE
    assert not look.opacity.isEnabled()
    look.overlay.setCurrentIndex(look.overlay.findData(Overlay.FILL))
    look.opacity.setValue(80)
    look.solo.setChecked(True)
    look.visible.setChecked(False)
    assert (view.masks.opacity, view.masks.solo, view.masks.visible) == (0.8, True, False)
    actions_of(segmented)["masks"].trigger()
    actions_of(segmented)["overlay_both"].trigger()
    assert look.visible.isChecked()
    assert Overlay(look.overlay.currentData()) is Overlay.BOTH


def test_colours_by_class(segmented: Window) -> None:
    session, look = segmented.session, segmented.panel(ChannelsPanel).look
    session.view.set_masks(overlay=Overlay.FILL, opacity=1.0)
    actions_of(segmented)["by_class"].trigger()
    assert bool(look.colouring.currentData())

    def shown() -> list[int]:
        return session.mask_colours.tables()[0][[1, 2, 3]].tolist()

    assert len(set(shown())) == 1, "none has a class yet"
    before = pixels(segmented)
    session.view.select(1, 2)
    actions_of(segmented)["class_3"].trigger()
    session.view.select()
    one, other, without = shown()
    assert one == other != without
    assert not np.array_equal(pixels(segmented), before)
    session.edits.change(lambda document: operations.name_class(document, 3, "T cell", "#0102ff"))
    assert shown()[0] == 0xFF0102FF
    session.edits.change(lambda document: operations.name_class(document, 3, "T cell", "no colour"))
    assert shown()[0] == one, "the colour of the palette"
    session.edits.undo()
    assert shown()[0] == 0xFF0102FF
    look.colouring.setCurrentIndex(0)
    assert len(set(shown())) == 3


def test_the_wheel_of_directions_has_the_colours_of_the_flows() -> None:
    drawn = wheel(64)
    assert drawn[0, 0] == 0, "nothing outside the circle"
    right = FlowColours(np.zeros((1, 1), np.float32), np.full((1, 1), 5, np.float32))(
        slice(0, 1), slice(0, 1)
    )
    there = drawn[32, 63]
    for shift in (0, 8, 16):
        assert abs(int(there >> shift & 255) - int(right[0, 0] >> shift & 255)) < 12
    assert len({int(drawn[y, x]) for y, x in ((32, 60), (60, 32), (32, 3), (3, 32))}) == 4
