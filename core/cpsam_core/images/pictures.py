"""PNG and JPEG files."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AGAIN, AnyPath, opening, saving
from cpsam_core.images.limits import check_size
from cpsam_core.images.meaning import from_palette
from cpsam_core.images.picture_bytes import jpeg_is_complete, jpeg_size, png_as_gray, png_size
from cpsam_core.images.readers import Raw, Reader, register
from cpsam_core.images.result_mark import with_mark

__all__ = ["read_jpeg", "read_png", "write_picture"]


def read_png(path: Path) -> Raw:
    """Read a PNG of 1 to 16 bits; an alpha channel is dropped, and of an indexed one the numbers are read.

    Raises
    ------
    ImageError
        Damaged or cut off.
    """
    data = _bytes_of(path)
    try:
        height, width, itemsize = png_size(data)
        check_size(path, (height, width), itemsize, len(data))
        indexed = png_as_gray(data)
        array = imagecodecs.png_decode(data if indexed is None else indexed.data)
    except (imagecodecs.PngError, ValueError, struct.error) as error:
        raise ImageError(f"{path} is a damaged or incomplete PNG file ({error}). {AGAIN}") from error
    if indexed is None:
        return _as_picture(array)
    return Raw(array // indexed.step, "YX", meaning=from_palette(indexed.colours))


def read_jpeg(path: Path) -> Raw:
    """Read a JPEG, turned the way its EXIF orientation says.

    Raises
    ------
    ImageError
        Damaged or cut off.
    """
    data = _bytes_of(path)
    # The decoder paints what is missing gray without a word.
    if not jpeg_is_complete(data):
        raise ImageError(f"{path} is an incomplete JPEG file: its end is missing.")
    check_size(path, jpeg_size(data), 1, len(data))
    try:
        array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error as error:
        raise ImageError(f"{path} cannot be read as JPEG ({error.err}).") from error
    if array is None:
        raise ImageError(f"{path} is a damaged JPEG file.")
    if array.ndim == 3:
        array = np.ascontiguousarray(array[..., ::-1])
    return _as_picture(array)


def write_picture(path: AnyPath, picture: npt.NDArray[np.uint8], *, is_result: bool = False) -> None:
    """Write a picture as PNG, in one step.

    Parameters
    ----------
    path
        Ends in ``.png``.
    picture
        uint8 (y, x) or (y, x, 3).
    is_result
        Whether the file says that this is no image but a result, see :mod:`cpsam_core.images.result_mark`.

    Raises
    ------
    ImageError
        Another suffix, or writing failed; nothing was overwritten.
    """
    if Path(path).suffix.lower() != ".png":
        raise ImageError(f"Pictures are written as PNG: let the name {path} end in .png.")
    with saving(path) as temporary:
        encoded = imagecodecs.png_encode(np.ascontiguousarray(picture), level=3)
        temporary.write_bytes(with_mark(encoded) if is_result else encoded)


def _as_picture(array: npt.NDArray[Any]) -> Raw:
    if array.ndim == 3 and array.shape[2] in (2, 4):
        array = array[..., :-1]
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    return Raw(array, "YXS" if array.ndim == 3 else "YX")


def _bytes_of(path: Path) -> bytes:
    with opening(path):
        return path.read_bytes()


register(Reader("a JPEG", (".jpg", ".jpeg"), read_jpeg, (b"\xff\xd8\xff",)))
register(Reader("a PNG", (".png",), read_png, (b"\x89PNG\r\n\x1a\n",)))
