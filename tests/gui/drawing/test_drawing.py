from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.labels.runs import whole_runs
from cpsam_gui import drawing
from cpsam_gui.operations.compose import compose_runs
from cpsam_gui.state.slice import Slice


@pytest.mark.parametrize("radius", [0.5, 1.0, 3.3, 12.0])
def test_a_dab_has_the_area_of_its_disc(radius: float) -> None:
    box, mask = drawing.stroke(Slice(0, 4), (30.5, 20.5), (30.5, 20.5), radius)
    assert box.z0 == 4
    assert mask.shape == box.shape
    assert abs(mask.sum() - np.pi * radius**2) <= 2 + 3 * radius


def test_a_thin_brush_paints_the_pixel_under_it() -> None:
    box, mask = drawing.stroke(Slice(0, 0), (7.05, 3.95), (7.05, 3.95), 0.1)
    _, y, x = (int(where[0]) for where in np.nonzero(mask))
    assert (y + box.y0, x + box.x0) == (7, 3)


def test_a_stroke_has_no_gaps() -> None:
    from scipy import ndimage

    _, mask = drawing.stroke(Slice(0, 0), (3, 5), (80, 190), 1.0)
    assert ndimage.label(mask)[1] == 1


def test_polygon_covers_whole_pixels() -> None:
    box, mask = drawing.polygon(Slice(0, 0), [(10, 10), (10, 20), (20, 20), (20, 10)])
    where = np.argwhere(mask[0]) + np.array((box.y0, box.x0))
    assert where.min(0).tolist() == [10, 10]
    assert where.max(0).tolist() == [19, 19]
    assert len(where) == 100


def test_split_divides_and_numbers_by_size() -> None:
    mask = np.ones((20, 30), bool)
    parts = drawing.split(mask, [(-2, 10.5), (22, 10.5)])
    assert parts is not None
    sizes = np.bincount(parts.ravel())
    assert sizes[0] == 0
    assert sizes[1] > sizes[2] > 150


def test_a_diagonal_cut_divides_too() -> None:
    parts = drawing.split(np.ones((30, 30), bool), [(0, 0), (30, 30)])
    assert parts is not None
    assert parts.max() == 2


def test_grow_and_smooth_keep_their_promises() -> None:
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    assert drawing.grow(mask, 3).sum() > mask.sum()
    assert drawing.grow(mask, -3).sum() == 14 * 14
    assert abs(int(drawing.smooth(mask).sum()) - int(mask.sum())) < 40


def test_compose_keeps_pixels_and_ids() -> None:
    found = np.zeros((1, 20, 20), np.uint32)
    found[0, :5, :5], found[0, 10:15, 10:15] = 1, 2
    before = np.zeros_like(found)
    before[0, 9:16, 9:13] = 5
    result = compose_runs(whole_runs(found), whole_runs(before), [5], 8)[0].painted()
    np.testing.assert_array_equal(result == 5, before == 5)
    assert set(np.unique(result)) == {0, 5, 8}, "the new object under the kept one is the same cell"


def test_compose_without_kept_numbers_from_the_first_id() -> None:
    found = np.zeros((1, 4, 4), np.uint32)
    found[0, 0, 0], found[0, 2, 2] = 70_000, 3
    result = compose_runs(whole_runs(found), whole_runs(found), [], 1)[0].painted()
    assert result[0, 2, 2] == 1
    assert result[0, 0, 0] == 2
