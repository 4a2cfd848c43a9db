"""What correcting a few images brings: the one-click gain on real images, as a table and a picture.

A model that never saw one kind of image is retrained on 1, 2, 4, 8 corrected images of it with what one click does, and
scored on others of that kind (the shape of the paper's figure 4).

Usage: python gain.py --base MODEL --train DIR --test DIR --out gain.json [--picture gain.png] [--seeds 3]

The rows already in the output file are kept, so that a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

COUNTS = (1, 2, 4, 8)


def main() -> None:
    """Measure and draw as the options say."""
    args = options()
    rows: list[dict[str, Any]] = json.loads(args.out.read_text()) if args.out.exists() else []
    done = {(row["corrected"], row["seed"]) for row in rows}
    for count, seed in [(0, 0), *((count, seed) for seed in range(args.seeds) for count in args.counts)]:
        if (count, seed) not in done:
            row = measure(args, count, seed)
            print(json.dumps(row), flush=True)
            rows = sorted([*rows, row], key=lambda one: (one["corrected"], one["seed"]))
            args.out.write_text(json.dumps(rows, indent=1) + "\n")
    write_table(args.out.with_suffix(".csv"), rows)
    if args.picture is not None:
        draw(args.picture, rows)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="model that never saw this kind of image")
    parser.add_argument("--train", type=Path, required=True, help="images with masks, taken as corrected")
    parser.add_argument("--test", type=Path, required=True, help="images with masks to score on")
    parser.add_argument("--out", type=Path, required=True, help="JSON; a CSV of the same name lies beside it")
    parser.add_argument("--picture", type=Path, help="PNG of the curve")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="numbers of corrected images")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="other than one click takes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device")
    return parser.parse_args()


def measure(args: argparse.Namespace, count: int, seed: int) -> dict[str, Any]:
    """Retrain on `count` images drawn by `seed`, and score; without images, score the base itself."""
    import torch

    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.retrain import retrain
    from cpsam_core.retrain.validate import validate
    from cpsam_core.segment.segmenter import Segmenter

    torch.set_num_threads(args.threads)
    test, seconds = find_pairs(args.test), 0.0
    with tempfile.TemporaryDirectory() as folder:
        model: Path | str = args.base
        if count:
            start = time.perf_counter()
            plan = plan_of(args, count, seed)
            model = retrain(plan, Path(folder) / "new.safetensors", device=args.device).path
            seconds = time.perf_counter() - start
        segmenter = Segmenter.load(model, args.device)
        scores = validate(segmenter, test)
    (values,) = scores.values()
    return {"corrected": count, "seed": seed, "seconds": round(seconds, 1), **values}


def plan_of(args: argparse.Namespace, count: int, seed: int) -> Any:
    """Plan as one click does, with nothing kept aside: the test images are kept aside already."""
    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.retrain import describe, plan_retraining

    pairs = find_pairs(args.train)
    # The first of an order, so that more images are always the fewer ones and others.
    chosen = [pairs[i] for i in np.random.default_rng(seed).permutation(len(pairs))[:count]]
    plan = plan_retraining([describe(pair, "train") for pair in chosen], args.base, name="gain", seed=seed)
    settings = plan.settings if args.epochs is None else replace(plan.settings, epochs=args.epochs)
    whole = tuple(replace(pair, leave_out=None) for pair in plan.training)
    return replace(plan, training=whole, aside=(), how="none", settings=settings)


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the rows as CSV."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def draw(path: Path, rows: list[dict[str, Any]]) -> None:
    """Draw average precision over the number of corrected images: every run a dot, their mean a line."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    before = [row["ap_0.5"] for row in rows if row["corrected"] == 0]
    after = [row for row in rows if row["corrected"] > 0]
    counts = sorted({row["corrected"] for row in after})
    means = [float(np.mean([row["ap_0.5"] for row in after if row["corrected"] == n])) for n in counts]
    figure, axes = plt.subplots(figsize=(5, 3.6), layout="constrained")
    axes.plot(counts, means, "-", color="tab:blue", label="after one click")
    axes.plot(
        [row["corrected"] for row in after], [row["ap_0.5"] for row in after], "o", ms=4, color="tab:blue"
    )
    if before:
        axes.axhline(before[0], color="gray", linestyle="--", label="before")
    axes.set_xscale("log", base=2)
    axes.set_xticks(counts, [str(n) for n in counts])
    axes.set_ylim(0, None)
    axes.set_xlabel("corrected images")
    axes.set_ylabel("average precision at IoU 0.5, other images")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
