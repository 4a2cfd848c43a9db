"""Write OME-Zarr: labels in a folder of chunks, with colours, classes and measurements.

NGFF 0.4, which every program of today reads, or 0.5: the group ``labels/cells`` with a pyramid, and the image itself
beside it where it is at hand, so that viewers show both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.formats.classes import colour_of
from cpsam_core.formats.columns import texts_and_numbers
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.ome_zarr import own_attributes
from cpsam_core.formats.options import WriteOptions
from cpsam_core.images import Image, object_colours
from cpsam_core.images.channel_colours import shown_colours
from cpsam_core.images.files import saving_folder

__all__ = ["SMALLEST_PX", "describe_labels", "is_ours", "level_folder", "write_zarr"]

NAME = "cells"
"""Of the label image in its group."""

FLUORESCENT = ((0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 0, 255), (0, 255, 255), (255, 255, 0))
SHOWN = 4
"""Channels that are shown at first."""

CHUNK_PX = 512
SMALLEST_PX = 512
"""Halving ends where rows and columns are no more than this."""


def write_zarr(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write a folder; one of that name that was not written here is never replaced."""
    with saving_folder(path, is_ours) as folder:
        writer = _Writer(options.ngff)
        axes = "zyx"[-objects.labels.ndim :]
        label = folder / "labels" / NAME
        scales = writer.pyramid(label, objects.labels, axes)
        sizes = _Sizes(objects.pixel_size, objects.z_step)
        root: dict[str, Any] = {"cpsam": {"format": 1, "image": objects.image_name}}
        if objects.image is not None:
            root |= {"ome": writer.image(folder, objects.image)}
        else:
            # A folder of labels alone is no image to other programs; the labels stand for it.
            root |= {"ome": _multiscales(NAME, axes, scales, sizes, writer.ngff, f"labels/{NAME}/")}
        writer.group(folder, root)
        writer.group(folder / "labels", {"ome": {"labels": [NAME]}})
        metadata = _multiscales(NAME, axes, scales, sizes, writer.ngff)
        writer.group(label, {"ome": metadata | {"image-label": _image_label(objects, writer.ngff)}})


def describe_labels(
    folder: Path, levels: int, sizes: tuple[float | None, float | None, float | None], name: str
) -> None:
    """Write the metadata of labels whose arrays are there: ``labels/cells/0`` (z, y, x) and halved ones, NGFF 0.4.

    Without colours and properties: there may be millions of objects.

    Parameters
    ----------
    folder
        The OME-Zarr.
    levels
        How many arrays there are.
    sizes
        Micrometres along z, y and x, None where unknown.
    name
        Name of the image, "" where unknown.
    """
    writer = _Writer("0.4")
    z_step, height, pixel = sizes
    along = _Sizes(pixel, z_step, height)
    factors = [2**level for level in range(levels)]
    root: dict[str, Any] = {"cpsam": {"format": 1, "image": name}}
    writer.group(folder, root | {"ome": _multiscales(NAME, "zyx", factors, along, "0.4", f"labels/{NAME}/")})
    writer.group(folder / "labels", {"ome": {"labels": [NAME]}})
    label = {"image-label": {"version": "0.4"}}
    writer.group(folder / "labels" / NAME, {"ome": _multiscales(NAME, "zyx", factors, along, "0.4") | label})


def level_folder(folder: Path, level: int) -> Path:
    """Return the folder of a level of the labels in an OME-Zarr."""
    return folder / "labels" / NAME / str(level)


@dataclass(frozen=True)
class _Sizes:
    """Micrometres, None where unknown; `height` is that along a column where it is another."""

    pixel: float | None
    z_step: float | None
    height: float | None = None

    def along(self, axis: str) -> float | None:
        return {"z": self.z_step, "y": self.height or self.pixel, "x": self.pixel}.get(axis)


class _Writer:
    """Writes groups and arrays of one version of the format, with zarr 2 as well as with zarr 3."""

    def __init__(self, ngff: str) -> None:
        import zarr

        self._zarr = zarr
        self._is_old = int(zarr.__version__.split(".")[0]) < 3
        if self._is_old and ngff != "0.4":
            raise ImageError(
                "OME-Zarr 0.5 needs the library zarr 3, which needs Python 3.11; OME-Zarr 0.4 can be written."
            )
        self.ngff = ngff
        self._format: dict[str, Any] = {} if self._is_old else {"zarr_format": 2 if ngff == "0.4" else 3}

    def group(self, folder: Path, attributes: Mapping[str, Any]) -> None:
        """Make a group of a folder; what stands under ``ome`` is where the version wants it."""
        ome = dict(attributes.get("ome", {}))
        others = {key: value for key, value in attributes.items() if key != "ome"}
        if self.ngff == "0.4":
            others |= ome
        elif ome:
            others["ome"] = {"version": self.ngff} | ome
        group = self._zarr.open_group(str(folder), mode="a", **self._format)
        group.attrs.update(others)

    def pyramid(self, folder: Path, array: npt.NDArray[Any], axes: str) -> list[int]:
        """Write an array and what halving its rows and columns leaves; return the factors."""
        factors = [1]
        self._array(folder / "0", array, axes)
        while max(array.shape[-2:]) > SMALLEST_PX:
            # Never a mean: it would be the number of another object.
            array = array[..., ::2, ::2]
            factors.append(factors[-1] * 2)
            self._array(folder / str(len(factors) - 1), array, axes)
        return factors

    def image(self, folder: Path, image: Image) -> dict[str, Any]:
        """Write an image into the root; return its metadata."""
        pixels = np.moveaxis(image.pixels, -1, 0)
        axes = "czyx"
        if not image.is_stack:
            pixels, axes = pixels[:, 0], "cyx"
        scales = self.pyramid(folder, pixels, axes)
        name = image.path.name if image.path is not None else "image"
        sizes = _Sizes(image.pixel_size, image.z_step, image.pixel_height)
        return _multiscales(name, axes, scales, sizes, self.ngff) | _omero(image)

    def _array(self, folder: Path, array: npt.NDArray[Any], axes: str) -> None:
        import numcodecs

        lengths = [1] * (array.ndim - 2) + [CHUNK_PX, CHUNK_PX]
        options: dict[str, Any] = {
            "shape": array.shape,
            "chunks": tuple(min(pair) for pair in zip(lengths, array.shape, strict=True)),
            "dtype": array.dtype,
            "fill_value": 0,
        }
        blosc = numcodecs.Blosc(cname="zstd", clevel=3, shuffle=numcodecs.Blosc.SHUFFLE)
        if self._is_old:
            made = self._zarr.open_array(
                str(folder), mode="w", compressor=blosc, dimension_separator="/", **options
            )
        else:
            if self.ngff == "0.4":
                options |= {"chunk_key_encoding": {"name": "v2", "separator": "/"}, "compressors": blosc}
            else:
                options |= {"dimension_names": tuple(axes)}
            made = self._zarr.create_array(store=str(folder), **options, **self._format)
        made[...] = array


def _multiscales(
    name: str, axes: str, factors: list[int], sizes: _Sizes, ngff: str, below: str = ""
) -> dict[str, Any]:
    described = []
    for axis in axes:
        one = {"name": axis, "type": "channel" if axis == "c" else "space"}
        described.append(one | ({"unit": "micrometer"} if sizes.along(axis) is not None else {}))
    datasets = [
        {
            "path": f"{below}{level}",
            "coordinateTransformations": [
                {
                    "type": "scale",
                    "scale": [(sizes.along(axis) or 1.0) * (factor if axis in "yx" else 1) for axis in axes],
                }
            ],
        }
        for level, factor in enumerate(factors)
    ]
    version = {"version": ngff} if ngff == "0.4" else {}
    return {"multiscales": [{"name": name, "axes": described, "datasets": datasets, **version}]}


def _omero(image: Image) -> dict[str, Any]:
    """Return the names of the channels and how viewers show them first."""
    colours = shown_colours(image, FLUORESCENT)
    channels = []
    for number, name in enumerate(image.channel_names):
        down, across = (max(1, length // 512) for length in image.pixels.shape[1:3])
        values = image.pixels[:, ::down, ::across, number]
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        window = {"min": low, "max": high, "start": low, "end": high if high > low else low + 1}
        channels.append(
            {
                "label": name,
                "color": bytes(colours[number]).hex().upper(),
                "active": number < SHOWN,
                "window": window,
            }
        )
    return {"omero": {"channels": channels}}


def _image_label(objects: ObjectSet, ngff: str) -> dict[str, Any]:
    """Return colours by class, else by object, and the properties of objects that have any."""
    ids = objects.ids.tolist()
    colours = dict(zip(ids, object_colours(objects.ids).tolist(), strict=True))
    texts, numbers = texts_and_numbers(objects)
    shown, properties = [], []
    for place, number in enumerate(ids):
        kind = objects.classes.get(number, 0)
        colour = list(colour_of(objects, kind)) if kind else colours[number]
        shown.append({"label-value": number, "rgba": [*colour, 255]})
        row: dict[str, Any] = {"class": objects.class_name(kind), "class number": kind} if kind else {}
        row |= {
            name: column[place] for name, column in (texts | numbers).items() if column[place] is not None
        }
        properties.append({"label-value": number, **row})
    label: dict[str, Any] = {"version": ngff} if ngff == "0.4" else {}
    if shown:
        label["colors"] = shown
    # The format allows one for all objects or for none.
    if any(len(row) > 1 for row in properties):
        label["properties"] = properties
    if objects.image is not None:
        label["source"] = {"image": "../../"}
    return label


def is_ours(folder: Path) -> bool:
    """Whether this program wrote an OME-Zarr, which it may then replace."""
    try:
        return bool(own_attributes(folder))
    except ImageError:
        return False
