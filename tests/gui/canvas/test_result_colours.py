from __future__ import annotations

import numpy as np
import pytest

from cpsam_gui.canvas.result_colours import ErrorColours, FlowColours, ProbabilityColours, ramp
from cpsam_gui.state.box import Box
from cpsam_gui.state.objects import ObjectRecord

ALL = slice(0, 8, 1)


def parts(colour: int) -> tuple[int, int, int, int]:
    value = int(colour)
    return value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255


def test_flows_have_the_hue_of_their_direction_and_no_flow_is_black() -> None:
    rows, columns = np.zeros((8, 8), np.float32), np.zeros((8, 8), np.float32)
    columns[0, 0], rows[1, 0], columns[2, 0], columns[3, 0] = 5, 5, -5, 1
    shown = FlowColours(rows, columns)(ALL, ALL)
    assert shown[7, 7] == 0xFF000000
    _, red, green, blue = parts(shown[0, 0])
    assert red > green and red > blue
    assert len({int(shown[place, 0]) for place in range(3)}) == 3
    assert max(parts(shown[3, 0])[1:]) < max(parts(shown[0, 0])[1:])
    assert FlowColours(rows, columns)(slice(0, 8, 2), ALL).shape == (4, 8)


def test_probability_runs_from_dark_to_bright() -> None:
    logits = np.linspace(-8, 8, 64, dtype=np.float32).reshape(8, 8)
    shown = ProbabilityColours(logits)(ALL, ALL).ravel()
    sums = [sum(parts(colour)[1:]) for colour in shown]
    assert sums[0] < sums[32] < sums[-1]
    assert all(parts(colour)[0] == 255 for colour in shown)


def test_errors_by_object() -> None:
    box = Box(0, 1, 0, 8, 0, 8)
    plane = np.array([[0, 1, 2, 3, 900]], np.uint32)
    objects = {
        1: ObjectRecord(1, box, flow_error=0.0),
        2: ObjectRecord(1, box, flow_error=5.0),
        3: ObjectRecord(1, box),
    }
    nothing, least, most, unknown, later = ErrorColours(plane, objects)(slice(0, 1, 1), slice(0, 5, 1))[0]
    assert nothing == later == 0xFF000000
    assert (least, most) == (ramp()[0], ramp()[255])
    assert parts(unknown)[1] == parts(unknown)[2] == parts(unknown)[3]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_stored_flows_may_be_of_less_precision(dtype: type) -> None:
    field = np.ones((8, 8), dtype)
    assert FlowColours(field, field)(ALL, ALL).shape == (8, 8)
    assert ProbabilityColours(field)(ALL, ALL).shape == (8, 8)
