from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import ObjectRecord
from cpsam_gui.storage.project import fields_of
from cpsam_gui.storage.saved_before import ChangedRows, RowTexts

EDGES = st.tuples(st.integers(0, 300), st.integers(1, 60))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # of a busy machine
@given(st.lists(st.tuples(st.integers(0, 2), EDGES)), st.integers(0, 2), EDGES)
def test_rows_that_were_written_to_never_count_as_unchanged(
    written: list[tuple[int, tuple[int, int]]], plane: int, asked: tuple[int, int]
) -> None:
    rows = ChangedRows()
    assert not rows.unchanged(plane, asked[0], sum(asked)), "before the first save nothing is in the file"
    rows.take()
    assert rows.unchanged(plane, asked[0], sum(asked))
    for z, (top, count) in written:
        rows.add(Box(z, z + 1, top, top + count, 3, 9))
    for z, (top, count) in written:
        assert not rows.unchanged(z, top, top + count)
        assert not rows.unchanged(z, top + count - 1, top + count + 40)


def test_what_was_not_written_is_put_back() -> None:
    rows = ChangedRows()
    rows.put_back(rows.take())
    assert not rows.unchanged(0, 0, 1)
    rows.take()
    rows.add(Box(0, 1, 0, 5, 0, 5))
    taken = rows.take()
    rows.add(Box(0, 1, 500, 505, 0, 5))
    assert rows.unchanged(0, 0, 5) and not taken.unchanged(0, 0, 5)
    rows.put_back(taken)
    assert not rows.unchanged(0, 0, 5) and not rows.unchanged(0, 500, 505)
    assert rows.unchanged(0, 200, 260)


def test_the_row_of_an_object_is_made_when_it_changes() -> None:
    box = Box(0, 1, 0, 5, 0, 5)
    records, texts = {n: ObjectRecord(9, box) for n in (1, 2)}, RowTexts()
    first = texts.of(records)
    assert {n: json.loads(text) for n, text in first.items()} == {n: fields_of(records[n]) for n in (1, 2)}
    records[2] = records[2].changed(locked=True)
    second = texts.of(records)
    assert second[1] is first[1]
    assert json.loads(second[2])["locked"] is True
    del records[1]
    assert list(texts.of(records)) == [2]
