"""New thresholds are answered in view first: the masks of the part of a large image that a person looks at."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_gui.program.i18n import translate
from cpsam_gui.state.box import Box
from cpsam_gui.tasks.masks_in_view import MasksInView, masks_in_view, worth_a_look

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from cpsam_core.progress import Progress
    from cpsam_core.segment.mask_memory import MaskMemory
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_core.segment.settings import Settings
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage

    T = TypeVar("T")


class MasksFirst(QObject):
    """Holds what is shown of new masks until those of the whole image are there; nothing of it is kept."""

    changed = pyqtSignal()
    """There are other masks to be shown, or none any more."""
    _found = pyqtSignal(object, object)

    def __init__(self, open_image: OpenImage, notices: Notices) -> None:
        super().__init__(open_image)
        self._open_image, self._notices = open_image, notices
        self.now: MasksInView | None = None
        # For the work that was begun last.
        self._asked = object()
        self._found.connect(self._show)
        open_image.adopted.connect(self.forget)

    def before(
        self,
        work: Callable[[Progress], T],
        output: NetworkOutput,
        settings: Settings,
        memory: MaskMemory,
    ) -> Callable[[Progress], T]:
        """Return the work on the whole image with that on the part in view before it, where that is worth it."""
        box = self._in_view()
        plain = output.logits.ndim == 2 and output.class_logits is None and not settings.exclude_on_edges
        known = memory.recall(settings)
        if not plain or not worth_a_look(box, output.logits.shape, known is not None):
            self.forget()
            return work
        self._asked = asked = object()

        def both(progress: Progress) -> T:
            found = masks_in_view(output, settings, box, progress, known)
            # The window is gone.
            with suppress(RuntimeError):
                self._found.emit(asked, found)
            return work(progress)

        return both

    def ended(self) -> Callable[[object], None]:
        """Return what takes the masks away again when the work that was begun last has ended."""
        return partial(self._end, self._asked)

    def forget(self) -> None:
        """Show no masks of work that was begun before."""
        self._asked = object()
        self._take(None)

    def _in_view(self) -> Box:
        view, shape = self._open_image.view, self._open_image.document.shape
        camera, (height, width) = view.camera, view.window
        rows, columns = height / camera.scale / 2, width / camera.scale / 2
        box = Box(
            view.plane,
            view.plane + 1,
            int(camera.y - rows),
            int(camera.y + rows) + 1,
            int(camera.x - columns),
            int(camera.x + columns) + 1,
        )
        return box.clip(shape)

    def _show(self, asked: object, found: MasksInView) -> None:
        if asked is self._asked:
            self._take(found)
            self._notices.message.emit(translate("New masks in view; the rest of the image follows"))

    def _end(self, asked: object, _: object) -> None:
        if asked is self._asked:
            self._take(None)

    def _take(self, now: MasksInView | None) -> None:
        if now is not self.now:
            self.now = now
            self.changed.emit()
