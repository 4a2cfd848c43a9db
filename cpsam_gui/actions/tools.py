"""Taking up a tool, and the brush."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .table import Action, with_image

if TYPE_CHECKING:
    from .table import Do


def _tool(key: str) -> Do:
    return lambda window: window.session.use(key)


ACTIONS: tuple[Action, ...] = (
    Action("tool_select", "Select and pan", _tool("select"), ("V",), "cursor_default_outline",
           with_image, "Tools", "select"),
    Action("tool_brush", "Brush", _tool("brush"), ("B",), "brush", with_image, "Tools", "brush"),
    Action("tool_eraser", "Eraser", _tool("eraser"), ("E",), "eraser", with_image, "Tools", "eraser"),
    Action("tool_outline", "Outline by hovering", _tool("outline"), ("O",), "gesture", with_image,
           "Tools", "outline"),
    Action("tool_lasso", "Lasso", _tool("lasso"), ("Q",), "lasso", with_image, "Tools", "lasso"),
    Action("tool_polygon", "Polygon", _tool("polygon"), ("P",), "vector_polygon", with_image, "Tools",
           "polygon"),
    Action("tool_split", "Split by a line", _tool("split"), ("K",), "box_cutter", with_image, "Tools",
           "split"),
    Action("smaller", "Smaller brush", lambda w: w.session.scale_brush(1 / 1.15), ("[", ","), "",
           with_image, "Tools", break_before=True),
    Action("larger", "Larger brush", lambda w: w.session.scale_brush(1.15), ("]", "."), "", with_image,
           "Tools"),
)  # fmt: skip
