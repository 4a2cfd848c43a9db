"""The colours of the masks by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.palette import palette_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .session import Session

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
            entries = self._session.document.colours
            style, selection = self._session.view.masks, self._session.view.selection
            if style.solo and selection:
                chosen = np.fromiter(selection, np.int64, len(selection))
                alone = np.zeros_like(entries)
                alone[chosen] = entries[chosen]
                entries = alone
            self._tables = palette_table(style.opacity)[entries], palette_table(LINES)[entries]
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
        session, tables = self._session, self._tables
        document = session.document
        entries = document.colours
        if ids is None or session.view.masks.solo or (tables is not None and tables[0].size != entries.size):
            self._tables = None
            session.overlay_changed.emit()
        elif tables is not None and ids:
            numbers = np.fromiter(ids, np.int64, len(ids))
            lines = palette_table(LINES)[entries[numbers]]
            changed = numbers[lines != tables[1][numbers]]
            tables[0][changed] = palette_table(session.view.masks.opacity)[entries[changed]]
            tables[1][changed] = palette_table(LINES)[entries[changed]]
            for number in changed.tolist():
                if number in document.objects:
                    session.labels_changed.emit(document.objects[number].box)
