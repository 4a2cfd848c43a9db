"""Which images a run segments: files, folders and patterns, each once, in natural order."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cpsam_core.cli.common import describe
from cpsam_core.errors import CpsamError, ImageError
from cpsam_core.images import can_read
from cpsam_core.images.companion_names import STANDARD, Endings, part_images
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.file_names import is_zarr, natural_key, walk
from cpsam_core.system.paths import as_given, expanded


@dataclass(frozen=True)
class Input:
    """An image to segment.

    Attributes
    ----------
    path
        Its file; where it is missing, reading it says so.
    below
        Its folder relative to the folder that was named, which the output folder mirrors.
    key
        Which scene and time point of it; results carry them in their names.
    """

    path: Path
    below: Path = Path()
    key: DocumentKey = WHOLE


@dataclass(frozen=True)
class Inputs:
    """What was found.

    Attributes
    ----------
    images
        Each image once.
    results
        Files left out because they are results of earlier runs.
    failures
        What was asked for and not found, in words.
    """

    images: tuple[Input, ...]
    results: tuple[Path, ...]
    failures: tuple[str, ...]


def gather(
    texts: Iterable[str], output: Path | None = None, suffix: str = "", endings: Endings = STANDARD
) -> Inputs:
    """Find the images that the arguments name.

    Parameters
    ----------
    texts
        Files, folders (searched below too) and patterns such as ``images/*.tif`` or ``**/*.png``.
    output
        Folder of the results, left out where it lies below a folder that is searched.
    suffix
        What the names of masks of this run end in: files of such names are results where their image is there, too.
    endings
        Endings of images and masks.
    """
    found: list[Input] = []
    results: list[Path] = []
    failures: list[str] = []
    named: list[Path] = []
    for text in texts:
        for path in expand(text):
            if not path.is_dir() or is_zarr(path):
                named.append(path)
                continue
            try:
                images, made = _in_folder(path, output, endings)
            except CpsamError as error:
                failures.append(describe(error))
                continue
            found += images
            results += made
    images_named, made = _named(named, endings)
    found += [Input(path) for path in images_named]
    images, ours = _without_suffix(_each_once(found), suffix)
    return Inputs(tuple(images), (*results, *made, *ours), tuple(failures))


def _without_suffix(found: list[Input], suffix: str) -> tuple[list[Input], list[Path]]:
    """Leave out masks of an earlier run with the same suffix, beside their images or in a folder of their own."""
    stems = {(one.path.parent, one.path.stem) for one in found}

    def is_ours(path: Path) -> bool:
        stem = path.stem.removesuffix(suffix)
        return stem != path.stem and bool({(path.parent, stem), (path.parent.parent, stem)} & stems)

    ours = [one.path for one in found if suffix and is_ours(one.path)]
    return [one for one in found if one.path not in ours], ours


def expand(text: str) -> list[Path]:
    """Return what a pattern matches, or the path itself: shells on Windows leave patterns to the program."""
    path = Path(text)
    if path.exists() or not glob.has_magic(text):
        return [path if path.exists() or not text.startswith("~") else expanded(path)]
    matches = glob.glob(text, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute patterns
    return sorted(map(Path, matches), key=natural_key) or [path]


def _in_folder(folder: Path, output: Path | None, endings: Endings) -> tuple[list[Input], list[Path]]:
    inside = None if output is None or as_given(output) == as_given(folder) else as_given(output)
    files = [
        path
        for path in walk(folder)
        if can_read(path) and not (inside is not None and inside in as_given(path).parents)
    ]
    images, results = part_images(files, folder, endings)
    if not images:
        raise ImageError(f"There is no image in the folder {folder}.")
    return [Input(path, path.parent.relative_to(folder)) for path in images], results


def _named(paths: list[Path], endings: Endings) -> tuple[list[Path], list[Path]]:
    """Leave out results among files named one by one, where their images are named too: `cpsam segment *.tif`."""
    images, results = part_images(paths, None, endings)
    stems = {(path.parent, path.stem) for path in images}
    made = [
        path for path in results if any(path.parent == p and path.stem.startswith(f"{s}_") for p, s in stems)
    ]
    return [path for path in paths if path not in made], made


def _each_once(found: list[Input]) -> list[Input]:
    first: dict[Path, Input] = {}
    for image in found:
        first.setdefault(as_given(image.path), image)
    return list(first.values())
