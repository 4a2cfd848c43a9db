"""What jobs do: open, segment, save. No Qt and no window here; arrays come as copies or are given away."""

from __future__ import annotations

from .opening import (
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
from .pictures import thumbnail
from .records import Found, Kept, records_of, records_with
from .region import RegionFound, segment_region
from .saving import Saved, read_masks, save
from .segmenting import Outcome, Segments, combine, mask_again, measure, segment

__all__ = [
    "Found",
    "Histogram",
    "Kept",
    "Opened",
    "Outcome",
    "Reading",
    "RegionFound",
    "Saved",
    "Segments",
    "Unsure",
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
    "segment",
    "segment_region",
    "thumbnail",
]
