"""Labels and images larger than memory, for the commands that read them: when they are read in parts, and how."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError
from cpsam_core.system.sizes import size_in_words

if TYPE_CHECKING:
    from cpsam_core.cli.evaluate_report import ScoredImage
    from cpsam_core.data.label_folders import LabelPair
    from cpsam_core.formats import Format
    from cpsam_core.formats.label_sources import OpenLabels
    from cpsam_core.labels.pieces import Pieces

GIGABYTE = 1_000_000_000
PART_PX = 2048
"""Rows and columns that are read together."""

COMPARED_BYTES = 16
CONVERTED_BYTES = 12
MEASURED_BYTES = 28
"""Of a pixel while labels of two files are compared, converted or measured at once, without those of the image."""

IN_PARTS = ("tif", "zarr")
"""Formats that are written part by part."""


def add_memory_option(parser: argparse.ArgumentParser) -> None:
    """Declare --max-memory, as `cpsam segment` has it."""
    parser.add_argument(
        "--max-memory",
        "--max_memory",
        dest="max_memory",
        type=memory_of,
        metavar="GB",
        help="memory that may be used; what needs more is read part by part (default: half of what is free)",
    )


def memory_of(text: str) -> int:
    """Return the bytes that an option in gigabytes stands for."""
    try:
        size = float(text)
    except ValueError:
        size = 0.0
    if not (math.isfinite(size) and size > 0):
        raise argparse.ArgumentTypeError(f"gigabytes, above 0; not {text!r}")
    return int(size * GIGABYTE)


def large_labels(paths: Sequence[Path], bytes_a_pixel: int, most: int | None) -> list[OpenLabels] | None:
    """Return label files opened for reading in parts, None where they fit into memory as a whole.

    Parameters
    ----------
    paths
        The files.
    bytes_a_pixel
        What the work with them takes at once.
    most
        Bytes that may be used; None is half of what is free.

    Raises
    ------
    ImageError
        A file cannot be read.
    """
    from cpsam_core.blocks.plan import allowed_memory
    from cpsam_core.formats.label_sources import can_open_labels, open_labels
    from cpsam_core.images.limits import most_values

    if not all(map(can_open_labels, paths)):
        return None
    allowed = allowed_memory(most)
    # Not every small file is opened twice: only what may unpack to more than is allowed.
    if not any(most_values(path) * bytes_a_pixel > allowed for path in paths):
        return None
    opened = [open_labels(path) for path in paths]
    needed = max(math.prod(one.shape) for one in opened) * bytes_a_pixel
    return opened if needed > allowed else None


def check_pieces(pieces: Pieces, objects: int, path: Path) -> None:
    """Refuse to take the pieces of binary masks for objects, which needs the whole labels.

    Raises
    ------
    ImageError
        It is asked for, or it would be done by default because there is one number only.
    """
    if pieces == "yes" or (pieces == "auto" and objects == 1):
        raise ImageError(
            f"{path} does not fit the memory that may be used, and what is read in parts cannot be taken apart into "
            "pieces: number its objects, allow more with --max-memory, or keep them together (--separate-parts no)."
        )


def scored_in_parts(
    pair: LabelPair, opened: Sequence[OpenLabels], thresholds: tuple[float, ...], pieces: Pieces
) -> ScoredImage:
    """Compare labels part by part: pixels that objects share are summed up, and the scores follow from the sums.

    Raises
    ------
    ImageError
        The sizes differ, or what is asked for needs the labels as a whole.
    """
    from cpsam_core.cli.evaluate_report import ScoredImage
    from cpsam_core.data.label_folders import class_map_beside, map_beside
    from cpsam_core.images.label_arrays import boxes_of
    from cpsam_core.metrics import overlaps_in_parts, score_overlaps
    from cpsam_core.metrics.compare import compare_overlaps

    true, predicted = opened
    if true.own_shape != predicted.own_shape:
        raise ImageError(
            f"{pair.predicted}: the predicted labels are {predicted.own_shape} pixels, the true ones {true.own_shape}."
        )
    if map_beside(pair.true, "_complete") is not None or any(
        class_map_beside(one) is not None for one in (pair.true, pair.predicted)
    ):
        raise ImageError(
            f"{pair.true} does not fit the memory that may be used, and maps of classes or of complete regions beside "
            "it need it as a whole: allow more with --max-memory."
        )
    boxes = boxes_of(true.shape, PART_PX)
    shared = overlaps_in_parts((true.read(box), predicted.read(box)) for box in boxes)
    check_pieces(pieces, len(shared.true_ids), pair.true)
    check_pieces(pieces, len(shared.predicted_ids), pair.predicted)
    counts = compare_overlaps(shared, thresholds[0]).counts
    return ScoredImage(pair, score_overlaps(shared, thresholds), counts, {})


def convert_in_parts(
    source: OpenLabels, path: Path, target: Format, pixel_size: float | None, pieces: Pieces
) -> int:
    """Write labels of any size as tiled TIFF or OME-Zarr with a pyramid; return how many objects there are.

    Raises
    ------
    ImageError
        The format is written at once only, or reading or writing failed; nothing was overwritten.
    """
    import dataclasses

    import numpy as np

    from cpsam_core.formats.label_pyramids import copy_labels, halved, write_label_tiff, write_label_zarr
    from cpsam_core.formats.ome_zarr_writing import level_folder
    from cpsam_core.images.label_arrays import boxes_of

    if target.key not in IN_PARTS:
        needed = math.prod(source.shape) * CONVERTED_BYTES
        raise ImageError(
            f"{source.path} takes {size_in_words(needed)} of memory as a whole, more than may be used, and "
            f"{target.title} is written at once: choose {' or '.join(IN_PARTS)}, or allow more with --max-memory."
        )
    found = np.zeros(0, np.uint32)
    for box in boxes_of(source.shape, PART_PX):
        found = np.union1d(found, np.unique(source.read(box)))
    found = found[found > 0]
    check_pieces(pieces, len(found), source.path)
    sizes = source.sizes if pixel_size is None else dataclasses.replace(source.sizes, pixel_size=pixel_size)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=path.parent) as name:
        folder = Path(name)
        if target.key == "tif":
            levels = halved(folder, source)
            write_label_tiff(path, levels, int(found.max(initial=0)), sizes)
        else:
            levels = halved(folder, copy_labels(source, level_folder(folder, 0)))
            write_label_zarr(path, folder, len(levels), sizes)
    return len(found)
