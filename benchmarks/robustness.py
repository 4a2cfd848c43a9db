"""What noise, blur, coarse pixels, sizes and channel orders cost models, as curves: the paper's figure 3.

Usage: python robustness.py IMAGES --models cpsam-lite cpsam_v2 --out robustness.json [--picture robustness.png]
                            [--each N] [--diameter auto]

IMAGES is a folder of images with masks, as for `cpsam train`; with --each only the first N of each folder in it. The
models already in the output file are kept, so that a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any

HEADINGS = {
    "channel order": "channel order",
    "size": "size of the cells",
    "noise": "noise (photons of white)",
    "blur": "blur (standard deviation)",
    "pixel size": "pixel size (cells of 30 px)",
    "anisotropic": "anisotropic downsampling (cells of 30 px)",
}


def main() -> None:
    """Measure and draw as the options say."""
    args = options()
    results: dict[str, list[dict[str, Any]]] = json.loads(args.out.read_text()) if args.out.exists() else {}
    for model in args.models:
        if model not in results:
            results[model] = measure(args, model)
            args.out.write_text(json.dumps(results, indent=1) + "\n")
    if args.picture is not None:
        draw(args.picture, results)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=Path)
    parser.add_argument("--models", nargs="+", default=["cpsam-lite"])
    parser.add_argument("--out", type=Path, required=True, help="JSON")
    parser.add_argument("--picture", type=Path, help="PNG of the curves")
    parser.add_argument("--each", type=int, help="images of each folder")
    parser.add_argument("--diameter", default=None, help="other than the model wants")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def measure(args: argparse.Namespace, model: str) -> list[dict[str, Any]]:
    """Return the scores of one model under every condition."""
    import torch

    from cpsam_core.cli.options import diameter
    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.retrain.robustness import measure_robustness
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.segment.settings import Settings

    torch.set_num_threads(args.threads)
    seen: Counter[str] = Counter()
    pairs = []
    for pair in find_pairs(args.images):
        seen[pair.set_name] += 1
        if args.each is None or seen[pair.set_name] <= args.each:
            pairs.append(pair)
    wanted: Any = None if args.diameter is None else diameter(args.diameter)
    rows = measure_robustness(Segmenter.load(model), pairs, Settings(diameter=wanted))
    for row in rows:
        print(f"{model:20} {row.change:14} {row.degree:12} {row.ap_50:.3f} {row.ap_75:.3f}", flush=True)
    return [dataclasses.asdict(row) for row in rows]


def draw(path: Path, results: dict[str, list[dict[str, Any]]]) -> None:
    """Draw a panel for each change and a line for each model; the image as it is stands at the left where it fits."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(2, 3, figsize=(10, 5.6), layout="constrained", sharey=True)
    for panel, (change, heading) in zip(panels.flat, HEADINGS.items(), strict=True):
        for model, rows in results.items():
            points = [] if change == "size" else [("as it is", rows[0]["ap_50"])]
            points += [(row["degree"], row["ap_50"]) for row in rows if row["change"] == change]
            panel.plot([name for name, _ in points], [score for _, score in points], "o-", ms=4, label=model)
        panel.set_title(heading, fontsize=10)
        panel.tick_params(labelsize=8)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0, 0].set_ylim(0, 1)
    panels[0, 0].legend(frameon=False)
    figure.supylabel("average precision at IoU 0.5", fontsize=10)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
