"""What a tool draws on the canvas."""

from __future__ import annotations

from cpsam_gui.tools import PreviewShape, Tool


def shapes_of(tool: Tool) -> list[PreviewShape]:
    """Return all shapes of a tool in the plane that the canvas shows."""
    return [*tool.proposed(tool.desk.view.slice), *tool.shapes()]
