"""Images of OME-Zarr: pyramids, plates of wells, and several images in one folder (NGFF 0.4 and 0.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cpsam_core.errors import ImageError
from cpsam_core.images.channel_colours import colours_of_file, from_hexadecimal
from cpsam_core.images.json_values import as_list, as_number, as_text
from cpsam_core.images.readers import Raw, Reader, choose_scene, register
from cpsam_core.images.stand_in import Grid, stand_in
from cpsam_core.images.tiff_metadata import MICROMETRES
from cpsam_core.images.zarr_folder import ZarrArray, ZarrFolder

__all__ = ["Multiscale", "first_multiscale", "open_zarr_image"]

WORDS = {"micrometer": 1.0, "nanometer": 1e-3, "millimeter": 1e3, "meter": 1e6, "angstrom": 1e-4}
MOST_SCENES = 100_000
"""Fields of a plate; the largest plates have 1,536 wells of some tens of fields."""


@dataclass(frozen=True)
class Multiscale:
    """An image of several resolutions, as the metadata describe it.

    Attributes
    ----------
    paths
        Of the arrays, the largest first.
    described
        The metadata.
    channels
        Names of the channels, "" for those without one; empty where nothing is said.
    colours
        RGB of the channels, None for those without; empty where nothing is said.
    """

    paths: tuple[str, ...]
    described: dict[str, Any]
    channels: tuple[str, ...] = ()
    colours: tuple[tuple[int, int, int] | None, ...] = ()

    def axes(self, count: int) -> list[str]:
        """Return a letter for each axis: those that are stated, else the last of t, c, z, y, x."""
        stated = [
            as_text(one.get("name") if isinstance(one, dict) else one)
            for one in as_list(self.described.get("axes"))
        ]
        return stated if len(stated) == count else list("tczyx"[-count:])

    def sizes(self, count: int) -> dict[str, float]:
        """Return micrometres by axis, of those that state a length."""
        axes = self.axes(count)
        described = [one if isinstance(one, dict) else {} for one in as_list(self.described.get("axes"))]
        factors = [1.0] * len(axes)
        for holder in (_first(self.described.get("datasets")), self.described):
            for step in as_list(holder.get("coordinateTransformations")):
                scale = as_list(step.get("scale")) if isinstance(step, dict) else []
                numbers = [as_number(value) or 0.0 for value in scale]
                if len(numbers) == len(axes):
                    factors = [a * b for a, b in zip(factors, numbers, strict=True)]
        sizes = {}
        for axis, one, factor in zip(axes, described, factors, strict=False):
            name = as_text(one.get("unit")).lower()
            unit = WORDS.get(name, MICROMETRES.get(name))
            if unit is not None and factor > 0:
                sizes[axis] = factor * unit
        return sizes


def first_multiscale(store: ZarrFolder, group: str) -> Multiscale:
    """Return the image that a group holds.

    Raises
    ------
    ImageError
        It holds none, or refers to what is not below it.
    """
    metadata = store.metadata(group)
    described = _first(metadata.get("multiscales"))
    paths = [
        store.join(group, as_text(one.get("path")))
        for one in as_list(described.get("datasets"))
        if isinstance(one, dict)
    ]
    if not paths:
        raise ImageError(f"{store.path} is a damaged OME-Zarr: it refers to nothing.")
    omero = metadata.get("omero")
    listed = as_list(omero.get("channels")) if isinstance(omero, dict) else []
    channels = tuple(as_text(one.get("label")) if isinstance(one, dict) else "" for one in listed)
    colours = [from_hexadecimal(one.get("color")) if isinstance(one, dict) else None for one in listed]
    return Multiscale(tuple(paths), described, channels, colours_of_file(colours))


def open_zarr_image(path: Path, scene: int | str | None = None) -> tuple[Raw, tuple[Grid, ...]]:
    """Open one image of an OME-Zarr without reading its pixels.

    Parameters
    ----------
    path
        Folder or zip file.
    scene
        Name (of a well and field: ``"A/1/0"``) or number of the image; None takes the first.

    Returns
    -------
    raw : Raw
        Its array is a stand-in without memory.
    levels : tuple of Grid
        The pixels, the largest level first; levels that do not fit the first are left out.

    Raises
    ------
    ImageError
        There is no image, no such scene, or the metadata are damaged.
    """
    store = ZarrFolder(path)
    groups = _scenes(store)
    place = choose_scene(tuple(groups), scene, path)
    name, group = list(groups.items())[place]
    if "multiscales" not in store.metadata(group) and store.has_array(group):
        array = store.open_array(group)
        return Raw(stand_in(array), "?" * array.ndim), (array,)
    image = first_multiscale(store, group)
    first = store.open_array(image.paths[0])
    levels: list[Grid] = [first]
    for one in image.paths[1:]:
        if store.has_array(one):
            levels.append(store.open_array(one))
    axes = image.axes(first.ndim)
    letters = "".join(axis.upper() if axis.upper() in ("T", "Z", "C", "Y", "X") else "?" for axis in axes)
    count = first.shape[letters.index("C")] if "C" in letters else 1
    names = image.channels if len(image.channels) == count and any(image.channels) else None
    sizes = image.sizes(first.ndim)
    raw = Raw(
        stand_in(first),
        letters,
        names,
        sizes.get("x"),
        sizes.get("z"),
        pixel_height=sizes.get("y"),
        scene=name if len(groups) > 1 else "",
        scenes=tuple(groups),
        channel_colours=image.colours if len(image.colours) == count else (),
    )
    return raw, tuple(levels)


def _scenes(store: ZarrFolder) -> dict[str, str]:
    """Return the groups of images by name."""
    metadata = store.metadata("")
    if "multiscales" in metadata or store.has_array(""):
        return {"0": ""}
    plate = metadata.get("plate")
    if isinstance(plate, dict):
        return _fields(store, plate)
    listed = [as_text(name) for name in as_list(store.metadata("OME").get("series"))]
    if not listed and as_number(store.attributes("").get("bioformats2raw.layout")) is not None:
        number = 0
        while number < MOST_SCENES and "multiscales" in store.metadata(str(number)):
            listed.append(str(number))
            number += 1
    if listed:
        return {name: store.join("", name) for name in listed}
    raise ImageError(f"{store.path} holds no image: nothing in it says so (no multiscales, no plate).")


def _fields(store: ZarrFolder, plate: dict[str, Any]) -> dict[str, str]:
    groups: dict[str, str] = {}
    for one in as_list(plate.get("wells")):
        well = store.join("", as_text(one.get("path")) if isinstance(one, dict) else "")
        described = store.metadata(well).get("well")
        for image in as_list(described.get("images")) if isinstance(described, dict) else []:
            field = store.join(well, as_text(image.get("path")) if isinstance(image, dict) else "")
            groups[field] = field
        if len(groups) > MOST_SCENES:
            raise ImageError(f"{store.path} states more images than a plate can have.")
    if not groups:
        raise ImageError(f"{store.path} is a plate without an image in it.")
    return groups


def _read_zarr_image(path: Path, scene: int | str | None = None) -> Raw:
    raw, levels = open_zarr_image(path, scene)
    first = levels[0]
    return replace(raw, array=first.read_all()) if isinstance(first, ZarrArray) else raw


def _first(value: Any) -> dict[str, Any]:
    found = as_list(value)
    return found[0] if found and isinstance(found[0], dict) else {}


register(
    Reader(
        "an OME-Zarr",
        (".zarr", ".zarr.zip", ".ozx"),
        _read_zarr_image,
        read_scene=_read_zarr_image,
        open_scene=open_zarr_image,
    )
)
