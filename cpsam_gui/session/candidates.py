"""The images of a folder that a model can learn from: looked at in the background, and how each is to be used."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.image_uses import load_uses, save_uses
from cpsam_gui.tasks import suggesting
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.data.image_input import ImageInput
    from cpsam_core.labels.pieces import Pieces
    from cpsam_core.progress import Progress
    from cpsam_core.retrain import Candidate, Use, Uses
    from cpsam_core.retrain.candidates import Known
    from cpsam_gui.jobs.job import Ending
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState


class Candidates(QObject):
    """The images with masks of the open image's folder, kept up to date while somebody sees them."""

    changed = pyqtSignal()
    """Other images, or another use of one."""
    suggested = pyqtSignal(object)
    """A `Suggestion` of the image to correct next, or None."""

    def __init__(self, open_image: OpenImage, notices: Notices, jobs: Jobs, run_state: RunState) -> None:
        super().__init__(open_image)
        self._open_image, self._jobs, self._run_state = open_image, jobs, run_state
        self.all: tuple[Candidate, ...] = ()
        self.uses: dict[tuple[Path, str], Use] = {}
        """What was said of images, and of parts of them (`Pair.ending`)."""
        self.known: Known = {}
        """What was read of masks before, so that it need not be read again."""
        self._pieces: dict[Path, Pieces] = {}
        """By folder, what was said of masks that number no objects: their parts are objects (auto), or not (no)."""
        # The one that was looked at last, or is being looked at.
        self._folder: Path | None = None
        self._remembered: set[Path] = set()
        self._watched = self._looking = self._again = False
        open_image.image_changed.connect(self._new_image)
        notices.saved.connect(lambda _: self._look_if_watched())

    def watch(self, on: bool) -> None:
        """Keep them up to date, or no longer: nobody sees them."""
        self._watched = on
        self._look_if_watched()

    def _look_if_watched(self) -> None:
        if self._watched:
            self.look()

    def look(self) -> None:
        """Look, in the background, at the images with masks of the open image's folder."""
        path = self._open_image.path
        if path is None:
            return
        # Once more after that, however often it was asked for.
        if self._looking:
            self._again = True
            return
        folder = path.parent
        self._folder, self._looking, self._again = folder, True, False

        def show(found: tuple[Candidate, ...]) -> None:
            now = self._open_image.path
            if now is not None and now.parent != folder:
                # Left meanwhile.
                return
            # What was said meanwhile about their use holds.
            self.all = self._with_uses(found)
            self.changed.emit()

        def ended(ending: Ending) -> None:
            self._looking = False
            if self._again:
                self.look()

        self._jobs.run(
            partial(self._look_at, folder, dict(self.uses), self._run_state.seen(), self.pieces_in(folder)),
            name="Images to learn from",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=show,
            ended=ended,
        )

    def _look_at(
        self, folder: Path, uses: Uses, seen: ImageInput, pieces: Pieces, progress: Progress
    ) -> tuple[Candidate, ...]:
        return work.look_at(folder, uses, progress, self.known, seen, pieces)

    def pieces_in(self, folder: Path) -> Pieces:
        """Return whether the parts of masks that number no objects are objects there."""
        return self._pieces.get(folder, "auto")

    def parts_meant(self, folder: Path) -> bool:
        """Whether somebody said that of the masks of a folder."""
        return folder in self._pieces

    def take_parts(self, folder: Path, *, together: bool) -> None:
        """Take the parts of masks that number no objects for objects, or each number `together` for one."""
        self._pieces[folder] = "no" if together else "auto"
        self._look_if_watched()

    def use(self, image: Path, use: Use, part: str = "") -> None:
        """Say what happens with an image: learn from it, keep it aside, leave it out, or as the engine thinks.

        `part` is the ending of a scene, time point or plane that alone is meant (`Pair.ending`).
        """
        if not part:
            self.uses = {key: kept for key, kept in self.uses.items() if key[0] != image}
        self.uses[image, part] = use
        save_uses(image.parent, self.uses)
        self.all = self._with_uses(self.all)
        self.changed.emit()

    def _with_uses(self, found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        from cpsam_core.retrain import use_of

        # Of many thousands somebody named few, and each that is made anew is felt.
        named = {image for image, _ in self.uses}
        uses = (use_of(self.uses, one.pair) if named and one.pair.image in named else "auto" for one in found)
        return tuple(
            one if one.use == use else replace(one, use=use) for one, use in zip(found, uses, strict=True)
        )

    def _new_image(self) -> None:
        path = self._open_image.path
        if path is None:
            return
        if path.parent not in self._remembered:
            self._remembered.add(path.parent)
            self.uses = {**load_uses(path.parent), **self.uses}
        if path.parent != self._folder:
            self._look_if_watched()

    def suggest(self, images: tuple[Path, ...]) -> None:
        """Find, in the background, the image whose correction would teach most; `suggested` tells it."""
        self._jobs.run(
            partial(suggesting.suggest, images),
            name="Which image next",
            lane=Lane.BESIDE,
            outlives_image=True,
            then=self.suggested.emit,
        )
