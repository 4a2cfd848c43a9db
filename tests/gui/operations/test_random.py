"""Any sequence of edits, taken back and done again, leaves the same bytes; locked objects stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpsam_gui import drawing, operations
from cpsam_gui.operations import WriteMode
from cpsam_gui.state.document import Document
from cpsam_gui.state.slice import Slice

SHAPE = (8, 48, 64)
place = st.tuples(st.floats(-6, 54), st.floats(-6, 70))
ids = st.lists(st.integers(1, 12), min_size=1, max_size=4)
mode = st.sampled_from(list(WriteMode))
plane = st.integers(0, 2).flatmap(
    lambda across: st.integers(0, SHAPE[across] - 1).map(lambda index: Slice(across, index))
)


def stroke(document: Document, shown: Slice, start: tuple, stop: tuple, mode: WriteMode, number: int) -> None:
    with document.step("Brush"):
        box, mask = drawing.stroke(shown, start, stop, 4)
        operations.paint(
            document, box, mask, number if number in document.objects else document.new_id(), mode
        )


def rub(document: Document, shown: Slice, start: tuple, stop: tuple, only: list) -> None:
    with document.step("Erase"):
        operations.erase(document, *drawing.stroke(shown, start, stop, 3), only)


def seeds(document: Document, shown: Slice, number: int, points: list) -> None:
    row = document.objects.get(number)
    if row is None or not shown.meets(row.box):
        return
    box = shown.flat(row.box)
    top, _, left, _ = shown.area(box)
    mask = shown.flatten(document.labels[box.slices]) == number
    parts = drawing.split_by_seeds(mask, [(y - top, x - left) for y, x in points])
    operations.split_into(document, number, box, shown.lift(parts))


def copies(
    document: Document, chosen: list, source: Slice, target: Slice, at: tuple, mode: WriteMode
) -> None:
    copied = operations.copy(document, chosen, source)
    if copied is not None:
        operations.paste(document, copied, target, int(at[0]), int(at[1]), mode)


def outline(document: Document, shown: Slice, number: int, points: list) -> None:
    if number in document.objects:
        box, mask = drawing.polygon(shown, points)
        operations.redraw(document, number, *operations.with_rest(document, number, box, mask))


def proposal(document: Document, shown: Slice, at: tuple) -> None:
    box = shown.box(int(at[0]), int(at[0]) + 8, int(at[1]), int(at[1]) + 8).clip(SHAPE)
    if not box.empty:
        labels = np.ones(box.shape, np.uint32)
        labels[..., box.shape[2] // 2 :] = 2
        operations.accept(document, operations.Proposal(box, labels, {1: {"probability": 0.5}}), "Find")


shape = st.lists(place, min_size=3, max_size=6)
edits = st.one_of(
    st.tuples(st.just(stroke), plane, place, place, mode, st.integers(1, 12)),
    st.tuples(st.just(rub), plane, place, place, st.one_of(st.just([]), ids)),
    st.tuples(st.just(operations.add_polygon), plane, shape, mode),
    st.tuples(st.just(outline), plane, st.integers(1, 12), shape),
    st.tuples(st.just(operations.delete), ids),
    st.tuples(st.just(operations.merge), ids),
    st.tuples(st.just(operations.split), plane, st.lists(place, min_size=2, max_size=4)),
    st.tuples(st.just(seeds), plane, st.integers(1, 12), st.lists(place, min_size=2, max_size=3)),
    st.tuples(st.just(copies), ids, plane, plane, place, mode),
    st.tuples(st.just(proposal), plane, place),
    st.tuples(st.just(operations.fill_holes), ids),
    st.tuples(st.just(operations.grow), ids, st.integers(-2, 2).filter(bool)),
    st.tuples(st.just(operations.smooth), ids),
    st.tuples(st.just(operations.set_locked), ids),
    st.tuples(st.just(operations.set_uncertain), ids),
    st.tuples(st.just(operations.set_class), ids, st.integers(0, 9)),
    st.tuples(st.just(operations.name_class), st.integers(1, 9), st.sampled_from(["", "tumour", "stroma"])),
    st.tuples(st.just(operations.clear)),
)


def fingerprint(document: Document) -> tuple:
    return document.labels.tobytes(), dict(document.objects), document.facts


def check(document: Document) -> None:
    """Rows say of every object what is true."""
    numbers, areas = np.unique(document.labels, return_counts=True)
    counted = {int(n): int(a) for n, a in zip(numbers, areas, strict=True) if n}
    assert counted == {number: row.area for number, row in document.objects.items()}
    for number, row in document.objects.items():
        assert np.count_nonzero(document.labels[row.box.slices] == number) == row.area


def locked_pixels(document: Document) -> dict[int, bytes]:
    return {n: (document.labels == n).tobytes() for n, row in document.objects.items() if row.locked}


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(edits, min_size=1, max_size=14), st.data())
def test_edits_undone_and_redone_leave_the_same_bytes(sequence: list, data: st.DataObject) -> None:
    document = Document(SHAPE)
    for corner in (4, 20, 36):
        operations.add_polygon(
            document, Slice(0, 0), [(corner, corner), (corner, corner + 14), (corner + 12, corner)]
        )
    states = [fingerprint(document)]
    start = document.position
    for operation, *values in sequence:
        before, position = locked_pixels(document), document.position
        operation(document, *values)
        assert not document.writing
        after = locked_pixels(document)
        assert all(after[number] == pixels for number, pixels in before.items() if number in after)
        assert all(number in document.objects for number in before)
        if document.position > position:
            states.append(fingerprint(document))
        assert fingerprint(document) == states[-1]
        check(document)
    for target in data.draw(st.lists(st.integers(0, len(states) - 1), max_size=5)):
        document.go_to(start + target)
        assert fingerprint(document) == states[target]
        check(document)
    document.go_to(start)
    assert fingerprint(document) == states[0]
    document.go_to(start + len(states) - 1)
    assert fingerprint(document) == states[-1]
