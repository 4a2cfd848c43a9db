"""A comparison drawn over the image: outlines of both sets of masks in the colours of what became of each object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.metrics.compare import MatchState
from cpsam_gui.canvas.colours import LabelColours
from cpsam_gui.canvas.tiles import TileLayer
from cpsam_gui.state.palette import pack
from cpsam_gui.state.slice import Slice
from cpsam_gui.state.view import MaskStyle, Overlay
from cpsam_gui.tasks.comparing import COLOURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.session.comparing import ComparisonController
    from cpsam_gui.state.view import View

STYLE = MaskStyle(overlay=Overlay.OUTLINE)


class ComparedLayer:
    """Two layers of outlines: the other masks below, those of the open image over them.

    `shown` tells the slice of the volume that is in view, None where nothing is; the plane where it is left out.
    """

    def __init__(
        self,
        view: View,
        comparing: ComparisonController,
        scene: QGraphicsScene,
        shown: Callable[[], Slice | None] | None = None,
    ) -> None:
        self._comparing = comparing
        self._shown = shown or (lambda: Slice(0, view.plane))
        self.other, self.present = TileLayer(magnify=True), TileLayer(magnify=True)
        for z, layer in ((3, self.other), (4, self.present)):
            layer.setZValue(z)
            layer.setVisible(False)
            scene.addItem(layer)
        comparing.changed.connect(self.draw)
        view.events.plane.connect(self.draw)

    def draw(self, *_: object) -> None:
        """Draw the slice in view."""
        now, shown = self._comparing.now, self._shown()
        on = now is not None and self._comparing.shown and shown is not None
        for layer in (self.other, self.present):
            layer.setVisible(on)
        if now is None or shown is None or not on:
            self.other.set_colours(None)
            self.present.set_colours(None)
            return
        found = now.comparison
        for layer, labels, ids, states, left_out in (
            (self.other, now.other, found.first_ids, found.first_states, MatchState.MATCHED),
            (self.present, now.present, found.second_ids, found.second_states, None),
        ):
            table = _table(ids, states, left_out)
            layer.set_colours(LabelColours(shown.of(labels), np.zeros_like(table), table, STYLE))


def _table(
    ids: NDArray[np.uint32], states: NDArray[np.uint8], left_out: MatchState | None
) -> NDArray[np.uint32]:
    """Return the colour of each id; one place more than the largest, so that larger ids have none."""
    colours = np.array(
        [0 if state is left_out else pack(*COLOURS[state], 1.0) for state in MatchState], np.uint32
    )
    table = np.zeros(int(ids.max(initial=0)) + 2, np.uint32)
    table[ids] = colours[states]
    return table
