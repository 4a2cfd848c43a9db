"""ImageJ regions of interest: `_rois.zip`, one polygon an object (and plane)."""

from __future__ import annotations

import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from roifile import ROI_TYPE, ImagejRoi

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, check_readable, opening, saving
from cpsam_core.images.painting import PaintSurface, numbers_named
from cpsam_core.images.polygons import Outline, outlines_of

__all__ = ["RoiFile", "read_roi_file", "read_rois", "write_rois"]

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 30
"""Unpacked size over which a zip is refused: real ones are thousands of times smaller."""

AREAS = (ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED, ROI_TYPE.RECT, ROI_TYPE.OVAL)

TYPE_PLACE, KNOWN_TYPES = 6, {int(kind) for kind in ROI_TYPE}
"""Where a ROI states its type, and those that the library knows."""

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


@dataclass(frozen=True, eq=False)
class RoiFile:
    """What an ImageJ ROI file holds of objects.

    Attributes
    ----------
    labels
        uint32 (y, x) or (z, y, x).
    groups
        ImageJ's group (1 to 255) by the number of the object, where it has one.
    notes
        What was left out, in words for the user.
    """

    labels: npt.NDArray[np.uint32]
    groups: Mapping[int, int]
    notes: tuple[str, ...] = ()


def write_rois(path: AnyPath, labels: npt.NDArray[Any], groups: Mapping[int, int] | None = None) -> None:
    """Write outlines for ImageJ's ROI manager, in one step.

    Each outline runs along the sides of pixels, so that ImageJ selects exactly the pixels of the object; one with
    holes or several parts is a composite ROI. It is named by the number of its object, and in a stack
    ``number-zplane``, at its plane.

    Parameters
    ----------
    path
        Ends in ``.zip``.
    labels
        Integers (y, x) or (z, y, x).
    groups
        ImageJ's group by number of the object, 0 to 255; ImageJ shows groups in colours.

    Raises
    ------
    ImageError
        Writing failed; nothing was overwritten.
    """
    planes = labels[np.newaxis] if labels.ndim == 2 else labels
    groups = groups or {}
    with saving(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for z, plane in enumerate(planes):
            for outline in outlines_of(plane):
                name = str(outline.id) if labels.ndim == 2 else f"{outline.id}-z{z + 1}"
                roi = _roi_of(outline, name)
                roi.position = 0 if labels.ndim == 2 else z + 1
                roi.group = groups.get(outline.id, 0)
                # Without the time of writing, so that the same objects give the same file.
                entry = zipfile.ZipInfo(f"{name}.roi")
                archive.writestr(entry, roi.tobytes(), zipfile.ZIP_DEFLATED)


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
    found = read_roi_file(path, shape)
    for note in found.notes:
        log.warning("%s: %s", path, note)
    return found.labels


def read_roi_file(path: AnyPath, shape: tuple[int, ...]) -> RoiFile:
    """Read the areas of an ImageJ ROI file with their groups, and say what was left out.

    Parameters
    ----------
    path, shape
        As for :func:`read_rois`.

    Raises
    ------
    ImageError
        As for :func:`read_rois`.
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
    canvas = PaintSurface(shape)
    groups: dict[int, int] = {}
    numbers = numbers_named([area.name for area in areas], [area.plane for area in areas])
    for number, roi in zip(numbers, areas, strict=True):
        canvas.paint(number, [roi.rings], roi.plane)
        if roi.group:
            groups[number] = roi.group
    if areas and not canvas.labels.any():
        raise ImageError(f"{path}: no area lies inside the image; do they belong to another one?")
    notes = canvas.notes()
    if len(areas) < len(rois):
        notes = (f"{len(rois) - len(areas)} points, lines or texts are left out", *notes)
    return RoiFile(canvas.labels, groups, notes)


def _roi_of(outline: Outline, name: str) -> ImagejRoi:
    """Return a traced outline, or a composite where there are holes or parts."""
    if len(outline.rings) == 1:
        roi = ImagejRoi.frompoints(outline.rings[0], name=name)
        roi.roitype = ROI_TYPE.TRACED
        return roi
    points = np.concatenate(outline.rings)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    pieces: list[npt.NDArray[np.float32]] = []
    for ring in outline.rings:
        # The path of Java: 0 moves to a point, 1 draws a line to one, 4 closes.
        moves = np.ones((len(ring), 3), np.float32)
        moves[0, 0] = 0
        moves[:, 1:] = ring
        pieces += [moves.ravel(), np.array([4], np.float32)]
    path = np.concatenate(pieces)
    return ImagejRoi(
        roitype=ROI_TYPE.RECT,
        name=name,
        left=int(left),
        top=int(top),
        right=int(right),
        bottom=int(bottom),
        shape_roi_size=len(path),
        multi_coordinates=path,
    )


@dataclass(frozen=True, eq=False)
class _RoiArea:
    name: str
    plane: int
    group: int
    rings: list[npt.NDArray[Any]]


def _load(path: Path) -> list[_RoiArea]:
    if not zipfile.is_zipfile(path):
        return [_area(path.read_bytes(), path.stem)]
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".roi")]
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise ImageError(f"{path} would unpack to more than a gigabyte and is not read.")
        if not entries and archive.infolist():
            raise ImageError(f"{path} holds no ImageJ ROIs.")
        return [_area(archive.read(entry), Path(entry.filename).stem) for entry in entries]


def _area(data: bytes, name: str) -> _RoiArea:
    if data[:4] == b"Iout" and len(data) > TYPE_PLACE and data[TYPE_PLACE] not in KNOWN_TYPES:
        # Newer than the library, which raises in its older versions.
        return _RoiArea(name, 0, 0, [])
    roi = ImagejRoi.frombytes(data)
    name = roi.name or name
    plane = max(roi.position, roi.z_position, _slice_named(name), 1) - 1
    is_area = roi.roitype in AREAS
    rings = [ring for ring in roi.coordinates(multi=True) if len(ring) > 2] if is_area else []
    return _RoiArea(name, plane, int(roi.group), rings)


def _slice_named(name: str) -> int:
    """Return the slice in a name that ImageJ gave, slice-row-column, 0 without; older versions keep it nowhere else."""
    found = re.fullmatch(r"(\d{4,6})-\d{4,6}-\d{4,6}(-\d+)?", name, re.ASCII)
    return int(found[1]) if found else 0
