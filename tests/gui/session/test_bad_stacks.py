"""Stacks as they should not be: one clear line, and nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile

from cpsam_gui.jobs.jobs import Problem
from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def open_file(window: Window, qtbot: QtBot, path: Path) -> None:
    window.open(path)
    qtbot.waitUntil(lambda: window.session.path == path and window.session.jobs.idle)


@pytest.mark.parametrize("shape", [(4, 80, 100), (80, 100), (5, 80, 99)])
def test_masks_of_another_shape_are_refused_and_the_work_stays(
    window: Window, qtbot: QtBot, stack_file: Path, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    open_file(window, qtbot, stack_file)
    session = window.session
    with session.document.step("Draw"):
        session.document.write(Box(0, 5, 2, 9, 2, 9), np.ones((5, 7, 7), np.uint32))
    before, problems = session.document.labels.copy(), []
    session.failed.connect(problems.append)
    masks = tmp_path / "others.tif"
    tifffile.imwrite(masks, np.ones(shape, np.uint16), photometric="minisblack")
    session.exporting.import_masks(masks)
    qtbot.waitUntil(lambda: bool(problems))
    (problem,) = problems
    assert isinstance(problem, Problem)
    assert "others.tif" in problem.text
    np.testing.assert_array_equal(session.document.labels, before)


def test_a_stack_of_one_plane_is_a_flat_image(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "one.tif"
    tifffile.imwrite(path, np.zeros((1, 40, 50), np.uint8), imagej=True, metadata={"axes": "ZYX"})
    open_file(window, qtbot, path)
    session = window.session
    assert session.document.shape == (1, 40, 50)
    assert not session.run_state.settings.do_3D
    session.view.sections = True
    assert not window.views.below.isVisibleTo(window.views)


def test_planes_without_pixels_are_opened_and_segmented(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    """Planes that a microscope did not write are dark, and those of floating point may be no numbers at all."""
    pixels = np.random.default_rng(0).random((6, 60, 70)).astype(np.float32)
    pixels[2] = 0
    pixels[4] = np.nan
    path = tmp_path / "gaps.tif"
    tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": "ZYX"})
    open_file(window, qtbot, path)
    session, problems = window.session, []
    session.failed.connect(problems.append)
    for plane in range(6):
        session.view.plane = plane
    window.run()
    qtbot.waitUntil(lambda: session.jobs.idle)
    assert not problems
