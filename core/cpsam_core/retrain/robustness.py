"""How well a model bears what microscopes do to images: the paper's figure 3 for any model and any images.

Source: the paper, "Invariance and robustness" and "Robustness to image degradation". Images are normalised, changed in
one way to one degree, and segmented as a user would segment them; the score is the mean over images.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.degrade import blur, coarsen, shot_noise
from cpsam_core.data.examples import check_channels, counted_objects, mean_diameter, read_annotation
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import TrainingError
from cpsam_core.images import arrange, check_same_shape
from cpsam_core.metrics import average_precision
from cpsam_core.preprocess.normalize import network_channels, normalize
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings

__all__ = ["CONDITIONS", "LARGEST_SIDE_PX", "ImageCondition", "RobustnessScore", "measure_robustness"]

Pixels = NDArray[np.float32]
Labels = NDArray[np.uint32]
Number = TypeVar("Number", bound=np.generic)
Change = Callable[[Pixels, np.random.Generator], Pixels]

# Pixels of a changed image; of larger ones the middle is taken.
LARGEST_SIDE_PX = 1024
# Photons of a white pixel in blurred images: little noise.
WHITE_COUNTS = 120.0
THRESHOLDS = (0.5, 0.75)


@dataclass(frozen=True)
class ImageCondition:
    """One change to one degree.

    Attributes
    ----------
    change : str
        What is done: the name of a curve.
    degree : str
        How much of it.
    diameter : float or None
        Cells are brought to so many pixels first; None leaves their size.
    apply : callable
        Changes normalised pixels (y, x, channel).
    """

    change: str
    degree: str
    diameter: float | None
    apply: Change


@dataclass(frozen=True)
class RobustnessScore:
    """The mean over images of the average precision at IoU 0.5 and 0.75 under one condition."""

    change: str
    degree: str
    images: int
    ap_50: float
    ap_75: float


def _same(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return pixels


def _reordered(order: tuple[int, ...] | None) -> Change:
    def change(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        drawn = rng.permutation(pixels.shape[2]) if order is None else np.array(order)
        return pixels[:, :, drawn]

    return change


def _noisy(photons: float) -> Change:
    return lambda pixels, rng: shot_noise(pixels, photons, rng)


def _blurred(sigma: float) -> Change:
    return lambda pixels, rng: shot_noise(blur(pixels, sigma, sigma), WHITE_COUNTS, rng)


def _coarse(by_y: float, by_x: float) -> Change:
    return lambda pixels, rng: coarsen(pixels, by_y, by_x)


CONDITIONS: tuple[ImageCondition, ...] = (
    ImageCondition("as it is", "", None, _same),
    ImageCondition("channel order", "BRG", None, _reordered((2, 0, 1))),
    ImageCondition("channel order", "GBR", None, _reordered((1, 2, 0))),
    ImageCondition("channel order", "random", None, _reordered(None)),
    *(ImageCondition("size", f"{n} px", float(n), _same) for n in (10, 15, 30, 60, 90)),
    *(ImageCondition("noise", f"{n:g} photons", None, _noisy(n)) for n in (5, 2.5, 0.5)),
    *(ImageCondition("blur", f"{n} px", None, _blurred(n)) for n in (2, 4, 8)),
    *(ImageCondition("pixel size", f"{n} times", NATIVE_DIAMETER_PX, _coarse(n, n)) for n in (2, 5, 10)),
    *(ImageCondition("anisotropic", f"{n} times", NATIVE_DIAMETER_PX, _coarse(n, 1)) for n in (2, 6, 12)),
)
"""The paper's conditions, for three channels."""


def measure_robustness(
    segmenter: Segmenter,
    pairs: Sequence[Pair],
    settings: Settings | None = None,
    progress: Progress = silent,
    conditions: Sequence[ImageCondition] = CONDITIONS,
) -> list[RobustnessScore]:
    """Return the scores of a model under each condition.

    Parameters
    ----------
    segmenter : Segmenter
        The model; it takes three channels.
    pairs : sequence of Pair
        Images with true masks, from `pairs.find_pairs`; those without an object are left out.
    settings : Settings, optional
        How to segment; by default as the model does without any setting.
    progress : Progress
        Called after each image under each condition; may raise Cancelled.
    conditions : sequence of Condition
        What is done to the images.

    Raises
    ------
    TrainingError
        If no image has an object, or the model does not take three channels.
    ImageError
        If a file cannot be read or sizes differ.
    """
    if segmenter.network.in_channels != 3:
        raise TrainingError(
            f"robustness is measured with models of three channels; this one takes {segmenter.network.in_channels}"
        )
    found: list[list[NDArray[np.float64]]] = [[] for _ in conditions]
    for number, pair in enumerate(pairs):
        pixels, labels = _read(pair)
        if not labels.any():
            continue
        for place, condition in enumerate(conditions):
            found[place].append(_score(segmenter, pair, pixels, labels, condition, settings))
            progress(number * len(conditions) + place + 1, len(pairs) * len(conditions), condition.change)
    if not found[0]:
        raise TrainingError("no image has a single object in its masks, so there is nothing to measure")
    means = [np.nanmean(rows, axis=0) for rows in found]
    return [
        RobustnessScore(one.change, one.degree, len(rows), round(float(mean[0]), 4), round(float(mean[1]), 4))
        for one, rows, mean in zip(conditions, found, means, strict=True)
    ]


def _read(pair: Pair) -> tuple[Pixels, Labels]:
    """Return an image (y, x, 3), normalised, and its complete objects."""
    image, annotation = pair.read_image(), read_annotation(pair)
    check_same_shape(image, annotation.labels)
    if len(image.pixels) > 1:
        raise TrainingError(f"{pair.image.name} is a stack; robustness is measured on planes")
    check_channels(image, 3)
    pixels = normalize(network_channels(image.pixels, image.channel_names, None, 3))[0]
    return pixels, counted_objects(annotation.labels, annotation.complete)


def _score(
    segmenter: Segmenter,
    pair: Pair,
    pixels: Pixels,
    labels: Labels,
    condition: ImageCondition,
    settings: Settings | None,
) -> NDArray[np.float64]:
    # By the name of the image, so that other images beside it change nothing.
    rng = np.random.default_rng(
        zlib.crc32(f"{pair.image.name} {condition.change} {condition.degree}".encode())
    )
    if condition.diameter is not None:
        pixels, labels = resized(pixels, labels, condition.diameter / mean_diameter(labels))
    pixels, labels = _middle(pixels, LARGEST_SIDE_PX), _middle(labels, LARGEST_SIDE_PX)
    # The segmenter brings percentiles 1 and 99 to 0 and 1, as the paper does with changed images.
    found = segmenter.segment(arrange(condition.apply(pixels, rng), "YXC"), settings)
    precision = average_precision(labels, found.labels.reshape(labels.shape), THRESHOLDS)[0]
    return np.asarray(precision, np.float64)


def resized(pixels: Pixels, labels: Labels, scale: float) -> tuple[Pixels, Labels]:
    """Return an image (y, x, channel) and its labels in `scale` times the size, no larger than can be shown."""
    # Only what remains is enlarged.
    reach = math.ceil(LARGEST_SIDE_PX / scale) + 1
    pixels, labels = _middle(pixels, reach), _middle(labels, reach)
    height, width = labels.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    changed = np.asarray(cv2.resize(pixels, size, interpolation=how), np.float32)
    # OpenCV has no labels of 32 bits without sign; whole numbers up to 2^24 are exact in float32.
    nearest = cv2.resize(labels.astype(np.float32), size, interpolation=cv2.INTER_NEAREST_EXACT)
    return changed.reshape(*changed.shape[:2], pixels.shape[2]), np.asarray(nearest).astype(np.uint32)


def _middle(array: NDArray[Number], side: int) -> NDArray[Number]:
    top, left = (max(0, (n - side) // 2) for n in array.shape[:2])
    return array[top : top + side, left : left + side]
