"""A slide of any size made of real images: a tiled OME-TIFF with a pyramid, as scanners write them.

    python benchmarks/tissue_slide.py IMAGES slide.ome.tif --side 20480

The images of the folder are laid side by side, each time another one, turned, mirrored and a little brighter or darker,
so that no two places are alike; where two meet, cells are cut, as at the border of any image.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray

TILE = 512
PIXEL_UM = 0.25
SMALLEST = 1024
"""The pyramid ends where the plane fits into so many pixels on a side."""
QUALITY = 90


def make_plane(folder: Path, side: int, field: int) -> NDArray[np.uint8]:
    """Return a plane (y, x, 3) of fields of so many pixels."""
    files = sorted([*folder.glob("*.png"), *folder.glob("*.jpg")])
    read = [cv2.imread(str(file)) for file in files]
    images = [cv2.cvtColor(image, cv2.COLOR_BGR2RGB) for image in read if image is not None]
    images = [image for image in images if min(image.shape[:2]) >= field]
    rng = np.random.default_rng(0)
    plane = np.empty((side, side, 3), np.uint8)
    for top in range(0, side, field):
        for left in range(0, side, field):
            image = images[int(rng.integers(len(images)))]
            y, x = (int(rng.integers(length - field + 1)) for length in image.shape[:2])
            part = np.rot90(image[y : y + field, x : x + field], int(rng.integers(4)))
            part = part[:, ::-1] if rng.integers(2) else part
            part = np.clip(part * rng.uniform(0.94, 1.06), 0, 255).astype(np.uint8)
            plane[top : top + field, left : left + field] = part[: side - top, : side - left]
    return plane


def tiles(plane: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield the tiles of a plane; those of the last row and column are filled up with white."""
    for top in range(0, len(plane), TILE):
        for left in range(0, plane.shape[1], TILE):
            tile = np.full((TILE, TILE, 3), 255, np.uint8)
            part = plane[top : top + TILE, left : left + TILE]
            tile[: part.shape[0], : part.shape[1]] = part
            yield tile


def write_slide(path: Path, plane: NDArray[np.uint8]) -> None:
    """Write a plane and its pyramid."""
    levels = [plane]
    while max(levels[-1].shape[:2]) > SMALLEST:
        height, width = levels[-1].shape[:2]
        levels.append(
            np.asarray(
                cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8
            )
        )
    sizes = {"PhysicalSizeX": PIXEL_UM, "PhysicalSizeY": PIXEL_UM}
    units = {"PhysicalSizeXUnit": "µm", "PhysicalSizeYUnit": "µm"}
    metadata: dict[str, Any] = {"axes": "YXS", **sizes, **units}
    options: dict[str, Any] = {
        "tile": (TILE, TILE),
        "dtype": np.uint8,
        "photometric": "rgb",
        "compression": "jpeg",
        "compressionargs": {"level": QUALITY},
    }
    with tifffile.TiffWriter(path, bigtiff=True, ome=True) as file:
        for number, level in enumerate(levels):
            own = {"metadata": metadata, "subifds": len(levels) - 1} if number == 0 else {"subfiletype": 1}
            file.write(tiles(level), shape=level.shape, **options, **own)


def main() -> None:
    """Write the slide that the arguments describe."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", type=Path)
    parser.add_argument("slide", type=Path)
    parser.add_argument("--side", type=int, default=20_480)
    parser.add_argument("--field", type=int, default=512, help="pixels on a side that one image fills")
    given = parser.parse_args()
    write_slide(given.slide, make_plane(given.images, given.side, given.field))


if __name__ == "__main__":
    main()
