"""Labels as a compressed TIFF whose strips are taken over from an earlier one where nothing in them changed.

Packing is what saving a large image costs, and a person changes little of it between two saves.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import tifffile

from cpsam_core.images.project_members import DAMAGED, packed
from cpsam_core.images.tiff_chain import check_pages

__all__ = ["Unchanged", "pack_labels"]

Unchanged: TypeAlias = Callable[[int, int, int], bool]
"""Whether no label of a plane has changed in the rows from the first to before the second number."""

# Of a strip before it is packed.
STRIP_BYTES = 1 << 18
LEVEL = 6
# Pixels.
SMALLEST_SIDE_PX = 16
DEFLATE, NO_PREDICTOR = 8, 1


def pack_labels(
    labels: npt.NDArray[np.uint32], earlier: bytes | None = None, unchanged: Unchanged | None = None
) -> bytes:
    """Return labels (z, y, x) as a TIFF in packed strips.

    Parameters
    ----------
    labels
        What to pack.
    earlier
        A file that this function made; of any other nothing is taken over.
    unchanged
        Says in which rows `labels` are what `earlier` holds. None: in none.
    """
    depth, height, width = labels.shape
    # tifffile would take a short axis for samples.
    if min(height, width) < SMALLEST_SIDE_PX:
        return packed(labels)
    rows, there = max(1, min(height, STRIP_BYTES // (4 * width))), None
    if earlier is not None and unchanged is not None:
        there = _strips(earlier, labels.shape, rows)

    def strips() -> Iterator[bytes]:
        for plane in range(depth):
            for place, top in enumerate(range(0, height, rows)):
                bottom = min(top + rows, height)
                if there is not None and unchanged is not None and unchanged(plane, top, bottom):
                    yield there[plane][place]
                else:
                    block = np.ascontiguousarray(labels[plane, top:bottom], np.dtype("<u4"))
                    yield zlib.compress(block.tobytes(), LEVEL)

    made = io.BytesIO()
    tifffile.imwrite(
        made,
        strips(),
        shape=labels.shape,
        dtype=np.uint32,
        byteorder="<",
        rowsperstrip=rows,
        compression="zlib",
        metadata={"axes": "ZYX"},
        photometric="minisblack",
    )
    return made.getvalue()


def _strips(content: bytes, shape: tuple[int, ...], rows: int) -> list[list[bytes]] | None:
    """Return the packed strips of each plane; None where the file is none that fits."""
    try:
        check_pages(io.BytesIO(content))
        with tifffile.TiffFile(io.BytesIO(content), _multifile=False) as file:
            pages = list(file.pages)
            if file.byteorder != "<" or len(pages) != shape[0]:
                return None
            if not all(_fits(page, shape[1:], rows, len(content)) for page in pages):
                return None
            return [
                [
                    content[start : start + count]
                    for start, count in zip(page.dataoffsets, page.databytecounts, strict=True)
                ]
                for page in pages
            ]
    except DAMAGED:
        return None


def _fits(page: Any, shape: tuple[int, ...], rows: int, size: int) -> bool:
    height = shape[0]
    return (
        isinstance(page, tifffile.TiffPage)
        and page.shape == tuple(shape)
        and page.dtype == np.uint32
        and page.compression == DEFLATE
        and page.predictor == NO_PREDICTOR
        and not page.is_tiled
        and page.rowsperstrip == rows
        and len(page.dataoffsets) == len(page.databytecounts) == -(-height // rows)
        and all(map(lambda start, count: start + count <= size, page.dataoffsets, page.databytecounts))
    )
