"""TIFF pictures whose colours are stored at a lower resolution than their brightness, without JPEG.

tifffile reads them only where JPEG unpacks them. The layout is that of the TIFF 6.0 specification, section 21: units
of some pixels of brightness and one of each colour difference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from cpsam_core.errors import ImageError

__all__ = ["read_subsampled"]


def read_subsampled(series: Any) -> npt.NDArray[np.uint8]:
    """Return luminance and colour differences of every pixel, uint8 of the shape of the series.

    Raises
    ------
    ImageError
        Samples of other than 8 bits, or in planes of their own.
    ValueError
        The data are too short.
    """
    pages = [_read_page(page) for page in series.pages]
    return np.stack(pages).reshape(series.shape)


def _read_page(page: Any) -> npt.NDArray[np.uint8]:
    if page.dtype != np.uint8 or page.planarconfig != 1:
        raise ImageError(f"{page.parent.filename} stores colours in a way that is not read here.")
    across, down = page.subsampling
    height, width = page.imagelength, page.imagewidth
    if page.is_tiled:
        rows, columns = page.tilelength, page.tilewidth
    else:
        rows, columns = min(page.rowsperstrip, height), width
    unpack = tifffile.TIFF.DECOMPRESSORS[page.compression]
    picture = np.zeros((height, width, 3), np.uint8)
    per_row = -(-width // columns)
    segments = page.parent.filehandle.read_segments(page.dataoffsets, page.databytecounts)
    for data, number in segments:
        top, left = number // per_row * rows, number % per_row * columns
        if data is None:
            continue
        used = rows if page.is_tiled else min(rows, height - top)
        packed = data if page.compression == 1 else unpack(data)
        part = _unit_pixels(packed, used, columns, down, across)
        target = picture[top : top + rows, left : left + columns]
        target[:] = part[: target.shape[0], : target.shape[1]]
    return picture


def _unit_pixels(data: bytes, rows: int, columns: int, down: int, across: int) -> npt.NDArray[np.uint8]:
    """Return the pixels (y, x, 3) of a strip or tile, up to whole units."""
    high, wide = -(-rows // down), -(-columns // across)
    size = down * across + 2
    units = np.frombuffer(data, np.uint8, high * wide * size).reshape(high, wide, size)
    light = units[..., :-2].reshape(high, wide, down, across).swapaxes(1, 2)
    pixels = np.empty((high * down, wide * across, 3), np.uint8)
    pixels[..., 0] = light.reshape(high * down, wide * across)
    pixels[..., 1:] = units[..., -2:].repeat(down, axis=0).repeat(across, axis=1)
    return pixels
