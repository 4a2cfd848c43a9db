"""Which planes of a volume are learnt from, and which slab of it judges."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cpsam_core.data.drawn_labels import drawn_labels
from cpsam_core.data.pairs import Pair
from cpsam_core.data.patch_choice import choose_patches
from cpsam_core.data.patches import Patch
from cpsam_core.data.sections import Section
from cpsam_core.errors import ImageError, TrainingError
from cpsam_core.images.image import Image
from cpsam_core.images.label_files import check_same_shape
from cpsam_core.images.plane_distance import sensible_distance
from cpsam_core.images.project_files import PROJECT_SUFFIX, ProjectFile, read_project_file
from cpsam_core.images.project_folders import is_checked, open_document

__all__ = [
    "Bodies",
    "PlaneUse",
    "bodies_of",
    "is_flat_file",
    "nothing_in",
    "patches_of",
    "planes_of",
    "with_planes",
]

log = logging.getLogger(__name__)

# XY planes of one volume, and half as many sections of each other kind (paper, "Finetuning").
MOST = 20
# Share of an axis at either end from which no section is taken; the paper leaves 10 pixels out.
PADDING = 0.1
# Share of the planes that is kept aside.
SLAB = 0.2
# Planes from which on a slab is kept aside.
FEWEST = 3
FLAT = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"))


@dataclass(frozen=True)
class PlaneUse:
    """One plane, and what it is used for.

    Attributes
    ----------
    pair
        Its files.
    judges
        Whether it lies in the slab that is kept aside.
    near
        Whether it judges though it shows objects that are learnt from, too: less than one object is deep lies between.
    """

    pair: Pair
    judges: bool = False
    near: bool = False


@dataclass(frozen=True, eq=False)
class Bodies:
    """The true masks of a whole volume (z, y, x), and its distance of planes in pixels."""

    labels: NDArray[np.uint32]
    spacing: float


def bodies_of(pair: Pair, image: Image) -> Bodies:
    """Return the masks of a volume as bodies.

    Raises
    ------
    ImageError
        The masks cannot be read, or are those of another volume.
    """
    labels, project = _masks_of(pair, image)
    return Bodies(labels, _plane_distance(image, project))


def is_flat_file(path: Path) -> bool:
    """Whether a file cannot hold a stack, by its kind."""
    return path.suffix.lower() in FLAT


def with_planes(pairs: list[Pair], *, strict: bool = True) -> list[Pair]:
    """Return the pairs with every volume replaced by the planes that are learnt from; nothing is kept aside.

    Images larger than memory are replaced by squares of them.

    Parameters
    ----------
    pairs
        Images with their masks.
    strict
        Whether what cannot be read is an error; otherwise it is left out, with a line in the log.

    Raises
    ------
    ImageError
        An image or masks cannot be read, or differ in size.
    TrainingError
        There is nothing to learn from in any of them.
    """
    found: list[Pair] = []
    empty: list[str] = []
    for pair in pairs:
        try:
            parts = _parts_of(pair)
        except ImageError as error:
            if strict:
                raise
            empty.append(f"{pair.name}: {error}")
            continue
        if not parts:
            empty.append(f"{pair.name}: {nothing_in(pair)}")
        found += parts
    if empty and not found:
        raise TrainingError("; ".join(empty))
    for text in empty:
        log.warning("left out: %s", text)
    return found


def nothing_in(pair: Pair) -> str:
    """Return why nothing is learnt from a volume, or from an image larger than memory, and what to do about it."""
    if pair.is_large:
        return "no part of it is corrected: correct an object, or mark a region as complete"
    return "none of its planes is corrected: correct an object, or mark a plane as complete"


def _parts_of(pair: Pair) -> list[Pair]:
    """Return all that is learnt from of an image: itself, its planes, or its squares."""
    if pair.is_large:
        return [one.pair for one in patches_of(pair, slab=False)]
    image = None if is_flat_file(pair.image) else pair.read_image()
    if image is None or not image.is_stack:
        return [pair]
    return [one.pair for one in planes_of(pair, image, slab=False)]


def patches_of(pair: Pair, *, slab: bool = True) -> tuple[PlaneUse, ...]:
    """Return the squares of an image larger than memory to learn from and to judge on, see `choose_patches`.

    Parameters
    ----------
    pair
        Its files.
    slab
        Whether to keep some aside.

    Raises
    ------
    ImageError
        The project is damaged, or of another image.
    """
    source, document = pair.open_source(), open_document(pair.masks, pair.key)
    if source.shape[:3] != document.shape:
        held, shown = (" x ".join(map(str, shape)) for shape in (document.shape, source.shape[:3]))
        raise ImageError(f"{pair.masks.name} holds masks of {held} pixels, and the image has {shown}")
    maps = [path for path in (pair.classes, pair.complete) if path is not None]
    if maps:
        log.warning(
            "%s: not read, because the project of an image larger than memory says what is complete and of which class",
            ", ".join(path.name for path in maps),
        )
    alone = replace(pair, classes=None, complete=None)
    chosen = choose_patches(document, slab=slab)
    return tuple(PlaneUse(_with(alone, patch), judges) for patch, judges in chosen)


def planes_of(pair: Pair, image: Image, *, slab: bool = True) -> tuple[PlaneUse, ...]:
    """Return the planes of a volume to learn from and to judge on.

    Where all of the masks count, up to 20 XY planes and 10 sections of each other kind are taken, evenly through the
    volume (paper, "Finetuning"). Where only some planes were corrected, or planes and sections are marked as complete,
    those alone count. With `slab`, the last fifth of three planes or more judges; no section reaches into it, and the
    planes between it and the others are left out as far as one object reaches. Of sections that are marked without
    planes, the last fifth judges in the same way.

    Parameters
    ----------
    pair
        Files of the volume.
    image
        The volume.
    slab
        Whether to keep a slab aside.

    Raises
    ------
    ImageError
        The masks cannot be read, or are those of another volume.
    """
    labels, project = _masks_of(pair, image)
    known = None if project is None else _known_planes(project)
    marked = {0: _drawn(labels)} if known is None else known
    # Along z where that has planes enough, for sections can be kept out of such a slab.
    axis = 0 if len(marked.get(0, ())) >= FEWEST else max(marked, key=lambda one: len(marked[one]), default=0)
    chosen = marked.pop(axis, [])
    sections = known is None and len(chosen) >= (FEWEST if slab else 2)
    spacing, near = _plane_distance(image, project), False
    aside: list[int] = []
    before_slab = None
    if slab and len(chosen) >= FEWEST:
        depth = _depth(labels, axis, spacing)
        chosen, aside = _apart(chosen, depth)
        near = chosen[-1] > aside[0] - depth or (axis > 0 and bool(marked))
        before_slab = (0, max(chosen[-1], aside[0] - depth) + 1) if axis == 0 else None
    learnt = [_plane(axis, index, spacing) for index in _evenly(chosen, MOST)]
    if sections:
        learnt += _sections(labels, chosen, spacing)
    for other, places in marked.items():
        learnt += [_plane(other, index, spacing, before_slab) for index in _evenly(places, MOST)]
    judging = [_plane(axis, index, spacing) for index in _evenly(aside, max(1, round(SLAB * MOST)))]
    return (
        *(PlaneUse(_with(pair, one)) for one in learnt),
        *(PlaneUse(_with(pair, one), judges=True, near=near) for one in judging),
    )


def _masks_of(pair: Pair, image: Image) -> tuple[NDArray[np.uint32], ProjectFile | None]:
    project = None
    if pair.masks.suffix.lower() == PROJECT_SUFFIX:
        project = read_project_file(pair.masks, key=pair.key)
    labels = drawn_labels(pair)[0] if project is None else project.labels
    check_same_shape(image, labels)
    return labels, project


def _plane(axis: int, index: int, spacing: float, planes: tuple[int, int] | None = None) -> Section:
    return Section(0, index) if axis == 0 else Section(axis, index, spacing, planes)


def _with(pair: Pair, section: Section | Patch) -> Pair:
    return replace(pair, section=section)


def _drawn(labels: NDArray[np.uint32]) -> list[int]:
    """Return the planes that hold objects."""
    found: list[int] = np.flatnonzero(labels.any(axis=(1, 2))).tolist()
    return found


def _known_planes(project: ProjectFile) -> dict[int, list[int]] | None:
    """Return the planes and sections of a project that somebody answers for, by axis; None where that is everything."""
    places = {region.place for region in project.complete}
    counted = project.complete_map() if not places else None
    if counted is not None:
        places = {(0, int(z)) for z in np.flatnonzero(counted.any(axis=(1, 2)))}
    if places:
        shape = project.labels.shape
        inside = sorted((axis, index) for axis, index in places if 0 <= index < shape[axis])
        return {axis: [index for one, index in inside if one == axis] for axis in sorted(dict(inside))}
    if project.review == "verified":
        return None
    checked = [number for number, row in project.objects.items() if is_checked(row)]
    return {0: _drawn(np.isin(project.labels, np.array(checked, np.uint32)).astype(np.uint32))}


def _depth(labels: NDArray[np.uint32], axis: int, spacing: float) -> int:
    """Return through how many planes across an axis a typical object goes.

    One that was drawn in a single plane counts as deep as it is wide there.
    """
    # Of a voxel, in pixels: along the axis, and its face across it.
    length, face = (spacing, 1.0) if axis == 0 else (1.0, spacing)
    numbered = _numbered(labels)
    sizes, depths = np.bincount(numbered.ravel()), []
    for number, place in enumerate(ndimage.find_objects(numbered), 1):
        if place is not None:
            planes = place[axis].stop - place[axis].start
            width = 2 * math.sqrt(float(sizes[number]) / planes * face / math.pi)
            depths.append(max(planes, width / length))
    return math.ceil(np.median(depths)) if depths else 1


def _numbered(labels: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Return labels with the numbers from 1 on, so that a table of them stays small."""
    numbered: NDArray[np.int32] = (
        np.unique(labels, return_inverse=True)[1].reshape(labels.shape).astype(np.int32)
    )
    return numbered if (labels == 0).any() else numbered + 1


def _apart(chosen: list[int], depth: int) -> tuple[list[int], list[int]]:
    """Return the planes to learn from, and the last fifth, farther away from them than an object is deep.

    Where objects reach through more than half of the rest, half of it is kept to learn from all the same.
    """
    aside = chosen[-max(1, round(SLAB * len(chosen))) :]
    rest = chosen[: -len(aside)]
    far = [z for z in rest if z <= aside[0] - depth]
    return (far if 2 * len(far) >= len(rest) else rest[: (len(rest) + 1) // 2]), aside


def _evenly(planes: list[int], most: int) -> list[int]:
    """Return at most so many planes, evenly spread."""
    if len(planes) <= most:
        return planes
    return [planes[int((k + 0.5) * len(planes) / most)] for k in range(most)]


def _plane_distance(image: Image, project: ProjectFile | None) -> float:
    """Return the distance of planes in pixels: as the person set it, else as the file says it, else 1."""
    said = project.settings.get("anisotropy") if project is not None else None
    return sensible_distance(said) or image.plane_distance or 1.0


def _sections(labels: NDArray[np.uint32], planes: list[int], spacing: float) -> list[Section]:
    """Return ZX and ZY sections through the planes that are learnt from, where they hold objects."""
    span = planes[0], planes[-1] + 1
    found: list[Section] = []
    for axis in (1, 2):
        margin = int(PADDING * labels.shape[axis])
        across = np.flatnonzero(labels[span[0] : span[1]].any(axis=(0, 3 - axis)))
        inside = [k for k in across.tolist() if margin <= k < labels.shape[axis] - margin]
        found += [Section(axis, k, spacing, span) for k in _evenly(inside, MOST // 2)]
    return found
