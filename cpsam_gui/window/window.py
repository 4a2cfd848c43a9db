"""The main window: puts canvas, tool bar, panels and status bar together. It holds no state of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QGridLayout,
    QMainWindow,
    QWidget,
)

from cpsam_core.images.file_names import is_zarr
from cpsam_core.system.paths import as_given
from cpsam_gui import tasks
from cpsam_gui.canvas import Canvas
from cpsam_gui.dialogs import messages as dialogs
from cpsam_gui.jobs.job import Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.panels import PLACES, Panel, Place
from cpsam_gui.program import settings_store as remembered
from cpsam_gui.program.i18n import translate
from cpsam_gui.session import Session
from cpsam_gui.storage.companions import holds_objects, images_or_subfolders
from cpsam_gui.window.docks import LEFT_FIRST_PX, make_docks
from cpsam_gui.window.documents import DocumentChooser
from cpsam_gui.window.file_dialogs import FileDialogs
from cpsam_gui.window.leaving import Leaving
from cpsam_gui.window.neighbours import Neighbours
from cpsam_gui.window.pages import Pages
from cpsam_gui.window.planes import PlaneSlider
from cpsam_gui.window.recent_menu import remember
from cpsam_gui.window.review_pages import ReviewPages
from cpsam_gui.window.screen import fit_to_screen, share_height, share_width
from cpsam_gui.window.status_bar import StatusBar
from cpsam_gui.window.support import WindowSupport
from cpsam_gui.window.training_pages import TrainingPages
from cpsam_gui.window.views import Views
from cpsam_gui.window.welcome import Ways, Welcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent

P = TypeVar("P", bound=Panel)
MOST_NAMED = 5
"""Folders with images that are named where a folder has none itself."""


class Window(QMainWindow):
    """One window on one image; :mod:`cpsam_gui.actions.install` puts menus and tools onto it."""

    session: Session
    canvas: Canvas
    support: WindowSupport
    pages: Pages
    training_pages: TrainingPages
    review_pages: ReviewPages

    def __init__(
        self,
        session: Session | None = None,
        model: str | None = None,
        places: Sequence[Place] = PLACES,
    ) -> None:
        super().__init__()
        self.session = session = session or Session()
        session.setParent(self)
        self._open_image, self._notices = session.open_image, session.notices
        self._images, self._folder, self._jobs = session.images, session.folder, session.jobs
        self._asked: Path | None = None
        """The folder whose first image is to be opened; of several that are asked for, the last."""
        self._run_state = session.run_state
        self._folder_run, self._training = session.folder_run, session.training
        self._persistence, self._exporting = session.persistence, session.exporting
        self.setWindowTitle("cpsam-gui")
        self.setAcceptDrops(True)
        self._shown = self._ending = False
        self.file_dialogs = FileDialogs(self, self, session)
        self.leaving = Leaving(self, self, session)
        self._neighbours = Neighbours(
            session.open_image, session.images, session.folder, session.notices, self.may_leave
        )
        self.canvas = Canvas(session)
        self.welcome = Welcome(
            self.canvas,
            Ways(
                self.file_dialogs.image,
                self.file_dialogs.folder,
                self.open_demo,
                lambda: self.pages.open_samples(),
                self.open,
            ),
        )
        self.planes = PlaneSlider(session.open_image)
        self.documents = DocumentChooser(session.open_image, session.images, session.notices, self.may_leave)
        self.setCentralWidget(self._centre())
        # The folder for which it was shown what would be learnt from.
        self._shown_to_learn: Path | None = None
        if model:
            self._run_state.change(name=model)
        fit_to_screen(self)
        panels = {place: place.factory(session, self) for place in places}
        self._panels = tuple(panels.values())
        self.docks = make_docks(self, panels)
        self.status = StatusBar(session, self.canvas)
        self.setStatusBar(self.status)
        self.training_pages = TrainingPages(self, self, session)
        self.review_pages = ReviewPages(self, session)
        self._connect()
        self.support = WindowSupport(self, self, session, model_asked=bool(model))
        self.pages = Pages(self, self, session)
        self.refresh()

    def _centre(self) -> QWidget:
        centre = QWidget()
        layout = QGridLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.views = Views(self.session, self.canvas)
        layout.addWidget(self.views, 1, 0)
        layout.addWidget(self.planes, 1, 1)
        layout.addWidget(self.documents, 2, 0, 1, 2)
        layout.setColumnStretch(0, 1)
        self._layout = layout
        return centre

    def add_above(self, widget: QWidget) -> None:
        """Put a bar above the canvas."""
        self._layout.addWidget(widget, 0, 0, 1, 2)

    def panel(self, kind: type[P]) -> P:
        """Return the panel of a class."""
        return next(one for one in self._panels if isinstance(one, kind))

    def _connect(self) -> None:
        open_image, notices, reviewing = self._open_image, self._notices, self.session.reviewing
        notices.failed.connect(self.show_problem)
        self._images.axes_asked.connect(self.file_dialogs.axes)
        reviewing.in_sight = self.canvas.shows
        reviewing.ended.connect(self._review_next_image)
        open_image.image_changed.connect(self._remember)
        for signal in (open_image.image_changed, open_image.history_changed, notices.saved):
            signal.connect(self.refresh)
        self._persistence.watching.read_only_changed.connect(self.refresh)

    def _remember(self) -> None:
        if self._open_image.path is not None:
            remember(self._open_image.path)

    def refresh(self, *_: object) -> None:
        """Bring the title up to date."""
        image, path = self._open_image.image, self._open_image.path
        self.welcome.setVisible(image is None)
        shipped = image is not None and self._open_image.shipped
        # What is tried on the demonstration goes with it, as nobody is asked about saving it.
        unnamed = translate("demo image, not saved") if shipped else translate("untitled")
        name = path.name if path is not None else unnamed if image is not None else ""
        # Qt puts a star where [*] stands.
        read_only = f" {translate('[read-only]')}" if self._persistence.watching.read_only else ""
        # Folders of one experiment have images of the same names.
        folder = f" ({path.parent.name})" if path is not None and path.parent.name else ""
        self.setWindowTitle(f"{name}[*]{read_only}{folder} - cpsam-gui" if name else "cpsam-gui")
        self.setWindowModified(self._open_image.unsaved and not shipped)

    def open(self, path: Path, *, then: Callable[[], None] | None = None) -> None:
        """Open an image, after asking about unsaved changes; `then` is called when it is there."""
        path = as_given(path)
        if path.is_dir() and not is_zarr(path):
            self.open_folder(path)
        elif self.may_leave():
            self._images.open(path, then)

    def open_folder(self, folder: Path) -> None:
        """List the images of a folder and open the first of them."""
        self._asked = folder
        # Files are looked into, which takes its time in a folder of thousands on a network drive.
        self._notices.message.emit(translate("Reading the folder {name}…").format(name=folder.name))
        self._jobs.run(
            lambda progress: images_or_subfolders(folder),
            name=translate("Reading the folder {name}…").format(name=folder.name),
            lane=Lane.BESIDE,
            then=partial(self._open_first, folder),
            abandonable=True,
        )

    def _open_first(self, folder: Path, found: tuple[list[Path], list[Path]]) -> None:
        from cpsam_core.images import supported_suffixes

        images, below = found
        if folder != self._asked:
            return
        if images:
            remember(folder)
            self._neighbours.open_first(images)
        elif below:
            names = ", ".join(one.name for one in below[:MOST_NAMED]) + (
                ", …" if len(below) > MOST_NAMED else ""
            )
            words = translate("The folder {folder} has no images itself, but folders in it have: {names}.")
            self.show_problem(Problem(words.format(folder=folder.name, names=names)))
        else:
            kinds = ", ".join(supported_suffixes())
            self.show_problem(
                Problem(
                    translate("The folder {folder} has no images that can be read here ({kinds}).").format(
                        folder=folder.name, kinds=kinds
                    )
                )
            )

    def drop(self, paths: list[Path], *, as_masks: bool) -> None:
        """Open what was dropped, or take it for masks of the open image; of several files the first, which is said."""
        words = translate("Of {count} dropped files only {name} was taken: drop their folder for all of them")
        said = words.format(count=len(paths), name=paths[0].name) if len(paths) > 1 else ""
        if as_masks or (self._open_image.image is not None and holds_objects(paths[0])):
            self._exporting.import_masks(paths[0])
            self._notices.message.emit(said)
        else:
            self.open(paths[0], then=lambda: self._notices.message.emit(said))

    def open_demo(self) -> None:
        """Open the shipped image and segment it."""
        if self.may_leave():
            self._images.open(tasks.demo_path(), self.run, shipped=True)

    def open_neighbour(self, step: int) -> None:
        """Open the next or the previous image of the folder."""
        self._neighbours.open(step)

    def _review_next_image(self) -> None:
        """Go on to the next image when the last decision of this one was made."""
        before = self._open_image.path
        if before is None or not self._folder.ahead(before, 1):
            return

        def begin() -> None:
            self.session.reviewing.begin()
            # The last decision may have been a slip of the hand, and is in no history any more.
            words = translate(
                "The review goes on here, where undo begins anew; its last decision was in {name}"
            )
            # Those of the masks that come, of their model and of their number must not hide it.
            self._notices.ended.emit(words.format(name=before.name), "")

        self._neighbours.open(1, then=begin)

    def save(self) -> None:
        """Save beside the image, or elsewhere where that is not possible; export where the image has no file."""
        if self._open_image.path is None:
            self.export()
        elif self._persistence.watching.closed_folder:
            self.leaving.save_elsewhere()
        else:
            self._persistence.save()

    def export(self, *, unsaved: bool = False) -> None:
        """Let the user choose in which form the masks go where; `unsaved` masks begin as a label image."""
        self.pages.export(unsaved=unsaved)

    def run(self) -> None:
        """Segment the open image with what the panel says."""
        self._folder_run.segment_open()
        if self._jobs.busy and self.session.gestures.tool.begun:
            # Whoever draws looks at the words for that.
            self._notices.message.emit(translate("Segmenting; what you are drawing goes on meanwhile"))

    def retrain(self) -> None:
        """Show what a training would learn from and how long it takes; train where this showed it for the folder."""
        panel, path = self.docks["Train"].widget(), self._open_image.path
        folder, before = path and path.parent, self._shown_to_learn
        self._shown_to_learn = folder
        # Panels behind others count as visible for Qt.
        in_view = panel is not None and not panel.visibleRegion().isEmpty()
        self.show_panel("Train")
        if in_view and folder == before:
            self._training.start()
        elif not self._training.running:
            self._notices.message.emit(translate("This is what would be learnt from; press Retrain to begin"))

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front."""
        self.docks[name].show()
        self.docks[name].raise_()

    def hide_panel(self, name: str) -> None:
        """Take a panel away until it is asked for again."""
        self.docks[name].hide()

    def may_leave(self) -> bool:
        """Save what is not saved yet, or ask about it; False to stay."""
        if self.leaving.may_leave():
            return True
        self._images.stayed.emit()
        return False

    def toggle_theme(self) -> None:
        """Change between the dark and the light theme."""
        self.support.toggle_theme()

    def show_problem(self, problem: Problem) -> None:
        """Show an error in a dialog that does not block."""
        dialogs.show_problem(self, problem)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Share the width out when the sizes of all parts are known, unless it is that of the last session."""
        super().showEvent(event)
        if not self._shown and not self.property(remembered.RESTORED):
            share_width(self, self.docks["Files"], self.docks["Segment"], LEFT_FIRST_PX)
            share_height(self, self.docks["Segment"], self.docks["Objects"])
        self._shown = True

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab pass over what stands in panels behind others, which Qt takes for visible; called by Qt."""
        start = QApplication.focusWidget()
        while super().focusNextPrevChild(forward):
            now = QApplication.focusWidget()
            behind = [dock for dock in self.docks.values() if dock.visibleRegion().isEmpty()]
            if now is None or now is start or not any(dock.isAncestorOf(now) for dock in behind):
                return True
        return False

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Accept files; called by Qt."""
        data = event.mimeData() if event is not None else None
        if event is not None and data is not None and data.hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open what was dropped: masks where their name says so, or Shift is held; called by Qt."""
        data = event.mimeData() if event is not None else None
        if data is None:
            return
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths and event is not None:
            self.drop(paths, as_masks=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def end(self) -> None:
        """Close without a question, as the system demands: what is not saved in a moment stays in its journal."""
        self._ending = True
        self.leaving.save_in_a_moment()
        self.close()

    def _may_close(self) -> bool:
        return all(panel.may_close() for panel in self._panels) and self.leaving.may_leave(closing=True)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Ask about unsaved changes, stop the jobs, remember the layout; called by Qt."""
        if event is None:
            return
        if not (self._ending or self._may_close()):
            event.ignore()
            return
        remembered.save_window(self)
        # Before the jobs are waited for: work that does not answer must not keep the window in sight.
        self.hide()
        self.session.close()
        event.accept()
