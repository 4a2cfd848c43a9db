"""How good is a model? Segment annotated images and score them, set by set, as a model card reports it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.examples import Annotation, counted_objects, read_annotation
from cpsam_core.data.image_input import Diameter, ImageInput
from cpsam_core.data.pairs import Pair
from cpsam_core.images import check_same_shape
from cpsam_core.labels.classes import classes_of_objects
from cpsam_core.metrics import average_precision, score_classes
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.segmenter import Segmentation, Segmenter
from cpsam_core.segment.settings import Settings

if TYPE_CHECKING:
    from cpsam_core.network.vit import FlowVit

THRESHOLDS = (0.5, 0.75, 0.9)

Row = dict[str, float]


def validate(
    segmenter: Segmenter,
    pairs: Sequence[Pair],
    settings: Settings | None = None,
    progress: Progress = silent,
    class_names: Sequence[str] = (),
) -> dict[str, Row]:
    """Return for each set the number of images and the mean over images of the average precision.

    Parameters
    ----------
    segmenter : Segmenter
        The model.
    pairs : sequence of Pair
        Images with true masks, from `pairs.find_pairs`; where only parts of one are complete, those count.
    settings : Settings, optional
        How to segment beside what each image's project says; the defaults, unless given.
    progress : Progress
        Called after each image.
    class_names : sequence of str
        Names of the classes, background first, for networks that have class maps.

    Returns
    -------
    dict
        By set: ``{"images": 30.0, "ap_0.5": ..., "ap_0.75": ..., "ap_0.9": ...}``. With classes also
        ``class_ap_0.5`` and ``class_error_0.5``, the mean over images of the mean over classes, and
        ``ap_0.5 NAME`` for each class.

    Notes
    -----
    Paper, "Quantification of segmentation quality": AP = TP / (TP + FP + FN) per image, and per class of an image;
    a class without true objects in an image does not count there.
    """
    rows: dict[str, list[Row]] = {}
    for number, pair in enumerate(pairs, 1):
        image, annotation = pair.read_image(), read_annotation(pair)
        check_same_shape(image, annotation.labels)
        found = segmenter.segment(image, settings_for(pair.shown, settings))
        rows.setdefault(pair.set_name, []).append(_row(annotation, found, class_names))
        progress(number, len(pairs), pair.set_name)
    return {name: _means(of_set) for name, of_set in rows.items()}


def precision_on(
    pairs: Sequence[Pair],
    name: str,
    diameter: Diameter,
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
) -> Callable[[FlowVit], float]:
    """Return what measures a network while it is trained: the mean average precision at IoU 0.5 over images.

    Parameters
    ----------
    pairs
        Images with true masks. Those of sets without any object do not count; the mean is NaN where no others are.
    name, diameter
        Of the model that the network becomes, see `ModelCard.diameter`.
    device, precision
        As in `Segmenter.load`.
    progress
        Called after each image; may raise Cancelled.
    """
    from cpsam_core.network.devices import choose_device, choose_precision
    from cpsam_core.network.network import Network

    chosen = choose_device(device)
    reduced = choose_precision(chosen, precision)

    def score(model: FlowVit) -> float:
        network = Network(model, model.config, chosen, reduced, name, diameter)
        rows = validate(Segmenter(network), pairs, progress=progress).values()
        known = [(row["images"], row["ap_0.5"]) for row in rows if not math.isnan(row["ap_0.5"])]
        total = sum(images for images, _ in known)
        return sum(images * value for images, value in known) / total if total else math.nan

    return score


def settings_for(seen: ImageInput, settings: Settings | None = None) -> Settings:
    """Return the settings of a run on an image that is seen like this."""
    base = settings or Settings()
    return replace(
        base,
        channels=seen.channels if seen.channels is not None else base.channels,
        normalize=seen.normalize if seen.normalize != NormalizeSettings() else base.normalize,
        diameter=seen.diameter if seen.diameter is not None else base.diameter,
    )


def _row(annotation: Annotation, found: Segmentation, class_names: Sequence[str]) -> Row:
    """Return the scores of one image by name."""
    true = counted_objects(annotation.labels, annotation.complete)
    labels = counted_objects(found.labels.reshape(true.shape), annotation.complete)
    precision = average_precision(true, labels, THRESHOLDS)[0]
    row = {f"ap_{limit}": float(value) for limit, value in zip(THRESHOLDS, precision, strict=True)}
    if found.classes is not None and annotation.classes is not None:
        kinds = dict(enumerate(found.classes.tolist(), 1))
        row |= class_scores(true, labels, annotation.classes, kinds, class_names)
    return row


def class_scores(
    true: NDArray[np.uint32],
    predicted: NDArray[np.uint32],
    true_map: NDArray[np.uint8],
    predicted_classes: Mapping[int, int],
    class_names: Sequence[str] = (),
) -> Row:
    """Return the scores of the classes of one image by name, at IoU 0.5.

    Parameters
    ----------
    true, predicted : (y, x) uint32
        Objects.
    true_map : (y, x) uint8
        True class of each pixel.
    predicted_classes : mapping of int to int
        Class of each predicted object.
    class_names : sequence of str
        Names of the classes, background first; a class without one goes by its number.
    """
    shown = set(np.unique(predicted).tolist())
    kinds = {number: kind for number, kind in predicted_classes.items() if number in shown}
    scores = score_classes(true, predicted, classes_of_objects(true, true_map), kinds, (0.5,))
    counted = {kind: one for kind, one in scores.items() if one.true_objects}
    row = {
        f"ap_0.5 {class_name(kind, class_names)}": float(one.average_precision[0])
        for kind, one in counted.items()
    }
    if counted:
        row["class_ap_0.5"] = float(np.mean([one.average_precision[0] for one in counted.values()]))
        row["class_error_0.5"] = float(np.mean([one.error_rate[0] for one in counted.values()]))
    return row


def class_name(kind: int, names: Sequence[str]) -> str:
    """Return the name of a class."""
    return names[kind] if kind < len(names) else f"class {kind}"


def _means(rows: Sequence[Row]) -> Row:
    """Return the number of images and the mean of each score over the images that have it (not NaN)."""
    names = sorted({name for row in rows for name in row}, key=lambda name: (" " in name, name))
    means = {}
    for name in names:
        values = [row[name] for row in rows if not math.isnan(row.get(name, math.nan))]
        means[name] = round(sum(values) / len(values), 4) if values else math.nan
    return {"images": float(len(rows)), **means}
