"""How large the cells are: left to the model, measured, or a number with three ways to find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cpsam_core.segment.settings import NATIVE_DIAMETER_PX
from cpsam_gui.panels.segment.fields import button, choice, number, put
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.cell_size import CellSize
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState

AUTOMATIC, MEASURED, AS_IT_IS, NUMBER = "automatic", "measured", "as it is", "number"
UNKNOWN = "-"
MODES = {
    "Automatic": AUTOMATIC,
    "Measure each image": MEASURED,
    "As it is (30 px)": AS_IT_IS,
    "Number": NUMBER,
}


class DiameterField(QWidget):
    """Mode, number, and the buttons that find the number."""

    changed = pyqtSignal(object)
    """The diameter that was chosen: pixels, "auto" or None."""

    def __init__(
        self, open_image: OpenImage, jobs: Jobs, gestures: Gestures, run_state: RunState, cell_size: CellSize
    ) -> None:
        super().__init__()
        self._open_image, self._jobs = open_image, jobs
        self._gestures = gestures
        self._run_state, self._cell_size = run_state, cell_size
        self.mode = choice(
            MODES,
            "Size of the cells; the image is resized to suit the model. Automatic: cpsam-lite measures "
            "the cells first, the published models take the image as it is",
        )
        self.number = number(0, 2000, " px", "Typical diameter of the cells in pixels", zero=UNKNOWN)
        put(self.number, NATIVE_DIAMETER_PX)
        self.disk = button("circle_outline", "Measure with a disk on the image", self._use_disk)
        self.disk.setCheckable(True)
        self.masks = button("shape_outline", "Take the median size of the masks", cell_size.take_from_masks)
        self.measure = button("ruler", "Let the model measure the cells now", cell_size.measure)
        # The three buttons beside it leave less than it asks for, and its numbers are short.
        self.number.setMinimumWidth(9 * theme.GRID_PX)
        below = QHBoxLayout()
        below.setSpacing(theme.GRID_PX // 2)
        below.addWidget(self.number, 1)
        for widget in (self.disk, self.masks, self.measure):
            widget.setFixedWidth(4 * theme.GRID_PX)
            below.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX // 2)
        layout.addWidget(self.mode)
        layout.addLayout(below)
        self.mode.currentIndexChanged.connect(self._mode_chosen)
        self.number.valueChanged.connect(self._number_set)
        gestures.tool_changed.connect(self.refresh)

    def show_value(self, diameter: float | str | None) -> None:
        """Show a diameter without telling anybody."""
        if isinstance(diameter, float):
            put(self.number, diameter)
            # Whoever chose "Number" and comes across 30 on the way still means a number.
            if diameter != NATIVE_DIAMETER_PX or self.mode.currentData() not in (NUMBER, AS_IT_IS):
                put(self.mode, AS_IT_IS if diameter == NATIVE_DIAMETER_PX else NUMBER)
        else:
            put(self.mode, AUTOMATIC if diameter is None else MEASURED)
            flows = self._run_state.flows
            # What another image measured says nothing of this one.
            known = flows.diameter if flows is not None else None
            put(self.number, self.number.minimum() if known is None else known)
        self.refresh()

    def refresh(self) -> None:
        """Let be done what can be done."""
        open_image, idle = self._open_image, not self._jobs.busy
        open_one = open_image.image is not None
        self.number.setEnabled(self.mode.currentData() == NUMBER)
        self.disk.setEnabled(open_one)
        self.disk.setChecked(self._gestures.tool.key == "size_disk")
        self.masks.setEnabled(bool(open_image.document.objects))
        self.measure.setEnabled(open_one and idle)

    def _mode_chosen(self) -> None:
        mode = self.mode.currentData()
        values = {
            AUTOMATIC: None,
            MEASURED: "auto",
            AS_IT_IS: NATIVE_DIAMETER_PX,
            NUMBER: self.number.value() if self._is_known else NATIVE_DIAMETER_PX,
        }
        self.changed.emit(values[mode])
        self.refresh()

    @property
    def _is_known(self) -> bool:
        return self.number.value() > self.number.minimum()

    def _number_set(self, value: float) -> None:
        if not self._is_known:
            return
        put(self.mode, NUMBER)
        self.changed.emit(value)

    def _use_disk(self) -> None:
        if self._gestures.tool.key == "size_disk":
            self._gestures.finish_gesture()
        else:
            self._gestures.use("size_disk")
