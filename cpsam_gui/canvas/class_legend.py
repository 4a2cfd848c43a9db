"""Names, colours and counts of the classes in use, in a corner of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel, QWidget

from cpsam_gui.operations import class_colour
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written

if TYPE_CHECKING:
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.open_image import OpenImage

REST_MS = 150


class ClassLegend(QLabel):
    """Shown while colours are those of the classes, or classes are given."""

    def __init__(self, open_image: OpenImage, gestures: Gestures, parent: QWidget) -> None:
        super().__init__(parent)
        self._open_image, self._view = open_image, open_image.view
        self._gestures = gestures
        self.setStyleSheet("background: rgb(16, 18, 20); color: white; border-radius: 4px; padding: 6px 8px;")
        self.setToolTip(translate("Classes and the number of objects in each"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.refresh)
        for signal in (open_image.objects_changed, open_image.history_changed, open_image.image_changed):
            signal.connect(self._timer.start)
        gestures.tool_changed.connect(self.refresh)
        gestures.options.events.class_id.connect(self.refresh)
        self._view.events.masks.connect(self.refresh)
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether classes are what the user looks at."""
        stamping = self._gestures.tool.key == "class_stamp"
        return self._open_image.image is not None and (self._view.masks.by_class or stamping)

    def refresh(self, *_: object) -> None:
        """Count the classes and show their names."""
        if not self.wanted:
            self.hide()
            return
        document = self._open_image.document
        ids = np.fromiter(document.objects, np.int64, len(document.objects))
        counts = np.bincount(document.classes[ids]) if len(ids) else np.zeros(1, np.int64)
        names = {one.number: one.name for one in document.facts.classes}
        chosen = self._gestures.options.class_id
        used = {number for number in np.flatnonzero(counts).tolist() if number} | set(names) | {chosen}
        lines = []
        for number in sorted(used - {0}):
            colour = class_colour(number, document.facts.classes)
            name = _plain(names.get(number) or translate("class {}").format(number))
            count = int(counts[number]) if number < len(counts) else 0
            lines.append(
                f'<span style="color:{colour}">&#9632;</span> {number}&nbsp;&nbsp;{name}&nbsp;&nbsp;({written(count)})'
            )
        self.setText("<br>".join(lines))
        self.adjustSize()
        self.show()
        self.place()

    def place(self) -> None:
        """Stand in the lower left corner."""
        parent = self.parentWidget()
        if parent is not None:
            self.move(12, parent.height() - self.height() - 12)


def _plain(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;")
