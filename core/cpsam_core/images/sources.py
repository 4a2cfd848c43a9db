"""Images of any size, read in parts: the same pixels as `read_image` gives, a box at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath
from cpsam_core.images.image import Image, arrange, resolve_axes
from cpsam_core.images.readers import (
    Raw,
    arrange_raw,
    guess_note,
    open_raw,
    scenes_note,
)
from cpsam_core.images.stand_in import Grid, stand_in

__all__ = ["Box", "Source", "open_source", "scenes_in", "times_in"]

log = logging.getLogger(__name__)

Box = tuple[slice, slice, slice]
"""Planes, rows and columns, without steps."""


@dataclass(frozen=True, eq=False)
class Source:
    """One image (scene and time point) of a file that is read in parts.

    Attributes
    ----------
    image
        What is known of it; its pixels are a stand-in without memory that has the right shape (z, y, x, c) and type.
    levels
        The same image at falling resolutions, the first at full; axes as in the file.
    letters
        A letter of TZCYXS for each axis of the file, ``"-"`` for one of length 1 that means nothing.
    raw
        What the file says.
    """

    image: Image
    levels: tuple[Grid, ...]
    letters: str
    raw: Raw

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Planes, rows, columns and channels at full resolution."""
        z, y, x, c = self.image.pixels.shape
        return z, y, x, c

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels."""
        return self.image.pixels.dtype

    def level_shape(self, level: int) -> tuple[int, int, int]:
        """Return planes, rows and columns of a level."""
        lengths = dict(zip(self.letters, self.levels[level].shape, strict=True))
        return lengths.get("Z", 1), lengths["Y"], lengths["X"]

    def read(self, box: Box, level: int = 0) -> npt.NDArray[Any]:
        """Read a part.

        Parameters
        ----------
        box
            Planes, rows and columns of that level; what lies beyond the image is left out.
        level
            0 is full resolution.

        Returns
        -------
        ndarray (z, y, x, c)

        Raises
        ------
        ImageError
            The file is damaged there, or gone.
        """
        ranges = dict(zip("ZYX", box, strict=True)) | {"T": slice(self.time, self.time + 1), "-": slice(0, 1)}
        index = tuple(ranges.get(letter, slice(None)) for letter in self.letters)
        part = np.asarray(self.levels[level][index])
        shown = replace(self.raw, array=part, axes=self.letters.replace("-", "?")).shown()
        kept = "".join(letter for letter in shown.axes if letter != "?")
        squeezed = tuple(k for k, letter in enumerate(shown.axes) if letter == "?")
        return arrange(np.squeeze(shown.array, squeezed), kept).pixels

    @property
    def time(self) -> int:
        """Time point, 0 where there is just one."""
        return self.image.time or 0

    def read_all(self) -> Image:
        """Return the whole image in memory.

        Raises
        ------
        ImageError
            Damaged, or larger than memory.
        """
        try:
            return replace(self.image, pixels=self.read((slice(None),) * 3))
        except MemoryError as error:
            raise ImageError(f"{self.image.path} needs more memory than this computer has free.") from error

    def planes(self) -> Iterator[npt.NDArray[Any]]:
        """Yield the planes (y, x, c) one after another."""
        for z in range(self.shape[0]):
            yield self.read((slice(z, z + 1), slice(None), slice(None)))[0]


def open_source(
    path: AnyPath, axes: str | None = None, *, time: int | None = None, scene: int | str | None = None
) -> Source:
    """Open an image without reading its pixels, where its format allows parts to be read.

    Parameters and errors are those of :func:`cpsam_core.images.read_image`; tiled and pyramidal TIFF, OME-Zarr and
    uncompressed arrays are read in parts, other kinds of files whole at once.

    Returns
    -------
    Source
    """
    path = Path(path)
    raw, levels = open_raw(path, scene)
    letters = _letters(raw, axes, path)
    small = _shown_shape(raw, letters)
    image = arrange_raw(small, path, axes, time)
    if not image.axes_certain:
        log.warning("%s", guess_note(path, raw.array.shape, image.axes))
    if scene is None and len(raw.scenes) > 1:
        log.warning("%s", scenes_note(path, raw.scenes))
    if raw.note:
        log.warning("%s: %s", path, raw.note)
    return Source(image, _fitting(levels, letters, path), letters, raw)


def scenes_in(path: AnyPath) -> tuple[str, ...]:
    """Return the names of the images that a file holds; one name where it holds just one."""
    raw, _ = open_raw(Path(path), None)
    return raw.scenes or (raw.scene,)


def times_in(path: AnyPath, axes: str | None = None, scene: int | str | None = None) -> int:
    """Return how many time points an image has."""
    path = Path(path)
    raw, _ = open_raw(path, scene)
    letters = _letters(raw, axes, path)
    return int(dict(zip(letters, raw.array.shape, strict=True)).get("T", 1))


def _letters(raw: Raw, axes: str | None, path: Path) -> str:
    """Return what each axis of the file is, as `arrange` takes it."""
    shape = raw.array.shape
    given = axes or raw.axes
    if len(given) < len(shape):
        ones = [k for k, length in enumerate(shape) if length == 1][: len(shape) - len(given)]
        rest = iter(given)
        given = "".join("-" if k in ones else next(rest, "?") for k in range(len(shape)))
    if len(given) != len(shape):
        # Says what does not fit.
        arrange(raw.array, axes or raw.axes)
        raise ImageError(f"{path} has other axes than {given}.")
    named = [k for k, letter in enumerate(given) if letter != "-" and (letter != "?" or shape[k] > 1)]
    while len(named) < 2:
        named = sorted({*named, max(set(range(len(shape))) - set(named))})
    found, _ = resolve_axes(tuple(shape[k] for k in named), "".join(given[k] for k in named), str(path))
    by_place = dict(zip(named, found, strict=True))
    return "".join(by_place.get(k, "-") for k in range(len(shape)))


def _shown_shape(raw: Raw, letters: str) -> Raw:
    """Return the image as it is shown, as a stand-in: what colours make of the numbers shows in a single pixel."""
    if raw.meaning is None:
        return replace(raw, array=stand_in(raw.array))
    pixel = np.zeros([1 if letter in "YX" else n for letter, n in zip(letters, raw.array.shape, strict=True)])
    shown = replace(raw, array=pixel.astype(raw.array.dtype)).shown()
    lengths = dict(zip(letters, raw.array.shape, strict=True))
    shape = [
        lengths[letter] if letter in "YX" else n
        for letter, n in zip(_renamed(shown.axes, letters), shown.array.shape, strict=True)
    ]
    return replace(shown, array=np.broadcast_to(np.zeros((), shown.array.dtype), shape))


def _renamed(axes: str, letters: str) -> str:
    """Return axes with the unknown ones by the letters that were found for them, in order."""
    unknown = iter(letter for letter in letters)
    return "".join(letter if letter != "?" else next(unknown, "?") for letter in axes)


def _fitting(levels: tuple[Grid, ...], letters: str, path: Path) -> tuple[Grid, ...]:
    """Leave out levels that are no smaller copies of the first: other axes, other shape, other numbers."""
    kept = [levels[0]]
    for level in levels[1:]:
        first, last = levels[0].shape, kept[-1].shape
        fits = len(level.shape) == len(first) and level.dtype == levels[0].dtype
        if fits:
            pairs = list(zip(letters, first, last, level.shape, strict=True))
            ratios = [a / max(1, c) for letter, a, _, c in pairs if letter in "YX"]
            same = all(a == c for letter, a, _, c in pairs if letter not in "ZYX")
            near = max(abs(ratios[0] * c - a) for (letter, a, _, c) in pairs if letter in "YX") <= 2 * max(
                ratios
            )
            fits = same and near and all(c <= b for _, _, b, c in pairs) and min(ratios) > 1
        if fits:
            kept.append(level)
        else:
            log.warning(
                "%s: a level of its pyramid does not fit the image (%s) and is left out.", path, level.shape
            )
    return tuple(kept)
