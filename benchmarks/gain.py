"""What correcting a few images brings, and what it costs elsewhere: one click on real images, as a table and a picture.

The model is retrained on 1, 2, 4, 8 corrected images of a kind with what one click does, and scored on others of that
kind (the shape of the paper's figure 4) and on the images that come with the program, which tell what was forgotten.

Usage: python gain.py --kinds DIR... --out gain.json [--base cpsam-lite] [--seeds 3] [--picture gain.png]

Each DIR holds `images` and `masks` of one kind. The rows already in the output file are kept, so that a run goes on
where it was stopped. Kinds by which defaults were chosen are no kinds to report.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

COUNTS = (1, 2, 4, 8)
MOST_TESTED = 6  # images of a kind to score on; the same for every count and seed
TESTED_SIDE = 384  # pixels of the middle of each that is scored on: large images would take most of the time


def main() -> None:
    """Measure and draw as the options say."""
    args = options()
    rows: list[dict[str, Any]] = json.loads(args.out.read_text()) if args.out.exists() else []
    done = {(row["kind"], row["corrected"], row["seed"], row["replay"]) for row in rows}
    usual = replay_of(args)
    wanted = [(count, seed) for seed in range(args.seeds) for count in args.counts]
    for count, seed in [(0, 0), *wanted]:
        for kind in args.kinds:
            replay = 0.0 if count == 0 else usual
            if (kind.name, count, seed, replay) in done:
                continue
            row = measure(args, kind, count, seed, replay)
            if row is None:
                continue
            print(json.dumps(row), flush=True)
            rows = sorted([*rows, row], key=lambda one: (one["kind"], one["corrected"], one["seed"]))
            args.out.write_text(json.dumps(rows, indent=1) + "\n")
    write_table(args.out.with_suffix(".csv"), rows)
    if args.picture is not None:
        draw(args.picture, rows)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = common_options(__doc__)
    parser.add_argument(
        "--kinds", type=Path, nargs="+", required=True, help="a folder for each kind of image"
    )
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="numbers of corrected images")
    parser.add_argument(
        "--forgetting",
        type=Path,
        help="folder of folders like DIR, to see what the base and the model of the largest count do there",
    )
    return parser.parse_args()


def common_options(description: str | None, *, out_needed: bool = True) -> argparse.ArgumentParser:
    """Return a parser of what is chosen for images and for planes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="cpsam-lite", help="model to start from")
    parser.add_argument(
        "--out", type=Path, required=out_needed, help="JSON or CSV; the other of the same name lies beside it"
    )
    parser.add_argument("--picture", type=Path, help="PNG of the curves")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="fewer than one click takes, as in a shorter time")
    parser.add_argument("--rate", type=float, help="learning rate, other than one click takes")
    parser.add_argument("--schedule", help="how the rate falls, other than one click has it")
    parser.add_argument("--replay", type=float, help="share of replayed crops, other than one click takes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device")
    return parser


def replay_of(args: argparse.Namespace) -> float:
    """Return the share of replayed crops."""
    from cpsam_core.retrain.defaults import default_settings

    usual = default_settings(args.base).replay or 0.0
    return usual if args.replay is None else float(args.replay)


def measure(
    args: argparse.Namespace, kind: Path, count: int, seed: int, replay: float
) -> dict[str, Any] | None:
    """Retrain on `count` images drawn by `seed`, and score; without images, score the base itself.

    None where the kind has fewer images.
    """
    train, test = parts(kind)
    if count > len(train):
        return None
    segmenter, seconds = retrained(args, train, count, seed, replay)
    there = elsewhere_pairs(args.forgetting) if count in (0, max(args.counts)) else []
    with tempfile.TemporaryDirectory() as folder:
        here = scores(segmenter, middles(test, Path(folder) / kind.name))
    return {
        "kind": kind.name,
        "corrected": count,
        "seed": seed,
        "replay": replay,
        "processor_seconds": round(seconds, 1),
        **here,
        **{f"elsewhere {name}": row["ap_0.5"] for name, row in by_set(segmenter, there)},
    }


def retrained(
    args: argparse.Namespace, train: list[Any], count: int, seed: int, replay: float
) -> tuple[Any, float]:
    """Return a model that learnt from `count` of the images, and the seconds of the processor that it took."""
    import torch

    from cpsam_core.retrain import retrain
    from cpsam_core.segment.segmenter import Segmenter

    torch.set_num_threads(args.threads)
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder:
        model: Path | str = args.base
        if count:
            start = time.process_time()
            plan = plan_of(args, train, count, seed, replay)
            model = retrain(plan, Path(folder) / "new.safetensors", device=args.device).path
            seconds = time.process_time() - start
        return Segmenter.load(model, args.device), seconds


def scores(segmenter: Any, test: list[Any]) -> dict[str, float]:
    """Return the scores on images of one set."""
    ((_, here),) = by_set(segmenter, test)
    return here


def by_set(segmenter: Any, test: Any) -> list[tuple[str, dict[str, float]]]:
    """Return the scores on images by their set."""
    from cpsam_core.retrain.validate import validate

    return list(validate(segmenter, test).items())


def parts(kind: Path) -> tuple[list[Any], list[Any]]:
    """Return the images of a kind to learn from, and those to score on: the same whatever is measured."""
    from cpsam_core.data.pairs import find_pairs

    pairs = sorted(find_pairs(kind), key=lambda one: hashlib.sha256(one.image.name.encode()).hexdigest())
    tested = min(MOST_TESTED, len(pairs) // 2)
    return pairs[tested:], pairs[:tested]


def middles(pairs: list[Any], folder: Path) -> list[Any]:
    """Write the middle of each image with its masks, and return those."""
    from cpsam_core.data.examples import read_annotation
    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.images import write_labels, write_tiff

    folder.mkdir()
    for pair in pairs:
        pixels, labels = pair.read_image().pixels[0], read_annotation(pair).labels
        middle = tuple(
            slice(start := max(0, (n - TESTED_SIDE) // 2), start + TESTED_SIDE) for n in labels.shape
        )
        write_tiff(folder / f"{pair.image.stem}.tif", pixels[middle], "YXC")
        write_labels(folder / f"{pair.image.stem}_masks.tif", labels[middle])
    return find_pairs(folder)


def elsewhere_pairs(folder: Path | None) -> list[Any]:
    """Return images of other kinds, each in the size of its cells: what is measured is forgetting, not sizes."""
    from cpsam_core.retrain.elsewhere import in_its_size

    kinds = [] if folder is None else sorted(one for one in folder.iterdir() if one.is_dir())
    pairs = [replace(pair, set_name=kind.name) for kind in kinds for pair in parts(kind)[1]]
    return [in_its_size(pair) for pair in pairs]


def plan_of(args: argparse.Namespace, train: list[Any], count: int, seed: int, replay: float) -> Any:
    """Plan as one click does, with nothing kept aside: the test images are kept aside already."""
    from cpsam_core.retrain import describe, plan_retraining
    from cpsam_core.retrain.budget import shortened

    # The first of an order, so that more images are always the fewer ones and others.
    chosen = [train[i] for i in np.random.default_rng(seed).permutation(len(train))[:count]]
    plan = plan_retraining([describe(pair, "train") for pair in chosen], args.base, name="gain", seed=seed)
    settings = replace(plan.settings, replay=replay)
    if args.epochs is not None:
        settings = shortened(settings, args.epochs)
    if args.rate is not None:
        settings = replace(settings, learning_rate=args.rate)
    if args.schedule is not None:
        settings = replace(settings, schedule=args.schedule)
    whole = tuple(replace(pair, leave_out=None) for pair in plan.training)
    return replace(plan, training=whole, aside=(), how="none", settings=settings)


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the rows as CSV."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def draw(path: Path, rows: list[dict[str, Any]], what: str = "images") -> None:
    """Draw average precision over the number of corrected images: every run a dot, the mean of a kind a line."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 3.6), layout="constrained")
    counts = sorted({row["corrected"] for row in rows})
    for number, kind in enumerate(sorted({row["kind"] for row in rows})):
        own = [row for row in rows if row["kind"] == kind]
        here = [n for n in counts if any(row["corrected"] == n for row in own)]
        means = [float(np.mean([row["ap_0.5"] for row in own if row["corrected"] == n])) for n in here]
        colour = f"C{number}"
        axes.plot([counts.index(n) for n in here], means, "-", color=colour, label=kind.replace("_", " "))
        places = [counts.index(row["corrected"]) for row in own]
        axes.plot(places, [row["ap_0.5"] for row in own], "o", ms=4, color=colour)
    axes.set_xticks(range(len(counts)), [str(n) for n in counts])
    axes.set_ylim(0, None)
    axes.set_xlabel(f"corrected {what}")
    axes.set_ylabel(f"average precision at IoU 0.5, other {what}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
