"""Measure what is in files: an image, its masks in any form, and what those know of their objects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cpsam_core.data.pairs import Pair
from cpsam_core.dynamics import flow_errors
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.formats.label_sources import OpenLabels
from cpsam_core.images import check_same_shape, read_labels, read_seg
from cpsam_core.images.companions import companions
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.project_files import PROJECT_SUFFIX, read_project_file
from cpsam_core.labels.pieces import Pieces
from cpsam_core.labels.table import object_means
from cpsam_core.measure import ObjectFacts, ObjectMeasurements, Recipe, measure
from cpsam_core.measure.in_parts import MeasuredParts, measure_in_parts
from cpsam_core.progress import Progress, silent

__all__ = ["FileOptions", "measure_pair", "measure_pair_in_parts", "read_masks"]

Labels = NDArray[np.uint32]


@dataclass(frozen=True)
class FileOptions:
    """How files are read and measured.

    Parameters
    ----------
    pixel_size, z_step : float, optional
        Micrometres; by default those that the image file names.
    near : float
        Distance in pixels up to which objects count as neighbours.
    axes : str, optional
        Meaning of the axes of image files, where it is not certain.
    time : int, optional
        Time point of a series.
    recipe : Recipe
        What to measure.
    regions : str
        Ending of the files of regions beside the images (NAME_regions.tif for ``_regions``); empty for none.
    pieces : str
        Whether pieces of objects become objects, see `images.read_labels`.
    """

    pixel_size: float | None = None
    z_step: float | None = None
    near: float = 1.5
    axes: str | None = None
    time: int | None = None
    recipe: Recipe = field(default_factory=Recipe)
    regions: str = ""
    pieces: Pieces = "no"

    def __post_init__(self) -> None:
        for name in ("pixel_size", "z_step"):
            value = getattr(self, name)
            if value is not None and not 0 < value < 1e6:
                raise SettingsError(f"{name} is a number of micrometres above 0, not {value:g}.")


def measure_pair(
    pair: Pair, options: FileOptions | None = None, progress: Progress = silent
) -> ObjectMeasurements:
    """Measure the objects of an image file.

    Parameters
    ----------
    pair : Pair
        Image, masks, and a map of classes if there is one.
    options : FileOptions, optional
    progress : Progress
        Called between the steps; may raise `Cancelled`.

    Raises
    ------
    ImageError
        A file cannot be read, or the masks have another size than the image.
    """
    chosen = options or FileOptions()
    image = pair.read_image(chosen.axes, chosen.time)
    labels, facts = read_masks(pair.masks, key=pair.key, pieces=chosen.pieces)
    check_same_shape(image, labels, f"{pair.masks}: the masks")
    if pair.classes is not None:
        facts = _with_classes(facts, labels, pair.classes)
    return measure(
        labels,
        image.pixels,
        channels=image.channel_names,
        pixel_size=chosen.pixel_size or image.pixel_size,
        z_step=chosen.z_step or image.z_step,
        pixel_height=None if chosen.pixel_size else image.pixel_height,
        facts=facts,
        near=chosen.near,
        progress=progress,
        recipe=chosen.recipe,
        regions=_regions(pair, chosen.regions, labels) if chosen.regions else None,
    )


def measure_pair_in_parts(
    pair: Pair, labels: OpenLabels, options: FileOptions | None = None, progress: Progress = silent
) -> ObjectMeasurements:
    """Measure the objects of an image file that does not fit into memory.

    Parameters
    ----------
    pair : Pair
        Image and masks.
    labels : OpenLabels
        The masks.
    options : FileOptions, optional
    progress : Progress
        Called after each part; may raise `Cancelled`.

    Raises
    ------
    ImageError
        A file cannot be read, the masks have another size than the image, or what is asked for needs the whole image.
    SettingsError
        The recipe needs the whole image.
    """
    chosen = options or FileOptions()
    if pair.classes is not None or chosen.regions:
        raise ImageError(
            f"{pair.masks} does not fit the memory that may be used, and maps of classes and regions need it as a "
            "whole: allow more.",
            options="--max-memory",
        )
    source = pair.open_source(chosen.axes, chosen.time)
    image = source.image
    if image.spatial_shape != labels.own_shape and source.shape[:3] != labels.shape:
        check_same_shape(image, np.broadcast_to(np.uint32(0), labels.own_shape), f"{pair.masks}: the masks")
    parts = MeasuredParts(
        image.channel_names,
        chosen.pixel_size or image.pixel_size,
        chosen.z_step or image.z_step,
        None if chosen.pixel_size else image.pixel_height,
        chosen.near,
        chosen.recipe,
    )
    return measure_in_parts(labels, source.read, parts, progress)


def _regions(pair: Pair, ending: str, labels: Labels) -> NDArray[np.bool_]:
    """Read the regions of an image: a label image beside it, not 0 inside a region."""
    # As its masks are called: another image may have the same stem.
    found = [
        path
        for stem in dict.fromkeys((companions(pair.image).stem, pair.image.stem))
        for suffix in (".tif", ".tiff", ".png", ".npy")
        if (path := pair.image.with_name(f"{stem}{ending}{suffix}")).is_file()
    ]
    if not found:
        raise ImageError(f"There is no file {pair.image.stem}{ending}.tif of regions beside {pair.image}.")
    regions = read_labels(found[0])
    if regions.shape != labels.shape:
        raise ImageError(f"{found[0]}: the regions have another size than the masks.")
    return regions > 0


def read_masks(
    path: Path, *, network: bool = True, key: DocumentKey = WHOLE, pieces: Pieces = "no"
) -> tuple[Labels, ObjectFacts]:
    """Read masks in any form, and what the file knows of the objects.

    Parameters
    ----------
    path : Path
        A label image, a `_seg.npy` or a project of the window.
    network : bool
        Compute flow errors and probabilities where the file holds what the network said (`_seg.npy`).
    key : DocumentKey
        Of which scene and time point a project's masks are wanted.
    pieces : str
        Whether pieces of the objects of a label image become objects, see `images.read_labels`.

    Returns
    -------
    labels : (y, x) or (z, y, x) uint32
    facts : ObjectFacts

    Raises
    ------
    ImageError
        The file cannot be read or holds no masks.
    """
    if path.suffix.lower() == PROJECT_SUFFIX:
        return _of_project(path, key)
    if path.name.lower().endswith("_seg.npy"):
        return _of_seg(path, network)
    return read_labels(path, pieces), ObjectFacts(())


def _of_project(path: Path, key: DocumentKey) -> tuple[Labels, ObjectFacts]:
    project = read_project_file(path, maps=(), key=key)
    labels = project.labels[0] if len(project.labels) == 1 else project.labels
    rows = list(project.objects.values())
    classes = [_whole(row.get("class_id")) for row in rows]
    facts = ObjectFacts(
        list(project.objects),
        classes=classes if any(classes) or project.class_names else None,
        flow_errors=[_number(row.get("flow_error")) for row in rows],
        probabilities=[_number(row.get("probability")) for row in rows],
        origins=[str(row.get("origin", "")) for row in rows],
        locked=[bool(row.get("locked", False)) for row in rows],
        class_names=project.class_names or None,
    )
    return np.ascontiguousarray(labels), facts


def _of_seg(path: Path, network: bool) -> tuple[Labels, ObjectFacts]:
    seg = read_seg(path)
    masks, flows, logits = seg.masks, seg.flows, seg.logits
    errors = probabilities = None
    if network and flows is not None and flows.shape == (masks.ndim, *masks.shape):
        _, errors = flow_errors(masks, flows)
    if network and logits is not None and logits.shape == masks.shape:
        _, probabilities = object_means(masks, lambda band: expit(logits[band]))
    origins = None if seg.ismanual is None else np.where(seg.ismanual, "hand", "model")
    return masks, ObjectFacts(
        seg.ids, classes=seg.classes, flow_errors=errors, probabilities=probabilities, origins=origins
    )


def _with_classes(facts: ObjectFacts, labels: Labels, path: Path) -> ObjectFacts:
    """Take the class that most pixels of each object have in a map."""
    classes = read_labels(path)
    if classes.shape != labels.shape:
        raise ImageError(f"The map of classes {path} has another size than the masks.")
    if classes.max(initial=0) > 255:
        raise ImageError(f"{path} holds numbers up to {classes.max()}; classes are numbered up to 255.")
    inside = labels > 0
    ids, place = np.unique(labels[inside], return_inverse=True)
    votes = np.bincount(place * 256 + classes[inside], minlength=256 * len(ids)).reshape(-1, 256)
    known = facts.columns(ids)
    return replace(
        facts,
        ids=ids,
        classes=votes.argmax(axis=1),
        flow_errors=known.get("flow_error"),
        probabilities=known.get("probability"),
        origins=known.get("origin"),
        locked=known.get("locked"),
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value <= 255 else 0
