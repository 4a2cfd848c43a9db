"""How an image is cut into blocks for the memory that there is."""

import numpy as np
import pytest

from cpsam_core.blocks.plan import Block, Plan, fits_memory, forecast, needed_for_whole, plan_blocks
from cpsam_core.errors import SettingsError
from cpsam_core.segment.settings import Settings


def test_plans():
    plan = plan_blocks((1, 5000, 3000), 30.0, most=200_000_000)
    cover = np.zeros((5000, 3000), np.uint8)
    for block in plan.blocks():
        cover[plan.core(block)[1:]] += 1
    assert (cover == 1).all() and plan.side % 512 == 0
    assert (plan.side + 2 * plan.margin) ** 2 * 64 <= 200_000_000
    assert len(plan.around(Block(0, 0, 0))) == 3
    assert plan_blocks((1, 400, 300), 30.0).count == 1
    told = forecast(plan, Settings(), 256)
    assert told.tiles > told.tiles_of_whole and str(told.blocks) in told.text()
    assert fits_memory((1, 1000, 1000), 50_000_000) and not fits_memory((1, 2000, 2000), 50_000_000)
    with pytest.raises(SettingsError, match="B of memory"):
        plan_blocks((1, 5000, 3000), 30.0, most=1_000_000)
    window = Plan((1, 600, 600), 512, 96).window(Block(0, 1, 0))
    assert window == (slice(0, 1), slice(416, 600), slice(0, 600))


def test_plans_of_volumes():
    plan = plan_blocks((90, 500, 700), 30.0, most=3_000_000_000, anisotropy=3.0)
    cover = np.zeros(plan.shape, np.uint8)
    for block in plan.blocks():
        cover[plan.core(block)] += 1
    assert (cover == 1).all() and plan.count > 1
    assert (plan.side % 128, plan.depth % 16) == (0, 0)
    middle = plan_blocks((90, 900, 900), 30.0, side=128, anisotropy=3.0)
    assert len(middle.around(Block(1, 1, 1))) == (2 if middle.counts[0] == 2 else 3) * 9 - 1
    told = forecast(middle, Settings(do_3D=True), 256, 3.0)
    assert told.tiles > told.tiles_of_whole
    assert needed_for_whole((90, 500, 700), volume=True) > needed_for_whole((90, 500, 700))
