"""A journal of unsaved work, so that a crash or a power cut costs nothing.

After each step of history a frame is appended by a thread of its own: what changed, or everything where that
is simpler. A frame counts only if its checksum is right, so a file that ends in the middle of a frame loses
that frame and nothing else. A frame that holds everything begins a new file, which takes the place of the old
one in a single step, so the journal stays within a few times the size of the work. The journal is removed when
the work is saved or the image closed on purpose. No Qt.
"""

from __future__ import annotations

import errno
import logging
import os
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

from cpsam_core.system.paths import as_given
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.storage.journal_backlog import MOST_LAG_PACKING_S, MOST_LAG_S, MOST_PATIENCE_S, Backlog
from cpsam_gui.storage.journal_folder import copy_given_up, journal_folder, mark_kept
from cpsam_gui.storage.journal_format import SUFFIX, JournalStopped, corners
from cpsam_gui.storage.journal_writer import (
    AT_LEAST_BYTES,
    Clear,
    Close,
    Entry,
    Exchange,
    JournalWriter,
    Packed,
    Shorter,
    Start,
    is_packed,
    still_needed,
)
from cpsam_gui.storage.worklog import entry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cpsam_gui.state.document import Document
    from cpsam_gui.state.packed_masks import PackedMasks
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.state.steps import Step, Swap
    from cpsam_gui.storage.chunked_labels import ChunkedLabels
    from cpsam_gui.storage.worklog import LogEntry

log = logging.getLogger(__name__)

# Of the image's name in that of its journal.
STEM_BYTES = 60
# Closing waits this long for the file to go; what does not answer by then is left to the thread.
CLOSING_S = 0.3


class Journal:
    """Follows one document. The caller's thread only packs what changed; another one writes.

    `complain` is called from that thread, once, when the journal cannot be written; work goes on without it and
    it is tried again now and then. `log` returns what was done so far: a frame with everything holds it, too. `part`
    says which scene and time point of the image it is (`DocumentKey.ending`), `axes` how its file is read.
    """

    def __init__(
        self,
        document: Document,
        image: Path,
        folder: Path | None = None,
        complain: Callable[[str], None] | None = None,
        at_least: int = AT_LEAST_BYTES,
        log: Callable[[], Sequence[LogEntry]] = tuple,
        part: str = "",
        axes: str | None = None,
    ) -> None:
        self._part, self._axes = part, axes
        self._log = log
        self._document = document
        self._image = image
        self._complain = complain
        folder = folder or journal_folder()
        self.path = folder / f"{_short(image.stem)}-{os.getpid()}-{time.time_ns()}{SUFFIX}"
        self._queue: SimpleQueue[Entry | Start | Shorter | Packed | Clear | Close | Callable[[], object]] = (
            SimpleQueue()
        )
        self._thread: Thread | None = None
        self._backlog = Backlog()
        self._writer = JournalWriter(self.path, at_least, self._queue.put)
        self._whole = True
        # Numbers of the exchanges that were seen, and whether each is applied.
        self._exchanges: dict[int, bool] = {}
        document.stepped.connect(self._stepped)

    def prepare(self) -> None:
        """Take the work as it is now for what the first step will follow.

        Nothing is written: there is nothing yet that could be lost.
        """
        if self._document.large:
            return
        self._begin()
        self._whole = False
        meta = {**self._place(), "whole": True, **self._everything()}
        self._put(Start(meta, dict(self._document.objects), self._masks()))

    def restart(self) -> None:
        """Forget everything so far, because it was saved."""
        keep = not (self._whole or self._document.large or self._writer.wants_whole())
        if self._thread is not None:
            self._queue.put(Clear(keep))
        self._whole = not keep

    def give_up(self) -> bool:
        """Begin anew because the work is given up; return whether a copy waits for whoever thinks better of it."""
        copied = Event()

        def copy() -> None:
            if copy_given_up(self.path):
                copied.set()

        if self._thread is not None:
            self.then(copy)
            # What follows would overtake it.
            self._wait(MOST_PATIENCE_S)
        self.restart()
        return copied.is_set()

    def close(self) -> None:
        """Stop following and remove the file."""
        self._document.stepped.disconnect(self._stepped)
        self.remove()

    def leave(self) -> None:
        """Stop following and keep the file: whether its work gets saved is not known yet."""
        self._document.stepped.disconnect(self._stepped)
        self._wait(MOST_LAG_S)

    def keep(self, *, known: bool = True) -> None:
        """Stop following, and let the file lie there for whoever opens the image again.

        `known` says that the user chose that or was told: the file is marked as kept, and :attr:`path` follows it.
        """
        self._document.stepped.disconnect(self._stepped)
        if self._thread is not None:
            self._queue.put(Close(keep=True))
            self._thread.join(MOST_LAG_S)
            if known and not self._thread.is_alive() and self.path.exists():
                self.path = mark_kept(self.path)

    @property
    def holds_all(self) -> bool:
        """Whether everything so far is in the file; waits for that, but not for a disk that does not answer."""
        return self._wait(MOST_LAG_PACKING_S) and self._writer.holds_all

    def remove(self) -> None:
        """Remove the file of what is followed no more; wait for that, but not for a disk that does not answer.

        Any thread may call it, once all of the work is saved.
        """
        if self._thread is not None:
            self._writer.stop.set()
            self._queue.put(Close())
            self._thread.join(CLOSING_S)

    def then(self, action: Callable[[], object]) -> None:
        """Call `action` from the thread once everything so far is on the disk; never if that fails."""
        self._begin()
        self._queue.put(lambda: self._writer.holds_all and action())

    def flush(self) -> None:
        """Wait until everything so far is on the disk, or was given up."""
        self._wait(float("inf"))

    def _wait(self, seconds: float) -> bool:
        """Wait for the thread to have dealt with everything so far; return whether it has."""
        if self._thread is None:
            return True
        done, until = Event(), time.monotonic() + seconds
        self._queue.put(done.set)
        while self._thread.is_alive() and not done.wait(0.05) and not self._writer.broken:
            if time.monotonic() > until:
                return False
        return True

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()

    def _place(self, name: str = "") -> dict[str, Any]:
        """Return what every frame says: of which image it is, and when a step was made."""
        said: dict[str, Any] = {"image": str(as_given(self._image)), "time": time.time(), "name": name}
        return {**said, "part": self._part, "axes": self._axes}

    def _everything(self) -> dict[str, Any]:
        """Return what a frame with everything says beside labels and rows."""
        document = self._document
        return {"shape": document.shape, "facts": document.facts, "log": tuple(self._log())}

    def _stepped(self, step: Step, forward: bool) -> None:
        self._begin()
        meta = self._place(step.name)
        meta["did"] = (entry_of(step, "done" if forward else "undone", self._document.stepped_at),)
        if self._document.large:
            self._follow_chunks(step, forward, meta, cast("ChunkedLabels", self._document.store))
            return
        if self._whole or step.swap is not None or self._writer.wants_whole():
            self._whole = False
            meta |= {"whole": True, **self._everything()}
            exchange = self._exchange(step.swap, forward) if step.swap is not None else None
            known = dict(self._document.objects)
            self._hand_over(Entry(meta, known, self._masks(), self._backlog.next(), exchange))
            return
        meta |= {"whole": False, "edits": [(corners(edit.box), len(edit.packed)) for edit in step.edits]}
        if step.facts is not None:
            meta["facts"] = self._document.facts
        rows = {number: sides[forward] for number, sides in step.records.items()}
        data = b"".join(edit.packed for edit in step.edits)
        self._hand_over(Entry(meta, rows, data, self._backlog.next()))
        if self._writer.has_grown():
            meta = {**self._place(step.name), "whole": True, **self._everything(), "did": meta["did"]}
            self._put(Shorter(meta, dict(self._document.objects), self._document.snapshot()))

    def _masks(self) -> PackedMasks | Snapshot:
        """Return the labels as they are: packed where they were made, or for the thread to pack."""
        store = self._document.store
        packed = store.packed if isinstance(store, ArrayLabels) else None
        return self._document.snapshot() if packed is None else packed

    def _exchange(self, swap: Swap, forward: bool) -> Exchange:
        """Say what a step means that put other masks in the place of all."""
        applied = self._exchanges.get(swap.number)
        self._exchanges[swap.number] = forward
        follows = forward and applied is True
        return Exchange(swap.number, returns=applied is not None and not follows, follows=follows)

    def _follow_chunks(self, step: Step, forward: bool, meta: dict[str, Any], store: ChunkedLabels) -> None:
        """Hand over what a step left in labels of which there are too many for a frame with everything in it."""
        boxes = [edit.box for edit in step.edits]
        rows = {number: sides[forward] for number, sides in step.records.items()}
        if step.swap is not None and forward:
            boxes, known = list(step.swap.written), self._document.objects
            rows = {number: known.get(number) for number in step.swap.rows}
        meta |= {
            "whole": self._whole,
            "shape": store.shape,
            "chunks": {"labels": store.key, "base": "" if store.base is None else str(as_given(store.base))},
            "edits": [corners(box) for box in boxes],
        }
        if self._whole:
            meta["log"] = tuple(self._log())
        if self._whole or step.facts is not None:
            meta["facts"] = self._document.facts
        self._whole = False
        blocks = tuple(store.read(box) for box in boxes)
        self._hand_over(Entry(meta, rows, blocks, self._backlog.next()))

    def _hand_over(self, entry: Entry) -> None:
        """Give an entry to the thread; wait where it lags behind, so that little is lost at any load."""
        self._put(entry)
        self._backlog.keep_short()

    def _put(self, item: Entry | Start | Shorter) -> None:
        if is_packed(item):
            self._backlog.pack(1)
        self._queue.put(item)

    def _work(self) -> None:
        """Append what comes through the queue; runs in the thread."""
        while True:
            waiting = [self._queue.get()]
            with suppress(Empty):
                while True:
                    waiting.append(self._queue.get_nowait())
            for item in still_needed(waiting):
                try:
                    if self._writer.take(item):
                        return
                except JournalStopped:
                    continue
                except MemoryError:
                    # A whole image is packed in memory. Without this thread every step would wait in vain.
                    self._failed(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)))
                except OSError as error:
                    self._failed(error)
                    if isinstance(item, Close):
                        return
                finally:
                    self._backlog.done(item.number if isinstance(item, Entry) else None)
            self._backlog.pack(-sum(map(is_packed, waiting)))
            # After all of them: what was written outlives the program at once, and a power cut from here on.
            try:
                self._writer.settle()
            except OSError as error:
                self._failed(error)

    def _failed(self, error: OSError) -> None:
        """Go on without a journal: a full disk must not stop anybody from editing."""
        log.warning("the journal %s cannot be written: %s", self.path, error)
        # Before it counts as broken: whoever waits for that tells why.
        if not self._writer.broken and self._complain is not None:
            self._complain(
                f"The journal of unsaved work cannot be written in {self.path.parent} "
                f"({error.strerror or error}). Work goes on; save often until there is room again."
            )
        self._writer.give_up()


def _short(stem: str) -> str:
    """Return what of a name fits into that of a journal: file names are limited in bytes, not in letters."""
    return os.fsencode(stem)[:STEM_BYTES].decode("utf-8", "ignore")
