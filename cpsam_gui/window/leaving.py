"""What becomes of unsaved work when an image is left, also where it cannot be saved: asked in one question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMessageBox, QWidget

from cpsam_gui.dialogs import messages as dialogs
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.saving_places import ask_target_folder
from cpsam_gui.session.questions import Answer, Question

if TYPE_CHECKING:
    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.session import Session
    from cpsam_gui.window.host import WindowHost

CLOSING_MS = 200
"""A window that closes waits so long for its work to be saved; a longer write goes on after it."""


class Leaving(QObject):
    """Lets an image be left when its work is saved, kept for later or given up."""

    def __init__(self, window: QWidget, host: WindowHost, session: Session) -> None:
        super().__init__(window)
        self._window, self._host = window, host
        self._open_image, self._images = session.open_image, session.images
        self._notices, self._persistence = session.notices, session.persistence
        self._copies, self._jobs = session.copies, session.jobs
        # Folders whose work is kept in journals without another question.
        self._kept: set[Path] = set()
        # Why the last try to save failed.
        self._problem: Problem | None = None

    def may_leave(self, *, closing: bool = False) -> bool:
        """Save what is not saved yet, or ask about it; False to stay. A window that closes waits a moment only.

        Of a run that ends with the image a person is asked first.
        """
        if not closing and not self._may_end_run():
            return False
        within = CLOSING_MS if closing else None
        persistence, path = self._persistence, self._open_image.path
        if self._saved_by_itself(within):
            return True
        if not persistence.watching.read_only and self._problem is None:
            name = path.name if path is not None else translate("this image")
            answer = dialogs.ask_unsaved(self._window, name)
            if answer == QMessageBox.StandardButton.Discard:
                persistence.discard()
                return True
            if answer != QMessageBox.StandardButton.Save:
                return False
            if persistence.save_now(within_ms=within, refused=self._note):
                return True
            if self._problem is None:
                # A question of the saver was answered with not saving.
                return False
        return self._without_saving(closing=closing)

    def _may_end_run(self) -> bool:
        name = self._jobs.lost_by_leaving
        if not name:
            return True
        question = Question(
            translate("{} is not done and ends when this image is left.").format(name),
            translate("What it has found so far is lost. Other images can be opened once it is done."),
            (Answer("leave", translate("End it")), Answer("stay", translate("Go on with it"))),
        )
        return self._persistence.ask(question) == "leave"

    def save_in_a_moment(self) -> None:
        """Save what is saved without being asked for; never ask."""
        self._saved_by_itself(CLOSING_MS)

    def save_elsewhere(self) -> None:
        """Let the user choose a folder for image and masks, and go on with the copy that is there."""
        copy = self._copy()
        if copy is not None:
            self._images.open(copy, trusted=True)

    def _note(self, problem: Problem) -> None:
        self._problem = problem

    def _saved_by_itself(self, within_ms: int | None) -> bool:
        persistence = self._persistence
        self._problem = None
        if self._open_image.shipped:
            # A demonstration is no work to be saved.
            persistence.discard()
        persistence.save_looks()
        return not persistence.unsaved or (
            persistence.saves_by_itself
            and persistence.save_now(masks=False, within_ms=within_ms, refused=self._note)
        )

    def _without_saving(self, *, closing: bool) -> bool:
        """Ask what becomes of work that cannot be saved beside its image; False to stay.

        Who goes from image to image is asked once for a folder, who quits in any case.
        """
        persistence, path = self._persistence, self._open_image.path
        can_wait = persistence.journals.can_wait
        if not closing and can_wait and path is not None and path.parent in self._kept:
            self._keep()
            return True
        answer = persistence.ask(self._question(can_wait=can_wait))
        if answer == "elsewhere":
            return self._copy() is not None
        if answer == "later":
            if not persistence.journals.can_wait:
                # Something landed while the question was up, and the disk had no room for it.
                return self._without_saving(closing=closing)
            if path is not None and persistence.watching.closed_folder:
                self._kept.add(path.parent)
            self._keep()
            return True
        if answer == "discard":
            persistence.discard()
            return True
        if answer == "export":
            # Of an image that has no project exported masks count as saved: the next try to leave asks nothing.
            self._host.export(unsaved=True)
        return False

    def _question(self, *, can_wait: bool) -> Question:
        """Return the one question about work that cannot be saved, with the reason in it."""
        path, persistence = self._open_image.path, self._persistence
        name = path.name if path is not None else translate("this image")
        why = [persistence.watching.why if self._problem is None else self._problem.text]
        later: tuple[Answer, ...] = ()
        if can_wait:
            why.append(translate("What is kept for later comes back when the image is opened again."))
            later += (Answer("later", translate("Keep for later")),)
        else:
            why.append(persistence.journals.where_the_work_is())
        large = self._open_image.document.large
        elsewhere = () if large else (Answer("elsewhere", translate("Save elsewhere…")),)
        return Question(
            translate("The masks of {} have changes that cannot be saved beside it.").format(name),
            "\n".join(why),
            (
                *elsewhere,
                *later,
                Answer("export", translate("Export…")),
                Answer("discard", translate("Discard")),
                Answer("cancel", translate("Cancel")),
            ),
        )

    def _keep(self) -> None:
        self._persistence.journals.postponed = True
        path = self._open_image.path
        name = path.name if path is not None else translate("this image")
        self._notices.message.emit(
            translate("The work on {} is kept and comes back when it is opened again").format(name)
        )

    def _copy(self) -> Path | None:
        """Save image and masks in a folder that the user chooses; None where that was not done."""
        chosen = ask_target_folder(self._window, translate("Save image and masks in this folder"), None)
        return self._copies.save_elsewhere(chosen) if chosen is not None else None
