"""Names and colours of the classes, with the number keys that give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QColorDialog, QGridLayout, QLineEdit, QPushButton, QToolButton, QWidget

from cpsam_gui import operations
from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from cpsam_gui.session.edits import Edits
    from cpsam_gui.session.open_image import OpenImage

CLASSES = range(1, 10)


class ClassesEditor(QWidget):
    """One row for each number key: the number gives the class to the selection; colour and name can be changed."""

    def __init__(self, open_image: OpenImage, edits: Edits) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        self._edits = edits
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GRID_PX)
        grid.setVerticalSpacing(theme.GRID_PX // 2)
        self.names: dict[int, QLineEdit] = {}
        self.colours: dict[int, QToolButton] = {}
        self.numbers: dict[int, QPushButton] = {}
        for place, number in enumerate(CLASSES):
            self.numbers[number] = give = QPushButton(str(number))
            give.setFixedWidth(32)
            give.setToolTip(f"{translate('Give the selected objects this class')}  ({number})")
            give.clicked.connect(lambda _=False, n=number: self._give(n))
            self.colours[number] = colour = QToolButton()
            colour.setFixedSize(24, 24)
            colour.setToolTip(translate("Choose the colour"))
            colour.clicked.connect(lambda _=False, n=number: self._choose_colour(n))
            self.names[number] = name = QLineEdit()
            name.setPlaceholderText(f"{translate('Class')} {number}")
            name.editingFinished.connect(lambda n=number: self._rename(n))
            for side, widget in enumerate((give, colour, name)):
                grid.addWidget(widget, place, side)
        self.refresh()

    def refresh(self) -> None:
        """Show names and colours of the open image."""
        classes = self._open_image.document.facts.classes
        names = {one.number: one.name for one in classes}
        for number in CLASSES:
            if not self.names[number].hasFocus():
                self.names[number].setText(names.get(number, ""))
            ground = operations.class_colour(number, classes)
            self.colours[number].setStyleSheet(f"background: {ground}; border: none; border-radius: 4px;")
        self.setEnabled(self._open_image.image is not None)

    def _give(self, number: int) -> None:
        self._edits.change(
            lambda document: operations.set_class(document, sorted(self._view.selection), number)
        )

    def _rename(self, number: int) -> None:
        text = self.names[number].text()
        self._edits.change(lambda document: operations.name_class(document, number, text))

    def _choose_colour(self, number: int) -> None:
        before = QColor(operations.class_colour(number, self._open_image.document.facts.classes))
        chosen = QColorDialog.getColor(before, self, translate("Colour of the class"))
        if chosen.isValid():
            self.set_colour(number, chosen.name())

    def set_colour(self, number: int, colour: str) -> None:
        """Give a class a colour, as ``#rrggbb``."""
        name = self.names[number].text()
        self._edits.change(lambda document: operations.name_class(document, number, name, colour))
