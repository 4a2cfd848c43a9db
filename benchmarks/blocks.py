"""Time and memory of a run by blocks, against the same image as a whole.

    python benchmarks/blocks.py make slide.tif --side 20480
    python benchmarks/blocks.py blocks slide.tif --max-memory 2
    python benchmarks/blocks.py whole slide.tif
    python benchmarks/blocks.py equal slide.tif

Each is a process of its own, so that its peak memory is its own. The network is a stand-in that sees bright disks and
costs little, so that what is measured is everything else; --model takes a real one. `make` writes a tiled TIFF of
cells, a plane at a time in bands, so that the side may be anything.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from clocks import peak_bytes

sys.path[:0] = [str(Path(__file__).parents[1] / "core"), str(Path(__file__).parents[1])]

TILE = 512
CELL = 48
"""Pixels between the middles of cells, which lie on a shaken grid."""


class Disks:
    """Flows towards the middle of bright disks, without a network."""

    tile, in_channels, out_channels = 256, 3, 3

    def __call__(self, tiles: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return flows and logits of tiles."""
        maps = np.empty((len(tiles), 3, 256, 256), np.float32)
        for tile, result in zip(tiles, maps, strict=True):
            smooth = cv2.GaussianBlur(np.ascontiguousarray(tile[0]), (0, 0), 6)
            flows = np.stack(np.gradient(smooth))
            result[:2] = 5 * flows / np.maximum(np.linalg.norm(flows, axis=0), 1e-6)
            result[2] = 10 * tile[0] - 5
        return maps


def tiles(side: int, pitch: int = CELL) -> Iterator[np.ndarray[Any, Any]]:
    """Yield the tiles of a plane of cells; a cell is the same from whichever tile it is seen."""
    for top in range(0, side, TILE):
        for left in range(0, side, TILE):
            tile = np.full((TILE, TILE), 200, np.uint16)
            for row in range((top - pitch) // pitch, (top + TILE) // pitch + 2):
                for column in range((left - pitch) // pitch, (left + TILE) // pitch + 2):
                    rng = np.random.default_rng([abs(row), abs(column), row < 0, column < 0])
                    y, x = rng.integers(-8, 9, 2) + np.array([row * pitch - top, column * pitch - left])
                    cv2.circle(
                        tile, (int(x), int(y)), int(rng.integers(10, 19)), int(rng.integers(2000, 4000)), -1
                    )
            yield tile


def write_plane(path: Path, made: Iterator[np.ndarray[Any, Any]], side: int) -> None:
    """Write the tiles of a plane of this side as they are made."""
    tifffile.imwrite(
        path,
        made,
        shape=(side, side),
        dtype=np.uint16,
        tile=(TILE, TILE),
        compression="zlib",
        bigtiff=True,
        photometric="minisblack",
        metadata={"axes": "YX"},
    )


def peak_gb(*, children: bool = False) -> float:
    """Return the peak memory of this process, or of those that it started, in GB."""
    return float(round(peak_bytes(children=children) / 1e9, 2))


def command(words: str | None, doings: tuple[str, ...], side: int) -> argparse.ArgumentParser:
    """Return the command line of programs that do one of several things with an image, which one of them makes."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=doings)
    parser.add_argument("image", type=Path)
    parser.add_argument("--side", type=int, default=side)
    return parser


def network(args: argparse.Namespace) -> Any:
    """Return the network."""
    if not args.model:
        return Disks()
    from cpsam_core.weights import load_network

    return load_network(args.model, "cpu", "float32")


def by_blocks(args: argparse.Namespace) -> dict[str, Any]:
    """Run by blocks."""
    from cpsam_core.blocks import plan_blocks, start_run
    from cpsam_core.blocks.plan import forecast
    from cpsam_core.blocks.reading import BlockReading
    from cpsam_core.blocks.results import count_objects, save_results
    from cpsam_core.segment.settings import Settings

    folder = args.image.with_suffix(".blocks")
    shutil.rmtree(folder, ignore_errors=True)
    settings, model = Settings(diameter=30.0), network(args)
    reading = BlockReading(str(args.image), model=args.model)
    most = int(args.max_memory * 1e9)
    shape = reading.open().shape[:3]
    before, start = peak_gb(), time.perf_counter()
    run = start_run(
        folder,
        reading,
        model,
        settings,
        lambda diameter, anisotropy: plan_blocks(shape, diameter, most=most, anisotropy=anisotropy),
    )
    stages = {"limits": round(time.perf_counter() - start, 1)}
    run.run()
    ran = time.perf_counter()
    save_results(run, {"tif": args.image.with_name(f"{args.image.stem}_blocks.tif")})
    seconds, processor = time.perf_counter() - start, time.process_time()
    told = forecast(run.work.plan, settings, model.tile)
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        **stages,
        "saving": round(time.perf_counter() - ran, 1),
        "pixels": int(np.prod(shape)),
        "ns_a_pixel": round(seconds / np.prod(shape) * 1e9),
        "objects": count_objects(run),
        "blocks": told.blocks,
        "more_tiles": round(told.tiles / told.tiles_of_whole, 2),
        "peak_GB": peak_gb(),
        "before_GB": before,
        "work_on_disk_GB": round(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e9, 2),
    }


def as_a_whole(args: argparse.Namespace) -> dict[str, Any]:
    """Run the whole image."""
    from cpsam_core.images import read_image, write_labels
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.segment.settings import Settings

    model = network(args)
    before, start = peak_gb(), time.perf_counter()
    image = read_image(args.image)
    found = Segmenter(model).segment(image, Settings(diameter=30.0))
    write_labels(args.image.with_name(f"{args.image.stem}_whole.tif"), found.labels)
    seconds, processor = time.perf_counter() - start, time.process_time()
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "pixels": int(found.labels.size),
        "ns_a_pixel": round(seconds / found.labels.size * 1e9),
        "objects": len(found.objects),
        "peak_GB": peak_gb(),
        "before_GB": before,
    }


def compare(args: argparse.Namespace) -> dict[str, Any]:
    """Compare the labels of both."""
    from cpsam_core.images import read_labels

    ours, theirs = (
        read_labels(args.image.with_name(f"{args.image.stem}_{kind}.tif")) for kind in ("blocks", "whole")
    )
    return {"different_pixels": int((ours != theirs).sum())}


def main() -> None:
    """Do what the first argument says and print it as JSON."""
    parser = command(__doc__, ("make", "blocks", "whole", "equal"), 8192)
    parser.add_argument("--model", default="")
    parser.add_argument("--max-memory", type=float, default=2.0)
    args = parser.parse_args()
    if args.what == "make":
        write_plane(args.image, tiles(args.side), args.side)
        return
    doing = {"blocks": by_blocks, "whole": as_a_whole, "equal": compare}[args.what]
    print(json.dumps({"what": args.what, **doing(args)}))


if __name__ == "__main__":
    main()
