"""The file of a journal, and what is put into it. No Qt."""

from __future__ import annotations

import logging
import os
import sys
import time
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Any

from cpsam_core.system.atomic import flush_folder
from cpsam_core.system.file_lock import hold
from cpsam_gui.state.snapshot import Snapshot
from cpsam_gui.storage.journal_format import PART, JournalStopped, frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_gui.state.packed_masks import PackedMasks
    from cpsam_gui.state.steps import Labels
    from cpsam_gui.storage.journal_format import Rows

log = logging.getLogger(__name__)

# Times the size of the work that the journal may have.
GROWTH = 4
AT_LEAST_BYTES = 16 << 20
"""Below this nothing is gained by making a journal smaller."""
# What led to masks that were exchanged is kept in memory up to this size, so that undoing a run packs nothing.
MOST_KEPT_BYTES = 64 << 20
# Before a journal that could not be written is tried again.
RETRY_S = 30.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a step means that put other masks in the place of all."""

    number: int
    """Which one it is, as :class:`Swap` counts them."""
    returns: bool
    """It is undone or redone, so that what comes was there before."""
    follows: bool
    """New thresholds came in the place of others: undoing brings back what was there before the first of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one step leaves to the thread: a difference, or everything.

    Of labels in chunks it is the blocks as they are after the step: whatever of them a save wrote by then, putting all
    blocks in their places gives the state after the last one.
    """

    meta: dict[str, Any]
    rows: Rows
    data: Snapshot | PackedMasks | bytes | tuple[Labels, ...]
    number: int = 0
    exchange: Exchange | None = None

    @property
    def whole(self) -> bool:
        """Whether it begins a new file."""
        return bool(self.meta["whole"]) if isinstance(self.data, tuple) else not isinstance(self.data, bytes)


@dataclass(frozen=True, slots=True)
class Start:
    """Make a frame with everything beforehand, which the first step after it follows."""

    meta: dict[str, Any]
    rows: Rows
    data: Snapshot | PackedMasks


@dataclass(frozen=True, slots=True, eq=False)
class Shorter:
    """Pack everything in a thread of its own, so that a smaller file can take the place of one that has grown."""

    meta: dict[str, Any]
    rows: Rows
    data: Snapshot
    since: list[bytes] = field(default_factory=list)
    """Frames that were written meanwhile."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What came of it; empty where it was given up."""

    of: Shorter
    content: bytes


@dataclass(frozen=True, slots=True)
class Clear:
    """Remove the file: its work was saved."""

    keep: bool
    """Whether its content stays in memory, so that the next step can follow it."""


@dataclass(frozen=True, slots=True, eq=False)
class Close:
    """End, and remove the file unless it is kept for the next time that the image is opened."""

    keep: bool = False


def still_needed(waiting: list[Any]) -> list[Any]:
    """Leave out what a later frame with everything in it makes needless; calls stay, and come after that frame."""
    settles = [at for at, item in enumerate(waiting) if not callable(item) and _settles(item)]
    last = settles[-1] if settles else 0
    return [waiting[last], *filter(callable, waiting[:last]), *waiting[last + 1 :]]


def is_packed(item: Any) -> bool:
    """Whether all labels of an image may have to be packed for an item before the next one, which takes its time."""
    return isinstance(item, Start | Entry) and isinstance(item.data, Snapshot)


def _settles(item: Any) -> bool:
    """Whether nothing that waits before an item is needed any more."""
    if isinstance(item, Clear):
        # What stays in memory must be whole.
        return not item.keep
    if isinstance(item, Close):
        # A file that is kept holds all that was done before.
        return not item.keep
    if isinstance(item, Entry):
        # What was there before an exchange comes back when that is undone.
        return item.whole and item.exchange is None
    return not isinstance(item, Shorter | Packed)


class JournalWriter:
    """The file of a journal; everything but `wants_whole` and `has_grown` is called in the thread.

    `put` appends an item to what the thread will be given.
    """

    def __init__(self, path: Path, at_least: int, put: Callable[[Packed], object]) -> None:
        self.path = path
        self._put = put
        self.stop = Event()
        self.broken = False
        self._part = path.with_name(path.name + PART)
        self._file: IO[bytes] | None = None
        self._size = self._first = 0
        self._at_least = at_least
        self._tried = 0.0
        # Bytes of the file that outlive a power cut.
        self._settled = 0
        # What the file has to begin with once there is something to write.
        self._start = b""
        # A frame with everything is missing.
        self._incomplete = False
        # Steps were left out, and no frame with everything came after them.
        self._lacks_steps = False
        self._shorter: Shorter | None = None
        # By the number of an exchange: content that leads to the other masks, and the size of its first frame.
        self._others: dict[int, tuple[bytes, int]] = {}

    def settle(self) -> None:
        """Wait until what was written is on the disk."""
        if self._settled < self._size and self._file is not None and not self.broken:
            os.fsync(self._file.fileno())
            self._settled = self._size

    @property
    def holds_all(self) -> bool:
        """Whether the file lacks none of the steps that were handed over."""
        return not (self.broken or self._lacks_steps)

    def wants_whole(self) -> bool:
        """Whether the next frame has to hold everything: the file could not be written, or never began."""
        return self.broken or self._incomplete

    def has_grown(self) -> bool:
        """Whether a smaller file should take the place of this one."""
        at_work = self._shorter is not None or self.wants_whole()
        return not at_work and self._size > max(GROWTH * self._first, self._at_least)

    def take(self, item: Any) -> bool:
        """Do what an item of the queue says; True after the last one."""
        if isinstance(item, Close):
            if item.keep:
                self.settle()
                self._close()
            else:
                self._remove()
            return True
        if isinstance(item, Clear):
            self._clear(keep=item.keep)
        elif isinstance(item, Start):
            self._start = frame(item.meta, item.rows, item.data, self.stop.is_set)
            self._size = self._first = len(self._start)
        elif isinstance(item, Entry):
            self._follow(item)
        elif isinstance(item, Shorter):
            if self._shorter is None and not self.wants_whole():
                self._shorter = item
                Thread(target=self._pack, args=(item,), name="journal packing", daemon=True).start()
        elif isinstance(item, Packed):
            self._replace(item)
        else:
            self.settle()
            if not self.broken:
                item()
        return False

    def _follow(self, entry: Entry) -> None:
        """Write what a step left."""
        if entry.whole:
            if self.broken and time.monotonic() - self._tried < RETRY_S:
                return
            if entry.exchange is not None and not self.broken:
                self._exchange(entry, entry.exchange)
                return
            # No exchange before this one can be told from it.
            self._others.clear()
            self._begin_anew(frame(entry.meta, entry.rows, entry.data, self.stop.is_set))
            self._first = self._size
        elif self._file is None and self._start:
            self._begin_anew(self._start + frame(entry.meta, entry.rows, entry.data))
        elif self._file is not None and self._may_append(entry):
            content = frame(entry.meta, entry.rows, entry.data)
            _write(self._file, content)
            self._size += len(content)
            if self._shorter is not None:
                self._shorter.since.append(content)
        else:
            self._lacks_steps = True

    def _exchange(self, entry: Entry, exchange: Exchange) -> None:
        """Write that other masks took the place of all; nothing is packed for those that were there before."""
        before = self._content(), self._first
        content, first = self._others.pop(exchange.number, (b"", 0)) if exchange.returns else (b"", 0)
        if content:
            content += frame({**entry.meta, "whole": False, "edits": []}, {}, b"")
        else:
            content = frame(entry.meta, entry.rows, entry.data, self.stop.is_set)
            first = len(content)
        self._begin_anew(content)
        self._first = first
        if before[0] and not exchange.follows:
            self._others[exchange.number] = before
        while sum(len(kept) for kept, _ in self._others.values()) > MOST_KEPT_BYTES:
            del self._others[next(iter(self._others))]

    def _content(self) -> bytes:
        """Return what leads to the present state; empty where nothing does."""
        if self.wants_whole():
            return b""
        return self._start if self._file is None else self.path.read_bytes()

    def _pack(self, item: Shorter) -> None:
        """Pack everything, in a thread of its own: what is done meanwhile is written as ever."""
        try:
            content = frame(item.meta, item.rows, item.data, self.stop.is_set)
        except (JournalStopped, MemoryError):
            content = b""
        self._put(Packed(item, content))

    def _replace(self, packed: Packed) -> None:
        """Put a smaller file in the place of one that has grown."""
        if packed.of is not self._shorter:
            # The file began anew meanwhile.
            return
        if packed.content and self._file is not None:
            self._begin_anew(packed.content + b"".join(packed.of.since))
            self._first = len(packed.content)
        else:
            self._shorter, self._first = None, self._size

    def _clear(self, *, keep: bool) -> None:
        """Remove the file; with `keep` what stood in it is what the next step follows."""
        start, first, others = self._content() if keep else b"", self._first, self._others
        self._remove()
        if start:
            self._start, self._size, self._first, self._others = start, len(start), first, others
        else:
            self._incomplete = keep

    def _may_append(self, entry: Entry) -> bool:
        """Whether a frame can follow those that are there."""
        if self.broken and "chunks" in entry.meta and time.monotonic() - self._tried >= RETRY_S:
            # No frame with everything comes, and what is there goes on to count.
            self.broken = False
        return not self.broken

    def give_up(self) -> None:
        """Leave the file as it was before a frame that could not be written."""
        self.broken, self._tried, self._start = True, time.monotonic(), b""
        self._lacks_steps = True
        self._shorter, self._others = None, {}
        try:
            self._part.unlink(missing_ok=True)
            if self._file is not None:
                self._size = self._settled
                self._file.truncate(self._size)
        except OSError as error:
            # Its last frame is torn, which recovery copes with.
            log.warning("%s", error)

    def _begin_anew(self, content: bytes) -> None:
        """Write everything to a new file, which then takes the place of the old one in a single step."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._part.unlink(missing_ok=True)
        fresh = self._part.open("ab", buffering=0)
        try:
            _write(fresh, content)
            os.fsync(fresh.fileno())
            # No file that is open can be renamed or replaced on Windows.
            if sys.platform == "win32":
                fresh.close()
                self._close()
                self._part.replace(self.path)
                fresh = self.path.open("ab", buffering=0)
            else:
                hold(fresh)
                self._part.replace(self.path)
                self._close()
        except OSError:
            fresh.close()
            raise
        flush_folder(self.path.parent)
        self._file, self.broken, self._incomplete, self._start = fresh, False, False, b""
        self._lacks_steps = False
        self._shorter = None
        self._size = self._settled = len(content)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _remove(self) -> None:
        self._close()
        self.path.unlink(missing_ok=True)
        self._part.unlink(missing_ok=True)
        self._size = self._first = self._settled = 0
        self.broken, self._lacks_steps, self._start = False, False, b""
        self._shorter, self._others = None, {}


def _write(file: IO[bytes], content: bytes) -> None:
    """Write all of `content`, which the system may take in several pieces."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
