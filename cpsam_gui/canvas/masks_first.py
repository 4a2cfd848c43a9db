"""The outlines of new masks in view, over the present ones, until those of the whole image are there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.canvas.colours import MARKED, LabelColours
from cpsam_gui.canvas.tiles import TileLayer
from cpsam_gui.state.view import Overlay

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session import Session

# Above the masks, below what is said of them.
LAYER = 1.5


class MasksFirstLayer:
    """One layer of tiles; empty unless thresholds of a large image were moved."""

    def __init__(self, session: Session, scene: QGraphicsScene) -> None:
        self._view, self._masks_first = session.view, session.masks_first
        self.tiles = TileLayer(magnify=True)
        self.tiles.setZValue(LAYER)
        scene.addItem(self.tiles)
        self._masks_first.changed.connect(self.draw)
        self._view.events.masks.connect(self.draw)

    def draw(self, *_: object) -> None:
        """Draw the outlines of what was found."""
        found = self._masks_first.now
        self.tiles.setVisible(self._view.masks.visible)
        if found is None:
            self.tiles.set_colours(None)
            return
        lines = np.full(found.largest + 1, MARKED, np.uint32)
        lines[0] = 0
        style = replace(self._view.masks, overlay=Overlay.OUTLINE)
        self.tiles.set_colours(LabelColours(found.labels, lines, lines, style))
