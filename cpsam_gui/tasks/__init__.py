"""What jobs do: open, segment, save. No Qt and no window here; arrays come as copies or are given away."""

from __future__ import annotations

from cpsam_gui.operations.region_run import RegionResult
from cpsam_gui.tasks.axes_reading import AxesReading, FileParts, Unsure, parts_among, read_unsure
from cpsam_gui.tasks.brightness import Histogram, levels
from cpsam_gui.tasks.earlier_works import earlier_works
from cpsam_gui.tasks.opening import (
    Doubtful,
    OpenedImage,
    demo_path,
    open_image,
    open_or_doubt,
    open_unsure,
    prepare,
    read_masks_again,
)
from cpsam_gui.tasks.pictures import thumbnail
from cpsam_gui.tasks.records import MaskResult, PreviousMasks, ready_to_land, records_of, records_with
from cpsam_gui.tasks.region import segment_region
from cpsam_gui.tasks.saving import (
    Conflict,
    LoadedMasks,
    SaveExtras,
    SaveResult,
    read_masks,
    save,
    save_project,
    with_diameter,
)
from cpsam_gui.tasks.segmenting import RunOutcome, combine, mask_again, measure, segment
from cpsam_gui.tasks.taking_along import save_copy
from cpsam_gui.tasks.unattended import UnattendedResult, UnattendedRun, segment_unattended

__all__ = [
    "AxesReading",
    "Conflict",
    "Doubtful",
    "FileParts",
    "Histogram",
    "LoadedMasks",
    "MaskResult",
    "OpenedImage",
    "PreviousMasks",
    "RegionResult",
    "RunOutcome",
    "SaveExtras",
    "SaveResult",
    "UnattendedResult",
    "UnattendedRun",
    "Unsure",
    "combine",
    "demo_path",
    "earlier_works",
    "levels",
    "mask_again",
    "measure",
    "open_image",
    "open_or_doubt",
    "open_unsure",
    "parts_among",
    "prepare",
    "read_masks",
    "read_masks_again",
    "read_unsure",
    "ready_to_land",
    "records_of",
    "records_with",
    "save",
    "save_copy",
    "save_project",
    "segment",
    "segment_region",
    "segment_unattended",
    "thumbnail",
    "with_diameter",
]
