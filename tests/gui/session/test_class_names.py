"""Names of classes that were given in one image of a folder stand in the next ones."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from cpsam_gui import operations
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session
from tests.gui.session.showing import show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def names(session: Session) -> dict[int, str]:
    return {one.number: one.name for one in session.document.facts.classes}


def name(session: Session, number: int, text: str) -> None:
    session.edits.change(lambda document: operations.name_class(document, number, text))


def test_names_of_classes_go_on_to_the_next_images_of_the_folder(
    session: Session, qtbot: QtBot, image_file: Path, other: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere" / "cells.tif"
    elsewhere.parent.mkdir()
    shutil.copy(image_file, elsewhere)
    show(session, qtbot, other)
    name(session, 2, "dead")
    assert session.persistence.save_now()
    show(session, qtbot, image_file)
    assert names(session) == {2: "dead"}
    assert not session.document.modified, "looking at an image changes nothing"
    assert not session.document.can_undo
    name(session, 1, "mitotic")
    name(session, 2, "apoptotic")
    assert session.persistence.save_now()
    show(session, qtbot, other)
    assert names(session) == {1: "mitotic", 2: "dead"}, "a name that an image has stays"
    show(session, qtbot, elsewhere)
    assert not names(session), "another folder may mean other things"
    session.persistence.discard()


def test_a_name_that_was_taken_away_does_not_go_on(
    session: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    show(session, qtbot, image_file)
    name(session, 1, "mitotic")
    name(session, 1, "")
    session.persistence.discard()
    show(session, qtbot, other)
    assert not names(session)


@pytest.fixture
def next_start(session: Session) -> Iterator[Session]:
    """Return the session of a program that is started again."""
    made = Session(Models(lambda choice, progress: None))
    made.persistence.preferences.now = session.persistence.preferences.now
    yield made
    made.close()


def test_names_go_on_to_other_images_of_the_folder_after_a_restart(
    session: Session, next_start: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    third = image_file.with_name("third.tif")
    shutil.copy(image_file, third)
    show(session, qtbot, image_file)
    name(session, 1, "neuron")
    name(session, 2, "dead")
    assert session.persistence.save_now()
    show(session, qtbot, other)
    name(session, 1, "glia")
    name(session, 2, "")
    assert session.persistence.save_now()
    show(next_start, qtbot, third)
    assert names(next_start) == {1: "glia"}, "as they were named last"
    assert not next_start.document.modified and not next_start.document.can_undo
    show(next_start, qtbot, image_file)
    assert names(next_start) == {1: "neuron", 2: "dead"}, "a name that an image has stays"


def test_projects_that_cannot_be_read_name_no_classes(
    session: Session, next_start: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    show(session, qtbot, image_file)
    name(session, 1, "neuron")
    assert session.persistence.save_now()
    image_file.with_name("odd.cpsam").write_bytes(b"no project")
    image_file.with_name("folder.cpsam").mkdir()
    show(next_start, qtbot, other)
    assert names(next_start) == {1: "neuron"}
