from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import CLASSES, SPARE, ObjectRecord, Origin, Records, tally
from cpsam_gui.state.palette import COLOURS

BOX = Box(0, 1, 0, 1, 0, 1)


def row(colour: int) -> ObjectRecord:
    return ObjectRecord(1, BOX, colour=colour)


def test_colours_follow_the_rows() -> None:
    table = Records({3: row(0), 7: row(14)})
    assert table.colours[[0, 3, 7]].tolist() == [0, 1, 14 % len(COLOURS) + 1]
    table[3] = row(5)
    table.update({9: row(2)})
    assert table.colours[[3, 9]].tolist() == [6, 3]
    assert len(Records()) == 0
    assert not Records().colours.any()


def test_classes_follow_the_rows() -> None:
    table = Records({3: row(0).changed(class_id=2), 7: row(1).changed(class_id=9000)})
    table[5 * SPARE] = row(2).changed(class_id=-1)
    assert table.classes.size == table.colours.size
    assert table.classes[[0, 3, 7, 5 * SPARE]].tolist() == [0, 2, CLASSES, 0]
    table[3] = row(0)
    assert table.classes[3] == 0


def test_room_for_ids_to_come() -> None:
    table = Records({1: row(1)})
    before = table.colours
    table[SPARE] = row(2)
    assert table.colours is before, "the array that others hold goes on"
    table[3 * SPARE] = row(3)
    assert table.colours[[1, SPARE, 3 * SPARE]].tolist() == [2, 3, 4]


@given(st.lists(st.integers(0, 4), max_size=30))
def test_tally_counts(values: list[int]) -> None:
    counted = tally(np.array(values, np.uint32))
    assert counted == {number: values.count(number) for number in set(values)}


@pytest.mark.parametrize("count", [0, 1, 50])
def test_a_table_is_a_mapping_like_any_other(count: int) -> None:
    rows = {number: row(number) for number in range(1, count + 1)}
    assert Records(rows) == rows


def test_who_was_touched_is_known_without_a_look_at_every_row() -> None:
    rng = np.random.default_rng(0)
    box = Box(0, 1, 0, 2, 0, 2)
    records = Records({n: ObjectRecord(4, box, Origin.MODEL, locked=n % 5 == 0) for n in range(1, 40)})
    for _ in range(300):
        number = int(rng.integers(1, 400))
        if number % 3 == 0:
            records.pop(number, None)
        else:
            origin = [Origin.MODEL, Origin.HAND][int(rng.integers(2))]
            records[number] = ObjectRecord(4, box, origin, uncertain=bool(rng.integers(2)))
        assert records.touched_rows() == {n: row for n, row in records.items() if row.touched}
