"""What is asked before an image is left while a run is at work that cannot go on without it."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest

from cpsam_gui.state.box import Box

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session.questions import Question
    from cpsam_gui.window.window import Window


@pytest.mark.parametrize("answer", ["stay", "leave"])
def test_a_run_on_a_region_that_ends_with_its_image_is_asked_about(
    opened: Window, segmenter: FakeSegmenter, qtbot: QtBot, image_file: Path, answer: str
) -> None:
    """In an image larger than memory it had ended without a question, and what it had found was lost."""
    session = opened.session
    asked: list[Question] = []
    other = image_file.with_name("other.tif")
    other.write_bytes(image_file.read_bytes())
    session.segmenting.goes_on = lambda landing: None
    session.persistence.ask = lambda question: asked.append(question) or answer
    segmenter.gate = Event()
    session.segmenting.segment_region(Box(0, 1, 5, 36, 5, 36))
    if answer == "stay":
        opened.open(other)
        segmenter.gate.set()
        qtbot.waitUntil(lambda: bool(session.document.objects))
        assert session.path == image_file
    else:
        # The run looks up from its gate after up to five seconds.
        with qtbot.waitSignal(session.image_changed, timeout=30_000):
            opened.open(other)
        segmenter.gate.set()
    (question,) = asked
    assert question.text == "Segmenting a region is not done and ends when this image is left."
    assert question.safe == "stay"
    session.document.mark_saved()
    with qtbot.waitSignal(session.image_changed):
        opened.open(image_file)
    assert len(asked) == 1, "nothing is at work any more"
