"""NPY files that hold plain arrays."""

from __future__ import annotations

import math
import tokenize
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import opening
from cpsam_core.images.readers import MAP_FROM_DISK_BYTES, Raw, Reader, choose_scene, register
from cpsam_core.images.stand_in import Grid

__all__ = ["read_header", "read_npy"]


def read_npy(path: Path, *, in_parts: bool = False) -> Raw:
    """Read a plain array; nothing pickled is ever loaded.

    A large one is mapped from disk, and every one that is to be read `in_parts`.

    Raises
    ------
    ImageError
        Damaged, cut off, or holding Python objects.
    """
    with opening(path):
        try:
            with path.open("rb") as file:
                shape, dtype = read_header(file)
                if dtype.hasobject:
                    raise ImageError(
                        f"{path} holds pickled Python objects, not an image. Loading them could run code."
                    )
                if math.prod(shape) * dtype.itemsize > path.stat().st_size:
                    raise ImageError(f"{path} is incomplete: shorter than its header says.")
            if in_parts or path.stat().st_size >= MAP_FROM_DISK_BYTES:
                array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
            else:
                array = np.load(path, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise ImageError(f"{path} is not a readable NPY file ({str(error).splitlines()[0]}).") from error
    return Raw(array, "?" * array.ndim)


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and data type as an NPY file states them, and leave `file` where the data begin.

    Raises
    ------
    ValueError
        The header is damaged.
    """
    try:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    except (tokenize.TokenError, EOFError, TypeError, MemoryError, RecursionError) as error:
        # numpy parses the header as Python text, and lets the parser's own errors through.
        raise ValueError("its header is damaged") from error
    # True is a whole number to numpy's check, but no length to numpy itself.
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError("its header is damaged")
    return shape, dtype


def _open_npy(path: Path, scene: int | str | None = None) -> tuple[Raw, tuple[Grid, ...]]:
    choose_scene(("",), scene, path)
    raw = read_npy(path, in_parts=True)
    return raw, (raw.array,)


register(Reader("a NPY", (".npy",), read_npy, (b"\x93NUMPY",), open_scene=_open_npy))
