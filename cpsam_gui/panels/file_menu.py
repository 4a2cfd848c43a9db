"""What can be done with images of the folder list: a menu on one or several of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QFile
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QMenu

from cpsam_gui.program.file_manager import show_file, show_folder
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.companions import results_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PyQt6.QtCore import QPoint
    from PyQt6.QtWidgets import QWidget

    from cpsam_gui.panels.base import Host
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.folder import ImageFolder
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner
    from cpsam_gui.session.unattended import FolderRun


class FileMenu:
    """Makes the menu for the chosen images and does what it says."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        folder: ImageFolder,
        folder_run: FolderRun,
        candidates: Candidates,
        questions: Questioner,
        host: Host,
        parent: QWidget,
    ) -> None:
        self._host, self._parent = host, parent
        self._open_image, self._notices = open_image, notices
        self._folder, self._folder_run = folder, folder_run
        self._candidates, self._questions = candidates, questions

    def ask(self, paths: Sequence[Path], place: QPoint) -> None:
        """Show the menu at a place of the screen."""
        if paths:
            self.make(paths).popup(place)

    def make(self, paths: Sequence[Path]) -> QMenu:
        """Return the menu for these images."""
        menu = QMenu(self._parent)
        one = paths[0] if len(paths) == 1 else None
        if one is not None:
            _add(menu, translate("Open"), partial(self._host.open, one))
        _add(menu, translate("Segment…"), partial(self._segment, paths))
        menu.addSeparator()
        _add(menu, translate("Open the folder"), partial(show_folder, paths[0].parent))
        if one is not None:
            results = results_of(one)
            shown = _add(menu, translate("Show the results in their folder"), lambda: show_file(results[0]))
            shown.setEnabled(bool(results))
            _add(menu, translate("Copy the path"), partial(_copy, str(one)))
        menu.addSeparator()
        excluded = all(self._candidates.uses.get((path, "")) == "exclude" for path in paths)
        words = translate("Use for training again") if excluded else translate("Leave out of training")
        _add(menu, words, partial(self._exclude, paths, not excluded))
        clear = _add(menu, translate("Remove the results…"), partial(self._clear, paths))
        states = self._folder.now.states
        worked_on = any(
            states.get(path, ReviewState.NOT_STARTED) is not ReviewState.NOT_STARTED for path in paths
        )
        clear.setEnabled(worked_on and self._open_image.path not in paths)
        if self._open_image.path in paths:
            clear.setToolTip(translate("Not possible while the image is open"))
        return menu

    def _segment(self, paths: Sequence[Path]) -> None:
        self._folder_run.choose(paths)
        self._host.show_panel("Segment")

    def _exclude(self, paths: Sequence[Path], on: bool) -> None:
        for path in paths:
            self._candidates.use(path, "exclude" if on else "auto")
        words = translate("{} is left out of training") if on else translate("{} is available for training")
        names = paths[0].name if len(paths) == 1 else filled(translate("{:,} images"), len(paths))
        self._notices.message.emit(words.format(names))

    def _clear(self, paths: Sequence[Path]) -> None:
        """Move projects and label images of the images to the trash, after asking."""
        from cpsam_core.images.companions import Listings

        listings = Listings()
        files = [file for path in paths for file in results_of(path, listings)]
        if not files:
            self._notices.message.emit(translate("There are no results from this program"))
            return
        names = "\n".join(file.name for file in files[:8]) + ("\n…" if len(files) > 8 else "")
        question = Question(
            translate("Move these files to the trash? The images stay."),
            names,
            (Answer("trash", translate("Move to the trash")), Answer("stay", translate("Cancel"))),
        )
        if self._questions.ask(question) == "trash":
            left = [file.name for file in files if not _to_trash(file)]
            self._folder.read_states()
            if left:
                words = translate("These files could not be moved to the trash: {}")
                self._notices.message.emit(words.format(", ".join(left)))


def _add(menu: QMenu, words: str, do: Callable[[], object]) -> QAction:
    action = QAction(words, menu)
    action.triggered.connect(lambda _=False: do())
    menu.addAction(action)
    return action


def _copy(text: str) -> None:
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)


def _to_trash(file: Path) -> bool:
    return QFile.moveToTrash(str(file))[0]
