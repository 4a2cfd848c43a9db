"""Images with their masks, to train on and to measure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from cpsam_core.checkpoints.cards import hash_file
from cpsam_core.data.image_input import ImageInput, input_of
from cpsam_core.data.label_folders import class_map_beside, labels_in, repeats, set_of, untouched
from cpsam_core.data.patches import Patch, read_patch
from cpsam_core.data.sections import Section
from cpsam_core.errors import ImageError, TrainingError
from cpsam_core.images.companion_names import STANDARD, Endings, part_images
from cpsam_core.images.companions import Companions, Listings, companions, documents_of, preference
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.file_names import normal, walk
from cpsam_core.images.given_sizes import given_size, with_size
from cpsam_core.images.image import Image
from cpsam_core.images.project_files import PROJECT_SUFFIX
from cpsam_core.images.project_folders import DOCUMENT, document_folder, folder_documents
from cpsam_core.images.project_summary import project_keys
from cpsam_core.images.readers import can_read, read_image
from cpsam_core.images.sources import Source, open_source
from cpsam_core.labels.pieces import Pieces
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.system.file_identity import FileIdentity, identity_of, identity_with_content

__all__ = ["Pair", "digest_of", "find_pairs", "pair_of"]

MOST_HASHES = 256

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pair:
    """An image file, its label file, and the set that it belongs to (its folder).

    Attributes
    ----------
    image, masks
        Files; the masks may be a project of the window, which can also hold classes and complete regions. That of an
        image larger than memory is a folder; only a `Patch` of such an image can be read.
    set_name
        Name of the set.
    classes
        File with the class of each pixel (whole numbers, 0 the background), if there is one.
    complete
        File that is not 0 where every object is drawn, if only parts of the image are annotated.
    leave_out
        Rows and columns (top, bottom, left, right; ends left out) that do not count in this use of the image.
    only
        Rows and columns that alone count in this use of the image.
    key
        Which scene and time point of the image.
    seen
        How the image is read and shown to a network: what its project says.
    section
        Which plane of a volume, or square of an image larger than memory, is meant; None for all of the image.
    pieces
        Whether pieces of the objects of a label image become objects, see `images.read_labels`.
    """

    image: Path
    masks: Path
    set_name: str
    classes: Path | None = None
    complete: Path | None = None
    leave_out: tuple[int, int, int, int] | None = None
    only: tuple[int, int, int, int] | None = None
    key: DocumentKey = WHOLE
    seen: ImageInput = field(default_factory=ImageInput)
    section: Section | Patch | None = None
    pieces: Pieces = "auto"

    @property
    def name(self) -> str:
        """Name of the image, with scene and time point where it has several, and the plane of a volume."""
        parts = (self.image.name, self.key.ending[1:], self.section.title if self.section is not None else "")
        return " ".join(part for part in parts if part)

    @property
    def ending(self) -> str:
        """What tells this use of the image file from others: scene, time point, plane of a volume."""
        return self.key.ending + (self.section.ending if self.section is not None else "")

    @property
    def pixels_ending(self) -> str:
        """What tells these pixels of the image file from others: as `ending`, but two layers are of the same pixels."""
        return replace(self, key=replace(self.key, layer="")).ending

    @property
    def digest(self) -> str:
        """SHA-256 of the image file, with its `pixels_ending`; OSError where it is gone."""
        return digest_of(self.image) + self.pixels_ending

    @property
    def is_large(self) -> bool:
        """Whether the image is larger than memory, and `section` does not say yet which square of it is meant."""
        return self.section is None and _is_project_folder(self.masks)

    @property
    def masks_state(self) -> FileIdentity:
        """What tells the masks from what they were before, see `identity_of`."""
        saved = document_folder(self.masks, self.key) / DOCUMENT
        return identity_of(saved if _is_project_folder(self.masks) else self.masks)

    @property
    def shown(self) -> ImageInput:
        """How what `read_image` returns is shown to a network; a patch is normalised and has the right channels."""
        if not isinstance(self.section, Patch):
            return self.seen
        return replace(self.seen, channels=None, normalize=NormalizeSettings(normalize=False))

    def read_image(self, axes: str | None = None, time: int | None = None) -> Image:
        """Read the image as its project says: `axes` and `time` where neither that nor the masks say them.

        Its pixels have the size that a person gave them.

        Raises
        ------
        ImageError
            As for :func:`cpsam_core.images.read_image`.
        """
        if isinstance(self.section, Patch):
            return read_patch(self.section, self.open_source(axes, time), self.seen)
        scene, known = self._chosen(time)
        image = read_image(self.image, self.seen.axes or axes, time=known, scene=scene)
        image = with_size(image, self._given_size)
        return image if self.section is None else self.section.of_image(image)

    def open_source(self, axes: str | None = None, time: int | None = None) -> Source:
        """Open the image to be read in parts, otherwise as `read_image` does; a section is not cut out."""
        scene, known = self._chosen(time)
        source = open_source(self.image, self.seen.axes or axes, time=known, scene=scene)
        return replace(source, image=with_size(source.image, self._given_size))

    @property
    def _given_size(self) -> float | None:
        return given_size(self.masks, self.key) if _is_project(self.masks) else None

    def _chosen(self, time: int | None) -> tuple[int | str | None, int | None]:
        """Return scene and time point."""
        times = (self.key.time, self.seen.time, time)
        scene = self.seen.scene if self.key.scene is None else self.key.scene
        return scene, next((one for one in times if one is not None), None)


def find_pairs(
    folder: Path,
    masks: Path | None = None,
    *,
    uncorrected: bool = False,
    endings: Endings = STANDARD,
    seen: ImageInput | None = None,
    pieces: Pieces = "auto",
    large: bool = False,
) -> list[Pair]:
    """Return every image below `folder` that has masks, in natural order.

    Masks are, the first that is there: a project of the window (`NAME.cpsam`) that somebody corrected, `NAME_masks`,
    `NAME_cp_masks`, `NAME_mask` or `NAME_seg.npy` beside the image, or a file of equal stem in a folder `masks` beside
    the image's own folder `images` (see `images.companions`). With `masks`, that folder is searched first, by equal
    stem in the same subfolder, else in any. Maps of classes and of what is complete are `NAME_classes` and
    `NAME_complete` beside the image, or lie in folders `classes` and `complete` beside `images`. With `uncorrected`,
    projects that hold the masks of a model as they are count too, where there are no others. Images without a project
    are seen as `seen` says, and label images are read as `pieces` says. With `large`, projects of images larger than
    memory count, which are folders: their pairs are no more than a promise of squares, see `Pair.is_large`.

    Raises
    ------
    TrainingError
        If the folder is missing or holds no image with masks, or if several masks fit an image.
    """
    for needed in (folder, masks):
        if needed is not None and not needed.is_dir():
            raise TrainingError(f"there is no folder {needed}")
    given = _MaskFolder(masks, endings) if masks is not None else None
    listings = Listings()
    images, _ = part_images([path for path in walk(folder) if can_read(path)], folder, endings)
    pairs: list[Pair] = []
    left = too_large = 0
    for image in images:
        set_name = set_of(image, folder)
        whole = companions(image, endings=endings, listings=listings)
        fits = [] if given is None else given.masks_of(whole, set_name)
        before = len(pairs)
        documents = [whole] if fits else documents_of(image, endings=endings, listings=listings)
        if large and endings.standard and not fits:
            documents = _with_folder(documents, whole, listings)
        for own in documents:
            found = next(iter(fits or _most_certain(own)), None)
            if found is None:
                continue
            if not uncorrected and untouched(found, own.key):
                left += 1
                continue
            pairs.append(
                Pair(
                    image,
                    found,
                    set_name or folder.name,
                    own.classes,
                    own.complete,
                    key=own.key,
                    seen=input_of(own, seen),
                    pieces=pieces,
                )
            )
        if len(pairs) == before and not large and whole.project.is_dir():
            too_large += 1
    reasons = _left_out(left, too_large)
    for reason in reasons:
        log.warning("left out: %s", reason)
    if not pairs:
        raise TrainingError(
            f"{folder} holds no image with masks"
            + (f" (left out: {'; '.join(reasons)})" if reasons else "")
            + ": put NAME_masks.tif beside NAME.tif, correct images in the window, or give the folder of the masks"
        )
    return pairs


def _with_folder(documents: list[Companions], whole: Companions, listings: Listings) -> list[Companions]:
    """Return the documents of an image with those of its project where that is a folder, whose masks come first."""
    found = {own.key: own for own in documents}
    for key in folder_documents(whole.project):
        own = found.get(key) or companions(whole.image, key, listings=listings)
        found[key] = replace(own, masks=(whole.project, *own.masks))
    return [found[key] for key in sorted(found)]


def _left_out(uncorrected: int, large: int) -> list[str]:
    """Return in words which projects are left out, and why."""
    reasons = []
    if uncorrected:
        reasons.append(f"{_projects(uncorrected)} whose masks nobody corrected")
    if large:
        reasons.append(f"{_projects(large)} of images larger than memory, which are not read whole")
    return reasons


def _projects(count: int) -> str:
    return "1 project" if count == 1 else f"{count} projects"


def pair_of(
    image: Path,
    masks: Path | None = None,
    *,
    endings: Endings = STANDARD,
    key: DocumentKey = WHOLE,
    large: bool = False,
) -> Pair:
    """Return an image with its masks: the file `masks`, or what is beside the image or in the folder `masks`.

    The names are those of `find_pairs`, and `large` is as there; folders below are not searched, and uncorrected
    projects count.

    Raises
    ------
    ImageError
        There is no such image, or no masks of it.
    """
    if not image.exists():
        raise ImageError(f"There is no image {image}.")
    own = companions(image, key, endings=endings)
    if large and masks is None:
        own = next((one for one in _with_folder([own], own, Listings()) if one.key == key), own)
    if masks is not None and masks.is_file():
        return Pair(
            image,
            masks,
            image.parent.name,
            class_map_beside(masks),
            key=_key_in(masks, key),
            seen=input_of(own),
        )
    fits = _most_certain(own) if masks is None else _MaskFolder(masks, endings, below=False).masks_of(own, "")
    if not fits:
        raise ImageError(
            f"There are no masks of {image.name} in {masks or image.parent}: NAME.cpsam, NAME_masks, NAME_cp_masks, "
            "NAME_mask and NAME_seg.npy are looked for."
        )
    classes = own.classes or class_map_beside(fits[0])
    return Pair(image, fits[0], image.parent.name, classes, own.complete, key=key, seen=input_of(own))


def _key_in(masks: Path, key: DocumentKey) -> DocumentKey:
    """Return the document of a file that was named: projects may hold masks of the image as a whole only."""
    return key if not _is_project(masks) or key in project_keys(masks) else WHOLE


def _most_certain(own: Companions) -> list[Path]:
    """Return the masks of an image as training wants them: those of a model as they are come last."""
    if len(own.masks) > 1:
        of_model = own.project in own.masks and untouched(own.project, own.key)
        # A run writes what it found as a label image, too: nobody corrected that either.
        copies = {path for path in own.masks if of_model and repeats(path, own.project, own.key)}
        return sorted(own.masks, key=lambda path: path in copies or untouched(path, own.key))
    if own.masks or not own.doubtful:
        return list(own.masks)
    others = Listings().of(own.image.parent).rivals(own.image)
    if any((preference(one), one.name) < (preference(own.image), own.image.name) for one in others):
        # The warning is given for the other one.
        return []
    log.warning(
        "%s fits %s as well as %s and is taken for the first; names such as %s leave no doubt",
        own.doubtful[0].name,
        own.image.name,
        ", ".join(one.name for one in others),
        own.label_image.name,
    )
    return list(own.doubtful)


class _MaskFolder:
    """A folder of masks that was named."""

    def __init__(self, folder: Path, endings: Endings, *, below: bool = True) -> None:
        files = None if below else sorted(path for path in folder.iterdir() if path.is_file())
        readable = None if files is None else [one for one in files if can_read(one) or _is_project(one)]
        self._by_key = labels_in(folder, readable, endings)
        self._endings = endings
        self._by_name: dict[str, list[Path]] = {}
        for (_, name), paths in self._by_key.items():
            self._by_name.setdefault(name, []).append(paths[0])

    def masks_of(self, own: Companions, set_name: str) -> list[Path]:
        """Return the masks of an image, of the same subfolder first.

        Raises
        ------
        TrainingError
            Several in other subfolders fit.
        """
        image = own.image
        bare = self._endings.base(image)
        for name in dict.fromkeys(map(normal, (own.stem, image.stem, bare, self._endings.bare(bare)))):
            same = [path for path in self._by_key.get((set_name, name), []) if path != image][:1]
            same = same or [path for path in self._by_name.get(name, []) if path != image]
            if len(same) > 1:
                raise TrainingError(f"several masks fit {image.name}: {', '.join(map(str, same))}")
            if same:
                return same
        return []


def digest_of(image: Path, told: Callable[[int, int], object] = lambda done, total: None) -> str:
    """Return the SHA-256 of an image, read once as long as it stays as it is; OSError where it is gone.

    `told` is called with the bytes that were read and those in all, where it has to be read; it may raise to stop.
    """
    state = identity_with_content(image)
    known = _hashes.get((image, state))
    if known is None:
        read = 0

        def add(size: int) -> None:
            nonlocal read
            read += size
            told(read, state.size)

        known = hash_file(image, add)
        while len(_hashes) >= MOST_HASHES:
            _hashes.pop(next(iter(_hashes)), None)
        _hashes[image, state] = known
    return known


_hashes: dict[tuple[Path, FileIdentity], str] = {}
"""Digests of images in the states in which they were read: their parts ask for them again and again."""


def _is_project_folder(path: Path) -> bool:
    """Whether masks are the project of an image larger than memory; an OME-Zarr is a folder, too."""
    return _is_project(path) and path.is_dir()


def _is_project(path: Path) -> bool:
    return path.suffix.lower() == PROJECT_SUFFIX
