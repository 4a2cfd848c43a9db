"""What the window asks of a segmenter. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cpsam_core.progress import Progress
    from cpsam_core.segment.segmenter import Segmentation, Settings


class Segments(Protocol):
    """What the window needs of a segmenter; tests bring their own."""

    def segment(self, image: Any, settings: Settings, progress: Progress) -> Segmentation:
        """Segment an image."""
        ...

    def measure(self, image: Any, settings: Settings, progress: Progress) -> float | None:
        """Return the diameter in pixels of typical cells, None where there are none."""
        ...
