"""Small things that float over the image: scale bar, the invitation to open an image, previews of tools."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QLabel, QWidget

from cpsam_gui.program.numbers import written

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent


# Screen pixels from the middle of a handle to its edge.
HANDLE_PIXELS = 3.5


def round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not over `longest`."""
    power: float = 10.0 ** floor(log10(longest))
    return next(step * power for step in (5, 2, 1) if step * power <= longest)


class ScaleBarWidget(QWidget):
    """A bar with a round length: micrometres where the pixel size is known, pixels otherwise."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(200, 40)
        self._length, self._text = 0.0, ""

    def set_scale(self, screen_per_pixel: float, pixel_size: float | None) -> None:
        """Choose length and text for a zoom; `pixel_size` in micrometres per image pixel."""
        unit = pixel_size or 1.0
        value = round_length(max(140 / screen_per_pixel * unit, 1e-9))
        self._length = value / unit * screen_per_pixel
        self._text = f"{written(value, ',g')} {'µm' if pixel_size else 'px'}"
        self.update()

    @property
    def text(self) -> str:
        """The words above the bar."""
        return self._text

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the bar; called by Qt."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right, bottom = self.width() - 16.0, self.height() - 10.0
        bar = QRectF(right - self._length, bottom - 4, self._length, 4)
        # A dark rim keeps the bar readable on bright images.
        painter.setPen(QPen(QColor(0, 0, 0, 170), 2))
        painter.setBrush(QColor("white"))
        painter.drawRect(bar)
        font = QFont(self.font())
        font.setPixelSize(13)
        font.setWeight(QFont.Weight.DemiBold)
        path = QPainterPath()
        metrics = painter.fontMetrics()
        path.addText(
            QPointF(right - self._length / 2 - metrics.horizontalAdvance(self._text) / 2, bottom - 10),
            font,
            self._text,
        )
        painter.strokePath(path, QPen(QColor(0, 0, 0, 200), 3, join=Qt.PenJoinStyle.RoundJoin))
        painter.fillPath(path, QColor("white"))


class Badge(QLabel):
    """Words in a corner of the canvas: what is shown, where that is not the image."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setStyleSheet("background: rgb(16, 18, 20); color: white; border-radius: 4px; padding: 4px 8px;")
        self.hide()

    def say(self, text: str) -> None:
        """Show these words; none hide it."""
        self.setText(text)
        self.adjustSize()
        self.setVisible(bool(text))
