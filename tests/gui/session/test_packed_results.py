"""What lands in a document is packed for the journal where it is made, so that no step waits for that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile

from cpsam_gui import operations
from cpsam_gui.session import Session
from cpsam_gui.state.box import Box
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.storage import journal_format
from cpsam_gui.storage.journal_format import recover
from cpsam_gui.storage.project import fields_of
from tests.gui.session.test_persistence import Asked

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often the journal has to pack labels itself."""
    times: list[int] = []
    plain = journal_format.pack_labels

    def counted(*args: Any) -> bytes:
        times.append(1)
        return plain(*args)

    monkeypatch.setattr(journal_format, "pack_labels", counted)
    return times


def test_nothing_that_lands_is_packed_by_the_journal(
    session: Session, qtbot: QtBot, image_file: Path, disc_labels: np.ndarray, packed: list[int]
) -> None:
    masks = image_file.with_name(f"{image_file.stem}_masks.tif")
    other = image_file.with_name("other.tif")
    tifffile.imwrite(masks, np.where(disc_labels > 2, 0, disc_labels).astype(np.uint16))
    tifffile.imwrite(other, disc_labels.astype(np.uint16))
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    assert len(session.document.objects) == 2
    written(session, packed)
    draw(session, 50)
    session.persistence.ask = Asked("replace")
    with qtbot.waitSignal(session.history_changed):
        session.exporting.import_masks(other)
    written(session, packed)
    draw(session, 51)
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    written(session, packed)
    draw(session, 52)
    while session.document.can_undo:
        session.document.undo()
        written(session, packed)
    while session.document.can_redo:
        session.document.redo()
        written(session, packed)
    operations.clear(session.document)
    written(session, packed)


def draw(session: Session, number: int) -> None:
    box = Box(0, 1, number, number + 3, 5, 9)
    with session.document.step("Draw"):
        session.document.write(box, np.full(box.shape, number, np.uint32))


def written(session: Session, packed: list[int]) -> None:
    """What is there is in the journal, and nobody packed it in between."""
    journal = session.persistence.journal
    assert journal is not None
    journal.flush()
    assert not packed
    if not journal.path.exists():
        assert isinstance(session.document.store, ArrayLabels) and session.document.store.packed is not None
        return
    found = recover(journal.path)
    assert found is not None
    np.testing.assert_array_equal(found.labels, session.document.labels)
    assert found.objects == {number: fields_of(row) for number, row in session.document.objects.items()}
