"""Parts of TIFF images: only the tiles and strips that a part touches are read and unpacked."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images.readers import Raw, Reader, choose_scene, register
from cpsam_core.images.stand_in import Grid, stand_in
from cpsam_core.images.tiff import JPEG, check_complete, described, read_tiff, reading_tiff
from cpsam_core.images.tiff_scenes import scenes_of

__all__ = ["TiffGrid", "open_tiff"]

SUFFIXES = (
    *(".tif", ".tiff", ".btf", ".tf8"),
    # Microscopes and slide scanners that write TIFF under a name of their own.
    *(".lsm", ".stk", ".flex", ".svs", ".qptiff", ".ndpi", ".scn"),
)

BEGINS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

LARGEST_SEGMENT_PX = 1 << 28
"""Pixels of a strip over which a file is read whole: one strip is no smaller than it."""


def open_tiff(path: Path, scene: int | str | None = None) -> tuple[Raw, tuple[Grid, ...]]:
    """Open one image of a TIFF file without reading its pixels, with its pyramid.

    Returns
    -------
    raw : Raw
        Its array is a stand-in without memory.
    levels : tuple of Grid
        The pixels, the largest level first.

    Raises
    ------
    ImageError
        As for :func:`cpsam_core.images.tiff.read_tiff`.
    """
    with reading_tiff(path), tifffile.TiffFile(path, _multifile=False) as file:
        scenes = scenes_of(file, path)
        names = tuple(one.name for one in scenes)
        chosen = scenes[choose_scene(names, scene, path)]
        check_complete(path, chosen.series)
        page = chosen.series.keyframe
        if (page.is_subsampled and page.compression not in JPEG) or page.imagedepth > 1:
            whole = read_tiff(path, scene)
            return whole, (whole.array,)
        raw = described(file, chosen, stand_in(chosen.series))
        levels = [_grid(path, file, one) for one in getattr(chosen.series, "levels", [chosen.series])]
    return replace(raw, scenes=names), tuple(_like(level, raw) for level in levels)


def _grid(path: Path, file: tifffile.TiffFile, series: Any) -> Grid:
    page = series.keyframe
    if series.dataoffset is not None and page.compression == 1 and page.fillorder == 1:
        stored = np.dtype(series.dtype).newbyteorder(file.byteorder)
        return np.memmap(path, stored, "r", offset=series.dataoffset, shape=tuple(series.shape))
    return TiffGrid(path, series)


def _like(level: Grid, raw: Raw) -> Grid:
    """Return a level without the samples that the first one was stripped of (transparency)."""
    if (
        len(level.shape) == raw.array.ndim
        and level.shape[-1] == raw.array.shape[-1] + 1
        and raw.axes[-1] in "SC"
    ):
        return _WithoutLast(level)
    return level


class _WithoutLast:
    """A grid without the last sample of each pixel."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.shape = (*grid.shape[:-1], grid.shape[-1] - 1)
        self.dtype = grid.dtype

    def __getitem__(self, index: tuple[slice, ...]) -> npt.NDArray[Any]:
        return self._grid[(*index[:-1], slice(None))][..., :-1][..., index[-1]]


class TiffGrid:
    """A series of pages that are read tile by tile (or strip by strip); may be used from several threads.

    The file is opened for each part anew, so that nothing has to be closed.

    Parameters
    ----------
    path
        The file.
    series
        Pages of one size, of an open file.
    """

    def __init__(self, path: Path, series: Any) -> None:
        self.shape: tuple[int, ...] = tuple(int(length) for length in series.shape)
        self.dtype: np.dtype[Any] = np.dtype(series.dtype)
        self._path = path
        self._pages = list(series.pages)
        self._keyframe = page = series.keyframe
        # Made now: it looks into the file.
        self._decode = page.decode
        self._empty = page.nodata or 0
        self._planar = page.planarconfig == 2 and page.samplesperpixel > 1
        self._samples = page.samplesperpixel
        self._height, self._width = page.imagelength, page.imagewidth
        if page.is_tiled:
            self._segment = (page.tilelength, page.tilewidth)
        else:
            self._segment = (min(page.rowsperstrip, self._height), self._width)
        if math.prod(self._segment) > LARGEST_SEGMENT_PX:
            raise ImageError(
                f"{path} is packed in one piece of {self._height} x {self._width} pixels and cannot be read in parts: "
                "save it in tiles first, or as OME-Zarr."
            )
        tail = 2 if self._samples == 1 else 3
        self._lead = self.shape[: len(self.shape) - tail]
        # The axis of rows.
        self._axis = len(self._lead) + (1 if self._planar else 0)

    def __getitem__(self, index: tuple[slice, ...]) -> npt.NDArray[Any]:
        """Read a part; `index` has a slice of step 1 for each axis.

        Raises
        ------
        ImageError
            A tile is damaged, or the file changed meanwhile.
        """
        spans = [range(*part.indices(length)) for part, length in zip(index, self.shape, strict=True)]
        if any(span.step != 1 for span in spans):
            raise ValueError("parts of a file are read without gaps")
        result = np.empty([len(span) for span in spans], self.dtype)
        if not result.size:
            return result
        rows, columns = spans[self._axis], spans[self._axis + 1]
        for place in itertools.product(*(range(len(span)) for span in spans[: len(self._lead)])):
            page = self._page([span[k] for span, k in zip(spans, place, strict=False)])
            with reading_tiff(self._path), self._path.open("rb") as file:
                part = self._region(file, page, rows, columns)
            rest = tuple(slice(s.start, s.stop) for s in spans[len(self._lead) :])
            local = tuple(
                slice(None) if axis in (self._axis, self._axis + 1) else rest[axis - len(self._lead)]
                for axis in range(len(self._lead), len(self.shape))
            )
            result[place] = part[local]
        return result

    def _page(self, place: list[int]) -> Any:
        number = 0
        for at, length in zip(place, self._lead, strict=True):
            number = number * length + at
        page = self._pages[number]
        if page is None:
            raise ImageError(f"{self._path} refers to planes that are missing.")
        return page

    def _region(self, file: IO[bytes], page: Any, rows: range, columns: range) -> npt.NDArray[Any]:
        """Return rows and columns of a page, all samples: (y, x), (y, x, s) or (s, y, x)."""
        high, wide = self._segment
        down, across = -(-self._height // high), -(-self._width // wide)
        planes = self._samples if self._planar else 1
        inner = 1 if self._planar else self._samples
        region = np.zeros((planes, len(rows), len(columns), inner), self.dtype)
        tiles = itertools.product(
            range(planes),
            range(rows.start // high, (rows.stop - 1) // high + 1),
            range(columns.start // wide, (columns.stop - 1) // wide + 1),
        )
        for sample, y, x in tiles:
            decoded = self._decoded(file, page, (sample * down + y) * across + x)
            if decoded is None:
                region[sample] = self._empty
                continue
            top, left = y * high, x * wide
            bottom, right = min(rows.stop, top + decoded.shape[0]), min(columns.stop, left + decoded.shape[1])
            first, start = max(rows.start, top), max(columns.start, left)
            if bottom > first and right > start:
                target = region[sample, first - rows.start : bottom - rows.start]
                target[:, start - columns.start : right - columns.start] = decoded[
                    first - top : bottom - top, start - left : right - left
                ]
        if self._planar:
            return region[..., 0]
        return region[0, ..., 0] if self._samples == 1 else region[0]

    def _decoded(self, file: IO[bytes], page: Any, number: int) -> npt.NDArray[Any] | None:
        """Return the pixels (y, x, s) of a tile or strip, None where it was left out as empty."""
        if number >= len(page.dataoffsets):
            raise ValueError("it has fewer tiles than its size asks for")
        offset, count = page.dataoffsets[number], page.databytecounts[number]
        if count == 0:
            return None
        file.seek(offset)
        data = file.read(count)
        if len(data) != count:
            raise ValueError("it became shorter while it was read")
        decoded, _, shape = self._decode(data, number, jpegtables=page.jpegtables)
        return None if decoded is None else decoded[0, : shape[1], : shape[2]]


register(Reader("a TIFF", SUFFIXES, read_tiff, BEGINS, read_tiff, open_tiff))
