"""Names of classes that were given in one image of a folder stand in the next ones."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from cpsam_gui import operations

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session


def show(session: Session, qtbot: QtBot, image: Path) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image)


def names(session: Session) -> dict[int, str]:
    return {one.number: one.name for one in session.document.facts.classes}


def name(session: Session, number: int, text: str) -> None:
    session.edits.change(lambda document: operations.name_class(document, number, text))


def test_names_of_classes_go_on_to_the_next_images_of_the_folder(
    session: Session, qtbot: QtBot, image_file: Path, tmp_path: Path
) -> None:
    other = image_file.with_name("other.tif")
    elsewhere = tmp_path / "elsewhere" / "cells.tif"
    elsewhere.parent.mkdir()
    for copy in (other, elsewhere):
        shutil.copy(image_file, copy)
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


def test_a_name_that_was_taken_away_does_not_go_on(session: Session, qtbot: QtBot, image_file: Path) -> None:
    other = image_file.with_name("other.tif")
    shutil.copy(image_file, other)
    show(session, qtbot, image_file)
    name(session, 1, "mitotic")
    name(session, 1, "")
    session.persistence.discard()
    show(session, qtbot, other)
    assert not names(session)
