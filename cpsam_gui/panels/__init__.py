"""The panels around the canvas: each shows a part of the session and changes it through its methods."""

from __future__ import annotations

from cpsam_gui.panels.channels import ChannelsPanel
from cpsam_gui.panels.files import FilesPanel
from cpsam_gui.panels.history import HistoryPanel
from cpsam_gui.panels.objects import ObjectsPanel
from cpsam_gui.panels.review import ReviewPanel
from cpsam_gui.panels.segment import SegmentPanel
from cpsam_gui.panels.table import TablePanel
from cpsam_gui.panels.train import TrainPanel

__all__ = [
    "ChannelsPanel",
    "FilesPanel",
    "HistoryPanel",
    "ObjectsPanel",
    "ReviewPanel",
    "SegmentPanel",
    "TablePanel",
    "TrainPanel",
]
