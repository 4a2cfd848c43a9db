"""The work on the open image in another place than beside it: a copy of image and masks, or the masks alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEventLoop

from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.storage.companions import project_path

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_gui.jobs.job import Ending
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.persistence import Persistence


class Copies:
    """Writes the work on the open image where a person wants it."""

    def __init__(self, open_image: OpenImage, notices: Notices, jobs: Jobs, persistence: Persistence) -> None:
        self._open_image, self._notices, self._jobs = open_image, notices, jobs
        self._persistence = persistence

    def save_elsewhere(self, folder: Path) -> Path | None:
        """Copy the image into a folder and save its project beside the copy, as :meth:`Persistence.save_now` does.

        Return the copy; None where that failed, which is said.
        """
        document, path, state = (
            self._open_image.document,
            self._open_image.path,
            self._open_image.document.state,
        )
        if path is None or self._notices.refuse_large(document, translate("Saving elsewhere")):
            return None
        extra = self._persistence.content.extra()
        extra = replace(
            extra, with_flows=self._persistence.preferences.now.keep_flows and extra.output is not None
        )
        made: list[Path] = []
        endings: list[Ending] = []
        loop = QEventLoop()
        stop = self._persistence.saver.settled.connect(lambda: loop.quit())

        def ended(ending: Ending) -> None:
            endings.append(ending)
            loop.quit()

        self._jobs.run(
            partial(tasks.save_copy, path, folder, document.snapshot(), dict(document.objects), extra),
            name=translate("Saving elsewhere"),
            lane=Lane.BESIDE,
            then=made.append,
            ended=ended,
        )
        # Of a window that is closed nobody hears the end of the job.
        while not (endings or self._jobs.closed):
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self._persistence.saver.settled.disconnect(stop)
        if not made:
            return None
        document.mark_saved(state)
        if document is self._open_image.document and not document.modified:
            # What landed meanwhile, such as the result of a run, stands in the journal alone.
            self._persistence.journals.forget()
        self._notices.message.emit(translate("Saved {}").format(project_path(made[0])))
        self._notices.saved.emit(str(made[0]))
        return made[0]

    def export(self, target: Path) -> None:
        """Write the masks to `target` in the background; its ending says in which form."""
        document, state = self._open_image.document, self._open_image.document.state
        if self._notices.refuse_large(document, translate("This export")):
            return

        def done(written: Path) -> None:
            if document is self._open_image.document and self._persistence.has_no_project:
                document.mark_saved(state)
            self._notices.message.emit(translate("Saved {}").format(written))
            self._notices.saved.emit(str(written))

        work = partial(
            tasks.save, target, document.snapshot(), dict(document.objects), self._persistence.content.extra()
        )
        self._jobs.run(work, name=translate("Saving"), lane=Lane.BESIDE, then=done, outlives_image=True)
