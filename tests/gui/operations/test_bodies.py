from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from cpsam_gui.drawing import bodies, split_by_seeds
from cpsam_gui.operations import bodies as edits
from cpsam_gui.operations import scope, split_into
from cpsam_gui.operations.next_plane import follow_planes, guide_by_flows
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.slice import Slice

SPACING = (2.0, 1.0, 1.0)
# A slice that no body reaches into: the line is taken as it is.
AWAY = 99


def dumbbell() -> np.ndarray:
    """Two balls of radius 8 with middles 14 pixels apart along x, planes 2 pixels apart."""
    z, y, x = np.ogrid[:12, :24, :40]
    one = ((z - 5.5) * 2) ** 2 + (y - 12) ** 2 + (x - 12) ** 2 <= 64
    two = ((z - 5.5) * 2) ** 2 + (y - 12) ** 2 + (x - 26) ** 2 <= 64
    return one | two


@pytest.fixture
def document() -> Document:
    made = Document((12, 24, 40))
    with made.step("Draw"):
        made.write(Box.whole(made.shape), np.where(dumbbell(), np.uint32(1), np.uint32(0)), Origin.MODEL)
    return made


def ids(document: Document) -> list[int]:
    return [number for number in np.unique(document.labels).tolist() if number]


def by_seeds(document: Document, seeds: list[tuple[int, int, int]]) -> str | None:
    """Divide object 1 between seeds as the tool does."""
    box = document.objects[1].box
    local = [(z - box.z0, y - box.y0, x - box.x0) for z, y, x in seeds]
    parts = split_by_seeds(document.labels[box.slices] == 1, local, spacing=SPACING)
    return split_into(document, 1, box, parts)


def test_a_ball_is_flat_where_planes_lie_apart() -> None:
    box, mask = bodies.ball((6.5, 12.5, 12.5), 6.0, SPACING)
    assert mask.shape == box.shape
    extent = [int(np.count_nonzero(mask.any(tuple(a for a in range(3) if a != axis)))) for axis in range(3)]
    assert extent == [7, 13, 13]
    _, dot = bodies.ball((3.2, 4.9, 5.1), 0.1, SPACING)
    assert np.count_nonzero(dot) == 1


@pytest.mark.parametrize(
    ("across", "points"),
    [(0, [(-1.0, 19.0), (25.0, 19.0)]), (1, [(-1.0, 19.0), (13.0, 19.0)])],
)
def test_a_line_in_any_view_cuts_all_planes(
    document: Document, across: int, points: list[tuple[float, float]]
) -> None:
    before = document.labels.copy()
    assert edits.split_bodies(document, [1], points, Slice(across, AWAY), SPACING) is None
    assert len(ids(document)) == 2
    for number in ids(document):
        assert ndimage.label(document.labels == number)[1] == 1
    np.testing.assert_array_equal(document.labels > 0, before > 0)
    document.undo()
    np.testing.assert_array_equal(document.labels, before)


def test_a_line_across_what_is_seen_cuts_what_is_behind(document: Document) -> None:
    # in plane 9 the balls are small: the line around them ends inside the bodies of other planes
    line = [(9.5, 19.0), (14.5, 19.0)]
    assert not document.labels[9, 9, 19]
    assert edits.split_bodies(document, [1], line, Slice(0, AWAY), SPACING) == edits.NO_CROSSING
    assert edits.split_bodies(document, [1], line, Slice(0, 9), SPACING) is None
    assert len(ids(document)) == 2
    document.undo()
    assert (
        edits.split_bodies(document, [1], [(-1.0, 19.0), (12.0, 19.0)], Slice(0, 5), SPACING)
        == edits.NO_CROSSING
    )


def test_specks_that_vanish_in_the_cut_do_not_stop_it(document: Document) -> None:
    with document.step("Specks"):
        document.write(Box(1, 2, 2, 3, 19, 20), np.ones((1, 1, 1), np.uint32))
        document.write(Box(1, 2, 2, 3, 2, 3), np.ones((1, 1, 1), np.uint32))
    assert edits.split_bodies(document, [1], [(-1.0, 19.0), (25.0, 19.0)], Slice(0, AWAY), SPACING) is None
    assert len(ids(document)) == 2, "a speck beside the line is no part of its own"


def test_a_line_along_the_body_cuts_it_in_the_third_view(document: Document) -> None:
    assert edits.split_bodies(document, [1], [(12.0, -1.0), (12.0, 13.0)], Slice(2, AWAY), SPACING) is None
    low, high = sorted(np.nonzero(document.labels == number)[1].mean() for number in ids(document))
    assert low < 12 < high


def test_a_line_that_ends_inside_cuts_nothing(document: Document) -> None:
    assert (
        edits.split_bodies(document, [1], [(-1.0, 12.0), (12.0, 12.0)], Slice(0, AWAY), SPACING)
        == edits.NO_CROSSING
    )
    assert ids(document) == [1]


def test_seeds_divide_at_the_neck(document: Document) -> None:
    assert by_seeds(document, [(5, 12, 8), (6, 13, 30)]) is None
    places = sorted(np.nonzero(document.labels == number)[2].mean() for number in ids(document))
    assert len(places) == 2
    assert abs(places[0] - 12) < 1.5
    assert abs(places[1] - 26) < 1.5
    assert by_seeds(document, [(5, 12, 8)]) is not None


def test_both_parts_keep_what_was_known(document: Document) -> None:
    with document.step("Class"):
        document.update([1], class_id=3)
    by_seeds(document, [(5, 12, 8), (6, 13, 30)])
    assert {document.objects[number].class_id for number in ids(document)} == {3}


def test_growth_is_the_same_length_in_all_directions() -> None:
    mask = np.zeros((21, 41, 41), bool)
    mask[10, 20, 20] = True
    grown = bodies.grow_body(mask, 6, SPACING)
    assert [int(axis.max() - axis.min()) for axis in np.nonzero(grown)] == [6, 12, 12]
    assert not bodies.grow_body(mask, -1, SPACING).any()


def test_growing_takes_background_only(document: Document) -> None:
    with document.step("Draw"):
        box = Box(0, 12, 22, 24, 0, 40)
        document.write(box, np.full(box.shape, 2, np.uint32))
    area = document.objects[2].area
    assert edits.grow_bodies(document, [1], 3, SPACING) is None
    assert document.objects[2].area == area
    assert document.objects[1].area > np.count_nonzero(dumbbell())
    assert document.objects[1].origin is Origin.EDITED


def test_cavities_are_filled_but_open_ones_are_not(document: Document) -> None:
    with document.step("Erase"):
        document.write(Box(5, 6, 11, 13, 11, 13), np.zeros((1, 2, 2), np.uint32))
    assert edits.fill_bodies(document, [1]) is None
    np.testing.assert_array_equal(document.labels > 0, dumbbell())
    assert edits.fill_bodies(document, [1]) == "Nothing to change"


def test_smoothing_takes_a_spike_away(document: Document) -> None:
    with document.step("Draw"):
        document.write(Box(5, 6, 0, 4, 12, 13), np.ones((1, 4, 1), np.uint32))
    assert edits.smooth_bodies(document, [1], SPACING) is None
    assert not document.labels[5, 0, 12]
    assert document.labels[5, 12, 12] == 1


def test_planes_between_go_from_one_shape_to_the_other() -> None:
    document = Document((9, 40, 40))
    yy, xx = np.ogrid[:40, :40]
    for z, radius in ((1, 4), (7, 10)):
        disc = (yy - 20) ** 2 + (xx - 20) ** 2 <= radius**2
        with document.step("Draw"):
            document.write(
                Box(z, z + 1, 0, 40, 0, 40), np.where(disc, np.uint32(5), 0)[None].astype(np.uint32)
            )
    assert edits.interpolate(document, [5]) is None
    areas = np.count_nonzero(document.labels == 5, axis=(1, 2))
    assert (np.diff(areas[1:8]) > 0).all()
    assert areas[0] == areas[8] == 0
    assert abs(np.sqrt(areas[4] / np.pi) - 7) < 0.6
    assert edits.interpolate(document, [5]) is not None


def test_copied_to_the_next_plane_and_cut_off_again(document: Document) -> None:
    top = int(np.nonzero(document.labels)[0].max())
    assert edits.copy_to_plane(document, [1], top, top + 1) is None
    np.testing.assert_array_equal(document.labels[top + 1], document.labels[top])
    assert edits.copy_to_plane(document, [1], 11, 12) == "There is no plane beyond this one"
    assert edits.delete_beyond(document, [1], 5, above=True) is None
    assert np.nonzero(document.labels)[0].max() == 5
    assert edits.delete_beyond(document, [1], 5, above=False) is None
    assert set(np.nonzero(document.labels)[0].tolist()) == {5}
    assert edits.delete_beyond(document, [1], 5, above=False) == "The objects end in this plane"


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: edits.split_bodies(d, [1], [(-1.0, 19.0), (25.0, 19.0)], Slice(0, AWAY), SPACING),
        lambda d: by_seeds(d, [(5, 12, 8), (6, 13, 30)]),
        lambda d: edits.grow_bodies(d, [1], 2, SPACING),
        lambda d: edits.smooth_bodies(d, [1], SPACING),
        lambda d: edits.fill_bodies(d, [1]),
        lambda d: edits.interpolate(d, [1]),
        lambda d: edits.copy_to_plane(d, [1], 5, 0),
        lambda d: edits.delete_beyond(d, [1], 5, above=True),
    ],
)
def test_locked_bodies_stay_as_they_are(document: Document, edit: object) -> None:
    with document.step("Lock"):
        document.update([1], locked=True)
    before = document.labels.copy()
    assert "ocked" in edit(document)  # type: ignore[operator]
    np.testing.assert_array_equal(document.labels, before)


def test_a_tube_is_a_moved_ball() -> None:
    start, stop, radius = (5.5, 12.5, 8.5), (7.5, 14.5, 26.5), 5.0
    shape = (16, 32, 48)
    swept = np.zeros(shape, bool)
    box, mask = bodies.tube(start, stop, radius, SPACING)
    swept[box.slices] = mask
    expected = np.zeros(shape, bool)
    for share in np.linspace(0, 1, 400):
        place = tuple(float(a + share * (b - a)) for a, b in zip(start, stop, strict=True))
        one, tip = bodies.ball(place, radius, SPACING)  # type: ignore[arg-type]
        expected[one.slices] |= tip
    assert np.count_nonzero(swept != expected) <= 4
    box, mask = bodies.tube(stop, stop, radius, SPACING)
    np.testing.assert_array_equal(mask, bodies.ball(stop, radius, SPACING)[1])


def test_deleting_in_one_plane_leaves_the_others(document: Document) -> None:
    assert edits.delete_in_plane(document, [1], 5) is None
    assert not document.labels[5].any()
    assert document.labels[4].any()
    assert document.labels[6].any()
    assert edits.delete_in_plane(document, [1], 5) == "The objects have nothing in this plane"


@pytest.mark.parametrize("edit", [scope.grow, scope.smooth, scope.fill_holes])
def test_the_scope_says_which_planes_an_edit_changes(
    document: Document, edit: Callable[..., str | None]
) -> None:
    with document.step("Spoil"):
        # a spike and a cavity, each through two planes
        document.write(Box(5, 7, 0, 4, 12, 13), np.ones((2, 4, 1), np.uint32))
        document.write(Box(5, 7, 11, 13, 11, 13), np.zeros((2, 2, 2), np.uint32))
    args = (1,) if edit is scope.grow else ()
    for reach, expected in ((scope.Scope.PLANE, {5}), (scope.Scope.BODY, {5, 6})):
        before = document.labels.copy()
        assert edit(document, [1], *args, scope.Reach(reach, Slice(0, 5), SPACING)) is None
        changed = set(np.flatnonzero((document.labels != before).any((1, 2))).tolist())
        assert changed >= expected
        assert reach is scope.Scope.BODY or changed == expected
        document.undo()


def flows_towards(mask: np.ndarray) -> np.ndarray:
    """Return flows (2, y, x) that lead to the middle of a mask."""
    middle = [axis.mean() for axis in np.nonzero(mask)]
    grid = np.indices(mask.shape)
    way = np.stack([m - g for m, g in zip(middle, grid, strict=True)]).astype(np.float32)
    length = np.maximum(np.sqrt((way**2).sum(0)), 1)
    return 5 * way / length * mask


@pytest.mark.parametrize(("shift", "same"), [(3, True), (13, False)])
def test_a_copy_takes_the_shape_that_the_flows_give_it(shift: int, same: bool) -> None:
    document = Document((2, 60, 60))
    y, x = np.mgrid[:60, :60]
    disc = (y - 20) ** 2 + (x - 20) ** 2 <= 100
    cell = (y - 20 - shift) ** 2 + (x - 20) ** 2 <= 81
    with document.step("Draw"):
        document.write(Box(0, 1, 0, 60, 0, 60), disc.astype(np.uint32)[None])
    guide = guide_by_flows(
        flows_towards(cell), np.where(cell, 4, -8).astype(np.float32), document.labels[1], 18
    )
    assert edits.copy_to_plane(document, [1], 0, 1, guide) is None
    expected = cell if same else disc
    got = document.labels[1] == 1
    assert np.count_nonzero(got & expected) / np.count_nonzero(got | expected) > 0.9
    np.testing.assert_array_equal(document.labels[0], disc)


def test_an_object_of_one_plane_is_followed_as_far_as_the_flows_go() -> None:
    z, y, x = np.ogrid[:16, :60, :60]
    cell = (2 * (z - 7)) ** 2 + (y - 24 - z) ** 2 + (x - 30) ** 2 <= 144
    document = Document(cell.shape)
    with document.step("Draw"):
        document.write(Box(7, 8, 0, 60, 0, 60), cell[7:8].astype(np.uint32))
        # an object in the way is kept
        document.write(Box(9, 10, 0, 60, 30, 60), np.where(cell[9:10, :, 30:], 2, 0).astype(np.uint32))
    flows = np.stack([flows_towards(plane) if plane.any() else np.zeros((2, 60, 60)) for plane in cell], 1)
    logits = np.where(cell, 4, -8).astype(np.float32)
    other = document.labels == 2
    assert follow_planes(document, [1], 7, flows, logits, 24) is None
    np.testing.assert_array_equal(document.labels == 2, other)
    below = document.labels[:7] == 1
    assert np.count_nonzero(below & cell[:7]) / np.count_nonzero(below | cell[:7]) > 0.8
    assert not document.labels[0].any()
    document.undo()
    assert np.flatnonzero((document.labels == 1).any((1, 2))).tolist() == [7]
    assert follow_planes(document, [1], 7, flows, logits[:5]) is not None
