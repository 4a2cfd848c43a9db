"""New thresholds on a large image: masks in view come first, those of the whole image are those of a fresh run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from cpsam_core.dynamics import find_masks
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.images import Image
from cpsam_core.progress import silent
from cpsam_core.segment.mask_memory import MaskMemory
from cpsam_core.segment.masks import masks_of
from cpsam_core.segment.output import NetworkOutput
from cpsam_core.segment.settings import Settings
from cpsam_gui import tasks
from cpsam_gui.session import Session
from cpsam_gui.state.box import Box
from cpsam_gui.state.view import Camera
from cpsam_gui.tasks import masks_in_view as masks_in_view_module
from cpsam_gui.tasks.masks_in_view import MasksInView, masks_in_view, worth_a_look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

SIDE, PITCH = 1100, 44


def output_of_cells(side: int = SIDE, seed: int = 0) -> NetworkOutput:
    """Return flows with noise, and logits that fall from the middle of each cell outwards."""
    labels = np.zeros((side, side), np.uint32)
    rng = np.random.default_rng(seed)
    for number, (y, x) in enumerate(np.ndindex(side // PITCH, side // PITCH), 1):
        radius = int(rng.integers(11, 19))
        cv2.circle(labels.view(np.int32), (x * PITCH + 22, y * PITCH + 22), radius, number, -1)
    flows = 5 * flows_from_masks(labels) + rng.normal(0, 0.4, (2, side, side)).astype(np.float32)
    depth = cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, 3)
    logits = np.where(labels > 0, depth - 2, -3).astype(np.float32)
    return NetworkOutput(flows, logits + rng.normal(0, 0.3, logits.shape).astype(np.float32), 30.0)


def partners(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> int:
    """Return how many pixels lie in objects that are not the same in both, whatever their numbers."""
    pairs = np.unique(np.stack([first.ravel(), second.ravel()]), axis=1)
    once = [
        {n for n, c in zip(*np.unique(side, return_counts=True), strict=True) if c == 1} for side in pairs
    ]
    same = np.isin(first, list(once[0])) & np.isin(second, list(once[1]))
    return int(np.count_nonzero(~same & ((first > 0) | (second > 0))))


@pytest.mark.parametrize(("cell", "flow"), [(0.0, 0.4), (1.5, 0.4), (-1.0, 0.0), (3.0, 0.3)])
def test_masks_in_view_are_those_of_the_whole_plane(cell: float, flow: float) -> None:
    output = output_of_cells()
    settings = Settings(cellprob_threshold=cell, flow_threshold=flow, diameter=30.0)
    box = Box(0, 1, 300, 620, 410, 800)
    found = masks_in_view(output, settings, box, silent)
    whole = find_masks(output.flows, output.logits, cellprob_threshold=cell, flow_threshold=flow).labels
    assert found.largest > 30
    assert partners(found.labels[box.slices[1:]], whole[box.slices[1:]]) == 0
    memory = MaskMemory()
    masks_of(output, settings, memory=memory)
    again = masks_in_view(output, settings, box, silent, memory.recall(settings))
    assert partners(again.labels[box.slices[1:]], whole[box.slices[1:]]) == 0
    for one in (found, again):
        one.labels[box.slices[1:]] = 0
        assert not one.labels.any()


def test_a_small_image_or_one_that_is_in_view_is_not_looked_at_twice() -> None:
    assert worth_a_look(Box(0, 1, 0, 500, 0, 500), (1100, 1100))
    assert not worth_a_look(Box(0, 1, 0, 1000, 0, 1000), (1100, 1100))
    assert not worth_a_look(Box(0, 1, 0, 100, 0, 100), (500, 500))
    assert not worth_a_look(Box(0, 1, 5, 5, 0, 100), (1100, 1100))
    assert not worth_a_look(Box(0, 1, 0, 500, 0, 500), (1100, 1100), known=True)
    assert worth_a_look(Box(0, 1, 0, 500, 0, 500), (8192, 8192), known=True)


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    made = Session()
    made.images.show(tasks.prepare(Image(np.zeros((1, SIDE, SIDE, 1), np.uint16), "YX", True, ("gray",))))
    output = output_of_cells()
    made.run_state.flows = output
    made.view.window = (300.0, 400.0)
    made.view.camera = Camera(500, 600, 1.0)
    yield made
    made.document.mark_saved()
    made.close()


def test_the_part_in_view_is_answered_first_and_said(qtbot: QtBot, session: Session) -> None:
    shown: list[MasksInView | None] = []
    said: list[str] = []
    landed: list[int] = []
    session.masks_first.changed.connect(lambda: shown.append(session.masks_first.now))
    session.masks_first.changed.connect(lambda: landed.append(len(session.document.objects)))
    session.message.connect(said.append)
    session.run_state.change(cellprob_threshold=1.0)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: bool(session.document.objects) and shown[-1] is None, timeout=60_000)
    first = shown[0]
    assert first is not None
    assert (first.box.y0, first.box.y1, first.box.x0, first.box.x1) == (350, 651, 400, 801)
    # It came before anything had changed, and was taken away once the masks were there.
    assert landed[0] == 0
    assert landed[-1] == len(session.document.objects)
    assert any("the rest of the image follows" in text for text in said)
    assert partners(first.labels[first.box.slices[1:]], session.document.labels[first.box.slices][0]) == 0
    fresh = find_masks(session.run_state.flows.flows, session.run_state.flows.logits, cellprob_threshold=1.0)  # type: ignore[union-attr]
    assert partners(fresh.labels, session.document.labels[0]) == 0


def test_what_is_known_already_is_not_looked_at_in_view(qtbot: QtBot, session: Session) -> None:
    session.run_state.change(cellprob_threshold=1.0)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: bool(session.document.objects), timeout=60_000)
    qtbot.waitUntil(lambda: session.masks_first.now is None, timeout=10_000)
    shown: list[int] = []
    session.masks_first.changed.connect(lambda: shown.append(1))
    before = session.document.state
    session.run_state.change(flow_threshold=0.05)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.document.state is not before, timeout=60_000)
    assert not shown


def test_what_is_known_of_a_very_large_image_comes_first_in_view(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.run_state.change(cellprob_threshold=1.0)
    session.segmenting.mask_again()
    qtbot.waitUntil(
        lambda: bool(session.document.objects) and session.masks_first.now is None, timeout=60_000
    )
    monkeypatch.setattr(masks_in_view_module, "LEAST_KNOWN_PX", 1000)
    shown: list[MasksInView | None] = []
    session.masks_first.changed.connect(lambda: shown.append(session.masks_first.now))
    before = session.document.state
    session.run_state.change(flow_threshold=0.05)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.document.state is not before and shown[-1] is None, timeout=60_000)
    first = shown[0]
    assert first is not None
    now = session.document.labels[first.box.slices][0]
    assert now.any() and partners(first.labels[first.box.slices[1:]], now) == 0


def test_masks_in_view_of_an_image_that_is_left_are_not_shown(qtbot: QtBot, session: Session) -> None:
    session.run_state.change(cellprob_threshold=1.0)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.masks_first.now is not None, timeout=60_000)
    session.images.show(tasks.prepare(Image(np.zeros((1, 50, 60, 1), np.uint16), "YX", True, ("gray",))))
    assert session.masks_first.now is None
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=60_000)
    assert session.masks_first.now is None
    assert not session.document.objects


@pytest.mark.parametrize("seed", range(4))
def test_any_way_of_thresholds_leads_to_the_masks_of_a_fresh_computation(seed: int) -> None:
    """Also in flows that mean nothing, where paths cross every border."""
    rng = np.random.default_rng(seed)
    smooth = [cv2.GaussianBlur(rng.normal(0, 1, (120, 150)), (0, 0), 4) for _ in range(3)]
    flows = np.stack([40 * one for one in smooth[:2]]).astype(np.float32)
    output = NetworkOutput(flows, (20 * smooth[2]).astype(np.float32), 30.0) if seed else output_of_cells(176)
    memory = MaskMemory()
    settings = Settings(diameter=30.0)
    for _ in range(8):
        name = str(rng.choice(["cellprob_threshold", "flow_threshold", "min_size"]))
        value = {"cellprob_threshold": rng.normal(), "flow_threshold": rng.uniform(0, 1)}.get(name)
        settings = replace(settings, **{name: int(rng.integers(0, 60)) if value is None else float(value)})
        known, fresh = masks_of(output, settings, memory=memory), masks_of(output, settings)
        np.testing.assert_array_equal(known.labels, fresh.labels)
        np.testing.assert_array_equal(known.objects.flow_errors, fresh.objects.flow_errors)
