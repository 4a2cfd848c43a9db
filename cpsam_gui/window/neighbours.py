"""Going through the images of a folder, past those that cannot be read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.session.folder import ImageFolder
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage


class Neighbours:
    """Opens the next image, or the previous one; who goes through a folder is not stopped by a file of it."""

    def __init__(
        self,
        open_image: OpenImage,
        images: Images,
        folder: ImageFolder,
        notices: Notices,
        may_leave: Callable[[], bool],
    ) -> None:
        self._open_image, self._images = open_image, images
        self._folder, self._notices = folder, notices
        self._may_leave = may_leave
        # The image that somebody came to last by going through the folder.
        self._tried: Path | None = None
        # The one of them that was not wanted: the next one is that behind it.
        self._declined: Path | None = None
        images.declined.connect(self._decline)
        open_image.image_changed.connect(self._arrive)

    def open(self, step: int, *, then: Callable[[], None] | None = None) -> None:
        """Open the next image of the folder, or with a negative step the previous one; `then` when it is there.

        Who presses on while an image is being opened wants the one beyond it.
        """
        here, asked = self._open_image.path, self._images.asked
        start = asked if asked in self._folder.images else here
        ahead = self._folder.ahead(start, step)
        if self._declined in ahead:
            ahead = ahead[ahead.index(self._declined) + 1 :]
        if not ahead:
            self._say_end(step, start)
        elif ahead[0] == here and start != here:
            # Back from an image that is not there yet: reading the open one anew would end its history.
            self._images.call_off()
        elif self._may_leave():
            self._try(ahead, (), partial(self._say_end, step, here), then)

    def open_first(self, images: Sequence[Path]) -> None:
        """Open the first of the images of a folder that can be read; where none can, they are listed all the same."""
        if self._may_leave():
            self._try(images, (), partial(self._folder.read, images[0].parent), None)

    def _decline(self, path: Path) -> None:
        # One that was chosen elsewhere says nothing of how far somebody has gone.
        if path == self._tried:
            self._declined = path

    def _arrive(self) -> None:
        self._tried = self._declined = None

    def _try(
        self,
        images: Sequence[Path],
        passed: tuple[Path, ...],
        none_left: Callable[[], object],
        then: Callable[[], None] | None,
    ) -> None:
        """Open the first of the images that can be read, and say which ones were passed over."""

        def failed(problem: Problem) -> None:
            if images[1:]:
                self._try(images[1:], (*passed, images[0]), none_left, then)
            else:
                none_left()
                self._notices.failed.emit(problem)

        def opened() -> None:
            self._say_passed(passed)
            if then is not None:
                then()

        self._tried = images[0]
        self._images.open(images[0], opened, failed=failed)

    def _say_passed(self, passed: Sequence[Path]) -> None:
        if not passed:
            return
        if len(passed) == 1:
            known = self._folder.now.unreadable.get(passed[0])
            name, why = passed[0].name, known.why if known is not None else ""
            # The reason mostly begins with the name.
            said = why if name in why else f"{name}: {why}" if why else name
            self._notices.ended.emit(translate("Passed over: {why}").format(why=said), "")
        else:
            words = translate("{:,} images cannot be read and were passed over. The list of files says why.")
            self._notices.ended.emit(filled(words, len(passed)), "")

    def _say_end(self, step: int, start: Path | None) -> None:
        if self._folder.now.hides_ahead(start, step):
            words = (
                translate("This is the last of the images listed: the filter hides others")
                if step > 0
                else translate("This is the first of the images listed: the filter hides others")
            )
        elif step > 0:
            words = translate("This is the last image of the folder")
        else:
            words = translate("This is the first image of the folder")
        self._notices.message.emit(words)
