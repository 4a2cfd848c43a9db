"""Scores of each class for `cpsam evaluate`, where both sides know the classes of their objects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpsam_core.cli.table import align

if TYPE_CHECKING:
    from cpsam_core.measure import ObjectFacts
    from cpsam_core.metrics import Scores

ClassScores = dict[str, "Scores"]


def class_scores(
    files: Sequence[Path],
    masks: Sequence[Any],
    facts: Sequence[ObjectFacts],
    thresholds: Sequence[float],
) -> ClassScores:
    """Return the scores of each class by name; none where one of the two sides has no classes.

    Parameters
    ----------
    files
        True and predicted label file.
    masks
        Their labels.
    facts
        What the files themselves know of their objects.
    thresholds
        IoU from which objects match.

    Raises
    ------
    ImageError
        A map of classes beside a file cannot be read or has another size.
    """
    from cpsam_core.metrics import score_classes

    true, predicted = (_classes(*side) for side in zip(files, masks, facts, strict=True))
    if not true or not predicted:
        return {}
    names = {**_names(facts[1]), **_names(facts[0])}
    scores = score_classes(masks[0], masks[1], true, predicted, tuple(thresholds))
    return {names.get(kind) or f"class {kind}": one for kind, one in scores.items()}


def class_summary(images: Sequence[Mapping[str, Scores]]) -> dict[str, Any]:
    """Return the mean over images of the scores of each class, and their mean over classes, as the paper has it.

    A class counts in the images that have true objects of it.
    """
    names = sorted({name for image in images for name in image})
    rows: dict[str, Any] = {}
    for name in names:
        counted = [image[name] for image in images if name in image and image[name].true_objects]
        rows[name] = {
            "images": len(counted),
            "true_objects": sum(one.true_objects for one in counted),
            "average_precision": _mean([float(one.average_precision[0]) for one in counted]),
            "error_rate": _mean([float(one.error_rate[0]) for one in counted]),
            "f1": _mean([float(one.f1[0]) for one in counted]),
        }
    over = [_of_image(image) for image in images]
    mean = {
        score: _mean([one[score] for one in over if score in one])
        for score in ("average_precision", "error_rate")
    }
    return {"classes": rows, "mean": mean}


def class_table(images: Sequence[Mapping[str, Scores]], threshold: float) -> str:
    """Return a table of the classes; empty without classes."""
    summary = class_summary(images)
    if not summary["classes"]:
        return ""
    heading = ["CLASS", "IMAGES", "TRUE", f"AP@{threshold:g}", f"F1@{threshold:g}", f"ERROR@{threshold:g}"]
    rows = [
        [
            name,
            str(row["images"]),
            str(row["true_objects"]),
            *(_shown(row[score]) for score in ("average_precision", "f1", "error_rate")),
        ]
        for name, row in summary["classes"].items()
    ]
    mean = summary["mean"]
    rows.append(["mean", "", "", _shown(mean["average_precision"]), "", _shown(mean["error_rate"])])
    return align([heading, *rows], right=range(1, len(heading)))


def _of_image(image: Mapping[str, Scores]) -> dict[str, float]:
    counted = [one for one in image.values() if one.true_objects]
    if not counted:
        return {}
    return {
        "average_precision": _mean([float(one.average_precision[0]) for one in counted]),
        "error_rate": _mean([float(one.error_rate[0]) for one in counted]),
    }


def _classes(path: Path, labels: Any, facts: ObjectFacts) -> dict[int, int]:
    """Return the class of each object by id, from a map of classes beside the file or from the file itself."""
    import numpy as np

    from cpsam_core.data.label_folders import class_map_beside
    from cpsam_core.images import check_same_shape, read_labels
    from cpsam_core.labels.classes import classes_of_objects

    beside = class_map_beside(path)
    if beside is not None:
        kinds = read_labels(beside)
        check_same_shape(labels, kinds, f"The map of classes {beside}")
        return classes_of_objects(labels, np.minimum(kinds, 255).astype(np.uint8))
    if facts.classes is None:
        return {}
    pairs = zip(np.asarray(facts.ids).tolist(), facts.classes, strict=True)
    return {number: int(kind) for number, kind in pairs if isinstance(kind, int | np.integer) and kind > 0}


def _names(facts: ObjectFacts) -> dict[int, str]:
    return dict(facts.class_names or {})


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _shown(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:.3f}"
