"""Labels of an image larger than memory: chunks that are read from a folder when they are asked for, with a pyramid.

What is written stays in memory, and in a working folder where there is too much of it, until the project is saved: the
folder that the labels came from is never written here. The levels of the pyramid are every second, fourth, ... pixel,
as the engine writes them.
"""

from __future__ import annotations

import shutil
import time
from collections import OrderedDict
from threading import Lock, RLock
from typing import IO, TYPE_CHECKING, cast
from weakref import WeakSet

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.system.file_lock import hold
from cpsam_gui.state.box import Box
from cpsam_gui.storage.chunked_view import ChunkedView
from cpsam_gui.storage.level_files import CHUNK_PX, LevelFiles, level_shapes, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cpsam_gui.state.steps import Labels
    from cpsam_gui.storage.level_files import Key

LOCK = "lock"
"""File of a working folder that its program holds."""
CACHE_BYTES = 256 << 20
MOST_BYTES = 1 << 30
"""A block over which one request is refused: that would be nearly the image as a whole."""
EMPTY: Labels = np.zeros((CHUNK_PX, CHUNK_PX), np.uint32)
EMPTY.flags.writeable = False


class ChunkedLabels:
    """Labels (z, y, x) uint32 in chunks; may be read from several threads while one writes.

    Parameters
    ----------
    shape
        Lengths in pixels.
    work
        A folder of its own for what does not fit into memory; made when it is needed.
    base
        Folder of what is there already: of a document that was saved, or of a run by blocks. None for nothing.
    key
        What the labels are called in the project and the journal; a new name where it is empty.
    """

    whole = False

    def __init__(self, shape: Sequence[int], work: Path, base: Path | None = None, key: str = "") -> None:
        z, y, x = (int(length) for length in shape)
        self.shape = (z, y, x)
        self.shapes = level_shapes(self.shape)
        self.base = base
        self.key = key or f"{time.time_ns():x}"
        self._work = work
        self._held: IO[bytes] | None = None
        self._files = None if base is None else LevelFiles(base, self.shapes)
        self._chunks: OrderedDict[Key, Labels] = OrderedDict()
        # Known to hold nothing.
        self._absent: set[Key] = set()
        # Differ from the base.
        self._dirty: set[Key] = set()
        # Of those, the ones in the working folder as they are.
        self._aside: set[Key] = set()
        # Chunks to be saved, as they were where they changed since.
        self._saving: dict[Key, Labels | None] = {}
        # Written since saving began.
        self._since: set[Key] = set()
        self._lock = RLock()
        with _GUARD:
            _IN_USE.add(self)

    @property
    def nbytes(self) -> int:
        """Memory that the chunks take, in bytes."""
        return len(self._chunks) * EMPTY.nbytes

    @property
    def view(self) -> Labels:
        """What is indexed to read labels."""
        return cast("Labels", ChunkedView(self))

    @property
    def dirty(self) -> frozenset[Key]:
        """The chunks that differ from the folder that the labels came from."""
        with self._lock:
            return frozenset(self._dirty)

    def fork(self, work: Path) -> ChunkedLabels:
        """Return the same labels as they are now, to be written on their own; what is on the disk is shared."""
        made = ChunkedLabels(self.shape, work, self.base)
        with self._lock:
            for key in sorted(self._dirty):
                made._chunks[key] = self._chunk(key).copy()
                made._dirty.add(key)
                made._make_room()
        return made

    def close(self) -> None:
        """Remove the working folder."""
        with _GUARD:
            _IN_USE.discard(self)
        with self._lock:
            self._chunks.clear()
            if self._held is not None:
                self._held.close()
                self._held = None
                shutil.rmtree(self._work, ignore_errors=True)

    def read(self, box: Box) -> Labels:
        """Return the labels of a block as a copy."""
        return self.read_level(0, box)

    def read_level(self, level: int, box: Box) -> Labels:
        """Return a block of a level, in pixels of that level."""
        if 4 * box.shape[0] * box.shape[1] * box.shape[2] > MOST_BYTES:
            raise ImageError(
                "The masks of this image are too large for this: it needs all of them at once. It works on a region."
            )
        block = np.empty(box.shape, np.uint32)
        with self._lock:
            for (_, z, row, column), part in _parts(level, box):
                block[
                    part.z0 - box.z0, part.y0 - box.y0 : part.y1 - box.y0, part.x0 - box.x0 : part.x1 - box.x0
                ] = self._chunk((level, z, row, column))[_inside(part, row, column)]
        return block

    def _chunk(self, key: Key) -> Labels:
        """Return a chunk; not to be written unless it is dirty."""
        known = self._chunks.get(key)
        if known is not None:
            self._chunks.move_to_end(key)
            return known
        if key in self._absent:
            return EMPTY
        chunk = self._load(key)
        if chunk is EMPTY:
            self._absent.add(key)
        else:
            self._chunks[key] = chunk
            self._make_room()
        return chunk

    def _load(self, key: Key) -> Labels:
        if key in self._aside:
            return unpacked((self._work / _name(key)).read_bytes())
        chunk = None if self._files is None else self._files.read(key)
        return EMPTY if chunk is None else chunk

    def write(self, box: Box, values: Labels) -> None:
        """Set the labels of a block, and the samples of it in the levels above."""
        values = np.broadcast_to(np.asarray(values, np.uint32), box.shape)
        with self._lock:
            for (_, z, row, column), part in _parts(0, box):
                block = values[
                    part.z0 - box.z0, part.y0 - box.y0 : part.y1 - box.y0, part.x0 - box.x0 : part.x1 - box.x0
                ]
                self._own((0, z, row, column))[_inside(part, row, column)] = block
                self._sample(part, block)
            self._make_room()

    def _sample(self, part: Box, block: Labels) -> None:
        """Set the samples of the levels above that lie in a part of a chunk."""
        for level in range(1, len(self.shapes)):
            step = 1 << level
            samples = Box(
                part.z0,
                part.z1,
                -(-part.y0 // step),
                -(-part.y1 // step),
                -(-part.x0 // step),
                -(-part.x1 // step),
            )
            if samples.empty:
                return
            taken = block[samples.y0 * step - part.y0 :: step, samples.x0 * step - part.x0 :: step]
            for (_, z, row, column), piece in _parts(level, samples):
                self._own((level, z, row, column))[_inside(piece, row, column)] = taken[
                    piece.y0 - samples.y0 : piece.y1 - samples.y0,
                    piece.x0 - samples.x0 : piece.x1 - samples.x0,
                ]

    def _own(self, key: Key) -> Labels:
        """Return a chunk that is about to be written."""
        chunk = self._chunk(key)
        if self._saving.get(key, EMPTY) is None:
            # What is being saved is the state before.
            self._saving[key] = chunk.copy()
        if key in self._absent:
            self._absent.discard(key)
            chunk = self._chunks[key] = EMPTY.copy()
        self._dirty.add(key)
        self._since.add(key)
        self._aside.discard(key)
        return chunk

    def _make_room(self) -> None:
        """Let go of the chunks that were not used for the longest time; those that are written go aside."""
        while self.nbytes > CACHE_BYTES and len(self._chunks) > 1:
            key, chunk = self._chunks.popitem(last=False)
            if key in self._dirty and key not in self._aside:
                self._hold_work()
                (self._work / _name(key)).write_bytes(packed(chunk))
                self._aside.add(key)

    def _hold_work(self) -> None:
        """Make the working folder, and mark it as in use."""
        if self._held is None:
            self._work.mkdir(parents=True, exist_ok=True)
            self._held = (self._work / LOCK).open("wb")
            hold(self._held)

    def begin_save(self) -> frozenset[Key]:
        """Hold what differs from the base as it is now until :meth:`saved_chunk` took it, while writing goes on."""
        with self._lock:
            self._saving = dict.fromkeys(self._dirty)
            self._since = set()
            return frozenset(self._dirty)

    def saved_chunk(self, key: Key) -> Labels:
        """Return a chunk as it was when saving began, as a copy; once, from any thread."""
        with self._lock:
            held = self._saving.pop(key, None)
            return self._chunk(key).copy() if held is None else held

    def rebase(self, base: Path, saved: frozenset[Key]) -> None:
        """Go on with a folder in which the chunks were saved; those written meanwhile differ from it."""
        with self._lock:
            self.base, self._files = base, LevelFiles(base, self.shapes)
            self._saving = {}
            gone = saved - self._since
            self._dirty -= gone
            for key in gone & self._aside:
                (self._work / _name(key)).unlink(missing_ok=True)
            self._aside -= gone


_GUARD = Lock()
_IN_USE: WeakSet[ChunkedLabels] = WeakSet()
"""All labels in chunks that may be read: those of the document, of its undo steps, of comparisons."""


def readers_of(folder: Path) -> list[ChunkedLabels]:
    """Return the labels that are read from a folder."""
    with _GUARD:
        return [one for one in _IN_USE if one.base == folder]


def _name(key: Key) -> str:
    return "-".join(map(str, key))


def _parts(level: int, box: Box) -> Iterator[tuple[Key, Box]]:
    """Yield the chunks that a block touches, and which part of the block lies in each."""
    for z in range(box.z0, box.z1):
        for row in range(box.y0 // CHUNK_PX, (box.y1 - 1) // CHUNK_PX + 1):
            for column in range(box.x0 // CHUNK_PX, (box.x1 - 1) // CHUNK_PX + 1):
                top, left = row * CHUNK_PX, column * CHUNK_PX
                y0, y1 = max(box.y0, top), min(box.y1, top + CHUNK_PX)
                x0, x1 = max(box.x0, left), min(box.x1, left + CHUNK_PX)
                yield (level, z, row, column), Box(z, z + 1, y0, y1, x0, x1)


def _inside(part: Box, row: int, column: int) -> tuple[slice, slice]:
    """Return where a part lies in its chunk."""
    top, left = row * CHUNK_PX, column * CHUNK_PX
    return slice(part.y0 - top, part.y1 - top), slice(part.x0 - left, part.x1 - left)
