"""Read OME-Zarr: labels in a folder of chunks, with colours, classes and measurements.

Both versions in use are read, NGFF 0.4 and 0.5. Metadata are read here and only arrays are left to zarr, once their
codecs are known to be harmless: one of those that zarr knows unpickles.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.formats.classes import ClassTable
from cpsam_core.formats.columns import gather_columns
from cpsam_core.formats.json_files import as_list, as_number, as_text, as_whole, load_json
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints
from cpsam_core.images.files import opening
from cpsam_core.images.painting import MOST_PIXELS
from cpsam_core.images.tiff_metadata import MICROMETRES
from cpsam_core.labels import as_labels

__all__ = ["own_attributes", "read_zarr"]

HARMLESS = {
    "bytes",
    "crc32c",
    "gzip",
    "zstd",
    "blosc",
    "transpose",
    "sharding_indexed",
    "zlib",
    "lz4",
    "bz2",
    "lzma",
    "delta",
    "shuffle",
    "packbits",
    "fixedscaleoffset",
    "numcodecs.zlib",
    "numcodecs.gzip",
    "numcodecs.zstd",
    "numcodecs.blosc",
    "numcodecs.lz4",
    "numcodecs.bz2",
    "numcodecs.lzma",
    "numcodecs.delta",
    "numcodecs.shuffle",
    "numcodecs.packbits",
    "numcodecs.crc32c",
}
"""Codecs that do nothing but pack numbers."""

BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    EOFError,
    AssertionError,
    zlib.error,
    lzma.LZMAError,
)
"""What zarr and its codecs raise on damaged chunks and metadata."""


def read_zarr(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read the labels of an OME-Zarr image, or a label image by itself; the first where there are several."""
    folder, notes = _label_folder(path)
    metadata = _attributes(folder)
    scale = _first(_first(metadata.get("multiscales")).get("datasets"))
    array_path = folder / _inside(as_text(scale.get("path")), path)
    labels = _read_array(array_path, path)
    axes = _axes(_first(metadata.get("multiscales")), labels.ndim)
    sizes = _sizes(_first(metadata.get("multiscales")), axes)
    kept = [i for i in range(labels.ndim) if labels.shape[i] > 1 or axes[i] in ("y", "x")]
    if len(kept) not in (2, 3) or any(axes[i] == "c" for i in kept):
        raise ImageError(f"{path}: labels of shape {labels.shape} are neither a plane nor a stack.")
    flat = as_labels(labels.reshape([labels.shape[i] for i in kept]))
    yield _described(
        ObjectSet(
            flat,
            pixel_size=sizes.get("x"),
            z_step=sizes.get("z"),
            image_name=as_text(own_attributes(path).get("image")),
            notes=notes,
        ),
        metadata.get("image-label"),
    )


def own_attributes(folder: Path) -> dict[str, Any]:
    """Return what this program keeps of its own in the root."""
    own = _json_of(folder).get("cpsam")
    return own if isinstance(own, dict) else {}


def _json_of(folder: Path) -> dict[str, Any]:
    """Return the attributes of a group, {} without any."""
    for name, key in (("zarr.json", "attributes"), (".zattrs", "")):
        with opening(folder):
            found = (folder / name).is_file()
        if found:
            data = load_json(folder / name, "OME-Zarr")
            data = data.get(key, {}) if key and isinstance(data, dict) else data
            return data if isinstance(data, dict) else {}
    return {}


def _attributes(folder: Path) -> dict[str, Any]:
    """Return the metadata of the format, which 0.5 keeps under a key of their own."""
    attributes = _json_of(folder)
    ome = attributes.get("ome")
    return ome if isinstance(ome, dict) else attributes


def _label_folder(path: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the folder of the label image that `path` is or holds, and what to say about others."""
    metadata = _attributes(path)
    if "image-label" in metadata or (path.parent.name == "labels" and "multiscales" in metadata):
        return path, ()
    group = path if "labels" in metadata else path / "labels"
    names = [as_text(name) for name in as_list(_attributes(group).get("labels")) if as_text(name)]
    if not names:
        raise ImageError(
            f"{path} is no OME-Zarr with labels: it has no group of that name, or nothing in it."
        )
    others = ", ".join(names[1:])
    notes = (f"the labels {names[0]} were read, and there are others ({others}): open those by themselves",)
    return group / _inside(names[0], path), notes if others else ()


def _inside(relative: str, path: Path) -> PurePosixPath:
    """Return a path of the metadata once it leads nowhere else."""
    found = PurePosixPath(relative)
    if not relative or found.is_absolute() or ".." in found.parts or "\\" in relative or ":" in relative:
        raise ImageError(f"{path} is a damaged OME-Zarr: it refers to {relative or 'nothing'}.")
    return found


def _first(value: Any) -> dict[str, Any]:
    found = as_list(value)
    return found[0] if found and isinstance(found[0], dict) else {}


def _read_array(folder: Path, path: Path) -> npt.NDArray[Any]:
    import zarr
    import zarr.errors

    described = next((folder / name for name in ("zarr.json", ".zarray") if (folder / name).is_file()), None)
    if described is None:
        raise ImageError(f"{path} is a damaged OME-Zarr: the array {folder.name} of its labels is missing.")
    if described.name == "zarr.json" and int(zarr.__version__.split(".")[0]) < 3:
        raise ImageError(
            f"{path} is of the version 3 of Zarr, which needs the library zarr 3 and Python 3.11."
        )
    unknown = set(_codecs(load_json(described, "OME-Zarr"))) - HARMLESS
    if unknown:
        raise ImageError(f"{path} is packed with {', '.join(sorted(unknown))}, which is not read here.")
    with opening(path):
        try:
            array = zarr.open_array(str(folder), mode="r")
            if array.dtype.kind not in "iub":
                raise ImageError(f"{path} holds {array.dtype} values, and labels are whole numbers.")
            if len(array.shape) != len(array.chunks):
                raise ValueError("its chunks have other axes than the array")
            if max(_volume(array.shape), _volume(array.chunks)) > MOST_PIXELS:
                raise ImageError(f"{path} states a size that is larger than can be held here.")
            return np.asarray(array[...])
        except (*BROKEN, getattr(zarr.errors, "MetadataError", ValueError)) as error:  # of zarr 2
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ImageError(f"{path} is a damaged OME-Zarr ({why}).") from error


def _codecs(metadata: Any) -> Iterator[str]:
    """Yield the names of all codecs of an array, those inside others too."""
    if not isinstance(metadata, dict):
        return
    inner = metadata.get("configuration")
    for holder in (metadata, inner if isinstance(inner, dict) else {}):
        for key in ("codecs", "index_codecs", "filters", "compressor"):
            given = holder.get(key)
            for one in given if isinstance(given, list) else [given]:
                if isinstance(one, dict):
                    yield as_text(one.get("name")) or as_text(one.get("id")) or "an unknown codec"
                    yield from _codecs(one)
                elif one is not None:
                    yield as_text(one) or "an unknown codec"


def _volume(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count


def _axes(multiscale: dict[str, Any], count: int) -> list[str]:
    """Return a letter for each axis: those that are stated, else the last of t, c, z, y, x."""
    stated = [
        as_text(one.get("name") if isinstance(one, dict) else one) for one in as_list(multiscale.get("axes"))
    ]
    return stated if len(stated) == count else list("tczyx"[-count:])


def _sizes(multiscale: dict[str, Any], axes: list[str]) -> dict[str, float]:
    """Return micrometres by axis, of those that state a length."""
    described = [one if isinstance(one, dict) else {} for one in as_list(multiscale.get("axes"))]
    factors = [1.0] * len(axes)
    for holder in (_first(multiscale.get("datasets")), multiscale):
        for step in as_list(holder.get("coordinateTransformations")):
            scale = as_list(step.get("scale")) if isinstance(step, dict) else []
            numbers = [as_number(value) or 0.0 for value in scale]
            if len(numbers) == len(axes):
                factors = [a * b for a, b in zip(factors, numbers, strict=True)]
    sizes = {}
    for axis, one, factor in zip(axes, described, factors, strict=False):
        unit = _unit(as_text(one.get("unit")))
        if unit is not None and factor > 0:
            sizes[axis] = factor * unit
    return sizes


def _unit(name: str) -> float | None:
    words = {"micrometer": 1.0, "nanometer": 1e-3, "millimeter": 1e3, "meter": 1e6, "angstrom": 1e-4}
    return words.get(name.lower(), MICROMETRES.get(name.lower()))


def _described(objects: ObjectSet, label: Any) -> ObjectSet:
    """Return the objects with the classes and measurements of the metadata of their label image."""
    table = ClassTable()
    classes: dict[int, int] = {}
    rows: dict[int, dict[str, Any]] = {}
    for one in as_list(label.get("properties")) if isinstance(label, dict) else []:
        number = as_whole(one.get("label-value")) if isinstance(one, dict) else None
        if number is None:
            continue
        kind = as_whole(one.get("class number")) or 0
        if kind > 0 and as_text(one.get("class")):
            table.names[kind] = as_text(one.get("class"))
        elif isinstance(one.get("class"), str):
            kind = table.number(one["class"])
        if kind > 0:
            classes[number] = kind
        known = ("label-value", "class", "class number")
        rows[number] = {
            str(name): value if isinstance(value, str) else as_number(value)
            for name, value in one.items()
            if name not in known
        }
    ids = objects.ids.tolist()
    there = set(ids)
    return ObjectSet(
        objects.labels,
        classes={number: kind for number, kind in classes.items() if number in there},
        class_names=table.names,
        columns=gather_columns(ids, rows),
        pixel_size=objects.pixel_size,
        z_step=objects.z_step,
        image_name=objects.image_name,
        notes=objects.notes,
    )
