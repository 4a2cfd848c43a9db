"""How a person set the channels of an image to be shown comes back with it: range, gamma, colour, which are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_gui.storage import channel_looks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_gui import tasks
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.view import ChannelView


class ChannelLooks:
    """Remembers it in the project of the image, and where there is none as long as the program runs."""

    def __init__(self, open_image: OpenImage) -> None:
        self._open_image = open_image
        # With the fingerprint of the pixels: another image of this name is shown in its own range.
        self._known: dict[tuple[Path, DocumentKey], tuple[str, tuple[ChannelView, ...]]] = {}
        self._image: Image | None = None
        self._fingerprint = ""
        self._plain: tuple[ChannelView, ...] = ()
        self.changed = False
        """Whether the open image is shown in another way than its project says."""
        open_image.view.events.channels.connect(self._follow)

    def begin(self, opened: tasks.OpenedImage) -> None:
        """Take up an image that was opened; what was changed in this session comes first."""
        self._plain, self._fingerprint = opened.channels, opened.fingerprint
        self.changed = False
        place = self._place
        fingerprint, shown = self._known.get(place, ("", ())) if place is not None else ("", ())
        if shown and fingerprint == self._fingerprint and len(shown) == len(self._plain):
            self._show(shown)
            # It may have been changed where nothing could be written.
            self.changed = True
        self._image = self._open_image.image

    def recall(self, foreign: Mapping[str, Any]) -> None:
        """Take over what the project of the open image holds."""
        shown = channel_looks.read(foreign.get(channel_looks.KEY), self._plain)
        if self.changed:
            self.changed = self._open_image.view.channels != (shown or self._plain)
        elif shown is not None:
            self._show(shown)

    def written(self) -> None:
        """Note that the project is written now."""
        self.changed = False

    def with_looks(self, foreign: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept in the project beside the masks, with this; what nobody changed is not kept."""
        kept = {name: value for name, value in foreign.items() if name != channel_looks.KEY}
        shown = self._open_image.view.channels
        if self._image is self._open_image.image and shown != self._plain:
            kept[channel_looks.KEY] = channel_looks.stored(shown)
        return kept

    @property
    def _place(self) -> tuple[Path, DocumentKey] | None:
        image, path = self._open_image.image, self._open_image.path
        return (path, image.key) if image is not None and path is not None else None

    def _show(self, channels: tuple[ChannelView, ...]) -> None:
        """Show channels as they were remembered, which is no change that is to be remembered."""
        image, self._image = self._image, None
        self._open_image.view.channels = channels
        self._image = image

    def _follow(self, channels: tuple[ChannelView, ...]) -> None:
        place = self._place
        # While another image comes these are the channels of that one.
        if place is None or self._image is not self._open_image.image:
            return
        self._known[place] = self._fingerprint, channels
        self.changed = True
