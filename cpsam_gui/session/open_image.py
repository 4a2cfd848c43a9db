"""The image that is open: its pixels and path, the document with the masks, and the view of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_core.images.document_key import WHOLE
from cpsam_gui.state.document import Document
from cpsam_gui.state.view import View
from cpsam_gui.tasks.wanted import WantedMasks

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey


class OpenImage(QObject):
    """What everything else works on; another image takes its place, and these signals stay."""

    adopted = pyqtSignal()
    """There is another document; it is empty yet."""
    image_changed = pyqtSignal()
    """Another image is open, with the masks that were saved beside it."""
    scale_changed = pyqtSignal()
    """Its pixels have another size in micrometres."""
    labels_changed = pyqtSignal(object)
    """Labels of a block changed (Box)."""
    rows_changed = pyqtSignal(object)
    """Rows of the table of objects changed: a frozenset of ids, or None for all."""
    objects_changed = pyqtSignal()
    """Objects changed, and the selection holds none that is gone."""
    history_changed = pyqtSignal()
    overlay_changed = pyqtSignal()
    """The colours of the masks must be made anew."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.image: Image | None = None
        self.path: Path | None = None
        self.coming: tuple[Path, DocumentKey] | None = None
        """What takes its place now: whoever begins to write to its project from now on leaves that to the window."""
        self.times = 1
        """How many time points its file has."""
        self.shipped = False
        """Whether it is the demonstration image, about which nobody is asked to save anything."""
        self.view = View()
        self.document = Document((1, 1, 1))
        self._listen()

    @property
    def wanted(self) -> WantedMasks:
        """What masks of a file are to fit."""
        image, name = self.image, self.path.name if self.path is not None else ""
        key = WHOLE if image is None else image.key
        return WantedMasks(self.document.shape, name, key, self.times, image)

    @property
    def unsaved(self) -> bool:
        """Whether there is work that no file holds."""
        return self.image is not None and self.document.modified

    def is_at(self, path: Path, key: DocumentKey | None = None) -> bool:
        """Whether a person works on this image, or with `key` on that document of it; any thread may ask."""
        image, coming = self.image, self.coming
        if coming is not None and coming[0] == path and key in (None, coming[1]):
            return True
        return self.path == path and (key is None or image is None or image.key == key)

    @property
    def comes_again(self) -> bool:
        """Whether what takes the place of the open document is the same one, read anew."""
        return (
            self.coming is not None and self.image is not None and self.coming == (self.path, self.image.key)
        )

    def adopt(self, document: Document) -> None:
        """Take another document in place of the present one."""
        self.document = document
        self._listen()
        self.adopted.emit()

    def _listen(self) -> None:
        self.document.changed.connect(self.labels_changed.emit)
        self.document.objects_changed.connect(self._rows_changed)
        self.document.history_changed.connect(self.history_changed.emit)

    def _rows_changed(self, ids: frozenset[int] | None) -> None:
        self.rows_changed.emit(ids)
        gone = [number for number in self.view.selection if number not in self.document.objects]
        if gone:
            self.view.selection = self.view.selection - set(gone)
        self.objects_changed.emit()
