"""A session that edits an image larger than memory and saves now and then, killed, and what the next one finds."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.zarr_files import write_array

SIDE = 1100
"""Pixels of the image, over nine chunks of its labels."""
STEPS_A_SAVE = 6
SLACK_S = 0.05
"""Between the end of a step and the note of it, and between the kill and its clock."""
PATIENCE_S = 60.0


def edit(folder: Path, seed: int) -> None:
    """Edit for ever in a session, as its window would; every few steps save beside it."""
    session, work = _opened(folder)
    told = os.open(folder / "steps", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    dice = random.Random(seed + 1)
    for number in steps(session.document, seed):
        os.write(told, f"{number} {time.time()}\n".encode())
        if number % STEPS_A_SAVE == 0:
            session.persistence.save()
        # The next step may fall into a save.
        until = time.monotonic() + dice.choice((0, 0.001, 0.02, 0.1))
        work(lambda until=until: time.monotonic() > until)


def check(folder: Path, seed: int, killed: float) -> tuple[int, float, str]:
    """Open the image again and take up its journal; return steps lost, how old the oldest was, and what is wrong."""
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.document import Document
    from cpsam_gui.storage.journal_folder import left_behind

    lines = (folder / "steps").read_text().splitlines() if (folder / "steps").exists() else []
    done = [(int(line.split()[0]), float(line.split()[1])) for line in lines if line.count(" ") == 1]
    session, work = _opened(folder)
    said: list[str] = []
    session.failed.connect(lambda problem: said.append(problem.text))
    for journal in left_behind(folder / "journal"):
        before = session.document.state
        session.recovery.recover(journal)
        work(lambda before=before: said or session.document.state is not before)
    work(lambda: session.jobs.idle)
    labels = session.document.store.read(Box.whole(session.document.shape))
    known = plain_rows(session.document)
    # The same steps anew, until the state is the one that was found.
    document, reached = Document((1, SIDE, SIDE)), -1 if known or labels.any() else 0
    for number in steps(document, seed):
        if plain_rows(document) == known and np.array_equal(document.labels, labels):
            reached = number
        if number > len(done) + 1:
            break
    session.persistence.discard()
    session.close()
    if reached < 0:
        return len(done), 0.0, f"what is there is no state that there was ({'; '.join(said)})"
    lost = [since for number, since in done if number > reached]
    age = killed - lost[0] if lost else 0.0
    late = len(lost) > 20 and age > 0.3 + SLACK_S
    return len(lost), age, f"{len(lost)} steps of {age:.2f} s are lost" if late else ""


def steps(document: Any, seed: int) -> Iterator[int]:
    """Edit for ever, the same way for the same seed; yield the number of each step when it is done."""
    from cpsam_gui import drawing, operations
    from cpsam_gui.state.slice import Slice

    dice, number = random.Random(seed), 0
    while True:
        middle = dice.uniform(20, SIDE - 20), dice.uniform(20, SIDE - 20)
        other = middle[0] + dice.uniform(-40, 40), middle[1] + dice.uniform(-40, 40)
        box, mask = drawing.stroke(Slice(0, 0), middle, other, dice.uniform(2, 12))
        choice = dice.random()
        if choice < 0.2 and document.objects:
            operations.delete(document, [dice.choice(sorted(document.objects))])
        elif choice < 0.3 and document.objects:
            operations.set_class(document, [dice.choice(sorted(document.objects))], 1 + number % 5)
        elif choice < 0.4 and document.can_undo:
            document.undo()
        else:
            with document.step("Brush"):
                operations.paint(document, box, mask, document.new_id())
        number += 1
        yield number


def plain_rows(document: Any) -> dict[int, tuple[Any, ...]]:
    """Return what is to be the same of each object."""
    return {number: (row.area, row.class_id, row.origin.value) for number, row in document.objects.items()}


def _opened(folder: Path) -> tuple[Any, Callable[[Callable[[], object]], None]]:
    """Return a session with the image open, and what lets it work until something holds."""
    from PyQt6.QtCore import QSettings
    from PyQt6.QtWidgets import QApplication

    from cpsam_gui.program.preferences import Preferences
    from cpsam_gui.session import Session
    from cpsam_gui.tasks import large

    os.environ["CPSAM_JOURNAL"] = str(folder / "journal")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    large.LARGE_PIXELS = 1 << 20
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder / "settings"))
    path = folder / "in" / "slide.zarr"
    if not path.exists():
        _write(path)
    app = QApplication.instance() or QApplication([])
    session = Session()
    session.persistence.preferences.now = Preferences(autosave=False)

    def work(holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError("the session does not come to an end")
            app.processEvents()
            time.sleep(0.001)

    done: list[int] = []
    session.images.open(path, lambda: done.append(1))
    work(lambda: done)
    return session, work


def _write(path: Path) -> None:
    made = path.with_name("made")
    write_array(made, np.random.default_rng(0).integers(0, 255, (SIDE, SIDE)).astype(np.uint8), (512, 512))
    made.rename(path)
