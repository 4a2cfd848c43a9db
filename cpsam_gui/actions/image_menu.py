"""The menu on the image: what can be done with the object there, and with the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QMenu

from cpsam_gui import operations
from cpsam_gui.panels.class_menu import fill_classes
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PyQt6.QtCore import QPoint
    from PyQt6.QtGui import QAction

    from cpsam_gui.window.window import Window

OBJECT = (
    "delete",
    "merge",
    "separate_pieces",
    "fill_holes",
    None,
    "lock",
    "uncertain",
    None,
    "copy",
    "duplicate",
)
IMAGE = (
    "run",
    "run_region",
    "review_next",
    None,
    "paste",
    "select_all",
    "clear",
    None,
    "fit",
    "masks",
    "outlines",
    "ids",
    None,
    "save",
    "export",
    "open_its_folder",
)
"""Keys of the actions, None for a line."""


class ImageMenu(QObject):
    """Made anew each time, from the actions of the window."""

    def __init__(self, window: Window, actions: Mapping[str, QAction]) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self._open_image, self._edits = window.session.open_image, window.session.edits
        window.canvas.menu_asked.connect(self.open_at)

    def open_at(self, place: QPoint, y: float, x: float) -> QMenu:
        """Show the menu at a place of the screen, for what is at (y, x) of the image."""
        document, view, edits = self._open_image.document, self._open_image.view, self._edits
        number = document.label_at(view.plane, int(y // 1), int(x // 1))
        if number and number not in view.selection:
            view.select(number)
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if number:
            chosen = sorted(view.selection)
            count = len(chosen)
            words = translate("{count} objects").format(count=written(count))
            menu.addSection(translate("Object {}").format(number) if count == 1 else words)
            self._add(menu, OBJECT)
            classes = menu.addMenu(translate("Class"))
            if classes is not None:
                fill_classes(
                    classes,
                    self._open_image,
                    lambda kind: edits.change(lambda document: operations.set_class(document, chosen, kind)),
                )
            menu.addSection(translate("Image"))
        self._add(menu, IMAGE)
        menu.popup(place)
        return menu

    def _add(self, menu: QMenu, keys: tuple[str | None, ...]) -> None:
        for key in keys:
            if key is None:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[key])
