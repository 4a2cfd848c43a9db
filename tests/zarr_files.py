"""Zarr as other programs write it, with zarr 2 (before Python 3.11) and zarr 3 alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zarr
from numpy.typing import NDArray

ZARR_3 = int(zarr.__version__.split(".")[0]) >= 3


def open_group(folder: Path, version: str = "0.4") -> Any:
    """Begin a group of the format that a version of NGFF goes with."""
    form = {"zarr_format": 2 if version == "0.4" else 3} if ZARR_3 else {}
    return zarr.open_group(str(folder), mode="w", **form)


def write_array(
    path: Path,
    pixels: NDArray[Any],
    chunks: tuple[int, ...],
    version: str = "0.4",
    shards: tuple[int, ...] | None = None,
) -> None:
    """Write a single array in the format that a version of NGFF goes with."""
    options: dict[str, Any] = {"shape": pixels.shape, "chunks": chunks, "dtype": pixels.dtype}
    if ZARR_3:
        form = 2 if version == "0.4" else 3
        made = zarr.create_array(store=str(path), zarr_format=form, shards=shards, overwrite=True, **options)
    else:
        made = zarr.open_array(str(path), mode="w", **options)
    made[...] = pixels


def write_zarr(
    folder: Path,
    levels: Sequence[NDArray[Any]],
    version: str = "0.4",
    axes: str = "cyx",
    sharded: bool = False,
    channels: Sequence[str] = ("DAPI", "", "GFP"),
    side: int = 16,
    sized: bool = True,
    scale: Sequence[float] = (),
) -> Path:
    """Write an OME-Zarr image in chunks of `side` x `side` pixels; where it is `sized`, pixels have micrometres."""
    group = open_group(folder, version)
    for number, level in enumerate(levels):
        apart = (1,) * (level.ndim - 2)
        shards = (*apart, 4 * side, 4 * side) if sharded else None
        write_array(folder / str(number), level, (*apart, side, side), version, shards)
    kinds = {"c": "channel", "t": "time"}
    described = [
        {"name": axis, "type": kinds[axis]}
        if axis in kinds
        else {"name": axis, "type": "space", **({"unit": "micrometer"} if sized else {})}
        for axis in axes
    ]
    scale = scale or [{"t": 1.0, "c": 1.0, "z": 2.0}.get(axis, 0.5) if sized else 1.0 for axis in axes]
    datasets = [
        {
            "path": str(number),
            "coordinateTransformations": [
                {
                    "type": "scale",
                    "scale": [s * (2**number if a in "yx" else 1) for a, s in zip(axes, scale, strict=True)],
                }
            ],
        }
        for number in range(len(levels))
    ]
    ome = {
        "multiscales": [{"name": "a", "axes": described, "datasets": datasets}],
        "omero": {"channels": [{"label": name} for name in channels]},
    }
    group.attrs.update({"ome": {"version": "0.5", **ome}} if version == "0.5" else ome)
    return folder
