"""A large image that is edited while results land, are undone and done again: what a kill costs there.

Packing all of its labels takes longer than a step may stay unwritten, on a busy machine many times as long.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import numpy as np

side = 8192
"""Pixels of the image."""
APART = 82
RESULTS = 3
GROWN_BYTES = 3 << 20
"""From here on a smaller file is packed meanwhile."""
SLACK_S = 0.05
"""Between the end of a step and the note of it, and between the kill and its clock."""


@cache
def results() -> tuple[tuple[Any, Any], ...]:
    """Return labels and rows: what was there on opening, and what runs find later; made before the forks."""
    from cpsam_gui.tasks.records import records_of

    first = np.zeros((side, side), np.int32)
    for number, (y, x) in enumerate(np.ndindex(side // APART, side // APART), 1):
        cv2.circle(first, (40 + APART * x, 40 + APART * y), 34, number, -1)
    labels = first.astype(np.uint32)[None]
    made = [labels, *(np.where(labels % (left + 2) == 0, 0, labels) for left in range(RESULTS))]
    return tuple((one, records_of(one)) for one in made)


def edit(folder: Path, seed: int) -> None:
    """Edit for ever; results are packed by a thread of their own, as a task does, and land when they are ready."""
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import StepKind
    from cpsam_gui.storage.journal import Journal

    document, ready = Document((1, side, side)), [_ready(0)]
    document.replace("Saved masks", ready[0].store, ready[0].records, kind=StepKind.LOAD)
    document.begin_here()
    journal = Journal(document, folder / "cells.tif", folder, at_least=GROWN_BYTES)
    journal.prepare()
    task = Thread(target=lambda: ready.extend(_ready(number + 1) for number in range(RESULTS)), daemon=True)
    task.start()
    told = os.open(folder / "steps", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    dice, landed, number = random.Random(seed + 1), 0, 0
    while True:
        number += 1
        choice = dice.random()
        what = "edit"
        if len(ready) > landed + 1 and choice < 0.3:
            landed += 1
            what = f"land{landed}"
        elif choice > 0.85:
            what = dice.choice(("undo", "redo"))
        os.write(told, f"{number} {what}\n".encode())
        _step(document, what, seed, number, lambda which: ready[which])
        os.write(told, f"{number} {time.time()}\n".encode())
        time.sleep(dice.choice((0, 0, 0.001, 0.02)))


def check(folder: Path, seed: int, killed: float) -> tuple[int, float, str]:
    """Return steps lost, how old the oldest was, and what is wrong."""
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import StepKind
    from cpsam_gui.storage.journal_folder import left_behind
    from cpsam_gui.storage.journal_format import recover

    lines = (folder / "steps").read_text().splitlines() if (folder / "steps").exists() else []
    words = [line.split() for line in lines if line.count(" ") == 1]
    whats = {int(number): what for number, what in words if what[0].isalpha()}
    done = {int(number): float(when) for number, when in words if not when[0].isalpha()}
    found = [work for path in left_behind(folder) if (work := recover(path)) is not None]
    document, reached = Document((1, side, side)), 0 if not found else -1
    document.replace("Saved masks", *results()[0], kind=StepKind.LOAD)
    document.begin_here()
    for number, what in whats.items():
        _step(document, what, seed, number, _ready)
        if found and found[0].objects.keys() == document.objects.keys():
            reached = number if np.array_equal(document.labels, np.asarray(found[0].labels)) else reached
    if reached < 0:
        return len(done), 0.0, "what is recovered is no state that there was"
    lost = [since for number, since in done.items() if number > reached]
    age = killed - lost[0] if lost else 0.0
    late = len(lost) > 20 and age > 0.3 + SLACK_S
    return len(lost), age, f"{len(lost)} steps of {age:.2f} s are lost" if late else ""


def _ready(number: int) -> Any:
    from cpsam_gui.tasks.records import MaskResult, ready_to_land

    return ready_to_land(MaskResult(*results()[number]))


def _step(document: Any, what: str, seed: int, number: int, ready: Callable[[int], Any]) -> None:
    """Do a step, the same way for the same seed and number."""
    from cpsam_gui import drawing, operations
    from cpsam_gui.state.slice import Slice
    from cpsam_gui.state.steps import StepKind

    dice = random.Random(f"{seed}-{number}")
    if what == "undo":
        document.go_to(document.position - dice.randint(1, 6))
    elif what == "redo":
        document.go_to(document.position + dice.randint(1, 6))
    elif what.startswith("land"):
        found = ready(int(what[4:]))
        document.replace("Run", found.store, found.records, kind=StepKind.SEGMENT)
    elif dice.random() < 0.2 and document.objects:
        operations.delete(document, [dice.choice(list(document.objects))])
    else:
        middle = dice.uniform(60, side - 60), dice.uniform(60, side - 60)
        other = middle[0] + dice.uniform(-40, 40), middle[1] + dice.uniform(-40, 40)
        box, mask = drawing.stroke(Slice(0, 0), middle, other, dice.uniform(2, 12))
        with document.step("Brush"):
            operations.paint(document, box, mask, document.new_id())
