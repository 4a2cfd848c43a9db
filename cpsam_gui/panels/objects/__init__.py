"""The panel of the objects: counts, a table, what is selected, and the names of the classes."""

from __future__ import annotations

from cpsam_gui.panels.objects.panel import ObjectsPanel

__all__ = ["ObjectsPanel"]
