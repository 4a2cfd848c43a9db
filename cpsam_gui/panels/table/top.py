"""What stands above the table: the filter, units, columns, plots, files."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton

from cpsam_gui.panels.table.model import title_of
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled, written
from cpsam_gui.style import theme


class TopRow(QHBoxLayout):
    """The row of fields and buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(theme.GRID_PX)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(
            filled(
                translate("Filter, such as {example}"),
                example=f"area > 200 and solidity < {written(0.9, '.1f')}",
            )
        )
        self.filter.setToolTip(
            translate(
                "Shows only objects for which this is true; use column names, numbers as the table writes them, "
                "and, or, not. A measure without a unit is in the unit shown"
            )
        )
        self.filter.setClearButtonEnabled(True)
        self.micrometres = _button(
            "µm",
            "Show lengths in micrometres; asks for the size of a pixel where it is not known",
            check=True,
        )
        self.columns = QMenu()
        self.choose = _button("", "Columns to show", "view_column_outline")
        self.choose.setMenu(self.columns)
        self.choose.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.measures = _button("", "What is measured", "ruler")
        self.measures.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.show_plots = _button(
            "", "Distribution of a column, or two against each other", "chart_scatter_plot", check=True
        )
        self.take = _button(
            "",
            "Select all rows shown, to classify, lock or delete them",
            "select_all",
        )
        self.export = _button("", "Write the rows and columns that are shown to a file", "table_arrow_right")
        self.folder = _button(
            "",
            "Measure all images of the folder: a table of objects and one of images",
            "folder_table_outline",
        )
        self.close = QToolButton()
        self.close.setIcon(theme.icon("close"))
        self.close.setAutoRaise(True)
        self.close.setToolTip(translate("Close the table"))
        self.addWidget(self.filter, 1)
        for button in (
            self.micrometres,
            self.take,
            self.measures,
            self.choose,
            self.show_plots,
            self.export,
            self.folder,
            self.close,
        ):
            self.addWidget(button)
        theme.changed.connect(self._recolour)

    def _recolour(self) -> None:
        """Take over the colours of the theme."""
        for button in (self.take, self.measures, self.choose, self.show_plots, self.export, self.folder):
            button.setIcon(theme.icon(str(button.property("icon_name"))))
        self.close.setIcon(theme.icon("close"))

    @staticmethod
    def name_of(name: str) -> str:
        """Return what the menu of columns calls a column."""
        return title_of(name)


def _button(text: str, tip: str, icon: str = "", *, check: bool = False) -> QToolButton:
    button = QToolButton()
    button.setObjectName("quiet")
    button.setText(text)
    if icon:
        button.setProperty("icon_name", icon)
        button.setIcon(theme.icon(icon))
    button.setToolTip(translate(tip))
    button.setCheckable(check)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button
