"""The colours of the masks by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.palette import colour_of, label_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .session import Session

SPARE_IDS = 4096
LINES = 0.95  # opacity of outlines


class Look:
    """Keeps the colour tables of the masks in step with the document and the view."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tables: tuple[NDArray[np.uint32], NDArray[np.uint32]] | None = None
        session.view.events.masks.connect(self.forget)
        session.view.events.selection.connect(self.selection_changed)

    def tables(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the colours of fills and outlines by id; new objects are added in place."""
        if self._tables is None:
            entries = {number: row.colour for number, row in self._session.document.objects.items()}
            style = self._session.view.masks
            shown = self._session.view.selection if style.solo and self._session.view.selection else None
            # Room for objects to come: a table that grows means colouring everything anew.
            size = self._session.document.next_id + SPARE_IDS
            lines = label_table(entries, LINES, shown, size)
            self._tables = label_table(entries, style.opacity, shown, size), lines
        return self._tables

    def forget(self, *_: object) -> None:
        """Make the tables anew when they are next asked for."""
        self._tables = None

    def selection_changed(self) -> None:
        """Follow the selection where it is shown alone."""
        if self._session.view.masks.solo:
            self._tables = None

    def objects_changed(self, ids: frozenset[int] | None) -> None:
        """Recolour objects that are new or changed."""
        rows = (
            {}
            if ids is None
            else {n: self._session.document.objects[n] for n in ids if n in self._session.document.objects}
        )
        size = self._tables[0].size if self._tables is not None else 0
        if ids is None or self._session.view.masks.solo or max(rows, default=0) >= size:
            self._tables = None
            self._session.overlay_changed.emit()
        elif self._tables is not None:
            for table, opacity in zip(self._tables, (self._session.view.masks.opacity, LINES), strict=True):
                for number, row in rows.items():
                    colour = colour_of(row.colour, opacity)
                    if table[number] != colour:
                        table[number] = colour
                        self._session.labels_changed.emit(row.box)
