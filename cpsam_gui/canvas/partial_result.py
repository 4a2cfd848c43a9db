"""Objects that a run by blocks has found so far, drawn under the masks as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.canvas.colours import LabelColours
from cpsam_gui.canvas.tiles import TileLayer

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.large_run import LargeRun
    from cpsam_gui.session.mask_colours import MaskColours
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.view import View

# Between the image and the masks.
LAYER = 0.5
MARGIN_PX = 2


class PartialResultLayer:
    """One layer of tiles; empty but during a run."""

    def __init__(
        self, view: View, large_run: LargeRun, mask_colours: MaskColours, scene: QGraphicsScene
    ) -> None:
        self._view, self._large_run, self._mask_colours = view, large_run, mask_colours
        self.tiles = TileLayer(magnify=True)
        self.tiles.setZValue(LAYER)
        scene.addItem(self.tiles)
        large_run.partial_changed.connect(self.draw)
        large_run.block_found.connect(self._block_found)
        view.events.plane.connect(self.draw)
        view.events.masks.connect(self.draw)

    def draw(self, *_: object) -> None:
        """Draw what was found in the plane in view."""
        self._colour()
        self.tiles.setVisible(self._view.masks.visible)

    def _block_found(self, box: Box) -> None:
        """Draw a block that was searched; what is drawn elsewhere stays."""
        if box.z0 <= self._view.plane < box.z1:
            self._colour()

    def _colour(self) -> None:
        partial = self._large_run.partial_result
        if partial is None:
            self.tiles.set_colours(None)
            return
        fills, lines = self._mask_colours.plain(partial.largest)
        colours = LabelColours(partial.labels.view[self._view.plane], fills, lines, self._view.masks)
        self.tiles.set_colours(colours, keep=True)
