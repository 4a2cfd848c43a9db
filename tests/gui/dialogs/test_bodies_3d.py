"""Bodies in 3D: surfaces lie where the bodies are, and where they cannot be shown the reason is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_core.progress import silent
from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs import bodies_3d
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.tasks import surfaces

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window


def test_a_surface_lies_around_its_body() -> None:
    pytest.importorskip("skimage")
    document = Document((20, 50, 60))
    z, y, x = np.ogrid[:20, :50, :60]
    ball = ((z - 9.5) * 2) ** 2 + (y - 24.5) ** 2 + (x - 34.5) ** 2 <= 100
    labels = np.where(ball, 1, 0).astype(np.uint32)
    labels[0, 0, 0] = 2
    with document.step("Draw"):
        document.write(Box.whole(document.shape), labels)
    found = surfaces.surfaces_of(document.snapshot(), dict(document.objects), (2.0, 1.0, 1.0), silent)
    assert [one.id for one in found] == [1, 2], "the largest first"
    ball_surface = found[0]
    far = np.linalg.norm(ball_surface.vertices - (35, 25, 20), axis=1)
    assert far.min() > 8.5
    assert far.max() < 11.5
    assert ball_surface.faces.max() < len(ball_surface.vertices)
    a, b, c = (ball_surface.vertices[ball_surface.faces[:, corner]] for corner in range(3))
    facing = (np.cross(b - a, c - a) * ((a + b + c) / 3 - (35, 25, 20))).sum(axis=1)
    assert (facing < 0).mean() > 0.99, "as the light of the view needs it, or bodies are drawn in the dark"


@pytest.mark.parametrize(("installed", "words"), [(False, "cpsam-gui[3d]"), (True, "no OpenGL")])
def test_where_it_cannot_be_shown_the_reason_is_said(
    window: Window,
    qtbot: QtBot,
    stack_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    installed: bool,
    words: str,
) -> None:
    with qtbot.waitSignal(window.session.image_changed):
        window.open(stack_file)
    said: list[str] = []
    window.session.message.connect(said.append)
    action = actions_of(window)["bodies_3d"]
    assert not action.isEnabled(), "there is nothing to show yet"
    with window.session.document.step("Draw"):
        window.session.document.write(Box(1, 4, 5, 15, 5, 15), np.ones((3, 10, 10), np.uint32))
    monkeypatch.setattr(surfaces, "is_there", lambda: installed)
    monkeypatch.setattr(bodies_3d, "has_opengl", lambda: False)
    action.trigger()
    assert any(words in one for one in said)
