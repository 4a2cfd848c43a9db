"""Every kind of file that holds objects: how it is called, what it can hold, how it is read and written."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, check_readable, head_of, opening

from .objects import ObjectSet
from .options import ReadHints, WriteOptions

__all__ = [
    "FORMATS",
    "Format",
    "find_format",
    "format_of",
    "left_out",
    "name_for",
    "read_each",
    "read_objects",
    "write_objects",
]


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    key
        Its name on the command line.
    title
        Its name in a dialog.
    ending
        What is added to the name of the image: ``"_rois.zip"``.
    suffixes
        By which such files are known, in lower case; the longest one that fits decides.
    can_read, can_write
        Which ways it goes.
    exact
        Whether every pixel of every object comes back: holes, several parts, numbers with gaps.
    classes, measurements, stacks
        Whether it holds them.
    needs_shape
        Whether reading needs the size of the image because the file does not keep it.
    needs_image
        Whether writing needs the pixels of the image.
    is_folder
        Whether it is a folder of files (OME-Zarr).
    options
        Fields of :class:`WriteOptions` that it heeds.
    library
        Module of an optional library that it needs, "" for none.
    extra
        What installs that library: ``pip install "cpsam-gui[extra]"``.
    module
        Where `read_KEY` and `write_KEY` are.
    writing_module
        Where `write_KEY` is, if elsewhere.
    """

    key: str
    title: str
    ending: str
    suffixes: tuple[str, ...]
    module: str
    can_read: bool = True
    can_write: bool = True
    exact: bool = True
    classes: bool = False
    measurements: bool = False
    stacks: bool = False
    needs_shape: bool = False
    needs_image: bool = False
    is_folder: bool = False
    options: tuple[str, ...] = ()
    library: str = ""
    extra: str = ""
    writing_module: str = ""

    @property
    def available(self) -> bool:
        """Whether the library that it needs is installed."""
        return not self.library or importlib.util.find_spec(self.library) is not None

    def function(self, verb: str) -> Any:
        """Return its function for ``"read"`` or ``"write"``.

        Raises
        ------
        ImageError
            The library that it needs is not installed; the message says how to install it.
        """
        if not self.available:
            raise ImageError(
                f"{self.title} needs the library {self.library}, which is not installed. Install it with: "
                f'pip install "cpsam-gui[{self.extra}]"'
            )
        # Imported here: the libraries behind some formats take long to load.
        module = self.writing_module if verb == "write" and self.writing_module else self.module
        return getattr(importlib.import_module(f".{module}", __package__), f"{verb}_{self.key}")


PICTURE = ("show_ids", "scale_bar", "fill")
FORMATS: tuple[Format, ...] = (
    Format(
        "tif", "Label image (TIFF)", "_masks.tif", (".tif", ".tiff"), "pixels",
        stacks=True, options=("compression", "tiled"),
    ),
    Format("png", "Label image (PNG, 16 bits)", "_masks.png", (".png",), "pixels"),
    Format("npy", "Label image (NumPy)", "_masks.npy", (".npy",), "pixels", stacks=True),
    Format(
        "seg", "Cellpose segmentation (_seg.npy)", "_seg.npy", ("_seg.npy",), "pixels", classes=True, stacks=True
    ),
    Format(
        "project", "Project of this program (cpsam)", ".cpsam", (".cpsam",), "pixels",
        can_write=False, classes=True, stacks=True,
    ),
    Format(
        "rois", "ImageJ ROIs (zip)", "_rois.zip", (".zip", ".roi"), "imagej",
        classes=True, stacks=True, needs_shape=True,
    ),
    Format(
        "outlines", "Outlines as text", "_outlines.txt", (".txt",), "imagej", exact=False, needs_shape=True
    ),
    Format(
        "geojson", "GeoJSON (QuPath)", ".geojson", (".geojson", ".json"), "geojson",
        classes=True, measurements=True, stacks=True, options=("annotations",),
    ),
    Format("coco", "COCO (run-length masks)", "_coco.json", (".json",), "coco", classes=True),
    Format(
        "coco_polygons", "COCO (polygons)", "_coco.json", (".json",), "coco", can_read=False, classes=True
    ),
    Format(
        "zarr", "OME-Zarr labels", ".ome.zarr", (".zarr",), "ome_zarr", classes=True, measurements=True,
        stacks=True, is_folder=True, options=("ngff",), library="zarr", extra="zarr",
        writing_module="ome_zarr_writing",
    ),
    Format("csv", "Table of objects (CSV)", "_objects.csv", (".csv",), "tables",
        can_read=False, exact=False, classes=True, measurements=True, stacks=True,
    ),
)  # fmt: skip
"""All formats, in the order in which a dialog lists them."""


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
    own = [one for one in candidates if name.endswith(Path(one.ending).suffix)]
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
        check_readable(path)
    try:
        yield from chosen.function("read")(path, hints)
    except MemoryError as error:
        raise ImageError(f"{path} needs more memory than this computer has free.") from error


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
        The format cannot hold these objects at all, or writing failed; nothing was overwritten.
    """
    path = Path(path)
    chosen = chosen or format_of(path, writing=True)
    if chosen is None:
        raise ImageError(f"The name {path.name} fits no format that can be written.")
    check_possible(chosen, objects)
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
    lost = []
    if not chosen.classes and any(objects.classes.values()):
        lost.append("classes")
    if not chosen.measurements and objects.columns:
        lost.append("measurements")
    if not chosen.exact and chosen.key != "csv":
        lost.append("holes, and all but the largest part of an object")
    if chosen.key != "seg" and objects.flows is not None:
        lost.append("flows")
    return tuple(f"{chosen.title} does not keep {what}." for what in lost)


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


def with_source(found: ObjectSet, path: Path) -> ObjectSet:
    """Return the objects with the name of their image taken from that of the file, where they have none."""
    return found if found.image_name else replace(found, image_name=path.name)
