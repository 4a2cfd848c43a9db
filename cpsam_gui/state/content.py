"""What a document holds at present: labels, the table of objects, and facts of the image.

Pixels of objects are counted as labels are written, so the table is right at any moment. No Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_gui.state.extents import extents, shrunk
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.objects import ObjectRecord, Origin, tally
from cpsam_gui.state.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpsam_gui.state.box import Box
    from cpsam_gui.state.columns import ColumnRecords
    from cpsam_gui.state.image_facts import ImageFacts
    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.state.objects import Records
    from cpsam_gui.state.steps import Labels, Step, Swap
    from cpsam_gui.state.transaction import Transaction


class Content:
    """Labels, table and facts, and all that changes them; whatever is overwritten is first given to who needs it."""

    def __init__(self, labels: LabelStore, records: Records | ColumnRecords, facts: ImageFacts) -> None:
        self.labels = labels
        self.records = records
        self.facts = facts
        self.next_id = records.largest + 1
        """The first id that no object has or had."""
        self._snapshots: WeakSet[Snapshot] = WeakSet()

    def snapshot(self) -> Snapshot:
        """Return the labels as they are now, for another thread to copy while editing goes on.

        Raises
        ------
        ImageError
            There are too many for a copy.
        """
        if not isinstance(self.labels, ArrayLabels):
            raise ImageError("This needs all masks of the image at once, which is too large for that.")
        made = Snapshot(self.labels.array, self.labels.packed)
        self._snapshots.add(made)
        return made

    def write(self, box: Box, values: Labels, origin: Origin, transaction: Transaction) -> bool:
        """Set the labels of a block and count its pixels; False where they are what they were."""
        block = self.labels.read(box)
        different = block != values
        if not different.any():
            return False
        transaction.remember(self.labels, box)
        self._preserve(box)
        before, after = block[different], np.asarray(values)[different]
        self.labels.write(box, values)
        for number, pixels in tally(before).items():
            self._resize(number, -pixels, box, origin, transaction)
        gained = tally(after)
        places = extents(box, values, different, gained)
        for number, pixels in gained.items():
            self._resize(number, pixels, places[number], origin, transaction)
        return True

    def tighten(self, transaction: Transaction) -> None:
        """Make the blocks of the objects that lost pixels no larger than these are."""
        for number in transaction.lost:
            record = self.records.get(number)
            if record is not None:
                box = shrunk(self.labels, number, record.box)
                if box != record.box:
                    self.put(number, record.changed(box=box), transaction)

    def put(self, number: int, record: ObjectRecord | None, transaction: Transaction) -> None:
        """Set a row of the table, or remove it with None."""
        transaction.rows.setdefault(number, self.records.get(number))
        self._set(number, record)

    def take_back(self, transaction: Transaction) -> Iterator[Box]:
        """Undo what a transaction wrote; yield the blocks that changed, each once it did."""
        for box, before in transaction.blocks():
            self._preserve(box)
            self.labels.write(box, before)
            yield box
        for number, record in transaction.rows.items():
            self._set(number, record)
        self.facts = transaction.facts or self.facts

    def apply(self, step: Step, *, forward: bool) -> Iterator[Box]:
        """Put in a step's differences; yield the blocks that changed, each once it did."""
        for edit in step.edits:
            self._preserve(edit.box)
            edit.apply(self.labels)
            yield edit.box
        for number, sides in step.records.items():
            self._set(number, sides[forward])

    def exchange(self, swap: Swap) -> None:
        """Exchange labels and table with those of a step that replaced all of them."""
        self.labels, swap.labels = swap.labels, self.labels
        self.records, swap.records = swap.records, self.records

    def _preserve(self, box: Box) -> None:
        """Let the snapshots save what is about to be written."""
        for snapshot in self._snapshots:
            if isinstance(self.labels, ArrayLabels) and snapshot.of(self.labels.array):
                snapshot.preserve(box)

    def _resize(self, number: int, pixels: int, box: Box, origin: Origin, transaction: Transaction) -> None:
        """Add pixels in a block to an object, or take them away; the last one takes the object with it."""
        if number == 0:
            return
        if pixels < 0:
            transaction.lost.add(number)
        record = self.records.get(number)
        if record is None:
            self.next_id = max(self.next_id, number + 1)
            self.put(number, ObjectRecord(pixels, box, origin, colour=number), transaction)
        elif record.area + pixels <= 0:
            self.put(number, None, transaction)
        else:
            edited = Origin.EDITED if record.origin is Origin.MODEL else record.origin
            reach = record.box.union(box) if pixels > 0 else record.box
            self.put(number, record.changed(area=record.area + pixels, box=reach, origin=edited), transaction)

    def _set(self, number: int, record: ObjectRecord | None) -> None:
        if record is None:
            self.records.pop(number, None)
        else:
            self.records[number] = record
