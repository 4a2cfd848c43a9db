"""Parts of objects against scikit-image, which finds connected pixels of one value another way."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.measure import label

from cpsam_core.labels import ids_in_pieces, parts_of, relabel, separate_pieces


@pytest.mark.parametrize("shape", [(1, 1), (17, 23), (1, 40), (40, 1), (4, 15, 19), (3, 1, 8), (0, 5)])
@pytest.mark.parametrize("values", [1, 3])
def test_parts_are_those_of_another_program(shape: tuple[int, ...], values: int) -> None:
    rng = np.random.default_rng(sum(shape) + values)
    for share in (0.1, 0.4, 0.7):
        labels = (rng.integers(1, values + 1, shape) * (rng.random(shape) < share)).astype(np.uint16)
        expected = label(labels, connectivity=labels.ndim) if labels.size else labels
        parts = parts_of(labels)
        assert len(parts.values) == int(expected.max(initial=0))
        assert dict(zip(parts.ids.tolist(), parts.counts.tolist(), strict=True)) == {
            int(value): len(np.unique(expected[labels == value])) for value in np.unique(labels) if value
        }


def test_one_value_for_all_cells_tells_no_objects_and_masks_with_specks_do() -> None:
    cells = np.zeros((60, 60), np.uint8)
    for y in (5, 25, 45):
        for x in (5, 25, 45):
            cells[y : y + 8, x : x + 8] = 255
    parts = parts_of(cells)
    assert parts.words() == "1 value, 9 separate parts"
    assert parts.several == {255: 9}
    assert parts.kinds_not_objects
    one_each = relabel(separate_pieces(cells))
    assert ids_in_pieces(cells).tolist() == [255]
    assert len(np.unique(one_each)) == 10
    assert not parts_of(one_each).kinds_not_objects
    one_each[0, 0:60:2] = 1
    assert parts_of(one_each).several[1] > 20
    assert not parts_of(one_each).kinds_not_objects, "single pixels are slips of the pen"


def test_looking_for_parts_can_be_stopped() -> None:
    class StoppedError(Exception):
        pass

    asked: list[int] = []

    def tick() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        parts_of(np.ones((4, 8, 8), np.uint8), tick)
