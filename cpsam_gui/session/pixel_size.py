"""The size of a pixel that a person gave, in place of the one that the file says or keeps to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.images.given_sizes import with_size

if TYPE_CHECKING:
    from cpsam_core.images import Image
    from cpsam_gui.session.open_image import OpenImage


class PixelSize:
    """Lets the open image have the size that its facts say; that is a step of history like any other."""

    def __init__(self, open_image: OpenImage) -> None:
        self._open_image = open_image
        self._as_read: Image | None = None
        self._sized: Image | None = None
        open_image.image_changed.connect(self._follow)
        open_image.history_changed.connect(self._follow)

    @property
    def of_file(self) -> float | None:
        """What the file of the open image says, in micrometres; None where it says nothing."""
        self._follow()
        return None if self._as_read is None else self._as_read.pixel_size

    def _follow(self) -> None:
        image = self._open_image.image
        if image is None:
            self._as_read = self._sized = None
            return
        if image is not self._sized:
            self._as_read = image
        assert self._as_read is not None
        told, wanted = self._as_read, self._open_image.document.facts.pixel_size
        told = with_size(told, wanted)
        if told.pixel_size != image.pixel_size:
            self._sized = self._open_image.image = told
            self._open_image.scale_changed.emit()
        elif image is self._as_read:
            self._sized = image
