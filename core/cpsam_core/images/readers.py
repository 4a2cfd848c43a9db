"""Read images: one small function for each kind of file, found by suffix and by the first bytes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, check_readable, decoding, head_of
from cpsam_core.images.image import Image, arrange
from cpsam_core.images.meaning import Meaning
from cpsam_core.images.stand_in import Grid

__all__ = [
    "MAP_FROM_DISK_BYTES",
    "Raw",
    "Reader",
    "can_read",
    "choose_scene",
    "open_raw",
    "opens_in_parts",
    "read_image",
    "read_raw",
    "read_stored",
    "register",
    "supported_suffixes",
]

log = logging.getLogger(__name__)

MAP_FROM_DISK_BYTES = 1 << 30
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
    pixel_height
        Micrometres along a column, None where unknown or equal to `pixel_size`.
    meaning
        What the numbers stand for, where they are not brightness as it is.
    scene
        Name of the image in its file, "" where the file holds just one.
    scenes
        Names of all images of the file.
    note
        What a person should know about the image, "" for nothing.
    channel_colours
        RGB of each channel found in the file, None for one without; () where it has none.
    """

    array: npt.NDArray[Any]
    axes: str
    channel_names: tuple[str, ...] | None = None
    pixel_size: float | None = None
    z_step: float | None = None
    pixel_height: float | None = None
    meaning: Meaning | None = None
    scene: str = ""
    scenes: tuple[str, ...] = ()
    note: str = ""
    channel_colours: tuple[tuple[int, int, int] | None, ...] = ()

    def shown(self) -> Raw:
        """Return it with brightness or colours in place of the numbers that are stored."""
        if self.meaning is None:
            return self
        array, axes = self.meaning(self.array, self.axes)
        return replace(self, array=array, axes=axes, meaning=None)


@dataclass(frozen=True)
class Reader:
    """A kind of file: its name, its suffixes, how it begins, and the functions that read it.

    `read_scene` reads one of several images by name or number; kinds that hold one image have none. `open_scene`
    opens one without reading its pixels, for kinds that can be read in parts.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], Raw]
    begins: tuple[bytes, ...] = ()
    read_scene: Callable[[Path, int | str | None], Raw] | None = None
    open_scene: Callable[[Path, int | str | None], tuple[Raw, tuple[Grid, ...]]] | None = None


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


def read_image(
    path: AnyPath, axes: str | None = None, *, time: int | None = None, scene: int | str | None = None
) -> Image:
    """Read an image of any supported kind (TIFF, OME-TIFF, PNG, JPEG, NPY and others).

    What was guessed and what was left out is said in the log.

    Parameters
    ----------
    path
        File; its name may be in any script.
    axes
        A letter of T, Z, C, Y, X, S for each axis, where what the file says of them is wrong or missing.
    time
        Which time point to take (0 is the first) where there are several.
    scene
        Which image of the file (series, position), by name or number from 0; None takes the first.

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
    raw = read_raw(path, scene)
    image = arrange_raw(raw, path, axes, time)
    if not image.axes_certain:
        log.warning("%s", guess_note(path, raw.array.shape, image.axes))
    if scene is None and len(raw.scenes) > 1:
        log.warning("%s", scenes_note(path, raw.scenes))
    if raw.note:
        log.warning("%s: %s", path, raw.note)
    return image


def arrange_raw(raw: Raw, path: Path, axes: str | None = None, time: int | None = None) -> Image:
    """Return what was read of a file as an image.

    Raises
    ------
    ImageError
        As for :func:`cpsam_core.images.arrange`.
    """
    image = arrange(
        raw.array,
        axes or raw.axes,
        time=time,
        channel_names=raw.channel_names,
        pixel_size=raw.pixel_size,
        z_step=raw.z_step,
        path=path,
    )
    height = None if raw.pixel_height == raw.pixel_size else raw.pixel_height
    several = len(raw.scenes) > 1
    return replace(
        image,
        pixel_height=height,
        channel_colours=raw.channel_colours,
        scene=raw.scene if several else "",
        time=time if "T" in image.axes else None,
        scene_number=raw.scenes.index(raw.scene) if several and raw.scene in raw.scenes else None,
    )


def guess_note(path: Path, shape: tuple[int, ...], axes: str) -> str:
    """Return the line about axes that were guessed."""
    lengths = " x ".join(map(str, shape))
    return (
        f"{path} does not say what its axes are ({lengths}); they were taken for {axes}. "
        f"Say it with the axes {axes} if that is right, or with others (T, Z, C, Y, X)."
    )


def scenes_note(path: Path, scenes: Sequence[str]) -> str:
    """Return the line about images of a file that were not asked for."""
    some = ", ".join(scenes[:5]) + (", ..." if len(scenes) > 5 else "")
    return f"{path} holds {len(scenes)} images ({some}), and the first is read; choose another by its scene."


def choose_scene(names: Sequence[str], wanted: int | str | None, path: Path) -> int:
    """Return the number of the scene that is wanted, by name or by number; the first without a wish.

    Raises
    ------
    ImageError
        There is no such scene; the message lists those there are.
    """
    if wanted is None:
        return 0
    if str(wanted) in names:
        return list(names).index(str(wanted))
    if str(wanted).isdecimal() and int(wanted) < len(names):
        return int(wanted)
    listed = ", ".join(f"{number}: {name}" for number, name in enumerate(names))
    raise ImageError(f"{path} has no scene {wanted}; there are {listed}.")


def read_raw(path: AnyPath, scene: int | str | None = None) -> Raw:
    """Read the array of a file, with the axes it names, as brightness or colours.

    Raises
    ------
    ImageError
        Missing, unreadable, damaged, of an unsupported kind, or without that scene.
    """
    return read_stored(path, scene).shown()


def read_stored(path: AnyPath, scene: int | str | None = None) -> Raw:
    """Read the numbers of a file as they are stored: numbers of a palette too, which stand for objects in masks.

    Raises
    ------
    ImageError
        As for :func:`read_raw`.
    """
    path = Path(path)
    reader = _reader_of(path)
    with decoding(path, f"{reader.name} file"):
        if reader.read_scene is not None:
            return reader.read_scene(path, scene)
        choose_scene(("",), scene, path)
        return reader.read(path)


def open_raw(path: Path, scene: int | str | None = None) -> tuple[Raw, tuple[Grid, ...]]:
    """Open an image without reading its pixels, where its kind allows that; else read it.

    Returns
    -------
    raw : Raw
        Numbers as they are stored; the array may be a stand-in without memory.
    levels : tuple of Grid
        The pixels at falling resolutions, the first at full.

    Raises
    ------
    ImageError
        As for :func:`read_raw`.
    """
    reader = _reader_of(path)
    if reader.open_scene is not None:
        with decoding(path, f"{reader.name} file"):
            return reader.open_scene(path, scene)
    raw = read_stored(path, scene)
    return raw, (raw.array,)


def opens_in_parts(path: Path) -> bool:
    """Tell by its name whether a file is of a kind of which parts can be read."""
    reader = _by_suffix(path)
    return reader is not None and reader.open_scene is not None


def _reader_of(path: Path) -> Reader:
    reader = _by_suffix(path)
    if path.is_dir():
        if reader is not None and reader.open_scene is not None and not reader.begins:
            return reader
        raise ImageError(f"{path} is a folder, not a file.")
    if reader is None:
        check_readable(path)
        kinds = ", ".join(supported_suffixes())
        raise ImageError(f"{path} is not of a kind that can be read here ({kinds}).")
    check_readable(path)
    return _by_content(path, reader)


def _by_suffix(path: Path) -> Reader | None:
    name = path.name.lower()
    return next((reader for reader in _READERS if name.endswith(reader.suffixes)), None)


def _by_content(path: Path, expected: Reader) -> Reader:
    """Believe the first bytes rather than the suffix: a renamed PNG is still a PNG."""
    head = head_of(path)
    if not expected.begins or head.startswith(expected.begins):
        return expected
    for reader in _READERS:
        if reader.begins and head.startswith(reader.begins):
            return reader
    raise ImageError(
        f"{path} is not {expected.name} file, whatever its name says, or it is damaged at its start."
    )
