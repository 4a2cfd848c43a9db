"""What jobs do: open, segment, save. No Qt and no window here; arrays come as copies or are given away."""

from __future__ import annotations

from cpsam_gui.operations.region_run import RegionResult
from cpsam_gui.tasks.opening import (
    Histogram,
    Opened,
    Reading,
    Unsure,
    demo_path,
    levels,
    open_image,
    open_unsure,
    prepare,
    read_unsure,
)
from cpsam_gui.tasks.pictures import thumbnail
from cpsam_gui.tasks.records import Found, Kept, records_of, records_with
from cpsam_gui.tasks.region import segment_region
from cpsam_gui.tasks.saving import (
    DIAMETER_USED,
    Conflict,
    Loaded,
    Saved,
    Written,
    read_masks,
    save,
    save_project,
)
from cpsam_gui.tasks.segmenting import Outcome, combine, mask_again, measure, segment
from cpsam_gui.tasks.unattended import Handled, Unattended, segment_unattended

__all__ = [
    "DIAMETER_USED",
    "Conflict",
    "Found",
    "Handled",
    "Histogram",
    "Kept",
    "Loaded",
    "Opened",
    "Outcome",
    "Reading",
    "RegionResult",
    "Saved",
    "Unattended",
    "Unsure",
    "Written",
    "combine",
    "demo_path",
    "levels",
    "mask_again",
    "measure",
    "open_image",
    "open_unsure",
    "prepare",
    "read_masks",
    "read_unsure",
    "records_of",
    "records_with",
    "save",
    "save_project",
    "segment",
    "segment_region",
    "segment_unattended",
    "thumbnail",
]
