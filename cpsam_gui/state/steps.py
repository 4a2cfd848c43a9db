"""Steps of history: compressed differences of label pixels and of the object table.

An edit keeps the exclusive or of the pixels before and after, so undoing and redoing are the same operation.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from numpy.typing import NDArray

    from cpsam_gui.state.box import Box
    from cpsam_gui.state.columns import ColumnRecords
    from cpsam_gui.state.image_facts import ImageFacts
    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.state.objects import ObjectRecord, Records

    Labels: TypeAlias = NDArray[np.uint32]

_numbers: Iterator[int] = count(1)
# One row of the object table in Python, measured roughly.
RECORD_BYTES = 200


@dataclass(frozen=True, slots=True)
class PixelEdit:
    """Difference of one block of pixels, compressed."""

    box: Box
    packed: bytes

    @classmethod
    def between(cls, box: Box, before: Labels, after: Labels) -> PixelEdit:
        """Pack the difference of two label blocks of the shape of `box`."""
        # Level 1 is enough: a difference is long runs of zeros and of one value.
        return cls(box, zlib.compress(np.bitwise_xor(before, after).tobytes(), 1))

    def apply(self, labels: LabelStore) -> None:
        """Exchange before and after in `labels`."""
        labels.write(self.box, np.bitwise_xor(labels.read(self.box), self.difference))

    @property
    def difference(self) -> Labels:
        """The exclusive or of the pixels before and after, of the shape of the block."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint32).reshape(self.box.shape)


@dataclass(slots=True, eq=False)
class Swap:
    """The other side of a step that replaced all labels at once."""

    labels: LabelStore
    records: Records | ColumnRecords
    written: tuple[Box, ...] = ()
    """Blocks in which the labels that came differ from the folder they came from."""
    rows: frozenset[int] = frozenset()
    """Their rows that differ from the table in that folder."""
    number: int = field(default_factory=lambda: next(_numbers), init=False)
    """Tells it from every other one; kept where new thresholds take the place of others."""


class StepSource(str, Enum):
    """Where a step comes from."""

    MODEL = "model"
    HAND = "hand"
    FILE = "file"


class StepKind(str, Enum):
    """What a step is. Its name is for people: it may stand in any language, and nothing is told from it."""

    SEGMENT = "segment"
    SEGMENT_REGION = "segment region"
    THRESHOLDS = "thresholds"
    FIND = "find"
    LOAD = "load"
    """Masks that were saved beside the image."""
    IMPORT = "import"
    RECOVER = "recover"
    EDIT = "edit"
    """A correction by hand."""
    MARK = "mark"
    """By hand, and no object is another one afterwards: accepted, locked, named, marked as complete or verified."""

    @property
    def source(self) -> StepSource:
        """Where a step of this kind comes from."""
        return _SOURCES.get(self, StepSource.HAND)


_SOURCES = {
    StepKind.SEGMENT: StepSource.MODEL,
    StepKind.SEGMENT_REGION: StepSource.MODEL,
    StepKind.THRESHOLDS: StepSource.MODEL,
    StepKind.FIND: StepSource.MODEL,
    StepKind.LOAD: StepSource.FILE,
    StepKind.IMPORT: StepSource.FILE,
    StepKind.RECOVER: StepSource.FILE,
}


@dataclass(slots=True, eq=False)
class Step:
    """One entry of the history: what it is, a name for people, and what it changed."""

    name: str
    kind: StepKind = field(default=StepKind.EDIT, kw_only=True)
    edits: tuple[PixelEdit, ...] = ()
    records: Mapping[int, tuple[ObjectRecord | None, ObjectRecord | None]] = field(default_factory=dict)
    swap: Swap | None = None
    facts: tuple[ImageFacts, ImageFacts] | None = None
    """What was known of the image before and after, where the step changed that."""
    settings: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
    """The settings that it changed, before and after, where the masks come with their settings."""
    made: float = field(default_factory=time.time, kw_only=True)
    """When, in seconds since 1970."""
    keeps: bool = field(default=False, kw_only=True)
    """Whether masks that came in the place of all keep what a person did: what was deleted is not among them."""

    def nearest_plane(self, plane: int) -> int:
        """Return the plane nearest to `plane` in which pixels changed; `plane` itself where none is known."""
        changed = {edit.box.z0 for edit in self.edits}
        return min(changed, key=lambda z: (abs(z - plane), z), default=plane)

    @property
    def nbytes(self) -> int:
        """Memory that the step holds, in bytes."""
        total = sum(len(edit.packed) for edit in self.edits) + 2 * RECORD_BYTES * len(self.records)
        if self.swap is not None:
            total += self.swap.labels.nbytes + RECORD_BYTES * len(self.swap.records)
        return total
