"""The panels around the canvas: each shows a part of the session and changes it through its methods."""

from __future__ import annotations

from .channels import ChannelsPanel
from .files import FilesPanel
from .history import HistoryPanel
from .objects import ObjectsPanel
from .review import ReviewPanel
from .segment import SegmentPanel
from .table import TablePanel
from .train import TrainPanel

__all__ = [
    "ChannelsPanel", "FilesPanel", "HistoryPanel", "ObjectsPanel", "ReviewPanel", "SegmentPanel", "TablePanel",
    "TrainPanel",
]  # fmt: skip
