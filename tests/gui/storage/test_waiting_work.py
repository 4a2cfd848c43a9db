"""What journals say of the work that waits in them, without its being read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cpsam_gui import drawing, operations
from cpsam_gui.state.document import Document
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.slice import Slice
from cpsam_gui.storage import journal_heads, waiting_work
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.folder import read_states
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_folder import given_up_name, journal_folder
from cpsam_gui.storage.journal_format import frames, recover
from cpsam_gui.storage.journal_heads import image_of, review_of
from cpsam_gui.storage.waiting_work import waiting_reviews

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = (1, 60, 240)


def left(image: Path, *reviews: ReviewState, part: str = "", notes: str = "") -> Path:
    """Leave a journal of some strokes, each of which brings the work so far; return it."""
    document = Document(SHAPE)
    journal = Journal(document, image, part=part)
    for number, review in enumerate(reviews):
        box, mask = drawing.stroke(Slice(0, 0), (20 + 60 * number, 30), (20 + 60 * number, 200), 5)
        with document.step("Brush"):
            operations.paint(document, box, mask, document.new_id())
            document.set_facts(review=review, notes=notes)
    journal.keep()
    return journal.path


def test_how_far_work_is_stands_in_the_last_frame_that_is_whole(tmp_path: Path) -> None:
    image = tmp_path / "a.tif"
    journal = left(image, ReviewState.SEGMENTED, ReviewState.CORRECTED, ReviewState.VERIFIED)
    content = journal.read_bytes()
    ends = [end for _, _, end in frames(content)]
    assert len(ends) == 3
    torn = tmp_path / "torn.journal"
    for cut in (*range(0, len(content), 41), *ends):
        torn.write_bytes(content[:cut])
        found = recover(torn)
        assert review_of(torn) is (found.facts.review if found is not None else ReviewState.NOT_STARTED)
    assert image_of(journal) == image


def test_words_like_those_of_a_journal_mislead_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = left(tmp_path / "a.tif", ReviewState.VERIFIED, notes='}}, "objects": {')
    assert review_of(journal) is ReviewState.VERIFIED
    monkeypatch.setattr(journal_heads, "TABLE", b', "classes": {')
    assert review_of(journal) is ReviewState.VERIFIED, "what is cut in the wrong place is read whole"


def test_only_work_that_would_be_lost_waits(tmp_path: Path) -> None:
    image, other = tmp_path / "a.tif", tmp_path / "b.tif"
    elsewhere = left(tmp_path / "elsewhere" / "a.tif", ReviewState.VERIFIED)
    older = left(image, ReviewState.SEGMENTED)
    os.utime(older, (1e9, 1e9))
    newer = left(image, ReviewState.CORRECTED)
    assert waiting_reviews([image, other]) == {image: {"": ReviewState.CORRECTED}}
    assert elsewhere.exists(), "nothing is taken away"
    newer.replace(given_up_name(newer))
    assert waiting_reviews([image, other]) == {image: {"": ReviewState.SEGMENTED}}
    project_path(image).write_bytes(b"saved since")
    assert waiting_reviews([image, other]) == {}
    (journal_folder() / "damaged-1-2.journal").write_bytes(b"CPJ1 and nothing")
    assert waiting_reviews([image, other]) == {}


def test_work_on_a_part_counts_beside_what_waits_of_others(tmp_path: Path) -> None:
    image = tmp_path / "movie.tif"
    left(image, ReviewState.VERIFIED, part="t0001")
    left(image, ReviewState.SEGMENTED, part="t0002")
    work = read_states([image])
    assert work.states == {image: ReviewState.CORRECTED} and work.waiting == {image}


def test_a_journal_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, read = tmp_path / "a.tif", list[str]()
    journal = left(image, ReviewState.CORRECTED)
    monkeypatch.setattr(waiting_work, "review_of", lambda path: read.append(path.name) or review_of(path))
    for _ in range(2):
        assert waiting_reviews([image]) == {image: {"": ReviewState.CORRECTED}}
    assert read == [journal.name]
    journal.write_bytes(journal.read_bytes()[:-1])
    assert waiting_reviews([image]) == {image: {"": ReviewState.NOT_STARTED}}
