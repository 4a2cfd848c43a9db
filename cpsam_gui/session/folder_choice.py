"""Which images of the folder stand in the queue, looked for in the background, and which of them are ticked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.preferences import MEBIBYTE
from cpsam_gui.storage.companions import images_in
from cpsam_gui.storage.kept_flows import projects_bytes

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.runs.folder_queue import Queue
    from cpsam_gui.session.folder_fates import FolderFates
    from cpsam_gui.session.movies import Movies
    from cpsam_gui.session.open_image import OpenImage


@dataclass(frozen=True, slots=True, eq=False)
class _FolderLook:
    """One search for the images of a folder; the last one counts."""

    folder: Path
    ticked: frozenset[Path] | None
    """Images to tick where others than those that are known are found, and no others."""


class FlowSpace:
    """The room on the disk that the flows of a folder take."""

    def __init__(self, jobs: Jobs, preferences: CurrentPreferences, queue: Queue) -> None:
        self._jobs, self._preferences, self._queue = jobs, preferences, queue
        self.kept_bytes: int | None = None
        """Disk that the projects of the folder take; None where nobody looked yet."""

    @property
    def most_bytes(self) -> int:
        """Disk that they may take before the oldest flows go; 0 where none are kept."""
        now = self._preferences.now
        return now.flows_mebibytes * MEBIBYTE if now.keep_flows else 0

    def look_at(self, folder: Path) -> None:
        """Find out in the background how much the projects of a folder take."""

        def show(found: int) -> None:
            self.kept_bytes = found
            self._queue.state_changed.emit()

        self._jobs.run(
            lambda progress: projects_bytes(folder),
            name=translate("Space of the flows"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=show,
        )


class FolderChoice:
    """Fills the queue with the images of the open image's folder."""

    def __init__(
        self,
        open_image: OpenImage,
        jobs: Jobs,
        queue: Queue,
        movies: Movies,
        fates: FolderFates,
        space: FlowSpace,
    ) -> None:
        self._open_image, self._jobs, self._queue = open_image, jobs, queue
        self._movies, self._fates, self._space = movies, fates, space
        # The last look at the folder, until it has ended.
        self._reading: _FolderLook | None = None

    @property
    def reading(self) -> Path | None:
        """The folder whose images are being looked for."""
        return self._reading.folder if self._reading is not None else None

    def look(self, ticked: frozenset[Path] | None = None) -> None:
        """Put the images of the folder into the queue, unless one is at work; of others than known tick those given."""
        path = self._open_image.path
        if path is None or self._queue.running:
            return
        folder = path.parent
        self._space.look_at(folder)
        if any(entry.path.parent != folder for entry in self._queue.entries):
            self._fill([])
        before = self._reading
        if ticked is None and before is not None and before.folder == folder:
            ticked = before.ticked
        look = self._reading = _FolderLook(folder, ticked)
        # Files are looked into, which takes its time in a folder of thousands on a network drive.
        self._jobs.run(
            lambda progress: images_in(folder),
            name=translate("Reading the folder {name}…").format(name=folder.name),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._found, look),
            ended=lambda _: self._read(look),
            abandonable=True,
        )
        self._queue.state_changed.emit()

    def choose(self, paths: Collection[Path]) -> None:
        """Tick these images of the folder and no others, and show the queue."""
        ticked = frozenset(paths)
        self.look(ticked)
        # Those that are known already at once; others may have come into the folder.
        self._tick(ticked)
        self._queue.chosen.emit()

    def take_alone(self, path: Path) -> None:
        """Let this image alone stand in the queue; those of its folder come back with the next look."""
        self._reading = None
        self._fill([path])

    def _found(self, look: _FolderLook, found: list[Path]) -> None:
        """Take the images of the folder, unless it was looked at again meanwhile or a run has begun."""
        if look is not self._reading or self._queue.running:
            return
        if found != [entry.path for entry in self._queue.entries]:
            self._fill(found)
            if look.ticked is not None:
                self._tick(look.ticked)
        self._movies.look(found)
        self._fates.look_at_new(found)

    def _read(self, look: _FolderLook) -> None:
        if look is self._reading:
            self._reading = None
            self._queue.state_changed.emit()

    def _fill(self, images: list[Path]) -> None:
        self._queue.fill(images)
        self._fates.forget()
        self._movies.forget()

    def _tick(self, paths: Collection[Path]) -> None:
        for on in (True, False):
            wanted = [n for n, entry in enumerate(self._queue.entries) if (entry.path in paths) is on]
            self._queue.choose(wanted, on)
