"""The slider of time points and the list of scenes below the canvas: each has masks of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from cpsam_gui.program.i18n import translate
from cpsam_gui.style.long_names import bound
from cpsam_gui.style.slider import DirectSlider
from cpsam_gui.style.theme import GRID_PX

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage

SETTLE_MS = 150
"""A slider that is dragged opens the time point where it comes to rest."""


class DocumentChooser(QWidget):
    """Chooses scene and time point of the open file; shown whenever the file has several.

    `may_leave` asks about unsaved work before another one is opened.
    """

    def __init__(
        self, open_image: OpenImage, images: Images, notices: Notices, may_leave: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._may_leave, self._open_image = may_leave, open_image
        self._images, self._notices = images, notices
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX, GRID_PX // 2)
        self.scenes = QComboBox()
        self.scenes.setToolTip(translate("Scene: an image of this file"))
        bound(self.scenes)
        self.slider = DirectSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(1)
        self.text = QLabel()
        layout.addWidget(self.scenes)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.text)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLE_MS)
        self._settled.timeout.connect(self._open)
        self.slider.valueChanged.connect(self._moved)
        self.scenes.activated.connect(lambda _: self._open())
        open_image.image_changed.connect(self._show)
        images.stayed.connect(self._show)
        self._show()

    def _show(self) -> None:
        image, images = self._open_image.image, self._images
        self._settled.stop()
        self.slider.blockSignals(True)
        self.slider.setRange(0, images.times - 1)
        self.slider.setValue((image.time or 0) if image is not None else 0)
        self.slider.blockSignals(False)
        self.scenes.clear()
        self.scenes.addItems(images.scenes)
        self.scenes.setCurrentIndex((image.scene_number or 0) if image is not None else 0)
        self.scenes.setVisible(len(images.scenes) > 1)
        for widget in (self.slider, self.text):
            widget.setVisible(images.times > 1)
        tip = translate("Time point; each has masks of its own")
        # In a stack these keys go through its planes.
        keys = translate("  (Page Up, Page Down)") if self._open_image.document.shape[0] == 1 else ""
        self.slider.setToolTip(tip + keys)
        self._count()
        self.setVisible(self._open_image.path is not None and (images.times > 1 or len(images.scenes) > 1))

    def step(self, by: int) -> None:
        """Go so many time points on; those passed on the way are not opened."""
        self.slider.setValue(self.slider.value() + by)

    def _count(self) -> None:
        words = translate("time {number} / {count}")
        self.text.setText(words.format(number=self.slider.value() + 1, count=self.slider.maximum() + 1))

    def _moved(self) -> None:
        self._count()
        self._settled.start()

    def _open(self) -> None:
        """Open what is chosen, after unsaved work was looked after; else go back to what is shown."""
        open_image, image = self._open_image, self._open_image.image
        if open_image.path is None or image is None:
            return
        several = len(self._images.scenes) > 1
        scene = self.scenes.currentIndex() if several else None
        time = self.slider.value() if self._images.times > 1 else None
        if (scene, time) == (image.scene_number, image.time):
            return
        if not self._may_leave():
            return
        # Another scene may have other axes and fewer time points.
        same = scene == image.scene_number
        reading = replace(self._images.reading, scene=scene, time=time if same else None)
        self._images.open(
            open_image.path,
            self._say_new_history if open_image.document.can_undo else None,
            reading=replace(reading, axes=image.axes) if same else reading,
        )

    def _say_new_history(self) -> None:
        """Say that steps of the time point or scene before cannot be undone any more."""
        self._notices.message.emit(translate("Undo begins anew at another time point or scene"))
