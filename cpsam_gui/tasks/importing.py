"""Masks of a file put together with objects that a person wants to keep. No Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.operations.compose import compose_runs
from cpsam_gui.tasks.records import Result, ready_to_land, records_of, runs_in

if TYPE_CHECKING:
    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_gui.state.steps import Labels
    from cpsam_gui.tasks.records import PreviousMasks


def beside_kept(found: Result, kept: PreviousMasks, progress: Progress) -> Result:
    """Return masks of a file with the objects on top that stay; what lies under those for the most part is left out.

    Flows and settings that came with them are those of other masks, and left out too.
    """
    progress(0, 1, "Objects")
    assert kept.labels is not None
    runs, ids = compose_runs(runs_in(found.labels), runs_in(kept.labels), list(kept.records), kept.first_id)
    records = records_of(runs, kept=kept.records)
    for number, row in found.records.items():
        new = int(ids[number]) if number < ids.size else 0
        if new in records:
            place = records[new]
            records[new] = row.changed(area=place.area, box=place.box, colour=place.colour)
    labels = runs.painted()
    return ready_to_land(
        replace(found, labels=labels, records=records, output=None, settings={}), runs, kept.labels
    )


def is_picture(labels: Labels, image: Image) -> bool:
    """Whether labels (z, y, x) that were read are the brightness of a channel of the image itself."""
    pixels = image.pixels
    if not isinstance(pixels, np.ndarray) or labels.shape != pixels.shape[:3] or not labels.any():
        return False
    return any(np.array_equal(labels, pixels[..., channel]) for channel in range(pixels.shape[3]))
