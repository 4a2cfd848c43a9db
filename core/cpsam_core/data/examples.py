"""From files to what training learns from: masks, classes and complete regions of an image, and its example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import fastremap
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.drawn_labels import drawn_labels
from cpsam_core.data.example import UNKNOWN_CLASS, Example
from cpsam_core.data.image_input import seen_channels
from cpsam_core.data.pairs import Pair
from cpsam_core.data.patches import Patch, masks_of_patch
from cpsam_core.data.sections import Section
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.errors import ImageError, TrainingError
from cpsam_core.images.image import Image
from cpsam_core.images.label_files import check_same_shape, read_labels
from cpsam_core.images.project_files import PROJECT_SUFFIX, read_project_file
from cpsam_core.preprocess.normalize import normalize, select_channels

__all__ = [
    "Annotation",
    "check_channels",
    "counted_objects",
    "make_example",
    "mean_diameter",
    "read_annotation",
    "read_example",
]

# A map with more of them holds objects, not classes.
MOST_CLASSES = 64


@dataclass(frozen=True, eq=False)
class Annotation:
    """What somebody said about one image.

    Attributes
    ----------
    labels
        Objects, uint32 (y, x).
    classes
        Class of each pixel, uint8 (y, x): 0 is background, 255 an object of unknown class. None without classes.
    complete
        Where every object is drawn, bool (y, x). None where that is everywhere.
    class_names
        Name of each class, where names are known.
    parts
        What the label image holds, in words, where its parts were taken for objects, see `drawn_labels`.
    """

    labels: NDArray[np.uint32]
    classes: NDArray[np.uint8] | None = None
    complete: NDArray[np.bool_] | None = None
    class_names: Mapping[int, str] = field(default_factory=dict)
    parts: str = ""


def read_annotation(pair: Pair) -> Annotation:
    """Read masks, and classes and complete regions where the pair has them.

    Raises
    ------
    ImageError
        A file cannot be read, is a stack, or has another size than the masks.
    """
    names: Mapping[int, str] = {}
    parts = ""
    classes: NDArray[np.uint8] | None = None
    complete: NDArray[np.bool_] | None = None
    if isinstance(pair.section, Patch):
        drawn = masks_of_patch(pair.section, pair.masks, pair.key)
        labels, names, classes, complete = drawn.labels, drawn.class_names, drawn.classes, drawn.complete
    elif pair.masks.suffix.lower() == PROJECT_SUFFIX:
        project = read_project_file(pair.masks, key=pair.key)
        labels, names = _plane(project.labels, pair), project.class_names
        painted, counted = project.classes(), project.complete_map()
        classes = None if painted is None else _plane(painted, pair)
        complete = None if counted is None else _plane(counted, pair)
    else:
        drawn_there, parts = drawn_labels(pair)
        labels = _plane(drawn_there, pair)
    if pair.classes is not None:
        classes = _class_map(pair, pair.classes, labels)
    if pair.complete is not None:
        counted = _plane(read_labels(pair.complete), pair, pair.complete) > 0
        check_same_shape(labels, counted, f"The map {pair.complete.name}")
        complete = counted if complete is None else complete | counted
    if classes is not None:
        classes = np.where((labels > 0) & (classes == 0), np.uint8(UNKNOWN_CLASS), classes)
    return Annotation(labels, classes, _counted(pair, labels, complete), names, parts)


def counted_objects(labels: NDArray[np.uint32], complete: NDArray[np.bool_] | None) -> NDArray[np.uint32]:
    """Return labels (y, x) without the objects that lie for half or more where the annotation does not count."""
    if complete is None:
        return labels
    ids, pixels = np.unique(labels, return_counts=True)
    inside, counted = np.unique(labels[complete], return_counts=True)
    share = np.zeros(len(ids))
    share[np.searchsorted(ids, inside)] = counted
    kept = ids[(2 * share > pixels) & (ids > 0)]
    result: NDArray[np.uint32] = np.where(np.isin(labels, kept), labels, 0).astype(np.uint32)
    return result


def read_example(pair: Pair, channels: int) -> Example:
    """Read an image and its annotation in the form for training: as its project shows it to a network.

    Parameters
    ----------
    pair
        Files.
    channels
        Channels of the network. Channels that the image lacks are zero.

    Raises
    ------
    ImageError, TrainingError
        A file cannot be read, sizes differ, or the image is a stack or has more channels than the network.
    SettingsError
        The project names a channel that the image does not have.
    """
    image, annotation = pair.read_image(), read_annotation(pair)
    if len(image.pixels) > 1:
        raise TrainingError(f"{pair.image.name} is a stack, none of whose planes is corrected")
    check_same_shape(image, annotation.labels)
    seen = pair.shown
    if seen.channels is None:
        check_channels(image, channels)
    chosen = select_channels(image.pixels, image.channel_names, seen.channels, channels)
    example = make_example(
        filled(normalize(chosen, seen.normalize)[0], channels),
        annotation.labels,
        annotation.classes,
        annotation.complete,
    )
    return replace(example, channel_names=seen_channels(image, seen.channels, channels))


def filled(pixels: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """Return an image (y, x, c) with dark channels added until it has so many."""
    missing = channels - pixels.shape[2]
    return pixels if missing <= 0 else np.pad(pixels, ((0, 0), (0, 0), (0, missing)))


def check_channels(image: Image, channels: int) -> None:
    """Refuse an image that would lose channels that hold something.

    Raises
    ------
    TrainingError
        With both numbers and what to do.
    """
    count = image.pixels.shape[-1]
    if count > channels and image.pixels[..., channels:].any():
        raise TrainingError(
            f"it has {count} channels and the network takes {channels}: choose those that the network sees (in the "
            f"window: Channels), or give the network {count} channels"
        )


def make_example(
    pixels: NDArray[np.float32],
    labels: NDArray[np.integer],
    classes: NDArray[np.uint8] | None = None,
    complete: NDArray[np.bool_] | None = None,
) -> Example:
    """Return the training form of a normalised image (y, x, c) and its labels (y, x)."""
    flows = np.round(flows_from_masks(labels, border="clean", threads=1) * 127).astype(np.int8)
    # Bright debris can lie far outside 0 to 1; float16 holds it, and clipping keeps it from ruling a crop's contrast.
    clipped = np.clip(pixels, -8, 8).astype(np.float16)
    diameter = mean_diameter(labels if complete is None else labels[complete]) or 30.0
    return Example(clipped, labels.astype(np.uint32), flows, diameter, classes, complete)


def mean_diameter(labels: NDArray[np.integer]) -> float:
    """Return the median over objects of the diameter in pixels of a disk of equal area; 0 without objects."""
    # Ids may be far apart.
    ids, counts = fastremap.unique(labels, return_counts=True)
    areas = counts[ids != 0]
    return float(np.median(np.sqrt(areas)) * 2 / np.sqrt(np.pi)) if len(areas) else 0.0


def _plane(array: NDArray[Any], pair: Pair, path: Path | None = None) -> NDArray[Any]:
    """Return the plane of a file (the masks by default) that a pair means."""
    if isinstance(pair.section, Section):
        return pair.section.of_labels(array)
    path = path or pair.masks
    plane: NDArray[Any] = array[0] if array.ndim == 3 and len(array) == 1 else array
    if plane.ndim != 2:
        raise ImageError(
            f"{path.name} holds {len(array)} planes, none of which is corrected: correct an object of it, or mark a "
            "plane as complete"
        )
    return plane


def _class_map(pair: Pair, path: Path, labels: NDArray[np.uint32]) -> NDArray[np.uint8]:
    classes = _plane(read_labels(path), pair, path)
    check_same_shape(labels, classes, f"The map of classes {path.name}")
    known = classes[classes != UNKNOWN_CLASS]
    if known.max(initial=0) > MOST_CLASSES:
        raise ImageError(
            f"{path.name} holds numbers up to {known.max()}; a map of classes holds the class of each pixel, "
            f"0 for the background and up to {MOST_CLASSES}"
        )
    return classes.astype(np.uint8)


def _counted(
    pair: Pair, labels: NDArray[np.uint32], complete: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    """Leave out what is kept aside, or all but that.

    An object on the border between the two that is judged, because most of it lies in the part kept aside, is not
    learnt from at all.
    """
    for box, inside in ((pair.leave_out, False), (pair.only, True)):
        if box is not None:
            top, bottom, left, right = box
            part = np.full(labels.shape, not inside)
            part[top:bottom, left:right] = inside
            if not inside:
                kept_aside = ~part if complete is None else ~part & complete
                part &= counted_objects(labels, kept_aside) == 0
            complete = part if complete is None else complete & part
    return complete
