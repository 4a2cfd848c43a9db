"""The panel of the objects: how many there are, and what is known about the selected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QWidget

from cpsam_gui.history import Origin

from .layout import column, dim, form

if TYPE_CHECKING:
    from cpsam_gui.session import Session

ORIGINS = {Origin.MODEL: "model", Origin.EDITED: "model, corrected", Origin.HAND: "drawn by hand"}
DELAY = 80  # milliseconds; counting 200,000 objects on each dab would be felt


class ObjectsPanel(QWidget):
    """Counts and the selection, in numbers."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        layout = column(self)
        self.count = QLabel("0")
        self.count.setObjectName("number")
        self._caption = dim("objects", wrap=False)
        top = QHBoxLayout()
        top.addWidget(self.count)
        top.addWidget(self._caption, 1, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(top)
        self._counts = form()
        self.by_hand, self.corrected, self.locked, self.area = (QLabel("-") for _ in range(4))
        for name, label in (
            ("Drawn by hand", self.by_hand), ("Corrected", self.corrected), ("Locked", self.locked),
            ("Median area", self.area),
        ):  # fmt: skip
            self._counts.addRow(name, label)
        layout.addLayout(self._counts)
        self._title = QLabel("Selected")
        self._title.setObjectName("heading")
        layout.addSpacing(8)
        layout.addWidget(self._title)
        self.selected = dim("Nothing is selected. Click an object.")
        layout.addWidget(self.selected)
        self._details: QFormLayout = form()
        layout.addLayout(self._details)
        layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.refresh)
        session.objects_changed.connect(self._timer.start)
        session.image_changed.connect(self.refresh)
        session.view.events.selection.connect(self._show_selection)

    def refresh(self) -> None:
        """Count again."""
        rows = list(self._session.document.objects.values())
        self.count.setText(f"{len(rows):,}")
        self._caption.setText("object" if len(rows) == 1 else "objects")
        self.by_hand.setText(f"{sum(row.origin is Origin.HAND for row in rows):,}")
        self.corrected.setText(f"{sum(row.origin is Origin.EDITED for row in rows):,}")
        self.locked.setText(f"{sum(row.locked for row in rows):,}")
        self.area.setText(f"{np.median([row.area for row in rows]):,.0f} px" if rows else "-")
        self._show_selection()

    def _show_selection(self) -> None:
        while self._details.rowCount():
            self._details.removeRow(0)
        objects = self._session.document.objects
        rows = {
            number: objects[number] for number in sorted(self._session.view.selection) if number in objects
        }
        if not rows:
            self.selected.setText("Nothing is selected. Click an object.")
            return
        if len(rows) > 1:
            self.selected.setText(f"{len(rows):,} objects, {sum(row.area for row in rows.values()):,} px")
            return
        number, row = next(iter(rows.items()))
        self.selected.setText(f"Object {number}")
        self._details.addRow("Area", QLabel(f"{row.area:,} px"))
        self._details.addRow("Origin", QLabel(ORIGINS[row.origin]))
        self._details.addRow("Locked", QLabel("yes" if row.locked else "no"))
        if row.probability is not None:
            self._details.addRow("Probability", QLabel(f"{row.probability:.2f}"))
        if row.flow_error is not None:
            self._details.addRow("Flow error", QLabel(f"{row.flow_error:.2f}"))
