"""Which images a TIFF file holds: series that are images of their own, and the own part of a set of OME files."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images.tiff_chain import MOST_PLANES
from cpsam_core.images.tiff_metadata import children, ome_images

__all__ = ["TiffScene", "scenes_of"]

SIDE_PICTURES = {"thumbnail", "label", "macro", "map", "overview image"}
"""Names of what slide scanners keep beside the scan."""


@dataclass(frozen=True, eq=False)
class TiffScene:
    """One image of a file.

    Attributes
    ----------
    name
        As the file calls it, or its number from 0.
    series
        Its pages.
    ome
        Its Pixels element in the OME-XML, None without.
    channels
        Which of the channels that the XML names this file holds, None for all.
    note
        What a person should know about where it comes from, "" for nothing.
    """

    name: str
    series: Any
    ome: ElementTree.Element | None = None
    channels: tuple[int, ...] | None = None
    note: str = ""


def scenes_of(file: tifffile.TiffFile, path: Path) -> list[TiffScene]:
    """Return the images of a file; thumbnails, labels and pages marked as reduced only where there is nothing else.

    Of a file that is one of several of an OME set, what it holds itself: the others may not be there, or lie where
    they have no business to lie.

    Raises
    ------
    ImageError
        There is no image.
    """
    images = ome_images(file)
    _check_planes(images)
    own = _own_part(file, path, images)
    if own is not None:
        return own
    found = list(file.series)
    kept = [one for one in found if not _is_aside(one)] or found
    if not kept:
        raise ImageError(f"{path} is a TIFF file without an image in it.")
    elements: list[ElementTree.Element | None] = [None] * len(kept)
    if images:
        by_name = {element.get("Name", ""): element for element in images}
        same = len(images) == len(found)
        for place, one in enumerate(kept):
            image = images[found.index(one)] if same else by_name.get(one.name, images[0])
            elements[place] = _pixels(image)
    names = _distinct([str(one.name or "") for one in kept])
    return [TiffScene(name, one, element) for name, one, element in zip(names, kept, elements, strict=True)]


def _check_planes(images: list[ElementTree.Element]) -> None:
    """Refuse descriptions of more planes than there can be: all are listed before the first is looked for.

    Raises
    ------
    ValueError
        They name too many.
    """
    total = 0
    for image in images:
        pixels = _pixels(image)
        if pixels is None:
            continue
        planes = math.prod(max(1, int(pixels.get(f"Size{axis}", "1"))) for axis in "CZT")
        total += planes
        for data in children(pixels, "TiffData"):
            named = int(data.get("PlaneCount", data.get("NumPlanes", "1" if "IFD" in data.attrib else "0")))
            total += min(named or planes, planes)
    if total > 2 * MOST_PLANES:
        raise ValueError(f"its description names {total:,} planes")


def _is_aside(series: Any) -> bool:
    return bool(series.keyframe.is_reduced) or str(series.name or "").strip().lower() in SIDE_PICTURES


def _distinct(names: list[str]) -> list[str]:
    """Return names of which no two are equal and none is empty."""
    given = [name.strip() for name in names]
    if all(given) and len(set(given)) == len(given):
        return given
    return [f"{name} ({number})" if name else str(number) for number, name in enumerate(given)]


@dataclass(frozen=True)
class _Plane:
    """A plane of an OME image: its page, and its place along C, Z and T."""

    page: int
    place: dict[str, int]
    is_own: bool


def _own_part(
    file: tifffile.TiffFile, path: Path, images: list[ElementTree.Element]
) -> list[TiffScene] | None:
    """Return the scenes of one file of a set, None where the file is not part of one."""
    if not images:
        return None
    uuid = ome_uuid(file)
    described = [(image, pixels) for image in images if (pixels := _pixels(image)) is not None]
    planes = [list(_planes(pixels, uuid, path.name)) for _, pixels in described]
    if all(plane.is_own for some in planes for plane in some):
        return None
    scenes = []
    for (image, pixels), some in zip(described, planes, strict=True):
        own = [plane for plane in some if plane.is_own and plane.page < len(file.pages)]
        if own:
            scenes.append(_scene(file, image, pixels, own, is_part=len(own) < len(some)))
    if not scenes:
        raise ImageError(
            f"{path} belongs to a set of OME-TIFF files, and its description names no plane of its own; "
            "was it renamed? Give it back the name that the microscope gave it."
        )
    names = _distinct([scene.name for scene in scenes])
    return [
        TiffScene(name, one.series, one.ome, one.channels, one.note)
        for name, one in zip(names, scenes, strict=True)
    ]


def _planes(pixels: ElementTree.Element, uuid: str, name: str) -> Iterator[_Plane]:
    order = pixels.get("DimensionOrder", "XYZCT")[2:]
    sizes = {axis: max(1, int(pixels.get(f"Size{axis}", "1"))) for axis in order}
    samples = [int(channel.get("SamplesPerPixel", "1")) for channel in children(pixels, "Channel")]
    sizes["C"] = max(1, sizes.get("C", 1) // max(samples, default=1))
    for data in children(pixels, "TiffData"):
        source = next(iter(children(data, "UUID")), None)
        is_own = source is None or (source.text or "").strip() == uuid
        if source is not None and not is_own and not uuid:
            is_own = source.get("FileName", "").lower() == name.lower()
        first = int(data.get("IFD", "0"))
        count = int(data.get("PlaneCount", data.get("NumPlanes", "1")))
        start = [int(data.get(f"First{axis}", "0")) for axis in order]
        flat = sum(at * math.prod(sizes[a] for a in order[:k]) for k, at in enumerate(start))
        for step in range(min(count, math.prod(sizes.values()))):
            place, rest = {}, flat + step
            for axis in order:
                rest, place[axis] = divmod(rest, sizes[axis])
            yield _Plane(first + step, place, is_own)


def _scene(
    file: tifffile.TiffFile,
    image: ElementTree.Element,
    pixels: ElementTree.Element,
    own: list[_Plane],
    is_part: bool,
) -> TiffScene:
    order = pixels.get("DimensionOrder", "XYZCT")[:1:-1]
    along = {axis: sorted({plane.place[axis] for plane in own}) for axis in order}
    own = sorted(own, key=lambda plane: [plane.place[axis] for axis in order])
    pages = [file.pages[plane.page] for plane in own]
    keyframe = pages[0].keyframe
    if math.prod(map(len, along.values())) == len(own):
        axes = "".join(axis for axis in order if len(along[axis]) > 1)
        shape = tuple(len(along[axis]) for axis in axes)
    else:
        axes, shape = "Q", (len(own),)
    series = tifffile.TiffPageSeries(
        pages, shape + tuple(keyframe.shape), keyframe.dtype, axes + keyframe.axes
    )
    note = "only its own planes are read: the file is one of a set that make up this image" if is_part else ""
    return TiffScene(image.get("Name", ""), series, pixels, tuple(along.get("C", [0])), note)


def ome_uuid(file: tifffile.TiffFile) -> str:
    """Return the UUID that a file of a set calls itself by, "" without."""
    root = ElementTree.fromstring(file.ome_metadata or "<OME/>")
    return (root.get("UUID") or "").strip()


def _pixels(image: ElementTree.Element) -> ElementTree.Element | None:
    return next(iter(children(image, "Pixels")), None)
