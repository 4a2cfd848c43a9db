"""What the mouse does on the canvas: one class per tool, none of which knows Qt."""

from __future__ import annotations

from cpsam_gui.tools.base import Desk, FlowMaps, Pointer, PreviewShape, Tint, Tool, ToolEntry, ToolSection
from cpsam_gui.tools.classify import ClassStamp
from cpsam_gui.tools.complete import CompleteRegion, complete_plane, forget_regions
from cpsam_gui.tools.cut import Merge, Seeds, SplitTool
from cpsam_gui.tools.fill import Fill
from cpsam_gui.tools.find import Find, SegmentBox
from cpsam_gui.tools.options import Options
from cpsam_gui.tools.outline import HoverOutline, Lasso, Polygon
from cpsam_gui.tools.paint import Brush, Eraser
from cpsam_gui.tools.run import RunRegion, SizeDisk
from cpsam_gui.tools.run_desk import RunDesk
from cpsam_gui.tools.select import BoxSelect, LassoSelect, Select
from cpsam_gui.tools.stamp import Paste
from cpsam_gui.tools.vertices import Vertices

TOOLS: dict[str, type[Tool]] = {
    tool.key: tool
    for tool in (
        Select,
        BoxSelect,
        LassoSelect,
        Brush,
        Eraser,
        HoverOutline,
        Lasso,
        Polygon,
        Vertices,
        Fill,
        Find,
        SegmentBox,
        SplitTool,
        Seeds,
        Merge,
        ClassStamp,
        Paste,
        SizeDisk,
        RunRegion,
        CompleteRegion,
    )
}

__all__ = [
    "TOOLS",
    "Desk",
    "FlowMaps",
    "Options",
    "Pointer",
    "PreviewShape",
    "RunDesk",
    "Tint",
    "Tool",
    "ToolEntry",
    "ToolSection",
    "complete_plane",
    "forget_regions",
]
