from __future__ import annotations

import numpy as np

from cpsam_core.labels.runs import joint_runs, whole_runs
from cpsam_gui import tasks
from cpsam_gui.operations.carry_over import former_ids
from cpsam_gui.operations.compose import compose_runs
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from tests.gui.operations.test_random import SHAPE
from tests.gui.operations.test_touched import result_of_a_run, run


def squares(*places: tuple[int, int, int]) -> np.ndarray:
    labels = np.zeros((1, 40, 80), np.uint32)
    for number, (y, x, side) in enumerate(places, start=1):
        labels[0, y : y + side, x : x + side] = number
    return labels


def test_objects_found_again_keep_their_ids_whatever_their_order() -> None:
    before = squares((2, 2, 10), (2, 30, 10), (20, 60, 12))
    found = squares((20, 61, 11), (25, 5, 6), (2, 31, 9), (3, 2, 10))
    labels, ids = compose_runs(whole_runs(found), whole_runs(before), [], 50, carry=True)
    assert ids.tolist() == [0, 3, 50, 2, 1]
    assert np.unique(labels.painted()).tolist() == [0, 1, 2, 3, 50]


def test_of_an_object_that_falls_apart_one_part_keeps_the_id() -> None:
    before = squares((0, 0, 20))
    found = np.where(np.arange(80) < 8, 1, 2).astype(np.uint32) * (before > 0)
    assert sorted(former_ids(*joint_runs(found, before), 3).tolist()) == [0, 0, 1]
    halves = np.where(np.arange(80) < 10, 1, 2).astype(np.uint32) * (before > 0)
    assert former_ids(*joint_runs(halves, before), 3).tolist() == [0, 1, 0]


def test_what_shares_little_is_another_object() -> None:
    before, found = squares((0, 0, 10)), squares((6, 6, 10))
    assert former_ids(*joint_runs(found, before), 2).tolist() == [0, 0]


def test_ids_and_colours_stay_from_run_to_run() -> None:
    document = Document(SHAPE)
    run(document, 1)
    before = dict(document.objects)
    labels = document.labels.copy()
    kept = tasks.PreviousMasks(document.snapshot(), {}, document.next_id, document.colours.copy())
    found = tasks.combine(result_of_a_run(1), document.shape, kept, lambda *_: None)
    np.testing.assert_array_equal(found.labels, labels)
    assert {n: row.colour for n, row in found.records.items()} == {n: row.colour for n, row in before.items()}
    # others come and go, the ids of those that stay do not change
    gone = min(before)
    labels[labels == gone] = 0
    document.replace("Segment", labels, {n: row for n, row in before.items() if n != gone})
    kept = tasks.PreviousMasks(document.snapshot(), {}, document.next_id, document.colours.copy())
    again = tasks.combine(result_of_a_run(1), document.shape, kept, lambda *_: None)
    assert set(again.records) == {*before, document.next_id} - {gone}
    assert again.records[max(before)].box == before[max(before)].box
    assert Box.whole(document.shape).shape == again.labels.shape


def test_ids_beyond_the_last_that_stays_do_not_stay() -> None:
    before = np.zeros((1, 40, 80), np.uint32)
    for number in (2, 3, 4, 9):
        before[0, 0:6, 8 * number : 8 * number + 6] = number
    labels, _ = compose_runs(whole_runs(np.zeros_like(before)), whole_runs(before), [3], 50)
    assert np.unique(labels.painted()).tolist() == [0, 3]


def test_what_stays_lends_its_pixels_to_no_other_id() -> None:
    before, found = np.zeros((1, 40, 80), np.uint32), np.zeros((1, 40, 80), np.uint32)
    before[0, 30:32, 2:4], found[0, 30:32, 2:4] = 1, 2
    # A new object of which just under a half lies under one that stays.
    before[0, 2:7, 20:29], found[0, 2:12, 20:30] = 2, 1
    _, ids = compose_runs(whole_runs(found), whole_runs(before), [2], 50, carry=True)
    assert ids.tolist() == [0, 50, 1]


def test_what_lies_under_kept_objects_takes_no_pixels_from_others() -> None:
    before, found = np.zeros((1, 40, 80), np.uint32), np.zeros((1, 40, 80), np.uint32)
    before[0, 2:7, 2:7] = found[0, 2:7, 2:7] = 1
    before[0, 10:20, 30:45], found[0, 10:20, 30:50] = 9, 2
    _, ids = compose_runs(whole_runs(found), whole_runs(before), [9], 50, carry=True)
    assert ids.tolist() == [0, 1, 0]
