"""What other programs do with the open image and its project: replaced, removed, opened twice."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal
from PyQt6.QtCore import QTimer

from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_core.system.file_lock import Owner
from cpsam_gui.jobs.job import Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, written_time
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.storage.companions import project_path
from cpsam_gui.storage.file_lock import ProjectLock

if TYPE_CHECKING:
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner

ELSEWHERE = "save_elsewhere"
"""Key of the action that takes image and masks to another folder."""


class FileWatcher:
    """Looks after the files of the open image whenever the window comes to the front."""

    reload = Signal(Path)
    """The user wants the image as it is now."""
    read_only_changed = Signal()
    """Whether the open image can be saved is another matter now."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        questions: Questioner,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._questions = questions
        # The path of the image, until it is let go.
        self._path: Path | None = None
        self._lock: ProjectLock | None = None
        self._image = FileIdentity()
        self._looking = False
        self._read_only = False
        self.closed_folder = False
        """Whether the reason is its folder, into which nothing can be written."""

    @property
    def read_only(self) -> bool:
        """Whether nothing is saved beside the image: somebody else works on it, or its folder cannot be written to."""
        return self._read_only

    @property
    def why(self) -> str:
        """Why nothing is saved beside the image, where that is so."""
        if self.closed_folder and self._path is not None:
            return translate("The folder {} is read-only: masks cannot be saved there.").format(
                self._path.parent.name or self._path.parent
            )
        return translate("This image was opened read-only. Export masks writes them elsewhere.")

    def _set_read_only(self, read_only: bool) -> None:
        if read_only != self._read_only:
            self._read_only = read_only
            self.read_only_changed.emit()

    def begin(self) -> None:
        """Take an image up, and ask where another program has it."""
        path = self._path = self._open_image.path
        self.closed_folder = False
        self._set_read_only(False)
        if path is None:
            return
        self._image = identity_of(path)
        self._lock = ProjectLock(project_path(path))
        owner = self._lock.take()
        if self._lock.forbidden or _protected(project_path(path)):
            self.closed_folder = True
            self._set_read_only(True)
            # After what is said of every image that opens.
            QTimer.singleShot(0, partial(self._tell_of_folder, self._lock))
        elif owner is not None:
            # Nothing is written until the user decides.
            self._set_read_only(True)
            QTimer.singleShot(0, partial(self._ask_owner, self._lock, owner))

    def _tell_of_folder(self, lock: ProjectLock) -> None:
        if lock is self._lock:
            self._notices.offered.emit(self.why, ELSEWHERE)

    def _ask_owner(self, lock: ProjectLock, owner: Owner) -> None:
        path = self._open_image.path
        if path is None or lock is not self._lock:
            # Another image is open by now.
            return
        question = Question(
            translate("{} is open in another window or program.").format(path.name),
            translate("It is in use by {}. Whoever saves last would overwrite the other's work.").format(
                owner_words(owner)
            ),
            (Answer("force", translate("Open it anyway")), Answer("look", translate("Open read-only"))),
        )
        if self._questions.ask(question) == "force" and lock is self._lock:
            lock.take(by_force=True)
            self._set_read_only(False)

    def end(self) -> None:
        """Let the image go."""
        self._path = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def look(self) -> None:
        """Look in the background whether the files were changed, and ask what to do; when the window is activated."""
        path = self._path
        if path is None or self._looking:
            return
        self._looking = True

        def work(progress: object) -> tuple[Path, FileIdentity]:
            return path, identity_of(path)

        self._jobs.run(
            work, name="Looking", lane=Lane.BESIDE, then=self._seen, ended=lambda _: self._looked()
        )

    def _looked(self) -> None:
        self._looking = False

    def _seen(self, found: tuple[Path, FileIdentity]) -> None:
        path, now = found
        if path != self._path or now == self._image:
            return
        before, self._image = self._image, now
        if not now.exists:
            text = translate(
                "{image} is no longer in its folder; the folder may have been moved, or a drive "
                "disconnected. Your work is still here. Export masks saves it somewhere else."
            ).format(image=path.name)
            self._notices.failed.emit(Problem(text))
        elif before.exists:
            self._ask_reload(path)

    def _ask_reload(self, path: Path) -> None:
        question = Question(
            translate("{} was changed by another program.").format(path.name),
            translate("The masks are saved first and come back with the image that is there now."),
            (Answer("reload", translate("Reload")), Answer("keep", translate("Keep my version"))),
        )
        if self._questions.ask(question) == "reload":
            self.reload.emit(path)


def _protected(project: Path) -> bool:
    """Whether a project is there that may not be replaced, as saving would find out."""
    return project.exists() and not os.access(project, os.W_OK)


def owner_words(owner: Owner) -> str:
    """Return who works on a project, where and since when."""
    return translate("{user} on {computer}, since {when}").format(
        user=owner.user or translate("somebody"),
        computer=owner.computer or translate("an unknown computer"),
        when=written_time(owner.since),
    )
