"""The panel of the folder: its images in natural order, with a picture of each and how far the work is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetrics, QIcon, QImage, QPainter, QPixmap
from PyQt6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLineEdit, QListView

from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.panels.base import Panel
from cpsam_gui.panels.file_menu import FileMenu
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.style import theme
from cpsam_gui.style.layout import column
from cpsam_gui.style.name_and_state import STATE_COLOUR, NameAndState
from cpsam_gui.style.steady_words import SteadyWords
from cpsam_gui.tasks import thumbnail

if TYPE_CHECKING:
    from pathlib import Path

    from PyQt6.QtGui import QResizeEvent

    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session
    from cpsam_gui.storage.folder import FolderState

# Pixels.
PICTURE_PIXELS = 48
SMALL_PICTURE_PX = 22
"""Side of a picture in pixels where the panel is narrow: name and state need the room."""
NARROW_PX = 200
"""Width of the panel in pixels from which on there is room for both."""
PATH = Qt.ItemDataRole.UserRole
MARKS = {
    ReviewState.NOT_STARTED: "circle_outline",
    ReviewState.SEGMENTED: "circle_half_full",
    ReviewState.CORRECTED: "pencil_circle",
    ReviewState.VERIFIED: "check_circle",
}
ROW_LINES = 3
"""Of a row: the name, the count of time points and the state, which have no room beside each other in a narrow list."""
NOTE_LINES = 3
"""Of what the narrow list says of its folder: images, those with masks, those verified, unsaved or unreadable."""


class ImageList(QAbstractListModel):
    """The shown images of a folder; pictures are asked for only when they come into view."""

    wanted = pyqtSignal(object)
    """The picture of this path is needed."""

    def __init__(self, folder: FolderState) -> None:
        super().__init__()
        self._folder = folder
        self.ready: frozenset[Path] = frozenset()
        """Images whose masks wait in memory."""
        self._rows: list[Path] = []
        self._places: dict[Path, int] = {}
        self._pictures: dict[Path, QPixmap | None] = {}
        # The files as they were when their pictures were made.
        self._files: dict[Path, FileIdentity] = {}
        self._blank = QPixmap(PICTURE_PIXELS, PICTURE_PIXELS)
        self._blank.fill(Qt.GlobalColor.transparent)

    def reset(self) -> None:
        """Show what the folder shows now."""
        self.beginResetModel()
        self._rows = self._folder.shown
        self._places = {path: row for row, path in enumerate(self._rows)}
        self.endResetModel()

    def forget_pictures(self) -> None:
        """Drop the pictures of another folder."""
        self._pictures, self._files = {}, {}

    def set_picture(self, path: Path, picture: Any, file: FileIdentity) -> None:
        """Take a picture (y, x, 3) uint8 that was made of a file, or None where there can be none."""
        self._pictures[path] = None if picture is None else _pixmap(picture)
        self._files[path] = file
        self.touch(path)

    def look_again(self, path: Path | None) -> None:
        """Make the picture of an image anew where its file is another one by now."""
        if path in self._files and self._files[path] != identity_of(path):
            del self._files[path], self._pictures[path]
            self.touch(path)

    def touch(self, path: Path) -> None:
        """Show one row anew."""
        row = self._places.get(path)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, path: Path | None) -> QModelIndex:
        """Return where an image is listed."""
        row = self._places.get(path) if path is not None else None
        return self.index(row) if row is not None else QModelIndex()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of rows; called by Qt."""
        return len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return name, picture or path of a row; called by Qt."""
        if not index.isValid():
            return None
        path = self._rows[index.row()]
        state = self._folder.states.get(path, ReviewState.NOT_STARTED)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{path.name}\n{self._words(path, state)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{path.name}\n{path.parent}\n{self._words(path, state, long=True)}"
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(
                0, max(PICTURE_PIXELS + theme.GRID_PX, ROW_LINES * QFontMetrics(QApplication.font()).height())
            )
        if role == Qt.ItemDataRole.DecorationRole:
            return QIcon(self._decorated(path, state))
        if role == STATE_COLOUR:
            warns = path in self._folder.unreadable or path in self._folder.waiting
            return QColor(theme.current().warning) if warns else None
        return path if role == PATH else None

    def _words(self, path: Path, state: ReviewState, *, long: bool = False) -> str:
        """Return how far an image is; in a row short, since the narrowest panel has no room for more."""
        unreadable = self._folder.unreadable.get(path)
        if unreadable is not None:
            words = translate("cannot be read")
            return f"{words}: {unreadable.why}" if long else words
        if path in self.ready and state is ReviewState.NOT_STARTED:
            return translate("masks ready: segmented ahead, not saved yet" if long else "masks ready")
        times, words = self._folder.times.get(path), state_words(state)
        if path in self._folder.waiting:
            # First what is at risk, where the end of the line is cut.
            words = translate("{}, not saved: back when it is opened" if long else "unsaved, {}").format(
                words
            )
        if times is None:
            return words
        # The count first: it is what differs, and the sign on the picture tells the state, too.
        return f"{words}, {translate_said(times.words)}" if long else f"{times.short}, {words}"

    def _mark(self, path: Path, state: ReviewState) -> QIcon | None:
        if path in self._folder.unreadable:
            return theme.icon("alert_outline", theme.current().warning)
        return (
            theme.icon(MARKS[state], theme.current().accent) if state is not ReviewState.NOT_STARTED else None
        )

    def _decorated(self, path: Path, state: ReviewState) -> QPixmap:
        if path not in self._pictures:
            self._pictures[path] = None
            self.wanted.emit(path)
        picture = QPixmap(self._blank)
        painter = QPainter(picture)
        source = self._pictures[path]
        if source is not None:
            size = source.size().scaled(PICTURE_PIXELS, PICTURE_PIXELS, Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (PICTURE_PIXELS - size.width()) // 2, (PICTURE_PIXELS - size.height()) // 2
            painter.drawPixmap(left, top, size.width(), size.height(), source)
        mark = self._mark(path, state)
        if mark is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.current().panel))
            painter.drawEllipse(PICTURE_PIXELS - 19, PICTURE_PIXELS - 19, 18, 18)
            painter.drawPixmap(PICTURE_PIXELS - 18, PICTURE_PIXELS - 18, mark.pixmap(16, 16))
        painter.end()
        return picture


class FilesPanel(Panel):
    """Lists the images beside the open one; a click opens."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._host, self._open_image, self._images = host, session.open_image, session.images
        self._jobs, self._folder = session.jobs, session.folder
        self._look_ahead = session.look_ahead
        self.folder = self._folder.now
        self.model = ImageList(self.folder)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(translate("Filter by name"))
        self.filter.setClearButtonEnabled(True)
        self.only = self._states()
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setIconSize(QSize(PICTURE_PIXELS, PICTURE_PIXELS))
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.menu = FileMenu(
            session.open_image,
            session.notices,
            session.folder,
            session.folder_run,
            session.candidates,
            session.questions,
            host,
            self,
        )
        self.list.customContextMenuRequested.connect(
            lambda place: self.menu.ask(self.chosen, self.list.mapToGlobal(place))
        )
        self.list.setItemDelegate(NameAndState(self.list))
        # Names of folders are long words: they must not widen the list, which would move the image.
        self._note = SteadyWords(lines=NOTE_LINES)
        self._note.setText(translate("Open an image to see its folder"))
        layout = column(self)
        layout.addWidget(self.filter)
        layout.addWidget(self.only)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._note)
        self._queue: list[Path] = []
        self._making = False
        self._connect()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave the words room; called by Qt."""
        side = PICTURE_PIXELS if self.width() >= NARROW_PX else SMALL_PICTURE_PX
        self.list.setIconSize(QSize(side, side))
        super().resizeEvent(event)

    def _states(self) -> QComboBox:
        combo = QComboBox()
        combo.addItem(translate("All"), None)
        for state in ReviewState:
            combo.addItem(theme.icon(MARKS[state]), state_words(state), state)
        combo.setToolTip(translate("Show only images with this status"))
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(5)
        return combo

    def _connect(self) -> None:
        self.list.clicked.connect(self._open)
        self.list.activated.connect(self._open)
        self.filter.textChanged.connect(self._filter_changed)
        self.only.currentIndexChanged.connect(self._filter_changed)
        self.model.wanted.connect(self._want)
        self._open_image.image_changed.connect(self._opened)
        # The row that was clicked would pass for the image that is painted on.
        self._images.stayed.connect(self._mark_open)
        self._folder.moved.connect(self._moved)
        self._folder.reading.connect(self._reading)
        self._folder.listed.connect(self._reset)
        self._folder.states_changed.connect(self._states_changed)
        self._look_ahead.changed.connect(self._ready_changed)
        theme.changed.connect(self._recolour)

    @property
    def paths(self) -> list[Path]:
        """The images listed, filtered ones left out."""
        return self.folder.shown

    @property
    def chosen(self) -> list[Path]:
        """The images that are selected in the list."""
        selection = self.list.selectionModel()
        rows = [] if selection is None else sorted(selection.selectedRows(), key=lambda one: one.row())
        return [index.data(PATH) for index in rows]

    def _open(self, index: QModelIndex) -> None:
        # Several are being chosen.
        if len(self.chosen) <= 1:
            self._host.open(index.data(PATH))

    def _moved(self) -> None:
        self.model.forget_pictures()
        self._queue.clear()

    def _states_changed(self, changed: list[Path]) -> None:
        if self.folder.only is not None:
            self._reset()
        for path in changed:
            self.model.touch(path)
        self._say_counts()

    def _ready_changed(self, changed: list[Path]) -> None:
        self.model.ready = self._look_ahead.ready
        for path in changed:
            self.model.touch(path)
        self._say_counts()

    def _say_counts(self) -> None:
        """Say how many images there are, and on how many the work has begun or could begin."""
        words = translate_said(self.folder.summary())
        waiting = sum(
            self.folder.states.get(path, ReviewState.NOT_STARTED) is ReviewState.NOT_STARTED
            for path in self.model.ready.intersection(self.folder.images)
        )
        self._note.setText(f"{words}, {translate('{} ready').format(waiting)}" if waiting else words)

    def _recolour(self) -> None:
        for place, state in enumerate(ReviewState, 1):
            self.only.setItemIcon(place, theme.icon(MARKS[state]))

    def _opened(self) -> None:
        self._mark_open()
        self.model.look_again(self._open_image.path)

    def _mark_open(self) -> None:
        index = self.model.row_of(self._open_image.path)
        self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)

    def _filter_changed(self) -> None:
        self.folder.words, self.folder.only = self.filter.text(), self.only.currentData()
        self._reset()

    def _reading(self, folder: Path) -> None:
        if folder != self.folder.path:
            self._note.setText(translate("Reading the folder {name}…").format(name=folder.name))

    def _reset(self) -> None:
        self.model.reset()
        self._mark_open()
        self._say_counts()

    def _want(self, path: Path) -> None:
        """Make the pictures one after the other in the background, the last ones asked for first."""
        self._queue.append(path)
        if not self._making:
            self._next_picture()

    def _next_picture(self) -> None:
        self._making = bool(self._queue)
        if not self._queue:
            return
        path = self._queue.pop()

        def show(made: tuple[FileIdentity, Any]) -> None:
            if path.parent == self.folder.path:
                self.model.set_picture(path, made[1], made[0])

        self._jobs.run(
            lambda progress: (identity_of(path), thumbnail(path, PICTURE_PIXELS * 2)),
            name="Picture",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=show,
            ended=lambda _: self._next_picture(),
        )


def _pixmap(picture: Any) -> QPixmap:
    rows, columns = picture.shape[:2]
    return QPixmap.fromImage(
        QImage(picture.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    )


def state_words(state: ReviewState) -> str:
    """Return how far the work on an image is, in the user's language."""
    said = {
        ReviewState.SEGMENTED: translate("segmented"),
        ReviewState.CORRECTED: translate("corrected"),
        ReviewState.VERIFIED: translate("verified"),
    }
    return said.get(state) or translate("not started")
