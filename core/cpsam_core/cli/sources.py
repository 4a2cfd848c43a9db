"""Which files of objects a run converts, and the images that they belong to."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cpsam_core.cli.common import describe
from cpsam_core.cli.inputs import expand
from cpsam_core.errors import CpsamError, ImageError
from cpsam_core.formats import FORMATS, Format, ObjectSet, ReadHints, format_of, read_each
from cpsam_core.images import Image, can_read, check_same_shape, read_image
from cpsam_core.images.companion_names import IMAGES_FOLDER, MASK_ENDINGS, MASK_FOLDERS, STANDARD, Endings
from cpsam_core.images.file_names import is_zarr, natural_key, normal, walk
from cpsam_core.labels.pieces import Pieces
from cpsam_core.system.paths import as_given

ENDINGS = sorted(
    {
        *(one.ending.rsplit(".", 1)[0] if one.ending.startswith("_") else "" for one in FORMATS),
        *MASK_ENDINGS,
        "_cp_outlines",
        ".ome",
    }
    - {""},
    key=len,
    reverse=True,
)
"""What is added to the name of an image before the suffix, the longest first."""

TELLING = ("_seg.npy", ".cpsam", "_rois.zip", ".geojson", "_coco.json", "_outlines.txt", ".zarr")
"""Endings by which a file below a folder is known to hold objects; label images are known by `_masks`."""


@dataclass(frozen=True)
class InputImage:
    """A file of objects.

    Attributes
    ----------
    path
        The file, or the folder of OME-Zarr.
    kind
        Its format.
    below
        Its folder relative to the folder that was named, which the output folder mirrors.
    """

    path: Path
    kind: Format
    below: Path = Path()
    endings: Endings = STANDARD

    @property
    def stem(self) -> str:
        """Return the name of its image without suffix."""
        stem = self.path.name
        for suffix in sorted((s for s in self.kind.suffixes if stem.lower().endswith(s)), key=len)[-1:]:
            stem = stem[: -len(suffix)]
        if self.kind.key == "project" and can_read(stem):
            name = Path(stem)
            return (
                # The name follows that of its other results, see `images.companions`.
                f"{name.stem}_{name.suffix[1:]}"
            )
        if not self.endings.standard:
            return self.endings.bare(stem)
        ending = next((one for one in ENDINGS if stem.lower().endswith(one) and len(stem) > len(one)), "")
        return stem[: len(stem) - len(ending)]

    def folder(self, out: Path | None) -> Path:
        """Return where its results go."""
        return self.path.parent if out is None else out / self.below


def find_sources(
    texts: Iterable[str],
    wanted: Format | None,
    target: Format,
    out: Path | None,
    endings: Endings = STANDARD,
) -> tuple[list[InputImage], list[str]]:
    """Find the files of objects that the arguments name.

    Parameters
    ----------
    texts
        Files, folders (searched below too) and patterns.
    wanted
        The format to read; None: by the names.
    target
        The format to write; files of it that lie in a searched folder are results and left out.
    out
        Folder of the results, left out where it lies below a folder that is searched.
    endings
        Endings of label images.

    Returns
    -------
    found : list of InputImage
    failures : list of str
        What was asked for and not found, in words.
    """
    found: list[InputImage] = []
    failures: list[str] = []
    for text in texts:
        for path in expand(text):
            try:
                if path.is_dir() and not is_zarr(path):
                    inside, double = _in_folder(path, wanted, target, out, endings)
                    found += inside
                    failures += double
                else:
                    found.append(InputImage(path, _kind(path, wanted), endings=endings))
            except CpsamError as error:
                failures.append(describe(error))
    first: dict[Path, InputImage] = {}
    for one in found:
        first.setdefault(as_given(one.path), one)
    return list(first.values()), failures


def read_source(
    source: InputImage,
    target: Format,
    images: Path | None,
    pixel_size: float | None,
    pieces: Pieces = "no",
) -> Iterator[tuple[ObjectSet, str]]:
    """Yield the objects of each image that a file describes, with the stem of the name of its results.

    Parameters
    ----------
    source
        The file.
    target
        What will be written: pictures need the image.
    images
        The image, or the folder of the images; None looks beside the file.
    pixel_size
        Micrometres, instead of what the file says.
    pieces
        Whether pieces of objects become objects.

    Raises
    ------
    ImageError
        The file cannot be read, or the image is needed and not there.
    """
    given = _ImageAtHand(source.path, source.stem, images)
    hints = ReadHints(look=given.shape, pieces=pieces)
    found = read_each(source.path, source.kind, hints)
    first = list(itertools.islice(found, 2))
    # COCO: results are called by the images, unless the file itself is called by its only one.
    by_image = source.kind.key == "coco" and (len(first) > 1 or not source.path.stem.endswith("_coco"))
    for objects in itertools.chain(first, found):
        stem, picture = source.stem, given
        if objects.image_name and by_image:
            stem = Path(objects.image_name).stem
            picture = _ImageAtHand(source.path, stem, images)
        wanted = target.needs_image or picture.is_named or (target.wants_image and picture.path is not None)
        yield _with_image(objects, source, picture, picture.image() if wanted else None, pixel_size), stem


class _ImageAtHand:
    """The image of some objects, read when it is needed: the one that was named, or the one of their name."""

    def __init__(self, source: Path, stem: str, images: Path | None) -> None:
        self.is_named = images is not None and not images.is_dir()
        self.path = images if self.is_named else _image_of(source, stem, images)
        self._what = f"the image {stem} of {source}"
        self._where = "" if images is None else f" in {images}"
        self._image: Image | None = None

    def image(self) -> Image:
        """Return the image.

        Raises
        ------
        ImageError
            There is none, or it cannot be read.
        """
        if self.path is None:
            raise ImageError(
                f"There is no file of {self._what}{self._where}, and it is needed: give it with --image."
            )
        if self._image is None:
            self._image = read_image(self.path)
        return self._image

    def shape(self) -> tuple[int, ...]:
        """Return the shape that labels of the image have."""
        return self.image().spatial_shape

    @property
    def read(self) -> Image | None:
        """The image, if something needed it so far."""
        return self._image


def _with_image(
    objects: ObjectSet,
    source: InputImage,
    picture: _ImageAtHand,
    image: Image | None,
    pixel_size: float | None,
) -> ObjectSet:
    """Return the objects with what their image says; its pixels only where they were asked for."""
    known = image or picture.read
    if known is not None:
        check_same_shape(known, objects.labels, f"The objects in {source.path}")
    return dataclasses.replace(
        objects,
        image=image,
        image_path=picture.path,
        image_name=objects.image_name or (picture.path.name if picture.path is not None else source.stem),
        pixel_size=pixel_size or objects.pixel_size or (known.pixel_size if known is not None else None),
        z_step=objects.z_step or (known.z_step if known is not None else None),
    )


def _image_of(path: Path, stem: str, images: Path | None) -> Path | None:
    """Return the image of a name in a folder, or else beside the file of its objects."""
    folders = [images] if images is not None else [path.parent]
    if images is None and path.parent.name in MASK_FOLDERS:
        folders += [path.parent.parent / IMAGES_FOLDER, path.parent.parent]
    for folder in folders:
        inside = sorted(folder.iterdir(), key=natural_key) if folder.is_dir() else []
        for one in inside:
            names = (one.stem, f"{one.stem}_{one.suffix[1:]}")
            if (
                stem in names
                and one != path
                and can_read(one)
                and not STANDARD.is_masks(one)
                and one.is_file()
            ):
                return one
    return None


def _kind(path: Path, wanted: Format | None) -> Format:
    if not path.exists():
        raise ImageError(f"There is no file {path}.")
    kind = wanted or format_of(path)
    if kind is None:
        raise ImageError(f"{path} is of no format that holds objects; --from says which one it is.")
    return kind


def _in_folder(
    folder: Path, wanted: Format | None, target: Format, out: Path | None, endings: Endings
) -> tuple[list[InputImage], list[str]]:
    """Return the files of objects below a folder, and what is wrong with those that are there twice."""
    inside = None if out is None or as_given(out) == as_given(folder) else as_given(out)
    paths = [path for path in walk(folder) if inside is None or inside not in as_given(path).parents]
    kinds = {path: format_of(path) for path in paths}
    known = [path for path in paths if kinds[path] is not None and _is_telling(path, endings)]
    if wanted is not None:
        chosen = [path for path in known if kinds[path] == wanted]
        # Where no name tells, all files of that format are meant.
        chosen = chosen or [path for path in paths if kinds[path] == wanted]
    else:
        chosen = [path for path in known if kinds[path] != target]
    if not chosen:
        what = f"{wanted.title} files" if wanted is not None else "files of objects"
        raise ImageError(f"There are no {what} to convert in the folder {folder}.")
    groups: dict[tuple[Path, str], list[InputImage]] = {}
    for path in chosen:
        source = InputImage(path, wanted or _kind(path, None), path.parent.relative_to(folder), endings)
        groups.setdefault((path.parent, source.stem), []).append(source)
    double = [
        f"{name} in {parent} is there in several forms ({', '.join(one.path.name for one in group)}): "
        "--from says which one to convert"
        for (parent, name), group in groups.items()
        if len(group) > 1
    ]
    return [group[0] for group in groups.values() if len(group) == 1], double


def _is_telling(path: Path, endings: Endings) -> bool:
    name, stem = path.name.lower(), normal(path.stem)
    if not endings.standard:
        return endings.is_masks(path)
    return name.endswith(TELLING) or endings.bare(stem) != stem or path.parent.name in MASK_FOLDERS
