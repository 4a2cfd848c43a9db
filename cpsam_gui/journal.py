"""A journal of unsaved work, so that a crash or a power cut costs nothing.

After each step of history a frame is appended by a thread of its own: what changed, or everything where that
is simpler. A frame counts only if its checksum is right, so a file that ends in the middle of a frame loses
that frame and nothing else. The journal is removed when the work is saved or the image closed on purpose. No Qt.
"""

from __future__ import annotations

import json
import logging
import os
import struct
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .box import Box
from .history import PixelEdit
from .project import checked_fields, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .document import Document
    from .history import Labels, ObjectRecord, Step
    from .snapshot import Snapshot

    Rows: TypeAlias = Mapping[int, ObjectRecord | None]

log = logging.getLogger(__name__)

MAGIC = b"CPJ1"
HEAD = struct.Struct("<4sIQI")  # magic, length of the description, length of the data, checksum of both
SUFFIX = ".journal"


def journal_folder() -> Path:
    """Return where journals are kept: $CPSAM_JOURNAL, or a folder of the user's data."""
    chosen = os.environ.get("CPSAM_JOURNAL")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "cpsam-gui" / "journal"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a journal holds."""

    path: Path
    image: Path
    when: float
    """Time of the last frame, seconds since 1970."""
    labels: Labels
    objects: dict[int, dict[str, Any]]
    lost: int
    """Bytes at the end that could not be used."""


class Journal:
    """Follows one document. The caller's thread only packs what changed; another one writes."""

    def __init__(self, document: Document, image: Path, folder: Path | None = None) -> None:
        self._document = document
        self._image = image
        folder = folder or journal_folder()
        self.path = folder / f"{image.stem[:60]}-{os.getpid()}-{time.time_ns()}{SUFFIX}"
        self._queue: SimpleQueue[tuple[dict[str, Any], Rows, Snapshot | bytes] | str] = SimpleQueue()
        self._thread: Thread | None = None
        self._whole = True
        document.stepped.connect(self._stepped)

    def restart(self) -> None:
        """Forget everything so far, because it was saved."""
        if self._thread is not None:
            self._queue.put("clear")
        self._whole = True

    def close(self) -> None:
        """Stop following, wait for the thread and remove the file."""
        self._document.stepped.disconnect(self._stepped)
        if self._thread is not None:
            self._queue.put("close")
            self._thread.join()

    def flush(self) -> None:
        """Wait until everything so far is on the disk; for tests."""
        while self._thread is not None and not self._queue.empty():
            time.sleep(0.001)

    def _stepped(self, step: Step, forward: bool) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._write, name="journal", daemon=True)
            self._thread.start()
        if self._whole or step.swap is not None:
            meta = {"whole": True, "shape": self._document.shape}
            self._put(meta, dict(self._document.objects), self._document.snapshot())
            self._whole = False
            return
        edits = [(_corners(edit.box), len(edit.packed)) for edit in step.edits]
        rows = {number: sides[forward] for number, sides in step.records.items()}
        self._put({"whole": False, "edits": edits}, rows, b"".join(edit.packed for edit in step.edits))

    def _put(self, meta: dict[str, Any], rows: Rows, data: Snapshot | bytes) -> None:
        meta |= {"image": str(self._image.resolve()), "time": time.time()}
        self._queue.put((meta, rows, data))

    def _write(self) -> None:
        """Append what comes through the queue; runs in the thread."""
        file: IO[bytes] | None = None
        while True:
            entry = self._queue.get()
            try:
                if isinstance(entry, str):
                    if file is not None:
                        file.close()
                        file = None
                    self.path.unlink(missing_ok=True)
                    if entry == "close":
                        return
                    continue
                if file is None:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    file = self.path.open("ab")
                    _lock(file)
                file.write(_frame(*entry))
                file.flush()
                os.fsync(file.fileno())
            except OSError as error:
                # Work goes on without a journal: a full disk must not stop anybody from editing.
                log.warning("the journal %s cannot be written: %s", self.path, error)
                if entry == "close":
                    return


def _frame(meta: dict[str, Any], rows: Rows, data: Snapshot | bytes) -> bytes:
    """Return one frame; slow for whole images, so that only the thread calls it."""
    objects = {str(number): None if row is None else fields_of(row) for number, row in rows.items()}
    words = json.dumps({**meta, "objects": objects}).encode()
    if not isinstance(data, bytes):
        packer = zlib.compressobj(1)
        data = b"".join([*(packer.compress(band.data) for band in data.bands()), packer.flush()])
    return HEAD.pack(MAGIC, len(words), len(data), zlib.crc32(data, zlib.crc32(words))) + words + data


def _corners(box: Box) -> tuple[int, ...]:
    return box.z0, box.z1, box.y0, box.y1, box.x0, box.x1


def frames(content: bytes) -> Iterator[tuple[dict[str, Any], bytes, int]]:
    """Yield description, data and end of each whole frame; stop at the first damaged one."""
    at = 0
    while at + HEAD.size <= len(content):
        magic, meta_length, data_length, checksum = HEAD.unpack_from(content, at)
        start, stop = at + HEAD.size, at + HEAD.size + meta_length + data_length
        if magic != MAGIC or stop > len(content) or zlib.crc32(content[start:stop]) != checksum:
            return
        yield json.loads(content[start : start + meta_length]), content[start + meta_length : stop], stop
        at = stop


def recover(path: Path) -> Recovered | None:
    """Return the state at the last whole frame of a journal; None where there is none."""
    content = path.read_bytes()
    labels: Labels | None = None
    objects: dict[int, dict[str, Any]] = {}
    end = 0
    meta: dict[str, Any] = {}
    for meta, data, end in frames(content):  # noqa: B007 - the last ones are used below
        if meta["whole"]:
            labels = np.frombuffer(zlib.decompress(data), np.uint32).reshape(meta["shape"]).copy()
            objects = {}
        elif labels is None:
            return None
        else:
            _apply(labels, meta["edits"], data)
        _update(objects, meta["objects"])
    if labels is None:
        return None
    return Recovered(path, Path(meta["image"]), float(meta["time"]), labels, objects, len(content) - end)


def _apply(labels: Labels, edits: list[Any], data: bytes) -> None:
    at = 0
    for corners, length in edits:
        PixelEdit(Box(*corners), data[at : at + length]).apply(labels)
        at += length


def _update(objects: dict[int, dict[str, Any]], rows: Mapping[str, Any]) -> None:
    for number, fields in rows.items():
        if fields is None:
            objects.pop(int(number), None)
        else:
            objects[int(number)] = checked_fields(fields)


def left_behind(folder: Path | None = None) -> list[Path]:
    """Return the journals of programs that no longer run, the newest first."""
    folder = folder or journal_folder()
    if not folder.is_dir():
        return []
    paths = [path for path in folder.glob(f"*{SUFFIX}") if not _in_use(path)]
    return sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        """Do nothing: Windows refuses to rename or remove a file that another program has open."""

    def _in_use(path: Path) -> bool:
        try:
            path.rename(path)
        except OSError:
            return True
        return False

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        """Mark the journal as in use; the mark goes with the process, however it ends."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _in_use(path: Path) -> bool:
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False
