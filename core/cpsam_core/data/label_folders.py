"""Folders of masks: which file holds the masks of which image, and true with predicted masks to compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import fastremap
import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.images.companion_names import (
    IMAGES_FOLDER,
    MAP_ENDINGS,
    MASK_FOLDERS,
    RESULT_ENDINGS,
    SEG_ENDING,
    STANDARD,
    Endings,
)
from cpsam_core.images.companions import NOT_LABELS, PREFERRED, Listings, preference
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.file_names import natural_key, normal, walk
from cpsam_core.images.label_files import is_as_written, read_labels
from cpsam_core.images.project_files import PROJECT_SUFFIX, read_project_file
from cpsam_core.images.project_summary import is_corrected
from cpsam_core.images.readers import can_read, supported_suffixes
from cpsam_core.system.file_identity import FileIdentity, identity_of

__all__ = [
    "LabelPair",
    "Pairing",
    "class_map_beside",
    "find_labels",
    "labels_in",
    "map_beside",
    "pair_labels",
    "repeats",
    "set_of",
    "untouched",
]

LAYOUT = {IMAGES_FOLDER, *MASK_FOLDERS, *(ending[1:] for ending in MAP_ENDINGS)}
"""Folders that say what their files are, not to which set they belong."""

Key = tuple[str, str]
"""Set and name of an image."""


class Rank(IntEnum):
    """How plainly a file says that it holds masks; the first is plainest, endings of masks stand from `MASKS` on."""

    PROJECT = 0
    MASKS = 1
    SEG = 20
    IN_MASKS = 21
    PLAIN = 22
    UNCORRECTED = 23


@dataclass(frozen=True)
class LabelPair:
    """True and predicted labels of one image; `set_name` is its folder, empty without folders."""

    name: str
    set_name: str
    true: Path
    predicted: Path


@dataclass(frozen=True)
class Pairing:
    """Pairs, true label files without a prediction, and predictions without true labels."""

    pairs: tuple[LabelPair, ...]
    missing: tuple[Path, ...]
    surplus: tuple[Path, ...]


def pair_labels(true: Path, predicted: Path, endings: Endings = STANDARD) -> Pairing:
    """Pair label files by name: `NAME`, `NAME_masks`, `NAME_cp_masks`, `NAME_seg.npy` or `NAME.cpsam` on either side.

    Folders are searched below too. Files pair within folders of one name first (`set/masks/NAME` with
    `set/images/NAME_masks`), and across folders where a name is there once on each side.

    Parameters
    ----------
    true, predicted
        Folders, or one file each.
    endings
        Endings of the true masks; predicted ones may have the standard ones, too.

    Raises
    ------
    ImageError
        A folder is missing, or nothing pairs.
    """
    if true.is_file() and predicted.is_file():
        return Pairing((LabelPair(endings.bare(true.stem), "", true, predicted),), (), ())
    ours, theirs = find_labels(true, endings), _predicted(predicted, endings)
    matched = {key: key for key in ours if key in theirs}
    lonely = {_only(key): key for key in _unique(set(ours) - set(matched))}
    others = {_only(key): key for key in _unique(set(theirs) - set(matched))}
    matched |= {key: others[name] for name, key in lonely.items() if name in others}
    pairs = [LabelPair(key[1], key[0], ours[key], theirs[matched[key]]) for key in ours if key in matched]
    if not pairs:
        raise ImageError(
            f"No prediction in {predicted} has the name of true masks in {true}: NAME, NAME_masks or NAME_cp_masks "
            f"are looked for (there {next(iter(theirs.values())).name}, here {next(iter(ours.values())).name})."
        )
    return Pairing(
        tuple(pairs),
        tuple(path for key, path in ours.items() if key not in matched),
        tuple(path for key, path in theirs.items() if key not in matched.values()),
    )


def _predicted(folder: Path, endings: Endings) -> dict[Key, Path]:
    """Return predictions: those with the endings that were chosen, where there are none those with the usual ones."""
    if endings.standard:
        return find_labels(folder)
    try:
        return find_labels(folder, endings)
    except ImageError:
        return find_labels(folder)


def find_labels(folder: Path, endings: Endings = STANDARD) -> dict[Key, Path]:
    """Return the label file of every image below a folder, by set and name, in natural order.

    Where endings or a folder `masks` say which files are masks, others beside them are not taken for masks.

    Raises
    ------
    ImageError
        The folder is missing or holds none.
    """
    if not folder.is_dir():
        raise ImageError(f"There is no folder {folder}.")
    found = labels_in(folder, _readable(folder), endings)
    if not found:
        raise ImageError(f"There are no masks in {folder}.")
    return {key: paths[0] for key, paths in found.items()}


def labels_in(
    folder: Path, files: Iterable[Path] | None = None, endings: Endings = STANDARD
) -> dict[Key, list[Path]]:
    """Return the label files below a folder by set and name of their image, the plainest first, in natural order."""
    names = _LabelNames(folder, endings)
    files = _readable(folder) if files is None else files
    files = [path for path in files if not path.name.lower().endswith(NOT_LABELS)]
    files = [path for path in files if not names.is_map(path)]
    marked = {path.parent for path in files if names.rank(path) != Rank.PLAIN}
    marked |= {
        parent.with_name(beside)
        for parent in marked
        if parent.name in MASK_FOLDERS
        for beside in (IMAGES_FOLDER, "classes")
    }
    found: dict[Key, list[tuple[int, int, Path]]] = {}
    for path in files:
        rank = names.rank(path)
        if rank == Rank.PLAIN and (path.parent in marked or path.stem.endswith(RESULT_ENDINGS)):
            continue
        found.setdefault(names.key(path), []).append((rank, preference(path), path))
    for candidates in found.values():
        # Only then does it matter, and projects have to be opened for it.
        if len(candidates) > 1:
            candidates[:] = [
                (Rank.UNCORRECTED if untouched(path) else rank, form, path) for rank, form, path in candidates
            ]
    ordered = sorted(found.items(), key=lambda item: natural_key(Path(*item[0])))
    return {key: [path for _, _, path in sorted(candidates)] for key, candidates in ordered}


def untouched(path: Path, key: DocumentKey | None = None) -> bool:
    """Whether a file is a project that holds the masks of a model as they are; with `key`, those of one document."""
    return path.suffix.lower() == PROJECT_SUFFIX and not is_corrected(path, key)


def repeats(labels: Path, project: Path, key: DocumentKey) -> bool:
    """Whether a label image shows the very objects of a project, or those that a model drew there earlier.

    Runs write it beside the project. One that somebody changed since is another matter.
    """
    if labels.suffix.lower() == PROJECT_SUFFIX or not (labels.is_file() and project.is_file()):
        return False
    return _is_copy(labels, identity_of(labels), project, identity_of(project), key)


@lru_cache(maxsize=4096)
def _is_copy(labels: Path, _: FileIdentity, project: Path, __: FileIdentity, key: DocumentKey) -> bool:
    """Compare both files, once for each state that they are in; one that cannot be read repeats nothing."""
    try:
        # The project goes on, and the label image stays what it was.
        if is_as_written(labels):
            return True
        drawn, kept = read_labels(labels), read_project_file(project, key=key).labels
    except (ImageError, OSError):
        return False
    if drawn.size != kept.size:
        return False
    # Numbers may differ.
    first, second = (fastremap.renumber(one.ravel())[0] for one in (drawn, kept))
    return bool(np.array_equal(first, second))


def class_map_beside(masks: Path) -> Path | None:
    """Return the file with the class of each pixel that belongs to a label file, see `map_beside`."""
    return map_beside(masks, "_classes")


def map_beside(masks: Path, ending: str) -> Path | None:
    """Return a map that belongs to a label file, if there is one.

    Looked for as `NAME` and the ending (`_classes` or `_complete`) beside it, and by the same name in a folder of that
    kind (`classes`) beside its folder `masks` or `images`.
    """
    name = STANDARD.bare(masks.stem)
    folders = [(masks.parent, f"{name}{ending}")]
    if masks.parent.name in LAYOUT:
        folders.append((masks.parent.with_name(ending[1:]), name))
    places = [folder / (stem + suffix) for folder, stem in folders for suffix in PREFERRED[:3]]
    return next((path for path in places if path.is_file()), None)


def set_of(path: Path, root: Path) -> str:
    """Return the set that a file below `root` belongs to: its folder, without those that only say what it is."""
    return normal("/".join(part for part in path.parent.relative_to(root).parts if part not in LAYOUT))


class _LabelNames:
    """What the names of label files below one folder say."""

    def __init__(self, root: Path, endings: Endings) -> None:
        self._root, self._endings = root, endings
        self._listings = Listings()

    def rank(self, path: Path) -> int:
        """Return how plainly a file says that it holds masks."""
        standard = self._endings.standard
        if path.suffix.lower() == PROJECT_SUFFIX:
            return Rank.PROJECT if standard else Rank.PLAIN
        stem = normal(path.stem)
        bare = self._endings.bare(stem)
        if bare != stem:
            ending = stem.removeprefix(bare)
            return Rank.SEG if ending == SEG_ENDING else Rank.MASKS + self._endings.masks.index(ending)
        inside = set(MASK_FOLDERS) & set(path.relative_to(self._root).parts[:-1])
        return Rank.IN_MASKS if inside and standard else Rank.PLAIN

    def key(self, path: Path) -> Key:
        """Return set and name of the image that a label file belongs to."""
        stem = normal(path.stem)
        if path.suffix.lower() == PROJECT_SUFFIX and can_read(stem):
            # Images that differ in their suffix only.
            name = Path(stem)
            return set_of(path, self._root), f"{name.stem}_{name.suffix[1:]}"
        return set_of(path, self._root), self._endings.bare(stem)

    def is_map(self, path: Path) -> bool:
        """Whether a file is a map of classes, or of what is complete, of an image there."""
        stem = normal(path.stem)
        for ending in MAP_ENDINGS:
            if stem.endswith(ending) and self._listings.of(path.parent).of_stem(stem.removesuffix(ending)):
                return True
            parents = [parent for parent in path.parents if self._root in parent.parents]
            if any(
                parent.name == ending[1:] and (parent.parent / IMAGES_FOLDER).is_dir() for parent in parents
            ):
                return True
        return False


def _readable(folder: Path) -> list[Path]:
    suffixes = (*supported_suffixes(), PROJECT_SUFFIX)
    return [path for path in walk(folder) if path.name.lower().endswith(suffixes)]


def _only(key: Key) -> str:
    return key[1]


def _unique(keys: set[Key]) -> list[Key]:
    counts = Counter(map(_only, keys))
    return [key for key in keys if counts[_only(key)] == 1]
