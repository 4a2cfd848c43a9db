"""What the mouse does on the canvas: one class per tool, none of which knows Qt."""

from __future__ import annotations

from .base import Desk, Maps, Pointer, Shape, Tint, Tool
from .complete import CompleteRegion, forget_regions
from .cut import Merge, Seeds, Split
from .fill import Fill
from .find import Find, SegmentBox
from .options import Options
from .outline import HoverOutline, Lasso, Polygon
from .paint import Brush, Eraser
from .run import RunRegion, SizeDisk
from .run_desk import RunDesk
from .select import BoxSelect, LassoSelect, Select
from .stamp import Paste
from .vertices import Vertices

TOOLS: dict[str, type[Tool]] = {
    tool.key: tool
    for tool in (
        Select, BoxSelect, LassoSelect, Brush, Eraser, HoverOutline, Lasso, Polygon, Vertices, Fill, Find,
        SegmentBox, Split, Seeds, Merge, Paste,
        SizeDisk, RunRegion, CompleteRegion,
    )
}  # fmt: skip

__all__ = [
    "TOOLS",
    "Desk",
    "Maps",
    "Options",
    "Pointer",
    "RunDesk",
    "Shape",
    "Tint",
    "Tool",
    "forget_regions",
]
