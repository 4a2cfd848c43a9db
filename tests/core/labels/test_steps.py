"""Bodies that change abruptly from plane to plane."""

from __future__ import annotations

import numpy as np

from cpsam_core.labels import plane_steps


def ball(depth: int, radius: float, middle: float) -> np.ndarray:
    z, y, x = np.ogrid[:depth, :40, :40]
    return (z - middle) ** 2 + (y - 20) ** 2 + (x - 20) ** 2 <= radius**2


def test_a_ball_is_round_and_what_is_cut_off_or_lacks_a_plane_is_not() -> None:
    whole, cut, gap = ball(40, 9, 10), ball(40, 9, 10), ball(40, 9, 10)
    cut[12:] = False
    gap[10] = False
    for mask, low, high in ((whole, 0.5, 1.5), (cut, 2, 4), (gap, 4, 6)):
        ids, (step,) = plane_steps(mask.astype(np.uint8) * 7)
        assert ids.tolist() == [7]
        assert low < step < high


def test_the_border_of_the_image_cuts_nothing_off() -> None:
    at_border = ball(10, 9, 0).astype(np.uint8)
    assert plane_steps(at_border)[1][0] < 1.5


def test_objects_do_not_disturb_each_other() -> None:
    labels = np.zeros((20, 40, 80), np.uint32)
    labels[:, :, :40][ball(20, 5, 6)] = 3
    labels[:, :, 40:][ball(20, 8, 10)] = 900
    ids, steps = plane_steps(labels)
    assert ids.tolist() == [3, 900]
    assert steps.tolist() == [plane_steps((labels == number).astype(np.uint8))[1][0] for number in (3, 900)]
    assert plane_steps(np.zeros((3, 4, 4), np.uint32))[1].size == 0
