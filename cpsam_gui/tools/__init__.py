"""What the mouse does on the canvas: one class per tool, none of which knows Qt."""

from __future__ import annotations

from .base import Desk, Pointer, Shape, Tool
from .cut import Split
from .outline import HoverOutline, Lasso, Polygon
from .paint import Brush, Eraser
from .select import Select

TOOLS: dict[str, type[Tool]] = {
    tool.key: tool for tool in (Select, Brush, Eraser, HoverOutline, Lasso, Polygon, Split)
}

__all__ = ["TOOLS", "Desk", "Pointer", "Shape", "Tool"]
