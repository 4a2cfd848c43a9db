"""The list of objects from columns is the one from rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cpsam_gui.panels.objects import many
from cpsam_gui.panels.objects.model import COLUMNS, FILTERS
from cpsam_gui.panels.objects.panel import in_words, tally
from cpsam_gui.state.box import Box
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.objects import ObjectRecord, Origin
from cpsam_gui.state.review_rule import any_checked


@pytest.fixture
def table() -> ColumnRecords:
    """Return a table of objects with all kinds of marks, with gaps."""
    rng = np.random.default_rng(4)
    made = ColumnRecords()
    for number in rng.permutation(2000)[:900].tolist():
        marks: Any = {
            name: bool(rng.integers(0, 3) == 0) for name in ("locked", "uncertain", "verified", "judged")
        }
        origin = list(Origin)[rng.integers(0, 3)]
        class_id = int(rng.integers(0, 3))
        box = Box(0, 1, 0, 5, 0, 5)
        made[number + 1] = ObjectRecord(int(rng.integers(1, 99)), box, origin, class_id=class_id, **marks)
    for number in list(made)[:50]:
        del made[number]
    return made


@pytest.mark.parametrize("name", FILTERS)
def test_filters_let_the_same_through(table: ColumnRecords, name: str) -> None:
    expected = [number for number, row in table.items() if FILTERS[name](row)]
    assert many.filtered(table, name).tolist() == expected


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_the_order_is_the_same(table: ColumnRecords, column: Any) -> None:
    rows = [table[number] for number in table]
    assert many.keys(table, column.name, table.ids).tolist() == [int(key) for key in column.keys(rows)]


def test_the_words_are_the_same(table: ColumnRecords) -> None:
    assert in_words(*many.special(table)) == tally(table.values())
    assert in_words(*many.special(ColumnRecords())) == tally([])


def test_what_is_accepted_is_not_counted_as_locked() -> None:
    box = Box(0, 1, 0, 5, 0, 5)
    accepted = ObjectRecord(9, box, Origin.MODEL, locked=True, verified=True)
    held = ObjectRecord(9, box, Origin.MODEL, locked=True)
    words = tally([accepted, accepted, held])
    assert words.split("   ") == ["2\u00a0accepted", "1\u00a0locked", "median\u00a0area\u00a09\u00a0px"]


def test_whether_anything_was_touched(table: ColumnRecords) -> None:
    assert any_checked(table) is any(row.checked for row in table.values())
    assert table.checked[table.ids].tolist() == [row.checked for row in table.values()]
    assert table.touched[table.ids].tolist() == [row.touched for row in table.values()]
    plain = ColumnRecords()
    plain[3] = ObjectRecord(5, Box(0, 1, 0, 5, 0, 5), Origin.MODEL)
    assert any_checked(plain) is False
