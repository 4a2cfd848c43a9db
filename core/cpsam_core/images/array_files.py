"""Files of arrays by name, as runs by blocks and projects keep them: packed, written in one step, numbers only."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import DAMAGE, ImageError, reason
from cpsam_core.images.files import opening, saving

__all__ = ["read_arrays", "write_arrays"]

START = b"CPSAMBLK"
KINDS = "buif"


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays by name.

    Raises
    ------
    ImageError
        Writing failed; nothing is left under that name.
    """
    import imagecodecs

    described: list[list[Any]] = []
    packed: list[bytes] = []
    for name, array in arrays.items():
        packed.append(bytes(imagecodecs.zstd_encode(np.ascontiguousarray(array).tobytes(), 1)))
        described.append([name, array.dtype.str, list(array.shape), len(packed[-1])])
    head = json.dumps(described).encode()
    with saving(path) as temporary, temporary.open("wb") as file:
        file.write(START + struct.pack("<I", len(head)) + head)
        for data in packed:
            file.write(data)


def read_arrays(
    path: Path, names: tuple[str, ...] | None = None, *, remedy: str = ""
) -> dict[str, NDArray[Any]]:
    """Read arrays, all or those of `names`.

    Parameters
    ----------
    path
        The file.
    names
        Of the arrays that are wanted; None for all.
    remedy
        What to do about a damaged file, for the message: it can be made again in one place, and is somebody's work in
        another.

    Raises
    ------
    ImageError
        The file is missing or damaged.
    """
    import imagecodecs

    found: dict[str, NDArray[Any]] = {}
    try:
        with opening(path), path.open("rb") as file:
            if file.read(len(START)) != START:
                raise ValueError("it is of another kind")
            (length,) = struct.unpack("<I", file.read(4))
            for name, kind, shape, count in json.loads(file.read(length)):
                if names is not None and name not in names:
                    file.seek(count, 1)
                    continue
                dtype = np.dtype(kind)
                if dtype.kind not in KINDS:
                    raise ValueError("it holds no numbers")
                data = imagecodecs.zstd_decode(file.read(count))
                found[name] = np.frombuffer(data, dtype).reshape(shape).copy()
    except DAMAGE as error:
        raise ImageError(f"{path} is damaged ({reason(error)}).{remedy and f' {remedy}'}") from error
    return found
