"""Taking up a tool, and the settings of the tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction

from cpsam_gui.actions.table import Action, with_image

if TYPE_CHECKING:
    from cpsam_gui.actions.table import Do
    from cpsam_gui.window.window import Window


def _tool(key: str) -> Do:
    def do(window: Window) -> None:
        action = window.findChild(QAction, f"tool_{key}")
        # The key in force, which may be one of the user's own: the tool is held for as long as it is.
        window.session.use_by_key(key, action.shortcut().toString() if action is not None else "")

    return do


def _divide(window: Window) -> None:
    options = window.session.options
    options.by_intensity = not options.by_intensity


SHORTCUTS = {
    "select": "V",
    "select_box": "Shift+V",
    "select_lasso": "Shift+Q",
    "brush": "B",
    "eraser": "E",
    "outline": "O",
    "lasso": "Q",
    "polygon": "P",
    "vertices": "Shift+P",
    "fill": "I",
    "find": "C",
    "segment_box": "Shift+C",
    "split": "K",
    "seeds": "Shift+K",
    "merge": "M",
}


def _row(key: str, text: str, icon: str, *, gap: bool = False) -> Action:
    return Action(
        f"tool_{key}", text, _tool(key), (SHORTCUTS[key],), icon, with_image, "Tools", key, break_before=gap
    )


ACTIONS: tuple[Action, ...] = (
    _row("select", "Select and pan", "cursor_default_outline"),
    _row("select_box", "Select by a box", "select_drag"),
    _row("select_lasso", "Select by a lasso", "select_group"),
    _row("brush", "Brush", "brush", gap=True),
    _row("eraser", "Eraser", "eraser"),
    _row("outline", "Outline by hovering", "gesture"),
    _row("lasso", "Lasso", "lasso"),
    _row("polygon", "Polygon", "vector_polygon"),
    _row("fill", "Fill by intensity", "format_color_fill"),
    _row("find", "Click to find", "target", gap=True),
    _row("segment_box", "Segment a box", "auto_fix"),
    _row("vertices", "Edit outline", "vector_point_edit", gap=True),
    _row("split", "Split by a line", "box_cutter"),
    _row("seeds", "Split by seeds", "call_split"),
    _row("merge", "Merge by dragging", "call_merge"),
    Action(
        "smaller",
        "Smaller brush, less tolerance",
        lambda w: w.session.adjust(-1),
        ("[", ","),
        "",
        with_image,
        "Tools",
        break_before=True,
    ),
    Action(
        "larger",
        "Larger brush, more tolerance",
        lambda w: w.session.adjust(1),
        ("]", "."),
        "",
        with_image,
        "Tools",
    ),
    Action("write_mode", "Next write mode", lambda w: w.session.next_mode(), ("T",), "", with_image, "Tools"),
    Action(
        "divide_by",
        "Seeds divide by intensity",
        _divide,
        ("Shift+I",),
        "",
        with_image,
        "Tools",
        checked=lambda s: s.options.by_intensity,
    ),
)
