"""Small things that callers do with masks."""

from __future__ import annotations

import os
import shutil
import urllib.request
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.images.files import saving
from cpsam_core.labels import clear_border, drop_small, fill_holes, outlines, polygons, relabel
from cpsam_core.segment.volume import stitch

__all__ = [
    "diameters",
    "download_url_to_file",
    "fill_holes_and_remove_small_masks",
    "masks_to_outlines",
    "outlines_list",
    "remove_edge_masks",
    "stitch3D",
]


def remove_edge_masks(masks: NDArray[Any], change_index: bool = True) -> NDArray[Any]:
    """Return masks without the objects that touch the border; numbered anew unless told otherwise."""
    inner = clear_border(masks)
    return (relabel(inner) if change_index else inner).astype(masks.dtype)


def masks_to_outlines(masks: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the pixels of objects that lie beside another object or the background."""
    return outlines(masks)


def outlines_list(
    masks: NDArray[Any], multiprocessing_threshold: int = 1000, multiprocessing: Any = None
) -> Any:
    """Return the outline of each object, (points, 2) with x and y, in the order of the numbers."""
    return list(polygons(masks).values())


def fill_holes_and_remove_small_masks(masks: NDArray[Any], min_size: int = 15) -> NDArray[Any]:
    """Return masks without holes and without objects of fewer pixels than `min_size`, numbered anew."""
    return relabel(drop_small(fill_holes(masks), max(min_size, 0))).astype(masks.dtype)


def stitch3D(masks: Any, stitch_threshold: float = 0.25) -> NDArray[np.uint32]:  # noqa: N802 - the name that callers know
    """Return masks of planes, each numbered for itself, joined where they overlap by that much."""
    return stitch(np.asarray(masks), stitch_threshold)


def download_url_to_file(url: str, dst: str | os.PathLike[str], progress: bool = True) -> None:
    """Fetch a file; nothing stays of it where that breaks off. There is no bar, whatever `progress` says.

    Raises
    ------
    ValueError
        Not an address on the web.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url} is not an address on the web (http or https)")
    with urllib.request.urlopen(url) as answer, saving(dst) as path, path.open("wb") as file:
        shutil.copyfileobj(answer, file)


def diameters(masks: NDArray[Any]) -> tuple[float, NDArray[np.float64]]:
    """Return the median diameter, and that of each object: of a square's side by Cellpose's convention."""
    counts = np.unique(masks[masks > 0], return_counts=True)[1]
    each = np.sqrt(counts.astype(float)) / (np.pi**0.5 / 2)
    return (float(np.median(each)) if len(each) else 0.0), each
