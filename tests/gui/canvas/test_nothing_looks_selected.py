"""No object of an image looks chosen because another one had its number: in the image, in sections, for a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tifffile

from cpsam_gui.state.slice import Slice
from cpsam_gui.tools import Pointer
from tests.gui.conftest import discs

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def marked(window: Window) -> tuple[frozenset[int], int]:
    """Return what the canvas draws as selected and as hovered."""
    colours = window.canvas.layers._colours
    assert colours is not None
    return colours.selected, colours.hovered


def point_at_the_first(window: Window) -> None:
    session = window.session
    session.gestures.tool_move(Pointer(20, 20))
    session.view.select(1)
    assert marked(window) == ({1}, 1)


def next_image(window: Window, qtbot: QtBot, image_file: Path) -> None:
    """Open another image with masks of the same numbers elsewhere, the pointer at rest."""
    path = image_file.with_name("next.tif")
    path.write_bytes(image_file.read_bytes())
    tifffile.imwrite(path.with_name("next_masks.tif"), np.roll(discs(), 5, 0))
    with qtbot.waitSignal(window.session.image_changed):
        window.session.images.open(path)
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 4)


def test_nothing_looks_selected_in_the_next_image(segmented: Window, qtbot: QtBot, image_file: Path) -> None:
    point_at_the_first(segmented)
    next_image(segmented, qtbot, image_file)
    assert marked(segmented) == (frozenset(), 0)
    session = segmented.session
    assert not session.view.selection and not session.view.hovered
    # A step there shows nothing under a pointer of which nobody knows where it is.
    with session.document.step("Draw"):
        session.document.set_facts(notes="seen")
    assert marked(segmented) == (frozenset(), 0)
    session.gestures.tool_move(Pointer(60, 60))
    assert marked(segmented)[1] == session.document.label_at(0, 60, 60) > 0


def test_the_editor_of_corners_opens_no_object_of_the_next_image(
    segmented: Window, qtbot: QtBot, image_file: Path
) -> None:
    point_at_the_first(segmented)
    segmented.session.gestures.use("vertices")
    assert segmented.session.gestures.tool.busy
    next_image(segmented, qtbot, image_file)
    assert segmented.session.gestures.tool.key == "vertices"
    assert not segmented.session.gestures.tool.busy


def test_what_lies_under_a_resting_pointer_follows_the_masks(segmented: Window) -> None:
    session = segmented.session
    point_at_the_first(segmented)
    session.edits.go_to(0)
    assert marked(segmented) == (frozenset(), 0)
    session.edits.redo()
    assert marked(segmented)[1] == 1
    session.view.set_masks(visible=False)
    assert session.view.hovered == 0


def test_what_lies_under_a_resting_pointer_follows_the_plane(
    window: Window, qtbot: QtBot, stack_file: Path
) -> None:
    from cpsam_gui import operations

    session = window.session
    with qtbot.waitSignal(session.image_changed):
        window.open(stack_file)
    operations.add_polygon(session.document, Slice(0, 2), [(5, 5), (5, 30), (30, 30), (30, 5)])
    session.gestures.tool_move(Pointer(20, 20))
    assert session.view.hovered == 1
    session.view.plane = 3
    assert session.view.hovered == 0
    session.view.plane = 2
    assert session.view.hovered == 1
