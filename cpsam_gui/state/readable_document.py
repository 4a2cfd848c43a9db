"""What everybody may read of a document; only :class:`cpsam_gui.state.document.Document` writes. No Qt."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cpsam_gui.state.box import Box
from cpsam_gui.state.content import Content

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from cpsam_gui.state.columns import ColumnRecords
    from cpsam_gui.state.image_facts import ImageFacts
    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.state.objects import ObjectRecord, Records
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.state.steps import Labels


class ReadableDocument:
    """Labels, the table of objects and what is known of the image, as they are now."""

    def __init__(self, labels: LabelStore, records: Records | ColumnRecords, facts: ImageFacts) -> None:
        self._content = Content(labels, records, facts)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths (z, y, x) in pixels."""
        return self._content.labels.shape

    @property
    def labels(self) -> Labels:
        """Labels (z, y, x) uint32, read-only; 0 is background.

        Of a `large` document it is no array: blocks of it are read by slices, and all of it at once is refused.
        """
        return self._content.labels.view

    @property
    def store(self) -> LabelStore:
        """Where the labels lie."""
        return self._content.labels

    @property
    def large(self) -> bool:
        """Whether the labels are too many to be held in memory at once."""
        return not self._content.labels.whole

    @property
    def objects(self) -> Mapping[int, ObjectRecord]:
        """The table of objects by id, read-only."""
        return MappingProxyType(self._content.records)

    @property
    def table(self) -> Records | ColumnRecords:
        """The table of objects as it is kept; not to be written."""
        return self._content.records

    @property
    def colours(self) -> NDArray[np.uint8]:
        """Entry of the palette of each id, from 1, uint8 (longer than the largest id); 0 for no object."""
        return self._content.records.colours

    @property
    def classes(self) -> NDArray[np.uint8]:
        """Class of each id, uint8, as long as `colours`; 0 for none."""
        return self._content.records.classes

    @property
    def facts(self) -> ImageFacts:
        """What is known of the image as a whole."""
        return self._content.facts

    def label_at(self, z: int, y: int, x: int) -> int:
        """Return the id at a pixel; 0 for background and for places outside the image."""
        inside = 0 <= z < self.shape[0] and 0 <= y < self.shape[1] and 0 <= x < self.shape[2]
        return int(self._content.labels.read(Box(z, z + 1, y, y + 1, x, x + 1))[0, 0, 0]) if inside else 0

    def planes_of(self, number: int) -> range:
        """Return the planes from the first to the last that shows an object; its box may be larger."""
        box = self._content.records[number].box

        def shows(z: int) -> bool:
            plane = Box(z, z + 1, box.y0, box.y1, box.x0, box.x1)
            return bool((self._content.labels.read(plane) == number).any())

        first = next(filter(shows, range(box.z0, box.z1)), box.z0)
        last = next(filter(shows, range(box.z1 - 1, first, -1)), first)
        return range(first, last + 1)

    def snapshot(self) -> Snapshot:
        """Return the labels as they are now, for another thread to copy while editing goes on.

        Raises
        ------
        ImageError
            There are too many for a copy.
        """
        return self._content.snapshot()

    @property
    def next_id(self) -> int:
        """The first id that no object has or had."""
        return self._content.next_id
