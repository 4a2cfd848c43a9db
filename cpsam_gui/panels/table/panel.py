"""The table in its dock: what is shown of it, the filter, plots beside it, and files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import (
    QModelIndex,
    QPoint,
    Qt,
    QTimer,
)
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QMenu,
    QSplitter,
    QVBoxLayout,
)

from cpsam_core.errors import SettingsError
from cpsam_gui.panels.base import Panel
from cpsam_gui.panels.objects.menu import SelectionMenu
from cpsam_gui.panels.table.columns import remember_columns, remembered_columns
from cpsam_gui.panels.table.heads import by_names
from cpsam_gui.panels.table.model import TableModel, in_units
from cpsam_gui.panels.table.plots import Plots
from cpsam_gui.panels.table.recipes import RecipeMenu
from cpsam_gui.panels.table.summary import summary_words
from cpsam_gui.panels.table.top import TopRow
from cpsam_gui.panels.table.view import MeasurementView
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.saving_places import ask_target
from cpsam_gui.program.typed_numbers import TwoReadingsError, in_english
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session

HIDDEN = ("min_", "max_", "major_axis", "minor_axis", "touches_border", "accepted", "pieces", "plane_steps")
"""Columns that are not shown at first, by how they begin."""
# Milliseconds after the last key, until the filter is applied.
PATIENCE_MS = 250
FILES = "CSV (*.csv);;Parquet (*.parquet)"


class TablePanel(Panel):
    """Shows the measurements of the open image; a selection here is one on the canvas."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._host, self._open_image = host, session.open_image
        self._view, self._notices = session.view, session.notices
        self._measuring, self._reviewing = session.measuring, session.reviewing
        self._edits = session.edits
        self._selecting = self._followed = self._wants_micrometres = False
        self._hidden: set[str] = set()
        self._known: set[str] = set()
        self._chosen = remembered_columns()
        self.model = TableModel()
        self.top = TopRow()
        self.recipes = RecipeMenu(self._measuring.set_recipe, self._notices.message.emit)
        self.top.measures.setMenu(self.recipes)
        self.table = MeasurementView(self.model)
        self.plots = Plots()
        self.plots.setVisible(False)
        self.error = dim("")
        self.error.setObjectName("warning")
        self.error.setVisible(False)
        self.summary = dim("", wrap=False)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self.plots)
        split.setSizes([700, 400])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID_PX, theme.GRID_PX // 2, theme.GRID_PX, theme.GRID_PX // 2)
        layout.setSpacing(theme.GRID_PX // 2)
        layout.addLayout(self.top)
        layout.addWidget(self.error)
        layout.addWidget(split, 1)
        layout.addWidget(self.summary)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self.refresh)
        self._connect()
        self.recipes.restore()

    def _connect(self) -> None:
        top = self.top
        top.filter.textChanged.connect(lambda _: self._timer.start())
        top.filter.returnPressed.connect(self.refresh)
        top.micrometres.clicked.connect(self._choose_units)
        top.show_plots.toggled.connect(self.plots.setVisible)
        top.show_plots.toggled.connect(lambda _: self.refresh())
        top.columns.aboutToShow.connect(self._fill_columns)
        top.take.clicked.connect(lambda: self._take_shown())
        top.export.clicked.connect(self.ask_export)
        top.folder.clicked.connect(self.ask_folder)
        top.close.clicked.connect(lambda: self._host.hide_panel("Table"))
        self.plots.brushed.connect(self._take_brushed)
        self.table.customContextMenuRequested.connect(self.open_menu)
        self.table.doubleClicked.connect(self._go_to)
        selection = self.table.selectionModel()
        if selection is not None:
            selection.selectionChanged.connect(self._take_selection)
        self._measuring.changed.connect(self._measured)
        self._measuring.busy_changed.connect(self._summarise)
        self._view.events.selection.connect(self._show_selection)

    def follow(self, on: bool) -> None:
        """Keep the table up to date while it is in view."""
        self._followed = on
        self._measuring.follow("table", on)
        if on:
            self.refresh()

    def _measured(self) -> None:
        if self._followed:
            self.refresh()

    def refresh(self) -> None:
        """Show the table as it is now, of it the columns and rows that are wanted."""
        self.top.micrometres.setChecked(self._in_micrometres)
        now = self._measuring.now
        if now is None:
            self.model.show({}, [], np.zeros(0, np.int64))
            self.plots.show_columns({}, [], self.model.places)
            self._summarise()
            return
        self._new_columns(set(now.columns))
        names = in_units(now.columns, self._in_micrometres)
        self.model.show(
            now.columns, [name for name in names if name not in self._hidden], self._filtered(len(now))
        )
        if self.plots.isVisible():
            self.plots.show_columns(now.columns, names, self.model.places)
        self._show_selection()
        self._summarise()

    @property
    def _in_micrometres(self) -> bool:
        return self._wants_micrometres and self._pixel_size is not None

    @property
    def _pixel_size(self) -> float | None:
        image = self._open_image.image
        return None if image is None else image.pixel_size

    def _choose_units(self, micrometres: bool) -> None:
        """Show micrometres or pixels; where no file says how large a pixel is, ask for it first."""
        self._wants_micrometres = micrometres
        # The button says what is shown: it is on once the size is given.
        self.refresh()
        if micrometres and self._pixel_size is None and self._open_image.image is not None:
            window = self.window()
            ask = window.findChild(QAction, "pixel_size") if window is not None else None
            if ask is not None:
                ask.trigger()

    def _new_columns(self, names: set[str]) -> None:
        """Hide what is seldom wanted, once; the user may show it."""
        fresh = names - self._known
        self._hidden |= {name for name in fresh if not self._chosen.get(name, not name.startswith(HIDDEN))}
        self._known |= names

    def _filtered(self, count: int) -> NDArray[np.int64]:
        """Return the places that the filter lets through; all where it is not understood, which is said below it."""
        from cpsam_core.measure import choose

        now, problem = self._measuring.now, ""
        kept = np.arange(count)
        if self.top.filter.text().strip() and now is not None:
            try:
                kept = np.flatnonzero(choose(self._expression(), now.columns))
            except TwoReadingsError as error:
                problem = str(error)
            except SettingsError as error:
                problem = translate_said(str(error))
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        return kept

    def _expression(self) -> str:
        """Return the filter as the engine reads it: names of columns for their heads, numbers with a point."""
        now, text = self._measuring.now, in_english(self.top.filter.text().strip())
        return by_names(text, now.columns, self._in_micrometres) if now is not None else text

    def _summarise(self) -> None:
        # The rows are those of an earlier table; they are brought up to date when it is shown.
        if not self._followed:
            return
        now = self._measuring.now
        if now is None or not len(now):
            if not self._open_image.document.objects:
                words = translate("There are no objects to measure")
            elif self._measuring.failed:
                words = translate("The objects could not be measured")
            else:
                words = translate("Measuring the objects…")
            self.summary.setText(words)
        else:
            self.summary.setText(summary_words(now, self.model.places, self._in_micrometres))

    def _show_selection(self, *_: object) -> None:
        """Mark what is selected on the canvas, and bring it into view."""
        if not self._followed:
            return
        chosen = self._view.selection
        rows = self.model.mark(chosen)
        if self.plots.isVisible():
            self.plots.mark(chosen)
        if self._selecting:
            return
        self._selecting = True
        self.table.mark(rows)
        self._selecting = False

    def _take_selection(self, *_: object) -> None:
        """Select on the canvas what was selected in the table."""
        if self._selecting:
            return
        ids = self.model.ids
        parts = [ids[first : last + 1] for first, last in self.table.marked()]
        self._selecting = True
        self._view.selection = frozenset(np.concatenate(parts).tolist()) if parts else frozenset()
        self._selecting = False

    def _take_brushed(self, ids: NDArray[np.uint32]) -> None:
        objects = self._open_image.document.objects
        self._view.selection = frozenset(number for number in ids.tolist() if number in objects)

    def _take_shown(self) -> None:
        """Select the objects that the filter lets through, and offer what can be done with all of them."""
        self.refresh()
        self._take_brushed(self.model.ids)
        SelectionMenu(self._open_image, self._edits, self.table).open_below(self.top.take)

    def _go_to(self, index: QModelIndex) -> None:
        self._reviewing.show(int(self.model.ids[index.row()]))

    def open_menu(self, place: QPoint) -> QMenu:
        """Offer what can be done with the selected objects."""
        menu = SelectionMenu(self._open_image, self._edits, self.table)
        menu.open_at(place)
        return menu

    def _fill_columns(self) -> None:
        menu, now = self.top.columns, self._measuring.now
        menu.clear()
        shown = [] if now is None else in_units(now.columns, self._in_micrometres) or list(now.columns)
        for name in shown:
            action = menu.addAction(self.top.name_of(name))
            if action is not None:
                action.setCheckable(True)
                action.setChecked(name not in self._hidden)
                action.toggled.connect(lambda on, name=name: self.show_column(name, on))

    def show_column(self, name: str, on: bool) -> None:
        """Show a column, or hide it."""
        (self._hidden.discard if on else self._hidden.add)(name)
        self._chosen[name] = on
        remember_columns(self._chosen)
        self.refresh()

    def ask_export(self) -> None:
        """Let the user choose where the rows and columns that are shown go; they are brought up to date first."""
        self._measuring.ask(self._ask_export)

    def _ask_export(self) -> None:
        # While the table is hidden it follows nothing: it may show another image.
        self.refresh()
        if not len(self.model.places):
            self._notices.message.emit(translate("There are no rows to write"))
            return
        path = self._open_image.path
        folder, name = (None, "objects.csv") if path is None else (path.parent, f"{path.stem}_objects.csv")
        target = self._ask_file(translate("Export the table"), folder, name)
        if target is not None:
            model = self.model
            shown = {name: model.columns[name][model.places] for name in model.names}
            self._measuring.export(target, shown, len(model.columns["id"]))

    def ask_folder(self) -> None:
        """Let the user choose where the tables of the whole folder go, and measure it."""
        path = self._open_image.path
        if path is None:
            self._notices.message.emit(translate("Open an image of the folder first"))
            return
        try:
            where = self._expression()
        except TwoReadingsError as error:
            self._notices.message.emit(str(error))
            return
        target = self._ask_file(translate("Tables of the folder"), path.parent, "folder_objects.csv")
        if target is not None:
            self._measuring.measure_folder(path.parent, target, where)

    def _ask_file(self, title: str, folder: Path | None, name: str) -> Path | None:
        return ask_target(self, title, folder, name, FILES, _as_table)


def _as_table(path: Path, kind: str) -> Path:
    if path.suffix.lower() in (".csv", ".parquet"):
        return path
    return path.with_name(path.name + (".parquet" if "parquet" in kind else ".csv"))
