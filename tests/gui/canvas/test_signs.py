"""Signs on the image: what is drawn follows what a person did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QApplication, QToolTip

from cpsam_gui import operations
from cpsam_gui.canvas.sign_table import Sign
from cpsam_gui.session.mask_colours import is_stained
from cpsam_gui.state.box import Box
from cpsam_gui.state.palette import STAINED, palette_table
from tests.gui.mouse import click, place

if TYPE_CHECKING:
    from pathlib import Path

    from PyQt6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def spot(window: Window, y: float, x: float) -> QImage:
    at = place(window, y, x)
    return window.canvas.viewport().grab().toImage().copy(at.x() - 6, at.y() - 6, 12, 12)


def test_what_a_person_did_is_marked_on_the_image(segmented: Window, qtbot: QtBot) -> None:
    session, signs = segmented.session, segmented.canvas.marks.signs
    number = session.document.label_at(0, 20, 20)
    plain = spot(segmented, 20.5, 20.5)
    assert signs.shown == {}
    for key, sign in (
        (Qt.Key.Key_3, Sign("", 3)),
        (Qt.Key.Key_L, Sign("lock", 3)),
        (Qt.Key.Key_U, Sign("help", 3)),
    ):
        click(segmented, qtbot, 20.5, 20.5)
        qtbot.keyClick(segmented.canvas, key)
        assert signs.shown == {number: sign}
        session.view.selection = frozenset()
        drawn = spot(segmented, 20.5, 20.5)
        assert drawn != plain
        plain = drawn
    for _ in range(3):
        session.edits.undo()
    assert signs.shown == {}
    session.edits.change(lambda document: operations.grow(document, [number], 1))
    assert signs.shown == {number: Sign()}


def test_signs_can_be_hidden_and_ids_shown(segmented: Window, qtbot: QtBot) -> None:
    session = segmented.session
    plain = spot(segmented, 60.5, 60.5)
    session.view.set_masks(ids=True)
    assert spot(segmented, 60.5, 60.5) != plain
    segmented.canvas.peek(True)
    hidden = spot(segmented, 60.5, 60.5)
    segmented.canvas.peek(False)
    session.view.set_masks(ids=False, signs=False)
    session.edits.change(
        lambda document: operations.set_locked(document, [session.document.label_at(0, 60, 60)])
    )
    assert spot(segmented, 60.5, 60.5) == plain
    assert hidden != plain


def test_objects_on_stained_tissue_are_neither_pink_nor_purple(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    pixels = np.full((40, 40, 3), (225, 180, 220), np.uint8)
    path = tmp_path / "tissue.png"
    imagecodecs.imwrite(path, pixels)
    with qtbot.waitSignal(window.session.image_changed):
        window.open(path)
    stained = palette_table(0.95, stained=True)
    document = window.session.document
    with document.step("Draw"):
        document.write(Box(0, 1, 2, 8, 2, 8), np.full((1, 6, 6), 1, np.uint32))
    _, lines = window.session.mask_colours.tables()
    assert lines[1] in stained[1:]


def test_the_card_tells_of_the_object_where_the_pointer_rests(segmented: Window, qtbot: QtBot) -> None:
    session, viewport = segmented.session, segmented.canvas.viewport()
    number = session.document.label_at(0, 20, 20)
    session.edits.change(lambda document: operations.set_class(document, [number], 2))
    at = place(segmented, 20.5, 20.5)
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at, viewport.mapToGlobal(at)))
    assert QToolTip.text().split("\n") == [
        f"Object {number}",
        f"{session.document.objects[number].area} px",
        "class 2",
        "probability 0.90",
        "flow error 0.10",
        "touched by hand",
        "diameter 17.9 px",
        "solidity 0.94",
        "mean brightness 919.7",
    ]
    assert segmented.canvas.card.text(40, 40) == ""
    alone = segmented.canvas.card.text(20, 20)
    session.measuring.follow("table", True)
    qtbot.waitUntil(lambda: session.measuring.fresh)
    assert segmented.canvas.card.text(20, 20) == alone, "the table says the same"


def test_a_body_carries_its_sign_where_it_is_in_the_plane_and_none_where_it_is_not(
    window: Window, qtbot: QtBot, stack_file: Path
) -> None:
    """A sign stood at the middle of the body's box, also in planes in which the body has no pixel."""
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    document, view = window.session.document, window.session.view
    depth, height, width = document.shape
    assert depth > 2
    assert min(height, width) >= 40
    with document.step("Draw"):
        for z, x in ((0, 2), (2, 22)):
            document.write(Box(z, z + 1, 4, 16, x, x + 12), np.ones((1, 12, 12), np.uint32))
    window.canvas.fit()

    def shown() -> dict[tuple[int, int], bool]:
        found = {}
        for x in (8, 28, 18):
            view.set_masks(signs=False, opacity=0.0)
            plain = spot(window, 10.0, float(x))
            view.set_masks(signs=True)
            found[view.plane, x] = spot(window, 10.0, float(x)) != plain
        return found

    seen: dict[tuple[int, int], bool] = {}
    for plane in range(3):
        view.plane = plane
        seen |= shown()
    assert [key for key, there in seen.items() if there] == [(0, 8), (2, 28)]


def test_dense_stain_is_seen_as_stained_and_dark_fluorescence_is_not() -> None:
    def image(*colour: int) -> np.ndarray:
        return np.full((1, 40, 40, 3), colour, np.uint8)

    assert is_stained(image(220, 190, 215))
    assert is_stained(image(105, 98, 121))
    assert not is_stained(image(14, 5, 47))
    assert not is_stained(image(70, 70, 70))
    assert not is_stained(image(40, 90, 60))


def test_no_colour_on_stained_tissue_is_as_blue_or_violet_as_the_stain() -> None:
    """Mixed half and half with the stain, each stays apart from it."""
    assert len(set(STAINED)) == len(STAINED)
    for red, green, blue in STAINED:
        assert green >= min(red, blue), "violet and pink have little green"
        assert not blue > 1.5 * green, "dark blue turns violet"
