"""The labels of one image, the table of its objects, and the history of both.

This is the only code that writes labels. Everything else asks for a step, writes blocks, and hears about
changes through signals. Ids are never reused and never renumbered, so a colour, a note or a selection that
refers to an object stays right.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np
from psygnal import Signal

from .box import Box
from .facts import Facts
from .history import ObjectRecord, Origin, PixelEdit, Step, Swap
from .snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .history import Labels

TILE = 256  # pixels; what a step copies when it first touches a place
HISTORY_BYTES = 1 << 30


class Document:
    """Labels (z, y, x) uint32 with stable ids, and every change as a step that can be undone."""

    changed = Signal(Box)
    """Pixels of a block have new labels."""
    objects_changed = Signal(object)
    """Rows of the table changed: a frozenset of ids, or None for all."""
    stepped = Signal(Step, bool)
    """A step was applied (True) or taken back (False); for the journal."""
    history_changed = Signal()
    """A step was added, undone, redone or dropped, or the work was saved."""

    def __init__(self, shape: Sequence[int], history_bytes: int = HISTORY_BYTES) -> None:
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError(f"labels need three lengths of at least 1, not {tuple(shape)}")
        self._labels: Labels = np.zeros(tuple(shape), np.uint32)
        self._records: dict[int, ObjectRecord] = {}
        self._facts = Facts()
        self._facts_before: Facts | None = None
        self.rule: Callable[[Step, Facts], Facts] | None = None
        """What a new step means for the facts, such as that the image counts as corrected now."""
        self._next_id = 1
        self._limit = history_bytes
        self._steps: list[Step] = []
        self._position = 0
        self._dropped = 0
        self._origin = Step("origin")
        self._saved = self._origin
        self._name: str | None = None
        self._tiles: dict[tuple[int, int, int], tuple[Box, Labels]] = {}
        self._touched: dict[int, ObjectRecord | None] = {}
        self._snapshots: WeakSet[Snapshot] = WeakSet()

    # -- reading -----------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lengths (z, y, x) in pixels."""
        z, y, x = self._labels.shape
        return z, y, x

    @property
    def labels(self) -> Labels:
        """Labels (z, y, x) uint32, read-only; 0 is background."""
        view = self._labels.view()
        view.flags.writeable = False
        return view

    @property
    def objects(self) -> Mapping[int, ObjectRecord]:
        """The table of objects by id, read-only."""
        return MappingProxyType(self._records)

    @property
    def facts(self) -> Facts:
        """What is known of the image as a whole."""
        return self._facts

    def label_at(self, z: int, y: int, x: int) -> int:
        """Return the id at a pixel; 0 for background and for places outside the image."""
        inside = 0 <= z < self.shape[0] and 0 <= y < self.shape[1] and 0 <= x < self.shape[2]
        return int(self._labels[z, y, x]) if inside else 0

    def snapshot(self) -> Snapshot:
        """Return the labels as they are now, for another thread to copy while editing goes on."""
        made = Snapshot(self._labels)
        self._snapshots.add(made)
        return made

    @property
    def next_id(self) -> int:
        """The first id that no object has or had."""
        return self._next_id

    def new_id(self) -> int:
        """Return an id that no object has or had."""
        number = self._next_id
        self._next_id += 1
        return number

    # -- writing -----------------------------------------------------------------------------------------

    @property
    def writing(self) -> bool:
        """Whether a step is open, such as a brush stroke in progress."""
        return self._name is not None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Collect all writes inside the block as one step; an error takes them all back."""
        self.begin(name)
        try:
            yield
        except BaseException:
            self.abort()
            raise
        self.commit()

    def begin(self, name: str) -> None:
        """Open a step that :meth:`commit` closes, for gestures that span many events."""
        if self.writing:
            raise RuntimeError(f"the step {self._name!r} is still open")
        self._name = name

    def write(self, box: Box, values: Labels, origin: Origin = Origin.HAND) -> None:
        """Set the labels of a block; new ids get a row of the table with `origin`.

        `values` has the shape of `box`, which lies inside the image. Objects of the model that lose or gain
        pixels count as edited from now on.
        """
        if not self.writing:
            raise RuntimeError("labels are written inside a step only")
        if box != box.clip(self.shape):
            raise ValueError(f"{box} reaches outside the image {self.shape}")
        block = self._labels[box.slices]
        different = block != values
        if not different.any():
            return
        self._remember(box)
        self._preserve(box)
        before, after = block[different], np.asarray(values)[different]
        block[different] = after
        self._count(before, after, box, origin)
        self.changed.emit(box)

    def update(self, ids: Iterable[int], **fields: Any) -> None:
        """Change columns of the table for some objects, such as ``locked=True``."""
        if not self.writing:
            raise RuntimeError("the table is written inside a step only")
        known = frozenset(number for number in ids if number in self._records)
        for number in known:
            self._put(number, self._records[number].changed(**fields))
        self.objects_changed.emit(known)

    def set_facts(self, **fields: Any) -> None:
        """Change what is known of the image as a whole, such as ``notes="..."``."""
        if not self.writing:
            raise RuntimeError("facts are written inside a step only")
        if self._facts_before is None:
            self._facts_before = self._facts
        self._facts = self._facts.changed(**fields)

    def commit(self) -> None:
        """Close the open step and add it to the history, unless it changed nothing."""
        name = self._name
        if name is None:
            raise RuntimeError("no step is open")
        edits = tuple(
            PixelEdit.between(box, tile[_inner(box, tile.shape)], self._labels[box.slices])
            for box, tile in self._tiles.values()
        )
        records = {
            number: (before, self._records.get(number))
            for number, before in self._touched.items()
            if before != self._records.get(number)
        }
        before = self._facts_before
        facts = (before, self._facts) if before is not None and before != self._facts else None
        self._close()
        if edits or records or facts:
            self._push(Step(name, edits, records, facts=facts))
            self.objects_changed.emit(frozenset(records))

    def abort(self) -> None:
        """Take back what the open step wrote."""
        for box, tile in self._tiles.values():
            self._preserve(box)
            self._labels[box.slices] = tile[_inner(box, tile.shape)]
            self.changed.emit(box)
        ids = frozenset(self._touched)
        for number, record in self._touched.items():
            self._set(number, record)
        self._facts = self._facts_before or self._facts
        self._close()
        self.objects_changed.emit(ids)

    def replace(
        self,
        name: str,
        labels: Labels,
        records: dict[int, ObjectRecord],
        *,
        merge: bool = False,
        facts: Facts | None = None,
    ) -> None:
        """Swap in a whole result by reference as one step; the caller gives both away.

        With `merge`, a result that follows another of the same name takes its place in the same step. With
        `facts`, what is known of the image comes with the result.
        """
        if self.writing:
            raise RuntimeError(f"the step {self._name!r} is still open")
        if labels.shape != self.shape or labels.dtype != np.uint32:
            raise ValueError(f"labels must be uint32 {self.shape}, not {labels.dtype} {labels.shape}")
        last = self._top()
        step = Step(name, swap=Swap(labels, records), facts=None if facts is None else (self._facts, facts))
        self._exchange(step)
        if merge and last is not None and last.name == name and last.swap is not None:
            # The last step goes on holding what was there before the first of these results.
            del self._steps[self._position :]
            self._steps[-1] = merged = Step(name, swap=last.swap, facts=last.facts)  # another state than before
            self.stepped.emit(merged, True)
            self.history_changed.emit()
        else:
            self._facts = facts or self._facts
            self._push(step)

    # -- history -----------------------------------------------------------------------------------------

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps, oldest first, undone ones included."""
        return tuple(step.name for step in self._steps)

    @property
    def position(self) -> int:
        """How many of the steps are applied."""
        return self._position

    @property
    def dropped(self) -> int:
        """How many old steps were let go to stay within the memory limit."""
        return self._dropped

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._position > 0 and not self.writing

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._position < len(self._steps) and not self.writing

    @property
    def state(self) -> Step:
        """What tells the present state from every other one: the last step that is applied."""
        return self._top() or self._origin

    @property
    def modified(self) -> bool:
        """Whether something changed since :meth:`mark_saved`."""
        return self.state is not self._saved

    def mark_saved(self, state: Step | None = None) -> None:
        """Remember the present state as the saved one, or the earlier one that was."""
        self._saved = state or self.state
        self.history_changed.emit()

    def undo(self) -> None:
        """Take back the last step; nothing happens where there is none."""
        if self.can_undo:
            self._position -= 1
            self._apply(self._steps[self._position], forward=False)
            self.stepped.emit(self._steps[self._position], False)
            self.history_changed.emit()

    def redo(self) -> None:
        """Do the next step again; nothing happens where there is none."""
        if self.can_redo:
            self._apply(self._steps[self._position], forward=True)
            self._position += 1
            self.stepped.emit(self._steps[self._position - 1], True)
            self.history_changed.emit()

    def go_to(self, position: int) -> None:
        """Undo or redo until `position` steps are applied."""
        while self._position > max(position, 0) and self.can_undo:
            self.undo()
        while self._position < min(position, len(self._steps)) and self.can_redo:
            self.redo()

    # -- inside ------------------------------------------------------------------------------------------

    def _top(self) -> Step | None:
        return self._steps[self._position - 1] if self._position else None

    def _close(self) -> None:
        self._name = None
        self._tiles = {}
        self._touched = {}
        self._facts_before = None

    def _push(self, step: Step) -> None:
        if self.rule is not None and step.facts is None:
            meant = self.rule(step, self._facts)
            step.facts = (self._facts, meant) if meant != self._facts else None
            self._facts = meant
        if self._saved in self._steps[self._position :]:
            self._saved = _NEVER
        del self._steps[self._position :]
        self._steps.append(step)
        total = sum(one.nbytes for one in self._steps)
        while total > self._limit and len(self._steps) > 1:
            # The oldest state that can be gone back to is the one after the step that goes.
            gone, self._origin = self._steps[0], Step("origin")
            self._saved = self._origin if self._saved is gone else self._saved
            total -= self._steps.pop(0).nbytes
            self._dropped += 1
        self._position = len(self._steps)
        self.stepped.emit(step, True)
        self.history_changed.emit()

    def _apply(self, step: Step, *, forward: bool) -> None:
        if step.facts is not None:
            self._facts = step.facts[forward]
        if step.swap is not None:
            self._exchange(step)
            return
        for edit in step.edits:
            self._preserve(edit.box)
            edit.apply(self._labels)
            self.changed.emit(edit.box)
        for number, sides in step.records.items():
            self._set(number, sides[forward])
        self.objects_changed.emit(frozenset(step.records))

    def _exchange(self, step: Step) -> None:
        swap = step.swap
        if swap is None:
            return
        self._labels, swap.labels = swap.labels, self._labels
        self._records, swap.records = swap.records, self._records
        self._next_id = max(self._next_id, max(self._records, default=0) + 1)
        self.changed.emit(Box.whole(self.shape))
        self.objects_changed.emit(None)

    def _preserve(self, box: Box) -> None:
        """Let the snapshots save what is about to be written."""
        for snapshot in self._snapshots:
            if snapshot.of(self._labels):
                snapshot.preserve(box)

    def _remember(self, box: Box) -> None:
        """Copy the tiles of a block before they are first written in this step."""
        for z in range(box.z0, box.z1):
            for row in range(box.y0 // TILE, (box.y1 - 1) // TILE + 1):
                for column in range(box.x0 // TILE, (box.x1 - 1) // TILE + 1):
                    tile_box = Box(z, z + 1, row * TILE, (row + 1) * TILE, column * TILE, (column + 1) * TILE)
                    part = box.intersection(tile_box)
                    key = (z, row, column)
                    if key in self._tiles:
                        known, tile = self._tiles[key]
                        self._tiles[key] = (known.union(part), tile)
                    else:
                        self._tiles[key] = (part, self._labels[tile_box.clip(self.shape).slices].copy())

    def _count(self, before: Labels, after: Labels, box: Box, origin: Origin) -> None:
        for number, pixels in zip(*np.unique(before, return_counts=True), strict=True):
            self._resize(int(number), -int(pixels), box, origin)
        for number, pixels in zip(*np.unique(after, return_counts=True), strict=True):
            self._resize(int(number), int(pixels), box, origin)

    def _resize(self, number: int, pixels: int, box: Box, origin: Origin) -> None:
        if number == 0:
            return
        record = self._records.get(number)
        if record is None:
            self._next_id = max(self._next_id, number + 1)
            self._put(number, ObjectRecord(pixels, box, origin, colour=number))
        elif record.area + pixels <= 0:
            self._put(number, None)
        else:
            edited = Origin.EDITED if record.origin is Origin.MODEL else record.origin
            reach = record.box.union(box) if pixels > 0 else record.box
            self._put(number, record.changed(area=record.area + pixels, box=reach, origin=edited))

    def _put(self, number: int, record: ObjectRecord | None) -> None:
        self._touched.setdefault(number, self._records.get(number))
        self._set(number, record)

    def _set(self, number: int, record: ObjectRecord | None) -> None:
        if record is None:
            self._records.pop(number, None)
        else:
            self._records[number] = record


_NEVER = Step("never")  # a saved state that the history no longer holds


def _inner(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
    """Return where `box` lies inside its own tile of `shape`."""
    top, left = box.y0 // TILE * TILE, box.x0 // TILE * TILE
    return slice(0, shape[0]), slice(box.y0 - top, box.y1 - top), slice(box.x0 - left, box.x1 - left)
