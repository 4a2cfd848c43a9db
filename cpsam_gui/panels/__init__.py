"""The panels around the canvas: each shows a part of the session and changes it through its methods.

A new panel is one file with a class derived from `Panel`, and one row here: the window makes its dock, its tab and
its entry in the menu View from the row.
"""

from __future__ import annotations

from cpsam_gui.panels.base import Host, Panel, Place
from cpsam_gui.panels.channels import ChannelsPanel
from cpsam_gui.panels.files import FilesPanel
from cpsam_gui.panels.history import HistoryPanel
from cpsam_gui.panels.objects import ObjectsPanel
from cpsam_gui.panels.review import ReviewPanel
from cpsam_gui.panels.segment import SegmentPanel
from cpsam_gui.panels.table import TablePanel
from cpsam_gui.panels.train import TrainPanel

PLACES: tuple[Place, ...] = (
    Place("Files", FilesPanel, "left", scrolls=False),
    Place("Segment", SegmentPanel, "top", scrolls=False),
    Place("Channels", ChannelsPanel, "top"),
    Place("Train", TrainPanel, "top", scrolls=False),
    Place("Review", ReviewPanel, "top", scrolls=False),
    Place("Objects", ObjectsPanel, "bottom", scrolls=False),
    Place("History", HistoryPanel, "bottom", scrolls=False),
    Place("Table", TablePanel, "below", scrolls=False),
)

__all__ = [
    "PLACES",
    "ChannelsPanel",
    "FilesPanel",
    "HistoryPanel",
    "Host",
    "ObjectsPanel",
    "Panel",
    "Place",
    "ReviewPanel",
    "SegmentPanel",
    "TablePanel",
    "TrainPanel",
]
