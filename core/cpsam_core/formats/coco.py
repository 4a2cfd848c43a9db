"""COCO JSON: images, categories, and one annotation an object, as run-length code or as polygons.

Polygons have the coordinates of pixel corners, as in :mod:`cpsam_core.images.polygons`, and COCO's own program fills
them to the same pixels. COCO's polygons have no holes: objects with holes are written as run-length code there too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.formats.json_files import as_list, as_text, as_whole, compact, corners, load_json, saving_text
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints, WriteOptions
from cpsam_core.formats.rle import counts_of_text, labels_to_counts, pixels_of_counts, texts_of_counts
from cpsam_core.images.painting import PaintSurface
from cpsam_core.images.polygons import RoiShape, shapes_of
from cpsam_core.labels import object_table

__all__ = ["read_coco", "write_coco", "write_coco_dataset", "write_coco_polygons"]

NO_CLASS = "cell"
"""Name of the category of objects that have no class, for every annotation needs one."""

CLASS = "class number"
"""Marks the category of a class that has another number here."""

NEUTRAL = "no class"
"""Key by which a category says that its objects have no class."""


def write_coco(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write the objects of an image as run-length codes."""
    write_coco_dataset(path, [objects])


def write_coco_polygons(path: Path, objects: ObjectSet, options: WriteOptions) -> None:
    """Write the objects of an image as polygons, those with holes as run-length codes."""
    write_coco_dataset(path, [objects], polygons=True)


def write_coco_dataset(path: Path, images: Iterable[ObjectSet], *, polygons: bool = False) -> None:
    """Write the objects of several images into one file, in one step.

    Parameters
    ----------
    path
        File to write.
    images
        Objects of each image, asked for one after another; classes of one number are the same class.
    polygons
        Whether objects without holes are polygons instead of run-length codes.

    Raises
    ------
    ImageError
        A stack, or writing failed; nothing was overwritten.
    """
    saving_text(path, _pieces(images, polygons))


def read_coco(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read the objects of each image that a file describes; overlapping objects cover those before them."""
    data = load_json(path, "COCO")
    if not isinstance(data, dict) or not isinstance(data.get("annotations"), list):
        raise ImageError(f"{path} is not COCO: it has no list of annotations.")
    images = _images(data, path)
    wanted = hints.image_name
    if wanted:
        images = [one for one in images if wanted in (one.name, Path(one.name).stem)]
        if not images:
            raise ImageError(f"{path} describes no image named {wanted}.")
    by_image: dict[Any, list[dict[str, Any]]] = {one.id: [] for one in images}
    for annotation in data["annotations"]:
        if isinstance(annotation, dict) and _key(annotation.get("image_id")) in by_image:
            by_image[_key(annotation.get("image_id"))].append(annotation)
    categories = _categories(data)
    for one in images:
        stated = bool(one.height and one.width)
        shape = hints.check_stated(path, (one.height, one.width)) if stated else hints.needed_shape(path)
        if len(shape) != 2:
            raise ImageError(f"{path} belongs to single planes, and the image is a stack.")
        yield _objects(path, one, by_image[one.id], (shape[0], shape[1]), categories)


@dataclass(frozen=True)
class _ImageEntry:
    """An image that a file describes; `height` and `width` are 0 where it does not say."""

    id: Any
    name: str
    height: int
    width: int


def _pieces(images: Iterable[ObjectSet], polygons: bool) -> Iterator[str]:
    info = {
        "description": "Objects of microscopy images",
        "version": "1.0",
        "contributor": "cpsam",
    }
    yield f'{{"info":{compact(info)},"licenses":[],"annotations":['
    described: list[dict[str, Any]] = []
    categories = _CategoryNumbers()
    count = 0
    for number, objects in enumerate(images, 1):
        if objects.is_stack:
            raise ImageError(f"COCO holds single planes, and {objects.image_name or 'an image'} is a stack.")
        height, width = objects.labels.shape
        described.append({"id": number, "file_name": objects.image_name, "height": height, "width": width})
        categories.take_in(objects)
        for annotation in _annotations(objects, polygons, categories):
            yield f'{"," if count else ""}\n{{"id":{count + 1},"image_id":{number},{annotation}}}'
            count += 1
    yield f'\n],"images":{compact(described)},"categories":{compact(categories.listed())}}}\n'


class _CategoryNumbers:
    """Gives categories their numbers: those of the classes, and a free one for objects without a class.

    COCO counts from 1: 0 is the background in most programs that train on it.
    """

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._numbers: dict[int, int] = {}

    def take_in(self, objects: ObjectSet) -> None:
        """Give numbers to the classes of an image that have none yet."""
        for kind in objects.class_numbers:
            self._names[kind] = objects.class_name(kind)
            self._give(kind, kind)
        if any(not objects.classes.get(one, 0) for one in objects.ids.tolist()):
            self._give(0, max(self._numbers.values(), default=0) + 1)

    def of(self, kind: int) -> int:
        """Return the number of the category of a class, 0 for no class."""
        return self._numbers[kind]

    def listed(self) -> list[dict[str, Any]]:
        """Return the categories as COCO has them; one whose number is not that of its class says so."""
        found: list[dict[str, Any]] = []
        for kind, number in sorted(self._numbers.items(), key=lambda pair: pair[1]):
            one = {"id": number, "name": self._names.get(kind, NO_CLASS), "supercategory": "object"}
            if not kind:
                one[NEUTRAL] = True
            elif kind != number:
                one[CLASS] = kind
            found.append(one)
        return found

    def _give(self, kind: int, wanted: int) -> None:
        if kind in self._numbers:
            return
        taken = set(self._numbers.values())
        self._numbers[kind] = wanted if wanted not in taken else max(taken) + 1


def _annotations(objects: ObjectSet, polygons: bool, categories: _CategoryNumbers) -> Iterator[str]:
    """Yield the members of the annotation of each object, but for its number and image."""
    height, width = objects.labels.shape
    ids, counts = labels_to_counts(objects.labels)
    table = object_table(objects.labels)
    shapes: list[RoiShape | None] = list(shapes_of(objects.labels)) if polygons else [None] * len(ids)
    for row, (number, text, shape) in enumerate(
        zip(ids.tolist(), texts_of_counts(counts), shapes, strict=True)
    ):
        (top, bottom), (left, right) = table.boxes[row].tolist()
        segmentation = _polygons_of(shape)
        if not segmentation:
            segmentation = f'{{"size":[{height},{width}],"counts":{compact(text)}}}'
        yield (
            f'"category_id":{categories.of(objects.classes.get(number, 0))},"object":{number},"iscrowd":0,'
            f'"area":{table.areas[row]},"bbox":[{left},{top},{right - left},{bottom - top}],'
            f'"segmentation":{segmentation}'
        )


def _polygons_of(shape: RoiShape | None) -> str:
    """Return polygons as COCO has them, "" where there is a hole."""
    if shape is None or any(len(rings) > 1 for rings in shape.parts):
        return ""
    return compact([rings[0].ravel().tolist() for rings in shape.parts])


def _key(value: Any) -> Any:
    """Return what an image is called by; COCO has numbers, and some programs texts."""
    return value if isinstance(value, (int, str)) else None


def _images(data: dict[str, Any], path: Path) -> list[_ImageEntry]:
    found = [
        _ImageEntry(
            _key(one.get("id")),
            as_text(one.get("file_name")).replace("\\", "/").rsplit("/", 1)[-1],
            max(as_whole(one.get("height")) or 0, 0),
            max(as_whole(one.get("width")) or 0, 0),
        )
        for one in as_list(data.get("images"))
        if isinstance(one, dict)
    ]
    if not found or len({one.id for one in found}) != len(found):
        raise ImageError(f"{path} is not COCO: its list of images is missing, or two have the same id.")
    return found


def _categories(data: dict[str, Any]) -> dict[int, tuple[int, str]]:
    """Return class and name by the number of the category; those that stand for no class are left out.

    Classes here count from 1: where a category 0 is a class, all are counted anew in order.
    """
    names: dict[int, str] = {}
    kinds: dict[int, int] = {}
    for one in as_list(data.get("categories")):
        number = as_whole(one.get("id")) if isinstance(one, dict) else None
        if number is None or one.get(NEUTRAL) is True:
            continue
        names[number] = as_text(one.get("name")) or f"class {number}"
        kinds[number] = as_whole(one.get(CLASS)) or number
    if min(kinds.values(), default=1) < 1 or len(set(kinds.values())) < len(kinds):
        kinds = {number: place for place, number in enumerate(sorted(names), 1)}
    return {number: (kinds[number], name) for number, name in names.items()}


def _objects(
    path: Path,
    image: _ImageEntry,
    annotations: list[dict[str, Any]],
    shape: tuple[int, int],
    categories: dict[int, tuple[int, str]],
) -> ObjectSet:
    canvas = PaintSurface(shape)
    classes: dict[int, int] = {}
    empty = 0
    for number, annotation in zip(_numbers(annotations), annotations, strict=True):
        segmentation = annotation.get("segmentation")
        try:
            known = _paint(canvas, number, segmentation, shape)
        except (ValueError, TypeError, OverflowError) as error:
            raise ImageError(
                f"{path}: the outline of annotation {number} makes no sense ({error})."
            ) from error
        empty += not known
        category = as_whole(annotation.get("category_id"))
        if category is not None and category in categories:
            classes[number] = categories[category][0]
    notes = canvas.notes()
    if empty:
        notes = (f"{empty} annotations without an outline (boxes only) were left out", *notes)
    there = set(np.unique(canvas.labels[canvas.labels > 0]).tolist())
    return ObjectSet(
        canvas.labels,
        classes={number: kind for number, kind in classes.items() if number in there},
        class_names=dict(categories.values()),
        image_name=image.name,
        notes=notes,
    )


def _numbers(annotations: list[dict[str, Any]]) -> list[int]:
    """Return the numbers that this program wrote, if all are there; else count."""
    stated = [as_whole(one.get("object")) for one in annotations]
    numbers = [number for number in stated if number is not None and 0 < number < 1 << 32]
    if len(set(numbers)) == len(annotations):
        return numbers
    return list(range(1, len(annotations) + 1))


def _paint(canvas: PaintSurface, number: int, segmentation: Any, shape: tuple[int, int]) -> bool:
    """Draw an annotation; return whether it has an outline."""
    if isinstance(segmentation, list):
        rings = [corners(ring) for ring in segmentation if isinstance(ring, list) and len(ring) >= 6]
        if rings:
            canvas.paint(number, [[ring] for ring in rings])
        return bool(rings)
    if not isinstance(segmentation, dict):
        return False
    size = [as_whole(length) for length in as_list(segmentation.get("size"))]
    if size != list(shape):
        raise ValueError("its run-length code belongs to an image of another size")
    counts = segmentation.get("counts")
    lengths: npt.NDArray[np.int64]
    if isinstance(counts, str):
        lengths = counts_of_text(counts)
    elif isinstance(counts, list):
        whole = [as_whole(count) for count in counts]
        if None in whole:
            raise ValueError("its run-length code is damaged")
        lengths = np.array(whole, np.int64)
    else:
        return False
    canvas.paint_pixels(number, pixels_of_counts(lengths, *shape))
    return True
