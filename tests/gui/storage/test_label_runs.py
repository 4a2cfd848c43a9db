from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cpsam_core.labels.runs import Runs, whole_runs
from cpsam_gui import tasks
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.snapshot import Snapshot
from cpsam_gui.storage.label_runs import (
    BAND_ROWS,
    pack_labels,
    pack_masks,
    row_text,
    unpack_labels,
    unpack_runs,
)


@settings(deadline=None)
@given(
    arrays(
        np.uint32,
        st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)),
        elements=st.sampled_from([0, 1, 2, 70_000, 2**32 - 1]),
    )
)
def test_labels_come_back(labels: np.ndarray) -> None:
    packed, known = pack_masks(labels, {}).labels, whole_runs(labels)
    np.testing.assert_array_equal(unpack_labels(packed, labels.shape), labels)
    assert pack_masks(known, {}).labels == packed
    same(unpack_runs(packed, labels.shape), known)


def same(one: Runs, other: Runs) -> None:
    """All runs are the same, to the last."""
    assert one.shape == other.shape
    for name in ("starts", "lengths", "values"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_labels_of_several_bands_come_back_from_a_snapshot_too() -> None:
    labels = np.zeros((2, BAND_ROWS + 30, 40), np.uint32)
    labels[0, 5:300, 3:20], labels[1, 250:260] = 7, 9
    packed = pack_masks(labels, {}).labels
    np.testing.assert_array_equal(unpack_labels(packed, labels.shape), labels)
    assert pack_labels(Snapshot(labels).bands()) == packed == pack_masks(whole_runs(labels), {}).labels
    same(unpack_runs(packed, labels.shape), whole_runs(labels))


def test_no_labels_take_no_bytes() -> None:
    empty = ArrayLabels.empty((1, 4, 5))
    assert empty.packed is not None
    assert not empty.packed.labels
    np.testing.assert_array_equal(unpack_labels(b"", (1, 4, 5)), empty.array)
    same(unpack_runs(b"", (1, 4, 5)), whole_runs(empty.array))


def runs(*numbers: int) -> bytes:
    return zlib.compress(np.array(numbers, "<u4").tobytes())


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (runs(1, 21, 3), (1, 4, 5)),
        (runs(1, 19, 3), (1, 4, 5)),
        (runs(2, 20, 3), (1, 4, 5)),
        (runs(1, 2**32 - 1, 3), (1, 4, 5)),
        (runs(2**32 - 1, 20, 3), (1, 4, 5)),
        (runs(0), (1, 4, 5)),
        (runs(1, 20, 3), (4, 5)),
        (runs(1, 20, 3), (1, 0, 5)),
        (runs(), (1, 4, 5)),
        (b"", (1, 1 << 20, 1 << 20)),
    ],
)
def test_nonsense_is_refused(data: bytes, shape: tuple[int, ...]) -> None:
    for unpack in (unpack_labels, unpack_runs):
        with pytest.raises(ValueError):
            unpack(data, shape)


def test_rows_are_packed_with_the_labels(disc_labels: np.ndarray) -> None:
    labels = disc_labels[None]
    records = tasks.records_of(labels)
    packed = pack_masks(labels, records)
    assert {number: text for number, (_, text) in packed.rows.items()} == {
        number: row_text(row) for number, row in records.items()
    }
    assert all(packed.rows[number][0] is row for number, row in records.items())


def test_texts_of_rows_that_stay_are_taken_over(disc_labels: np.ndarray) -> None:
    """Most rows stay when a threshold is moved, and to write ten thousand of them takes a tenth of a second."""
    labels = disc_labels[None]
    before = pack_masks(labels, tasks.records_of(labels))
    # The same rows made anew, but for one.
    records = dict(tasks.records_of(labels))
    records[1] = records[1].changed(locked=True)
    packed = pack_masks(labels, records, before)
    for number, (row, text) in packed.rows.items():
        assert row is records[number]
        assert text == row_text(row)
        assert (text is before.rows[number][1]) is (number != 1)


def test_what_is_written_is_packed_no_more(disc_labels: np.ndarray) -> None:
    from cpsam_gui import operations
    from cpsam_gui.state.document import Document

    found = tasks.ready_to_land(
        tasks.MaskResult(disc_labels[None].copy(), tasks.records_of(disc_labels[None]))
    )
    document = Document(found.labels.shape)
    document.replace("Run", found.store, found.records)
    store = document.store
    assert isinstance(store, ArrayLabels)
    assert store.packed is found.packed is not None
    operations.delete(document, [1])
    assert store.packed is None
