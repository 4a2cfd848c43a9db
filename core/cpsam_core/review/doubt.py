"""Which objects are most likely wrong, and why: the order of a review, from facts that cost nothing more to have.

Each reason gives a number from 0 (none) to 1 (strong). They are put together as independent signs of an error: the
doubt is 1 minus the product of what each leaves over, so that one strong reason is enough and several weak ones add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError
from cpsam_core.measure import ObjectMeasurements

__all__ = ["DOUBTFUL", "Doubt", "DoubtSettings", "ImageDoubt", "image_doubt", "object_doubt", "review_order"]

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

DOUBTFUL = 0.4
"""Doubt from which on an object is called doubtful: about what a flow error of 0.32 raises by itself."""
# A reason from this on is put into words.
SPOKEN = 0.2
# Quantile of the objects' doubt that stands for the worst of an image.
UPPER = 0.9
# Median absolute deviation of a normal distribution to its standard deviation.
MAD = 1.4826


@dataclass(frozen=True)
class DoubtSettings:
    """From where to where each fact raises doubt, and the doubt that it raises at most (0 leaves it out).

    Attributes
    ----------
    flow_error : (float, float)
        No doubt up to the first, full doubt from the second on; 0.4 is where objects are rejected by default.
    probability : (float, float)
        Full doubt up to the first, none from the second on; mean over the object, 0 to 1.
    outlier : (float, float)
        Robust z (median, median absolute deviation) of size and shape against the other objects.
    agreement : (float, float)
        Full doubt up to the first IoU with a second set of masks, none from the second on.
    steps : (float, float)
        Of a body, largest step of its area from plane to plane, in those of an ellipsoid (`labels.plane_steps`).
    fewest : int
        Objects that are needed before size and shape of one can be called unusual.
    weights : mapping of str to float
        For each of ``flow_error``, ``probability``, ``size``, ``solidity``, ``length``, ``border``, ``agreement``,
        ``pieces``, ``steps``; those not named are `WEIGHTS`.
    """

    flow_error: tuple[float, float] = (0.1, 0.6)
    probability: tuple[float, float] = (0.5, 0.85)
    outlier: tuple[float, float] = (1.5, 5.0)
    agreement: tuple[float, float] = (0.3, 0.85)
    steps: tuple[float, float] = (1.5, 4.0)
    fewest: int = 8
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = dict(self.weights)
        unknown = set(given) - set(WEIGHTS)
        if unknown:
            raise SettingsError(
                f"There are weights of {', '.join(WEIGHTS)}, not of {', '.join(sorted(unknown))}."
            )
        if not all(0 <= value <= 1 for value in given.values()):
            raise SettingsError("Weights of doubt are from 0 to 1.")
        for name in ("flow_error", "probability", "outlier", "agreement", "steps"):
            low, high = getattr(self, name)
            if not low < high:
                raise SettingsError(f"{name} is two numbers that rise, not {low:g} and {high:g}.")
        object.__setattr__(self, "weights", WEIGHTS | given)


WEIGHTS: dict[str, float] = {
    "flow_error": 0.9,
    "probability": 0.8,
    "size": 0.7,
    "solidity": 0.6,
    "length": 0.4,
    "border": 0.15,
    "agreement": 0.9,
    "pieces": 0.8,
    "steps": 0.6,
}


@dataclass(frozen=True, eq=False)
class Doubt:
    """How doubtful each object is.

    Attributes
    ----------
    ids : (n,) uint32
        As in the table that it was made from.
    scores : (n,) float64
        From 0, nothing speaks against it, to 1.
    parts : dict of str to (n,) float64
        What each reason adds, 0 to 1, by the names of `DoubtSettings.weights`.
    facts : dict of str to (n,) float64
        The numbers behind the reasons: flow error, probability, robust z, IoU; NaN where unknown.
    """

    ids: NDArray[np.uint32]
    scores: Floats
    parts: dict[str, Floats]
    facts: dict[str, Floats]

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.ids)

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Places of the objects, the most doubtful first; those of equal doubt by their id."""
        return np.argsort(-self.scores, kind="stable")

    def reasons(self, place: int) -> tuple[str, ...]:
        """Return in short words what speaks against the object at a place, the strongest reason first."""
        strong = sorted(
            (-float(part[place]), name) for name, part in self.parts.items() if part[place] >= SPOKEN
        )
        weak = (
            []
            if strong or not len(self)
            else [(0.0, name) for name in ("border",) if self.parts[name][place] > 0]
        )
        return tuple(_words(name, float(self.facts[name][place])) for _, name in [*strong, *weak])


@dataclass(frozen=True)
class ImageDoubt:
    """How doubtful the masks of an image are, to choose which image to look at next.

    Attributes
    ----------
    score : float
        From 0 to 1; the largest first.
    mean, upper : float
        Mean doubt of its objects, and the doubt that one in ten of them reaches.
    objects : int
        How many objects there are.
    missed : int
        Places where the model saw cells and no object is (see `coverage`).
    """

    score: float
    mean: float
    upper: float
    objects: int
    missed: int


def object_doubt(
    table: ObjectMeasurements | Columns,
    agreement: Sequence[float] | NDArray[np.floating[Any]] | None = None,
    settings: DoubtSettings | None = None,
) -> Doubt:
    """Return how doubtful each object of an image is.

    Parameters
    ----------
    table : ObjectMeasurements or mapping of str to (n,) array
        ``id`` is needed; ``flow_error``, ``probability``, ``area`` (or ``volume``), ``solidity``, ``eccentricity``,
        ``touches_border``, ``pieces`` and ``plane_steps`` are used where they are there, NaN is not counted.
    agreement : (n,) array, optional
        Largest IoU of each object with any of a second set of masks (`Comparison.first_ious`); NaN where unknown.
    settings : DoubtSettings, optional

    Raises
    ------
    SettingsError
        `agreement` and the objects differ in number.
    """
    columns = table.columns if isinstance(table, ObjectMeasurements) else table
    chosen = settings or DoubtSettings()
    ids = np.asarray(columns["id"], np.uint32)
    if agreement is not None and len(agreement) != len(ids):
        raise SettingsError(f"{len(agreement)} values of agreement do not fit {len(ids)} objects.")
    facts = _facts(columns, agreement, len(ids), chosen.fewest)
    raised = {
        "flow_error": _rise(facts["flow_error"], *chosen.flow_error),
        "probability": 1 - _rise(facts["probability"], *chosen.probability),
        "size": _rise(np.abs(facts["size"]), *chosen.outlier),
        "solidity": _rise(-facts["solidity"], *chosen.outlier),
        "length": _rise(facts["length"], *chosen.outlier),
        "border": facts["border"],
        "agreement": 1 - _rise(facts["agreement"], *chosen.agreement),
        "pieces": (facts["pieces"] > 1).astype(np.float64),
        "steps": _rise(facts["steps"], *chosen.steps),
    }
    parts = {name: chosen.weights[name] * np.nan_to_num(part) for name, part in raised.items()}
    left = np.ones(len(ids))
    for part in parts.values():
        # One after the other: all at once would hold ten copies of a column.
        left *= 1 - part
    return Doubt(ids, 1 - left, parts, facts)


def image_doubt(doubt: Doubt, missed: int = 0) -> ImageDoubt:
    """Return how doubtful an image is, from its objects and the number of places without an object.

    The score is half the mean and half the upper tenth of the objects' doubt, where every missed place counts as an
    object of doubt 1: a model that overlooks cells is as wrong as one that draws them badly.

    Parameters
    ----------
    doubt : Doubt
        Of the objects that nobody has accepted yet (see `review_order`), or of all.
    missed : int
        Number of places that `coverage.uncovered` found.
    """
    every = np.concatenate([doubt.scores, np.ones(missed)])
    mean, upper = _mean_and_upper(doubt.scores)
    whole = _mean_and_upper(every)
    return ImageDoubt(sum(whole) / 2, mean, upper, len(doubt), missed)


def review_order(doubt: Doubt, settled: Sequence[int] | NDArray[np.integer[Any]] = ()) -> NDArray[np.uint32]:
    """Return the ids in the order of a review: the most doubtful first, without those that are settled."""
    ids = doubt.ids[doubt.order]
    left: NDArray[np.uint32] = ids[~np.isin(ids, np.asarray(settled, np.int64))]
    return left


def _facts(columns: Columns, agreement: Any, count: int, fewest: int) -> dict[str, Floats]:
    def number(name: str) -> Floats:
        return np.asarray(columns.get(name, np.full(count, np.nan)), np.float64)

    sizes = number("area" if "area" in columns else "volume")
    # Axis ratio on a scale without end: of long objects the eccentricity hardly differs.
    ratio = -0.5 * np.log(np.clip(1 - number("eccentricity") ** 2, 1e-4, 1))
    return {
        "flow_error": number("flow_error"),
        "probability": number("probability"),
        "size": _robust_z(np.log(np.maximum(sizes, 1)), 0.1, fewest),
        "solidity": _robust_z(number("solidity"), 0.02, fewest),
        "length": _robust_z(ratio, 0.1, fewest),
        "border": np.nan_to_num(number("touches_border")),
        "pieces": number("pieces"),
        "steps": number("plane_steps"),
        "agreement": np.full(count, np.nan) if agreement is None else np.asarray(agreement, np.float64),
    }


def _robust_z(values: Floats, least: float, fewest: int) -> Floats:
    """Return distances from the median in robust standard deviations, which are `least` at least; NaN if unknown."""
    known = values[np.isfinite(values)]
    if len(known) < fewest:
        return np.full(len(values), np.nan)
    middle = np.median(known)
    spread = max(MAD * float(np.median(np.abs(known - middle))), least)
    return np.asarray((values - middle) / spread)


def _rise(values: Floats, low: float, high: float) -> Floats:
    """Return 0 up to `low`, 1 from `high` on, a straight line between; NaN stays."""
    return np.asarray(np.clip((values - low) / (high - low), 0, 1))


def _mean_and_upper(scores: Floats) -> tuple[float, float]:
    return (float(scores.mean()), float(np.quantile(scores, UPPER))) if len(scores) else (0.0, 0.0)


def _words(name: str, fact: float) -> str:
    if name == "flow_error":
        return f"flow error {fact:.2g}"
    if name == "probability":
        return f"low probability ({fact:.2f})"
    if name == "size":
        return "much larger than the others" if fact > 0 else "much smaller than the others"
    if name == "pieces":
        return f"in {fact:.0f} pieces"
    if name == "agreement":
        return f"differs in the other masks (IoU {fact:.2f})" if fact > 0 else "not in the other masks"
    return {
        "solidity": "more concave than the others",
        "length": "longer than the others",
        "border": "cut by the border",
        "steps": "changes abruptly from plane to plane",
    }[name]
