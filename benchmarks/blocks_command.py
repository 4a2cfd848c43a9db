"""`cpsam segment` by blocks as it is typed: a slide against a whole image, and two commands against one.

    python benchmarks/blocks_command.py FOLDER
    python benchmarks/blocks_command.py FOLDER --parts slide --side 20480
    python benchmarks/blocks_command.py FOLDER --parts two

`slide` segments a plane of scattered cells by blocks, and one of 8,192 pixels on a side as a whole, each in a process
of its own, with the stand-in of `blocks.py` for the network: what is measured is everything else, per pixel. `two`
segments a smaller plane by blocks with a real model, first by one command, then by two that are begun at the same time
on the same folder. It needs two cores that nothing else uses; the load is printed with the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from blocks import TILE, Disks, peak_gb, tiles, write_plane
from clocks import load_of_machine

sys.path[:0] = [str(Path(__file__).parents[1] / "core"), str(Path(__file__).parents[1])]

PITCH = 96
"""Pixels between the middles of cells."""
PATTERN = 2048
"""Side of the pattern that the planes repeat: drawing all of a slide would take longer than segmenting it."""
WHOLE = 8192
MOST_GB = "1.2"
"""Memory that the command may use beside the network, of the 2 GB that it may hold in all."""
STAND_IN = "--stand-in"


def make(path: Path, side: int) -> Path:
    """Write a plane of cells."""
    pattern = list(tiles(PATTERN, PITCH))
    across = PATTERN // TILE

    def plane() -> Any:
        for row in range(side // TILE):
            for column in range(side // TILE):
                yield pattern[row % across * across + column % across]

    write_plane(path, plane(), side)
    return path


def begin(*words: str) -> subprocess.Popen[str]:
    """Begin `cpsam segment` in a process that says at its end what it took."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "run", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def figures_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a command, and return what it took."""
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"cpsam segment ended with {process.returncode}")
    figures: dict[str, Any] = json.loads(said.splitlines()[-1])
    return figures


def run(words: list[str]) -> int:
    """Do what `cpsam segment` does, in this process; the last line says what it took."""
    from cpsam_core import weights
    from cpsam_core.cli import main as cpsam

    if STAND_IN in words:
        words.remove(STAND_IN)
        network: Any = Disks()
        weights.load_network = lambda *args, **others: network
    start = time.perf_counter()
    code = cpsam(["segment", *words])
    seconds = round(time.perf_counter() - start, 1)
    processor = round(time.process_time(), 1)
    sys.stdout.write(
        "\n" + json.dumps({"seconds": seconds, "processor_seconds": processor, "peak_GB": peak_gb()}) + "\n"
    )
    return code


def slide(folder: Path, side: int, whole_side: int) -> dict[str, Any]:
    """Measure a slide by blocks and a smaller plane as a whole."""
    shared = ("--diameter", "30", "--save", "zarr", "--device", "cpu", STAND_IN)
    found: dict[str, Any] = {}
    for name, length, blocks in (("whole", whole_side, "never"), ("blocks", side, "auto")):
        image = make(folder / f"{name}_{length}.tif", length)
        words = ("--blocks", blocks, "--max-memory", MOST_GB) if blocks == "auto" else ("--blocks", blocks)
        took = figures_of(begin(str(image), "--out", str(folder / f"{name}_out"), *words, *shared))
        took["processor_ns_a_pixel"] = round(took["processor_seconds"] / length**2 * 1e9, 1)
        found[f"{name} {length}"] = took
        image.unlink()
        shutil.rmtree(folder / f"{name}_out")
    one, other = (took["processor_ns_a_pixel"] for took in found.values())
    return {**found, "blocks_over_whole_a_pixel": round(other / one, 2)}


def two(folder: Path, model: str, side: int) -> dict[str, Any]:
    """Measure one command and two that share a folder."""
    image = make(folder / "shared.tif", side)
    found: dict[str, Any] = {}
    for count in (1, 2):
        out = folder / f"by_{count}"
        words = (str(image), "--out", str(out), "--blocks", "512", "--diameter", "30", "--save", "zarr")
        start = time.perf_counter()
        processes = [begin(*words, "--model", model, "--device", "cpu") for _ in range(count)]
        took = [figures_of(process) for process in processes]
        found[f"{count} at once"] = {
            "seconds": round(time.perf_counter() - start, 1),
            "processor_seconds": [one["processor_seconds"] for one in took],
        }
        shutil.rmtree(out)
    image.unlink()
    one, both = (took["seconds"] for took in found.values())
    return {**found, "quicker": round(one / both, 2)}


def main() -> None:
    """Measure what is asked for and print it as JSON."""
    if sys.argv[1:2] == ["run"]:
        raise SystemExit(run(sys.argv[2:]))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", nargs="+", choices=("slide", "two"), default=("two", "slide"))
    parser.add_argument("--side", type=int, default=20_480)
    parser.add_argument("--whole-side", type=int, default=WHOLE)
    parser.add_argument("--two-side", type=int, default=3072)
    parser.add_argument("--model", default="cpsam-lite")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for part in args.parts:
        load = load_of_machine()
        if part == "slide":
            took = slide(args.folder, args.side, args.whole_side)
        else:
            took = two(args.folder, args.model, args.two_side)
        sys.stdout.write(json.dumps({part: took}, indent=1) + f"\n{load} before, {load_of_machine()} after\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
