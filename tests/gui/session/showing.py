"""Opening an image in a session without a window, and a place on it where nothing is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session

SQUARE = [(34, 78), (34, 92), (46, 92), (46, 78)]


def show(session: Session, qtbot: QtBot, path: Path, time: int | None = None) -> None:
    """Open an image, or a time point of it, and wait until it is there."""
    reading = None if time is None else session.images.reading.at(time)
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path, reading=reading)
