"""Chunks of a Zarr array that are plain packed files: read without the machinery of zarr, which costs more than them.

A window that asks for hundreds of pieces of a slide waits for its own threads otherwise.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["PlainChunks", "plain_chunks"]

PACKERS = ("zstd", "blosc", "zlib", "gzip", "lz4", "bz2", "lzma")
"""Names under which numcodecs unpacks what the two versions of the format name so."""


class PlainChunks:
    """Reads parts of an array whose chunks are files of their own.

    Parameters
    ----------
    folder
        Of the array.
    shape, chunks
        Lengths of the array and of a chunk.
    dtype
        As stored.
    fill
        Value of chunks that are not there.
    separator
        Between the numbers in the name of a chunk.
    prefix
        Before them.
    packer
        Unpacks a chunk, None where it is not packed.
    """

    def __init__(
        self,
        folder: Path,
        shape: tuple[int, ...],
        chunks: tuple[int, ...],
        dtype: np.dtype[Any],
        fill: Any,
        separator: str,
        prefix: str,
        packer: Any,
    ) -> None:
        self._folder, self._shape, self._chunks = folder, shape, chunks
        self._dtype, self._fill = dtype, fill
        self._separator, self._prefix, self._packer = separator, prefix, packer

    def __getitem__(self, index: tuple[slice | int, ...]) -> npt.NDArray[Any]:
        """Read a part; `index` has a number or a slice of step 1 for each axis.

        Raises
        ------
        OSError, ValueError, RuntimeError
            A chunk cannot be read, or is damaged.
        """
        spans = [_span(one, length) for one, length in zip(index, self._shape, strict=True)]
        part = np.full([len(span) for span in spans], self._fill, self._dtype.newbyteorder("="))
        if part.size:
            ranges = [
                range(span.start // side, (span.stop - 1) // side + 1)
                for span, side in zip(spans, self._chunks, strict=True)
            ]
            for place in itertools.product(*ranges):
                chunk = self._read(place)
                if chunk is not None:
                    into, out_of = _overlap(place, spans, self._chunks)
                    part[into] = chunk[out_of]
        return part[tuple(slice(None) if isinstance(one, slice) else 0 for one in index)]

    def _read(self, place: tuple[int, ...]) -> npt.NDArray[Any] | None:
        name = self._separator.join(map(str, place))
        try:
            data = (self._folder / (self._prefix + name)).read_bytes()
        except FileNotFoundError:
            return None
        if self._packer is not None:
            data = self._packer.decode(data)
        return np.frombuffer(data, self._dtype, math.prod(self._chunks)).reshape(self._chunks)


def plain_chunks(folder: Path, version: int, described: dict[str, Any]) -> PlainChunks | None:
    """Return a reader for an array as its metadata describe it; None where only zarr can read it.

    The codecs are known to be harmless by then, and zarr has read the metadata without a complaint.
    """
    return _version_2(folder, described) if version == 2 else _version_3(folder, described)


def _version_2(folder: Path, described: dict[str, Any]) -> PlainChunks | None:
    dtype, packer = described.get("dtype"), described.get("compressor")
    usual = described.get("order") == "C" and not described.get("filters") and isinstance(dtype, str)
    if not usual or (packer is not None and packer.get("id") not in PACKERS):
        return None
    return _chunks(
        folder,
        described["shape"],
        described["chunks"],
        np.dtype(dtype),
        described.get("fill_value"),
        described.get("dimension_separator", "."),
        "",
        packer,
    )


def _version_3(folder: Path, described: dict[str, Any]) -> PlainChunks | None:
    codecs, keys = described.get("codecs"), described.get("chunk_key_encoding")
    grid, kind = described.get("chunk_grid"), described.get("data_type")
    usual = isinstance(codecs, list) and len(codecs) in (1, 2) and codecs[0].get("name") == "bytes"
    usual = usual and isinstance(keys, dict) and keys.get("name") == "default" and isinstance(kind, str)
    if not usual or not isinstance(grid, dict) or grid.get("name") != "regular":
        return None
    assert isinstance(codecs, list)
    assert isinstance(keys, dict)
    packer = codecs[1] if len(codecs) == 2 else None
    if packer is not None and packer.get("name") not in ("zstd", "gzip", "blosc"):
        return None
    endian = (codecs[0].get("configuration") or {}).get("endian", "little")
    separator = (keys.get("configuration") or {}).get("separator", "/")
    return _chunks(
        folder,
        described["shape"],
        grid["configuration"]["chunk_shape"],
        np.dtype(kind).newbyteorder(">" if endian == "big" else "<"),
        described.get("fill_value"),
        separator,
        f"c{separator}",
        None if packer is None else {"id": packer["name"]},
    )


def _chunks(
    folder: Path,
    shape: list[int],
    chunks: list[int],
    dtype: np.dtype[Any],
    fill: Any,
    separator: str,
    prefix: str,
    packer: dict[str, Any] | None,
) -> PlainChunks | None:
    import numcodecs

    # Not-a-number and its like stand there as text, and complex numbers as pairs.
    if dtype.kind not in "biuf" or not (fill is None or isinstance(fill, int | float)):
        return None
    unpack = None if packer is None else numcodecs.get_codec({"id": packer["id"]})
    return PlainChunks(folder, tuple(shape), tuple(chunks), dtype, fill or 0, separator, prefix, unpack)


def _span(index: slice | int, length: int) -> range:
    if isinstance(index, slice):
        return range(*index.indices(length))
    return range(index, index + 1)


def _overlap(
    place: tuple[int, ...], spans: list[range], chunks: tuple[int, ...]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return where a chunk lies in the part, and which of the chunk that is."""
    into, out_of = [], []
    for number, span, side in zip(place, spans, chunks, strict=True):
        first, last = max(span.start, number * side), min(span.stop, (number + 1) * side)
        into.append(slice(first - span.start, last - span.start))
        out_of.append(slice(first - number * side, last - number * side))
    return tuple(into), tuple(out_of)
