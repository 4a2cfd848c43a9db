"""Pixels of an image that stay in its file: parts of them read like those of an array, at any resolution."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.block_cache import BlockCache
from cpsam_core.images.image import Image
from cpsam_core.images.indexing import expanded, span_of
from cpsam_core.images.sources import Source

__all__ = ["LazyPixels", "LazyPlane", "lazy_image"]

CACHE_BYTES = 128 << 20
BAND_BYTES = 32 << 20
"""What is read at a time where many pixels are passed over for few samples."""
MOST_BYTES = 1 << 30
"""A part over which one request is refused: it would be an image as a whole, which this one is too large for."""
LEAST_BLOCK_PX, MOST_BLOCK_PX, USUAL_BLOCK_PX = 128, 2048, 512
OVERVIEW_PX = 1024
"""Samples on the longer side of the overview."""
PATCHES, PATCH_PX = 8, 128
"""Patches on a side, and their pixels, that stand for an image of which no small copy is there."""


class LazyPixels:
    """Stands in the place of an array (z, y, x, c); what is indexed is read from the file.

    Whole numbers and slices index it; a step takes the nearest samples of the level of the pyramid that is fine enough.
    A number alone gives a plane that is read as it is indexed. May be used from several threads.

    Parameters
    ----------
    source
        The image.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.shape = source.shape
        self.dtype = source.dtype
        self._cache = BlockCache(CACHE_BYTES)
        self._overview: npt.NDArray[Any] | None = None
        self._ratios = [
            tuple(
                full / max(part, 1)
                for full, part in zip(self.shape[:3], source.level_shape(level), strict=True)
            )
            for level in range(len(source.levels))
        ]

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return 4

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that an array of this shape would take."""
        return self.size * self.dtype.itemsize

    def close(self) -> None:
        """Let reads that are under way end; the file is not wanted any more."""
        self._cache.close()

    def __len__(self) -> int:
        """Return the number of planes."""
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Refuse: this is what a part of the program asks for that needs the whole image.

        Raises
        ------
        ImageError
            Always.
        """
        raise ImageError(self._too_large())

    def __getitem__(self, place: Any) -> npt.NDArray[Any]:
        """Read a part.

        Raises
        ------
        ImageError
            Damaged there, closed, or more than can be held at once.
        """
        if isinstance(place, int | np.integer):
            return cast("npt.NDArray[Any]", LazyPlane(self, span_of(place, self.shape[0]).start))
        indices = expanded(place, 4)
        spans = [span_of(one, length) for one, length in zip(indices, self.shape, strict=True)]
        wanted = math.prod(len(span) for span in spans) * self.dtype.itemsize
        if wanted > MOST_BYTES:
            raise ImageError(self._too_large())
        planes = [self._plane(z, spans[1], spans[2]) for z in spans[0]]
        part = (
            np.stack(planes)
            if planes
            else np.empty((0, len(spans[1]), len(spans[2]), self.shape[3]), self.dtype)
        )
        part = part[..., spans[3].start : spans[3].stop : spans[3].step]
        kept = tuple(0 if isinstance(one, int | np.integer) else slice(None) for one in indices)
        found: npt.NDArray[Any] = part[kept]
        return found

    def peek(self, z: int, y: int, x: int) -> npt.NDArray[Any] | None:
        """Return the channels of a pixel where it was read lately, None where the file would have to be read."""
        rows, columns = self._block_shape(0)
        block = self._cache.get((0, z, y // rows, x // columns))
        return None if block is None else block[y % rows, x % columns]

    @property
    def overview(self) -> npt.NDArray[Any]:
        """The middle plane in little, (y, x, c), of evenly spaced samples.

        Without a pyramid it is made of a few patches, whose pixels stand for those around them: for brightness levels
        and a fingerprint that is enough.
        """
        if self._overview is None:
            z, last = self.shape[0] // 2, len(self.source.levels) - 1
            step = max(1, math.ceil(max(self.shape[1:3]) / OVERVIEW_PX))
            coarse = self.source.level_shape(last)
            if max(coarse[1:]) <= 8 * OVERVIEW_PX:
                self._overview = np.ascontiguousarray(self[z, ::step, ::step])
            else:
                self._overview = self._patches(z)
        return self._overview

    def _patches(self, z: int) -> npt.NDArray[Any]:
        rows, columns = self.shape[1:3]
        side = min(PATCH_PX, rows, columns)
        tops = np.linspace(0, rows - side, PATCHES).astype(int)
        lefts = np.linspace(0, columns - side, PATCHES).astype(int)
        lines = [np.concatenate([self[z, y : y + side, x : x + side] for x in lefts], axis=1) for y in tops]
        return np.concatenate(lines, axis=0)

    def _plane(self, z: int, y: range, x: range) -> npt.NDArray[Any]:
        """Return the samples (y, x, c) of a plane."""
        level = self._level(min(y.step, x.step))
        depth = self.source.level_shape(level)
        at = min(int(z / self._ratios[level][0]), depth[0] - 1)
        rows, columns = (
            _places(span, self._ratios[level][axis], depth[axis]) for axis, span in ((1, y), (2, x))
        )
        if not rows.size or not columns.size:
            return np.empty((rows.size, columns.size, self.shape[3]), self.dtype)
        high, wide = (int(ends[-1]) + 1 - int(ends[0]) for ends in (rows, columns))
        if high * wide * self.shape[3] * self.dtype.itemsize <= BAND_BYTES:
            part = self._from_blocks(level, at, slice(int(rows[0]), int(rows[-1]) + 1), _around(columns))
            return _picked(part, rows - rows[0], columns - columns[0])
        return self._in_bands(level, at, rows, columns)

    def _in_bands(
        self, level: int, z: int, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
    ) -> npt.NDArray[Any]:
        """Read a part that is too large to be held whole before its samples are taken."""
        key = (
            level,
            z,
            *(int(end) for places in (rows, columns) for end in (places[0], places[-1], places.size)),
        )
        known = self._cache.get(key)
        if known is not None:
            return known
        result = np.empty((rows.size, columns.size, self.shape[3]), self.dtype)
        across = _around(columns)
        bytes_a_row = (across.stop - across.start) * self.shape[3] * self.dtype.itemsize
        mapped = isinstance(self.source.levels[level], np.ndarray)
        most = 1 if mapped and rows.size > 1 and rows[1] - rows[0] > 1 else max(1, BAND_BYTES // bytes_a_row)
        first = 0
        while first < rows.size:
            last = int(np.searchsorted(rows, rows[first] + most))
            part = self._read(level, z, slice(int(rows[first]), int(rows[last - 1]) + 1), across)
            result[first:last] = _picked(part, rows[first:last] - rows[first], columns - columns[0])
            first = last
        self._cache.keep(key, result)
        return result

    def _from_blocks(self, level: int, z: int, y: slice, x: slice) -> npt.NDArray[Any]:
        """Read a part by way of blocks that are kept for a while."""
        high, wide = self._block_shape(level)
        part = np.empty((y.stop - y.start, x.stop - x.start, self.shape[3]), self.dtype)
        for row in range(y.start // high, (y.stop - 1) // high + 1):
            for column in range(x.start // wide, (x.stop - 1) // wide + 1):
                block = self._block(level, z, row, column)
                top, left = row * high, column * wide
                a, b = max(y.start, top), min(y.stop, top + high)
                c, d = max(x.start, left), min(x.stop, left + wide)
                part[a - y.start : b - y.start, c - x.start : d - x.start] = block[
                    a - top : b - top, c - left : d - left
                ]
        return part

    def _block(self, level: int, z: int, row: int, column: int) -> npt.NDArray[Any]:
        key = (level, z, row, column)
        known = self._cache.get(key)
        if known is not None:
            return known
        high, wide = self._block_shape(level)
        _, rows, columns = self.source.level_shape(level)
        y = slice(row * high, min((row + 1) * high, rows))
        x = slice(column * wide, min((column + 1) * wide, columns))
        block = np.ascontiguousarray(self._read(level, z, y, x))
        self._cache.keep(key, block)
        return block

    def _read(self, level: int, z: int, y: slice, x: slice) -> npt.NDArray[Any]:
        if self._cache.closed:
            raise ImageError(f"{self.source.image.path} is not open any more.")
        plane: npt.NDArray[Any] = self.source.read((slice(z, z + 1), y, x), level)[0]
        return plane

    def _block_shape(self, level: int) -> tuple[int, int]:
        """Return rows and columns of what is read and kept at a time: the pieces that the file is packed in."""
        chunks = getattr(self.source.levels[level], "chunks", None)
        sides = dict(zip(self.source.letters, chunks, strict=False)) if chunks is not None else {}
        high, wide = (
            side
            if LEAST_BLOCK_PX <= (side := int(sides.get(letter, USUAL_BLOCK_PX))) <= MOST_BLOCK_PX
            else USUAL_BLOCK_PX
            for letter in "YX"
        )
        return high, wide

    def _level(self, step: int) -> int:
        """Return the coarsest level that has a sample for every `step` pixels."""
        fitting = [level for level, (_, y, x) in enumerate(self._ratios) if max(y, x) <= step * 1.01]
        return fitting[-1] if fitting else 0

    def _too_large(self) -> str:
        z, y, x, _ = self.shape
        lengths = f"{z} x {y} x {x}" if z > 1 else f"{y} x {x}"
        path = self.source.image.path
        name = path.name if path is not None else "This image"
        return (
            f"{name} ({lengths} pixels) is too large for this: it would have to be read whole. "
            "A region of it, or a cropped copy, works."
        )


class LazyPlane:
    """A plane (y, x, c) of an image that stays in its file."""

    def __init__(self, pixels: LazyPixels, z: int) -> None:
        self._pixels, self._z = pixels, z
        self.shape = pixels.shape[1:]
        self.dtype = pixels.dtype
        self.ndim = 3

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Refuse, as the pixels of all planes do.

        Raises
        ------
        ImageError
            Always.
        """
        return self._pixels.__array__()

    def __getitem__(self, place: Any) -> npt.NDArray[Any]:
        """Read rows and columns; steps take samples."""
        part: npt.NDArray[Any] = self._pixels[(self._z, *(place if isinstance(place, tuple) else (place,)))]
        return part


def lazy_image(source: Source) -> Image:
    """Return an image whose pixels stay in the file.

    They index like an array, and refuse to become one: what needs the whole image ends with a clear line.
    """
    # What the engine does with parts of an image needs no more of its pixels than that.
    pixels = cast("npt.NDArray[Any]", LazyPixels(source))
    return replace(source.image, pixels=pixels)


def _places(span: range, ratio: float, length: int) -> npt.NDArray[np.intp]:
    """Return where in a level the samples at `span` are, in pixels of the full resolution."""
    places = np.arange(span.start, span.stop, span.step) if ratio == 1 else np.array(span) / ratio
    return np.minimum(places.astype(np.intp), length - 1)


def _around(places: npt.NDArray[np.intp]) -> slice:
    return slice(int(places[0]), int(places[-1]) + 1)


def _picked(
    part: npt.NDArray[Any], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> npt.NDArray[Any]:
    """Return rows and columns of a part; the part itself where these are all of it."""
    if rows.size == part.shape[0] and columns.size == part.shape[1]:
        return part
    picked: npt.NDArray[Any] = part[rows][:, columns]
    return picked
