"""What a run leaves: labels with a pyramid as OME-Zarr, as tiled OME-TIFF, and a table of the objects."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from cpsam_core.blocks.arrays import read_arrays
from cpsam_core.blocks.join import plane_table
from cpsam_core.blocks.labels import level_path, make_array, open_array
from cpsam_core.blocks.run import BlockRun
from cpsam_core.errors import ImageError
from cpsam_core.formats.ome_zarr_writing import describe_labels
from cpsam_core.images import Image, write_object_table
from cpsam_core.images.files import saving, saving_folder
from cpsam_core.labels import ObjectTable

__all__ = ["KINDS", "count_objects", "save_results"]

KINDS = ("tif", "zarr", "csv")
"""Kinds of files that are written piece by piece."""

SMALLEST = 512
TILE = 512
PART = 2048
LARGEST_PLAIN = 3_500_000_000


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
    levels = _pyramid(run)
    image = run.work.source.image
    for kind, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "tif":
            _write_tiff(path, levels, count_objects(run), image)
        elif kind == "zarr":
            _write_zarr(run, path, len(levels))
        elif kind == "csv":
            table, classes = _table(run)
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
        return int(read_arrays(run.work.folder.bodies, ("bodies",))["bodies"].max(initial=0))
    return len(read_arrays(run.work.folder.numbers, ("numbers",))["numbers"])


def _pyramid(run: BlockRun) -> list[Any]:
    """Halve rows and columns until they are few; a level that was begun is made anew."""
    folder, shape = run.work.folder, run.work.plan.shape
    levels = [open_array(level_path(folder, 0))]
    while max(shape[1:]) > SMALLEST:
        shape = (shape[0], -(-shape[1] // 2), -(-shape[2] // 2))
        path = level_path(folder, len(levels))
        make_array(path, shape)
        level, below = open_array(path), levels[-1]
        for z, y, x in itertools.product(range(shape[0]), range(0, shape[1], PART), range(0, shape[2], PART)):
            # Never a mean: it would be the number of another object.
            part = below[z, 2 * y : 2 * (y + PART) : 2, 2 * x : 2 * (x + PART) : 2]
            level[z, y : y + PART, x : x + PART] = part
        levels.append(level)
    return levels


def _write_zarr(run: BlockRun, path: Path, levels: int) -> None:
    image = run.work.source.image
    with saving_folder(path, lambda folder: False) as temporary:
        shutil.copytree(run.work.folder.labels, temporary, dirs_exist_ok=True)
        name = image.path.name if image.path is not None else ""
        describe_labels(temporary, levels, image, name)


def _write_tiff(path: Path, levels: list[Any], count: int, image: Image) -> None:
    dtype = np.dtype(np.uint16 if count <= np.iinfo(np.uint16).max else np.uint32)
    flat = levels[0].shape[0] == 1
    metadata: dict[str, Any] = {"axes": "YX" if flat else "ZYX"}
    sizes = {"X": image.pixel_size, "Y": image.pixel_height or image.pixel_size, "Z": image.z_step}
    for axis, size in sizes.items():
        if size is not None:
            metadata |= {f"PhysicalSize{axis}": size, f"PhysicalSize{axis}Unit": "µm"}
    options: dict[str, Any] = {"dtype": dtype, "tile": (TILE, TILE), "compression": "zlib"}
    bigtiff = int(np.prod(levels[0].shape)) * dtype.itemsize > LARGEST_PLAIN
    with (
        saving(path) as temporary,
        tifffile.TiffWriter(temporary, bigtiff=bigtiff, ome=True) as file,
    ):
        for number, level in enumerate(levels):
            shape = level.shape[1:] if flat else level.shape
            own = {"metadata": metadata, "subifds": len(levels) - 1} if number == 0 else {"subfiletype": 1}
            file.write(_tiles(level, dtype), shape=shape, photometric="minisblack", **options, **own)


def _tiles(level: Any, dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    """Yield the tiles of all planes; a row of tiles is read at once."""
    depth, height, width = level.shape
    for z, y in itertools.product(range(depth), range(0, height, TILE)):
        row = np.zeros((TILE, -(-width // TILE) * TILE), dtype)
        part = np.asarray(level[z, y : y + TILE])
        row[: len(part), :width] = part
        for x in range(0, width, TILE):
            yield np.ascontiguousarray(row[:, x : x + TILE])


def _table(run: BlockRun) -> tuple[ObjectTable, NDArray[Any] | None]:
    """Return what is known of all objects, and their classes."""
    names = ("areas", "centroids", "boxes", "flow errors", "probabilities")
    classes = run.work.network.out_channels > 3
    table = plane_table(run.work, (*names, "kinds") if classes else names)
    depth = run.work.plan.shape[0]
    if depth > 1:
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
    stored = read_arrays(run.work.folder.bodies)
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
    return {
        "areas": total.astype(np.int64),
        "centroids": np.stack(means[:3], axis=1),
        "boxes": boxes,
        "flow errors": stored["flow errors"],
        "probabilities": means[3].astype(np.float32),
    }
