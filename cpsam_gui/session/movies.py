"""Which files of a folder have several time points or scenes, and which of them a folder run takes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.runs.fates import one_of, scene_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.open_image import OpenImage


ONE_PART = tasks.FileParts()


class Movies:
    """Looks into files for time points and scenes in the background, and says what a run takes of them."""

    def __init__(
        self, open_image: OpenImage, jobs: Jobs, images: Images, changed: Callable[[], None]
    ) -> None:
        self._open_image, self._jobs, self._images = open_image, jobs, images
        self._changed = changed
        self._parts: dict[Path, tasks.FileParts] = {}
        # The last look: what an earlier one finds is of other files.
        self._looking: object = None

    def __bool__(self) -> bool:
        """Whether there are any movies."""
        return self._images.times > 1 or any(one.times > 1 for one in self._parts.values())

    def forget(self) -> None:
        """Images of another folder follow."""
        self._parts, self._looking = {}, None

    def look(self, images: Collection[Path]) -> None:
        """Find out which of the images have several parts; `changed` is called when that is known."""
        look = self._looking = object()

        def take(found: dict[Path, tasks.FileParts]) -> None:
            if look is self._looking:
                self._parts = found
                self._changed()

        if images:
            self._jobs.run(
                partial(tasks.parts_among, tuple(images), self._images.reading),
                name=translate("Looking for time points"),
                lane=Lane.BESIDE,
                outlives_image=True,
                then=take,
            )

    def count(self, path: Path) -> int:
        """Return how many time points an image has, as far as that is known."""
        if path == self._open_image.path and self._open_image.image is not None:
            return self._images.times
        return self._parts.get(path, ONE_PART).times

    def only(self, path: Path, reading: tasks.AxesReading) -> str:
        """Return which time point alone a run takes of an image, in English; empty where it has no others.

        `reading` is how the run reads images that are not open.
        """
        image, times = self._open_image.image, self.count(path)
        if path == self._open_image.path and image is not None:
            return one_of(image.time, times)
        return one_of(reading.of_one_of(times).time, times)

    def scene(self, path: Path) -> str:
        """Return which scene alone a run takes of an image, in English; empty where it has no others."""
        image = self._open_image.image
        if path == self._open_image.path and image is not None:
            return scene_of(image.scene_number, len(self._images.scenes))
        parts = self._parts.get(path, ONE_PART)
        return scene_of(parts.scene, parts.scenes)
