"""The question what the axes of an image are, with a picture of what follows from the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPixmap
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cpsam_core.errors import ImageError
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim, form
from cpsam_gui.style.letters import give_letters
from cpsam_gui.style.long_names import WrappedWords
from cpsam_gui.style.unasked import guard_unasked
from cpsam_gui.style.wheel import guard_wheels
from cpsam_gui.tasks import AxesReading, prepare

if TYPE_CHECKING:
    from cpsam_core.images import Image
    from cpsam_gui.tasks import Unsure

MEANINGS = (
    ("Z", "planes (z)"),
    ("C", "channels (c)"),
    ("T", "time points (t)"),
    ("Y", "rows (y)"),
    ("X", "columns (x)"),
    ("S", "red, green, blue"),
)
# Pixels.
PREVIEW_PIXELS = 280
# Pixels a side that the preview is made from.
SAMPLE_PIXELS = 512


class AxesDialog(QDialog):
    """Asks for the meaning of each axis; emits `answered` with the choice."""

    answered = pyqtSignal(object)
    """The `AxesReading` that was chosen."""

    def __init__(self, parent: QWidget, unsure: Unsure) -> None:
        super().__init__(parent)
        self._unsure = unsure
        self.setWindowTitle(translate("Axes of the image"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.boxes = [self._box(letter) for letter in unsure.axes]
        self.time = QSpinBox()
        self.time.setMinimumHeight(26)
        self.time.valueChanged.connect(self._refresh)
        self.picture = QLabel()
        self.picture.setFixedSize(PREVIEW_PIXELS, PREVIEW_PIXELS)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setStyleSheet(f"background: {theme.current().canvas};")
        self.words = dim("")
        self.words.setMinimumHeight(48)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        button = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        if button is not None:
            button.setObjectName("primary")
        give_letters(self.buttons.buttons())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange()
        if button is not None:
            # Letters that were meant for the window would choose from a list in focus.
            button.setFocus()
        self._refresh()
        guard_wheels(self)
        guard_unasked(self)

    def _box(self, letter: str) -> QComboBox:
        box = QComboBox()
        box.setMinimumHeight(26)
        for key, words in MEANINGS:
            box.addItem(translate(words), key)
        box.setCurrentIndex(box.findData(letter))
        box.currentIndexChanged.connect(self._refresh)
        return box

    def _arrange(self) -> None:
        title = WrappedWords(translate("What are the axes of {name}?").format(name=self._unsure.path.name))
        title.setObjectName("heading")
        fields = form()
        for number, (length, box) in enumerate(zip(self._unsure.shape, self.boxes, strict=True), 1):
            fields.addRow(
                translate("Axis {number}, length {length}").format(number=number, length=length), box
            )
        self._time_label = QLabel(translate("Time point to open"))
        fields.addRow(self._time_label, self.time)
        left = QVBoxLayout()
        left.setSpacing(theme.GRID_PX)
        left.addWidget(title)
        said = translate("The file says {axes}: {meanings}.").format(
            axes=self._unsure.axes, meanings="; ".join(map(_meaning, self._unsure.axes))
        )
        known = said if self._unsure.said else translate("The file does not say.")
        reach = translate("Your answer applies to all images of this shape in the folder.")
        left.addWidget(dim(f"{known} {reach}"))
        left.addLayout(fields)
        left.addWidget(self.words)
        left.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(theme.GRID_PX * 2)
        middle.addLayout(left, 1)
        middle.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX * 2)
        layout.addLayout(middle)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(680)

    @property
    def reading(self) -> AxesReading:
        """The choice as it stands."""
        axes = "".join(box.currentData() for box in self.boxes)
        several = "T" in axes and self._unsure.shape[axes.index("T")] > 1
        return AxesReading(axes, self.time.value() - 1 if several else None)

    def accept(self) -> None:
        """Take the answer; called by Qt."""
        self.answered.emit(self.reading)
        super().accept()

    def _refresh(self) -> None:
        axes = "".join(box.currentData() for box in self.boxes)
        times = self._unsure.shape[axes.index("T")] if axes.count("T") == 1 else 1
        self.time.blockSignals(True)
        self.time.setRange(1, times)
        self.time.blockSignals(False)
        for widget in (self.time, self._time_label):
            widget.setVisible(times > 1)
        try:
            image = preview(self._unsure, self.reading)
        except ImageError as error:
            self._show(None, translate_said(str(error)))
            return
        self._show(image, describe(axes, self._unsure.shape))

    def _show(self, image: Image | None, words: str) -> None:
        button = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        if button is not None:
            button.setEnabled(image is not None)
        self.words.setText(words)
        self.words.setStyleSheet("" if image is not None else f"color: {theme.current().warning};")
        if image is None:
            self.picture.setPixmap(QPixmap())
            return
        from cpsam_core.images import picture_of

        pixels = np.ascontiguousarray(picture_of(image))
        rows, columns = pixels.shape[:2]
        made = QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        size = QSize(PREVIEW_PIXELS, PREVIEW_PIXELS)
        smooth = Qt.TransformationMode.SmoothTransformation
        self.picture.setPixmap(
            QPixmap.fromImage(made).scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        )


def _meaning(letter: str) -> str:
    """Return what the letter of an axis stands for; the letter where that is not known."""
    words = dict(MEANINGS).get(letter)
    return translate(words) if words else letter


def preview(unsure: Unsure, reading: AxesReading) -> Image:
    """Return the middle plane that an image has when it is read so, thinned out where it is large.

    Raises
    ------
    ImageError
        The axes make no sense.
    """
    from cpsam_core.images import arrange

    raw: Any = unsure.raw
    image = arrange(raw.array, reading.axes, time=reading.time, channel_names=raw.channel_names)
    step = max(1, max(image.pixels.shape[1:3]) // SAMPLE_PIXELS)
    middle = image.pixels.shape[0] // 2
    thin = image.pixels[middle : middle + 1, ::step, ::step, :6]
    small = replace(image, pixels=np.array(thin), channel_names=image.channel_names[:6])
    return prepare(small).image


def describe(axes: str, shape: tuple[int, ...]) -> str:
    """Return in words what an image of these axes is."""
    lengths = dict(zip(axes, shape, strict=True))
    times, planes, channels = (lengths.get(letter, 0) for letter in ("T", "Z", "C"))
    said = (
        f"{times:,} time point{'' if times == 1 else 's'}" if times else "",
        f"{planes:,} plane{'' if planes == 1 else 's'}" if planes else "",
        f"{channels:,} channel{'' if channels == 1 else 's'}" if channels else "",
    )
    parts = [translate_said(words) for words in said if words]
    if "S" in lengths:
        parts.append(translate("colour"))
    size = translate_said(f"{lengths['Y']:,} x {lengths['X']:,} pixels")
    return ", ".join([*parts, size])
