"""`cpsam evaluate`: compare predicted with true masks."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import FAILED, OK, describe, say, tell
from .table import align

if TYPE_CHECKING:
    from cpsam_core.metrics import Scores
    from cpsam_core.pairs import LabelPair, Pairing

SUMMARY = "compare predicted with true masks"

SCORES = """Scores (at an IoU from which objects match):
  AP      average precision, TP / (TP + FP + FN)
  F1      2 TP / (2 TP + FP + FN)
  error   error rate, (FP + FN) / (TP + FN)
  AJI     aggregated Jaccard index
  PQ      panoptic quality

"mean" is the mean over images, as in the Cellpose-SAM paper, images without objects left out; "pooled" takes all
images as one. JSON holds all scores at all thresholds.

Examples:
  cpsam evaluate data/masks results
  cpsam evaluate data results --json > scores.json"""


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = (
        "Compare predicted with true masks, image by image. Files belong together by their names: NAME, NAME_masks, "
        "NAME_cp_masks or NAME_seg.npy on either side, folders searched below too. Images in folders of their own "
        "(sets) are summed up by folder as well. A true file without a prediction, or of another size, is an error: "
        "it is listed, the others are compared, and the exit code is 1."
    )
    parser.epilog = SCORES
    parser.add_argument("true", type=Path, metavar="TRUE_DIR", help="folder of true masks (or one file)")
    parser.add_argument(
        "predicted", type=Path, metavar="PREDICTED_DIR", help="folder of predicted masks (or one file)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of a table")
    parser.add_argument(
        "--thresholds", type=_thresholds, default=(0.5, 0.75, 0.9), metavar="LIST",
        help="IoU from which objects match, with commas (default: 0.5,0.75,0.9)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Compare and say the scores; return the exit code."""
    from cpsam_core.pairs import pair_labels

    pairing = pair_labels(args.true, args.predicted)
    failed = {str(path): "no prediction of that name" for path in pairing.missing}
    scored = _score_all(pairing, args.thresholds, failed)
    if pairing.surplus:
        tell(
            f"{len(pairing.surplus)} predictions have no true masks and are left out, {pairing.surplus[0]} first"
        )
    for name, reason in failed.items():
        tell(f"error: {reason if name in reason else f'{name}: {reason}'}")
    if not scored:
        return FAILED
    say(
        json.dumps(_as_json(scored, failed), indent=2, ensure_ascii=False) if args.json else _as_table(scored)
    )
    if failed:
        tell(f"error: {len(failed)} of {len(failed) + len(scored)} images could not be compared; see above")
    return FAILED if failed else OK


def _thresholds(text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or not all(0 < value <= 1 for value in values):
        raise argparse.ArgumentTypeError(f"IoU are numbers above 0 and at most 1, with commas, not {text!r}")
    return values


def _score_all(
    pairing: Pairing, thresholds: tuple[float, ...], failed: dict[str, str]
) -> list[tuple[LabelPair, Scores]]:
    from tqdm import tqdm

    from cpsam_core.errors import CpsamError
    from cpsam_core.images import check_same_shape, read_labels
    from cpsam_core.metrics import score

    scored = []
    for pair in tqdm(pairing.pairs, unit="image", file=sys.stderr, leave=False, disable=None):
        try:
            true, predicted = read_labels(pair.true), read_labels(pair.predicted)
            check_same_shape(true, predicted, f"{pair.predicted}: the predicted")
            scored.append((pair, score(true, predicted, thresholds)))
        except (CpsamError, OSError, MemoryError) as error:
            failed[str(pair.true)] = describe(error)
    return scored


def image_scores(scores: Scores) -> dict[str, Any]:
    """Return counts and scores as plain values; lists run over the thresholds."""
    return {
        "true_objects": scores.true_objects,
        "predicted_objects": scores.predicted_objects,
        "average_precision": scores.average_precision.tolist(),
        "f1": scores.f1.tolist(),
        "error_rate": scores.error_rate.tolist(),
        "aggregated_jaccard": scores.aggregated_jaccard,
        "panoptic_quality": scores.panoptic_quality,
    }


def mean_scores(all_scores: Sequence[Scores]) -> dict[str, Any]:
    """Return the mean over images of each score, images where it is not defined left out; counts are summed."""
    rows = [image_scores(scores) for scores in all_scores]
    mean: dict[str, Any] = {}
    for name, value in rows[0].items():
        column = [row[name] for row in rows]
        if isinstance(value, int):
            mean[name] = sum(column)
        elif isinstance(value, list):
            mean[name] = [_mean(part) for part in zip(*column, strict=True)]
        else:
            mean[name] = _mean(column)
    return mean


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _sets(scored: list[tuple[LabelPair, Scores]]) -> dict[str, list[Scores]]:
    """Return the scores of each set, where there are several."""
    sets: dict[str, list[Scores]] = {}
    for pair, scores in scored:
        sets.setdefault(pair.set_name, []).append(scores)
    return sets if len(sets) > 1 else {}


def _as_json(scored: list[tuple[LabelPair, Scores]], failed: dict[str, str]) -> dict[str, Any]:
    from cpsam_core.metrics import pooled

    def summary(scores: list[Scores]) -> dict[str, Any]:
        return {"images": len(scores), "mean": mean_scores(scores), "pooled": image_scores(pooled(scores))}

    result = {
        "thresholds": scored[0][1].thresholds.tolist(),
        "images": [
            {
                "name": pair.name,
                "set": pair.set_name,
                "true": str(pair.true),
                "predicted": str(pair.predicted),
            }
            | image_scores(scores)
            for pair, scores in scored
        ],
        "sets": {name: summary(scores) for name, scores in _sets(scored).items()},
        "all": summary([scores for _, scores in scored]),
        "failed": failed,
    }
    plain: dict[str, Any] = _without_nan(result)
    return plain


def _without_nan(value: Any) -> Any:
    """Put null, which JSON has, in the place of NaN, which it has not."""
    if isinstance(value, dict):
        return {key: _without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_nan(entry) for entry in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _as_table(scored: list[tuple[LabelPair, Scores]]) -> str:
    from cpsam_core.metrics import pooled

    thresholds = scored[0][1].thresholds
    first = f"{thresholds[0]:g}"
    precisions = [f"AP@{limit:g}" for limit in thresholds]
    heading = ["IMAGE", "TRUE", "FOUND", *precisions, f"F1@{first}", f"ERROR@{first}", "AJI", "PQ"]
    rows = [
        _row("/".join(filter(None, (pair.set_name, pair.name))), image_scores(scores))
        for pair, scores in scored
    ]
    sums = [(name or "(no folder)", scores) for name, scores in _sets(scored).items()]
    for name, scores in [*sums, ("all", [scores for _, scores in scored])]:
        rows.append([""] * len(heading))
        rows.append(_row(f"{name}, mean of {len(scores)}", mean_scores(scores)))
        rows.append(_row(f"{name}, pooled", image_scores(pooled(scores))))
    return align([heading, *rows], right=range(1, len(heading)))


def _row(name: str, values: dict[str, Any]) -> list[str]:
    numbers = [
        *values["average_precision"], values["f1"][0], values["error_rate"][0], values["aggregated_jaccard"],
        values["panoptic_quality"],
    ]  # fmt: skip
    shown = ["-" if math.isnan(number) else f"{number:.3f}" for number in numbers]
    return [name, str(values["true_objects"]), str(values["predicted_objects"]), *shown]
