"""What a folder run will do with each image, said before it: by its masks and its time points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.runs.fates import EarlierWork, Fate, fate_of
from cpsam_gui.runs.folder_queue import Queue, QueueState
from cpsam_gui.runs.movie_times import all_of
from cpsam_gui.state.review_rule import CORRECTED, any_checked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.folder_queue import ExistingMasks
    from cpsam_gui.runs.options import RunOptions
    from cpsam_gui.session.movies import Movies
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState


@dataclass(frozen=True, slots=True)
class FolderTerms:
    """What decides about each image: what a run does with masks, its options, and how it reads images.

    Those of the run at work, else of the next one.
    """

    existing: ExistingMasks
    options: RunOptions
    reading: tasks.AxesReading
    all_times: bool


class FolderFates:
    """Looks at earlier work in the background, and writes into the queue what becomes of it."""

    def __init__(
        self,
        open_image: OpenImage,
        jobs: Jobs,
        run_state: RunState,
        queue: Queue,
        movies: Movies,
        terms: Callable[[], FolderTerms],
    ) -> None:
        self._open_image, self._jobs, self._run_state = open_image, jobs, run_state
        self._queue, self._movies, self._terms = queue, movies, terms
        self._works: dict[Path, EarlierWork] = {}
        # The last look at each image: an earlier one may end later.
        self._looks: dict[Path, object] = {}

    def forget(self) -> None:
        """Images of another folder follow."""
        self._works.clear()

    def look_at_new(self, images: Collection[Path]) -> None:
        """Look at those of the images of which nothing is known."""
        self.look_at([image for image in images if image not in self._works])

    def look_at(self, images: Collection[Path]) -> None:
        """Find out in the background what there is of the images, and say what a run would do with each."""
        if not images:
            self.tell()
            return

        look = object()
        self._looks.update(dict.fromkeys(images, look))

        def take(found: dict[Path, EarlierWork]) -> None:
            self._works.update({image: work for image, work in found.items() if self._looks[image] is look})
            self.tell()

        self._jobs.run(
            partial(tasks.earlier_works, tuple(images)),
            name=translate("Looking at earlier masks"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=take,
        )

    def look_again(self) -> None:
        """Look at all images again, of some of which there may be other work by now that waits in journals."""
        self.look_at([entry.path for entry in self._queue.entries])

    def look_at_saved(self, file: str) -> None:
        """Look again at the image that a file which was written may belong to."""
        name = Path(file).name
        images = [entry.path for entry in self._queue.entries if name.startswith(entry.path.stem)]
        if images:
            self.look_at(images)

    def work_of(self, path: Path) -> EarlierWork | None:
        """Return what there is of an image, of the open one in its history; None where it is not known."""
        if path != self._open_image.path:
            return self._works.get(path)
        document = self._open_image.document
        corrected = document.facts.review in CORRECTED or any_checked(document.table)
        settings = self._run_state.last_settings
        return EarlierWork(bool(document.objects) or "model" in settings, corrected, settings)

    def tell(self) -> None:
        """Say what a run would do with each image."""
        for number in range(len(self._queue.entries)):
            self._tell(number)

    def tell_of_open(self) -> None:
        """Say what a run would do with the open image, whose work may be another by now."""
        paths = [entry.path for entry in self._queue.entries]
        if self._open_image.path in paths:
            self._tell(paths.index(self._open_image.path))

    def _tell(self, number: int) -> None:
        entry, terms = self._queue.entries[number], self._terms()
        count = self._movies.count(entry.path) if terms.all_times else 1
        # Of a movie each time point has a fate of its own.
        work = self.work_of(entry.path) if count == 1 else None
        fate = Fate() if work is None else fate_of(work, terms.existing, terms.options)
        only, times, scene = "", "", "" if fate.skipped else self._movies.scene(entry.path)
        if count > 1:
            times = all_of(count)
        elif not (fate.skipped or terms.all_times):
            only = self._movies.only(entry.path, terms.reading)
        if entry.state is not QueueState.WAITING:
            # What a run took is said as it was.
            only, times, scene = entry.only, entry.times, entry.scene
        if (fate.words, only, times, scene) != (entry.fate, entry.only, entry.times, entry.scene):
            self._queue.put(number, fate=fate.words, only=only, times=times, scene=scene)
