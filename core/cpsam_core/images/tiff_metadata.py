"""Channel names and physical sizes from OME-XML, ImageJ descriptions and resolution tags."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import tifffile

from cpsam_core.images.channel_colours import colours_of_file, from_ome

__all__ = ["TiffScale", "channel_colours_of", "channel_names_of", "children", "ome_images", "scale_of"]

MICROMETRES = {
    "m": 1e6,
    "cm": 1e4,
    "mm": 1e3,
    "µm": 1.0,
    "μm": 1.0,
    "um": 1.0,
    "micron": 1.0,
    "microns": 1.0,
    "micrometer": 1.0,
    "micrometre": 1.0,
    "nm": 1e-3,
    "pm": 1e-6,
    "å": 1e-4,
    "inch": 25400.0,
    "in": 25400.0,
}

PRINT_RESOLUTIONS = {1, 72, 75, 96, 100, 150, 200, 240, 250, 300, 400, 600, 720, 1200, 2400}
"""Dots an inch that programs write when they know nothing: no sizes of pixels."""

PRINT_UNITS = {"inch", "in", "cm", "mm"}
"""Units in which such a resolution is stated; nobody prints in micrometres."""


@dataclass(frozen=True)
class TiffScale:
    """Sides of a pixel and distance of planes in micrometres, None where unknown."""

    pixel_size: float | None = None
    z_step: float | None = None
    pixel_height: float | None = None


def scale_of(file: tifffile.TiffFile, page: Any, pixels: ElementTree.Element | None = None) -> TiffScale:
    """Return the physical sizes that a TIFF file states, the surest source first.

    Parameters
    ----------
    file
        An open file.
    page
        The page whose resolution tags count where there is nothing better.
    pixels
        What the OME-XML says of the image, None without.

    Returns
    -------
    Scale
        Micrometres; `pixel_size` is the size along a row.
    """
    if pixels is not None:
        return TiffScale(*(_ome_length(pixels, axis) for axis in "XZY"))
    imagej: dict[str, Any] = file.imagej_metadata or {}
    own: dict[str, Any] = imagej or (file.shaped_metadata or ({},))[0]
    if "pixel_size_um" in own or "z_step_um" in own:
        return TiffScale(*(_positive(_number(own.get(key))) for key in ("pixel_size_um", "z_step_um")))
    if imagej:
        name = _unescape(str(imagej.get("unit", ""))).strip().lower()
        unit = MICROMETRES.get(name)
        if unit is None:
            return TiffScale()
        sides = (_side(_resolution(page, axis), unit, may_be_print=name in PRINT_UNITS) for axis in "XY")
        width, height = sides
        return TiffScale(width, _positive(_number(imagej.get("spacing")), unit), height)
    unit = {2: MICROMETRES["inch"], 3: MICROMETRES["cm"]}.get(_tag_value(page, "ResolutionUnit"))
    if unit is None:
        return TiffScale()
    width, height = (_side(_resolution(page, axis), unit, may_be_print=True) for axis in "XY")
    return TiffScale(width, None, height)


def channel_names_of(
    file: tifffile.TiffFile,
    axes: str,
    shape: tuple[int, ...],
    pixels: ElementTree.Element | None = None,
    chosen: tuple[int, ...] | None = None,
) -> tuple[str, ...] | None:
    """Return the names of channels that a TIFF file states, "" for those without one; None where it states none.

    Parameters
    ----------
    file
        An open file.
    axes, shape
        Of the image.
    pixels
        What the OME-XML says of the image, None without.
    chosen
        Which of the channels of the XML the image has; None for the first ones.
    """
    count = shape[axes.index("C")] if "C" in axes else 1
    if "S" in axes:
        return None
    if pixels is not None:
        names = [channel.get("Name") or channel.get("Fluor") or "" for channel in children(pixels, "Channel")]
        places = range(count) if chosen is None else chosen[:count]
        found = tuple(names[place] if place < len(names) else "" for place in places)
        return found if any(found) else None
    labels = (file.imagej_metadata or {}).get("Labels")
    if isinstance(labels, str):
        labels = [labels]
    # Channels run fastest in ImageJ's order, so that the first labels are those of the channels. Without
    # channels a label names a plane.
    if not labels or len(labels) < count or "C" not in axes:
        return None
    found = tuple(
        re.sub(r"^\s*[czt]:\d+/\d+(\s+[czt]:\d+/\d+)*\s*(-\s*)?", "", str(label)) for label in labels[:count]
    )
    return found if len(set(found)) == count and any(found) else None


def channel_colours_of(
    count: int, pixels: ElementTree.Element | None, chosen: tuple[int, ...] | None
) -> tuple[tuple[int, int, int] | None, ...]:
    """Return the colours that the OME-XML of an image gives its channels, as :func:`channel_names_of` their names."""
    if pixels is None:
        return ()
    colours = [from_ome(channel.get("Color")) for channel in children(pixels, "Channel")]
    places = range(count) if chosen is None else chosen[:count]
    return colours_of_file([colours[place] if place < len(colours) else None for place in places])


def ome_images(file: tifffile.TiffFile) -> list[ElementTree.Element]:
    """Return the Image elements of the OME-XML of a file, [] without.

    Raises
    ------
    ValueError
        It holds entities.
    """
    text = file.ome_metadata
    # Entities have no place in OME-XML; they are how a small file becomes an endless one.
    if text and ("<!DOCTYPE" in text or "<!ENTITY" in text):
        raise ValueError("its description holds entities")
    if not text:
        return []
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return []
    return [element for element in root.iter() if _tag(element) == "Image"]


def children(element: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    """Return the children of a name, whatever its namespace."""
    return [child for child in element if _tag(child) == tag]


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _ome_length(pixels: ElementTree.Element, axis: str) -> float | None:
    name = pixels.get(f"PhysicalSize{axis}Unit", "µm").strip().lower()
    length = _number(pixels.get(f"PhysicalSize{axis}"))
    unit = MICROMETRES.get(name)
    if unit is None or length is None or length <= 0 or axis == "Z":
        return None if unit is None else _positive(length, unit)
    return _side(1 / length, unit, may_be_print=name in ("inch", "in"))


def _side(per_unit: float | None, unit: float, *, may_be_print: bool) -> float | None:
    """Return the side of a pixel in micrometres, None for a resolution of print, which says nothing of it."""
    if per_unit is None:
        return None
    dots_an_inch = per_unit * MICROMETRES["inch"] / unit
    if may_be_print and any(math.isclose(dots_an_inch, usual, rel_tol=2e-3) for usual in PRINT_RESOLUTIONS):
        return None
    return _positive(unit / per_unit)


def _resolution(page: Any, axis: str) -> float | None:
    """Return pixels a unit along a row (X) or column (Y), None where the tag is missing or senseless."""
    value = _tag_value(page, f"{axis}Resolution")
    if isinstance(value, tuple) and len(value) == 2 and value[1]:
        value = value[0] / value[1]
    return _positive(_number(value))


def _tag_value(page: Any, name: str) -> Any:
    tag = page.tags.get(name)
    return None if tag is None else tag.value


def _unescape(unit: str) -> str:
    """ImageJ writes the Greek letter as a backslash code."""
    return unit.replace("\\u00B5", "µ").replace("\\u00b5", "µ")


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _positive(value: float | None, factor: float = 1.0) -> float | None:
    if value is None or not math.isfinite(value * factor) or value * factor <= 0:
        return None
    return value * factor
