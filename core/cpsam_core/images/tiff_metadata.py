"""Channel names and physical sizes from OME-XML, ImageJ descriptions and resolution tags."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import tifffile

__all__ = ["Scale", "channel_names_of", "scale_of"]

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


@dataclass(frozen=True)
class Scale:
    """Side of a pixel and distance of planes in micrometres, None where unknown."""

    pixel_size: float | None = None
    z_step: float | None = None


def scale_of(file: tifffile.TiffFile, page: Any) -> Scale:
    """Return the physical sizes that a TIFF file states, the surest source first.

    Parameters
    ----------
    file
        An open file.
    page
        The page whose resolution tags count where there is nothing better.

    Returns
    -------
    Scale
        Micrometres. Where rows and columns differ, the size along a row counts.
    """
    pixels = _ome_pixels(file)
    if pixels is not None:
        return Scale(*(_ome_length(pixels, axis) for axis in "XZ"))
    imagej = file.imagej_metadata
    if imagej:
        unit = MICROMETRES.get(_unescape(str(imagej.get("unit", ""))).strip().lower())
        if unit is None:
            return Scale()
        per_pixel = _resolution(page)
        return Scale(
            _positive(unit / per_pixel) if per_pixel else None,
            _positive(_number(imagej.get("spacing")), unit),
        )
    own: dict[str, Any] = (file.shaped_metadata or ({},))[0]
    if "pixel_size_um" in own or "z_step_um" in own:
        return Scale(_positive(_number(own.get("pixel_size_um"))), _positive(_number(own.get("z_step_um"))))
    return Scale(_from_tags(page))


def channel_names_of(file: tifffile.TiffFile, axes: str, shape: tuple[int, ...]) -> tuple[str, ...] | None:
    """Return the names of channels that a TIFF file states, None where it states none for all of them.

    Parameters
    ----------
    file
        An open file.
    axes, shape
        Of its first series.
    """
    count = shape[axes.index("C")] if "C" in axes else 1
    if "S" in axes:
        return None
    pixels = _ome_pixels(file)
    if pixels is not None:
        names = tuple(_ome_name(channel) for channel in _children(pixels, "Channel"))
        return names[:count] if len(names) >= count and all(names[:count]) else None
    labels = (file.imagej_metadata or {}).get("Labels")
    if isinstance(labels, str):
        labels = [labels]
    # Channels run fastest in ImageJ's order, so that the first labels are those of the channels. Without
    # channels a label names a plane.
    if not labels or len(labels) < count or "C" not in axes:
        return None
    names = tuple(
        re.sub(r"^\s*[czt]:\d+/\d+(\s+[czt]:\d+/\d+)*\s*(-\s*)?", "", str(label)) for label in labels[:count]
    )
    return names if len(set(names)) == count and all(names) else None


def _ome_pixels(file: tifffile.TiffFile) -> ElementTree.Element | None:
    """Return the first Pixels element of the OME-XML, None without."""
    text = file.ome_metadata
    # Entities have no place in OME-XML; they are how a small file becomes an endless one.
    if not text or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
    return next((element for element in root.iter() if _tag(element) == "Pixels"), None)


def _children(element: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [child for child in element if _tag(child) == tag]


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _ome_name(channel: ElementTree.Element) -> str:
    return channel.get("Name") or channel.get("Fluor") or ""


def _ome_length(pixels: ElementTree.Element, axis: str) -> float | None:
    unit = MICROMETRES.get(pixels.get(f"PhysicalSize{axis}Unit", "µm").strip().lower())
    return None if unit is None else _positive(_number(pixels.get(f"PhysicalSize{axis}")), unit)


def _from_tags(page: Any) -> float | None:
    """Return a pixel size from resolution tags, unless they state a resolution of print."""
    per_unit = _resolution(page)
    unit = {2: MICROMETRES["inch"], 3: MICROMETRES["cm"]}.get(_tag_value(page, "ResolutionUnit"))
    if per_unit is None or unit is None:
        return None
    dots_an_inch = per_unit * MICROMETRES["inch"] / unit
    if any(math.isclose(dots_an_inch, usual, rel_tol=2e-3) for usual in PRINT_RESOLUTIONS):
        return None
    return _positive(unit / per_unit)


def _resolution(page: Any) -> float | None:
    """Return pixels a unit along a row, None where the tag is missing or senseless."""
    value = _tag_value(page, "XResolution")
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
