"""A journal of unsaved work, so that a crash or a power cut costs nothing.

After each step of history a frame is appended by a thread of its own: what changed, or everything where that
is simpler. A frame counts only if its checksum is right, so a file that ends in the middle of a frame loses
that frame and nothing else. A frame that holds everything begins a new file, which takes the place of the old
one in a single step, so the journal stays within a few times the size of the work. The journal is removed when
the work is saved or the image closed on purpose. No Qt.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Condition, Event, Thread
from typing import IO, TYPE_CHECKING, Any, cast

from cpsam_core.system.atomic import flush_folder
from cpsam_core.system.paths import as_given
from cpsam_core.system.user_folders import data_folder
from cpsam_gui.storage.file_lock import hold, in_use
from cpsam_gui.storage.journal_format import PART, SUFFIX, JournalStopped, corners, frame
from cpsam_gui.storage.worklog import entry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpsam_gui.state.document import Document
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.state.steps import Labels, Step
    from cpsam_gui.storage.chunked_labels import ChunkedLabels
    from cpsam_gui.storage.journal_format import Rows
    from cpsam_gui.storage.worklog import LogEntry

log = logging.getLogger(__name__)

GROWTH = 4  # times the size of the work that the journal may have
AT_LEAST = 16 << 20  # bytes; below this nothing is gained by making it smaller
STEM_BYTES = 60  # of the image's name in that of its journal
MOST_STEPS = 20  # that may be unwritten
MOST_LAG = 0.3  # seconds that a step may be unwritten before the next one waits for it
# Closing waits this long for the file to go; what does not answer by then is left to the thread.
CLOSING_SECONDS = 0.5
MOST_PATIENCE = 5.0  # seconds that a step waits at most: a disk that does not answer must not stop anybody
RETRY = 30.0  # seconds before a journal that could not be written is tried again
MOMENT = 60.0  # seconds; a home on a server has programs of other computers, whose numbers say nothing here
OLD = 3600.0  # seconds after which a half-written file is nobody's any more


def journal_folder() -> Path:
    """Return where journals are kept: $CPSAM_JOURNAL, or a folder of the user's data."""
    chosen = os.environ.get("CPSAM_JOURNAL")
    return Path(chosen) if chosen else data_folder() / "journal"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one step leaves to the thread: a difference, or with a snapshot everything.

    Of labels in chunks it is the blocks as they are after the step: whatever of them a save wrote by then, putting all
    blocks in their places gives the state after the last one.
    """

    meta: dict[str, Any]
    rows: Rows
    data: Snapshot | bytes | tuple[Labels, ...]
    number: int = 0

    @property
    def whole(self) -> bool:
        """Whether it begins a new file."""
        return bool(self.meta["whole"]) if isinstance(self.data, tuple) else not isinstance(self.data, bytes)


class _Backlog:
    """Steps that are not written yet. Whoever adds one waits while they are too many or too old."""

    def __init__(self) -> None:
        self._count = 0
        self._pending: deque[tuple[int, float]] = deque()
        self._change = Condition()

    def next(self) -> int:
        """Return the number of one more step."""
        with self._change:
            self._count += 1
            self._pending.append((self._count, time.monotonic()))
            return self._count

    def done(self, number: int | None) -> None:
        """Forget the steps up to a number: they are written, or were given up. None: something else was done."""
        with self._change:
            while number is not None and self._pending and self._pending[0][0] <= number:
                self._pending.popleft()
            self._change.notify_all()

    def keep_short(self) -> None:
        """Wait until few enough are pending, but not for a disk that does not answer."""
        until = time.monotonic() + MOST_PATIENCE
        with self._change:
            while self._too_long() and time.monotonic() < until:
                self._change.wait(0.02)

    def _too_long(self) -> bool:
        if not self._pending:
            return False
        return len(self._pending) > MOST_STEPS or time.monotonic() - self._pending[0][1] > MOST_LAG


class _Clear:
    """Remove the file: its work was saved."""


class _Close:
    """Remove the file and end."""


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
        at_least: int = AT_LEAST,
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
        self._queue: SimpleQueue[_Entry | _Clear | _Close | Callable[[], object]] = SimpleQueue()
        self._thread: Thread | None = None
        self._backlog = _Backlog()
        self._writer = _Writer(self.path, at_least)
        self._whole = True
        document.stepped.connect(self._stepped)

    def restart(self) -> None:
        """Forget everything so far, because it was saved."""
        if self._thread is not None:
            self._queue.put(_Clear())
        self._whole = True

    def close(self) -> None:
        """Stop following and remove the file; wait for that, but not for a disk that does not answer."""
        self._document.stepped.disconnect(self._stepped)
        if self._thread is not None:
            self._writer.stop.set()
            self._queue.put(_Close())
            self._thread.join(CLOSING_SECONDS)

    def leave(self) -> None:
        """Stop following and keep the file: whether its work gets saved is not known yet."""
        self._document.stepped.disconnect(self._stepped)
        self._wait(MOST_LAG)

    def then(self, action: Callable[[], object]) -> None:
        """Call `action` from the thread once everything so far is on the disk; never if that fails."""
        self._begin()
        self._queue.put(action)

    def flush(self) -> None:
        """Wait until everything so far is on the disk, or was given up."""
        self._wait(float("inf"))

    def _wait(self, seconds: float) -> None:
        if self._thread is None:
            return
        done, until = Event(), time.monotonic() + seconds
        self._queue.put(done.set)
        while self._thread.is_alive() and not done.wait(0.05) and not self._writer.broken:
            if time.monotonic() > until:
                return

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()

    def _stepped(self, step: Step, forward: bool) -> None:
        self._begin()
        meta: dict[str, Any] = {"image": str(as_given(self._image)), "time": time.time(), "name": step.name}
        meta |= {"part": self._part, "axes": self._axes}
        meta["did"] = (entry_of(step, "done" if forward else "undone"),)
        if self._document.large:
            self._follow_chunks(step, forward, meta, cast("ChunkedLabels", self._document.store))
            return
        if self._whole or step.swap is not None or self._writer.wants_whole():
            self._whole = False
            document = self._document
            meta |= {
                "whole": True,
                "shape": document.shape,
                "facts": document.facts,
                "log": tuple(self._log()),
            }
            self._hand_over(_Entry(meta, dict(document.objects), document.snapshot(), self._backlog.next()))
            return
        meta |= {"whole": False, "edits": [(corners(edit.box), len(edit.packed)) for edit in step.edits]}
        if step.facts is not None:
            meta["facts"] = self._document.facts
        rows = {number: sides[forward] for number, sides in step.records.items()}
        data = b"".join(edit.packed for edit in step.edits)
        self._hand_over(_Entry(meta, rows, data, self._backlog.next()))

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
        self._hand_over(_Entry(meta, rows, blocks, self._backlog.next()))

    def _hand_over(self, entry: _Entry) -> None:
        """Give an entry to the thread; wait where it lags behind, so that little is lost at any load."""
        self._queue.put(entry)
        self._backlog.keep_short()

    def _work(self) -> None:
        """Append what comes through the queue; runs in the thread."""
        while True:
            waiting = [self._queue.get()]
            with suppress(Empty):
                while True:
                    waiting.append(self._queue.get_nowait())
            for item in _still_needed(waiting):
                try:
                    if self._writer.take(item):
                        return
                except JournalStopped:
                    continue
                except OSError as error:
                    self._failed(error)
                    if isinstance(item, _Close):
                        return
                finally:
                    self._backlog.done(item.number if isinstance(item, _Entry) else None)
            # After all of them: what was written outlives the program at once, and a power cut from here on.
            try:
                self._writer.settle()
            except OSError as error:
                self._failed(error)

    def _failed(self, error: OSError) -> None:
        """Go on without a journal: a full disk must not stop anybody from editing."""
        log.warning("the journal %s cannot be written: %s", self.path, error)
        first = not self._writer.broken
        self._writer.give_up()
        if first and self._complain is not None:
            self._complain(
                f"The journal of unsaved work cannot be written in {self.path.parent} "
                f"({error.strerror or error}). Work goes on; save often until there is room again."
            )


def _still_needed(waiting: list[Any]) -> list[Any]:
    """Leave out what a later frame with everything in it makes needless; calls stay, and come after that frame."""
    settles = [
        at
        for at, item in enumerate(waiting)
        if not callable(item) and (not isinstance(item, _Entry) or item.whole)
    ]
    last = settles[-1] if settles else 0
    return [waiting[last], *filter(callable, waiting[:last]), *waiting[last + 1 :]]


class _Writer:
    """The file of a journal; everything but `wants_whole` is called in the thread."""

    def __init__(self, path: Path, at_least: int) -> None:
        self.path = path
        self.stop = Event()
        self.broken = False
        self._part = path.with_name(path.name + PART)
        self._file: IO[bytes] | None = None
        self._size = self._first = 0
        self._at_least = at_least
        self._tried = 0.0
        self._settled = 0  # bytes of the file that outlive a power cut

    def settle(self) -> None:
        """Wait until what was written is on the disk."""
        if self._settled < self._size and self._file is not None and not self.broken:
            os.fsync(self._file.fileno())
            self._settled = self._size

    def wants_whole(self) -> bool:
        """Whether the next frame should hold everything: the file has grown, or could not be written."""
        return self.broken or self._size > max(GROWTH * self._first, self._at_least)

    def take(self, item: Any) -> bool:
        """Do what an item of the queue says; True after the last one."""
        if isinstance(item, _Clear | _Close):
            self._remove()
            return isinstance(item, _Close)
        if not isinstance(item, _Entry):
            self.settle()
            if not self.broken:
                item()
        elif item.whole:
            self._begin_anew(item)
        elif self._file is not None and self._may_append(item):
            content = frame(item.meta, item.rows, item.data)
            _write(self._file, content)
            self._size += len(content)
        return False

    def _may_append(self, entry: _Entry) -> bool:
        """Whether a frame can follow those that are there."""
        if self.broken and "chunks" in entry.meta and time.monotonic() - self._tried >= RETRY:
            self.broken = False  # no frame with everything comes, and what is there goes on to count
        return not self.broken

    def give_up(self) -> None:
        """Leave the file as it was before a frame that could not be written."""
        self.broken, self._tried = True, time.monotonic()
        try:
            self._part.unlink(missing_ok=True)
            if self._file is not None:
                self._size = self._settled
                self._file.truncate(self._size)
        except OSError as error:
            log.warning("%s", error)  # its last frame is torn, which recovery copes with

    def _begin_anew(self, entry: _Entry) -> None:
        """Write everything to a new file, which then takes the place of the old one in a single step."""
        if self.broken and time.monotonic() - self._tried < RETRY:
            return
        content = frame(entry.meta, entry.rows, entry.data, self.stop.is_set)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._part.unlink(missing_ok=True)
        fresh = self._part.open("ab", buffering=0)
        try:
            _write(fresh, content)
            os.fsync(fresh.fileno())
            if sys.platform == "win32":  # no file that is open can be renamed or replaced there
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
        self._file, self.broken = fresh, False
        self._size = self._first = self._settled = len(content)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _remove(self) -> None:
        self._close()
        self.path.unlink(missing_ok=True)
        self._part.unlink(missing_ok=True)
        self._size = self._first = self._settled = 0
        self.broken = False


def _write(file: IO[bytes], content: bytes) -> None:
    """Write all of `content`, which the system may take in several pieces."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _short(stem: str) -> str:
    """Return what of a name fits into that of a journal: file names are limited in bytes, not in letters."""
    return os.fsencode(stem)[:STEM_BYTES].decode("utf-8", "ignore")


def left_behind(folder: Path | None = None) -> list[Path]:
    """Return the journals of programs that no longer run, the newest first; what they left half-written goes."""
    folder = folder or journal_folder()
    if not folder.is_dir():
        return []
    for part in folder.glob(f"*{SUFFIX}{PART}"):
        old = _older(part, MOMENT) if _left_by_dead(part) else _older(part, OLD)
        if old and not in_use(part):
            part.unlink(missing_ok=True)
    paths = [path for path in folder.glob(f"*{SUFFIX}") if not in_use(path)]
    return sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)


def _left_by_dead(path: Path) -> bool:
    """Whether the program of this computer whose number stands in the name of a journal has ended."""
    found = re.search(r"-(\d{1,9})-\d+\.", path.name)
    if found is None or sys.platform == "win32":
        return False
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _older(path: Path, seconds: float) -> bool:
    return time.time() - path.stat().st_mtime > seconds
