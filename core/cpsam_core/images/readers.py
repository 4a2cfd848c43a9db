"""Read images: one small function for each kind of file, found by suffix and by the first bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, check_readable, decoding, head_of
from cpsam_core.images.image import Image, arrange

__all__ = [
    "MAP_FROM_DISK",
    "Raw",
    "Reader",
    "can_read",
    "read_image",
    "read_raw",
    "register",
    "supported_suffixes",
]

MAP_FROM_DISK = 1 << 30
"""Bytes from which an uncompressed array is mapped from disk instead of loaded. Not lower: another program
that cuts a mapped file short takes this one down with it."""


@dataclass(frozen=True, eq=False)
class Raw:
    """What a file holds, before any rearrangement.

    Attributes
    ----------
    array
        Pixels with the axes of the file.
    axes
        A letter of T, Z, C, Y, X, S for each axis, ``"?"`` where the file does not say.
    channel_names
        Names found in the file, None where it has none.
    pixel_size, z_step
        Micrometres, None where unknown.
    """

    array: npt.NDArray[Any]
    axes: str
    channel_names: tuple[str, ...] | None = None
    pixel_size: float | None = None
    z_step: float | None = None


@dataclass(frozen=True)
class Reader:
    """A kind of file: its name, its suffixes, how it begins, and the function that reads it."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], Raw]
    begins: tuple[bytes, ...] = ()


_READERS: list[Reader] = []


def register(reader: Reader) -> None:
    """Add a kind of file; one registered later wins where suffixes are the same.

    Parameters
    ----------
    reader
        Its suffixes are in lower case with the dot, longer ones (``".ome.tif"``) allowed. `begins` lists the
        byte strings such files start with; with none, the suffix alone decides.
    """
    _READERS.insert(0, reader)


def supported_suffixes() -> tuple[str, ...]:
    """Return the suffixes that can be read, sorted, in lower case with the dot."""
    return tuple(sorted({suffix for reader in _READERS for suffix in reader.suffixes}))


def can_read(path: AnyPath) -> bool:
    """Tell by its name whether a file is of a kind that can be read."""
    return _by_suffix(Path(path)) is not None


def read_image(path: AnyPath, axes: str | None = None, *, time: int | None = None) -> Image:
    """Read an image of any supported kind (TIFF, OME-TIFF, PNG, JPEG, NPY).

    Parameters
    ----------
    path
        File; its name may be in any script.
    axes
        A letter of T, Z, C, Y, X, S for each axis, where what the file says of them is wrong or missing.
    time
        Which time point to take (0 is the first) where there are several.

    Returns
    -------
    Image
        Pixels (z, y, x, c) in the file's data type. A contiguous TIFF or NPY of a gigabyte or more is mapped
        from disk instead of loaded, and read-only.

    Raises
    ------
    ImageError
        Missing, unreadable, damaged, of an unsupported kind, or with axes that need a decision.
    """
    path = Path(path)
    if path.name.lower().endswith("_seg.npy"):
        raise ImageError(f"{path} holds masks, not an image; open the image itself and then these masks.")
    raw = read_raw(path)
    return arrange(
        raw.array,
        axes or raw.axes,
        time=time,
        channel_names=raw.channel_names,
        pixel_size=raw.pixel_size,
        z_step=raw.z_step,
        path=path,
    )


def read_raw(path: AnyPath) -> Raw:
    """Read the array of a file as it is, with the axes it names.

    Raises
    ------
    ImageError
        Missing, unreadable, damaged or of an unsupported kind.
    """
    path = Path(path)
    reader = _by_suffix(path)
    if reader is None and not path.is_dir():
        check_readable(path)
        kinds = ", ".join(supported_suffixes())
        raise ImageError(f"{path} is not of a kind that can be read here ({kinds}).")
    check_readable(path)
    reader = _by_content(path, reader)
    with decoding(path, f"{reader.name} file"):
        return reader.read(path)


def _by_suffix(path: Path) -> Reader | None:
    name = path.name.lower()
    return next((reader for reader in _READERS if name.endswith(reader.suffixes)), None)


def _by_content(path: Path, expected: Reader | None) -> Reader:
    """Believe the first bytes rather than the suffix: a renamed PNG is still a PNG."""
    head = head_of(path)
    if expected is not None and (not expected.begins or head.startswith(expected.begins)):
        return expected
    for reader in _READERS:
        if reader.begins and head.startswith(reader.begins):
            return reader
    kind = expected.name if expected is not None else "an image"
    raise ImageError(f"{path} is not {kind} file, whatever its name says, or it is damaged at its start.")
