"""A run whose image is left goes on, and what it finds lands where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled
from cpsam_gui.session.image_names import name_of
from cpsam_gui.storage.companions import project_path
from cpsam_gui.tasks.left_run import LeftRun, keep_left

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_gui import tasks
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.folder_choice import FlowSpace
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence
    from cpsam_gui.session.run_results import PendingResult, RunResults


@dataclass(frozen=True, slots=True)
class RunImage:
    """The image that a run began on."""

    path: Path
    image: Image
    fingerprint: str
    """By which its pixels are recognised."""

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.path, self.image)


class LeftRuns:
    """Lets runs go on where the work on their image is saved without being asked to."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        run_results: RunResults,
        persistence: Persistence,
        space: FlowSpace,
    ) -> None:
        self._open_image, self._notices, self._jobs = open_image, notices, jobs
        self._run_results, self._persistence, self._space = run_results, persistence, space

    def landing(self, pending: PendingResult) -> tuple[str, Callable[[tasks.RunOutcome], None]] | None:
        """Return what the open image is called and who lands a run on it; None where nothing could be saved then."""
        path, image = self._open_image.path, self._open_image.image
        if path is None or image is None or not self._persistence.saves_by_itself:
            return None
        at = RunImage(path, image, self._persistence.fingerprint)
        return at.name, partial(self.land, at, pending)

    def land(self, at: RunImage, pending: PendingResult, outcome: tasks.RunOutcome) -> None:
        """Put what a run found into its document: the open one, as a step, or the project beside the image."""
        document = self._open_image.document
        if document is pending.document:
            self._run_results.finish(pending, outcome)
        elif not self._open_image.is_at(at.path, at.image.key):
            self._keep(at, pending, outcome)
        elif document.shape != pending.document.shape or self._persistence.fingerprint != at.fingerprint:
            # Another program wrote the file anew, or its axes are read otherwise.
            words = translate("Segmenting {}: dropped, because the image is another one by now.")
            self._notices.ended.emit(words.format(at.name), "")
        else:
            # It was opened again: what is there by now is another document.
            again = replace(pending, document=document, revision=-1, position=document.position, given_up={})
            self._run_results.finish(again, outcome)

    def _keep(self, at: RunImage, pending: PendingResult, outcome: tasks.RunOutcome) -> None:
        run = LeftRun(
            at.path,
            at.image,
            outcome.result,
            pending.settings,
            self._open_image.is_at,
            self._space.most_bytes,
            pending.given_up,
        )

        def kept(count: int | None) -> None:
            if count is None:
                self.land(at, pending, outcome)
                return
            self._notices.saved.emit(str(project_path(at.path)))
            one, many = (
                translate("{}: 1 object found and saved"),
                translate("{}: {:,} objects found and saved"),
            )
            self._notices.message.emit(one.format(at.name) if count == 1 else filled(many, at.name, count))

        self._jobs.run(
            partial(keep_left, run),
            name=translate("Saving"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=kept,
        )
