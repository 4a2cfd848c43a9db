from __future__ import annotations

from threading import Thread

import numpy as np

from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.objects import ObjectRecord

SHAPE = (2, 300, 280)


def put(document: Document, box: Box, number: int) -> None:
    with document.step("Put"):
        document.write(box, np.full(box.shape, number, np.uint32))


def test_a_snapshot_keeps_what_was_there() -> None:
    document = Document(SHAPE)
    put(document, Box(0, 2, 10, 290, 20, 270), 1)
    before = np.array(document.labels)
    still = document.snapshot()
    put(document, Box(0, 1, 0, 50, 0, 270), 2)
    document.undo()
    document.undo()
    document.begin("Given up")
    document.write(Box(1, 2, 0, 300, 0, 280), np.full((1, 300, 280), 9, np.uint32))
    document.abort()
    np.testing.assert_array_equal(still.array(), before)


def test_a_snapshot_outlives_a_swap() -> None:
    document = Document(SHAPE)
    put(document, Box(0, 1, 0, 30, 0, 30), 1)
    before = np.array(document.labels)
    still = document.snapshot()
    document.replace("Run", np.ones(SHAPE, np.uint32), {1: ObjectRecord(1, Box.whole(SHAPE))})
    put(document, Box(0, 1, 0, 30, 0, 30), 3)
    document.go_to(1)
    put(document, Box(0, 1, 5, 9, 5, 9), 4)
    np.testing.assert_array_equal(still.array(), before)


def test_copying_while_editing_gives_one_state() -> None:
    document = Document((1, 1500, 1500))
    rng = np.random.default_rng(5)
    for _ in range(5):
        before = np.array(document.labels)
        still = document.snapshot()
        copies: list[np.ndarray] = []
        thread = Thread(target=lambda still=still, copies=copies: copies.append(still.array()))
        thread.start()
        for _ in range(60):
            y, x = (int(value) for value in rng.integers(0, 1400, 2))
            put(document, Box(0, 1, y, y + 90, x, x + 90), int(rng.integers(1, 99)))
        thread.join()
        np.testing.assert_array_equal(copies[0], before)
