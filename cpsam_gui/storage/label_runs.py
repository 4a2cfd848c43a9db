"""All labels of an image as runs of one value, packed: three times as quick as packing pixels. No Qt."""

from __future__ import annotations

import json
import math
import zlib
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.labels.runs import Runs, runs_from, union
from cpsam_gui.state.packed_masks import PackedMasks
from cpsam_gui.storage.project import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from numpy.typing import NDArray

    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels

    Places: TypeAlias = NDArray[Any]

PACKING = "runs"
"""What a frame calls this form."""
# A damaged or made-up shape must not ask for all memory; labels of larger images lie in chunks.
MOST_PIXELS = 1 << 32
# Pixel rows that are looked at together: they stay in the cache.
BAND_ROWS = 256


def pack_masks(
    labels: Labels | Runs, records: Mapping[int, ObjectRecord], before: PackedMasks | None = None
) -> PackedMasks:
    """Pack a result where it is made, in another thread than the one that draws.

    Parameters
    ----------
    labels : (z, y, x) uint32, or all their runs
    records
        Their rows.
    before
        Other masks with many of the same rows, whose text is known.
    """
    texts = {} if before is None else before.rows
    rows = {number: (row, _text_of(row, texts.get(number))) for number, row in records.items()}
    packed = _packed(_bands_of(labels)) if isinstance(labels, Runs) else pack_labels(_bands(labels))
    return PackedMasks(packed, rows)


def _text_of(row: ObjectRecord, known: tuple[ObjectRecord, str] | None) -> str:
    return known[1] if known is not None and known[0] == row else row_text(row)


def row_text(row: ObjectRecord | None) -> str:
    """Return a row of the table as it is written."""
    return json.dumps(None if row is None else fields_of(row))


def pack_labels(bands: Iterable[Labels], stopped: Callable[[], None] = lambda: None) -> bytes:
    """Return labels packed, given in bands (rows, x) from the first plane to the last.

    `stopped` is called between them and may raise.
    """
    return _packed(_runs_of(bands, stopped))


def _packed(bands: Iterable[tuple[Places, Places]]) -> bytes:
    """Return bands packed, given as lengths and values of their runs."""
    packer, parts = zlib.compressobj(1), []
    for lengths, values in bands:
        for piece in (np.array([lengths.size], "<u4"), lengths.astype("<u4"), values.astype("<u4")):
            parts.append(packer.compress(piece.tobytes()))
    return b"".join([*parts, packer.flush()])


def _runs_of(bands: Iterable[Labels], stopped: Callable[[], None]) -> Iterator[tuple[Places, Places]]:
    """Yield lengths and values of the runs of each band, which go on from row to row."""
    for band in bands:
        stopped()
        flat = band.reshape(-1)
        starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
        yield np.diff(starts, append=flat.size), flat[starts]


def _bands_of(runs: Runs) -> Iterator[tuple[Places, Places]]:
    """Yield the same of labels of which these are all runs."""
    depth, height, width = runs.shape
    for z in range(depth):
        for top in range(0, height, BAND_ROWS):
            start = (z * height + top) * width
            stop = (z * height + min(top + BAND_ROWS, height)) * width
            first, last = np.searchsorted(runs.starts, (start, stop))
            values = runs.values[first:last]
            heads = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
            yield np.diff(runs.starts[first:last][heads], append=stop), values[heads]


def unpack_runs(data: bytes, shape: Sequence[int]) -> Runs:
    """Return all runs of packed labels (z, y, x), which end with each row.

    Raises
    ------
    ValueError, zlib.error
        They are no labels of this shape.
    """
    size, shape = checked_size(shape), tuple(int(length) for length in shape)
    rows = np.arange(0, size, shape[2], dtype=np.int64)
    if not data:
        return runs_from(rows, np.zeros(len(rows), np.uint32), shape)
    content = zlib.decompressobj().decompress(data, 8 * size + 4 * (size + 1))
    lengths, values = map(np.concatenate, zip(*_each_band(content, size), strict=True))
    ends = np.cumsum(lengths, dtype=np.int64)
    starts = union(ends - lengths, rows)
    return runs_from(starts, values[np.searchsorted(ends, starts, "right")], shape)


def unpack_labels(data: bytes, shape: Sequence[int]) -> Labels:
    """Return labels (z, y, x) uint32.

    Raises
    ------
    ValueError, zlib.error
        They are no labels of this shape.
    """
    size = checked_size(shape)
    labels = np.zeros(size, np.uint32)
    if data:
        _fill(labels, zlib.decompressobj().decompress(data, 8 * size + 4 * (size + 1)))
    return labels.reshape(tuple(int(length) for length in shape))


def checked_size(shape: Sequence[int]) -> int:
    """Return the pixels of a shape (z, y, x); a ValueError says that it is none."""
    size = math.prod(int(length) for length in shape)
    if len(shape) != 3 or min(shape) < 1 or size > MOST_PIXELS:
        raise ValueError(f"labels of shape {shape}")
    return size


def _fill(labels: Labels, content: bytes) -> None:
    """Write the runs of all bands into labels (n,) that are 0."""
    at = 0
    for lengths, values in _each_band(content, labels.size):
        end = at + int(lengths.sum(dtype=np.int64))
        if values.any():
            # Where no pixel has a label, no memory is touched.
            labels[at:end] = np.repeat(values, lengths)
        at = end


def _each_band(content: bytes, size: int) -> Iterator[tuple[Places, Places]]:
    """Yield lengths and values of the runs of each band; together they have as many pixels as the image."""
    numbers = np.frombuffer(content, "<u4", len(content) // 4)
    at = place = 0
    while place < numbers.size:
        count = int(numbers[place])
        lengths, values = numbers[place + 1 : place + 1 + count], numbers[place + 1 + count :][:count]
        at += int(lengths.sum(dtype=np.int64))
        if values.size != count or at > size:
            raise ValueError("runs beyond the image")
        yield lengths, values
        place += 1 + 2 * count
    if at != size:
        raise ValueError("runs for a part of the image only")


def _bands(labels: Labels) -> Iterable[Labels]:
    for plane in labels:
        for top in range(0, len(plane), BAND_ROWS):
            yield plane[top : top + BAND_ROWS]
