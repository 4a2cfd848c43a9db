"""What a run may replace is said once, and the runs that ask agree: on all of an image, on a region, in a box."""

from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.labels.runs import whole_runs
from cpsam_gui.operations import replacing
from cpsam_gui.operations.compose import compose_runs
from cpsam_gui.operations.region_run import RegionResult, land, propose
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.objects import Origin

SHAPE = (1, 20, 20)


def labels_over(share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return kept labels, and a new object of 100 pixels of which a share lies under them."""
    kept, found = np.zeros(SHAPE, np.uint32), np.zeros(SHAPE, np.uint32)
    found[0, 5:15, 5:15] = 1
    kept[0, 5:15, 5 : 5 + round(10 * share)] = 7
    return kept, found


def by_compose(kept: np.ndarray, found: np.ndarray) -> bool:
    return bool(compose_runs(whole_runs(found), whole_runs(kept), [7], 8)[1][1])


def document_of(kept: np.ndarray) -> Document:
    document = Document(SHAPE)
    with document.step("Draw"):
        document.write(Box.whole(SHAPE), kept, Origin.HAND)
    return document


def by_region(kept: np.ndarray, found: np.ndarray) -> bool:
    whole = Box.whole(SHAPE)
    return bool(land(document_of(kept), "Segment region", RegionResult(whole, whole, found)))


def by_box(kept: np.ndarray, found: np.ndarray) -> bool:
    whole = Box.whole(SHAPE)
    return bool(propose(RegionResult(whole, whole, found), kept, SHAPE).labels.any())


@pytest.mark.parametrize("most", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("run", [by_compose, by_region, by_box])
def test_every_run_drops_what_lies_mostly_under_kept_objects(
    run: object, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "MOST", most)
    kept_by = {share: run(*labels_over(share)) for share in (0.2, 0.3, 0.5, 0.6, 0.8)}  # type: ignore[operator]
    assert kept_by == {share: share <= most for share in kept_by}


def disk(radius: float, centre: tuple[int, int] = (10, 10)) -> np.ndarray:
    rows, columns = np.ogrid[:20, :20]
    return ((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 <= radius**2)[None]


@pytest.mark.parametrize("run", [by_compose, by_region, by_box])
def test_a_cell_drawn_too_small_gets_no_ring_around_it(run: object) -> None:
    """Less than half of the object lies under it, and it is one cell all the same."""
    found, kept = disk(7).astype(np.uint32), disk(4.5).astype(np.uint32) * 7
    assert 0.25 < np.count_nonzero(kept) / np.count_nonzero(found) < 0.5
    assert not run(kept, found)  # type: ignore[operator]
    # The same where it is not closed: drawn at the rim.
    assert not run(disk(4.7, (9, 8)).astype(np.uint32) * 7, found)  # type: ignore[operator]
    # A thing within a large cell leaves that cell its place.
    assert run(disk(2).astype(np.uint32) * 7, found)  # type: ignore[operator]
    # So do the ends of a row of three, found as one, of which the middle one was drawn.
    for places in (((10, 4), (10, 10), (10, 16)), ((4, 4), (10, 10), (16, 16))):
        row = np.any([disk(3.5, place) for place in places], axis=0).astype(np.uint32)
        assert run(disk(3.5).astype(np.uint32) * 7, row)  # type: ignore[operator]
    # One of two cells that were found as one was drawn: the rest is the other.
    two = (disk(4, (10, 5)) | disk(4.5, (10, 13))).astype(np.uint32)
    assert run(disk(4, (10, 5)).astype(np.uint32) * 7, two)  # type: ignore[operator]


def test_an_object_on_the_border_of_a_region_belongs_to_it_by_most_of_its_pixels() -> None:
    found = np.zeros(SHAPE, np.uint32)
    found[0, 2:4, 0:10], found[0, 6:8, 1:11], found[0, 10:12, 0:12] = 1, 2, 3
    region = (slice(0, 1), slice(0, 20), slice(5, 20))
    assert replacing.inside(found, region).tolist() == [True, False, True, True]


def test_the_smallest_object_and_the_last_one_are_told_like_any_other() -> None:
    assert replacing.mostly(np.array([1, 0, 0]), np.array([1, 1, 0])).tolist() == [True, False, False]
    found = np.zeros(SHAPE, np.uint32)
    found[0, 2:4, 2:4], found[0, 8:10, 2:4] = 1, 2
    # None of the second one is covered.
    assert replacing.covered(found, found == 1)[1:].tolist() == [True, False]
