"""Which files belong together: images with masks to train on, true with predicted masks to compare."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cpsam_core.errors import ImageError, TrainingError
from cpsam_core.images import supported_suffixes
from cpsam_core.images.file_names import (
    MAP_ENDINGS,
    MASK_ENDINGS,
    OTHER_ENDINGS,
    bare_stem,
    natural_key,
    normal,
    walk,
)
from cpsam_core.images.project_files import PROJECT_SUFFIX, is_corrected

log = logging.getLogger(__name__)

NOT_LABELS = (".jpg", ".jpeg")  # lossy: object numbers do not survive
LAYOUT = {"images", "masks", "classes", "complete"}  # folders that say what their files are, not to which set
PREFERRED = (".tif", ".tiff", ".png", ".npy")  # where the same masks are there in several forms
RANKS = ("a corrected project", *MASK_ENDINGS, "_seg", "in a folder masks", "of the plain name", "a project")
"""How plainly a file says that it holds masks; the first is plainest."""
IN_MASKS, PLAIN, UNCORRECTED = 4, 5, 6

Key = tuple[str, str]
Labels = dict[Key, list[Path]]


@dataclass(frozen=True)
class Pair:
    """An image file, its label file, and the set that it belongs to (its folder).

    Attributes
    ----------
    image, masks
        Files; the masks may be a project of the window, which can also hold classes and complete regions.
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
    """

    image: Path
    masks: Path
    set_name: str
    classes: Path | None = None
    complete: Path | None = None
    leave_out: tuple[int, int, int, int] | None = None
    only: tuple[int, int, int, int] | None = None


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


def find_pairs(folder: Path, masks: Path | None = None, *, uncorrected: bool = False) -> list[Pair]:
    """Return every image below `folder` that has masks, in natural order.

    Masks are, the first that is there: a project of the window (`NAME.cpsam`) that somebody corrected, `NAME_masks`,
    `NAME_cp_masks` or `NAME_seg.npy` beside the image, or a file of equal stem in a folder `masks` beside the
    image's own folder `images`. With `masks`, that folder is searched first, by equal stem in the same subfolder,
    else in any. Maps of classes and of what is complete are `NAME_classes` and `NAME_complete` beside the image, or
    lie in folders `classes` and `complete` beside `images`. With `uncorrected`, projects that hold the masks of a
    model as they are count too, where there are no others.

    Raises
    ------
    TrainingError
        If the folder is missing or holds no image with masks, or if several masks fit an image.
    """
    for needed in (folder, masks):
        if needed is not None and not needed.is_dir():
            raise TrainingError(f"there is no folder {needed}")
    files = _readable(folder)
    ours = _with_siblings(folder, files)
    given = _labels_of(masks, _readable(masks)) if masks is not None else {}
    by_name: dict[str, list[Path]] = {}
    for (_, name), paths in given.items():
        by_name.setdefault(name, []).append(paths[0])
    maps = {path for path in files if _map_of(path, folder) is not None}
    below = {(_map_of(path, folder), _key(path, folder)): path for path in files if path in maps}
    pairs, untouched = [], 0
    for image in files:
        if image in maps or _rank(image, folder) < PLAIN or image.suffix.lower() == PROJECT_SUFFIX:
            continue
        key = _key(image, folder)
        same = given[key][:1] if key in given else by_name.get(key[1], [])
        if len(same) > 1:
            raise TrainingError(f"several masks fit {image.name}: {', '.join(map(str, same))}")
        found = next(iter((*same, *ours.get(key, []))), None)
        if found is None or found == image:
            continue
        if not uncorrected and found.suffix == PROJECT_SUFFIX and not is_corrected(found):
            untouched += 1
            continue
        classes, complete = (
            below.get((ending, key)) or _sibling(ending, image, folder) for ending in MAP_ENDINGS
        )
        pairs.append(Pair(image, found, key[0] or folder.name, classes, complete))
    if untouched:
        log.warning("%d projects whose masks nobody corrected are left out", untouched)
    if not pairs:
        raise TrainingError(
            f"{folder} holds no image with masks"
            + (f" ({untouched} projects have masks of a model that nobody corrected)" if untouched else "")
            + ": put NAME_masks.tif beside NAME.tif, correct images in the window, or give the folder of the masks"
        )
    return pairs


def pair_of(image: Path, masks: Path | None = None) -> Pair:
    """Return an image with its masks: the file `masks`, or what is beside the image or in the folder `masks`.

    The names are those of `find_pairs`; folders below are not searched, and uncorrected projects count.

    Raises
    ------
    ImageError
        There is no such image, or no masks of it.
    """
    if not image.is_file():
        raise ImageError(f"There is no image {image}.")
    if masks is not None and masks.is_file():
        return Pair(image, masks, image.parent.name, class_map_beside(masks))
    folder = image.parent if masks is None else masks
    files = [path for path in _readable(folder, below=False) if path != image]
    labels = _with_siblings(folder, files) if masks is None else _labels_of(folder, files)
    found = labels.get(("", bare_stem(normal(image.stem))))
    if found is None:
        raise ImageError(
            f"There are no masks of {image.name} in {folder}: NAME.cpsam, NAME_masks, NAME_cp_masks and NAME_seg.npy "
            "are looked for."
        )
    return Pair(image, found[0], image.parent.name, class_map_beside(found[0]))


def pair_labels(true: Path, predicted: Path) -> Pairing:
    """Pair label files by name: `NAME`, `NAME_masks`, `NAME_cp_masks`, `NAME_seg.npy` or `NAME.cpsam` on either side.

    Folders are searched below too. Files pair within folders of one name first (`set/masks/NAME` with
    `set/images/NAME_masks`), and across folders where a name is there once on each side.

    Raises
    ------
    ImageError
        A folder is missing, or nothing pairs.
    """
    if true.is_file() and predicted.is_file():
        return Pairing((LabelPair(bare_stem(true.stem), "", true, predicted),), (), ())
    ours, theirs = find_labels(true), find_labels(predicted)
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


def find_labels(folder: Path) -> dict[Key, Path]:
    """Return the label file of every image below a folder, by set and name, in natural order.

    Where endings or a folder `masks` say which files are masks, others beside them are not taken for masks.

    Raises
    ------
    ImageError
        The folder is missing or holds none.
    """
    if not folder.is_dir():
        raise ImageError(f"There is no folder {folder}.")
    found = _labels_of(folder, _readable(folder))
    if not found:
        raise ImageError(f"There are no masks in {folder}.")
    return {key: paths[0] for key, paths in found.items()}


def class_map_beside(masks: Path) -> Path | None:
    """Return the file with the class of each pixel that belongs to a label file, see `map_beside`."""
    return map_beside(masks, "_classes")


def map_beside(masks: Path, ending: str) -> Path | None:
    """Return a map that belongs to a label file, if there is one.

    Looked for as `NAME` and the ending (`_classes` or `_complete`) beside it, and by the same name in a folder of that
    kind (`classes`) beside its folder `masks` or `images`.
    """
    name = bare_stem(masks.stem)
    folders = [(masks.parent, f"{name}{ending}")]
    if masks.parent.name in LAYOUT:
        folders.append((masks.parent.with_name(ending[1:]), name))
    places = [folder / (stem + suffix) for folder, stem in folders for suffix in PREFERRED[:3]]
    return next((path for path in places if path.is_file()), None)


def _readable(folder: Path, below: bool = True) -> list[Path]:
    suffixes = (*supported_suffixes(), PROJECT_SUFFIX)
    files = walk(folder) if below else sorted(path for path in folder.iterdir() if path.is_file())
    return [path for path in files if path.name.lower().endswith(suffixes)]


def _with_siblings(folder: Path, files: list[Path]) -> Labels:
    """Return the label files below a folder that say so, and those in `masks` beside it where it is `images`."""
    sibling = folder.parent / "masks"
    beside: Labels = {}
    if folder.name == "images" and sibling.is_dir():
        beside = _labels_of(sibling, _readable(sibling))
    own = {
        key: [path for path in paths if _rank(path, folder) != PLAIN]
        for key, paths in _labels_of(folder, files).items()
    }
    together = {key: own.get(key, []) + beside.get(key, []) for key in {*own, *beside}}
    # The projects of a model's own masks come after everything, wherever it lies.
    return {
        key: sorted(paths, key=_untouched) if len(paths) > 1 else paths for key, paths in together.items()
    }


def _labels_of(folder: Path, files: Iterable[Path]) -> Labels:
    """Return label files by set and name of their image, the plainest first, in natural order."""
    files = [path for path in files if not path.name.lower().endswith(NOT_LABELS)]
    files = [path for path in files if _map_of(path, folder) is None]
    marked = {path.parent for path in files if _rank(path, folder) != PLAIN}
    marked |= {parent.with_name("images") for parent in marked if parent.name == "masks"}
    marked |= {parent.with_name("classes") for parent in marked if parent.name == "masks"}
    found: dict[Key, list[tuple[int, int, Path]]] = {}
    for path in files:
        rank = _rank(path, folder)
        if rank == PLAIN and (path.parent in marked or path.stem.endswith(OTHER_ENDINGS)):
            continue
        found.setdefault(_key(path, folder), []).append((rank, _preference(path), path))
    for candidates in found.values():
        if len(candidates) > 1:  # only then does it matter, and projects have to be opened for it
            candidates[:] = [(_rank(path, folder, look=True), form, path) for _, form, path in candidates]
    ordered = sorted(found.items(), key=lambda item: natural_key(Path(*item[0])))
    return {key: [path for _, _, path in sorted(candidates)] for key, candidates in ordered}


def _rank(path: Path, root: Path, look: bool = False) -> int:
    """Return the place in `RANKS`; a project is opened only where asked to `look`."""
    if path.suffix.lower() == PROJECT_SUFFIX:
        return UNCORRECTED if look and _untouched(path) else 0
    stem = normal(path.stem)
    for rank, ending in enumerate((*MASK_ENDINGS, "_seg"), 1):
        if stem.endswith(ending) and bare_stem(stem) == stem.removesuffix(ending):
            return rank
    return IN_MASKS if "masks" in path.relative_to(root).parts[:-1] else PLAIN


def _untouched(path: Path) -> bool:
    return path.suffix.lower() == PROJECT_SUFFIX and not is_corrected(path)


def _map_of(path: Path, root: Path) -> str | None:
    """Return `_classes` or `_complete` where a file below `root` is such a map of an image there, else None."""
    for ending in MAP_ENDINGS:
        stem = normal(path.stem)
        if stem.endswith(ending) and any(path.parent.glob(f"{_literal(path.stem.removesuffix(ending))}.*")):
            return ending
        parents = [parent for parent in path.parents if root in parent.parents]
        if any(parent.name == ending[1:] and (parent.parent / "images").is_dir() for parent in parents):
            return ending
    return None


def _literal(name: str) -> str:
    """Return a pattern that matches this name only."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _sibling(ending: str, image: Path, folder: Path) -> Path | None:
    """Return the map of an image in a folder beside `folder` itself, where that is `images`."""
    if folder.name != "images":
        return None
    place = folder.parent / ending[1:] / image.relative_to(folder)
    return next((path for suffix in PREFERRED[:3] if (path := place.with_suffix(suffix)).is_file()), None)


def _preference(path: Path) -> int:
    suffix = path.suffix.lower()
    return PREFERRED.index(suffix) if suffix in PREFERRED else len(PREFERRED)


def _key(path: Path, root: Path) -> Key:
    parts = [part for part in path.parent.relative_to(root).parts if part not in LAYOUT]
    stem = normal(path.stem)
    ending = _map_of(path, root)
    if ending is not None:
        return normal("/".join(parts)), stem.removesuffix(ending)
    return normal("/".join(parts)), bare_stem(stem)


def _only(key: Key) -> str:
    return key[1]


def _unique(keys: set[Key]) -> list[Key]:
    counts = Counter(map(_only, keys))
    return [key for key in keys if counts[_only(key)] == 1]
