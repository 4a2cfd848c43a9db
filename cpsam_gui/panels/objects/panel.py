"""Counts, the table of the objects, and the objects selected, tied to the canvas in both directions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPoint,
    Qt,
    QTimer,
)
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
)

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.panels.base import Panel
from cpsam_gui.panels.objects.classes import ClassesEditor
from cpsam_gui.panels.objects.many import special
from cpsam_gui.panels.objects.marks import MarksDelegate
from cpsam_gui.panels.objects.menu import SelectionMenu
from cpsam_gui.panels.objects.model import COLUMNS, FILTERS, IN_PIECES, ObjectsModel, flags_of
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled, written, written_measure
from cpsam_gui.session.object_words import origin_of, origin_words
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.view import Camera
from cpsam_gui.style import theme
from cpsam_gui.style.layout import column, dim, scrolling
from cpsam_gui.style.steady_words import SteadyWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpsam_core.progress import Progress
    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session
    from cpsam_gui.state.objects import ObjectRecord

# Following every dab would be felt.
DELAY_MS = 80
# Objects; more are counted in another thread.
MANY = 2_000
# Stretches of rows; a selection in more pieces is not marked in the table.
RUNS = 4000
WIDTHS_PX = (38, 48, 48, 68, 50)
# Places of the column that is as wide as its words are, and of that which shows icons for them.
ORIGIN, MARKS = 3, 4
NUMBER, AREA, LARGE, LARGE_BODY = 0, 1, 88_888, 888_888
"""Places of the columns of numbers and sizes; pixels for which the second has room, and voxels in a stack."""
LEAST_WIDTH_PX = 32
NO_BREAK = "\u00a0"
NOTHING = "Nothing is selected. Click an object."


def tally(rows: Iterable[ObjectRecord], *, bodies: bool = False) -> str:
    """Return in words what is special about objects, which may be `bodies` of a stack."""
    rows = list(rows)
    counts = {
        "by hand": sum(row.origin is Origin.HAND for row in rows),
        "corrected": sum(row.origin is Origin.EDITED for row in rows),
        "accepted": sum(row.verified for row in rows),
        "locked": sum(row.held for row in rows),
        "uncertain": sum(row.uncertain for row in rows),
    }
    area = float(np.median(np.fromiter((row.area for row in rows), np.int64, len(rows)))) if rows else 0.0
    return in_words(counts, area, bodies=bodies)


def in_words(counts: Mapping[str, int], area: float, *, bodies: bool = False) -> str:
    """Return counts of special objects and their median area in words."""
    words = [f"{written(count)} {translate(name)}" for name, count in counts.items() if count]
    if area:
        typical = translate("median volume {:,.0f} voxels") if bodies else translate("median area {:,.0f} px")
        words.append(filled(typical, area))
    # A number stays with what it counts where lines are broken.
    return "   ".join(word.replace(" ", NO_BREAK) for word in words)


def _counts_of_columns(table: ColumnRecords, bodies: bool) -> str:
    return in_words(*special(table), bodies=bodies)


def _counts_of_rows(rows: list[ObjectRecord], bodies: bool) -> str:
    return tally(rows, bodies=bodies)


class ObjectsPanel(Panel):
    """Lists the objects; a selection here is one on the canvas."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._open_image, self._view = session.open_image, session.view
        self._jobs, self._gestures = session.jobs, session.gestures
        self._pieces, self._edits = session.pieces, session.edits
        self._room_for: tuple[int, bool] | None = None
        self._selecting = False
        # Of one object that is selected.
        self._shown_row: int | None = None
        layout = column(self)
        layout.addLayout(self._top())
        self.model = ObjectsModel(session.open_image, session.pieces)
        self.table, self.classes = self._table(), ClassesEditor(session.open_image, session.edits)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(scrolling(self.classes))
        layout.addWidget(self._pages, 1)
        self.selected = dim(translate(NOTHING))
        layout.addWidget(self.selected)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._due)
        self._open_image.objects_changed.connect(self._timer.start)
        # Names of classes are no objects.
        self._open_image.history_changed.connect(self._timer.start)
        theme.changed.connect(self._recolour)
        self._pieces.changed.connect(self._timer.start)
        self._open_image.image_changed.connect(self.refresh)
        self._open_image.scale_changed.connect(self._show_selection)
        self._view.events.selection.connect(self._show_selection)

    def _recolour(self) -> None:
        """Draw the icon in the colours of the theme."""
        self.take.setIcon(theme.icon("select_all"))

    def _top(self) -> QVBoxLayout:
        first, second = QHBoxLayout(), QHBoxLayout()
        self.count = QLabel("0")
        self.count.setObjectName("number")
        self._caption = dim(translate("objects"), wrap=False)
        # As high as the number with its caption: in a low window the list leaves wrapped words less than they take.
        self.counts = SteadyWords(lines=3)
        self.filter = QComboBox()
        self.filter.setToolTip(translate("Which objects are listed"))
        self.filter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.filter.setMinimumContentsLength(8)
        for name in (*FILTERS, IN_PIECES):
            self.filter.addItem(translate(name), name)
        self.filter.currentIndexChanged.connect(lambda: self.model.show_only(self.filter.currentData()))
        self.name_classes = QToolButton()
        self.name_classes.setObjectName("quiet")
        self.name_classes.setText(translate("Classes"))
        self.name_classes.setToolTip(translate("Names and colours of the classes"))
        self.name_classes.setCheckable(True)
        self.name_classes.toggled.connect(lambda on: self._pages.setCurrentIndex(int(on)))
        # Two rows and not four: in a low window the list needs the height.
        first.setSpacing(theme.GRID_PX)
        # One above the other: what is special about them takes fewer lines beside it.
        number = QVBoxLayout()
        number.setSpacing(0)
        number.addWidget(self.count)
        number.addWidget(self._caption)
        first.addLayout(number)
        first.addWidget(self.counts, 1)
        self.take = QToolButton()
        self.take.setObjectName("quiet")
        self.take.setIcon(theme.icon("select_all"))
        self.take.setToolTip(translate("Select all listed objects, to classify, lock or delete them"))
        self.take.clicked.connect(lambda: self._take_listed())
        second.addWidget(self.filter, 1)
        second.addWidget(self.take)
        second.addWidget(self.name_classes)
        rows = QVBoxLayout()
        rows.addLayout(first)
        rows.addLayout(second)
        return rows

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.setMinimumHeight(theme.GRID_PX * 9)
        table.setTabKeyNavigation(False)
        rows, header = table.verticalHeader(), table.horizontalHeader()
        if rows is not None and header is not None:
            rows.hide()
            rows.setDefaultSectionSize(theme.GRID_PX * 3)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            header.setStretchLastSection(True)
            header.setMinimumSectionSize(LEAST_WIDTH_PX)
            header.setHighlightSections(False)
            # Its own, always empty: with the table's, Qt asks every selected row when it paints the header.
            header.setSelectionModel(QItemSelectionModel(self.model, header))
            for place, width in enumerate(WIDTHS_PX):
                header.resizeSection(place, width)
            words = max(map(table.fontMetrics().horizontalAdvance, origin_words().values()))
            header.resizeSection(ORIGIN, words + 2 * theme.GRID_PX)
        table.setItemDelegateForColumn(MARKS, MarksDelegate(table))
        table.customContextMenuRequested.connect(self.open_menu)
        table.doubleClicked.connect(self.go_to)
        selection, viewport = table.selectionModel(), table.viewport()
        if selection is not None and viewport is not None:
            selection.selectionChanged.connect(self._take_selection)
            viewport.installEventFilter(self)
        return table

    def _due(self) -> None:
        """Follow the objects, but never in the middle of a stroke, which would be felt."""
        if self._open_image.document.writing:
            self._timer.start()
        else:
            self.refresh()

    def refresh(self) -> None:
        """Follow the objects."""
        open_image = self._open_image
        table, bodies = open_image.document.table, open_image.document.shape[0] > 1
        self.count.setText(written(len(table)))
        self._caption.setText(translate("object" if len(table) == 1 else "objects"))
        self._selecting = True
        self.model.refresh()
        self._selecting = False
        self._make_room(bodies=bodies)
        self._show_selection()
        self.classes.refresh()
        if isinstance(table, ColumnRecords):
            count: partial[str] = partial(_counts_of_columns, table, bodies)
        else:
            count = partial(_counts_of_rows, list(table.values()), bodies)
        if len(table) < MANY:
            self.counts.setText(count())
            return

        def work(progress: Progress) -> str:
            return count()

        self._jobs.run(work, name="Counting objects", lane=Lane.BESIDE, then=self.counts.setText)

    def _show_selection(self) -> None:
        """Mark what is selected on the canvas."""
        chosen = self._view.selection
        selection = self.table.selectionModel()
        if not self._selecting and selection is not None:
            marked = QItemSelection()
            rows = self.model.rows_of(chosen) if chosen else np.zeros(0, np.intp)
            breaks = np.flatnonzero(np.diff(rows) > 1) + 1
            if len(breaks) < RUNS:
                for run in np.split(rows, breaks) if len(rows) else []:
                    top, bottom = (
                        self.model.index(int(run[0]), 0),
                        self.model.index(int(run[-1]), len(COLUMNS) - 1),
                    )
                    marked.select(top, bottom)
            self._selecting = True
            selection.select(marked, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self._selecting = False
            self._shown_row = int(rows[0]) if len(rows) == 1 else None
            self._scroll_to_selected()
        self.selected.setText(self._describe(chosen))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the height of the table; called by Qt, before the table does."""
        if event is not None and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self._scroll_to_selected)
        return super().eventFilter(watched, event)

    def _scroll_to_selected(self) -> None:
        """Keep the selected row in view, also where the lines below take height from the table."""
        if self._shown_row is not None:
            self.table.scrollTo(self.model.index(self._shown_row, 0))

    def _describe(self, chosen: frozenset[int]) -> str:
        objects = self._open_image.document.objects
        if len(chosen) > 1:
            area = sum([objects[number].area for number in chosen if number in objects])
            return f"{written(len(chosen))} {translate('objects')}   {self._size(area)}"
        number = next(iter(chosen), 0)
        if number not in objects:
            return translate(NOTHING)
        row = objects[number]
        words = [
            f"{translate('Object')} {number}",
            self._size(row.area),
            self._planes(number),
            origin_of(row),
            flags_of(row, self._pieces.now.get(number, 1)),
        ]
        if row.probability is not None:
            words.append(f"{translate('probability')} {written(row.probability, '.2f')}")
        if row.flow_error is not None:
            words.append(f"{translate('flow error')} {written(row.flow_error, '.2f')}")
        return "   ".join(word for word in words if word)

    def _size(self, count: int) -> str:
        """Return an area in pixels, or a volume in voxels, and in micrometres where the file says their size."""
        open_image = self._open_image
        if open_image.document.shape[0] == 1:
            return f"{written(count)} px"
        image, words = open_image.image, filled(translate("{:,} voxels"), count)
        if image is None or not image.pixel_size:
            return words
        depth = self._gestures.desk.spacing()[0] * image.pixel_size
        volume = count * depth * image.pixel_size * (image.pixel_height or image.pixel_size)
        return f"{words}, {written_measure(volume)} µm³"

    def _planes(self, number: int) -> str:
        """Return the planes of a stack through which an object goes."""
        if self._open_image.document.shape[0] == 1:
            return ""
        planes = self._open_image.document.planes_of(number)
        first, last = planes.start + 1, planes.stop
        return (
            translate("plane {}").format(first)
            if first == last
            else translate("planes {} to {}").format(first, last)
        )

    def _take_selection(self) -> None:
        """Select on the canvas what was selected in the table."""
        selection = self.table.selectionModel()
        if self._selecting or selection is None:
            return
        marked = selection.selection()
        stretches = [marked[place] for place in range(len(marked))]
        parts = [self.model.ids[part.top() : part.bottom() + 1] for part in stretches]
        ids = frozenset(np.concatenate(parts).tolist()) if parts else frozenset()
        self._shown_row = stretches[0].top() if len(ids) == 1 else None
        self._selecting = True
        self._view.selection = ids
        self._selecting = False

    def _make_room(self, *, bodies: bool) -> None:
        """Give numbers and sizes the room that they need; once, so that a person can set it."""
        header = self.table.horizontalHeader()
        last = int(self.model.ids.max(initial=0))
        needed = (len(str(last)), bodies)
        if header is None or needed == self._room_for:
            return
        self._room_for = needed
        for place, longest in ((NUMBER, "8" * needed[0]), (AREA, written(LARGE_BODY if bodies else LARGE))):
            room = self.table.fontMetrics().horizontalAdvance(longest) + 2 * theme.GRID_PX
            header.resizeSection(place, max(WIDTHS_PX[place], room))

    def go_to(self, index: QModelIndex) -> None:
        """Bring the object of a row into the middle of the canvas."""
        view = self._view
        document, number = self._open_image.document, int(self.model.ids[index.row()])
        row = document.objects.get(number)
        if row is None:
            return
        box, planes = row.box, document.planes_of(number)
        if view.plane not in planes:
            view.plane = planes[len(planes) // 2]
        view.camera = Camera((box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2, view.camera.scale)

    def _take_listed(self) -> None:
        """Select the objects that the filter lets through, and offer what can be done with all of them."""
        self._view.selection = frozenset(self.model.ids.tolist())
        SelectionMenu(self._open_image, self._edits, self.table).open_below(self.take)

    def open_menu(self, place: QPoint) -> QMenu:
        """Offer what can be done with the selected objects."""
        menu = SelectionMenu(self._open_image, self._edits, self.table)
        menu.open_at(place)
        return menu
