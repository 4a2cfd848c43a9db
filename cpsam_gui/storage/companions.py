"""Which files belong to an image and which images are in a folder, as the engine says it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError
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


def holds_objects(path: Path) -> bool:
    """Whether a file is known by its name to hold objects: beside an image, or for another program."""
    from cpsam_core.formats import FORMATS
    from cpsam_core.images import supported_suffixes
    from cpsam_core.images.companion_names import STANDARD

    # A format of objects whose ending no image has.
    objects = {suffix for one in FORMATS if one.can_read for suffix in one.suffixes} - {*supported_suffixes()}
    return STANDARD.is_masks(path) or path.suffix.lower() in objects


def progress_of(image: Path, listings: Listings | None = None) -> ReviewState:
    """Return how far the work on an image is, by the files beside it."""
    from cpsam_core.images.companions import documents_of

    project = companions_of(image, listings).project
    # That of an image larger than memory is a folder.
    if project.is_dir():
        # Before the first save it holds a run only.
        return read_state(project) if any(project.glob("*/document.json")) else ReviewState.NOT_STARTED
    works = [one.masks[0] for one in documents_of(image, listings=listings) if one.masks]
    work = works[0] if works else None
    if work is None:
        return ReviewState.NOT_STARTED
    return read_state(work) if work.suffix == PROJECT else ReviewState.SEGMENTED


def progress_of_all(images: Iterable[Path]) -> dict[Path, ReviewState]:
    """Return how far the work on each image is; their folders are read once, and a little of each project."""
    from cpsam_core.images.companions import Listings

    listings = Listings()
    return {path: progress_of(path, listings) for path in images}


@dataclass(frozen=True, slots=True)
class TimesDone:
    """How many time points of a movie have masks."""

    done: int
    of: int

    @property
    def words(self) -> str:
        """What to say of it, in English."""
        return f"{self.done:,} of {self.of:,} time points"

    @property
    def short(self) -> str:
        """The same where there is little room."""
        return f"{self.done}/{self.of}"


def times_done(images: Iterable[Path]) -> dict[Path, TimesDone]:
    """Return how many time points have masks, of the images that have masks of time points.

    The images themselves are looked into at their beginnings; kinds that would have to be read whole are left out.
    """
    from cpsam_core.data.image_input import input_of
    from cpsam_core.images.companions import Listings, documents_of
    from cpsam_core.images.readers import opens_in_parts
    from cpsam_core.images.sources import times_in

    listings = Listings()
    found = {}
    for path in images:
        keys = [one.key for one in documents_of(path, listings=listings) if one.masks]
        done = {key.time for key in keys if key.time is not None}
        if not done or not opens_in_parts(path):
            continue
        key = next(key for key in keys if key.time is not None)
        try:
            times = times_in(path, input_of(companions_of(path, listings, key)).axes, key.scene)
        except ImageError:
            # Opening it says what is wrong with it.
            continue
        found[path] = TimesDone(len(done), times)
    return found
