"""The panel of the folder: its images in natural order, with a picture of each and how far the work is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from cpsam_gui import theme
from cpsam_gui.files import Progress, images_in, progress_of
from cpsam_gui.tasks import thumbnail

from .layout import column, dim

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_gui.session import Session

PICTURE = 48  # pixels
PATH = Qt.ItemDataRole.UserRole


class FilesPanel(QWidget):
    """Lists the images beside the open one; a click opens."""

    chosen = pyqtSignal(object)
    """The path of the image to open."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._folder: Path | None = None
        layout = column(self)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._apply_filter)
        self.list = QListWidget()
        self.list.setIconSize(QSize(PICTURE, PICTURE))
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.itemClicked.connect(lambda item: self.chosen.emit(item.data(PATH)))
        self._note = dim("Open an image to see its folder")
        layout.addWidget(self.filter)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._note)
        session.image_changed.connect(self._new_image)
        session.saved.connect(lambda _: self.refresh())

    @property
    def paths(self) -> list[Path]:
        """The images listed, filtered ones left out."""
        rows = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(PATH) for item in rows if item is not None and not item.isHidden()]

    def neighbour(self, step: int) -> Path | None:
        """Return the image `step` places after the open one; None at the ends."""
        paths = self.paths
        if self._session.path not in paths:
            return paths[0] if paths else None
        index = paths.index(self._session.path) + step
        return paths[index] if 0 <= index < len(paths) else None

    def refresh(self) -> None:
        """Read anew how far the work on each image is."""
        done = 0
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item is not None:
                state = progress_of(item.data(PATH))
                done += state is Progress.DONE
                item.setText(f"{item.data(PATH).name}\n{state.value}")
        self._note.setText(f"{self.list.count():,} images, {done:,} with masks")

    def _new_image(self) -> None:
        path = self._session.path
        if path is None:
            return
        if path.parent != self._folder:
            self._fill(path.parent)
        self.refresh()
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item is not None and item.data(PATH) == path:
                self.list.setCurrentItem(item)

    def _fill(self, folder: Path) -> None:
        from cpsam_core.images import supported_suffixes

        self._folder = folder
        self.list.clear()
        blank = QPixmap(PICTURE, PICTURE)
        blank.fill(Qt.GlobalColor.transparent)
        for path in images_in(folder, supported_suffixes()):
            item = QListWidgetItem(QIcon(blank), path.name)
            item.setData(PATH, path)
            item.setToolTip(str(path))
            item.setSizeHint(QSize(0, PICTURE + theme.GRID))
            self.list.addItem(item)
        self._apply_filter(self.filter.text())
        self._next_picture(0)

    def _next_picture(self, row: int) -> None:
        """Make the pictures one after the other in the background."""
        item, folder = self.list.item(row), self._folder
        if item is None:
            return

        def show(picture: Any) -> None:
            if folder == self._folder:
                if picture is not None:
                    item.setIcon(QIcon(_pixmap(picture)))
                self._next_picture(row + 1)

        path = item.data(PATH)
        self._session.jobs.start_beside(
            "Picture", lambda progress: thumbnail(path, PICTURE * 2), show, every=True
        )

    def _apply_filter(self, text: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item is not None:
                item.setHidden(text.casefold() not in item.data(PATH).name.casefold())


def _pixmap(picture: Any) -> QPixmap:
    rows, columns = picture.shape[:2]
    return QPixmap.fromImage(
        QImage(picture.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    )
