"""The folder of the open image: its images and how far the work on each is, followed as files change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QFileSystemWatcher, QObject, QTimer, pyqtSignal

from cpsam_core.system.file_identity import identity_of
from cpsam_gui.jobs.job import Ending
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.folder import (
    FolderState,
    FolderWork,
    Unreadable,
    read_folder,
    read_states,
    replaced,
    with_saved,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.jobs.jobs import Jobs

SETTLE_MS = 400
"""After a change on the disk, before the folder is read again."""


class ImageFolder(QObject):
    """Reads the folder in the background; lists and actions look at `now`."""

    moved = pyqtSignal()
    """It is another folder from now on."""
    reading = pyqtSignal(object)
    """The images of this folder are being looked for; `listed` follows, also where none could be read."""
    listed = pyqtSignal()
    """There are other images."""
    states_changed = pyqtSignal(object)
    """The work on these images (list of paths) is further, or less far, than it was."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.now = FolderState()
        # The folder that was asked for last: of others nothing is taken any more.
        self._wanted: Path | None = None
        # State of work that no file holds yet, and whether it is on a part of its file only.
        self._live: tuple[Path, ReviewState, bool] | None = None
        self._saved: dict[Path, ReviewState] = {}
        # How often states were asked for, and which of the answers was taken last.
        self._asked = self._answered = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._read_again)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._timer.start)

    @property
    def images(self) -> tuple[Path, ...]:
        """All images of the folder, in natural order."""
        return self.now.images

    def tell(self, image: Path | None, state: ReviewState | None, *, part: bool = False) -> None:
        """Say how far the work on the open image, or on the open `part` of it, is that no file holds yet.

        None where files say all.
        """
        live = (image, state, part) if image is not None and state is not None else None
        before, self._live = self._live, live
        if self._live == before:
            return
        if self._live is None or (before is not None and before[0] != self._live[0]):
            self.read_states()
        if self._live is not None and self._live[0] in self.now.images:
            self.now.states[self._live[0]] = self._with_saved(*self._live)
            self.states_changed.emit([self._live[0]])

    def _with_saved(self, image: Path, live: ReviewState, part: bool) -> ReviewState:
        """Return how far an image is, with what is saved, or waits, of its other time points and scenes."""
        return with_saved(live, self._saved.get(image, ReviewState.NOT_STARTED), part=part)

    def cannot_read(self, image: Path, problem: Problem) -> None:
        """Remember that an image cannot be read, as long as its file is this one."""
        # Its row says the folder; the reason needs the room.
        why = problem.text.replace(str(image), image.name)
        self.now.unreadable[image] = Unreadable(why, identity_of(image), problem.passing)
        self.states_changed.emit([image])

    def can_read(self, images: Iterable[Path]) -> None:
        """Forget that images could not be read."""
        known = [image for image in images if self.now.unreadable.pop(image, None) is not None]
        if known:
            self.states_changed.emit(known)

    def ahead(self, image: Path | None, step: int) -> list[Path]:
        """Return the images that follow an image, or with a negative step those before it, as far as they can be read.

        Files that came right meanwhile, such as those that were still being copied, count again, and where only memory
        was short, that is tried again.
        """
        self.can_read(replaced(self.now.unreadable))
        return self.now.ahead(image, step)

    def follow(self, image: Path | None) -> None:
        """List the folder of an image that is opened, unless it is listed already."""
        if image is None:
            return
        self.can_read([image])
        if image not in self.now.images or self._wanted != self.now.path:
            self.read(image.parent)

    def read(self, path: Path) -> None:
        """List the images of a folder, read in the background."""
        self._wanted = path

        def take(images: tuple[Path, ...]) -> None:
            if path != self._wanted:
                return
            if path != self.now.path:
                left = [name for name in self._watcher.directories() if name != str(path)]
                if left:
                    self._watcher.removePaths(left)
                self.now.states, self.now.times, self._saved = {}, {}, {}
                self.now.waiting = frozenset()
                self.now.path, self.now.images = path, images
                self.moved.emit()
            self.now.images = images
            self.listed.emit()
            self.read_states()

        self.reading.emit(path)
        # Before it is read: what is written meanwhile would be missed.
        if str(path) not in self._watcher.directories():
            self._watcher.addPath(str(path))
        self._jobs.run(
            lambda progress: read_folder(path),
            name="Folder",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=take,
            ended=lambda ending: None if ending is Ending.DONE else self.listed.emit(),
        )

    def read_states(self) -> None:
        """Read anew, in the background, how far the work on each image is."""
        images, unreadable = self.now.images, dict(self.now.unreadable)
        self._asked += 1
        number = self._asked

        def take(read: tuple[FolderWork, list[Path]]) -> None:
            work, again = read
            self.can_read(again)
            # Of two that read at the same time, the one that began first may end last.
            if images == self.now.images and number > self._answered:
                self._answered = number
                self._take(work)

        self._jobs.run(
            lambda progress: (read_states(images), replaced(unreadable)),
            name="States",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=take,
        )

    def _take(self, work: FolderWork) -> None:
        """Take what was read of the images."""
        before, states = self.now, work.states
        self._saved = dict(states)
        if self._live is not None and self._live[0] in states:
            states[self._live[0]] = self._with_saved(*self._live)
        changed = [
            path
            for path in before.images
            if states[path] is not before.states.get(path)
            or work.times.get(path) != before.times.get(path)
            or (path in work.waiting) is not (path in before.waiting)
        ]
        self.now.states, self.now.times, self.now.waiting = states, work.times, work.waiting
        self.states_changed.emit(changed)

    def _read_again(self) -> None:
        if self._wanted is not None:
            self.read(self._wanted)
