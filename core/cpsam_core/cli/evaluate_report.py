"""What `cpsam evaluate` says: a table for people, JSON for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cpsam_core.cli.evaluate_classes import ClassScores, class_summary, class_table
from cpsam_core.cli.table import align

if TYPE_CHECKING:
    from cpsam_core.data.label_folders import LabelPair
    from cpsam_core.metrics import Scores
    from cpsam_core.metrics.agreement import Agreement

CHANGES = ("lost", "gained", "split", "merged")


@dataclass(frozen=True)
class ScoredImage:
    """What was found for one image: scores, how many objects were matched, lost, ..., and the scores of classes."""

    pair: LabelPair
    scores: Scores
    counts: dict[str, int]
    classes: ClassScores = field(default_factory=dict)


def image_scores(scores: Scores) -> dict[str, Any]:
    """Return counts and scores as plain values; lists run over the thresholds."""
    return {
        "true_objects": scores.true_objects,
        "predicted_objects": scores.predicted_objects,
        "average_precision": scores.average_precision.tolist(),
        "f1": scores.f1.tolist(),
        "error_rate": scores.error_rate.tolist(),
        "precision": scores.precision.tolist(),
        "recall": scores.recall.tolist(),
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


def as_json(
    scored: Sequence[ScoredImage], failed: dict[str, str], people: Agreement | None
) -> dict[str, Any]:
    """Return everything as plain values, NaN as None, which JSON has."""
    from cpsam_core.metrics import pooled

    def summary(some: Sequence[ScoredImage]) -> dict[str, Any]:
        scores, counts = [one.scores for one in some], _total(some)
        return {
            "images": len(some),
            "mean": mean_scores(scores) | counts,
            "pooled": image_scores(pooled(scores)) | counts,
        }

    result = {
        "thresholds": scored[0].scores.thresholds.tolist(),
        "images": [
            {
                "name": one.pair.name,
                "set": one.pair.set_name,
                "true": str(one.pair.true),
                "predicted": str(one.pair.predicted),
            }
            | image_scores(one.scores)
            | one.counts
            for one in scored
        ],
        "sets": {name: summary(some) for name, some in _sets(scored).items()},
        "all": summary(scored),
        "failed": failed,
    }
    if any(one.classes for one in scored):
        result["by_class"] = class_summary([one.classes for one in scored])
    if people is not None:
        result["agreement"] = _agreement_values(people)
    plain: dict[str, Any] = _without_nan(result)
    return plain


def as_table(scored: Sequence[ScoredImage], people: Agreement | None) -> str:
    """Return lines with aligned columns: images, sets, all, and the agreement below."""
    from cpsam_core.metrics import pooled

    thresholds = scored[0].scores.thresholds
    first = f"{thresholds[0]:g}"
    precisions = [f"AP@{limit:g}" for limit in thresholds]
    heading = [
        "IMAGE",
        "TRUE",
        "FOUND",
        *precisions,
        f"F1@{first}",
        f"ERROR@{first}",
        "AJI",
        "PQ",
        *(name.upper() for name in CHANGES),
    ]
    rows = [
        _row(
            "/".join(filter(None, (one.pair.set_name, one.pair.name))), image_scores(one.scores) | one.counts
        )
        for one in scored
    ]
    sums = [(name or "(no folder)", some) for name, some in _sets(scored).items()]
    for name, some in [*sums, ("all", list(scored))]:
        scores, counts = [one.scores for one in some], _total(some)
        rows.append([""] * len(heading))
        rows.append(_row(f"{name}, mean of {len(some)}", mean_scores(scores) | counts))
        rows.append(_row(f"{name}, pooled", image_scores(pooled(scores)) | counts))
    table = align([heading, *rows], right=range(1, len(heading)))
    if kinds := class_table([one.classes for one in scored], float(thresholds[0])):
        table = f"{table}\n\n{kinds}"
    return table if people is None else f"{table}\n\n{_agreement_table(people)}"


def _row(name: str, values: dict[str, Any]) -> list[str]:
    numbers = [
        *values["average_precision"],
        values["f1"][0],
        values["error_rate"][0],
        values["aggregated_jaccard"],
        values["panoptic_quality"],
    ]
    counts = [str(values[name]) for name in CHANGES]
    return [
        name,
        str(values["true_objects"]),
        str(values["predicted_objects"]),
        *map(_shown, numbers),
        *counts,
    ]


def _shown(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:.3f}"


def _total(scored: Sequence[ScoredImage]) -> dict[str, int]:
    return {name: sum(one.counts[name] for one in scored) for name in scored[0].counts}


def _sets(scored: Sequence[ScoredImage]) -> dict[str, list[ScoredImage]]:
    """Return the images of each set, where there are several."""
    sets: dict[str, list[ScoredImage]] = {}
    for one in scored:
        sets.setdefault(one.pair.set_name, []).append(one)
    return sets if len(sets) > 1 else {}


def _agreement_values(people: Agreement) -> dict[str, Any]:
    return {
        "annotators": list(people.names),
        "images": people.images,
        "threshold": people.threshold,
        "error_rates": people.error_rates.tolist(),
        "f1": people.f1.tolist(),
        "average_precision": people.average_precision.tolist(),
        "mean_error_rate": people.mean_error_rate,
        "mean_f1": people.mean_f1,
        "mean_average_precision": people.mean_average_precision,
        "consensus_error_rate": people.consensus_error_rate,
    }


def _agreement_table(people: Agreement) -> str:
    limit = f"{people.threshold:g}"
    heading = [f"ERROR@{limit}, TRUTH:", *people.names]
    rows = [
        [name, *("" if i == j else _shown(rate) for j, rate in enumerate(rates))]
        for i, (name, rates) in enumerate(zip(people.names, people.error_rates.tolist(), strict=True))
    ]
    table = align([heading, *rows], right=range(1, len(heading)))
    images = f"{people.images} image{'s' if people.images > 1 else ''}"
    return (
        f"{table}\n\nagreement, mean of {images}: error rate {_shown(people.mean_error_rate)}, "
        f"F1 {_shown(people.mean_f1)}, AP {_shown(people.mean_average_precision)}; "
        f"estimate for a human consensus: error rate {_shown(people.consensus_error_rate)}"
    )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _without_nan(value: Any) -> Any:
    """Put null, which JSON has, in the place of NaN, which it has not."""
    if isinstance(value, dict):
        return {key: _without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_nan(entry) for entry in value]
    return None if isinstance(value, float) and math.isnan(value) else value
