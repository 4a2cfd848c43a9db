"""What a run leaves: labels with a pyramid as OME-Zarr, as tiled OME-TIFF, and a table of the objects."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.join import plane_table
from cpsam_core.blocks.run import BlockRun
from cpsam_core.blocks.stage_files import read_stage
from cpsam_core.errors import ImageError
from cpsam_core.formats.label_pyramids import LabelSizes, halved, write_label_tiff, write_label_zarr
from cpsam_core.images import write_object_table
from cpsam_core.images.files import write_text
from cpsam_core.images.label_arrays import LabelArray
from cpsam_core.labels import ObjectTable
from cpsam_core.system.paths import make_folder

__all__ = ["KINDS", "count_objects", "save_once", "save_results", "table_of"]

KINDS = ("tif", "zarr", "csv")
"""Kinds of files that are written piece by piece."""


def save_once(run: BlockRun, files: dict[str, Path]) -> None:
    """Write the results of a finished run as `save_results` does, once for all commands that share its folder."""
    digest = hashlib.sha256(
        repr(sorted(str(path.absolute()) for path in files.values())).encode()
    ).hexdigest()
    saved = run.work.folder.path / f"saved-{digest[:16]}"
    if not all(path.exists() for path in files.values()):
        saved.unlink(missing_ok=True)

    def save() -> None:
        save_results(run, files)
        write_text(saved, "")

    run.once(saved.name, saved, save)


def save_results(run: BlockRun, files: dict[str, Path]) -> None:
    """Write the results of a finished run.

    Parameters
    ----------
    run
        With all of its blocks done.
    files
        File by kind, of :data:`KINDS`.

    Raises
    ------
    ImageError
        Writing failed; nothing is left under that name.
    """
    folder = run.work.folder
    levels = halved(folder.labels, LabelArray(folder.level(0)))
    image = run.work.source.image
    name = image.path.name if image.path is not None else ""
    sizes = LabelSizes(name, image.pixel_size, image.z_step, image.pixel_height)
    for kind, path in files.items():
        make_folder(path.parent)
        if kind == "tif":
            write_label_tiff(path, levels, count_objects(run), sizes)
        elif kind == "zarr":
            write_label_zarr(path, folder.labels, len(levels), sizes)
        elif kind == "csv":
            table, classes = table_of(run)
            write_object_table(
                path,
                table,
                pixel_size=image.pixel_size,
                pixel_height=image.pixel_height,
                z_step=image.z_step,
                classes=classes,
            )
        else:
            raise ImageError(f"{path}: by blocks {', '.join(KINDS)} are written, not {kind}.")


def count_objects(run: BlockRun) -> int:
    """Return how many objects a finished run found."""
    if run.work.joins:
        return int(read_stage(run.work.folder.bodies, ("bodies",))["bodies"].max(initial=0))
    return len(read_stage(run.work.folder.numbers, ("numbers",))["numbers"])


def table_of(run: BlockRun) -> tuple[ObjectTable, NDArray[Any] | None]:
    """Return what is known of all objects of a finished run, and their classes; None without classes."""
    names = ("areas", "centroids", "boxes", "flow errors", "probabilities")
    classes = run.work.network.out_channels > 3
    table = plane_table(run.work, (*names, "votes") if classes else names)
    if classes:
        table["kinds"] = table["votes"].argmax(axis=1)
    plan = run.work.plan
    if plan.shape[0] > 1 and not plan.is_volume:
        table = _with_planes(table)
    if run.work.joins:
        table = _bodies(run, table)
    count = len(table["areas"])
    found = ObjectTable(
        np.arange(1, count + 1, dtype=np.uint32),
        table["areas"],
        table["centroids"],
        table["boxes"],
        table["flow errors"],
        table["probabilities"],
    )
    return found, table.get("kinds")


def _with_planes(table: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    plane = table["plane"]
    centroids = np.concatenate([plane[:, np.newaxis], table["centroids"]], axis=1)
    along = np.stack([plane, plane + 1], axis=1)[:, np.newaxis]
    return table | {"centroids": centroids, "boxes": np.concatenate([along, table["boxes"]], axis=1)}


def _bodies(run: BlockRun, table: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the table of bodies; pixels that filled a hole through planes are not counted."""
    stored = read_stage(run.work.folder.bodies)
    body = stored["bodies"][1:]
    kept = body > 0
    body = body[kept].astype(np.int64) - 1
    count = int(body.max(initial=-1)) + 1
    areas = table["areas"][kept]
    total = np.bincount(body, areas, count)
    means = [
        np.bincount(body, areas * column[kept], count) / np.maximum(total, 1)
        for column in (*table["centroids"].T, table["probabilities"])
    ]
    boxes = np.zeros((count, 3, 2), np.int64)
    boxes[:, :, 0] = np.iinfo(np.int64).max
    np.minimum.at(boxes[:, :, 0], body, table["boxes"][kept][:, :, 0])
    np.maximum.at(boxes[:, :, 1], body, table["boxes"][kept][:, :, 1])
    known = {"kinds": stored["kinds"]} if "kinds" in stored else {}
    return known | {
        "areas": total.astype(np.int64),
        "centroids": np.stack(means[:3], axis=1),
        "boxes": boxes,
        "flow errors": stored["flow errors"],
        "probabilities": means[3].astype(np.float32),
    }
