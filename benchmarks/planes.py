"""What correcting a few planes of a stack brings: one click on real stacks, scored on planes with other cells.

A model is retrained on 1, 2, 4, 8 and 16 planes of a stack (the shape of the paper's figure 4) and scored on planes
of the same stack that show none of the cells learnt from. Networks with random weights that learn the same are the
control.

    python planes.py --stacks FOLDER... --out planes.csv [--network lite vit-l] [--seeds 2] [--picture planes.png]

Each FOLDER holds `images` and `masks`. A machine that sees no data takes them along in one file:

    python planes.py --stacks FOLDER... --pack stacks.npz
    python planes.py --packed stacks.npz --device cuda --seconds 300 --jobs 4 --network lite vit-l --out planes.csv

The rows already there are kept (a JSON file beside the CSV), so that a run goes on where it was stopped. With
`--seconds` what does not fit is left out and said. The other options are those of `gain.py`. The second machine needs
torch and what `cpsam_core` needs, no Qt.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from gain import common_options, scores
from gain_click import RATES, random_start, replay_of, retrained
from gain_tables import draw, write_table
from packed_stacks import pack, stacks_in, unpack

# Those that say most come first, where time is short.
COUNTS = (1, 4, 16, 2, 8)
# Share of the planes, from the end of the stack, that is scored on.
TESTED = 0.2
# Planes across z to learn from; where there are fewer, sections along z are taken.
ENOUGH = 8


@dataclass(frozen=True)
class Wanted:
    """One row: a stack, where to start, from how many planes, drawn by which seed."""

    kind: str
    start: str
    corrected: int
    seed: int


def main() -> None:
    """Pack stacks, or measure and draw as the options say."""
    args = options()
    if args.pack is not None:
        pack(args.stacks, args.pack)
        print(f"{args.pack}: {args.pack.stat().st_size / 1e6:.1f} MB")
        return
    args.ends = time.monotonic() + args.seconds
    with tempfile.TemporaryDirectory() as folder:
        stacks = stacks_in(unpack(args.packed, Path(folder)) if args.packed is not None else args.stacks)
        rows = measured(args, stacks, Path(folder))
    if args.picture is not None:
        draw(args.picture, [{**row, "kind": title(row)} for row in rows], "planes")


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = common_options(__doc__, out_needed=False)
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--stacks", type=Path, nargs="+", help="folders with images and masks")
    data.add_argument("--packed", type=Path, help="what --pack wrote")
    parser.add_argument("--pack", type=Path, help="write the stacks into one file, and no more")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="numbers of corrected planes")
    parser.add_argument(
        "--network", nargs="+", choices=RATES, default=[], help="random weights that learn the same"
    )
    parser.add_argument("--no-base", action="store_true", help="the networks with random weights alone")
    parser.add_argument("--bodies", action="store_true", help="score bodies in 3D, too")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing that ends later")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    args: argparse.Namespace = parser.parse_args()
    if args.pack is None and args.out is None:
        parser.error("--out says where the figures go")
    if args.pack is not None and args.stacks is None:
        parser.error("--pack needs --stacks")
    return args


def rows_wanted(args: argparse.Namespace, stacks: dict[str, Any]) -> list[Wanted]:
    """Return all rows, those that matter most first."""
    starts = ([] if args.no_base else [args.base]) + [f"random {name}" for name in args.network]
    untaught = [] if args.no_base else [Wanted(kind, args.base, 0, 0) for kind in stacks]
    return untaught + [
        Wanted(kind, start, count, seed)
        for seed in range(args.seeds)
        for count in args.counts
        for start in starts
        for kind in stacks
    ]


def measured(args: argparse.Namespace, stacks: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Measure what is not there yet, several rows at a time, and write every row as soon as it is known."""
    kept = args.out.with_suffix(".json")
    rows: list[dict[str, Any]] = json.loads(kept.read_text()) if kept.exists() else []
    done = {Wanted(row["kind"], row["start"], row["corrected"], row["seed"]) for row in rows}
    left = [one for one in rows_wanted(args, stacks) if one not in done]
    longest: dict[str, float] = {}
    running: dict[Future[dict[str, Any] | None], Wanted] = {}
    pool = ProcessPoolExecutor(args.jobs, get_context("spawn"))
    while left or running:
        while left and len(running) < args.jobs:
            one = left.pop(0)
            if time.monotonic() + longest.get(one.start, 0) > args.ends:
                print(f"left out, no time: {one}", file=sys.stderr, flush=True)
                continue
            running[pool.submit(row_of, args, one, stacks[one.kind], folder)] = one
        ended, _ = wait(running, max(0.0, min(args.ends - time.monotonic(), 1e6)), FIRST_COMPLETED)
        if running and not ended:
            print(f"not done in time: {list(running.values())}", file=sys.stderr, flush=True)
            for process in pool._processes.values():
                process.terminate()
            break
        for future in ended:
            one, row = running.pop(future), future.result()
            if row is None:
                continue
            longest[one.start] = max(longest.get(one.start, 0), row["seconds"])
            print(json.dumps(row), flush=True)
            rows = sorted(
                [*rows, row], key=lambda row: (row["kind"], row["start"], row["corrected"], row["seed"])
            )
            kept.write_text(json.dumps(rows, indent=1) + "\n")
            write_table(args.out.with_suffix(".csv"), rows)
    pool.shutdown(wait=False, cancel_futures=True)
    return rows


def row_of(args: argparse.Namespace, one: Wanted, pair: Any, folder: Path) -> dict[str, Any] | None:
    """Train and score one model; None where the stack has fewer planes to learn from."""
    begun, division = time.monotonic(), Division.of(pair)
    if one.corrected > len(division.learnt):
        return None
    own, replay = argparse.Namespace(**vars(args)), replay_of(args)
    if one.start.startswith("random "):
        network = one.start.split()[1]
        own.base, own.rate, replay = random_start(network, one.seed, folder), RATES[network], 0.0
    segmenter, processor = retrained(own, division.pairs(division.learnt), one.corrected, one.seed, replay)
    row = {
        "kind": one.kind,
        "start": one.start,
        "corrected": one.corrected,
        "seed": one.seed,
        "across": "zyx"[division.axis],
        "learnt_from": len(division.learnt),
        **scores(segmenter, division.pairs(division.test)),
    }
    if args.bodies:
        row["bodies"], row["bodies_ap_0.5"] = bodies_found(segmenter, division)
    return {**row, "processor_seconds": round(processor, 1), "seconds": round(time.monotonic() - begun, 1)}


def bodies_found(segmenter: Any, division: Division) -> tuple[int, float]:
    """Return the number of bodies in the planes that judge, and the average precision of the 3D segmentation there.

    A body counts where more than half of it lies in those planes.
    """
    import numpy as np

    from cpsam_core.data.examples import counted_objects
    from cpsam_core.metrics import average_precision
    from cpsam_core.segment.settings import Settings

    found = segmenter.segment(division.pair.read_image(), Settings(do_3D=True)).labels
    inside = np.zeros(found.shape, bool)
    np.moveaxis(inside, division.axis, 0)[division.test] = True
    true, new = counted_objects(division.labels, inside), counted_objects(found, inside)
    return len(np.unique(true)) - 1, round(float(average_precision(true, new, (0.5,))[0][0]), 4)


@dataclass(frozen=True, eq=False)
class Division:
    """The planes of a stack to learn from and those to score on, which share no cell."""

    pair: Any
    labels: Any
    axis: int
    learnt: list[int]
    test: list[int]

    def pairs(self, planes: list[int]) -> list[Any]:
        """Return planes as images with masks."""
        from cpsam_core.data.sections import Section

        spacing = self.pair.read_image().plane_distance or 1.0
        return [replace(self.pair, section=Section(self.axis, z, spacing)) for z in planes]

    @classmethod
    def of(cls, pair: Any) -> Division:
        """Divide a stack along z, or where its cells go through too many planes, along another axis."""
        from cpsam_core.images.label_files import read_labels

        labels = read_labels(pair.masks, "auto")
        found = [cls(pair, labels, axis, *divided(labels, axis)) for axis in range(3)]
        return found[0] if len(found[0].learnt) >= ENOUGH else max(found, key=lambda one: len(one.learnt))


def divided(labels: Any, axis: int) -> tuple[list[int], list[int]]:
    """Return the planes across an axis that show no cell of the last ones, and those last ones."""
    import numpy as np

    across = np.moveaxis(labels, axis, 0)
    drawn = np.flatnonzero(across.any(axis=(1, 2)))
    test = drawn[-max(1, round(TESTED * len(drawn))) :]
    judged = np.unique(across[test])
    apart = [z for z in drawn.tolist() if not np.isin(across[z], judged[judged > 0]).any()]
    return apart, test.tolist()


def title(row: dict[str, Any]) -> str:
    """Name a curve."""
    return f"{row['kind']}, {row['start']}"


if __name__ == "__main__":
    main()
