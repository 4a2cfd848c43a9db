"""Measuring part by part: as of the whole, and after a change only what changed."""

from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.images.label_arrays import LabelsInMemory
from cpsam_core.labels import object_table, parts_of
from cpsam_core.measure import in_parts as in_parts_module
from cpsam_core.measure import measure
from cpsam_core.measure.in_parts import MeasuredParts, measure_in_parts, remeasure_in_parts
from cpsam_core.measure.objects import ObjectMeasurements

RNG = np.random.default_rng(5)


def discs(shape: tuple[int, int, int]) -> np.ndarray:
    labels = np.zeros(shape, np.uint32)
    depth, height, width = shape
    for number in range(1, 120):
        z, y, x = RNG.integers(0, depth), RNG.integers(0, height), RNG.integers(0, width)
        high, wide = RNG.integers(4, 50, 2)
        labels[z : z + 3, y : y + high, x : x + wide] = number
    return labels


def same(one: ObjectMeasurements, other: ObjectMeasurements, leave: tuple[str, ...] = ()) -> None:
    assert [name for name in one.columns if name not in leave] == list(other.columns)
    for name, column in other.columns.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(one.columns[name], column, rtol=1e-5, atol=1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(one.columns[name], column, err_msg=name)
    np.testing.assert_array_equal(one.boxes, other.boxes)


@pytest.fixture(params=[(1, 500, 600), (6, 200, 220)], ids=["plane", "stack"])
def labels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    monkeypatch.setattr(in_parts_module, "PART_PX", 128)
    monkeypatch.setattr(in_parts_module, "PLANES", 2)
    return discs(request.param)


def boxes_in(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    table = object_table(labels)
    return table.ids, table.boxes


def test_known_boxes_spare_a_look(labels: np.ndarray) -> None:
    pixels = RNG.integers(0, 4000, (*labels.shape, 2)).astype(np.uint16)
    whole = measure(labels, pixels, channels=("a", "b"))
    options = MeasuredParts(
        ("a", "b"),
        beside=lambda seen, ids: {
            "pieces": np.array([parts_of(seen).several.get(number, 1) for number in ids.tolist()])
        },
    )
    ids, boxes = boxes_in(labels)
    # One is nowhere, and boxes may be too large.
    boxes[3, 1:, 0] = 0
    given = np.append(ids, 900).astype(np.uint32), np.concatenate([boxes, boxes[:1]])
    parts = measure_in_parts(LabelsInMemory(labels), lambda box: pixels[box], options, objects=given)
    same(parts, whole, leave=("pieces",))
    several = parts_of(labels).several
    assert parts["pieces"].tolist() == [several.get(number, 1) for number in ids.tolist()]


def test_only_what_changed_is_measured_again(labels: np.ndarray) -> None:
    pixels = RNG.integers(0, 4000, (*labels.shape, 1)).astype(np.uint16)
    options, source = MeasuredParts(("a",)), LabelsInMemory(labels)
    table = measure_in_parts(source, lambda box: pixels[box], options)
    gone, new = int(table.ids[4]), 500
    stale = {gone, new}
    labels[labels == gone] = 0
    place = (slice(0, 1), slice(90, 140), slice(100, 150))
    stale |= set(np.unique(labels[place]).tolist()) - {0}
    labels[place] = new
    ids, boxes = boxes_in(labels)
    known = dict(zip(ids.tolist(), boxes, strict=True))
    read: list[int] = []

    def some(box: tuple[slice, slice, slice]) -> np.ndarray:
        read.append(pixels[box].size)
        return pixels[box]

    again = remeasure_in_parts(
        table, source, some, options, stale=sorted(stale), boxes={n: known[n] for n in stale if n in known}
    )
    same(again, measure_in_parts(source, lambda box: pixels[box], options))
    assert again.ids.tolist() == ids.tolist()
    everything = remeasure_in_parts(again, source, some, options, stale=ids, boxes={})
    assert len(everything) == 0
