"""PNG and JPEG files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, opening, saving
from cpsam_core.images.readers import Raw, Reader, register

__all__ = ["read_jpeg", "read_png", "write_picture"]


def read_png(path: Path) -> Raw:
    """Read a PNG of 1 to 16 bits; an alpha channel is dropped.

    Raises
    ------
    ImageError
        Damaged or cut off.
    """
    data = _bytes_of(path)
    try:
        array = imagecodecs.png_decode(data)
    except (imagecodecs.PngError, ValueError) as error:
        raise ImageError(f"{path} is a damaged or incomplete PNG file ({error}).") from error
    return _as_picture(array)


def read_jpeg(path: Path) -> Raw:
    """Read a JPEG, turned the way its EXIF orientation says.

    Raises
    ------
    ImageError
        Damaged or cut off.
    """
    data = _bytes_of(path)
    # The decoder paints what is missing gray without a word. The end marker has to follow the last scan.
    if data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"):
        raise ImageError(f"{path} is an incomplete JPEG file: its end is missing.")
    try:
        array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error as error:
        raise ImageError(f"{path} cannot be read as JPEG ({error.err}).") from error
    if array is None:
        raise ImageError(f"{path} is a damaged JPEG file.")
    if array.ndim == 3:
        array = np.ascontiguousarray(array[..., ::-1])
    return _as_picture(array)


def write_picture(path: AnyPath, picture: npt.NDArray[np.uint8]) -> None:
    """Write a picture as PNG, in one step.

    Parameters
    ----------
    path
        Ends in ``.png``.
    picture
        uint8 (y, x) or (y, x, 3).

    Raises
    ------
    ImageError
        Another suffix, or writing failed; nothing was overwritten.
    """
    if Path(path).suffix.lower() != ".png":
        raise ImageError(f"Pictures are written as PNG: let the name {path} end in .png.")
    with saving(path) as temporary:
        temporary.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(picture), level=3))


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
