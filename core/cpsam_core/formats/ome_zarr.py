"""Read the labels of an OME-Zarr, with colours, classes and measurements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cpsam_core.errors import ImageError
from cpsam_core.formats.classes import ClassTable
from cpsam_core.formats.columns import gather_columns
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints
from cpsam_core.images.json_values import as_list, as_number, as_text, as_whole
from cpsam_core.images.zarr_folder import ZarrFolder
from cpsam_core.images.zarr_images import Multiscale, first_multiscale
from cpsam_core.labels import as_labels

__all__ = ["label_group", "own_attributes", "read_zarr"]


def read_zarr(path: Path, hints: ReadHints) -> Iterator[ObjectSet]:
    """Read the labels of an OME-Zarr image, or a label image by itself; the first where there are several."""
    store = ZarrFolder(path)
    group, notes = label_group(store)
    metadata = store.metadata(group)
    scale = first_multiscale(store, group)
    labels = _read_labels(store, scale)
    axes, sizes = scale.axes(labels.ndim), scale.sizes(labels.ndim)
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
    own = ZarrFolder(folder).attributes("").get("cpsam")
    return own if isinstance(own, dict) else {}


def label_group(store: ZarrFolder) -> tuple[str, tuple[str, ...]]:
    """Return the group of the label image that a store is or holds, and what to say about others."""
    metadata = store.metadata("")
    if "image-label" in metadata or (store.path.parent.name == "labels" and "multiscales" in metadata):
        return "", ()
    group = "" if "labels" in metadata else "labels"
    names = [as_text(name) for name in as_list(store.metadata(group).get("labels")) if as_text(name)]
    if not names:
        raise ImageError(
            f"{store.path} is no OME-Zarr with labels: it has no group of that name, or nothing in it."
        )
    others = ", ".join(names[1:])
    notes = (f"the labels {names[0]} were read, and there are others ({others}): open those by themselves",)
    return store.join(group, names[0]), notes if others else ()


def _read_labels(store: ZarrFolder, scale: Multiscale) -> Any:
    array = store.open_array(scale.paths[0])
    if array.dtype.kind not in "iub":
        raise ImageError(f"{store.path} holds {array.dtype} values, and labels are whole numbers.")
    return array.read_all()


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
