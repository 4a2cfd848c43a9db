"""A table of columns behaves as one of rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpsam_gui.state.box import Box
from cpsam_gui.state.columns import KINDS, ColumnRecords, RowChanges
from cpsam_gui.state.objects import ObjectRecord, Origin, Records


def a_row(rng: np.random.Generator) -> ObjectRecord:
    z0, y0, x0 = (int(value) for value in rng.integers(0, 1000, 3))
    flags = {name: bool(rng.integers(0, 2)) for name in ("locked", "uncertain", "verified", "judged")}
    return ObjectRecord(
        int(rng.integers(1, 5000)),
        Box(z0, z0 + 1, y0, y0 + 20, x0, x0 + 30),
        list(Origin)[rng.integers(0, 3)],
        class_id=int(rng.integers(0, 400)),
        colour=int(rng.integers(0, 100_000)),
        flow_error=None if rng.integers(0, 2) else 0.25,
        probability=None if rng.integers(0, 2) else 0.5,
        **flags,
    )


def test_it_is_a_table_of_rows() -> None:
    rng = np.random.default_rng(0)
    columns, rows = ColumnRecords(), Records()
    for _ in range(3000):
        number = int(rng.integers(1, 20_000))
        if rng.integers(0, 4):
            columns[number] = rows[number] = a_row(rng)
        else:
            assert columns.pop(number, None) == rows.pop(number, None)
    assert dict(columns) == dict(rows)
    assert len(columns) == len(rows)
    assert columns.largest == rows.largest
    assert list(columns) == sorted(rows)
    ids = np.array(sorted(rows))
    np.testing.assert_array_equal(columns.colours[ids], rows.colours[ids])
    np.testing.assert_array_equal(columns.classes[ids], rows.classes[ids])
    again = ColumnRecords({name: column.copy() for name, column in columns.columns.items()})
    assert dict(again) == dict(rows)
    assert len(again) == len(rows)
    assert columns.get(0) is None
    assert 0 not in columns


def test_a_row_takes_about_sixty_bytes() -> None:
    table = ColumnRecords(
        {name: np.zeros((1000, width) if width > 1 else 1000, kind) for name, (kind, width) in KINDS.items()}
    )
    assert sum(column.nbytes for column in table.columns.values()) / len(table.columns["areas"]) < 60


@pytest.mark.parametrize("damage", ["missing", "short", "type"])
def test_damaged_columns_are_refused(damage: str) -> None:
    columns = dict(ColumnRecords().columns)
    if damage == "missing":
        del columns["boxes"]
    else:
        areas = columns["areas"]
        columns["areas"] = areas[:-1] if damage == "short" else areas.astype(np.float64)
    with pytest.raises(ValueError, match="damaged"):
        ColumnRecords(columns)


def test_only_rows_that_changed_are_saved() -> None:
    rng = np.random.default_rng(0)
    table, changes = ColumnRecords(), RowChanges()
    for number in (1, 2, 3):
        table[number] = a_row(rng)
    changes.follow(frozenset({2, 9}))
    taken = changes.take(table)
    assert taken == {2: table[2], 9: None}
    assert changes.take(table) == {}
    changes.put_back(taken)
    assert changes.take(table) == taken
    changes.follow(None)
    whole = changes.take(table)
    assert isinstance(whole, ColumnRecords)
    table[2] = replace(table[2], area=1)
    assert whole[2] != table[2]


def test_decisions_are_counted_as_they_are_made() -> None:
    table = ColumnRecords()
    box = Box(0, 1, 0, 5, 0, 5)
    rng = np.random.default_rng(3)
    for step in range(300):
        number = int(rng.integers(1, 40))
        if step % 3 == 0 and number in table:
            del table[number]
        else:
            flag = ("locked", "uncertain", "verified", "judged")[int(rng.integers(4))]
            table[number] = ObjectRecord(9, box, Origin.MODEL).changed(**{flag: bool(rng.integers(2))})
    decided = [n for n, row in table.items() if row.locked or row.uncertain or row.verified]
    assert table.decided == len(decided) > 0
    assert len(table) == len(list(table))
    assert table.copy().decided == table.decided
    ids = np.arange(60)
    assert ids[table.is_open(ids)].tolist() == [n for n in table if n not in decided]


def test_room_is_made_ahead() -> None:
    columns = {
        name: np.zeros((20_001, width) if width > 1 else 20_001, kind)
        for name, (kind, width) in KINDS.items()
    }
    columns["areas"][1:] = 5
    table = ColumnRecords(columns)
    table.make_room()
    length = len(table.columns["areas"])
    assert length > 20_001
    assert len(table) == 20_000
    table.make_room()
    assert len(table.columns["areas"]) == length
    box = Box(0, 1, 0, 5, 0, 5)
    table[20_001] = ObjectRecord(9, box, Origin.HAND)
    assert len(table.columns["areas"]) == length
    assert table.largest == 20_001
