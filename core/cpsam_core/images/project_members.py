"""Members of a project's zip archive: packed and unpacked within bounds, since the files are hostile."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from cpsam_core.errors import DAMAGE
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.limits import check_size
from cpsam_core.images.tiff_chain import check_pages

__all__ = [
    "DAMAGED",
    "MASKS",
    "array",
    "documents_of",
    "head_of_table",
    "key_of_member",
    "member",
    "members_of",
    "packed",
    "table_text",
]

MASKS = "masks.tif"
# Deflate makes nothing more than 1032 times smaller.
MOST_PACKED = 1100
# Numbers a pixel in an array beside the masks: flows, class maps.
MOST_MAPS = 300
# Bytes that an array may have whatever its file has.
SMALLEST_BYTES = 1 << 16
# Of a table that may be searched for its last key.
HEAD_BYTES = 1 << 20
DAMAGED: tuple[type[Exception], ...] = (tifffile.TiffFileError, *DAMAGE)
"""What zipfile, json, tifffile and the decompressors raise on damaged or foreign files."""


def packed(array: npt.NDArray[Any]) -> bytes:
    """Return an array as a compressed TIFF; yes and no become 1 and 0."""
    pixels = io.BytesIO()
    stored = array.astype(np.uint8) if array.dtype == bool else array
    axes = "QCZYX"[-stored.ndim :] if stored.ndim <= 5 else None
    tifffile.imwrite(
        pixels,
        stored,
        compression="zlib",
        metadata={"axes": axes},
        photometric="minisblack",
        predictor=stored.dtype.kind == "f",
    )
    return pixels.getvalue()


def members_of(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members of an archive by name."""
    return {stated.filename: stated for stated in archive.infolist()}


def key_of_member(name: str) -> DocumentKey | None:
    """Return the document that a member belongs to, by its folder; None where the folder is no document."""
    folder, _, own = name.rpartition("/")
    return DocumentKey.from_ending(f"_{folder}" if folder else "") if own else None


def documents_of(members: dict[str, zipfile.ZipInfo]) -> tuple[DocumentKey, ...]:
    """Return the documents that an archive has masks of, the whole image first."""
    masks = [name for name in members if name.rpartition("/")[2] == MASKS]
    keys = {key for name in masks if (key := key_of_member(name)) is not None}
    return tuple(sorted(keys))


def member(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, limit: int | None = None
) -> bytes:
    """Unpack one member into memory once its stated size can be true."""
    stated = members[name]
    if stated.flag_bits & 1 or stated.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in a way that this program does not use")
    if stated.file_size > MOST_PACKED * max(stated.compress_size, 64) or stated.file_size > (limit or 2**40):
        raise ValueError(f"{name} states a size of {stated.file_size} bytes, which cannot be true")
    with archive.open(stated) as file:
        # What a member really unpacks to is not bounded by what it states.
        content = file.read(stated.file_size + 1)
    if len(content) != stated.file_size:
        raise ValueError(f"{name} has another size than it states")
    return content


def array(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> npt.NDArray[Any]:
    """Return the array in a TIFF member."""
    content = member(archive, members, name)
    check_pages(io.BytesIO(content))
    with tifffile.TiffFile(io.BytesIO(content), _multifile=False) as file:
        series = file.series[0]
        if series.nbytes > MOST_PACKED * len(content) + SMALLEST_BYTES:
            raise ValueError(f"{name} states a size that its {len(content)} bytes cannot hold")
        # Packed twice, in the TIFF and in the archive, it may still be beyond belief.
        check_size(
            Path(str(archive.filename)),
            series.shape,
            series.dtype.itemsize,
            members[name].compress_size,
            maps=1 if name.rpartition("/")[2] == MASKS else MOST_MAPS,
        )
        return np.asarray(series.asarray())


def table_text(table: dict[str, Any], last: str, ready: Mapping[int, str] | None = None) -> str:
    """Return a table as JSON with the key `last` at its end, so that what stands before it can be read alone.

    `ready` holds the rows of that key as JSON, where the caller kept them, by number.
    """
    head = json.dumps({key: value for key, value in table.items() if key != last}, indent=1)
    # One by one: the encoder holds the interpreter, and with it the window, until it returns.
    if ready is None:
        parts = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in list(table[last].items())]
    else:
        parts = [f'  "{number}": {text}' for number, text in ready.items()]
    return f"{head[:-2]},\n {json.dumps(last)}: {{\n" + ",\n".join(parts) + "\n }\n}"


def head_of_table(archive: zipfile.ZipFile, stated: zipfile.ZipInfo, last: str) -> dict[str, Any] | None:
    """Return what stands before the key `last` in a table as :func:`table_text` writes it; None for any other."""
    with archive.open(stated) as file:
        text = file.read(HEAD_BYTES).decode("utf-8", "ignore")
    # A text inside JSON never holds a line feed, so this is a key of the outermost table.
    head, found, _ = text.partition(f",\n {json.dumps(last)}: {{")
    if not found:
        return None
    try:
        table = json.loads(head + "}")
    except ValueError:
        return None
    return table if isinstance(table, dict) else None
