"""Which files belong to an image and which images are in a folder, as the engine says it. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.state.image_facts import ReviewState, read_state

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cpsam_core.images.companions import Companions, Listings
    from cpsam_core.images.document_key import DocumentKey

PROJECT = ".cpsam"


def companions_of(
    image: Path, listings: Listings | None = None, key: DocumentKey | None = None
) -> Companions:
    """Return the files that belong to an image, or with `key` to one of its time points and scenes."""
    from cpsam_core.images.companions import companions
    from cpsam_core.images.document_key import WHOLE

    return companions(image, WHOLE if key is None else key, listings=listings)


def project_path(image: Path) -> Path:
    """Return where the project of an image is kept: beside it."""
    return companions_of(image).project


def masks_path(image: Path, key: DocumentKey | None = None) -> Path:
    """Return where the masks of an image are saved: beside it, with ``_masks`` before the ending."""
    return companions_of(image, key=key).label_image


def results_of(image: Path, listings: Listings | None = None) -> list[Path]:
    """Return what this program keeps of an image and is there: project and label images, of all time points and scenes.

    The project of an image larger than memory is a folder.
    """
    from cpsam_core.images.companions import documents_of

    whole = companions_of(image, listings)
    labels = (one.label_image for one in (whole, *documents_of(image, listings=listings)))
    return [path for path in dict.fromkeys((whole.project, *labels)) if path.exists()]


def seg_path(image: Path) -> Path:
    """Return where Cellpose keeps its segmentation of an image."""
    return companions_of(image).seg


def earlier_work(
    image: Path, listings: Listings | None = None, key: DocumentKey | None = None
) -> Path | None:
    """Return the file with masks of an image that was saved before: project, masks, or a file of Cellpose."""
    return next(iter(companions_of(image, listings, key).masks), None)


def first_without_work(images: Iterable[Path]) -> Path | None:
    """Return the first of the images of which no masks were saved; their folders are read once."""
    from cpsam_core.images.companions import Listings

    listings = Listings()
    return next((image for image in images if earlier_work(image, listings) is None), None)


def images_in(folder: Path) -> list[Path]:
    """Return the images of a folder in natural order; an unreadable folder has none."""
    from cpsam_core.images import companions

    return companions.images_in(folder)


def images_or_subfolders(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the images of a folder, or where it has none its subfolders that have some; both in natural order."""
    from cpsam_core.images.file_names import natural_key

    images = images_in(folder)
    if images:
        return images, []
    try:
        below = [one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")]
    except OSError:
        return [], []
    return [], sorted((one for one in below if images_in(one)), key=natural_key)


def holds_objects(path: Path) -> bool:
    """Whether a file is known by its name to hold objects: beside an image, or for another program."""
    from cpsam_core.formats import FORMATS
    from cpsam_core.images import supported_suffixes
    from cpsam_core.images.companion_names import STANDARD

    # A format of objects whose ending no image has.
    objects = {suffix for one in FORMATS if one.can_read for suffix in one.suffixes} - {*supported_suffixes()}
    return STANDARD.is_masks(path) or path.suffix.lower() in objects


def progress_of(image: Path, listings: Listings | None = None) -> ReviewState:
    """Return how far the work on an image is, by the files beside it.

    Masks without a project count as corrected, as for a run and a training: nobody knows how they came about.
    """
    from cpsam_core.images.companions import documents_of
    from cpsam_core.images.project_summary import review_of_all

    project = companions_of(image, listings).project
    # That of an image larger than memory is a folder.
    if project.is_dir():
        # Before the first save it holds a run only.
        return read_state(project) if any(project.glob("*/document.json")) else ReviewState.NOT_STARTED
    works = {one.masks[0] for one in documents_of(image, listings=listings) if one.masks}
    states = {read_state(one) if one.suffix == PROJECT else ReviewState.CORRECTED for one in works}
    return ReviewState(review_of_all([one.value for one in states]))


def progress_of_all(images: Iterable[Path]) -> dict[Path, ReviewState]:
    """Return how far the work on each image is; their folders are read once, and a little of each project."""
    from cpsam_core.images.companions import Listings

    listings = Listings()
    return {path: progress_of(path, listings) for path in images}
