"""`_cp_outlines.txt`: one object a line, x,y,x,y,... of the pixels along its border."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, check_readable, opening, write_text
from cpsam_core.labels import polygons

__all__ = ["read_outlines", "write_outlines"]


def write_outlines(path: AnyPath, labels: npt.NDArray[Any]) -> None:
    """Write the border pixels of each object as text, in one step.

    Parameters
    ----------
    path
        File to write.
    labels
        Integers (y, x). Holes are not kept, of several parts of an object the longest outline is, and numbers
        become the order of the lines.

    Raises
    ------
    ImageError
        A stack, or writing failed; nothing was overwritten.
    """
    if labels.ndim != 2:
        raise ImageError("Outlines as text hold one plane; save a stack as ImageJ ROIs or as a label TIFF.")
    lines = (",".join(map(str, xy.ravel().tolist())) for xy in polygons(labels).values())
    write_text(path, "".join(f"{line}\n" for line in lines))


def read_outlines(path: AnyPath, shape: tuple[int, int]) -> npt.NDArray[np.uint32]:
    """Read outlines and fill them, border pixels included; objects are numbered by line.

    Parameters
    ----------
    path
        File.
    shape
        Rows and columns of the image.

    Returns
    -------
    ndarray
        uint32 (y, x). Where outlines overlap the later one is on top; empty lines count as a number.

    Raises
    ------
    ImageError
        Unreadable, not such a text, or outlines outside the image.
    """
    path = check_readable(path, may_be_empty=True)
    with opening(path):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise ImageError(f"{path} is not a text file of outlines.") from error
    labels = np.zeros(shape, np.uint32)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        xy = _points(line, path, number)
        low, high = xy.min(axis=0), xy.max(axis=0)
        if low.min() < 0 or high[0] >= shape[1] or high[1] >= shape[0]:
            raise ImageError(
                f"{path}, line {number}: the outline reaches beyond the image "
                f"({shape[1]} x {shape[0]} pixels); does it belong to another one?"
            )
        filled = np.zeros((high - low + 1)[::-1], np.uint8)
        cv2.fillPoly(filled, [xy - low], 1)
        labels[low[1] : high[1] + 1, low[0] : high[0] + 1][filled > 0] = number
    return labels


def _points(line: str, path: Path, number: int) -> npt.NDArray[np.int32]:
    try:
        values = np.array([float(value) for value in line.strip().rstrip(",").split(",")])
    except ValueError as error:
        raise ImageError(f"{path}, line {number}: numbers x,y,x,y,... are expected.") from error
    if len(values) % 2 or not np.isfinite(values).all() or np.abs(values).max() > 1 << 24:
        raise ImageError(f"{path}, line {number}: pairs of numbers x,y are expected.")
    return np.round(values).astype(np.int32).reshape(-1, 2)
