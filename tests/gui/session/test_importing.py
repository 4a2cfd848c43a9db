"""Masks of a file do not come in the place of what a person made unasked, and it is said that they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile

from cpsam_gui import operations
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ClassName
from cpsam_gui.state.objects import Origin
from cpsam_gui.storage.companions import project_path
from tests.gui.session.test_persistence import Asked

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


@pytest.fixture
def other_masks(tmp_path: Path) -> Path:
    """Write labels of another program: one under the first disc, and two of its own."""
    labels = np.zeros((80, 100), np.uint16)
    labels[15:25, 15:25] = 7
    labels[40:48, 80:90] = 8
    labels[60:70, 90:98] = 9
    path = tmp_path / "other_prog.tif"
    tifffile.imwrite(path, labels)
    return path


def draw_and_lock(session: Session) -> np.ndarray:
    """Draw an object and lock the first disc; return the pixels of both."""
    document = session.document
    with document.step("x"):
        document.write(Box(0, 1, 40, 44, 40, 44), np.full((1, 4, 4), 50, np.uint32))
    session.edits.change(lambda document: operations.set_locked(document, [1]))
    labels = document.labels.copy()
    return np.where(np.isin(labels, (1, 50)), labels, 0)


def test_what_a_person_made_is_kept_and_the_others_are_added(
    segmented: Window, qtbot: QtBot, other_masks: Path
) -> None:
    """All had gone, locked ones too, without a question and without a word."""
    session = segmented.session
    mine = draw_and_lock(session)
    session.edits.change(lambda document: operations.name_class(document, 3, "round"))
    session.persistence.ask = asked = Asked("add")
    said: list[str] = []
    session.notices.message.connect(said.append)
    session.exporting.import_masks(other_masks)
    qtbot.waitUntil(lambda: any("imported" in one for one in said), timeout=30_000)
    assert "2 objects" in asked.questions[0].text and "Locked: 1" in asked.questions[0].detail
    labels, rows = session.document.labels, session.document.objects
    np.testing.assert_array_equal(np.where(np.isin(labels, (1, 50)), labels, 0), mine)
    assert rows[1].locked and rows[50].origin is Origin.HAND
    assert len(rows) == 4, "the one under the locked object is left out, and those of the model give way"
    assert said[-1] == "2 objects imported from other_prog.tif"
    assert session.document.facts.classes == (ClassName(3, "round"),)
    session.edits.undo()
    assert set(session.document.objects) == {1, 2, 3, 4, 50}


@pytest.mark.parametrize("answer", ["replace", "cancel"])
def test_they_are_replaced_only_where_somebody_says_so(
    segmented: Window, qtbot: QtBot, other_masks: Path, answer: str
) -> None:
    session = segmented.session
    mine = draw_and_lock(session)
    session.persistence.ask = asked = Asked(answer)
    session.exporting.import_masks(other_masks)
    qtbot.waitUntil(lambda: bool(asked.questions) and session.jobs.idle, timeout=30_000)
    assert (set(session.document.objects) == {7, 8, 9}) is (answer == "replace")
    assert (np.array_equal(session.document.labels[mine > 0], mine[mine > 0])) is (answer == "cancel")


def test_masks_of_the_model_are_replaced_without_a_question(
    segmented: Window, qtbot: QtBot, other_masks: Path
) -> None:
    session = segmented.session
    session.persistence.ask = asked = Asked()
    said: list[str] = []
    session.notices.message.connect(said.append)
    session.exporting.import_masks(other_masks)
    qtbot.waitUntil(lambda: "3 objects imported from other_prog.tif" in said, timeout=30_000)
    assert not asked.questions


def test_what_is_drawn_while_they_are_put_together_is_kept_too(
    segmented: Window, qtbot: QtBot, other_masks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, document = segmented.session, segmented.session.document
    draw_and_lock(session)
    session.persistence.ask = Asked("add")
    real, drawn = type(session.exporting)._add, []

    def add(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        if not drawn:
            drawn.append(60)
            with document.step("x"):
                document.write(Box(0, 1, 2, 6, 90, 94), np.full((1, 4, 4), 60, np.uint32))

    monkeypatch.setattr(type(session.exporting), "_add", add)
    session.exporting.import_masks(other_masks)
    qtbot.waitUntil(lambda: 2 not in document.objects and session.jobs.idle, timeout=30_000)
    assert {1, 50, 60} < set(document.objects) and len(document.objects) == 5


def test_the_image_itself_is_no_masks(segmented: Window, qtbot: QtBot, image_file: Path) -> None:
    session = segmented.session
    with qtbot.waitSignal(session.failed) as caught:
        session.exporting.import_masks(image_file)
    assert "the image itself" in caught.args[0].text
    assert len(session.document.objects) == 4
    assert not project_path(image_file).exists()
