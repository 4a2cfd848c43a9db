"""The mark that this program leaves in label images and pictures, so that they are never taken for images.

A name says little: people export masks under names of their own, and call images as they like.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.images.files import head_of
from cpsam_core.images.zarr_folder import ZarrFolder
from cpsam_core.system.file_identity import FileIdentity, identity_of

__all__ = ["RESULT", "TIFF_METADATA", "TIFF_NAME", "is_result", "results_among", "with_mark"]

RESULT = "cpsam result"
"""What stands in a description."""
TIFF_METADATA = {"content": RESULT}
"""For descriptions of TIFF that consist of names and values."""
TIFF_NAME = (269, "s", 0, RESULT, True)
"""For TIFF whose description is that of OME, which stands at the end: the tag of a document's name."""
# Descriptions stand near the beginning, in TIFF before the places of strips.
HEAD_BYTES = 4096
MARKED = (".tif", ".tiff", ".png")
# Of a PNG: its signature, and the chunk of its size.
PNG_HEAD_BYTES = 33
# Files looked into at a time: on a network drive each makes one wait, and the waits overlap.
AT_ONCE = 16


def with_mark(png: bytes | bytearray) -> bytes:
    """Return a PNG with the mark as its description."""
    chunk = b"tEXt" + b"Description\0" + RESULT.encode("ascii")
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
