"""What can be done with all selected objects at once, as a menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QAbstractItemView, QMenu, QWidget

from cpsam_gui import operations
from cpsam_gui.panels.class_menu import fill_classes
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.session.edits import Edits
    from cpsam_gui.session.open_image import OpenImage

BATCH: tuple[tuple[str, Callable[..., str | None]], ...] = (
    ("Delete", operations.delete),
    ("Merge", operations.merge),
    ("Lock or unlock", operations.set_locked),
    ("Mark uncertain or certain", operations.set_uncertain),
    ("Separate pieces", operations.separate_pieces),
    ("Fill holes", operations.fill_holes),
    ("Smooth", operations.smooth),
)


class SelectionMenu(QMenu):
    """Applies an operation to the selected objects; belongs to a table that lists objects."""

    def __init__(self, open_image: OpenImage, edits: Edits, table: QAbstractItemView) -> None:
        super().__init__(table)
        self._table, self._open_image = table, open_image
        self._view, self._edits = open_image.view, edits
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setEnabled(bool(self._view.selection))
        for text, operation in BATCH:
            self._add(self, translate(text), operation)
        classes = self.addMenu(translate("Class"))
        if classes is not None:
            fill_classes(classes, open_image, self._give_class)

    def _give_class(self, number: int) -> None:
        ids = sorted(self._view.selection)
        self._edits.change(lambda document: operations.set_class(document, ids, number))

    def open_below(self, button: QWidget) -> None:
        """Show the menu where the button is that asked for it."""
        self.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def open_at(self, place: QPoint) -> None:
        """Show the menu at a place of the table's viewport."""
        self.popup((self._table.viewport() or self._table).mapToGlobal(place))

    def _add(self, menu: QMenu, text: str, operation: Callable[..., str | None], *args: object) -> None:

        def do() -> None:
            self._edits.change(lambda document: operation(document, sorted(self._view.selection), *args))

        action = menu.addAction(text)
        if action is not None:
            action.triggered.connect(lambda _checked=False: do())
