"""Expressions over columns: what they choose, what they refuse, and that nothing else can be carried out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpsam_core.errors import SettingsError
from cpsam_core.measure.expressions import choose, parse

TABLE = {
    "id": np.array([1, 2, 3, 4], np.uint32),
    "class": np.array([1, 2, 2, 0]),
    "area": np.array([100, 200, 300, 400]),
    "solidity": np.array([0.95, 0.8, 0.99, 0.85]),
    "flow_error": np.array([0.1, np.nan, 0.5, 0.2], np.float32),
    "origin": np.array(["model", "hand", "edited", "model"]),
    "locked": np.array([False, True, False, False]),
    "mean_größe": np.array([1.0, 2.0, 3.0, 4.0]),
}

CASES = [
    ("area > 200", [3, 4]),
    ("area > 200 and solidity < 0.9 or class == 2", [2, 3, 4]),
    ("(class == 2 or class == 0) and not locked", [3, 4]),
    ("100 < area <= 300", [2, 3]),
    ("class in (0, 1)", [1, 4]),
    ("class not in [2]", [1, 4]),
    ('origin == "model"', [1, 4]),
    ("origin in ('hand', 'edited')", [2, 3]),
    ("locked", [2]),
    ("locked == True", [2]),
    ("not locked and area / 2 >= 150", [3, 4]),
    ("area - 100 * id == 0", [1, 2, 3, 4]),
    ("id - 2 < 0", [1]),
    ("-area < -350", [4]),
    ("area % 200 == 0 and area ** 0.5 < 15", [2]),
    ("sqrt(area) == 20", [4]),
    ("abs(solidity - 0.9) > 0.07", [2, 3]),
    ("unknown(flow_error)", [2]),
    ("flow_error < 0.3", [1, 4]),
    ("not flow_error < 0.3", [2, 3]),
    ("mean_größe > 2", [3, 4]),
    ("area / 0 > 1", [1, 2, 3, 4]),
    ("True", [1, 2, 3, 4]),
    ("  area\n > 200 ", [3, 4]),
    ("9**9**9 > area", [1, 2, 3, 4]),
]


@pytest.mark.parametrize(("text", "ids"), CASES)
def test_what_is_chosen(text: str, ids: list[int]) -> None:
    chosen = choose(text, TABLE)
    assert chosen.dtype == bool and chosen.shape == (4,)
    assert TABLE["id"][chosen].tolist() == ids


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("aera > 200", "Did you mean 'area'"),
        ("unheard == 1", "There are 'id', 'class', 'area'"),
        ("area >", "not understood"),
        ("area > 2 > ", "not understood"),
        ("(area > 2", "not understood"),
        ("area", "gives values"),
        ("area + 1", "gives values"),
        ("'x'", "gives values"),
        ("area and locked", "no comparison"),
        ("not area", "no comparison"),
        ("area == 'large'", "text"),
        ("class == 'x'", "quotes"),
        ("origin > 2", "text"),
        ("origin + 1 > 2", "number is needed"),
        ("sqrt(origin) > 2", "number is needed"),
        ("class in 2", "list"),
        ("area > (1, 2)", "in only"),
        ("area & 1", "write and"),
        ("~locked", "write not"),
        ("area = 200", "not understood"),
        ("area > 200; locked", "not understood"),
        ("x" * 3000, "longer"),
        ("(" * 900 + "area" + ")" * 900, "not understood"),
        ("area > 1\x00", "not understood"),
    ],
)
def test_what_is_refused_is_explained(text: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        choose(text, TABLE)
    assert word in str(caught.value)
    assert "_column_" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('ls')",
        "open('x') == 1",
        "area.__class__ == 1",
        "(lambda: 1)() == 1",
        "area[0] > 1",
        "[x for x in area] == 1",
        "{1: 2} == 1",
        "f'{area}' == 'x'",
        "print(area)",
        "sqrt(area, area) > 1",
        "sqrt(x=area) > 1",
        "area if locked else id",
        "(area := 3) > 1",
        "area is None",
        "1j > 2",
        "b'x' == 1",
        "None",
        "... == 1",
        "await area",
        "yield area",
        "*area",
        "area @ area > 1",
        "area << 2 > 1",
    ],
)
def test_nothing_else_can_be_carried_out(text: str) -> None:
    with pytest.raises(SettingsError):
        choose(text, TABLE)


def test_names_are_told_before_a_table_is_there() -> None:
    assert parse("area > 2 and class == 1 and area < sqrt(id)").names == ("area", "class", "id")


def test_an_empty_table_has_nothing_to_choose() -> None:
    empty = {name: column[:0] for name, column in TABLE.items()}
    assert choose("area > 200 and origin == 'hand'", empty).shape == (0,)


@given(st.text(alphabet="areloskcid ()<>=!+-*/%.,'\"0123456789[]notand", max_size=40))
def test_any_text_gives_a_choice_or_an_explanation(text: str) -> None:
    try:
        chosen = choose(text, TABLE)
    except SettingsError as error:
        assert str(error)
    else:
        assert chosen.dtype == bool and chosen.shape == (4,)
