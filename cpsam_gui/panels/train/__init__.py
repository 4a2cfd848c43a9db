"""The panel that retrains the model on the corrected images of the folder."""

from __future__ import annotations

from cpsam_gui.panels.train.panel import TrainPanel

__all__ = ["TrainPanel"]
