"""Find files below folders the way people expect: in natural order, without hidden ones."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from cpsam_core.errors import ImageError


def natural_key(path: Path) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """Order paths as people do: `cell2` before `cell10`, a folder's own files before those of its folders."""
    return tuple(
        tuple(
            (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
            for part in re.split(r"(\d+)", name)
        )
        for name in path.parts
    )


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in natural order; hidden ones are left out.

    Raises
    ------
    ImageError
        A folder cannot be read.
    """

    def fail(error: OSError) -> None:
        raise ImageError(f"The folder {error.filename} cannot be read: {error.strerror}.") from error

    seen: set[str] = set()
    # Links are followed, for folders of links are how subsets of a data set are made.
    for parent, folders, files in os.walk(folder, onerror=fail, followlinks=True):
        if (real := os.path.realpath(parent)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(
            (name for name in folders if not name.startswith(".")), key=lambda n: natural_key(Path(n))
        )
        # A folder of Zarr is one image, and what is in it is no file of anybody.
        stores = [name for name in folders if is_zarr(Path(parent, name))]
        folders[:] = [name for name in folders if name not in stores]
        for name in sorted([*files, *stores], key=lambda n: natural_key(Path(n))):
            if not name.startswith("."):
                yield Path(parent, name)


def is_zarr(path: Path) -> bool:
    """Whether a path is a folder or a zip file of Zarr, by its name."""
    name = path.name.lower()
    return (name.endswith(".zarr") and path.is_dir()) or name.endswith((".zarr.zip", ".ozx"))


def normal(text: str) -> str:
    """Return one Unicode form: macOS takes accents apart, others do not."""
    return unicodedata.normalize("NFC", text)
