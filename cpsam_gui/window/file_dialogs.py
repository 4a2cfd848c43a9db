"""What the window asks before it opens or saves something: files, axes, work to recover."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog, QWidget

from cpsam_gui import tasks
from cpsam_gui.dialogs import recovery as recovery_dialog
from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.saving_places import as_seg_file, ask_target
from cpsam_gui.storage.companions import seg_path
from cpsam_gui.window.recent_menu import starting_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.session import Session
    from cpsam_gui.window.host import WindowHost


class FileDialogs(QObject):
    """Asks the user, and does what was answered."""

    def __init__(self, window: QWidget, host: WindowHost, session: Session) -> None:
        super().__init__(window)
        self._window, self._host = window, host
        self._open_image = session.open_image
        self._notices, self._jobs = session.notices, session.jobs
        self._images, self._copies = session.images, session.copies
        self._recovery = session.recovery

    def image(self) -> None:
        """Let the user choose an image."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, translate("Open image"), self._folder(), image_filter()
        )
        if name:
            self._host.open(Path(name))

    def folder(self) -> None:
        """Let the user choose a folder of images."""
        name = QFileDialog.getExistingDirectory(self._window, translate("Open folder"), self._folder())
        if name:
            # A folder of Zarr is one image.
            self._host.open(Path(name))

    def axes(self, unsure: tasks.Unsure, then: Callable[[], None] | None) -> None:
        """Ask what the axes of an image are that was read, and go on opening it with the answer."""
        dialog = AxesDialog(self._window, unsure)
        dialog.answered.connect(lambda reading: self._images.answer(unsure, reading, then))
        if not unsure.said:
            dialog.rejected.connect(lambda: self._images.decline(unsure.path))
        dialog.open()

    def other_axes(self) -> None:
        """Open the present image anew with other axes."""
        path = self._open_image.path
        if path is None or not self._host.may_leave():
            return

        def ask(unsure: tasks.Unsure) -> None:
            self.axes(unsure, None)

        self._jobs.run(
            partial(tasks.read_unsure, path), name=translate("Reading {}").format(path.name), then=ask
        )

    def seg_file(self) -> None:
        """Let the user choose where the masks go as a file of Cellpose."""
        path = self._open_image.path
        folder, name = (None, "masks_seg.npy") if path is None else (path.parent, seg_path(path).name)
        title = translate("Export for Cellpose")
        chosen = ask_target(self._window, title, folder, name, "Cellpose (*_seg.npy)", as_seg_file)
        if chosen is not None:
            self._copies.export(chosen)

    def recovery(self, *, at_start: bool = False) -> bool:
        """Offer work that crashes left behind, on whatever images; True where some is taken up."""
        recovery = self._recovery
        # At the start only what would be lost is worth a question; the rest stands in the menu.
        left = [one for one in recovery.found(given_up=not at_start) if not (at_start and one.is_older)]
        chosen = recovery_dialog.choose(self._window, left, recovery.drop) if left else None
        if not left and not at_start:
            self._notices.message.emit(translate("There is no unsaved work to recover"))
        if chosen is None or not self._host.may_leave():
            return False
        recovery.recover(chosen.journal)
        return True

    def _folder(self) -> str:
        return starting_folder(self._open_image.path)


def image_filter() -> str:
    """Return what a dialog that opens images lists: every kind that the engine reads."""
    from cpsam_core.images import supported_suffixes

    endings = " ".join(f"*{suffix}" for suffix in supported_suffixes())
    return f"{translate('Images')} ({endings});;{translate('All files')} (*)"
