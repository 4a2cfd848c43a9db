"""Objects that a run by blocks has found so far, drawn under the masks as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.canvas.colours import LabelColours
from cpsam_gui.canvas.tiles import TileLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session import Session
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.slice import Slice

# Between the image and the masks.
LAYER = 0.5
MARGIN_PX = 2


class PartialResultLayer:
    """One layer of tiles; empty but during a run.

    `shown` tells the slice of the volume that is in view, None where nothing is.
    """

    def __init__(self, session: Session, scene: QGraphicsScene, shown: Callable[[], Slice | None]) -> None:
        self._view, self._large_run, self._mask_colours = (
            session.view,
            session.large_run,
            session.mask_colours,
        )
        self._shown = shown
        self.tiles = TileLayer(magnify=True)
        self.tiles.setZValue(LAYER)
        scene.addItem(self.tiles)
        self._large_run.partial_changed.connect(self.draw)
        self._large_run.block_found.connect(self._block_found)
        self._view.events.masks.connect(self.draw)

    def draw(self, *_: object) -> None:
        """Draw what was found in the slice in view."""
        self._colour()
        self.tiles.setVisible(self._view.masks.visible)

    def _block_found(self, box: Box) -> None:
        """Draw a block that was searched; what is drawn elsewhere stays."""
        shown = self._shown()
        if shown is not None and shown.meets(box):
            self._colour()

    def _colour(self) -> None:
        partial, shown = self._large_run.partial_result, self._shown()
        if partial is None or shown is None:
            self.tiles.set_colours(None)
            return
        fills, lines = self._mask_colours.plain(partial.largest)
        colours = LabelColours(shown.of(partial.labels.view), fills, lines, self._view.masks)
        # A column of many chunks: each plane of it lies in others.
        self.tiles.set_colours(colours, keep=True, slow=shown.across > 0)
