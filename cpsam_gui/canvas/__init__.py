"""The picture in the middle of the window."""

from __future__ import annotations

from cpsam_gui.canvas.canvas import Canvas

__all__ = ["Canvas"]
