"""The panel that runs a model: which one, at what size, with which thresholds, on what."""

from __future__ import annotations

from cpsam_gui.panels.segment.panel import SegmentPanel

__all__ = ["SegmentPanel"]
