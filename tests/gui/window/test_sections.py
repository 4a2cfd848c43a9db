"""Orthogonal views: the linked cross-hair, drawing and cutting in them, and what flat images show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtWidgets import QPushButton

from cpsam_core.images import arrange
from cpsam_gui import operations
from cpsam_gui.actions.install import actions_of
from cpsam_gui.canvas.colours import ImageColours
from cpsam_gui.operations import Scope
from cpsam_gui.operations.cutting import crossed_by
from cpsam_gui.runs.options import recalled, remembered
from cpsam_gui.state.box import Box
from cpsam_gui.state.slice import Slice, slab_around
from cpsam_gui.style.number_fields import DecimalQuestion
from cpsam_gui.tasks import large as large_module
from cpsam_gui.tasks.partial_result import PartialResult
from cpsam_gui.tools import Pointer
from tests.gui.window.test_pointer_and_keys import activate, focused
from tests.zarr_files import write_zarr

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.canvas.sections import SectionView
    from cpsam_gui.canvas.tiles import TileLayer
    from cpsam_gui.window.window import Window


@pytest.fixture
def stack(window: Window, qtbot: QtBot, tmp_path: Path) -> Window:
    """A window with a stack open, planes three pixels apart, a body in it, and the orthogonal views shown."""
    path = tmp_path / "stack.tif"
    pixels = np.random.default_rng(0).integers(0, 255, (20, 80, 100), np.uint8)
    metadata = {"axes": "ZYX", "spacing": 0.3, "unit": "um"}
    tifffile.imwrite(path, pixels, imagej=True, resolution=(10.0, 10.0), metadata=metadata)
    window.resize(1200, 900)
    window.show()
    window.open(path)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.jobs.idle)
    document = window.session.document
    with document.step("Draw"):
        document.write(Box(5, 15, 20, 40, 30, 70), np.ones((10, 20, 40), np.uint32))
    actions_of(window)["sections"].trigger()
    qtbot.waitUntil(lambda: window.views.below.isVisible() and window.views.below.height() > 40)
    return window


def at(view: SectionView, row: float, column: float) -> QPoint:
    """Return where a voxel of a section is on the screen."""
    down, along = (3.0, 1.0) if view.shown.across == 1 else (1.0, 3.0)
    return view.mapFromScene(column * along, row * down)


def test_the_views_are_those_of_a_stack(stack: Window) -> None:
    views = stack.views
    assert views.below.shown == Slice(1, 40)
    assert views.beside.shown == Slice(2, 50)
    actions_of(stack)["sections"].trigger()
    assert not views.below.isVisible()


def test_a_click_moves_the_cross_hair(stack: Window, qtbot: QtBot) -> None:
    view, views = stack.session.view, stack.views
    qtbot.mouseClick(views.below.viewport(), Qt.MouseButton.LeftButton, pos=at(views.below, 12.5, 60.5))
    assert view.plane == 12
    assert views.beside.shown.index in (60, 61)
    qtbot.mouseClick(views.beside.viewport(), Qt.MouseButton.LeftButton, pos=at(views.beside, 25.5, 7.5))
    assert view.plane == 7
    assert views.below.shown.index in (25, 26)
    place = stack.canvas.screen_position(30.5, 80.5).toPoint()
    qtbot.mouseClick(stack.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert views.below.shown.index in (30, 31)
    assert views.beside.shown.index in (80, 81)


def test_the_same_column_stands_at_the_same_place(stack: Window, qtbot: QtBot) -> None:
    canvas, views = stack.canvas, stack.views

    def apart() -> int:
        here = canvas.mapTo(stack, canvas.screen_position(20.5, 30.5).toPoint())
        below = views.below.mapTo(stack, at(views.below, 5.5, 30.5))
        beside = views.beside.mapTo(stack, at(views.beside, 20.5, 5.5))
        return max(abs(here.x() - below.x()), abs(here.y() - beside.y()))

    qtbot.waitUntil(lambda: apart() <= 1)
    canvas.zoom(2)
    canvas.pan(0.1, -0.2)
    qtbot.waitUntil(lambda: apart() <= 1)


@pytest.mark.parametrize(("scope", "rows"), [(Scope.PLANE, 1), (Scope.BODY, 8)])
def test_the_brush_draws_in_a_section(stack: Window, qtbot: QtBot, scope: Scope, rows: int) -> None:
    session, below = stack.session, stack.views.below
    session.view.selection = frozenset()
    session.view.brush_diameter = 9.0
    session.gestures.options.scope = scope
    session.gestures.use("brush")
    qtbot.mouseClick(below.viewport(), Qt.MouseButton.LeftButton, pos=at(below, 10.5, 15.5))
    z, y, _ = np.nonzero(session.document.labels == 2)
    assert np.ptp(z) + 1 == 3
    assert rows <= np.ptp(y) + 1 <= rows + 2
    assert session.view.plane == 10 or np.ptp(z) > 0


def test_a_click_in_a_section_does_what_it_does_on_the_canvas(stack: Window, qtbot: QtBot) -> None:
    session, below = stack.session, stack.views.below
    session.view.selection = frozenset()
    session.gestures.use("select")
    session.view.cross = (30.0, 50.0)
    qtbot.mouseClick(below.viewport(), Qt.MouseButton.LeftButton, pos=at(below, 10.5, 60.5))
    assert session.view.selection == {1}
    assert session.view.plane == 10, "and the cross-hair goes there"
    qtbot.mouseClick(
        below.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        pos=at(below, 10.5, 60.5),
    )
    assert not session.document.objects


def test_a_line_begun_in_one_view_is_not_drawn_in_another(stack: Window) -> None:
    session, gestures = stack.session, stack.session.gestures
    gestures.use("outline")
    assert gestures.tool_press(Pointer(3.0, 12.0, slice=Slice(1, 40)))
    gestures.tool_move(Pointer(30.0, 60.0))
    assert gestures.shapes(Slice(1, 40)) and not gestures.shapes(session.view.slice)
    assert not gestures.tool_press(Pointer(30.0, 60.0)), "the canvas pans instead"
    assert gestures.tool.busy
    gestures.tool_leave()
    assert gestures.shapes(Slice(1, 40)) and not gestures.shapes(session.view.slice)


def test_a_line_in_a_section_cuts_the_body(stack: Window, qtbot: QtBot) -> None:
    session, below = stack.session, stack.views.below
    session.view.cross = (30.0, 50.0)
    session.gestures.use("split")
    port = below.viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=at(below, 2.5, 50.5))
    for row in (6.5, 12.5, 17.5):
        qtbot.mouseMove(port, at(below, row, 50.5))
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=at(below, 17.5, 50.5))
    labels = session.document.labels
    assert set(np.unique(labels).tolist()) == {0, 1, 2}
    assert labels[10, 30, 35] != labels[10, 30, 65]
    assert (labels[5:15, 20:40, 30:70] > 0).all()


def test_a_comparison_is_drawn_in_the_orthogonal_views(stack: Window, qtbot: QtBot) -> None:
    """Bodies that were gained and lost are seen in all views, not in the planes alone."""
    session, views = stack.session, stack.views

    def drawn(view: SectionView) -> bool:
        colours = view.compared.present._colours
        if colours is None:
            return False
        rows, columns = colours.shape
        return bool(np.asarray(colours(slice(0, rows), slice(0, columns))).any())

    session.view.cross = (30.0, 50.0)
    assert not drawn(views.below)
    session.comparing.with_step(0)
    qtbot.waitUntil(lambda: session.comparing.now is not None)
    assert session.comparing.now is not None
    assert session.comparing.now.comparison.gained.tolist() == [1]
    assert drawn(views.below)
    assert drawn(views.beside)
    assert views.below.compared.present.transform().m22() == pytest.approx(3.0)
    session.view.cross = (60.0, 90.0)
    assert not drawn(views.below)
    session.comparing.clear()
    assert not drawn(views.beside)


def test_a_slab_shows_the_brightest_pixels_of_several_planes(stack: Window) -> None:
    session, acts = stack.session, actions_of(stack)
    assert session.image is not None
    pixels, view = session.image.pixels, session.view
    view.plane = 10

    def shown() -> np.ndarray:
        colours = stack.canvas.layers.image._colours
        assert colours is not None
        return np.asarray(colours(slice(0, 80), slice(0, 100)))

    def like(part: np.ndarray) -> np.ndarray:
        return np.asarray(ImageColours(part, view.channels)(slice(0, 80), slice(0, 100)))

    assert (shown() == like(pixels[10])).all()
    acts["slab"].trigger()
    assert acts["slab"].isChecked()
    assert (shown() == like(pixels[8:13].max(axis=0))).all()
    view.plane = 0
    assert (shown() == like(pixels[:3].max(axis=0))).all()
    acts["projection"].trigger()
    assert not acts["slab"].isChecked()
    assert (shown() == like(pixels.max(axis=0))).all()
    acts["projection"].trigger()
    assert (shown() == like(pixels[0])).all()


@pytest.mark.parametrize(
    ("plane", "count", "span"),
    [(5, 1, (5, 6)), (5, 5, (3, 8)), (0, 5, (0, 3)), (9, 4, (8, 10)), (4, 0, (0, 10))],
)
def test_a_slab_stays_inside_the_stack(plane: int, count: int, span: tuple[int, int]) -> None:
    assert slab_around(plane, count, 10) == span


def test_a_slice_knows_its_place() -> None:
    volume = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    for shown in (Slice(0, 1), Slice(1, 2), Slice(2, 3)):
        plane = shown.of(volume)
        for row, column in ((0.5, 0.5), (2.5, 3.5)):
            voxel = shown.voxel(row, column)
            assert shown.place(voxel) == (row, column)
            z, y, x = (int(v) for v in voxel)
            assert plane[int(row), int(column)] == volume[z, y, x]
        box = Box(0, 4, 1, 4, 2, 5)
        inside, mask = shown.cut(box, np.ones(box.shape, bool))
        assert inside.shape == mask.shape
        assert mask.shape[shown.across] == 1
        assert shown.meets(box)
    assert Slice(1, 0).cut(Box(0, 4, 1, 4, 2, 5), np.ones((4, 3, 3), bool))[0].empty


def test_the_distance_of_planes_is_asked_for_and_kept(stack: Window, qtbot: QtBot, tmp_path: Path) -> None:
    session, said = stack.session, []
    session.message.connect(said.append)
    stack.save()
    qtbot.waitUntil(lambda: session.jobs.idle and not session.document.modified)
    path = tmp_path / "plain.tif"
    tifffile.imwrite(path, np.zeros((6, 30, 40), np.uint8), imagej=True, metadata={"axes": "ZYX"})
    stack.open(path)
    qtbot.waitUntil(lambda: session.path == path and session.jobs.idle)
    assert any("how far apart its planes are" in words for words in said)
    assert session.gestures.desk.spacing()[0] == 1
    actions_of(stack)["plane_distance"].trigger()
    dialog = stack.findChild(DecimalQuestion)
    assert dialog is not None
    dialog.field.setValue(2.5)
    dialog.accept()
    assert session.gestures.desk.spacing()[0] == 2.5
    assert stack.views.below.image.transform().m22() == 2.5
    assert recalled(remembered(session.run_state.options, session.run_state.settings))["anisotropy"] == 2.5


@pytest.mark.parametrize(("said", "taken"), [(3.0, 3.0), (4000.0, None), (0.0, None), (None, None)])
def test_an_absurd_distance_is_not_believed(said: float | None, taken: float | None) -> None:
    step = None if said is None else 0.1 * said
    image = arrange(np.zeros((4, 8, 8), np.uint8), "ZYX", pixel_size=0.1, z_step=step)
    assert image.plane_distance == (None if taken is None else pytest.approx(taken))


def test_objects_of_a_stack_are_counted_in_voxels(stack: Window) -> None:
    stack.session.view.select(1)
    from cpsam_gui.panels import ObjectsPanel

    panel = stack.panel(ObjectsPanel)
    text = panel.selected.text()
    assert "8,000 voxels" in text
    assert "24 µm³" in text
    assert "planes 6 to 15" in text
    assert panel.model.headerData(1, Qt.Orientation.Horizontal) == "Voxels"


@pytest.fixture
def large_stack(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Window, np.ndarray]:
    """Return a window with a stack open that counts as larger than memory, and its pixels."""
    monkeypatch.setattr(large_module, "LARGE_PIXELS", 1 << 20)
    pixels = np.random.default_rng(0).integers(0, 4000, (6, 1100, 1300)).astype(np.uint16)
    pixels[3, 500:520] = 4000
    path = write_zarr(tmp_path / "stack.zarr", [pixels], axes="zyx", channels=(), side=256, sized=False)
    window.resize(1200, 900)
    window.show()
    window.open(path)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.jobs.idle, timeout=30_000)
    return window, pixels


def test_stacks_larger_than_memory_have_them(large_stack: tuple[Window, np.ndarray], qtbot: QtBot) -> None:
    window, pixels = large_stack
    document, view = window.session.document, window.session.view
    assert document.large
    with document.step("Draw"):
        document.write(Box(2, 5, 490, 530, 600, 700), np.ones((3, 40, 100), np.uint32))
    view.cross = (510.0, 650.0)
    actions_of(window)["sections"].trigger()
    below, beside = window.views.below, window.views.beside
    qtbot.waitUntil(
        lambda: below.isVisible() and below.image.settled and below.labels.settled, timeout=30_000
    )
    for section, across in ((below, 1), (beside, 2)):
        shown = section.shown
        assert shown.across == across
        image = shown.of(window.session.image.pixels) if window.session.image is not None else None
        whole = shown.of(pixels)
        assert image is not None
        np.testing.assert_array_equal(image[0:6, 0:6][..., 0], whole[0:6, 0:6])
        np.testing.assert_array_equal(
            shown.of(document.labels)[2:5, 2:5],
            shown.of(np.array(document.store.read(Box.whole(document.shape))))[2:5, 2:5],
        )
    labels = below.shown.of(document.labels)
    assert labels[0:6, 640:660].sum() == 3 * 20
    # At a step of 4 the row that the level holds, 508, is shown.
    assert labels[0:6, 600:700:4].any(axis=1).tolist() == [False, False, True, True, True, False]
    grabbed = below.grab().toImage()
    assert grabbed.width() > 100
    # Cutting and painting work there.
    assert crossed_by(document, below.shown, [(0.0, 650.0), (5.0, 650.0)]) == [1]


def test_regions_are_marked_as_complete_in_a_section(stack: Window, qtbot: QtBot) -> None:
    session, below = stack.session, stack.views.below
    session.gestures.use("complete")
    start, stop = at(below, 2.0, 10.0), at(below, 12.0, 60.0)
    qtbot.mousePress(below.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(below.viewport(), stop)
    qtbot.mouseRelease(below.viewport(), Qt.MouseButton.LeftButton, pos=stop)
    (region,) = session.document.facts.complete
    assert region.place == (1, 40)
    columns, rows = zip(*region.corners, strict=True)
    assert (min(rows), max(rows)) == (pytest.approx(2, abs=1), pytest.approx(12, abs=1))
    assert (min(columns), max(columns)) == (pytest.approx(10, abs=1), pytest.approx(60, abs=1))
    drawn = below.marks.regions.line
    assert drawn.sceneBoundingRect().height() == pytest.approx(
        3 * drawn.path().boundingRect().height(), rel=0.2
    )
    assert stack.canvas.marks.regions.line.path().isEmpty()
    session.view.cross = (20.5, 50.5)
    assert drawn.path().isEmpty(), "it is in another section"
    session.view.cross = (40.5, 50.5)
    assert not drawn.path().isEmpty()
    said: list[str] = []
    session.message.connect(said.append)
    qtbot.mouseMove(stack.views.beside.viewport(), at(stack.views.beside, 40.5, 10.5))
    actions_of(stack)["plane_complete"].trigger()
    assert [one.place for one in session.document.facts.complete] == [(1, 40), (2, 50)]
    assert said[-1].startswith("Section x 51 is marked as complete")


def test_signs_and_frames_stand_in_every_view(stack: Window) -> None:
    session, below = stack.session, stack.views.below
    session.view.cross = (30.5, 50.5)
    session.view.set_masks(signs=False)
    plain = below.viewport().grab().toImage()
    session.view.set_masks(signs=True)
    session.edits.change(lambda document: operations.set_locked(document, [1]))
    signs = below.marks.signs
    ((number, place, _),) = signs._in_view(
        signs.boundingRect(), signs.deviceTransform(below.viewportTransform())
    )
    assert number == 1
    # The body reaches from plane 6 to 15 and from column 31 to 70.
    assert place == below.viewportTransform().map(QPointF(50.0, 10.0 * 3))
    assert below.viewport().grab().toImage() != plain
    session.view.cross = (60.5, 50.5)
    assert not list(signs._in_view(signs.boundingRect(), below.viewportTransform()))


def test_what_a_run_by_blocks_has_found_is_seen_in_every_view(stack: Window, qtbot: QtBot) -> None:
    session, below = stack.session, stack.views.below
    session.view.cross = (65.5, 50.5)
    qtbot.waitUntil(lambda: below.image.settled)
    before = below.viewport().grab().toImage()
    partial = PartialResult(session.document.shape, session.large_run.block_found.emit)
    session.large_run.partial_result = partial
    box = Box(2, 12, 60, 70, 20, 80)
    partial.labels.write(box, np.ones(box.shape, np.uint32))
    partial.largest = 1
    session.large_run.partial_changed.emit()
    qtbot.waitUntil(lambda: below.partial.tiles.settled and below.viewport().grab().toImage() != before)
    session.large_run.let_go()
    assert below.viewport().grab().toImage() == before


def test_the_pointer_over_a_section_owns_the_keyboard_as_over_the_canvas(stack: Window, qtbot: QtBot) -> None:
    """Whatever had the focus before: Space hides the masks in all views, and a held tool is put back."""
    activate(stack, qtbot)
    session, below = stack.session, stack.views.below
    port = below.viewport()
    assert port is not None
    pressed: list[bool] = []
    button = next(b for b in stack.findChildren(QPushButton) if b.isVisible() and b.isEnabled())
    button.clicked.connect(lambda: pressed.append(True))
    button.setFocus()
    qtbot.mouseMove(port, at(below, 10.5, 45.5))
    qtbot.mouseMove(port, at(below, 10.5, 50.5))
    qtbot.keyPress(focused(), Qt.Key.Key_Space)
    assert not seen(stack.canvas.layers.labels) and not seen(below.labels)
    with qtbot.waitSignal(stack.canvas.peeked):
        qtbot.keyRelease(focused(), Qt.Key.Key_Space)
    assert seen(stack.canvas.layers.labels) and seen(below.labels)
    assert not pressed
    qtbot.keyPress(focused(), Qt.Key.Key_E)
    assert session.gestures.tool.key == "eraser"
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=at(below, 10.5, 50.5))
    qtbot.keyRelease(focused(), Qt.Key.Key_E)
    # The eraser was only held.
    qtbot.waitUntil(lambda: session.gestures.tool.key == "select")


def seen(tiles: TileLayer) -> bool:
    return tiles.isVisible() and tiles.opacity() > 0
