"""The window with the shipped model on a shipped image: no part is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtWidgets import QMessageBox

from cpsam_core.demo import demo_image
from cpsam_core.images import read_image
from cpsam_gui.runs.models import DEFAULT
from cpsam_gui.session import Session

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_the_window_gives_the_masks_of_the_engine(qtbot: QtBot) -> None:
    from cpsam_core.segment.segmenter import Segmenter, Settings
    from cpsam_gui.actions.install import make_window

    window = make_window(Session())
    with qtbot.waitExposed(window):
        window.show()
    window.open_demo()
    qtbot.waitUntil(lambda: bool(window.session.document.objects), timeout=300_000)
    expected = Segmenter.load(DEFAULT).segment(read_image(demo_image()), Settings()).labels
    found = window.session.document.labels[0]
    np.testing.assert_array_equal(found > 0, expected > 0)
    assert len(window.session.document.objects) == expected.max()
    assert window.findChild(QMessageBox) is None
    assert window.session.run_state.flows is not None
    row = next(iter(window.session.document.objects.values()))
    assert row.probability is not None
    assert row.flow_error is not None
    window.session.document.mark_saved()
    window.close()
