"""The mark that this program leaves in label images and pictures, so that they are never taken for images.

A name says little: people export masks under names of their own, and call images as they like.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import head_of
from cpsam_core.images.zarr_folder import ZarrFolder
from cpsam_core.system.file_identity import FileIdentity, identity_of

__all__ = [
    "RESULT",
    "TIFF_NAME",
    "is_result",
    "mark_of",
    "mark_read",
    "results_among",
    "tiff_metadata",
    "with_mark",
]

RESULT = "cpsam result"
"""What stands in a description."""
TIFF_NAME = (269, "s", 0, RESULT, True)
"""For TIFF whose description is that of OME, which stands at the end: the tag of a document's name."""
# Descriptions stand near the beginning, in TIFF before the places of strips.
HEAD_BYTES = 4096
MARKED = (".tif", ".tiff", ".png")
# Of a PNG: its signature, and the chunk of its size.
PNG_HEAD_BYTES = 33
# Files looked into at a time: on a network drive each makes one wait, and the waits overlap.
AT_ONCE = 16
# Until November 2026 masks as a model drew them were told from others.
WITH_CONTENT = re.compile(re.escape(RESULT).encode("ascii") + rb"(?: of a model)? ([0-9a-f]{8})")


def mark_of(labels: npt.NDArray[Any]) -> str:
    """Return the mark of labels that a run or a project of this program wrote, and may write again.

    It names their content, since another program may change them and keep the mark. `labels` are whole numbers of any
    type and shape; the same ones give the same mark in any type.
    """
    kind = np.uint16 if labels.max(initial=0) <= np.iinfo(np.uint16).max else np.uint32
    written = np.ascontiguousarray(labels, kind)
    shape = np.asarray([side for side in written.shape if side > 1], np.uint32)
    return f"{RESULT} {zlib.crc32(written.data, zlib.crc32(shape.tobytes())):08x}"


def mark_read(path: Path) -> str:
    """Return the mark of a label image that names its content; empty where the file has another one, or none."""
    if path.suffix.lower() not in MARKED:
        return ""
    try:
        found = WITH_CONTENT.search(head_of(path, HEAD_BYTES))
    except ImageError:
        return ""
    return f"{RESULT} {found.group(1).decode('ascii')}" if found else ""


def tiff_metadata(mark: str) -> dict[str, str]:
    """Return the mark for descriptions of TIFF that consist of names and values."""
    return {"content": mark}


def with_mark(png: bytes | bytearray, mark: str = RESULT) -> bytes:
    """Return a PNG with the mark as its description."""
    chunk = b"tEXt" + b"Description\0" + mark.encode("ascii")
    whole = (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    return b"".join((png[:PNG_HEAD_BYTES], whole, png[PNG_HEAD_BYTES:]))


def is_result(path: Path) -> bool:
    """Whether this program wrote a file (TIFF, PNG) or a folder (OME-Zarr) as a result; one out of reach is none."""
    if path.suffix.lower() == ".zarr" and path.is_dir():
        try:
            return "cpsam" in ZarrFolder(path).attributes("")
        except ImageError:
            return False
    return path.suffix.lower() in MARKED and _is_marked(path, identity_of(path))


def results_among(paths: Sequence[Path]) -> set[Path]:
    """Return those of many files that this program wrote as results, see `is_result`."""
    with ThreadPoolExecutor(AT_ONCE, "marks") as pool:
        parts = pool.map(lambda first: list(filter(is_result, paths[first::AT_ONCE])), range(AT_ONCE))
        return {path for part in parts for path in part}


@lru_cache(maxsize=1 << 16)
def _is_marked(path: Path, identity: FileIdentity) -> bool:
    if not identity.exists:
        return False
    try:
        return RESULT.encode("ascii") in head_of(path, HEAD_BYTES)
    except ImageError:
        return False
