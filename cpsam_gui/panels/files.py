"""The panel of the folder: its images in natural order, with a picture of each and how far the work is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractListModel, QFileSystemWatcher, QModelIndex, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QListView, QWidget

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.storage.companions import Progress
from cpsam_gui.storage.folder import Folder, read_folder, read_states
from cpsam_gui.style import theme
from cpsam_gui.style.layout import column, dim
from cpsam_gui.tasks import thumbnail

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_gui.session import Session

PICTURE = 48  # pixels
PATH = Qt.ItemDataRole.UserRole
MARKS = {
    Progress.NOT_STARTED: "circle_outline",
    Progress.SEGMENTED: "circle_half_full",
    Progress.CORRECTED: "pencil_circle",
    Progress.VERIFIED: "check_circle",
}
SETTLE = 400  # milliseconds after a change on the disk before the folder is read again


class ImageList(QAbstractListModel):
    """The shown images of a folder; pictures are asked for only when they come into view."""

    wanted = pyqtSignal(object)
    """The picture of this path is needed."""

    def __init__(self, folder: Folder) -> None:
        super().__init__()
        self._folder = folder
        self._rows: list[Path] = []
        self._places: dict[Path, int] = {}
        self._pictures: dict[Path, QPixmap | None] = {}
        self._blank = QPixmap(PICTURE, PICTURE)
        self._blank.fill(Qt.GlobalColor.transparent)

    def reset(self) -> None:
        """Show what the folder shows now."""
        self.beginResetModel()
        self._rows = self._folder.shown
        self._places = {path: row for row, path in enumerate(self._rows)}
        self.endResetModel()

    def forget_pictures(self) -> None:
        """Drop the pictures of another folder."""
        self._pictures = {}

    def set_picture(self, path: Path, picture: Any) -> None:
        """Take a picture (y, x, 3) uint8, or None where there can be none."""
        self._pictures[path] = None if picture is None else _pixmap(picture)
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
        state = self._folder.states.get(path, Progress.NOT_STARTED)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{path.name}\n{translate(state.value)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{path}\n{translate(state.value)}"
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, PICTURE + theme.GRID)
        if role == Qt.ItemDataRole.DecorationRole:
            return QIcon(self._decorated(path, state))
        return path if role == PATH else None

    def _decorated(self, path: Path, state: Progress) -> QPixmap:
        if path not in self._pictures:
            self._pictures[path] = None
            self.wanted.emit(path)
        picture = QPixmap(self._blank)
        painter = QPainter(picture)
        source = self._pictures[path]
        if source is not None:
            size = source.size().scaled(PICTURE, PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (PICTURE - size.width()) // 2, (PICTURE - size.height()) // 2
            painter.drawPixmap(left, top, size.width(), size.height(), source)
        if state is not Progress.NOT_STARTED:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.current().panel))
            painter.drawEllipse(PICTURE - 19, PICTURE - 19, 18, 18)
            mark = theme.icon(MARKS[state], theme.current().accent)
            painter.drawPixmap(PICTURE - 18, PICTURE - 18, mark.pixmap(16, 16))
        painter.end()
        return picture


class FilesPanel(QWidget):
    """Lists the images beside the open one; a click opens."""

    chosen = pyqtSignal(object)
    """The path of the image to open."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.folder = Folder()
        self.model = ImageList(self.folder)
        layout = column(self)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(translate("Filter by name"))
        self.filter.setClearButtonEnabled(True)
        self.only = QComboBox()
        self.only.addItem(translate("All"), None)
        for state in Progress:
            self.only.addItem(theme.icon(MARKS[state]), translate(state.value), state)
        self.only.setToolTip(translate("Show only images whose work is as far as this"))
        self.only.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.only.setMinimumContentsLength(5)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setIconSize(QSize(PICTURE, PICTURE))
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.clicked.connect(lambda index: self.chosen.emit(index.data(PATH)))
        self.list.activated.connect(lambda index: self.chosen.emit(index.data(PATH)))
        self._note = dim(translate("Open an image to see its folder"))
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addWidget(self.filter, 3)
        row.addWidget(self.only, 2)
        layout.addLayout(row)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._note)
        self._watch()
        self._queue: list[Path] = []
        self._making = False
        self.filter.textChanged.connect(self._filter_changed)
        self.only.currentIndexChanged.connect(self._filter_changed)
        self.model.wanted.connect(self._want)
        session.image_changed.connect(self._new_image)
        session.saved.connect(lambda _: self.refresh())

    def _watch(self) -> None:
        """Follow files that appear, vanish or are saved by other programs."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE)
        self._timer.timeout.connect(lambda: self.show_folder(self.folder.path))
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(lambda _: self._timer.start())

    @property
    def paths(self) -> list[Path]:
        """The images listed, filtered ones left out."""
        return self.folder.shown

    def neighbour(self, step: int) -> Path | None:
        """Return the image `step` places after the open one; None at the ends."""
        return self.folder.neighbour(self._session.path, step)

    def refresh(self) -> None:
        """Read anew, in the background, how far the work on each image is."""
        images = self.folder.images

        def show(states: dict[Path, Progress]) -> None:
            if images == self.folder.images:
                changed = [path for path in images if states[path] is not self.folder.states.get(path)]
                self.folder.states = states
                if self.folder.only is not None:
                    self._reset()
                for path in changed:
                    self.model.touch(path)
                self._note.setText(self.folder.summary())

        self._session.jobs.run(
            lambda progress: read_states(images),
            name="States",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=show,
        )

    def show_folder(self, path: Path | None) -> None:
        """List the images of a folder, read in the background."""
        if path is None:
            return

        def show(images: tuple[Path, ...]) -> None:
            if path != self.folder.path:
                self.model.forget_pictures()
                self._queue.clear()
                if self._watcher.directories():
                    self._watcher.removePaths(self._watcher.directories())
                self._watcher.addPath(str(path))
                self.folder.states = {}
            self.folder.path, self.folder.images = path, images
            self._reset()
            self.refresh()

        self._session.jobs.run(
            lambda progress: read_folder(path),
            name="Folder",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=show,
        )

    def _new_image(self) -> None:
        path = self._session.path
        if path is None:
            return
        if path not in self.folder.images:
            self.show_folder(path.parent)
        self._mark_open()

    def _mark_open(self) -> None:
        index = self.model.row_of(self._session.path)
        self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)

    def _filter_changed(self) -> None:
        self.folder.words, self.folder.only = self.filter.text(), self.only.currentData()
        self._reset()

    def _reset(self) -> None:
        self.model.reset()
        self._mark_open()
        self._note.setText(self.folder.summary())

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

        def show(picture: Any) -> None:
            if path.parent == self.folder.path:
                self.model.set_picture(path, picture)

        self._session.jobs.run(
            lambda progress: thumbnail(path, PICTURE * 2),
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
