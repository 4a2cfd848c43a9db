"""The slider of a z-stack at the right edge of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate
from cpsam_gui.state.slice import slab_around
from cpsam_gui.style.slider import DirectSlider
from cpsam_gui.style.theme import GRID_PX

if TYPE_CHECKING:
    from cpsam_gui.session.open_image import OpenImage


class PlaneSlider(QWidget):
    """Chooses the plane that is shown and edited; hidden for flat images."""

    def __init__(self, open_image: OpenImage) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID_PX // 2, GRID_PX, GRID_PX // 2, GRID_PX)
        self.slider = DirectSlider(Qt.Orientation.Vertical)
        self.slider.setPageStep(1)
        self.slider.setToolTip(translate("Plane  (Page Up, Page Down)"))
        self.text = QLabel()
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setMinimumWidth(48)
        layout.addWidget(self.slider, 1, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.text)
        self.slider.valueChanged.connect(self._moved)
        open_image.image_changed.connect(self._new_image)
        for shown in (self._view.events.plane, self._view.events.slab):
            shown.connect(self._show)
        self._new_image()

    def _new_image(self) -> None:
        count = self._open_image.document.shape[0]
        self.setVisible(count > 1)
        self.slider.blockSignals(True)
        self.slider.setRange(0, count - 1)
        self.slider.setValue(self._view.plane)
        self.slider.blockSignals(False)
        self._show()

    def _moved(self, value: int) -> None:
        self._view.plane = value

    def _show(self) -> None:
        plane = self._view.plane
        self.slider.setValue(plane)
        depth = self._open_image.document.shape[0]
        words = f"{plane + 1} / {depth}"
        if self._view.slab != 1:
            first, end = slab_around(plane, self._view.slab, depth)
            words += "\n" + translate("max of {}").format(end - first)
        self.text.setText(words)
