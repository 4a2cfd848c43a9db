"""Images that a model could learn from, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import fastremap
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.example import UNKNOWN_CLASS
from cpsam_core.data.examples import counted_objects, mean_diameter, read_annotation
from cpsam_core.data.image_input import ImageInput, seen_channels
from cpsam_core.data.pairs import Pair, digest_of, find_pairs
from cpsam_core.data.planes import is_flat_file, nothing_in, patches_of, planes_of
from cpsam_core.errors import ImageError, SettingsError, TrainingError
from cpsam_core.images import check_same_shape
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.project_files import PROJECT_SUFFIX
from cpsam_core.images.project_summary import is_corrected, unchecked_objects
from cpsam_core.labels.pieces import Pieces
from cpsam_core.progress import Progress, silent
from cpsam_core.system.file_identity import identity_with_content

__all__ = [
    "Candidate",
    "Known",
    "Use",
    "Uses",
    "candidates_in",
    "counts_of",
    "describe",
    "describe_all",
    "unchecked_of",
    "use_of",
]

LONG_READ_BYTES = 1 << 30
"""Of an image whose digest takes so long that it is said."""

Use = Literal["auto", "train", "aside", "exclude"]
Uses = Mapping[tuple[Path, str], Use]
"""What the user wants with an image file (with an empty ending) or with one scene, time point or plane of it."""


@dataclass(frozen=True)
class Candidate:
    """An image that a model could learn from.

    Attributes
    ----------
    pair
        Its files.
    corrected
        Whether somebody corrected or verified its masks.
    objects
        Number of objects.
    shape
        Rows and columns.
    channels
        Channels of the image that a network sees: those that were chosen, else all.
    diameter
        Diameter of its cells in pixels: what the user set, else the median of its objects; 0 without any.
    digest
        SHA-256 of the image file.
    classes
        Numbers of the classes that its objects have.
    class_names
        Names of classes, where the project has them.
    partial
        Whether only parts of it are marked as complete.
    use
        What the user wants with it; "auto" takes it where it is corrected.
    problem
        Why it cannot be used, empty where it can.
    classed
        Number of its objects that have a class.
    unchecked
        Number of its objects that a model drew and nobody touched.
    parts
        What its label image holds, in words, where its parts were taken for objects though nobody said so, see
        `drawn_labels`.
    slab
        Whether it is a plane of that part of its volume which is kept aside unless the user says otherwise.
    near
        Whether the cells of that plane are learnt from in others, see `PlaneUse.near`.
    """

    pair: Pair
    corrected: bool = True
    objects: int = 0
    shape: tuple[int, int] = (0, 0)
    channels: int = 1
    diameter: float = 0.0
    digest: str = ""
    classes: tuple[int, ...] = ()
    class_names: tuple[tuple[int, str], ...] = ()
    partial: bool = False
    use: Use = "auto"
    problem: str = ""
    slab: bool = False
    near: bool = False
    classed: int = 0
    unchecked: int = 0
    parts: str = ""

    @property
    def name(self) -> str:
        """Name of the image, see `Pair.name`."""
        return self.pair.name

    @property
    def aside(self) -> bool:
        """Whether it is to judge and not to be learnt from."""
        return self.use == "aside" or (self.slab and self.use == "auto")

    @property
    def wanted(self) -> bool:
        """Whether the image takes part, unless the user says otherwise."""
        return self.use in ("train", "aside") or (self.use == "auto" and self.corrected and not self.problem)


def describe_all(pair: Pair, use: Use = "auto") -> tuple[Candidate, ...]:
    """Look at an image, or at every part of one that training could use: see `planes_of` and `patches_of`."""
    if pair.section is not None or is_flat_file(pair.image):
        return (describe(pair, use),)
    problem = nothing_in(pair)
    try:
        image = None if pair.is_large else pair.read_image()
        if image is not None and not image.is_stack:
            return (describe(pair, use),)
        planes = patches_of(pair) if image is None else planes_of(pair, image)
    except (ImageError, SettingsError) as error:
        planes, problem = (), str(error)
    except OSError:
        # It says so.
        return (describe(pair, use),)
    if not planes:
        return (Candidate(pair, _corrected(pair), use=use, problem=problem),)
    # Of all parts at once: for an image in OME-Zarr it takes a look at every chunk.
    file = _digest_or_none(pair.image)
    return tuple(replace(describe(one.pair, use, file), slab=one.judges, near=one.near) for one in planes)


def _read_in_words(image: Path, tell: Callable[[str], object]) -> None:
    """Read a large image for its digest, which is known from then on, and tell how far that is."""

    def told(done: int, total: int) -> None:
        tell(f"{image.name}: {done / 1e9:.1f} of {total / 1e9:.1f} GB read")

    # Who asks for the digest next tells that it cannot be read.
    with suppress(OSError):
        digest_of(image, told)


def use_of(uses: Uses, pair: Pair) -> Use:
    """Return what is wanted with a part of an image file: with itself, else with the whole file."""
    return uses.get((pair.image, pair.ending)) or uses.get((pair.image, ""), "auto")


def _corrected(pair: Pair) -> bool:
    return pair.masks.suffix.lower() != PROJECT_SUFFIX or is_corrected(pair.masks, pair.key)


def _digest_or_none(image: Path) -> str | None:
    """Return the digest of an image; None where it cannot be read, which `describe` tells."""
    try:
        return digest_of(image)
    except OSError:
        return None


def describe(pair: Pair, use: Use = "auto", file: str | None = None) -> Candidate:
    """Look at an image and its masks; both are read, so call it from a job.

    What is wrong with them is told in `Candidate.problem` instead of raised. `file` is the digest of the image file
    where that is known.
    """
    corrected = _corrected(pair)
    try:
        image, annotation = pair.read_image(), read_annotation(pair)
        shape = int(image.pixels.shape[1]), int(image.pixels.shape[2])
        channels = len(seen_channels(image, pair.shown.channels, int(image.pixels.shape[3])))
        digest = pair.digest if file is None else file + pair.pixels_ending
        check_same_shape(image, annotation.labels)
    except (ImageError, SettingsError) as error:
        return Candidate(pair, corrected, use=use, problem=str(error))
    except OSError as error:
        return Candidate(
            pair, corrected, use=use, problem=f"{pair.image} cannot be read: {error.strerror or error}"
        )
    labels, complete = annotation.labels, annotation.complete
    seen = labels if complete is None else labels[complete]
    present = set(fastremap.unique(seen).tolist()) - {0}
    kinds = np.unique(annotation.classes) if annotation.classes is not None else np.zeros(0, np.uint8)
    return Candidate(
        pair,
        corrected,
        len(present),
        shape,
        channels,
        pair.seen.scale or mean_diameter(seen),
        digest,
        tuple(int(kind) for kind in kinds if 0 < kind < UNKNOWN_CLASS),
        tuple(sorted(annotation.class_names.items())),
        complete is not None,
        use,
        classed=_classed(labels, annotation.classes),
        unchecked=len(present & unchecked_of(pair)),
        parts=annotation.parts,
    )


def unchecked_of(pair: Pair) -> frozenset[int]:
    """Return the objects that nobody checked."""
    is_project = pair.masks.suffix.lower() == PROJECT_SUFFIX
    return unchecked_objects(pair.masks, pair.key) if is_project else frozenset()


def counts_of(pair: Pair) -> tuple[int, int]:
    """Return how many objects count in a pair, and how many of them nobody checked; its masks are read."""
    annotation = read_annotation(pair)
    counted = set(fastremap.unique(counted_objects(annotation.labels, annotation.complete)).tolist()) - {0}
    return len(counted), len(counted & unchecked_of(pair))


def _classed(labels: NDArray[np.uint32], classes: NDArray[np.uint8] | None) -> int:
    """Return how many objects of labels (y, x) have a class in a map of the same size."""
    if classes is None:
        return 0
    known = (classes > 0) & (classes < UNKNOWN_CLASS)
    return int(np.count_nonzero(np.unique(labels[known])))


Known = dict[tuple[Path, DocumentKey], tuple[object, tuple[Candidate, ...]]]
"""What was found out about the documents of images, and the state of their files that it holds for."""


def candidates_in(
    folder: Path,
    uses: Uses | None = None,
    *,
    otherwise: ImageInput | None = None,
    known: Known | None = None,
    pieces: Pieces = "auto",
    progress: Progress = silent,
) -> tuple[Candidate, ...]:
    """Return the images of a folder that have masks, with what is known of each for training; folders below are not.

    Of a volume, each plane that could be learnt from or judge is a candidate of its own.

    Parameters
    ----------
    folder
        The folder.
    uses
        What the user wants with images and parts of them.
    otherwise
        How images without a project are seen.
    known
        Images whose files did not change since are not read again; it is brought up to date.
    pieces
        Whether pieces of the objects of label images become objects, see `images.read_labels`.
    progress
        Called before each image; may raise Cancelled.
    """
    known = {} if known is None else known
    uses = uses or {}
    try:
        pairs = [
            pair
            for pair in find_pairs(folder, uncorrected=True, seen=otherwise, pieces=pieces, large=True)
            if pair.image.parent in (folder, folder / "images")
        ]
    except TrainingError:
        return ()
    found = []
    for number, pair in enumerate(pairs):
        progress(number, len(pairs), pair.image.name)
        stamp = (pair, identity_with_content(pair.image), pair.masks_state)
        if not (stamp[1].exists and stamp[2].exists):
            # One of them went away meanwhile.
            continue
        document = pair.image, pair.key
        if document not in known or known[document][0] != stamp:
            if stamp[1].size >= LONG_READ_BYTES:
                _read_in_words(pair.image, partial(progress, number, len(pairs)))
            known[document] = stamp, describe_all(pair)
        found += [replace(one, use=use_of(uses, one.pair)) for one in known[document][1]]
    progress(len(pairs), len(pairs), "")
    return tuple(found)
