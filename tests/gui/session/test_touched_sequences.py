"""Edits, runs, thresholds, undo and redo in any order: what was touched goes only where that is said."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.images import Image
from cpsam_core.segment.output import NetworkOutput
from cpsam_gui import operations, tasks
from cpsam_gui.operations import WriteMode
from cpsam_gui.operations.reviewing import accept_objects
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session
from cpsam_gui.state.slice import Slice
from tests.gui.operations.test_random import rub, stroke

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session.questions import Question
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord

ROWS, COLUMNS = 48, 64
PLANE = Slice(0, 0)


class Restless:
    """A model that finds other squares in each run, some of them faint, with flows that lead to their middles."""

    def __init__(self) -> None:
        self._runs = 0

    def segment(self, image: Any, settings: Any, progress: Any) -> Any:
        """Return what the engine returns."""
        self._runs += 1
        dice = np.random.default_rng(self._runs)
        labels, logits = np.zeros((ROWS, COLUMNS), np.uint32), np.full((ROWS, COLUMNS), -6, np.float32)
        for y, x in dice.integers(0, (ROWS - 9, COLUMNS - 9), (14, 2)).tolist():
            place = slice(y, y + 9), slice(x, x + 9)
            if not labels[place].any():
                labels[place] = labels.max() + 1
                logits[place] = dice.uniform(0.5, 6)
        flows = 5 * flows_from_masks(labels) + dice.normal(0, 0.8, (2, ROWS, COLUMNS)).astype(np.float32)
        ids = np.arange(1, int(labels.max()) + 1)
        table = SimpleNamespace(ids=ids, flow_errors=np.full(len(ids), 0.1), probabilities=None)
        return SimpleNamespace(labels=labels, output=NetworkOutput(flows, logits, 30.0), objects=table)


class Played:
    """A session that is played with, and what was touched in each state that it came through."""

    def __init__(self, qtbot: QtBot) -> None:
        model = Restless()
        self.session = Session(Models(lambda name, progress: model))
        self.session.persistence.preferences.now = Preferences(autosave=False)
        self.session.questions.ask = self._answer
        self._qtbot, self.asked = qtbot, list[str]()
        self._given_up: dict[int, ObjectRecord] = {}
        pixels = np.zeros((1, ROWS, COLUMNS, 1), np.uint8)
        self.session.images.show(tasks.prepare(Image(pixels, "YX", True, ("gray",), 0.5)))
        self._states = {self.document.state: self.touched()}

    @property
    def document(self) -> Document:
        """The open document."""
        return self.session.document

    def touched(self) -> dict[int, bytes]:
        """Return the pixels of what a person touched, by id."""
        rows = self.document.objects.items()
        return {number: (self.document.labels == number).tobytes() for number, row in rows if row.touched}

    def _answer(self, question: Question) -> str:
        self.asked.append(question.text)
        self._given_up = {number: row for number, row in self.document.objects.items() if row.touched}
        count = len(self._given_up)
        said = "1 object that" if count == 1 else f"{count} objects that"
        assert question.text.startswith(said), "it says how many"
        return "replace"

    def _settle(self) -> None:
        self._qtbot.waitUntil(lambda: self.session.jobs.idle, timeout=30_000)
        self._states[self.document.state] = self.touched()

    def run(self, keep: bool) -> None:
        """Segment anew; without `keep`, what is replaced is asked about, with its number."""
        self._automatic(keep, self.session.segmenting.segment)

    def thresholds(self, keep: bool, cells: float, flows: float, least: int) -> None:
        """Change all thresholds."""
        self.session.run_state.change(cellprob_threshold=cells, flow_threshold=flows, min_size=least)
        self._automatic(keep, self.session.segmenting.mask_again)

    def _automatic(self, keep: bool, what: Any) -> None:
        before, questions, rows = self.touched(), len(self.asked), dict(self.document.objects)
        self.session.run_state.change(keep=keep)
        what()
        self._settle()
        lost = before.keys() - self.touched().keys()
        if keep:
            assert {n: self.touched().get(n) for n in before} == before
        elif what == self.session.segmenting.segment:
            assert len(self.asked) == questions + bool(before), "each run asks"
        assert keep or all(self._given_up.get(number) == rows[number] for number in lost), (
            "what is lost was given up as it was, now or at an earlier move of the slider"
        )

    def edit(self, operation: Any, picks: list[int], *values: Any) -> None:
        """Do something to objects by hand."""
        there = sorted(self.document.objects)
        chosen = [there[pick % len(there)] for pick in picks] if there else []
        before, position = self.touched(), self.document.position
        self.session.edits.change(lambda document: operation(document, chosen, *values))
        self._settle()
        for number in before.keys() - self.touched().keys():
            assert self.document.position > position, f"{number} went without a step"

    def draw(self, operation: Any, *values: Any) -> None:
        """Draw or rub by hand."""
        self.edit(lambda document, _: operation(document, *values), [])

    def step(self, back: bool) -> None:
        """Undo or redo; every state is what it was."""
        (self.session.edits.undo if back else self.session.edits.redo)()
        self._qtbot.waitUntil(lambda: self.session.jobs.idle, timeout=30_000)
        assert self.touched() == self._states[self.document.state]

    def end(self) -> None:
        """Go through the whole history, and close."""
        last = self.document.position
        for position in (0, last):
            self.session.edits.go_to(position)
            assert self.touched() == self._states[self.document.state]
        self.document.mark_saved()
        self.session.close()


place = st.tuples(st.floats(0, ROWS), st.floats(0, COLUMNS))
mode = st.sampled_from(list(WriteMode))
picks = st.lists(st.integers(0, 30), min_size=1, max_size=3)
keep = st.sampled_from([True, True, True, False])
moves = st.one_of(
    st.tuples(st.just(Played.run), keep),
    st.tuples(
        st.just(Played.thresholds),
        keep,
        st.floats(-1, 4),
        st.sampled_from([0.0, 0.2, 0.6]),
        st.integers(1, 60),
    ),
    st.tuples(st.just(Played.step), st.booleans()),
    st.tuples(st.just(Played.step), st.booleans()),
    st.tuples(st.just(Played.draw), st.just(stroke), st.just(PLANE), place, place, mode, st.integers(1, 20)),
    st.tuples(st.just(Played.draw), st.just(rub), st.just(PLANE), place, place, st.just([])),
    *(
        st.tuples(st.just(Played.edit), st.just(operation), picks)
        for operation in (
            operations.delete,
            operations.merge,
            operations.set_locked,
            operations.set_uncertain,
            accept_objects,
        )
    ),
    st.tuples(st.just(Played.edit), st.just(operations.set_class), picks, st.integers(0, 3)),
    st.tuples(st.just(Played.edit), st.just(operations.grow), picks, st.sampled_from([-1, 1])),
)


def test_what_is_touched_after_an_answer_is_asked_about_again(qtbot: QtBot) -> None:
    """One answer is enough for a slider, but not for work that is done between two of its moves."""
    played = Played(qtbot)
    played.run(True)
    played.thresholds(False, 1.0, 0.0, 1)
    played.edit(operations.set_locked, [0])
    played.thresholds(False, 1.5, 0.0, 1)
    assert len(played.asked) == 1
    played.step(True)
    played.thresholds(False, 2.0, 0.0, 1)
    assert len(played.asked) == 1, "that one was given up"
    played.edit(operations.set_locked, [1])
    played.thresholds(False, 2.5, 0.0, 1)
    assert len(played.asked) == 2
    played.end()


def test_an_object_that_is_found_again_and_touched_again_is_asked_about_again(qtbot: QtBot) -> None:
    """It has the number that it had when it was given up."""
    played = Played(qtbot)
    played.run(True)
    played.edit(operations.set_locked, [0])
    played.thresholds(False, 0.5, 0.0, 1)
    assert len(played.asked) == 1 and not played.touched()
    played.edit(operations.set_locked, [0])
    played.thresholds(False, 1.0, 0.0, 1)
    assert len(played.asked) == 2
    played.end()


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(moves, min_size=4, max_size=14))
def test_nothing_touched_is_lost_without_a_step_or_a_question(qtbot: QtBot, sequence: list) -> None:
    played = Played(qtbot)
    played.run(True)
    assert played.document.objects
    for move, *values in sequence:
        move(played, *values)
    played.end()
