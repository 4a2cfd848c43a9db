"""Find files below folders the way people expect: natural order, hidden and made files left out."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from cpsam_core.errors import ImageError

MASK_ENDINGS = ("_masks", "_cp_masks")
MAP_ENDINGS = ("_classes", "_complete")  # maps that say more about the pixels of the masks
OTHER_ENDINGS = (
    "_flows",
    "_overlay",
    "_outlines",
    "_objects",
    "_cp_flows",
    "_cp_outlines",
    "_cp_output",
    *MAP_ENDINGS,
)
BESIDE_IMAGES = {"masks", "classes", "complete", "labels"}  # what data sets keep beside a folder `images`


def natural_key(path: Path) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """Order paths as people do: `cell2` before `cell10`, a folder's own files before those of its folders."""
    return tuple(
        tuple(
            (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
            for part in re.split(r"(\d+)", name)
        )
        for name in path.parts
    )


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in natural order; hidden ones are left out.

    Raises
    ------
    ImageError
        A folder cannot be read.
    """

    def fail(error: OSError) -> None:
        raise ImageError(f"The folder {error.filename} cannot be read: {error.strerror}.") from error

    for parent, folders, files in os.walk(folder, onerror=fail):
        folders[:] = sorted(
            (name for name in folders if not name.startswith(".")), key=lambda n: natural_key(Path(n))
        )
        for name in sorted(files, key=lambda n: natural_key(Path(n))):
            if not name.startswith("."):
                yield Path(parent, name)


def is_beside_images(path: Path, root: Path) -> bool:
    """Whether a file lies, below `root`, in a folder of masks or classes that has a folder `images` beside it."""
    parents = [parent for parent in path.parents if parent != root and root in parent.parents]
    return any(parent.name in BESIDE_IMAGES and (parent.parent / "images").is_dir() for parent in parents)


def without_results(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Part files into images and results of earlier runs.

    Masks are known by their ending alone (`NAME_masks.tif`, `NAME_cp_masks.png`, `NAME_seg.npy`); other endings
    (`NAME_overlay.png`) count only where the image or the masks of that name lie beside, for people name images so.
    """
    paths = list(paths)
    stems = {(path.parent, normal(path.stem)) for path in paths}
    known = stems | {(parent, bare_stem(stem)) for parent, stem in stems if bare_stem(stem) != stem}
    images: list[Path] = []
    results: list[Path] = []
    for path in paths:
        stem = normal(path.stem)
        ending = next((ending for ending in OTHER_ENDINGS if stem.endswith(ending)), None)
        is_other = ending is not None and (path.parent, stem.removesuffix(ending)) in known
        (results if is_masks(path) or is_other else images).append(path)
    return images, results


def is_masks(path: Path) -> bool:
    """Whether the ending of a name says that the file holds masks."""
    return bare_stem(normal(path.stem)) != normal(path.stem)


def bare_stem(stem: str) -> str:
    """Return the name of the image that masks of this stem belong to."""
    for ending in ("_seg", *sorted(MASK_ENDINGS, key=len, reverse=True)):
        if stem.endswith(ending) and stem != ending:
            return stem.removesuffix(ending)
    return stem


def normal(text: str) -> str:
    """Return one Unicode form: macOS takes accents apart, others do not."""
    return unicodedata.normalize("NFC", text)
