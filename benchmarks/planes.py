"""What correcting a few planes of a stack brings: one click on real stacks, scored on planes with other cells.

The model is retrained on 1, 2, 4, 8 and 16 XY planes of a stack (the shape of the paper's figure 4) and scored on
planes of the same stack that show none of the cells learnt from.

Usage: python planes.py --stacks FOLDER... --out planes.json [--base cpsam-lite] [--seeds 1] [--picture planes.png]

Each FOLDER holds `images` and `masks`. The rows already in the output file are kept, so that a run goes on where it was
stopped. The options are those of `gain.py`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from gain import common_options, draw, replay_of, retrained, scores, write_table

COUNTS = (1, 2, 4, 8, 16)
TESTED = 0.2  # share of the planes, from the end of the stack, that is scored on


def main() -> None:
    """Measure and draw as the options say."""
    args = options()
    rows: list[dict[str, Any]] = json.loads(args.out.read_text()) if args.out.exists() else []
    done = {(row["kind"], row["corrected"], row["seed"]) for row in rows}
    wanted = [(0, 0), *((count, seed) for seed in range(args.seeds) for count in args.counts)]
    for count, seed in wanted:
        for stack in args.stacks:
            train, test = parts(stack)
            if (stack.name, count, seed) in done or count > len(train):
                continue
            segmenter, seconds = retrained(args, train, count, seed, replay_of(args))
            row = {
                "kind": stack.name,
                "corrected": count,
                "seed": seed,
                "learnt_from": len(train),
                "processor_seconds": round(seconds, 1),
                **scores(segmenter, test),
            }
            print(json.dumps(row), flush=True)
            rows = sorted([*rows, row], key=lambda one: (one["kind"], one["corrected"], one["seed"]))
            args.out.write_text(json.dumps(rows, indent=1) + "\n")
    write_table(args.out.with_suffix(".csv"), rows)
    if args.picture is not None:
        draw(args.picture, rows, "planes")


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = common_options(__doc__)
    parser.add_argument("--stacks", type=Path, nargs="+", required=True, help="folders with images and masks")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="numbers of corrected planes")
    return parser.parse_args()


def parts(stack: Path) -> tuple[list[Any], list[Any]]:
    """Return the planes to learn from and those to score on; no cell is in both."""
    from dataclasses import replace

    import numpy as np

    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.data.sections import Section
    from cpsam_core.images.label_files import read_labels

    pair = find_pairs(stack)[0]
    labels = read_labels(pair.masks, "auto")
    drawn = np.flatnonzero(labels.any(axis=(1, 2)))
    test = drawn[-max(1, round(TESTED * len(drawn))) :]
    judged = np.unique(labels[test])
    apart = [z for z in drawn.tolist() if not np.isin(labels[z], judged[judged > 0]).any()]

    def of(planes: Any) -> list[Any]:
        return [replace(pair, section=Section(0, int(z))) for z in planes]

    return of(apart), of(test)


if __name__ == "__main__":
    main()
