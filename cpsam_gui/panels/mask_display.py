"""How masks are drawn: fill, outline or both, how opaque, in which colours, all or the selected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QLabel, QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate
from cpsam_gui.state.view import Overlay
from cpsam_gui.style.layout import dim, form
from cpsam_gui.style.slider import DirectSlider
from cpsam_gui.style.theme import GRID_PX

if TYPE_CHECKING:
    from cpsam_gui.state.view import View

COLOURINGS = {False: "Neighbours differ", True: "By class"}
NAMES = {Overlay.BOTH: "Fill and outline", Overlay.FILL: "Fill", Overlay.OUTLINE: "Outline"}


class MaskDisplay(QWidget):
    """How masks are drawn; follows the view, whoever changes it."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        title = QLabel(translate("Mask display"))
        title.setObjectName("heading")
        layout.addWidget(title)
        self.visible = QCheckBox(translate("Show masks"))
        self.solo = QCheckBox(translate("Selected objects only"))
        self.overlay = QComboBox()
        for overlay, name in NAMES.items():
            self.overlay.addItem(translate(name), overlay)
        self.colouring = QComboBox()
        for by_class, name in COLOURINGS.items():
            self.colouring.addItem(translate(name), by_class)
        for combo in (self.overlay, self.colouring):
            # The panel gets no wider for the longest of the entries that are not chosen.
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(12)
        self.opacity = DirectSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        rows = form()
        rows.addRow(translate("Drawn as"), self.overlay)
        rows.addRow(translate("Colours"), self.colouring)
        rows.addRow(translate("Fill opacity"), self.opacity)
        layout.addLayout(rows)
        layout.addWidget(self.visible)
        layout.addWidget(self.solo)
        layout.addWidget(dim(translate("Hold Space to look under the masks for a moment.")))
        view = view
        self.visible.toggled.connect(lambda on: view.set_masks(visible=on))
        self.solo.toggled.connect(lambda on: view.set_masks(solo=on))
        self.overlay.currentIndexChanged.connect(
            lambda _: view.set_masks(overlay=Overlay(self.overlay.currentData()))
        )
        self.colouring.currentIndexChanged.connect(
            lambda _: view.set_masks(by_class=bool(self.colouring.currentData()))
        )
        self.opacity.valueChanged.connect(lambda value: view.set_masks(opacity=value / 100))
        view.events.masks.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the state of the view."""
        style = self._view.masks
        parts = (self.visible, self.solo, self.overlay, self.colouring, self.opacity)
        blockers = [QSignalBlocker(part) for part in parts]
        self.visible.setChecked(style.visible)
        self.solo.setChecked(style.solo)
        self.overlay.setCurrentIndex(list(NAMES).index(style.overlay))
        self.colouring.setCurrentIndex(list(COLOURINGS).index(style.by_class))
        self.opacity.setValue(round(100 * style.opacity))
        self.opacity.setEnabled(style.overlay is not Overlay.OUTLINE)
        for blocker in blockers:
            blocker.unblock()
