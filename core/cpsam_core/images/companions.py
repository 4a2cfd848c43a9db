"""Which files belong to an image: its project, masks, maps and other results.

Window and commands ask here, so that what one writes the other finds. Companions lie beside the image
(`NAME.cpsam`, `NAME_masks.tif`, `NAME_cp_masks.png`, `NAME_mask.png`, `NAME_seg.npy`, `NAME_classes.tif`), in a folder
`masks` or `labels` beside the image's folder `images`, or in such a folder below the image's own.

Where several images of a folder have one stem (`cells.tif`, `cells.png`), their companions keep the suffix:
`cells.png.cpsam`, `cells_png_masks.tif`. Files of the plain stem belong to the image that the project of the plain stem
names. Where there is no such project they may belong to either: they are `doubtful`, and whoever uses them says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cpsam_core.images.companion_names import (
    IMAGES_FOLDER,
    MAP_ENDINGS,
    MASK_FOLDERS,
    RESULT_ENDINGS,
    SEG_ENDING,
    STANDARD,
    Endings,
    masks_alone,
    part_images,
    result_stem,
    without_key,
)
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.file_names import natural_key, normal
from cpsam_core.images.project_files import PROJECT_SUFFIX
from cpsam_core.images.project_summary import project_keys, read_image_name
from cpsam_core.images.readers import can_read, supported_suffixes

__all__ = ["Companions", "Listings", "companions", "documents_of", "images_in"]

NOT_LABELS = (".jpg", ".jpeg")
"""Lossy: object numbers do not survive."""
PREFERRED = (".tif", ".tiff", ".png", ".npy")
"""Where the same masks are there in several forms, the first counts."""


@dataclass(frozen=True, slots=True)
class Companions:
    """The files that belong to one document of an image.

    Attributes
    ----------
    image, key
        The document.
    stem
        How its results are called, before their endings: ``cells``, ``cells_png``, ``movie_t003``.
    project
        Its project: where it is, or where it is to be written.
    masks
        Files with its masks that are there, the first is taken: project, label images, segmentation of Cellpose,
        files in folders of masks.
    doubtful
        Files with masks that may as well belong to another image of that stem.
    classes, complete
        Maps of its pixels.
    results
        Other pictures that were made from it.
    """

    image: Path
    key: DocumentKey
    stem: str
    project: Path
    masks: tuple[Path, ...] = ()
    doubtful: tuple[Path, ...] = ()
    classes: Path | None = None
    complete: Path | None = None
    results: tuple[Path, ...] = ()

    @property
    def label_image(self) -> Path:
        """Where its masks are written as a label image."""
        return self.result("_masks.tif")

    @property
    def seg(self) -> Path:
        """Where its masks are written as a segmentation of Cellpose."""
        return self.result(f"{SEG_ENDING}.npy")

    def result(self, ending: str) -> Path:
        """Return where a result with this ending is written, beside the image."""
        return self.image.with_name(self.stem + ending)


class Listing:
    """The files of one folder by their stems, read once; an unreadable folder has none."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, list[Path]] = {}
        self._images: dict[str, list[Path]] = {}
        self._keys: dict[str, set[DocumentKey]] = {}
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in entries if not entry.name.startswith(".")]
        except OSError:
            names = []
        for name in sorted(names):
            path = folder / name
            stems = (normal(path.stem), result_stem(path) if can_read(path) else normal(path.stem))
            for stem in dict.fromkeys(stems):
                self.files.setdefault(stem, []).append(path)
            if can_read(path):
                self._images.setdefault(normal(path.stem).casefold(), []).append(path)
            bare = STANDARD.bare(result_stem(path))
            whole = without_key(bare)
            key = DocumentKey.from_ending(bare.removeprefix(whole)) if whole != bare else None
            if key is not None and bare != result_stem(path):
                self._keys.setdefault(whole, set()).add(key)

    def of_stem(self, stem: str) -> list[Path]:
        """Return the files that are called so, whatever their suffix."""
        return self.files.get(normal(stem), [])

    def project(self, stem: str) -> Path | None:
        """Return the project that is called so, if there is one."""
        return next((one for one in self.of_stem(stem) if one.suffix.lower() == PROJECT_SUFFIX), None)

    def keys(self, stem: str) -> set[DocumentKey]:
        """Return the time points, scenes and layers of which files with masks of an image of that stem are there."""
        return self._keys.get(normal(stem), set())

    def short_stem(self, image: Path) -> tuple[str, ...]:
        """Return how masks may call an image in OME-TIFF or OME-Zarr, unless another image is called so."""
        short = result_stem(image)
        return () if short.casefold() in self._images else (short,)

    def rivals(self, image: Path) -> list[Path]:
        """Return the other images of that stem; in capitals or not, for some systems make no difference."""
        same = self._images.get(normal(image.stem).casefold(), [])
        return [one for one in same if one.name != image.name]


class Listings:
    """Folders that were read, so that thousands of images are looked up without reading theirs again."""

    def __init__(self) -> None:
        self._known: dict[Path, Listing] = {}

    def of(self, folder: Path) -> Listing:
        """Return the files of a folder as they were when they were first asked for."""
        if folder not in self._known:
            self._known[folder] = Listing(folder)
        return self._known[folder]


def companions(
    image: Path,
    key: DocumentKey = WHOLE,
    *,
    endings: Endings = STANDARD,
    listings: Listings | None = None,
) -> Companions:
    """Return the files that belong to a document of an image.

    Parameters
    ----------
    image
        The image file; it need not be there.
    key
        Scene, time point and layer.
    endings
        Endings of images and masks.
    listings
        Folders that were read for other images of the same search.
    """
    listings = listings or Listings()
    here = listings.of(image.parent)
    base = endings.base(image)
    plain, own = here.project(image.stem), here.project(image.name)
    rivals = here.rivals(image)
    owner = read_image_name(plain) if rivals and plain is not None else ""
    apart = own is not None or (bool(rivals) and normal(owner) != normal(image.name))
    stem = f"{image.stem}_{image.suffix[1:]}" if apart else image.stem
    project = own or image.with_name((image.name if apart else image.stem) + PROJECT_SUFFIX)
    plain_stems = dict.fromkeys((image.stem, base, *here.short_stem(image)))
    stems = (stem,) if apart and rivals else tuple(dict.fromkeys((stem, *plain_stems)))
    found = list(_masks(image, stems, key, endings, listings))
    doubtful: list[Path] = []
    if endings.standard and project.is_file():
        # Masks that were saved before a project knew time points may be of any of them.
        known = () if key == WHOLE else project_keys(project)
        if key == WHOLE or key in known or not known:
            found.insert(0, project)
        elif WHOLE in known:
            doubtful.append(project)
    if apart and rivals and normal(owner) not in {normal(one.name) for one in rivals}:
        doubtful += [] if plain is None or not endings.standard else [plain]
        doubtful += _masks(image, plain_stems, key, endings, listings)
    classes, complete = (_map(image, stem, key, ending, listings) for ending in MAP_ENDINGS)
    return Companions(
        image,
        key,
        stem + key.ending,
        project,
        tuple(dict.fromkeys(found)),
        tuple(path for path in dict.fromkeys(doubtful) if path not in found),
        classes,
        complete,
        tuple(
            path
            for ending in RESULT_ENDINGS
            for path in here.of_stem(stem + key.ending + ending)
            if can_read(path)
        ),
    )


def documents_of(
    image: Path, *, endings: Endings = STANDARD, listings: Listings | None = None
) -> list[Companions]:
    """Return the documents of an image that have masks: the image as a whole, time points, scenes, layers."""
    listings = listings or Listings()
    whole = companions(image, endings=endings, listings=listings)
    keys = set(listings.of(image.parent).keys(whole.stem))
    if whole.project in whole.masks:
        inside = project_keys(whole.project)
        keys |= set(inside)
        if inside and WHOLE not in inside:
            whole = replace(whole, masks=tuple(path for path in whole.masks if path != whole.project))
    singles = [companions(image, key, endings=endings, listings=listings) for key in sorted(keys - {WHOLE})]
    return [one for one in (whole, *singles) if one.masks or one.doubtful]


def images_in(folder: Path, endings: Endings = STANDARD) -> list[Path]:
    """Return the images of a folder in natural order, without their companions; an unreadable folder has none.

    What is called like masks of an image that is not there is listed, too, unless this program wrote it.
    """
    try:
        with os.scandir(folder) as entries:
            paths = [
                folder / entry.name
                for entry in entries
                if not entry.name.startswith(".") and can_read(folder / entry.name) and _is_whole(entry)
            ]
    except OSError:
        return []
    images, results = part_images(paths, None, endings)
    images += masks_alone(results, images, endings)
    # The suffix last: `cells.tif` comes before `cells2.tif`.
    return sorted(images, key=lambda path: (natural_key(Path(path.stem)), path.suffix))


def _is_whole(entry: os.DirEntry[str]) -> bool:
    """Whether something in a folder is a file, or a folder that is read like one."""
    return entry.is_file() or entry.name.lower().endswith(".zarr")


def _masks(
    image: Path,
    stems: Iterable[str],
    key: DocumentKey,
    endings: Endings,
    listings: Listings,
) -> Iterator[Path]:
    """Yield label images and segmentations of Cellpose of an image, the plainest first."""
    here = listings.of(image.parent)
    for stem in stems:
        for ending in endings.masks:
            yield from _labels(here.of_stem(stem + key.ending + ending), image)
        if endings.standard:
            same = here.of_stem(stem + key.ending + SEG_ENDING)
            yield from (path for path in same if path.suffix.lower() == ".npy")
    for folder in mask_folders(image):
        inside = listings.of(folder)
        for stem in stems:
            for ending in (*endings.masks, "") if endings.standard else endings.masks:
                yield from _labels(inside.of_stem(stem + key.ending + ending), image)


def mask_folders(image: Path, names: Iterable[str] = MASK_FOLDERS) -> Iterator[Path]:
    """Yield the folders where masks of an image may lie, beside its folder `images` and below its own."""
    for name in names:
        for parent in image.parents:
            if parent.name == IMAGES_FOLDER:
                yield parent.parent / name / image.parent.relative_to(parent)
                break
        yield image.parent / name


def _labels(paths: Iterable[Path], image: Path) -> list[Path]:
    """Return those files that can hold labels, in the order of preference."""
    suffixes = supported_suffixes()
    found = [
        path
        for path in paths
        if path != image
        and path.name.lower().endswith(suffixes)
        and not path.name.lower().endswith(NOT_LABELS)
    ]
    return sorted(found, key=lambda path: (preference(path), path.name))


def preference(path: Path) -> int:
    """Return the place of a suffix in the order of preference."""
    suffix = path.suffix.lower()
    return PREFERRED.index(suffix) if suffix in PREFERRED else len(PREFERRED)


def _map(image: Path, stem: str, key: DocumentKey, ending: str, listings: Listings) -> Path | None:
    """Return a map of the pixels of an image, beside it or in a folder of that kind."""
    beside = _labels(listings.of(image.parent).of_stem(stem + key.ending + ending), image)
    folders = [listings.of(folder) for folder in mask_folders(image, (ending[1:],))]
    apart = [path for inside in folders for path in _labels(inside.of_stem(stem + key.ending), image)]
    return next(iter((*beside, *apart)), None)
