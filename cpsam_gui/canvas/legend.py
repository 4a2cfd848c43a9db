"""What the colours of the flows, of the cell probability and of the flow error mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QWidget

from cpsam_gui.canvas.result_colours import FULL, WORST, FlowColours, ramp
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.view import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PyQt6.QtGui import QPaintEvent

GROUND = QColor(16, 18, 20)
PAD_PX = 8
# Screen pixels across.
WHEEL_PIXELS = 72
BAR_PX = 140, 10
TEXT_PX = 12
ENDS = {
    Picture.PROBABILITY: ("0", "Probability of a cell", "1"),
    Picture.FLOW_ERROR: ("0", "Flow error", f"{WORST:g}+"),
}


class Legend(QWidget):
    """A wheel of directions for flows, a bar for what goes from dark to bright; hidden with the image."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.picture = Picture.IMAGE
        self._drawn = QImage()
        self.hide()

    def show_for(self, picture: Picture) -> None:
        """Explain the colours of a picture; none for the image itself."""
        self.picture = picture
        if picture is Picture.FLOWS:
            self._drawn = _image(wheel(WHEEL_PIXELS * 2))
            self.setFixedSize(WHEEL_PIXELS + 2 * PAD_PX, WHEEL_PIXELS + TEXT_PX + 3 * PAD_PX)
        elif picture in ENDS:
            self._drawn = _image(np.repeat(ramp()[None], 2, 0))
            self.setFixedSize(BAR_PX[0] + 2 * PAD_PX, BAR_PX[1] + TEXT_PX + 3 * PAD_PX)
        self.setVisible(picture is not Picture.IMAGE)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the legend; called by Qt."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GROUND)
        painter.drawRoundedRect(self.rect(), 4, 4)
        font = painter.font()
        font.setPixelSize(TEXT_PX)
        painter.setFont(font)
        flat = self.picture in ENDS
        height = BAR_PX[1] if flat else WHEEL_PIXELS
        painter.drawImage(QRect(PAD_PX, PAD_PX, self.width() - 2 * PAD_PX, height), self._drawn)
        painter.setPen(QColor("white"))
        line = QRect(PAD_PX, height + 2 * PAD_PX - 2, self.width() - 2 * PAD_PX, TEXT_PX + 4)
        if not flat:
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, translate("Direction"))
            return
        low, middle, high = ENDS[self.picture]
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, translate(middle))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, high)


def wheel(size: int) -> NDArray[np.uint32]:
    """Return the colours of flows that lead away from the middle, ARGB uint32 (size, size); none outside the circle."""
    places = ((np.arange(size) + 0.5) * (2 / size) - 1).astype(np.float32)
    down, right = np.meshgrid(places, places, indexing="ij")
    colours = FlowColours(FULL * down, FULL * right)(slice(0, size), slice(0, size))
    colours[np.hypot(down, right) > 1] = 0
    return colours


def _image(colours: NDArray[np.uint32]) -> QImage:
    colours = np.ascontiguousarray(colours)
    rows, columns = colours.shape
    image = QImage(colours.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
    # A copy has memory of its own.
    return image.copy()
