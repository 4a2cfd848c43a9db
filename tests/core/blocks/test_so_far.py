"""What is shown of a run by blocks while it is under way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.blocks.so_far import found_so_far
from cpsam_core.progress import Cancelled
from cpsam_core.segment.settings import Settings
from tests.core.blocks.scenes import IMAGE, begin, labels_of, save_tiled
from tests.core.conftest import DiskNetwork


def painted(run: Any) -> np.ndarray[Any, Any]:
    """Return whether a pixel is of an object that was found so far."""
    mask = np.zeros(run.work.plan.shape, bool)
    for block in run.work.plan.blocks():
        found = found_so_far(run.work, block)
        if found is not None:
            mask[found.box] |= found.labels > 0
    return mask


@pytest.mark.parametrize("settings", [Settings(), Settings(resample=False, diameter=40.0)])
def test_objects_come_block_by_block(tmp_path: Path, one_thread: None, settings: Settings) -> None:
    run = begin(tmp_path / "run", save_tiled(tmp_path / "slide.tif", IMAGE, "YX"), DiskNetwork(), settings)
    blocks = list(run.work.plan.blocks())
    assert [found_so_far(run.work, block) for block in blocks] == [None] * len(blocks)

    def stop(done: int, total: int, note: str = "") -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        run.run(stop)
    first = [found_so_far(run.work, block) for block in blocks]
    assert [found is not None for found in first] == [True, True] + [False] * (len(blocks) - 2)
    assert all(not found.judged and found.count > 20 for found in first[:2] if found is not None)
    run.run()
    whole = labels_of(run) > 0
    core = run.work.plan.core(blocks[0])
    seen = np.zeros_like(whole)
    for found in first[:2]:
        assert found is not None
        seen[found.box] |= found.labels > 0
    # But for objects at the thresholds, and those of the blocks around, that is what stays.
    assert (whole[core] != seen[core]).mean() < 0.02
    last = [found_so_far(run.work, block) for block in blocks]
    assert all(found is not None and found.judged for found in last)
    assert np.array_equal(painted(run), whole)
