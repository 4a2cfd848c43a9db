"""What stands in a journal: frames with checksums, how they are read back, and which journals are in use. No Qt."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from cpsam_core.images.files import opening
from cpsam_core.system.paths import ordinary
from cpsam_gui.state.box import Box
from cpsam_gui.state.image_facts import ImageFacts
from cpsam_gui.state.label_store import ArrayLabels
from cpsam_gui.state.packed_masks import PackedMasks
from cpsam_gui.state.steps import PixelEdit
from cpsam_gui.storage import worklog
from cpsam_gui.storage.label_runs import PACKING, checked_size, pack_labels, row_text, unpack_labels
from cpsam_gui.storage.project import checked_facts, checked_fields, fields_of_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.snapshot import Snapshot
    from cpsam_gui.state.steps import Labels

    Rows: TypeAlias = Mapping[int, ObjectRecord | None]

MAGIC = b"CPJ1"
# Magic, length of the description, length of the data, checksum of both.
HEAD = struct.Struct("<4sIQI")
SUFFIX, PART = ".journal", ".part"
"""Endings of a journal, and of one that is being written anew."""
MOST_COUNTED_BYTES = 1 << 26
"""Of a journal of which it is told how much it holds."""
# What was done before a frame, and in it.
LOGGED = ("log", "did")


class JournalStopped(Exception):  # noqa: N818 - no error: nobody wants the frame any more
    """The frame is not needed any more."""


@dataclass(frozen=True, slots=True, eq=False)
class RecoveredChunks:
    """Changes of labels in chunks.

    Attributes
    ----------
    shape
        Lengths (z, y, x) of the labels.
    key, base
        Which labels they belong to, and the folder where these lay; empty for a document without a folder.
    blocks
        Blocks in the order in which they were written, packed.
    """

    shape: tuple[int, int, int]
    key: str
    base: str
    blocks: tuple[tuple[Box, bytes], ...]

    def unpacked(self) -> Iterator[tuple[Box, Labels]]:
        """Yield the blocks."""
        for box, data in self.blocks:
            yield box, _unpacked(data, list(box.shape))


@dataclass(frozen=True, slots=True)
class Amount:
    """How much work a journal holds; None where it does not say so."""

    objects: int | None = None
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class RecoveredWork:
    """What a journal holds.

    Attributes
    ----------
    path, image
        The journal, and the image that it belongs to.
    when
        Time of the last step that could be read, seconds since 1970.
    labels, objects, facts
        The work, as a project file holds it; of an image larger than memory what changed since it was saved.
    lost
        Bytes at the end that could not be used.
    lost_steps
        At least so many steps stood there.
    log
        What was done, as far as it was written down.
    part
        Which scene and time point of the image it is, as `DocumentKey.ending` writes it.
    axes
        How the axes of the file were read, where a person or the program had to say it.
    """

    path: Path
    image: Path
    when: float
    labels: Labels | RecoveredChunks
    objects: dict[int, dict[str, Any]]
    facts: ImageFacts = field(default_factory=ImageFacts)
    lost: int = 0
    lost_steps: int = 0
    log: tuple[worklog.LogEntry, ...] = ()
    part: str = ""
    axes: str | None = None


def frame(
    meta: dict[str, Any],
    rows: Rows,
    data: Snapshot | PackedMasks | bytes | tuple[Labels, ...],
    stopped: Callable[[], bool] = lambda: False,
) -> bytes:
    """Return one frame; slow for a snapshot, and quick for masks that are packed.

    Raises
    ------
    JournalStopped
        `stopped` said so meanwhile.
    """
    if "facts" in meta:
        meta = {**meta, "facts": fields_of_facts(meta["facts"])}
    meta = {**meta, **{name: worklog.stored(meta[name]) for name in LOGGED if name in meta}}
    if isinstance(data, tuple):
        packed = [zlib.compress(block.tobytes(), 1) for block in data]
        meta = {
            **meta,
            "edits": [(box, len(part)) for box, part in zip(meta["edits"], packed, strict=True)],
        }
        data = b"".join(packed)

    def go_on() -> None:
        if stopped():
            raise JournalStopped

    known: Mapping[int, tuple[ObjectRecord, str]] = {}
    if not isinstance(data, bytes):
        meta = {**meta, "packing": PACKING}
        known = data.rows if isinstance(data, PackedMasks) else known
        data = data.labels if isinstance(data, PackedMasks) else pack_labels(data.bands(), go_on)
    words = _table(meta, rows, known).encode()
    return HEAD.pack(MAGIC, len(words), len(data), zlib.crc32(data, zlib.crc32(words))) + words + data


def _table(meta: dict[str, Any], rows: Rows, known: Mapping[int, tuple[ObjectRecord, str]]) -> str:
    # Row by row: the encoder holds the interpreter, and with it the window, until it returns.
    entries = []
    for number, row in rows.items():
        before = known.get(number)
        text = before[1] if before is not None and before[0] is row else row_text(row)
        entries.append(f'"{number}": {text}')
    return f'{json.dumps(meta)[:-1]}, "objects": {{{", ".join(entries)}}}}}'


def corners(box: Box) -> tuple[int, ...]:
    """Return a box as plain numbers."""
    return box.z0, box.z1, box.y0, box.y1, box.x0, box.x1


def frames(content: bytes) -> Iterator[tuple[dict[str, Any], bytes, int]]:
    """Yield description, data and end of each whole frame; stop at the first damaged one."""
    at = 0
    while (stop := _end(content, at)) is not None:
        length = HEAD.unpack_from(content, at)[1]
        start = at + HEAD.size
        yield json.loads(content[start : start + length]), content[start + length : stop], stop
        at = stop


def _end(content: bytes, at: int) -> int | None:
    """Return where the frame that begins at `at` ends; None where there is no whole frame."""
    if at + HEAD.size > len(content):
        return None
    magic, meta_length, data_length, checksum = HEAD.unpack_from(content, at)
    start, stop = at + HEAD.size, at + HEAD.size + meta_length + data_length
    if magic != MAGIC or stop > len(content) or zlib.crc32(memoryview(content)[start:stop]) != checksum:
        return None
    return int(stop)


def recover(path: Path) -> RecoveredWork | None:
    """Return the state at the last frame of a journal up to which all are whole; None where there is none.

    Later frames say only what changed, so after a damaged one nothing can be used.

    Raises
    ------
    ImageError
        The file cannot be read.
    """
    with opening(path):
        content = ordinary(path).read_bytes()
    labels: Labels | None = None
    chunks: ChunkReader | None = None
    objects: dict[int, dict[str, Any]] = {}
    facts, log = ImageFacts(), list[worklog.LogEntry]()
    end, image, when = 0, "", 0.0
    part, axes = "", None
    try:
        for meta, data, stop in frames(content):
            if "chunks" in meta:
                chunks = chunks or ChunkReader()
                chunks.read(meta, data)
                objects = chunks.objects
                log = worklog.read(meta.get("log")) or log
            elif meta["whole"]:
                unpack = unpack_labels if meta.get("packing") == PACKING else _unpacked
                labels, objects = unpack(data, meta["shape"]), {}
                log = worklog.read(meta.get("log"))
            elif labels is None:
                return None
            else:
                _apply(labels, meta["edits"], data)
                log = worklog.read(meta["log"]) if "log" in meta else log
            _update(objects, meta["objects"])
            facts = checked_facts(meta["facts"]) if "facts" in meta else facts
            log += worklog.read(meta.get("did"))
            image, when, end = str(meta["image"]), float(meta["time"]), stop
            part, axes = str(meta.get("part") or ""), str(meta.get("axes") or "") or None
    except (ValueError, KeyError, TypeError, OverflowError, zlib.error):
        # The checksum is right and the content is not: written by another version. What came before stays,
        # unless the frame was applied in part.
        return None
    if labels is None and chunks is None:
        return None
    found = chunks.found() if chunks is not None else labels
    assert found is not None
    lost = len(content) - end
    return RecoveredWork(
        path, Path(image), when, found, objects, facts, lost, _lost(content, end), tuple(log), part, axes
    )


class ChunkReader:
    """Gathers the changes of labels in chunks; those of the labels that were there last count."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[tuple[Box, bytes]]] = {}
        self._objects: dict[str, dict[int, dict[str, Any]]] = {}
        self._shape, self._key, self._base = (1, 1, 1), "", ""

    def read(self, meta: dict[str, Any], data: bytes) -> None:
        """Take a frame.

        Raises
        ------
        ValueError, KeyError, TypeError
            It makes no sense.
        """
        z, y, x = (int(length) for length in meta["shape"])
        self._shape = (z, y, x)
        self._key, self._base = str(meta["chunks"]["labels"]), str(meta["chunks"]["base"])
        blocks, at = self._blocks.setdefault(self._key, []), 0
        for place, length in meta["edits"]:
            box = Box(*place)
            if box != box.clip(self._shape) or box.empty:
                raise ValueError("a block outside of the image")
            blocks.append((box, data[at : at + length]))
            at += length

    @property
    def objects(self) -> dict[int, dict[str, Any]]:
        """Rows of the labels that were there last."""
        return self._objects.setdefault(self._key, {})

    def found(self) -> RecoveredChunks:
        """Return what was gathered."""
        blocks = tuple(self._blocks.get(self._key, ()))
        return RecoveredChunks(self._shape, self._key, self._base, blocks)


def _lost(content: bytes, end: int) -> int:
    """Return how many steps stand behind `end`: the damaged one, and whole ones after it."""
    if end >= len(content):
        return 0
    count, at = 1, content.find(MAGIC, end + 1)
    while at >= 0:
        stop = _end(content, at)
        count += stop is not None
        at = content.find(MAGIC, stop or at + 1)
    return count


def _unpacked(data: bytes, shape: list[int]) -> Labels:
    size = checked_size(shape)
    content = zlib.decompressobj().decompress(data, 4 * size)
    return np.frombuffer(content, np.uint32).reshape(shape).copy()


def _apply(labels: Labels, edits: list[Any], data: bytes) -> None:
    at, store = 0, ArrayLabels(labels)
    for place, length in edits:
        PixelEdit(Box(*place), data[at : at + length]).apply(store)
        at += length


def _update(objects: dict[int, dict[str, Any]], rows: Mapping[str, Any]) -> None:
    for number, stored in rows.items():
        if stored is None:
            objects.pop(int(number), None)
        else:
            objects[int(number)] = checked_fields(stored)


def amount_of(path: Path) -> Amount:
    """Return how much there is in a journal, from the descriptions of its frames; damage ends the look.

    A journal that was made shorter meanwhile knows no number of steps, and one of an image larger than memory, or
    one that takes long to read, tells nothing.
    """
    objects: set[str] = set()
    steps, exact, seen = 0, True, False
    try:
        if ordinary(path).stat().st_size > MOST_COUNTED_BYTES:
            return Amount()
        for meta, _, _ in frames(ordinary(path).read_bytes()):
            if "chunks" in meta:
                return Amount()
            did = meta.get("did") or ()
            # The first frame holds the state before the first step, unless the journal was made shorter.
            exact, seen = exact and (seen or not did), True
            steps += len(did)
            objects = set() if meta["whole"] else objects
            for number, row in meta["objects"].items():
                (objects.discard if row is None else objects.add)(number)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Amount()
    return Amount(len(objects) if seen else None, steps if seen and exact else None)
