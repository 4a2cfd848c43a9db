"""The table of measurements: rows that are sorted and filtered, plots of any columns, export."""

from __future__ import annotations

from cpsam_gui.panels.table.panel import TablePanel

__all__ = ["TablePanel"]
