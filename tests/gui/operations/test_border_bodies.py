"""A body that touches all borders of a stack, and stacks of two planes: every edit works or says in a line why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cpsam_gui import operations
from cpsam_gui.operations import bodies
from cpsam_gui.state.box import Box
from cpsam_gui.state.document import Document
from cpsam_gui.state.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Callable

SPACING = (2.0, 1.0, 1.0)

EDITS: dict[str, Callable[[Document], str | None]] = {
    "split": lambda d: bodies.split_bodies(d, [1], [(-2.0, 10.0), (22.0, 11.0)], Slice(0, 1), SPACING),
    "split in XZ": lambda d: bodies.split_bodies(d, [1], [(-1.0, 10.0), (9.0, 11.0)], Slice(1, 5), SPACING),
    "grow": lambda d: bodies.grow_bodies(d, [1], 3, SPACING),
    "shrink": lambda d: bodies.grow_bodies(d, [1], -3, SPACING),
    "smooth": lambda d: bodies.smooth_bodies(d, [1], SPACING),
    "fill": lambda d: bodies.fill_bodies(d, [1]),
    "interpolate": lambda d: bodies.interpolate(d, [1]),
    "copy beyond": lambda d: bodies.copy_to_plane(d, [1], 0, -1),
    "delete above": lambda d: bodies.delete_beyond(d, [1], 0, above=True),
    "delete below": lambda d: bodies.delete_beyond(d, [1], 0, above=False),
    "delete in plane": lambda d: bodies.delete_in_plane(d, [1], 0),
    "delete": lambda d: operations.delete(d, [1]),
}


@pytest.mark.parametrize("depth", [2, 8])
@pytest.mark.parametrize("name", EDITS)
def test_a_body_that_fills_the_stack_is_edited_and_comes_back(name: str, depth: int) -> None:
    document = Document((depth, 20, 24))
    with document.step("Draw"):
        document.write(Box.whole(document.shape), np.ones(document.shape, np.uint32))
    before, position = document.labels.copy(), document.position
    why = EDITS[name](document)
    changed = not np.array_equal(document.labels, before)
    assert changed == (document.position > position)
    assert changed or (why and "\n" not in why)
    for number, row in document.objects.items():
        places = np.nonzero(document.labels == number)
        assert row.area == len(places[0])
    document.go_to(position)
    np.testing.assert_array_equal(document.labels, before)
    assert list(document.objects) == [1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("split", True), ("split in XZ", True), ("shrink", True), ("grow", False), ("interpolate", False)],
)
def test_what_can_be_done_is_done(name: str, expected: bool) -> None:
    document = Document((8, 20, 24))
    with document.step("Draw"):
        document.write(Box.whole(document.shape), np.ones(document.shape, np.uint32))
    why = EDITS[name](document)
    assert (why is None) == expected
