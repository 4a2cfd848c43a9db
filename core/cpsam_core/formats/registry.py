"""Find the format of a file, read objects from it and write them to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.formats.kinds import FORMATS, Format
from cpsam_core.formats.objects import ObjectSet
from cpsam_core.formats.options import ReadHints, WriteOptions
from cpsam_core.images.files import AnyPath, check_readable, decoding, head_of, opening
from cpsam_core.images.limits import expecting
from cpsam_core.images.replaceable import check_replaceable

__all__ = [
    "find_format",
    "format_of",
    "left_out",
    "name_for",
    "read_each",
    "read_objects",
    "write_objects",
]


def find_format(key: str) -> Format:
    """Return the format of that key.

    Raises
    ------
    ImageError
        There is none; the message lists those there are.
    """
    for one in FORMATS:
        if one.key == key:
            return one
    raise ImageError(f"There is no format {key!r}; there are {', '.join(one.key for one in FORMATS)}.")


def format_of(path: AnyPath, *, writing: bool = False) -> Format | None:
    """Return the format that a file has by its name (and its first bytes where names are shared).

    Parameters
    ----------
    path
        The file; where it does not exist, its name alone counts.
    writing
        Whether formats that can be written are meant, not those that can be read.

    Returns
    -------
    Format or None
        None where no format fits.
    """
    path = Path(path)
    name = path.name.lower()
    fitting = [
        (max(len(suffix) for suffix in one.suffixes if name.endswith(suffix)), one)
        for one in FORMATS
        if name.endswith(one.suffixes) and (one.can_write if writing else one.can_read)
    ]
    if not fitting:
        return None
    longest = max(length for length, _ in fitting)
    candidates = [one for length, one in fitting if length == longest]
    if len(candidates) > 1 and path.is_file() and not writing:
        return _by_content(path, candidates)
    own = [one for one in candidates if name.endswith(Path("name" + one.ending).suffix)]
    return (own or candidates)[0]


def name_for(image: AnyPath, chosen: Format, folder: AnyPath | None = None) -> Path:
    """Return the path of the file of a format that belongs to an image, beside it or in `folder`."""
    image = Path(image)
    return (image.parent if folder is None else Path(folder)) / (image.stem + chosen.ending)


def read_each(
    path: AnyPath, chosen: Format | None = None, hints: ReadHints | None = None
) -> Iterator[ObjectSet]:
    """Read the objects of every image that a file describes, one after another.

    Parameters
    ----------
    path
        File, or folder for OME-Zarr.
    chosen
        Its format; None finds it.
    hints
        What is known of the image.

    Yields
    ------
    ObjectSet
        With `notes` on what could not be taken over.

    Raises
    ------
    ImageError
        Unreadable, damaged, of no known format, or without the size of its image and none was given.
    """
    path = Path(path)
    hints = hints or ReadHints()
    chosen = chosen or _known(path)
    if not chosen.can_read:
        raise ImageError(f"{path}: {chosen.title} can only be written.")
    if chosen.is_folder:
        with opening(path):
            if not path.is_dir():
                raise ImageError(f"{path} is no folder; {chosen.title} is a folder of files.")
    else:
        check_readable(path, may_be_empty=chosen.may_be_empty)
    found = iter(chosen.function("read")(path, hints))
    while True:
        # Not around the `yield`: what fails in the caller is no fault of this file.
        with decoding(path, chosen.title), expecting(hints.shape):
            objects = next(found, None)
        if objects is None:
            return
        yield objects


def read_objects(path: AnyPath, chosen: Format | None = None, hints: ReadHints | None = None) -> ObjectSet:
    """Read the objects of one image.

    Parameters
    ----------
    path, chosen, hints
        As for :func:`read_each`; a file that describes several images needs ``hints.image_name``.

    Raises
    ------
    ImageError
        As for :func:`read_each`, or the file describes several images and none was named.
    """
    found = read_each(path, chosen, hints)
    first = next(found, None)
    if first is None:
        raise ImageError(f"{path} describes no image.")
    if next(found, None) is not None:
        raise ImageError(f"{path} describes several images; say which one is wanted.")
    return first


def write_objects(
    path: AnyPath,
    objects: ObjectSet,
    chosen: Format | None = None,
    options: WriteOptions | None = None,
) -> None:
    """Write the objects of one image, in one step.

    Parameters
    ----------
    path
        File to write; the folder has to exist.
    objects
        What to write; :func:`left_out` says what of it the format cannot hold.
    chosen
        The format; None finds it by the name.
    options
        Choices that some formats heed.

    Raises
    ------
    ImageError
        The format cannot hold these objects at all, writing failed, or what is there must stay; nothing was
        overwritten.
    """
    path = Path(path)
    chosen = chosen or format_of(path, writing=True)
    if chosen is None:
        raise ImageError(f"The name {path.name} fits no format that can be written.")
    check_possible(chosen, objects)
    image = objects.image_path or (objects.image.path if objects.image is not None else None)
    check_replaceable(path, chosen.content, image)
    chosen.function("write")(path, objects, options or WriteOptions())


def check_possible(chosen: Format, objects: ObjectSet) -> None:
    """Refuse a format that cannot hold these objects.

    Raises
    ------
    ImageError
        A stack for a format of one plane, a picture without its image, a format that is only read.
    """
    if not chosen.can_write:
        raise ImageError(f"{chosen.title} can only be read.")
    if objects.is_stack and not chosen.stacks:
        raise ImageError(
            f"{chosen.title} holds one plane, and these objects have {len(objects.labels)}: choose a format for "
            "stacks, such as TIFF."
        )
    if chosen.needs_image and objects.image is None:
        raise ImageError(f"{chosen.title} shows the image, and the image is not at hand.")


def left_out(chosen: Format, objects: ObjectSet) -> tuple[str, ...]:
    """Return what of these objects a format does not hold, in words for the user."""
    # Whole sentences, which the files of the languages hold.
    lost, title = [], chosen.title
    if not chosen.classes and any(objects.classes.values()):
        lost.append(f"{title} does not keep classes.")
    if not chosen.measurements and not chosen.is_view and objects.columns:
        lost.append(f"{title} does not keep measurements.")
    if not chosen.exact:
        lost.append(f"{title} does not keep holes, and all but the largest part of an object.")
    if chosen.key != "seg" and not chosen.is_view and objects.flows is not None:
        lost.append(f"{title} does not keep flows.")
    if chosen.needs_image and objects.is_stack:
        lost.append(
            f"{title} shows one plane alone, the one with the most labelled pixels."
            if objects.plane is None
            else f"{title} shows plane {objects.plane + 1} alone."
        )
    return tuple(lost)


def _known(path: Path) -> Format:
    found = format_of(path)
    if found is None:
        if not path.exists():
            check_readable(path)
        endings = sorted({suffix for one in FORMATS if one.can_read for suffix in one.suffixes})
        raise ImageError(f"{path} is not of a kind that holds objects here ({', '.join(endings)}).")
    return found


def _by_content(path: Path, candidates: list[Format]) -> Format:
    """Choose between GeoJSON and COCO, which share a suffix: only the first names features."""
    head = head_of(path, 1 << 16)
    is_geojson = b'"Feature' in head or head.lstrip().startswith(b"[")
    wanted = "geojson" if is_geojson else "coco"
    return next((one for one in candidates if one.key == wanted), candidates[0])
