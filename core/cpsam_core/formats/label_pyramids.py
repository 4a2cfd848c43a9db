"""Write labels of any size, a part at a time: tiled OME-TIFF and OME-Zarr, both with a pyramid."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from cpsam_core.formats.ome_zarr_writing import SMALLEST_PX, describe_labels, is_ours, level_folder
from cpsam_core.images.files import saving, saving_folder
from cpsam_core.images.label_arrays import CHUNK_PX, LabelArray, LabelSource, boxes_of
from cpsam_core.images.result_mark import TIFF_NAME

__all__ = ["LabelSizes", "copy_labels", "halved", "write_label_tiff", "write_label_zarr"]

TILE_PX = 512
PART_PX = 2048
LARGEST_PLAIN_BYTES = 3_500_000_000


@dataclass(frozen=True)
class LabelSizes:
    """What is known of the image of some labels.

    Attributes
    ----------
    image_name
        Name of its file, "" where unknown.
    pixel_size, z_step
        Micrometres, None where unknown.
    pixel_height
        Micrometres along a column, None where it is `pixel_size`.
    """

    image_name: str = ""
    pixel_size: float | None = None
    z_step: float | None = None
    pixel_height: float | None = None


def halved(folder: Path, first: LabelSource) -> list[LabelSource]:
    """Make the halved levels of labels in a folder of an OME-Zarr, and return all levels.

    A level that was begun is made anew.

    Raises
    ------
    ImageError
        Reading or writing failed.
    """
    levels, shape = [first], first.shape
    while max(shape[1:]) > SMALLEST_PX:
        shape = (shape[0], -(-shape[1] // 2), -(-shape[2] // 2))
        level, below = LabelArray.make(level_folder(folder, len(levels)), shape), levels[-1]
        for box in boxes_of(shape, PART_PX):
            plane, rows, columns = box
            whole = (plane, slice(2 * rows.start, 2 * rows.stop), slice(2 * columns.start, 2 * columns.stop))
            # Never a mean: it would be the number of another object.
            level.write(box, below.read(whole)[:, ::2, ::2])
        levels.append(level)
    return levels


def copy_labels(source: LabelSource, path: Path) -> LabelArray:
    """Copy labels into a new array whose chunks are parts of planes, a part at a time."""
    made = LabelArray.make(path, source.shape)
    # A chunk that goes through several planes is read once.
    planes = source.chunks[0] if isinstance(source, LabelArray) else 1
    for box in boxes_of(source.shape, PART_PX if planes == 1 else CHUNK_PX, planes):
        made.write(box, source.read(box))
    return made


def write_label_zarr(path: Path, folder: Path, levels: int, sizes: LabelSizes) -> None:
    """Write an OME-Zarr of labels whose arrays, made by :func:`halved`, lie in `folder`.

    Raises
    ------
    ImageError
        Writing failed, or something that this program did not write is there; nothing was overwritten.
    """
    with saving_folder(path, is_ours) as temporary:
        shutil.copytree(folder, temporary, dirs_exist_ok=True)
        pixel_sizes = (sizes.z_step, sizes.pixel_height or sizes.pixel_size, sizes.pixel_size)
        describe_labels(temporary, levels, pixel_sizes, sizes.image_name)


def write_label_tiff(path: Path, levels: Sequence[LabelSource], largest: int, sizes: LabelSizes) -> None:
    """Write a tiled OME-TIFF with a pyramid.

    Parameters
    ----------
    path
        File to write.
    levels
        The labels at falling resolutions, from :func:`halved`.
    largest
        Largest number of an object, which chooses between 16 and 32 bits.
    sizes
        Of the image.

    Raises
    ------
    ImageError
        Reading or writing failed; nothing was overwritten.
    """
    dtype = np.dtype(np.uint16 if largest <= np.iinfo(np.uint16).max else np.uint32)
    flat = levels[0].shape[0] == 1
    metadata: dict[str, Any] = {"axes": "YX" if flat else "ZYX"}
    lengths = {"X": sizes.pixel_size, "Y": sizes.pixel_height or sizes.pixel_size, "Z": sizes.z_step}
    for axis, size in lengths.items():
        if size is not None:
            metadata |= {f"PhysicalSize{axis}": size, f"PhysicalSize{axis}Unit": "µm"}
    options: dict[str, Any] = {"dtype": dtype, "tile": (TILE_PX, TILE_PX), "compression": "zlib"}
    bigtiff = int(np.prod(levels[0].shape)) * dtype.itemsize > LARGEST_PLAIN_BYTES
    with (
        saving(path) as temporary,
        tifffile.TiffWriter(temporary, bigtiff=bigtiff, ome=True) as file,
    ):
        for number, level in enumerate(levels):
            shape = level.shape[1:] if flat else level.shape
            first = {"metadata": metadata, "subifds": len(levels) - 1, "extratags": [TIFF_NAME]}
            own: dict[str, Any] = first if number == 0 else {"subfiletype": 1}
            file.write(_tiles(level, dtype), shape=shape, photometric="minisblack", **options, **own)


def _tiles(level: LabelSource, dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    """Yield the tiles of all planes; a row of tiles is read at once."""
    depth, height, width = level.shape
    for z, y in itertools.product(range(depth), range(0, height, TILE_PX)):
        row = np.zeros((TILE_PX, -(-width // TILE_PX) * TILE_PX), dtype)
        part = level.read((slice(z, z + 1), slice(y, y + TILE_PX), slice(0, width)))[0]
        row[: len(part), :width] = part
        for x in range(0, width, TILE_PX):
            yield np.ascontiguousarray(row[:, x : x + TILE_PX])
