"""A run whose image is left goes on, and what it finds lands where it belongs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cpsam_gui.jobs.job import problem_from
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import filled
from cpsam_gui.runs.left_out import with_way_back
from cpsam_gui.session.image_names import name_of
from cpsam_gui.storage.companions import project_path
from cpsam_gui.tasks.left_run import KeptRun, LeftRun, keep_for_later, keep_left_or_for_later

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.folder_choice import FlowSpace
    from cpsam_gui.session.landings import Landing
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence
    from cpsam_gui.tasks.saving import LoadedMasks


@dataclass(frozen=True, slots=True)
class RunImage:
    """The image that a run began on."""

    path: Path
    image: Image
    fingerprint: str
    """By which its pixels are recognised."""
    saves_by_itself: bool
    """Whether work on it was saved without being asked to."""

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.path, self.image)


class LeftRuns:
    """Lets runs go on: what they find is saved, or kept for later where nothing is saved without being asked to."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        persistence: Persistence,
        space: FlowSpace,
    ) -> None:
        self._open_image, self._notices, self._jobs = open_image, notices, jobs
        self._persistence, self._space = persistence, space

    def landing(self, landing: Landing) -> tuple[str, Callable[[Any], None]] | None:
        """Return what the open image is called and who lands a run on it; None where it ends with its image.

        That is an image without a file, and one larger than memory, whose masks lie in the folder of its project.
        """
        path, image = self._open_image.path, self._open_image.image
        if path is None or image is None or landing.document.large:
            return None
        at = RunImage(path, image, self._persistence.content.fingerprint, self._persistence.saves_by_itself)
        return at.name, partial(self.land, at, landing)

    def land(self, at: RunImage, landing: Landing, result: Any) -> None:
        """Put what a run found into its document: the open one, as a step, or what lies on the disk."""
        document = self._open_image.document
        if document is landing.document:
            landing.land(document, result)
        elif not self._open_image.is_at(at.path, at.image.key):
            self._keep(at, landing, result)
        elif (
            document.shape != landing.document.shape
            or self._persistence.content.fingerprint != at.fingerprint
        ):
            # Another program wrote the file anew, or its axes are read otherwise.
            words = translate("Segmenting {}: dropped, because the image is another one by now.")
            self._notices.ended.emit(words.format(at.name), "")
        else:
            # It was opened again: what is there by now is another document.
            landing.land(document, result)

    def _keep(self, at: RunImage, landing: Landing, result: Any) -> None:
        run = LeftRun(
            at.path,
            at.image,
            landing.step,
            landing.together(result),
            self._open_image.is_at,
            self._space.most_bytes,
        )
        again = partial(self.land, at, landing, result)
        saves = at.saves_by_itself and self._persistence.preferences.now.autosave
        work = keep_left_or_for_later if saves else keep_for_later
        self._run(partial(work, run, tuple(self._persistence.journals.kept)), partial(self._ended, at, again))

    def _run(self, work: Callable[[Any], Any], then: Callable[[Any], object]) -> None:
        self._jobs.run(work, name=translate("Saving"), lane=Lane.BESIDE, outlives_image=True, then=then)

    def _ended(self, at: RunImage, again: Callable[[], None], result: LoadedMasks | KeptRun | None) -> None:
        if result is None:
            again()
        elif isinstance(result, KeptRun):
            self._kept(at, again, result)
        else:
            self._saved(at, result)

    def _saved(self, at: RunImage, found: LoadedMasks) -> None:
        self._notices.saved.emit(str(project_path(at.path)))
        one, many = (
            translate("{}: 1 object found and saved"),
            translate("{}: {:,} objects found and saved"),
        )
        self._notices.message.emit("; ".join(_said(at, found, one, many)))

    def _kept(self, at: RunImage, again: Callable[[], None], kept: KeptRun) -> None:
        if self._open_image.is_at(at.path, at.image.key):
            kept.journal.remove()
            again()
            return
        self._persistence.journals.keep_run(kept)
        one, many = (
            translate("{}: 1 object found. It is not saved, and is there when the image is opened again."),
            translate(
                "{}: {:,} objects found. They are not saved, and are there when the image is opened again."
            ),
        )
        words, *away = _said(at, kept.found, one, many)
        why = [] if kept.why is None else [problem_from(kept.why).text]
        self._notices.ended.emit(" ".join([words, *(f"{one}." for one in away), *why]), "")


def _said(at: RunImage, found: LoadedMasks, one: str, many: str) -> list[str]:
    """Return what is said of a run: how many objects it found, and how many stay away since a person deleted them."""
    count = len(found.records)
    words = one.format(at.name) if count == 1 else filled(many, at.name, count)
    return [words, *filter(None, [translate_said(with_way_back(found.left_out))])]
