"""Bringing a place of the open image before somebody who is to judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.view import Camera

if TYPE_CHECKING:
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.box import Box

# Screen pixels of the longer side of an object that is shown.
SHOWN_PIXELS = 180.0
# How much larger or smaller an object may be without another zoom, which would be restless.
AGAIN = 2.5
BEYOND = 0.1
"""Share of the view that may lie beyond the image."""
# Screen pixels per image pixel.
SMALLEST, CLOSEST = 0.25, 10.0
SAMPLED_ROWS = 10_000
"""Objects that stand for all where the typical size is asked for."""


def _inside(middle: float, seen: float, length: int) -> float:
    """Return the middle of a view of `seen` pixels that shows little beyond an image of this length."""
    reach = (0.5 - BEYOND) * seen
    return length / 2 if 2 * reach >= length else min(max(middle, reach), length - reach)


class CloseUp:
    """Moves the view to a place, and changes the zoom only where the place would be too small or too large."""

    def __init__(self, open_image: OpenImage) -> None:
        self._open_image = open_image

    def show(self, box: Box) -> None:
        """Bring a place into the middle, as large as it can be judged well."""
        view = self._open_image.view
        if not box.z0 <= view.plane < box.z1:
            view.plane = (box.z0 + box.z1) // 2
        side = max(box.y1 - box.y0, box.x1 - box.x0, self._typical_side(), 1)
        scale = view.camera.scale
        if not SHOWN_PIXELS / AGAIN <= side * scale <= SHOWN_PIXELS * AGAIN:
            scale = min(max(SHOWN_PIXELS / side, SMALLEST), CLOSEST)
        _, rows, columns = self._open_image.document.shape
        height, width = view.window
        # At the border of the image there is more to see on its inner side.
        y = _inside((box.y0 + box.y1) / 2, height / scale, rows)
        x = _inside((box.x0 + box.x1) / 2, width / scale, columns)
        view.camera = Camera(y, x, scale)

    def _typical_side(self) -> int:
        """Return about how large objects are here: what is much smaller is shown among its neighbours."""
        table = self._open_image.document.table
        if isinstance(table, ColumnRecords):
            every = table.columns["areas"]
            some = every[:: max(1, len(every) // SAMPLED_ROWS)]
            areas = some[some > 0].tolist()
        else:
            areas = [row.area for row in table.values()]
        depth = max(self._open_image.document.shape[0], 1)
        return int(np.sqrt(np.median(areas))) if areas and depth == 1 else 0
