"""The labels of one image, the table of its objects, and the history of both.

This is the only code that writes labels. Everything else asks for a step, writes blocks, and hears about
changes through signals. Ids are never reused and never renumbered, so a colour, a note or a selection that
refers to an object stays right.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from psygnal import Signal

from cpsam_gui.state.box import Box
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.deletions import after
from cpsam_gui.state.image_facts import ImageFacts
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.objects import ObjectRecord, Origin, Records
from cpsam_gui.state.readable_document import ReadableDocument
from cpsam_gui.state.steps import Step, StepKind, Swap
from cpsam_gui.state.transaction import Transaction
from cpsam_gui.state.undo_stack import UndoStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cpsam_gui.state.label_store import LabelStore
    from cpsam_gui.state.steps import Labels

HISTORY_BYTES = 1 << 30


class Document(ReadableDocument):
    """Labels (z, y, x) uint32 with stable ids, and every change as a step that can be undone."""

    changed = Signal(Box)
    """Pixels of a block have new labels."""
    objects_changed = Signal(object)
    """Rows of the table changed: a frozenset of ids, or None for all."""
    stepped = Signal(Step, bool)
    """A step was applied (True) or taken back (False); for the journal."""
    history_changed = Signal()
    """A step was added, undone, redone or dropped, or the work was saved."""

    def __init__(
        self,
        shape: Sequence[int],
        history_bytes: int = HISTORY_BYTES,
        *,
        labels: LabelStore | None = None,
        records: ColumnRecords | None = None,
        facts: ImageFacts | None = None,
    ) -> None:
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError(f"labels need three lengths of at least 1, not {tuple(shape)}")
        super().__init__(
            ArrayLabels.empty(shape) if labels is None else labels,
            Records() if records is None else records,
            ImageFacts() if facts is None else facts,
        )
        self.rule: Callable[[Step, ImageFacts], ImageFacts] | None = None
        """What a new step means for the facts, such as that the image counts as corrected now."""
        self._undo_stack = UndoStack(history_bytes)
        self._transaction: Transaction | None = None
        self.stepped_at = 0.0
        """When the last step was told, seconds since 1970: journal and log write the same moment."""

    def close(self) -> None:
        """Let go of what the labels hold on the disk; the document is used no more."""
        self._content.labels.close()
        for step in self._undo_stack.all:
            if step.swap is not None:
                step.swap.labels.close()

    def new_id(self) -> int:
        """Return an id that no object has or had."""
        number = self._content.next_id
        self._content.next_id += 1
        return number

    @property
    def writing(self) -> bool:
        """Whether a step is open, such as a brush stroke in progress."""
        return self._transaction is not None

    @contextmanager
    def step(self, name: str, kind: StepKind = StepKind.EDIT) -> Iterator[None]:
        """Collect all writes inside the block as one step; an error takes them all back."""
        self.begin(name, kind)
        try:
            yield
        # Any error, an interrupt too: half a step must never stay in the labels. It is raised again.
        except BaseException:
            self.abort()
            raise
        self.commit()

    def begin(self, name: str, kind: StepKind = StepKind.EDIT) -> None:
        """Open a step that :meth:`commit` closes, for gestures that span many events."""
        self._refuse_while_writing()
        self._transaction = Transaction(name, kind)

    def write(self, box: Box, values: Labels, origin: Origin = Origin.HAND) -> None:
        """Set the labels of a block; new ids get a row of the table with `origin`.

        `values` has the shape of `box`, which lies inside the image. Objects of the model that lose or gain
        pixels count as edited from now on.
        """
        transaction = self._open_transaction()
        if box != box.clip(self.shape):
            raise ValueError(f"{box} reaches outside the image {self.shape}")
        if self._content.write(box, values, origin, transaction):
            self.changed.emit(box)

    def update(self, ids: Iterable[int], **fields: Any) -> None:
        """Change columns of the table for some objects, such as ``locked=True``."""
        transaction = self._open_transaction()
        rows = self._content.records
        known = frozenset(number for number in ids if number in rows)
        for number in known:
            self._content.put(number, rows[number].changed(**fields), transaction)
        self.objects_changed.emit(known)

    def set_facts(self, **fields: Any) -> None:
        """Change what is known of the image as a whole, such as ``notes="..."``."""
        transaction = self._open_transaction()
        transaction.facts = transaction.facts or self._content.facts
        self._content.facts = self._content.facts.changed(**fields)

    def begin_with(self, facts: ImageFacts) -> None:
        """Take something for known before the first step, so that it is no change."""
        if self._undo_stack.all:
            raise RuntimeError("facts are changed by a step once there is one")
        self._content.facts = facts

    def commit(self) -> None:
        """Close the open step and add it to the history, unless it changed nothing."""
        transaction = self._open_transaction()
        content, before = self._content, transaction.facts
        content.tighten(transaction)
        edits, records = transaction.edits(content.labels), transaction.changes(content.records)
        facts = None if before is None or before == content.facts else (before, content.facts)
        self._transaction = None
        if edits or records or facts:
            self._push(Step(transaction.name, edits, records, facts=facts, kind=transaction.kind))
            self.objects_changed.emit(frozenset(records))

    def abort(self) -> None:
        """Take back what the open step wrote."""
        transaction = self._open_transaction()
        for box in self._content.take_back(transaction):
            self.changed.emit(box)
        self._transaction = None
        self.objects_changed.emit(frozenset(transaction.rows))

    def replace(
        self,
        name: str,
        labels: Labels | LabelStore,
        records: Mapping[int, ObjectRecord],
        *,
        kind: StepKind = StepKind.EDIT,
        facts: ImageFacts | None = None,
        settings: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None,
        written: tuple[Box, ...] = (),
        changed_rows: frozenset[int] = frozenset(),
        apart: bool = False,
        keeps: bool = False,
    ) -> None:
        """Swap in a whole result by reference as one step; the caller gives both away.

        New thresholds that follow others take their place in the same step, unless they are to stand `apart`. With
        `facts`, what is known of the image comes with the result, with `settings` those that changed, before and
        after, and with `written` and `changed_rows` which of it no folder holds. With `keeps`, what a person deleted
        stays so. Make large tables as :class:`Records` where they are made: in another thread than the one that draws.
        """
        self._refuse_while_writing()
        if isinstance(labels, np.ndarray):
            if labels.dtype != np.uint32 or labels.shape != self.shape:
                raise ValueError(f"labels must be uint32 {self.shape}, not {labels.dtype} {labels.shape}")
            labels = ArrayLabels(labels)
        if labels.shape != self.shape or labels.whole is not self._content.labels.whole:
            raise ValueError(f"labels must be of shape {self.shape}, not {labels.shape}")
        rows = records if isinstance(records, Records | ColumnRecords) else Records(records)
        self._content.next_id = max(self._content.next_id, rows.largest + 1)
        last = self._undo_stack.top
        swap = Swap(labels, rows, written, changed_rows)
        before = self._content.facts
        known = None if facts is None else (before, facts)
        step = Step(name, kind=kind, swap=swap, facts=known, settings=settings, keeps=keeps)
        self._exchange(swap)
        follows = last is not None and last.kind is kind is StepKind.THRESHOLDS and not apart
        if follows and last is not None and last.swap is not None:
            # The last step goes on holding what was there before the first of these results. It is a step of its own,
            # since the state is another one than before.
            if last.settings is not None and settings is not None:
                settings = (last.settings[0], settings[1])
            merged = Step(
                name, kind=kind, swap=last.swap, facts=last.facts, settings=settings, keeps=last.keeps
            )
            self._undo_stack.exchange_top(merged)
            self._tell(merged, forward=True)
            self.history_changed.emit()
        else:
            self._content.facts = facts or self._content.facts
            self._push(step)

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps, oldest first, undone ones included."""
        return self._undo_stack.names

    @property
    def history(self) -> tuple[Step, ...]:
        """The steps, oldest first, undone ones included."""
        return self._undo_stack.all

    @property
    def position(self) -> int:
        """How many of the steps are applied."""
        return self._undo_stack.position

    def applied(self, since: int) -> tuple[Step, ...]:
        """Return the steps that are applied beyond the first `since`, oldest first."""
        return self._undo_stack.applied[since:]

    @property
    def dropped(self) -> int:
        """How many old steps were let go to stay within the memory limit."""
        return self._undo_stack.dropped

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._undo_stack.top is not None and not self.writing

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._undo_stack.next is not None and not self.writing

    @property
    def state(self) -> Step:
        """What tells the present state from every other one: the last step that is applied."""
        return self._undo_stack.state

    @property
    def modified(self) -> bool:
        """Whether something changed since :meth:`mark_saved`."""
        return self._undo_stack.modified

    def mark_saved(self, state: Step | None = None) -> None:
        """Remember the present state as the saved one, or the earlier one that was."""
        self._undo_stack.mark_saved(state)
        self.history_changed.emit()

    def begin_here(self, *, saved: bool = True) -> None:
        """Take the present state, `saved` or not, for the one that the document began with: no step is before it."""
        self._undo_stack.clear(saved=saved)
        self.history_changed.emit()

    def undo(self) -> None:
        """Take back the last step; nothing happens where there is none."""
        step = self._undo_stack.top
        if step is not None and not self.writing:
            self._undo_stack.position -= 1
            self._apply(step, forward=False)
            self._tell(step, forward=False)
            self.history_changed.emit()

    def redo(self) -> None:
        """Do the next step again; nothing happens where there is none."""
        step = self._undo_stack.next
        if step is not None and not self.writing:
            self._apply(step, forward=True)
            self._undo_stack.position += 1
            self._tell(step, forward=True)
            self.history_changed.emit()

    def go_to(self, position: int) -> None:
        """Undo or redo until `position` steps are applied."""
        while self.position > max(position, 0) and self.can_undo:
            self.undo()
        while self.position < position and self.can_redo:
            self.redo()

    def _refuse_while_writing(self) -> None:
        if self._transaction is not None:
            raise RuntimeError(f"the step {self._transaction.name!r} is still open")

    def _open_transaction(self) -> Transaction:
        if self._transaction is None:
            raise RuntimeError("a document is written inside a step only")
        return self._transaction

    def _tell(self, step: Step, *, forward: bool) -> None:
        self.stepped_at = time.time()
        self.stepped.emit(step, forward)

    def _push(self, step: Step) -> None:
        if step.facts is None:
            before = self._content.facts
            meant = before.changed(deleted=after(before.deleted, step, self._content.labels))
            meant = meant if self.rule is None else self.rule(step, meant)
            step.facts = (before, meant) if meant != before else None
            self._content.facts = meant
        self._undo_stack.push(step)
        self._tell(step, forward=True)
        self.history_changed.emit()

    def _apply(self, step: Step, *, forward: bool) -> None:
        if step.facts is not None:
            self._content.facts = step.facts[forward]
        if step.swap is not None:
            self._exchange(step.swap)
            return
        for box in self._content.apply(step, forward=forward):
            self.changed.emit(box)
        self.objects_changed.emit(frozenset(step.records))

    def _exchange(self, swap: Swap) -> None:
        self._content.exchange(swap)
        self.changed.emit(Box.whole(self.shape))
        self.objects_changed.emit(None)
