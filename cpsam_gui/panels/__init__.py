"""The panels around the canvas: each shows a part of the session and changes it through its methods."""

from __future__ import annotations

from .channels import ChannelsPanel
from .files import FilesPanel
from .history import HistoryPanel
from .objects import ObjectsPanel
from .segment import SegmentPanel
from .train import TrainPanel

__all__ = ["ChannelsPanel", "FilesPanel", "HistoryPanel", "ObjectsPanel", "SegmentPanel", "TrainPanel"]
