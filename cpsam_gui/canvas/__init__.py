"""The picture in the middle of the window."""

from __future__ import annotations

from .canvas import Canvas

__all__ = ["Canvas"]
