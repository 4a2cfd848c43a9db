"""Label images that the window writes say that a model drew them only where nobody corrected anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cpsam_core.formats import WriteOptions, format_of
from cpsam_core.images.label_files import is_as_model_drew
from cpsam_core.images.project_files import Region
from cpsam_core.progress import silent
from cpsam_gui import tasks
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.tasks.exporting import ExportPlan, export_open

if TYPE_CHECKING:
    from pathlib import Path

SEGMENTED = ImageFacts(ReviewState.SEGMENTED)
CASES = [
    (SEGMENTED, {}, True),
    (SEGMENTED, {"verified": True}, False),
    (SEGMENTED, {"judged": True}, False),
    # Objects were deleted, and those that are left are as the model drew them.
    (ImageFacts(ReviewState.CORRECTED), {}, False),
    (ImageFacts(ReviewState.VERIFIED), {}, False),
    (SEGMENTED.changed(complete=(Region(((2, 2), (20, 2), (20, 20))),)), {}, False),
    # Masks of another program: nobody knows.
    (ImageFacts(), {}, False),
]


@pytest.mark.parametrize("exported", [False, True])
@pytest.mark.parametrize(("facts", "touched", "by_model"), CASES)
def test_masks_are_of_a_model_only_where_nobody_corrected_them(
    tmp_path: Path, facts: ImageFacts, touched: dict[str, Any], by_model: bool, exported: bool
) -> None:
    labels = np.zeros((1, 40, 40), np.uint32)
    labels[0, 2:12, 2:12], labels[0, 20:30, 20:30] = 1, 2
    rows = tasks.records_of(labels)
    rows[1] = rows[1].changed(**touched)
    path, extra = tmp_path / "cells_masks.tif", tasks.SaveExtras(facts=facts)
    if exported:
        chosen = format_of(path)
        assert chosen is not None
        export_open(path, labels, rows, extra, None, ExportPlan(chosen, WriteOptions()), silent)
    else:
        tasks.save(path, labels, rows, extra, silent)
    assert is_as_model_drew(path) is by_model
