"""How good are small models, kind by kind: precision, what measuring the cells costs, and how certain they are.

Usage: python lite_scores.py IMAGES --models cpsam-lite other.safetensors --out scores.json [--each N]

IMAGES is a folder that `lite_data.py` made (val while choosing, aside once in the end); with --each only the first N
images of each kind. Rows that the output file has already are kept, so that a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

THIRD = 4 / 3  # ratio to the true diameter within which a measured one counts as right


def main() -> None:
    """Measure, and print a table for each model."""
    args = options()
    rows: list[dict[str, Any]] = json.loads(args.out.read_text()) if args.out.exists() else []
    for model in args.models:
        rows = measure(args, model, rows)
        print(table(model, [row for row in rows if row["model"] == str(model)]), flush=True)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=Path)
    parser.add_argument("--models", nargs="+", default=["cpsam-lite"])
    parser.add_argument("--out", type=Path, required=True, help="JSON")
    parser.add_argument("--each", type=int, help="images of each kind")
    parser.add_argument("--kinds", nargs="*", help="these only")
    parser.add_argument("--true", action="store_true", help="also with the true diameter")
    return parser.parse_args()


def measure(args: argparse.Namespace, model: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with those of a model on each image added."""
    import torch

    from cpsam_core import Segmenter
    from cpsam_core.data.pairs import find_pairs

    torch.set_num_threads(1)
    segmenter, seen = Segmenter.load(model), Counter[str]()
    known = {(row["model"], row["kind"], row["image"]) for row in rows}
    for pair in find_pairs(args.images):
        seen[pair.set_name] += 1
        too_many = args.each is not None and seen[pair.set_name] > args.each
        unwanted = args.kinds and pair.set_name not in args.kinds
        if too_many or unwanted or (str(model), pair.set_name, pair.image.name) in known:
            continue
        rows.append({"model": str(model), "kind": pair.set_name, **row_of(segmenter, pair, args.true)})
        args.out.write_text(json.dumps(rows, indent=1) + "\n")
    return rows


def row_of(segmenter: Any, pair: Any, true: bool) -> dict[str, Any]:
    """Return the figures of one image."""
    from cpsam_core import Settings
    from cpsam_core.data.examples import mean_diameter, read_annotation
    from cpsam_core.metrics import average_precision
    from cpsam_core.segment.confidence import certainty

    image, labels = pair.read_image(), read_annotation(pair).labels
    size, measured = mean_diameter(labels), segmenter.measure(image)
    found = segmenter.segment(image, Settings(diameter=measured or 30.0))
    row = {
        "image": pair.image.name,
        "diameter": size,
        "measured": measured,
        "certain": certainty(found.output.flows, found.output.logits),
        "ap": float(average_precision(labels, found.labels)[0][0]),
    }
    if true:
        again = segmenter.segment(image, Settings(diameter=size or 30.0))
        row["ap_true"] = float(average_precision(labels, again.labels)[0][0])
    return row


def table(model: str, rows: Sequence[dict[str, Any]]) -> str:
    """Return the figures by kind as a table in Markdown."""
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        kinds[row["kind"]].append(row)
    lines = [
        f"{model}",
        "| kind | images | AP | with the true diameter | diameter within a third | certain |",
        "|---|---|---|---|---|---|",
    ]
    lines += [line_of(kind, kinds[kind]) for kind in sorted(kinds)]
    means = [np.mean([row["ap"] for row in of_kind]) for of_kind in kinds.values()]
    return "\n".join([*lines, f"mean of kinds {np.mean(means) if means else 0:.3f}"])


def line_of(kind: str, rows: Sequence[dict[str, Any]]) -> str:
    """Return one line of the table."""
    right = sum(is_right(row["measured"], row["diameter"]) for row in rows)
    true = [row["ap_true"] for row in rows if "ap_true" in row]
    certain = [row["certain"] for row in rows if row["certain"] is not None]
    return (
        f"| {kind} | {len(rows)} | {np.mean([row['ap'] for row in rows]):.3f} | "
        f"{f'{np.mean(true):.3f}' if true else ''} | {right}/{len(rows)} | "
        f"{f'{np.mean(certain):.2f}' if certain else ''} |"
    )


def is_right(measured: float | None, true: float) -> bool:
    """Whether a measured diameter lies within a third of the true one."""
    return measured is not None and true > 0 and max(measured, true) <= THIRD * min(measured, true)


if __name__ == "__main__":
    main()
