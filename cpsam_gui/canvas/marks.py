"""What stands over the masks of one view, wherever in the volume it cuts: signs, frames, complete regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.canvas.changes import Flash
from cpsam_gui.canvas.markers import Markers
from cpsam_gui.canvas.regions import CompleteRegions
from cpsam_gui.canvas.signs import Signs

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QTransform
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.canvas.sign_table import SignTable
    from cpsam_gui.session import Session
    from cpsam_gui.state.slice import Slice


class Marks:
    """Draws them in the slice that `shown` tells; nothing where that is None."""

    def __init__(
        self, session: Session, table: SignTable, scene: QGraphicsScene, shown: Callable[[], Slice | None]
    ) -> None:
        self.regions = CompleteRegions(session.open_image, scene, shown)
        self.flash = Flash(session.open_image, scene, shown)
        self.signs = Signs(session.open_image, table, scene, shown)
        self.markers = Markers(session.missed, scene, shown)

    def renew(self) -> None:
        """Draw what lies in the slice in view, which is another one."""
        self.regions.refresh()
        self.flash.renew()
        self.signs.renew()
        self.markers.draw()

    def stretch(self, way: QTransform) -> None:
        """Draw voxels as large as the view shows them."""
        regions, markers = self.regions, self.markers
        for item in (
            regions.halo,
            regions.line,
            self.flash,
            self.signs,
            markers.halo,
            markers.frames,
            markers.present,
        ):
            item.setTransform(way)
