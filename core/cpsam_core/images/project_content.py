"""What a project holds: masks, what is known of each object, and the regions in which every object is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.images.polygons import PolygonBudget, mark

__all__ = ["COMPLETE", "ProjectFile", "Region", "entries_of", "regions_of"]

COMPLETE = "complete"
"""Name of the array, and key of the table, that say where every object is drawn."""
MAX_REGIONS, MAX_CORNERS = 100_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Region:
    """A part of one plane of an image, or of a section along z of a volume.

    Attributes
    ----------
    corners
        Ring of columns and rows in pixels, (0, 0) the corner of the first pixel: x and y in a plane, x and z in a
        section across y, z and y in one across x.
    index
        Which plane or section, from 0.
    across
        The axis that it lies across: 0 for z, 1 for y, 2 for x.
    """

    corners: tuple[tuple[float, float], ...]
    index: int = 0
    across: int = 0

    @classmethod
    def box(
        cls, top: float, bottom: float, left: float, right: float, index: int = 0, across: int = 0
    ) -> Region:
        """Return the region of the rows `top` to `bottom` and columns `left` to `right`, ends left out."""
        return cls(((left, top), (right, top), (right, bottom), (left, bottom)), index, across)

    @property
    def place(self) -> tuple[int, int]:
        """Across which axis the region lies, and where along it."""
        return self.across, self.index


@dataclass(frozen=True, slots=True, eq=False)
class ProjectFile:
    """What a project file holds.

    Attributes
    ----------
    labels
        uint32 (z, y, x).
    objects
        By id, as stored: ``class_id``, ``origin``, ``locked`` and whatever else the window knows of an object.
    settings
        Settings of the last run, by name.
    image
        Name of the image file.
    review
        How far the work is: ``""`` (nothing said), ``"segmented"``, ``"corrected"`` or ``"verified"``.
    complete
        Regions in which every object is drawn. Without any, and without a map ``complete`` among `maps`, all of the
        image is taken to be.
    class_names
        Name of each class by its number; 0 is no class.
    extra
        Other keys of ``project.json``, plain JSON values, handed on as they are (notes, for example).
    maps
        Further arrays by name (``flows``), each kept as a TIFF of that name.
    fingerprint
        By which the image is recognised, see :func:`cpsam_core.images.fingerprint.fingerprint`; empty where unknown.
    """

    labels: npt.NDArray[np.uint32]
    objects: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    image: str = ""
    review: str = ""
    complete: tuple[Region, ...] = ()
    class_names: Mapping[int, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    maps: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    fingerprint: str = ""

    def classes(self) -> npt.NDArray[np.uint8] | None:
        """Return the class of each pixel, uint8 (z, y, x), 0 outside objects; None where no object has a class."""
        numbers = {number: int(row.get("class_id", 0)) for number, row in self.objects.items()}
        if not any(numbers.values()):
            return None
        ids = np.array(sorted(numbers), np.uint32)
        values = np.array([min(max(numbers[number], 0), 255) for number in ids.tolist()], np.uint8)
        places = np.searchsorted(ids, self.labels).clip(max=len(ids) - 1)
        found: npt.NDArray[np.uint8] = np.where(ids[places] == self.labels, values[places], np.uint8(0))
        return found

    def complete_map(self) -> npt.NDArray[np.bool_] | None:
        """Return where every object is drawn, bool (z, y, x); None where nothing was said."""
        stored = self.maps.get(COMPLETE)
        if stored is None and not self.complete:
            return None
        inside: npt.NDArray[np.bool_] = np.zeros(self.labels.shape, bool)
        if stored is not None:
            inside |= np.asarray(stored).reshape(self.labels.shape) > 0
        budget = PolygonBudget(self.labels.size)
        for region in self.complete:
            if 0 <= region.index < inside.shape[region.across]:
                section = np.moveaxis(inside, region.across, 0)[region.index]
                mark(section.T if region.across == 2 else section, [np.array(region.corners)], budget)
        return inside


def regions_of(entries: list[dict[str, Any]]) -> tuple[Region, ...]:
    """Return regions as they stand in the table; ValueError, TypeError or KeyError where they make no sense."""
    if len(entries) > MAX_REGIONS or sum(len(entry["corners"]) for entry in entries) > MAX_CORNERS:
        raise ValueError("too many complete regions")
    regions = []
    for entry in entries:
        corners = np.array(entry["corners"], np.float64).reshape(-1, 2)
        if not np.isfinite(corners).all() or np.abs(corners).max(initial=0) > 2**31:
            raise ValueError("a complete region lies nowhere")
        across = int(entry.get("across", 0))
        if not 0 <= across <= 2:
            raise ValueError("a complete region lies across no axis")
        ring = tuple((float(column), float(row)) for column, row in corners)
        regions.append(Region(ring, int(entry.get("plane", 0)), across))
    return tuple(regions)


def entries_of(regions: Iterable[Region]) -> list[dict[str, Any]]:
    """Return regions as they stand in the table; the axis is left out where that is z, as in older files."""
    return [
        {
            "plane": region.index,
            **({"across": region.across} if region.across else {}),
            "corners": [list(corner) for corner in region.corners],
        }
        for region in regions
    ]
