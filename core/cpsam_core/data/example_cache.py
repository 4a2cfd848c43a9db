"""Training examples on disk: made once, then mapped into memory, so that thousands of images need little of it.

A file holds one example: a header, then each array as it lies in memory. It is named by what it was made from, so that
a changed image or a changed program never meets an old example. Nothing in it is code, and a file that is not whole is
made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import os
import struct
import threading
import zlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.example import Example
from cpsam_core.system.atomic import atomic_path
from cpsam_core.system.user_folders import cache_folder

__all__ = ["ExampleCache"]

log = logging.getLogger(__name__)

MAGIC = b"CPSAMEX1"
# Magic, checksum and length of the description, checksum of the arrays.
HEAD = struct.Struct("<8sIII")
ALIGN_BYTES = 64
SUFFIX = ".example"
LIMIT_BYTES = 20 * 2**30
# Share of the limit that making room leaves in use.
KEPT_SHARE = 0.9
TYPES = {"pixels": "<f2", "labels": "<u4", "flows": "|i1", "classes": "|u1", "complete": "|b1"}
VERSION = 4
"""Raised when examples are made in another way than before."""


class ExampleCache:
    """Examples by key in a folder that several programs may share.

    Parameters
    ----------
    folder : Path, optional
        Where to keep them; by default a folder of the user's cache.
    limit : int
        Bytes that all of them may take together; those used longest ago go first.
    """

    def __init__(self, folder: Path | None = None, limit: int = LIMIT_BYTES) -> None:
        self.folder = folder or cache_folder() / "examples"
        self.limit = limit
        self._size: int | None = None
        self._whole: set[Path] = set()
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs to use the same folder."""
        return {**self.__dict__, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def get(self, key: str) -> Example | None:
        """Return an example, its arrays mapped from disk, read-only; None where there is none or a damaged one."""
        path = self._path(key)
        try:
            # The checksum takes reading all of it, which is done once; crops need a part only.
            example = _read(path, check=path not in self._whole)
            os.utime(path)
        except FileNotFoundError:
            return None
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
            struct.error,
        ) as error:
            log.warning("The cached example %s is made anew: %s", path, error)
            return None
        self._whole.add(path)
        return example

    def put(self, key: str, example: Example) -> None:
        """Keep an example. A full or forbidden disk is logged and does no harm."""
        path = self._path(key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._whole.discard(path)
            with atomic_path(path) as temporary:
                _write(temporary, example)
            self._make_room(path.stat().st_size)
        except OSError as error:
            log.warning("An example cannot be kept in %s: %s", self.folder, error.strerror or error)

    def _path(self, key: str) -> Path:
        return self.folder / (hashlib.sha256(key.encode()).hexdigest() + SUFFIX)

    def _make_room(self, added: int) -> None:
        """Remove the examples used longest ago once all of them together are too large."""
        with self._lock:
            if self._size is None:
                self._size = sum(size for _, size, _ in _files(self.folder))
            else:
                self._size += added
            if self._size <= self.limit:
                return
            files = sorted(_files(self.folder))
            self._size = sum(size for _, size, _ in files)
            for _, size, path in files[:-1]:
                if self._size <= self.limit * KEPT_SHARE:
                    break
                # In use by another program, on Windows.
                with contextlib.suppress(OSError):
                    path.unlink()
                    self._size -= size


def _files(folder: Path) -> list[tuple[float, int, Path]]:
    """Return time of last use, size and path of every example."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    return found


def _arrays(example: Example) -> dict[str, NDArray[Any]]:
    """Return the arrays of an example that it has, in the order in which they are stored."""
    present = {field.name: getattr(example, field.name) for field in fields(example)}
    return {name: present[name] for name in TYPES if present[name] is not None}


def _write(path: Path, example: Example) -> None:
    arrays = {name: np.ascontiguousarray(array, TYPES[name]) for name, array in _arrays(example).items()}
    description: dict[str, Any] = {
        "diameter": example.diameter,
        "channel_names": example.channel_names,
        "shapes": {name: array.shape for name, array in arrays.items()},
    }
    words = json.dumps(description).encode()
    words += b" " * (-(HEAD.size + len(words)) % ALIGN_BYTES)
    checksum = 0
    for array in arrays.values():
        checksum = zlib.crc32(array.tobytes() + _padding(array.nbytes), checksum)
    with path.open("wb") as file:
        file.write(HEAD.pack(MAGIC, zlib.crc32(words), len(words), checksum) + words)
        for array in arrays.values():
            file.write(array.tobytes() + _padding(array.nbytes))


def _read(path: Path, check: bool = True) -> Example:
    with path.open("rb") as file:
        magic, word_sum, length, checksum = HEAD.unpack(file.read(HEAD.size))
        if magic != MAGIC or length > 2**16:
            raise ValueError("it is no example")
        words = file.read(length)
    if zlib.crc32(words) != word_sum:
        raise ValueError("its description is damaged")
    description = json.loads(words)
    shapes = {name: tuple(map(int, shape)) for name, shape in description["shapes"].items()}
    sizes = {name: math.prod(shape) * np.dtype(TYPES[name]).itemsize for name, shape in shapes.items()}
    whole = sum(size + len(_padding(size)) for size in sizes.values())
    if path.stat().st_size != HEAD.size + length + whole:
        raise ValueError("it is not whole")
    content = np.memmap(path, np.uint8, "r", offset=HEAD.size + length, shape=(whole,))
    if check and zlib.crc32(content.data) != checksum:
        raise ValueError("its arrays are damaged")
    arrays: dict[str, Any] = {}
    at = 0
    for name, size in sizes.items():
        arrays[name] = np.asarray(content[at : at + size]).view(TYPES[name]).reshape(shapes[name])
        at += size + len(_padding(size))
    names = tuple(map(str, description["channel_names"]))
    return Example(diameter=float(description["diameter"]), channel_names=names, **arrays)


def _padding(size: int) -> bytes:
    return b"\0" * (-size % ALIGN_BYTES)
