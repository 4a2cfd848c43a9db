"""Which label files of two folders belong together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.images import supported_suffixes

from .files import MASK_ENDINGS, OTHER_ENDINGS, bare_stem, natural_key, normal, walk

NOT_LABELS = (".jpg", ".jpeg")  # lossy: object numbers do not survive
LAYOUT = {"images", "masks"}  # folders that say what their files are, not to which set they belong
PREFERRED = (".tif", ".tiff", ".png", ".npy")  # where the same masks are there in several forms

Key = tuple[str, str]


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


def pair_labels(true: Path, predicted: Path) -> Pairing:
    """Pair label files by name: `NAME`, `NAME_masks`, `NAME_cp_masks` or `NAME_seg.npy` on either side.

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
    suffixes = tuple(suffix for suffix in supported_suffixes() if suffix not in NOT_LABELS)
    files = [path for path in walk(folder) if path.name.lower().endswith(suffixes)]
    marked = {path.parent for path in files if _rank(path, folder) < len(RANKS)}
    marked |= {parent.with_name("images") for parent in marked if parent.name == "masks"}
    marked |= {parent.with_name("classes") for parent in marked if parent.name == "masks"}
    best: dict[Key, tuple[int, int, Path]] = {}
    for path in files:
        rank = _rank(path, folder)
        if rank == len(RANKS) and (path.parent in marked or path.stem.endswith(OTHER_ENDINGS)):
            continue
        place = (rank, _preference(path), path)
        best[_key(path, folder)] = min(place, best.get(_key(path, folder), place))
    if not best:
        raise ImageError(f"There are no masks in {folder}.")
    ordered = sorted(best.items(), key=lambda item: natural_key(Path(*item[0])))
    return {key: path for key, (_, _, path) in ordered}


RANKS = (*MASK_ENDINGS, "_seg", "in a folder masks")


def _rank(path: Path, root: Path) -> int:
    """Return how plainly a file says that it holds masks; 0 is plainest."""
    stem = normal(path.stem)
    for rank, ending in enumerate(RANKS[:3]):
        if stem.endswith(ending) and bare_stem(stem) == stem.removesuffix(ending):
            return rank
    return 3 if "masks" in path.relative_to(root).parts[:-1] else len(RANKS)


def _preference(path: Path) -> int:
    suffix = path.suffix.lower()
    return PREFERRED.index(suffix) if suffix in PREFERRED else len(PREFERRED)


def _key(path: Path, root: Path) -> Key:
    parts = [part for part in path.parent.relative_to(root).parts if part not in LAYOUT]
    return normal("/".join(parts)), bare_stem(normal(path.stem))


def _only(key: Key) -> str:
    return key[1]


def _unique(keys: set[Key]) -> list[Key]:
    counts = Counter(map(_only, keys))
    return [key for key in keys if counts[_only(key)] == 1]
