"""ImageJ regions of interest: `_rois.zip`, one polygon an object (and plane)."""

from __future__ import annotations

import logging
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from roifile import ROI_TYPE, ImagejRoi

from cpsam_core.errors import ImageError

from .files import AnyPath, check_readable, opening, saving
from .polygons import fill, trace

__all__ = ["read_rois", "write_rois"]

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 30
"""Unpacked size over which a zip is refused: real ones are thousands of times smaller."""

AREAS = (ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED, ROI_TYPE.RECT, ROI_TYPE.OVAL)

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    IndexError,
    struct.error,
    RuntimeError,
    TypeError,
)


def write_rois(path: AnyPath, labels: npt.NDArray[Any]) -> None:
    """Write polygons for ImageJ's ROI manager, in one step.

    Each polygon runs along the sides of pixels, so that ImageJ selects exactly the pixels of the object
    (holes filled; of several parts in a plane the largest). It is named by the number of its object, and in a
    stack ``number-zplane``, at its plane.

    Parameters
    ----------
    path
        Ends in ``.zip``.
    labels
        Integers (y, x) or (z, y, x).

    Raises
    ------
    ImageError
        Writing failed; nothing was overwritten.
    """
    planes = labels[np.newaxis] if labels.ndim == 2 else labels
    with saving(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for z, plane in enumerate(planes):
            for polygon in trace(plane):
                name = str(polygon.id) if labels.ndim == 2 else f"{polygon.id}-z{z + 1}"
                roi = ImagejRoi.frompoints(polygon.xy, name=name, position=None if labels.ndim == 2 else z)
                roi.roitype = ROI_TYPE.TRACED
                archive.writestr(f"{name}.roi", roi.tobytes())


def read_rois(path: AnyPath, shape: tuple[int, ...]) -> npt.NDArray[np.uint32]:
    """Read the areas of an ImageJ ROI file and fill them as ImageJ does.

    Parameters
    ----------
    path
        A ``.zip`` of the ROI manager or a single ``.roi``; nothing is unpacked to the disk.
    shape
        Of the labels: (y, x) or (z, y, x).

    Returns
    -------
    ndarray
        uint32 of that shape. Objects have the numbers they are named by, else they are counted in order.
        Where areas overlap the later one is on top. Points, lines and texts are left out.

    Raises
    ------
    ImageError
        Unreadable, damaged, or no area lies in the image.
    """
    path = check_readable(path)
    with opening(path):
        try:
            rois = _load(path)
        except BROKEN as error:
            raise ImageError(f"{path} is not an ImageJ ROI file, or it is damaged ({error}).") from error
    areas = [roi for roi in rois if roi.rings]
    if rois and not areas:
        raise ImageError(f"{path} holds no areas, only points, lines or ROIs of an unknown kind.")
    if len(areas) < len(rois):
        log.warning("%s: %d points, lines or texts are left out.", path, len(rois) - len(areas))
    labels = np.zeros(shape, np.uint32)
    planes = labels[np.newaxis] if labels.ndim == 2 else labels
    for number, roi in zip(_numbers(areas), areas, strict=True):
        z = min(roi.plane, len(planes) - 1) if labels.ndim == 3 else 0
        _paint(planes[z], roi.rings, number)
    if areas and not labels.any():
        raise ImageError(f"{path}: no area lies inside the image; do they belong to another one?")
    return labels


@dataclass(frozen=True, eq=False)
class _Area:
    name: str
    plane: int
    rings: list[npt.NDArray[Any]]


def _load(path: Path) -> list[_Area]:
    if not zipfile.is_zipfile(path):
        return [_area(path.read_bytes(), path.stem)]
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".roi")]
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise ImageError(f"{path} would unpack to more than a gigabyte and is not read.")
        if not entries and archive.infolist():
            raise ImageError(f"{path} holds no ImageJ ROIs.")
        return [_area(archive.read(entry), Path(entry.filename).stem) for entry in entries]


def _area(data: bytes, name: str) -> _Area:
    roi = ImagejRoi.frombytes(data)
    plane = max(roi.position, roi.z_position, 1) - 1
    is_area = roi.roitype in AREAS
    rings = [ring for ring in roi.coordinates(multi=True) if len(ring) > 2] if is_area else []
    return _Area(roi.name or name, plane, rings)


def _numbers(areas: list[_Area]) -> list[int]:
    """Return the numbers that the areas are named by, if all are and no two of a plane share one."""
    matches = [re.fullmatch(r"0*(\d{1,9})(-z\d+)?", area.name) for area in areas]
    numbers = [int(match[1]) for match in matches if match]
    places = {(number, area.plane) for number, area in zip(numbers, areas, strict=False)}
    if len(numbers) == len(areas) == len(places) and all(numbers):
        return numbers
    return list(range(1, len(areas) + 1))


def _paint(plane: npt.NDArray[np.uint32], rings: list[npt.NDArray[Any]], number: int) -> None:
    points = np.concatenate(rings)
    low = np.clip(np.floor(points.min(axis=0)), 0, plane.shape[::-1]).astype(int)
    high = np.clip(np.ceil(points.max(axis=0)), 0, plane.shape[::-1]).astype(int)
    if (high <= low).any():
        return
    inside = fill([ring - low for ring in rings], (int(high[1] - low[1]), int(high[0] - low[0])))
    plane[low[1] : high[1], low[0] : high[0]][inside] = number
