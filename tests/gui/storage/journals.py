"""Random work on a document, and whether its journal holds all of it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from cpsam_gui import drawing, operations, tasks
from cpsam_gui.state.document import Document
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage.journal import Journal
from cpsam_gui.storage.journal_format import frames, recover
from cpsam_gui.storage.project import fields_of

SHAPE = (1, 300, 300)


def work(document: Document, seed: int, steps: int = 25) -> None:
    """Do random edits, undos and redos."""
    dice = random.Random(seed)
    for _ in range(steps):
        choice = dice.random()
        if choice < 0.15:
            document.undo()
        elif choice < 0.25:
            document.redo()
        elif choice < 0.35 and document.objects:
            operations.set_locked(document, [dice.choice(list(document.objects))])
        elif choice < 0.45 and document.objects:
            operations.delete(document, [dice.choice(list(document.objects))])
        elif choice < 0.5:
            operations.clear(document)
        else:
            way = [(dice.uniform(0, 300), dice.uniform(0, 300)) for _ in range(2)]
            box, mask = drawing.stroke(Slice(0, 0), way[0], way[1], dice.uniform(1, 12))
            number = document.new_id()
            with document.step("Brush"):
                operations.paint(document, box, mask, number)


def close_enough(path: Path, document: Document) -> None:
    """Check that a journal holds the labels and the objects of a document."""
    found = recover(path)
    assert found is not None
    np.testing.assert_array_equal(found.labels, document.labels)
    assert found.objects == {number: fields_of(row) for number, row in document.objects.items()}


def wait(journal: Journal, folder: Path) -> None:
    """Wait until the last frame is whole on the disk."""
    journal.flush()
    content = journal.path.read_bytes()
    assert [end for _, _, end in frames(content)][-1] == len(content)


def landed(document: Document, dice: random.Random, kind: StepKind = StepKind.SEGMENT) -> None:
    """Let a result of a run land, as its task hands it over."""
    labels = np.zeros(document.shape, np.uint32)
    for number in range(1, dice.randint(2, 9)):
        y, x = dice.randint(0, 270), dice.randint(0, 270)
        labels[0, y : y + dice.randint(3, 30), x : x + dice.randint(3, 30)] = number
    found = tasks.ready_to_land(tasks.MaskResult(labels, tasks.records_of(labels)))
    document.replace("Run", found.store, found.records, kind=kind)
