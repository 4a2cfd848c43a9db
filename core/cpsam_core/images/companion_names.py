"""What the name of a file says: an image, masks, or another result that lies beside an image.

This is the only place that knows these endings. See `companions` for which files belong to one image.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.file_names import normal
from cpsam_core.images.result_mark import is_result, results_among

__all__ = [
    "IMAGES_FOLDER",
    "MAP_ENDINGS",
    "MASK_FOLDERS",
    "RESULT_ENDINGS",
    "SEG_ENDING",
    "STANDARD",
    "Endings",
    "masks_alone",
    "part_images",
    "result_stem",
    "without_key",
]

PLAIN_MASK = "_mask"
MASK_ENDINGS = ("_masks", "_cp_masks", PLAIN_MASK)
"""What names of masks end in before the suffix, the plainest first."""
SEG_ENDING = "_seg"
MAP_ENDINGS = ("_classes", "_complete")
"""Maps that say more about the pixels of the masks: their classes, and where every object is drawn."""
RESULT_ENDINGS = (
    "_flows",
    "_overlay",
    "_outlines",
    "_objects",
    "_cp_flows",
    "_cp_outlines",
    "_cp_output",
    *MAP_ENDINGS,
)
"""Other results that may be read as images."""
OME = ".ome"
"""What stands before the suffix of OME-TIFF and OME-Zarr."""
IMAGES_FOLDER = "images"
MASK_FOLDERS = ("masks", "labels")
BESIDE_IMAGES = {*MASK_FOLDERS, *(ending[1:] for ending in MAP_ENDINGS)}


@dataclass(frozen=True, slots=True)
class Endings:
    """By which endings images and their masks are told apart.

    Attributes
    ----------
    masks
        Endings of the stems of label images, the first that is there counts. Where they are not the standard ones,
        projects and segmentations of Cellpose are left aside.
    image
        Ending that the stem of every image has, and that its masks do not have; empty for none.
    """

    masks: tuple[str, ...] = MASK_ENDINGS
    image: str = ""

    @classmethod
    def chosen(cls, masks: str | None, image: str | None) -> Endings:
        """Return what a person chose on the command line; None keeps the standard."""
        return cls((masks,) if masks else MASK_ENDINGS, image or "")

    @property
    def standard(self) -> bool:
        """Whether projects, segmentations of Cellpose and the usual label images are meant."""
        return self.masks == MASK_ENDINGS

    def bare(self, stem: str) -> str:
        """Return the stem of the image that masks of this stem belong to."""
        endings = (SEG_ENDING, *self.masks) if self.standard else self.masks
        for ending in sorted(endings, key=len, reverse=True):
            if stem.endswith(ending) and stem != ending:
                return stem.removesuffix(ending)
        return stem

    def is_masks(self, path: Path) -> bool:
        """Whether the ending of a name says by itself that the file holds masks."""
        stem = result_stem(path)
        bare = self.bare(stem)
        # Pictures of masks of another kind end in `_mask`, too: there the image has to lie beside.
        return bare != stem and not (self.standard and stem == bare + PLAIN_MASK)

    def base(self, image: Path) -> str:
        """Return the stem of an image without the ending that images have."""
        return image.stem.removesuffix(self.image) if self.image else image.stem


STANDARD = Endings()


def result_stem(path: Path) -> str:
    """Return the stem of what may be masks or another result: `NAME_masks` of `NAME_masks.ome.zarr`, too.

    Images keep the first part of such a suffix in their stems.
    """
    return normal(path.stem).removesuffix(OME)


def part_images(
    paths: Iterable[Path], root: Path | None = None, endings: Endings = STANDARD
) -> tuple[list[Path], list[Path]]:
    """Part files into images and companions of images.

    Masks are known by their ending alone (`NAME_masks.tif`, `NAME_cp_masks.png`, `NAME_seg.npy`); other endings
    (`NAME_overlay.png`, `NAME_mask.png`) count only where the image or the masks of that name are among the files,
    for people name images so. Beside images, what this program wrote under any name is known by its mark. Files in a
    folder of masks, labels or maps count where a folder `images`, or an image of that name, lies beside that folder.

    Parameters
    ----------
    paths
        Files that can be read as images.
    root
        Folder that was searched; names of the folders above it say nothing.
    endings
        Endings of images and masks.
    """
    paths = list(paths)
    known = {(path.parent, name) for path in paths for name in _names(path, endings)}
    images: list[Path] = []
    results: list[Path] = []
    for path in paths:
        if _is_result(path, known, endings) or (root is not None and _is_beside(path, root, known)):
            results.append(path)
        elif normal(path.stem).endswith(endings.image):
            images.append(path)
    made = results_among(images)
    if made and len(made) < len(images):
        results += [path for path in images if path in made]
        images = [path for path in images if path not in made]
    return images, results


def masks_alone(results: Iterable[Path], images: Iterable[Path], endings: Endings = STANDARD) -> list[Path]:
    """Return the files that are called like masks of an image that is not there: they may be somebody's images."""
    known = {name for path in images for name in _names(path, endings)}
    found = []
    for path in results:
        base = endings.bare(result_stem(path))
        named = endings.is_masks(path) and not result_stem(path).endswith(SEG_ENDING)
        if named and not {base, without_key(base)} & known and not is_result(path):
            found.append(path)
    return found


def _names(path: Path, endings: Endings) -> set[str]:
    """Return how companions may call the image, or the image of the masks, that a file is."""
    stem = normal(path.stem)
    bare = endings.bare(result_stem(path)) if endings.is_masks(path) else stem
    return {stem, result_stem(path), bare, normal(endings.base(path)), f"{stem}_{path.suffix[1:]}"}


def _is_result(path: Path, known: set[tuple[Path, str]], endings: Endings) -> bool:
    if endings.is_masks(path):
        return True
    stem = normal(path.stem)
    ending = next((one for one in (*RESULT_ENDINGS, PLAIN_MASK) if stem.endswith(one)), None)
    if ending is None:
        return False
    base = stem.removesuffix(ending)
    return any((path.parent, one) in known for one in (base, without_key(base)))


def _is_beside(path: Path, root: Path, known: set[tuple[Path, str]]) -> bool:
    """Whether a file lies, below `root`, in a folder of masks or maps of images beside it."""
    for parent in path.parents:
        if parent == root or root not in parent.parents:
            return False
        if parent.name in BESIDE_IMAGES:
            below = path.relative_to(parent).parent
            if (parent.parent / IMAGES_FOLDER).is_dir() or (
                (parent.parent / below, STANDARD.bare(result_stem(path))) in known
                or (parent.parent / below, normal(path.stem)) in known
            ):
                return True
    return False


def without_key(stem: str) -> str:
    """Return a stem without the scene, time point and layer at its end."""
    for start, letter in enumerate(stem):
        if letter == "_" and start and DocumentKey.from_ending(stem[start:]) is not None:
            return stem[:start]
    return stem
