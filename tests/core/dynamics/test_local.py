from __future__ import annotations

import numpy as np
import pytest

from cpsam_core.demo import demo_image
from cpsam_core.dynamics import find_at, masks_from_flows
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.errors import ImageError


def blobs() -> np.ndarray:
    """Two touching ellipses and one at the border."""
    y, x = np.mgrid[:140, :160]
    labels = np.zeros(y.shape, np.uint32)
    labels[((y - 60) / 22) ** 2 + ((x - 50) / 16) ** 2 <= 1] = 1
    labels[(((y - 62) / 20) ** 2 + ((x - 84) / 19) ** 2 <= 1) & (labels == 0)] = 2
    labels[((y - 2) / 14) ** 2 + ((x - 130) / 20) ** 2 <= 1] = 3
    return labels


@pytest.fixture(scope="module")
def maps() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, and the flows and logits that a perfect network would give."""
    labels = blobs()
    flows = 5 * flows_from_masks(labels)
    return labels, flows, np.where(labels > 0, 4.0, -8.0).astype(np.float32)


def overlap(found, mask: np.ndarray) -> float:
    full = np.zeros(mask.shape, bool)
    block = zip(found.corner, found.mask.shape, strict=True)
    full[tuple(slice(low, low + length) for low, length in block)] = found.mask
    return np.count_nonzero(full & mask) / np.count_nonzero(full | mask)


@pytest.mark.parametrize(("place", "number"), [((60, 45), 1), ((50, 95), 2), ((5, 120), 3)])
def test_a_click_finds_the_cell_it_is_in(maps: tuple, place: tuple[int, int], number: int) -> None:
    labels, flows, logits = maps
    found = find_at(flows, logits, place)
    assert found is not None
    assert found.threshold == 0
    assert found.probability == pytest.approx(0.98, abs=0.01)
    assert overlap(found, labels == number) > 0.95


def test_cells_that_are_there_are_left_alone(maps: tuple) -> None:
    labels, flows, logits = maps
    taken = np.where(labels == 1, 0, labels)
    taken[40:60, 40:50] = 9
    found = find_at(flows, logits, (70, 50), taken=taken)
    assert found is not None
    full = np.zeros(labels.shape, bool)
    block = zip(found.corner, found.mask.shape, strict=True)
    full[tuple(slice(low, low + length) for low, length in block)] = found.mask
    assert not full[taken > 0].any()
    assert find_at(flows, logits, (50, 45), taken=taken) is None


def test_a_faint_cell_is_found_at_a_lower_threshold_and_widens(maps: tuple) -> None:
    labels, flows, _ = maps
    y, x = np.mgrid[:140, :160]
    depth = np.hypot(y - 60, x - 50)
    logits = np.where(labels == 1, -1.5 - 0.1 * depth, -9.0).astype(np.float32)
    found = find_at(flows, logits, (60, 50))
    assert found is not None
    assert found.threshold < 0
    wider = find_at(flows, logits, (60, 50), threshold=-5.0)
    assert wider is not None
    assert np.count_nonzero(wider.mask) > np.count_nonzero(found.mask)
    assert find_at(flows, logits, (60, 50), threshold=0.0) is None


def test_background_holds_no_cell(maps: tuple) -> None:
    _, flows, logits = maps
    assert find_at(flows, logits, (120, 20)) is None


def test_a_cell_larger_than_the_first_window() -> None:
    y, x = np.mgrid[:400, :400]
    labels = (np.hypot(y - 200, x - 200) <= 120).astype(np.uint32)
    flows = 5 * flows_from_masks(labels)
    logits = np.where(labels > 0, 4.0, -8.0).astype(np.float32)
    found = find_at(flows, logits, (200, 280), diameter=30, niter=1500)
    assert found is not None
    assert overlap(found, labels > 0) > 0.95


def test_a_body_is_found_in_the_flows_of_a_volume() -> None:
    z, y, x = np.ogrid[:30, :60, :70]
    labels = np.zeros((30, 60, 70), np.uint32)
    labels[(z - 12) ** 2 + (y - 25) ** 2 + (x - 25) ** 2 <= 100] = 1
    labels[((z - 14) ** 2 + (y - 28) ** 2 + (x - 44) ** 2 <= 110) & (labels == 0)] = 2
    flows = 5 * flows_from_masks(labels)
    logits = np.where(labels > 0, 4.0, -8.0).astype(np.float32)
    for number, place in ((1, (16, 22, 24)), (2, (8, 30, 46))):
        found = find_at(flows, logits, place, diameter=20)
        assert found is not None
        assert found.mask.ndim == 3
        assert overlap(found, labels == number) > 0.9
    taken = np.where(labels == 2, labels, 0)
    assert find_at(flows, logits, (8, 30, 46), taken=taken) is None


def test_what_does_not_fit_is_refused(maps: tuple) -> None:
    _, flows, logits = maps
    for place, arrays in (((200, 0), {}), ((5, 5), {"taken": np.zeros((3, 3), np.uint32)})):
        with pytest.raises(ImageError):
            find_at(flows, logits, place, **arrays)
    with pytest.raises(ImageError):
        find_at(flows[:1], logits, (5, 5))


def test_on_a_real_image_a_removed_cell_is_found_again() -> None:
    """Flows of the shipped model on the shipped image; every cell is taken away and clicked on in turn."""
    from cpsam_core.images import read_image
    from cpsam_core.segment.segmenter import Segmenter, Settings

    image = read_image(demo_image())
    pixels = image.pixels[0, :256, :256]
    run = Segmenter.load("cpsam-lite").segment(pixels, Settings(axes="YXC", diameter=30.0))
    labels = masks_from_flows(run.flows, run.logits)
    numbers = np.unique(labels)[1:][:12]
    assert len(numbers) >= 4
    good = 0
    for number in numbers:
        rows, columns = np.nonzero(labels == number)
        middle = len(rows) // 2
        found = find_at(
            run.flows,
            run.logits,
            (int(rows[middle]), int(columns[middle])),
            taken=np.where(labels == number, 0, labels),
        )
        good += found is not None and overlap(found, labels == number) > 0.8
    assert good >= 0.9 * len(numbers)
