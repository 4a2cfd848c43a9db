"""What goes into the project of the open image beside its masks, and what of it waits to be written by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from cpsam_gui import tasks
from cpsam_gui.session.channel_looks import ChannelLooks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.data.image_input import ImageInput
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.recording import WorkRecorder
    from cpsam_gui.session.run_state import RunState


class ProjectContent:
    """Knows how the image is shown, what the model sees of it, and what the project holds of other programs.

    Nobody wants a file beside an image that was only looked at: a change of how it is shown or seen is no work, and
    waits to be written only where there is a project.
    """

    changed = Signal()
    """The image is shown, or seen by the model, in another way than before."""

    def __init__(
        self, open_image: OpenImage, images: Images, run_state: RunState, recording: WorkRecorder
    ) -> None:
        self._open_image, self._run_state, self._recording = open_image, run_state, recording
        self.looks = ChannelLooks(open_image)
        self.foreign: Mapping[str, Any] = {}
        """What the project of the open image holds beside what this program writes there."""
        self.fingerprint = ""
        """By which the pixels of the open image are recognised."""
        # Whether there is a project of the open image, which is written to.
        self._held = False
        # As the project says, where no run says it.
        self._seen: ImageInput | None = None
        # After the looks have taken note of it: they were connected first.
        open_image.view.events.channels.connect(lambda _: self.changed.emit())
        run_state.options_changed.connect(self.changed.emit)
        images.channels_chosen.connect(lambda: self.changed.emit())

    def begin(self, opened: tasks.OpenedImage) -> None:
        """Take up an image that was opened."""
        self.foreign = opened.content.foreign if opened.content is not None else {}
        self.fingerprint = opened.fingerprint
        self._held, self._seen = False, None
        self.looks.begin(opened)

    def recall(self) -> None:
        """Take over what the project holds, once masks and settings are there; it is written to from now on."""
        self.looks.recall(self.foreign)
        self._held, self._seen = True, self._run_state.seen()

    def forget(self) -> None:
        """Write nothing for the open image any more: what was done on it was discarded."""
        self._held = False

    @property
    def waiting(self) -> bool:
        """Whether the project of the open image is to be written though no work on it is unsaved."""
        return self._held and (self.looks.changed or (not self._ran and self._run_state.seen() != self._seen))

    @property
    def _ran(self) -> bool:
        """Whether a run says what the model saw: what is chosen since then is for the next one."""
        return "model" in self._run_state.last_settings

    def extra(self) -> tasks.SaveExtras:
        """Return what is saved beside the masks."""
        left, image = self._run_state.flows, self._open_image.image
        settings = tasks.with_diameter(self._run_state.last_settings, left)
        if not self._ran:
            # What is chosen now is how it is seen.
            settings = {**settings, "channels": None, **self._run_state.seen().to_dict()}
        saved = tasks.SaveExtras(
            self._open_image.path,
            settings,
            facts=self._open_image.document.facts,
            foreign=self.looks.with_looks(self._recording.with_log(self.foreign)),
            key=image.key if image is not None else None,
            fingerprint=self.fingerprint,
        )
        return saved if left is None else replace(saved, output=left)

    def to_write(self) -> tasks.SaveExtras:
        """Return the same for the project of the open image, which is written now."""
        extra = self.extra()
        self.looks.written()
        self._held, self._seen = True, self._run_state.seen()
        return extra
