"""The block that the table tells of an object is the smallest one, after every step."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cpsam_gui.state import extents
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.label_store import ArrayLabels

SHAPE = (3, 20, 24)


def tight(labels: np.ndarray, number: int) -> Box:
    sides = [(int(line.min()), int(line.max()) + 1) for line in np.nonzero(labels == number)]
    return Box(*(end for pair in sides for end in pair))


def check(document: Document) -> None:
    assert {n: row.box for n, row in document.objects.items()} == {
        n: tight(document.labels, n) for n in np.unique(document.labels).tolist() if n
    }


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 9)), min_size=1, max_size=6))
def test_the_block_of_an_object_is_the_smallest_after_each_step_and_its_undoing(
    steps: list[tuple[int, int]],
) -> None:
    document = Document(SHAPE)
    for seed, most in steps:
        random = np.random.default_rng(seed)
        z, y, x = (sorted(random.integers(0, length + 1, 2).tolist()) for length in SHAPE)
        box = Box(z[0], z[1] + (z[0] == z[1]), y[0], y[1] + 1, x[0], x[1] + 1).clip(SHAPE)
        if box.empty:
            continue
        values = random.integers(0, most + 1, box.shape).astype(np.uint32)
        values[random.random(box.shape) < 0.9] = 0
        with document.step("Draw"):
            document.write(box, values)
            document.write(box, np.where(values % 2, values, np.uint32(0)))
        check(document)
    while document.can_undo:
        document.undo()
        check(document)
    while document.can_redo:
        document.redo()
        check(document)


def test_a_block_too_large_to_be_read_at_once_is_shrunk_from_its_sides() -> None:
    labels = np.zeros((3, 700, 900), np.uint32)
    labels[1, 340:345, 200:800] = 7
    reads: list[int] = []

    class Counting(ArrayLabels):
        def read(self, box: Box) -> np.ndarray:
            reads.append(int(np.prod(box.shape)))
            return super().read(box)

    with_slabs = Counting(labels)
    assert extents.shrunk(with_slabs, 7, Box.whole(labels.shape)) == Box(1, 2, 340, 345, 200, 800)
    assert max(reads) <= extents.SLAB_VOXELS
    assert extents.shrunk(with_slabs, 8, Box(0, 1, 2, 9, 2, 9)) == Box(0, 1, 2, 9, 2, 9)


def test_a_part_of_a_block_is_where_its_array_is_indexed() -> None:
    whole, part = Box(1, 9, 20, 40, 300, 360), Box(2, 3, 25, 31, 310, 359)
    assert whole.part(part.inside(whole)) == part
