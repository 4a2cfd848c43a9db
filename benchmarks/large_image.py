"""A synthetic slide of any size: an OME-Zarr with a pyramid, of which only the places with tissue take room.

python benchmarks/large_image.py slide.ome.zarr 100000
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numcodecs
import numpy as np
from numpy.typing import NDArray

CHUNK = 512
CELLS = 26
"""Pixels between the middles of cells."""
SPOT = 4
"""Tissue lies in every so-manieth chunk along each axis; every chunk has its own cells."""


def cell_chunk(row: int, column: int) -> NDArray[np.uint16]:
    """Return the pixels of a chunk with round cells on a dim ground."""
    rng = np.random.default_rng(row * 100_003 + column)
    y, x = np.mgrid[:CHUNK, :CHUNK].astype(np.float32)
    pixels = rng.normal(300, 20, (CHUNK, CHUNK)).astype(np.float32)
    for middle_y in range(CELLS // 2, CHUNK - CELLS // 2, CELLS):
        for middle_x in range(CELLS // 2, CHUNK - CELLS // 2, CELLS):
            at = rng.normal((middle_y, middle_x), 2)
            radius = rng.uniform(6, 10)
            top, left = (max(0, int(value - 14)) for value in at)
            part = slice(top, top + 28), slice(left, left + 28)
            distance = np.hypot(y[part] - at[0], x[part] - at[1])
            pixels[part] += rng.uniform(800, 2500) / (1 + np.exp(distance - radius))
    return np.clip(pixels, 0, 65535).astype(np.uint16)


def make_slide(path: Path, side: int, spot: int = SPOT) -> None:
    """Write a slide of `side` pixels; with `spot` 1 there is tissue everywhere."""
    packer = numcodecs.Zstd(1)
    levels = 1
    while side >> (levels - 1) > CHUNK:
        levels += 1
    shapes = [-(-side // 2**level) for level in range(levels)]
    for level, length in enumerate(shapes):
        folder = path / str(level)
        folder.mkdir(parents=True, exist_ok=True)
        described = {
            "zarr_format": 2,
            "shape": [length, length],
            "chunks": [CHUNK, CHUNK],
            "dtype": "<u2",
            "compressor": {"id": "zstd", "level": 1},
            "fill_value": 0,
            "order": "C",
            "filters": None,
            "dimension_separator": "/",
        }
        (folder / ".zarray").write_text(json.dumps(described))
    few = [cell_chunk(number, 0) for number in range(16)]
    coarse: dict[tuple[int, int, int], NDArray[np.uint16]] = {}
    count = -(-side // CHUNK)
    for row in range(0, count, spot):
        for column in range(0, count, spot):
            chunk = few[(row * 7 + column * 3) % len(few)]
            _write(path, packer, 0, row, column, chunk)
            for level in range(1, levels):
                small = chunk[:: 1 << level, :: 1 << level]
                step = small.shape[0]
                if not step:
                    break
                key = (level, row >> level, column >> level)
                target = coarse.setdefault(key, np.zeros((CHUNK, CHUNK), np.uint16))
                top, left = (row % (1 << level)) * step, (column % (1 << level)) * step
                target[top : top + step, left : left + step] = small
    for (level, row, column), chunk in coarse.items():
        _write(path, packer, level, row, column, chunk)
    pixel = {"type": "space", "unit": "micrometer"}
    datasets = [
        {"path": str(level), "coordinateTransformations": [{"type": "scale", "scale": [0.25 * 2**level] * 2}]}
        for level in range(levels)
    ]
    axes = [{"name": "y", **pixel}, {"name": "x", **pixel}]
    (path / ".zgroup").write_text(json.dumps({"zarr_format": 2}))
    (path / ".zattrs").write_text(
        json.dumps({"multiscales": [{"version": "0.4", "axes": axes, "datasets": datasets}]})
    )


def _write(
    path: Path, packer: numcodecs.Zstd, level: int, row: int, column: int, chunk: NDArray[np.uint16]
) -> None:
    file = path / str(level) / str(row) / str(column)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(packer.encode(np.ascontiguousarray(chunk)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("side", type=int)
    parser.add_argument("--spot", type=int, default=SPOT)
    given = parser.parse_args()
    make_slide(given.path, given.side, given.spot)
