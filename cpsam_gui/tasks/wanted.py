"""Which masks are wanted of a file that may hold those of a whole movie. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpsam_core.images.document_key import WHOLE, DocumentKey

if TYPE_CHECKING:
    from cpsam_core.images import Image
    from cpsam_gui.state.steps import Labels


@dataclass(frozen=True, slots=True)
class WantedMasks:
    """The image that masks are read for.

    Attributes
    ----------
    shape
        Its planes, rows and columns.
    name
        How its file is called; empty where that does not matter.
    key
        Which scene and time point of its file it is.
    times
        How many time points its file has.
    picture
        The image itself, to refuse it where it is taken for its masks.
    """

    shape: tuple[int, ...]
    name: str = ""
    key: DocumentKey = WHOLE
    times: int = 1
    picture: Image | None = None

    def of_movie(self, labels: Labels) -> bool:
        """Tell whether labels are a plane for each time point of the movie, as other programs write them."""
        flat = self.key.time is not None and self.times > 1 and self.shape[0] == 1
        return flat and labels.shape == (self.times, *self.shape[1:])

    def part_of(self, labels: Labels) -> Labels:
        """Return those of the time point where labels are of the whole movie, and others as they are."""
        return labels[self.key.time] if self.of_movie(labels) else labels
