"""GeoJSON as QuPath writes and reads it: polygons with holes, classes in colours, measurements, planes.

Coordinates are those of pixel corners, (0, 0) at the top left, as in :mod:`cpsam_core.images.polygons`: rasterising
the polygons by the centres of pixels gives back the same pixels. What QuPath does not know is kept under the key
``cpsam`` of the collection, which other programs ignore.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.formats.classes import ClassTable, colour_of
from cpsam_core.formats.columns import gather_columns, texts_and_numbers
from cpsam_core.formats.json_files import (
    as_list,
    as_number,
    as_text,
    as_whole,
    compact,
    corners,
    load_json,
    ring_texts,
    saving_text,
)
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints, WriteOptions
from cpsam_core.images.painting import PaintSurface, numbers_named
from cpsam_core.images.polygons import RoiShape, shapes_of

__all__ = ["read_geojson", "write_geojson"]

Rings = list[npt.NDArray[np.float64]]


def write_geojson(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write a FeatureCollection of QuPath's objects, one feature an object (and plane), named by its number."""
    saving_text(path, _pieces(objects, "annotation" if options.annotations else "detection"))


def read_geojson(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read a FeatureCollection, a list of features or a single one; points and lines are left out."""
    data = load_json(path, "GeoJSON")
    own = data.get("cpsam") if isinstance(data, dict) else None
    own = own if isinstance(own, dict) else {}
    features = _features(data, path)
    stated = None if hints.shape is not None else _own_shape(own)
    shape = hints.check_stated(path, stated) if stated is not None else hints.needed_shape(path)
    areas = [area for number, one in enumerate(features, 1) for area in _areas(one, number, path)]
    if features and not areas:
        raise ImageError(f"{path} holds no areas, only points, lines or features of an unknown kind.")
    yield _painted(path, features, areas, shape, own)


class _AreaFeature:
    """A feature that covers an area: its polygons, plane and properties."""

    def __init__(self, parts: list[Rings], plane: int, properties: dict[str, Any]) -> None:
        self.parts = parts
        self.plane = plane
        self.properties = properties
        self.name = as_text(properties.get("name"))


def _pieces(objects: ObjectSet, kind: str) -> Iterator[str]:
    own = {
        "shape": list(objects.labels.shape),
        "image": objects.image_name,
        "pixel_size": objects.pixel_size,
        "z_step": objects.z_step,
        "classes": {str(number): objects.class_name(number) for number in objects.class_numbers},
    }
    yield f'{{"type":"FeatureCollection","cpsam":{compact(own)},"features":['
    properties = _properties(objects, kind)
    separator = "\n"
    planes = objects.labels if objects.is_stack else objects.labels[np.newaxis]
    for z, plane in enumerate(planes):
        where = f',"plane":{{"c":-1,"z":{z},"t":0}}' if objects.is_stack else ""
        shapes = shapes_of(plane)
        rings = ring_texts([ring for shape in shapes for part in shape.parts for ring in part])
        for shape in shapes:
            yield (
                f'{separator}{{"type":"Feature","geometry":{{{_geometry(shape, rings)}{where}}},'
                f'"properties":{properties[shape.id]}}}'
            )
            separator = ",\n"
    yield "\n]}\n"


def _geometry(shape: RoiShape, rings: Iterator[str]) -> str:
    parts = ["[" + ",".join(itertools.islice(rings, len(part))) + "]" for part in shape.parts]
    if len(parts) == 1:
        return f'"type":"Polygon","coordinates":{parts[0]}'
    return f'"type":"MultiPolygon","coordinates":[{",".join(parts)}]'


def _properties(objects: ObjectSet, kind: str) -> dict[int, str]:
    """Return the properties of each object as JSON."""
    texts, numbers = texts_and_numbers(objects)
    looks = {
        number: {"name": objects.class_name(number), "color": list(colour_of(objects, number))}
        for number in {*objects.classes.values()}
    }
    found = {}
    for place, number in enumerate(objects.ids.tolist()):
        row: dict[str, Any] = {"objectType": kind, "name": str(number)}
        if objects.classes.get(number, 0):
            row["classification"] = looks[objects.classes[number]]
        measured = {name: column[place] for name, column in numbers.items() if column[place] is not None}
        if measured:
            row["measurements"] = measured
        if texts:
            row["metadata"] = {name: column[place] for name, column in texts.items()}
        found[number] = compact(row)
    return found


def _features(data: Any, path: Path) -> list[dict[str, Any]]:
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = [data]
    elif isinstance(data, dict):
        data = data.get("features")
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise ImageError(f"{path} is not GeoJSON of objects: it has no list of features.")
    return data


def _areas(feature: dict[str, Any], number: int, path: Path) -> Iterator[_AreaFeature]:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return
    properties = feature.get("properties")
    plane = geometry.get("plane")
    z = as_whole(plane.get("z")) if isinstance(plane, dict) else 0
    try:
        parts = _parts(geometry, 0)
    except (ValueError, TypeError, OverflowError) as error:
        raise ImageError(f"{path}: the outline of feature {number} makes no sense ({error}).") from error
    if parts:
        yield _AreaFeature(parts, z or 0, properties if isinstance(properties, dict) else {})


def _parts(geometry: dict[str, Any], depth: int) -> list[Rings]:
    """Return the polygons of a geometry, none for points and lines."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        polygons = [as_list(coordinates)]
    elif kind == "MultiPolygon":
        polygons = [as_list(polygon) for polygon in as_list(coordinates)]
    elif kind == "GeometryCollection" and depth < 5:
        inner = [one for one in as_list(geometry.get("geometries")) if isinstance(one, dict)]
        return [part for one in inner for part in _parts(one, depth + 1)]
    else:
        return []
    return [[corners(ring) for ring in rings] for rings in polygons if rings]


def _painted(
    path: Path,
    features: list[dict[str, Any]],
    areas: list[_AreaFeature],
    shape: tuple[int, ...],
    own: dict[str, Any],
) -> ObjectSet:
    numbers = numbers_named([area.name for area in areas], [area.plane for area in areas])
    canvas = PaintSurface(shape)
    table = ClassTable(own.get("classes"))
    classes: dict[int, int] = {}
    rows: dict[int, dict[str, Any]] = {}
    for number, area in zip(numbers, areas, strict=True):
        canvas.paint(number, area.parts, area.plane)
        kind = table.number(area.properties.get("classification"))
        if kind:
            classes[number] = kind
        rows[number] = _measured(area.properties)
    if areas and not canvas.labels.any():
        raise ImageError(f"{path}: no area lies inside the image; do they belong to another one?")
    notes = canvas.notes()
    if len(areas) < len(features):
        notes = (f"{len(features) - len(areas)} points, lines or empty features were left out", *notes)
    ids = np.unique(canvas.labels[canvas.labels > 0]).tolist()
    there = set(ids)
    return ObjectSet(
        canvas.labels,
        classes={number: kind for number, kind in classes.items() if number in there},
        class_names=table.names,
        class_colours=table.colours,
        columns=gather_columns(ids, rows),
        pixel_size=_positive(own.get("pixel_size")),
        z_step=_positive(own.get("z_step")),
        image_name=as_text(own.get("image")),
        notes=notes,
    )


def _measured(properties: dict[str, Any]) -> dict[str, Any]:
    """Return measurements and metadata of a feature, in the form of QuPath since 0.4 or of earlier ones."""
    measurements = properties.get("measurements")
    if isinstance(measurements, list):
        measurements = {one.get("name"): one.get("value") for one in measurements if isinstance(one, dict)}
    metadata = properties.get("metadata")
    found: dict[str, Any] = {}
    if isinstance(metadata, dict):
        found |= {name: as_text(value) for name, value in metadata.items()}
    if isinstance(measurements, dict):
        found |= {str(name): as_number(value) for name, value in measurements.items()}
    return found


def _own_shape(own: dict[str, Any]) -> tuple[int, ...] | None:
    lengths = [as_whole(length) for length in as_list(own.get("shape"))]
    if len(lengths) not in (2, 3) or not all(length is not None and length > 0 for length in lengths):
        return None
    return tuple(length or 0 for length in lengths)


def _positive(value: Any) -> float | None:
    number = as_number(value)
    return number if number is not None and number > 0 else None
