"""TIFF and OME-TIFF files: pixels, axes, and what the metadata say of channels and sizes."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import math
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from cpsam_core.errors import DAMAGE, ImageError
from cpsam_core.images.files import AGAIN, AnyPath, opening, saving
from cpsam_core.images.limits import check_size
from cpsam_core.images.meaning import Meaning, from_cmyk, from_inverted, from_lab, from_ycbcr
from cpsam_core.images.readers import MAP_FROM_DISK_BYTES, Raw, choose_scene
from cpsam_core.images.result_mark import tiff_metadata
from cpsam_core.images.subsampled import read_subsampled
from cpsam_core.images.tiff_chain import check_pages
from cpsam_core.images.tiff_metadata import channel_colours_of, channel_names_of, scale_of
from cpsam_core.images.tiff_scenes import TiffScene, scenes_of

__all__ = ["check_complete", "described", "read_tiff", "reading_tiff", "write_tiff"]

log = logging.getLogger(__name__)

WHITE_IS_ZERO, RGB, CMYK, YCBCR, CIE_LAB, ICC_LAB = 0, 2, 5, 6, 8, 9
"""What TIFF calls photometric interpretations."""

JPEG = {6, 7, 34892, 33007}
"""Compressions that turn luminance and colour differences into colours themselves."""

# No ValueError before 2024.5.
TIFF_DAMAGE: tuple[type[Exception], ...] = (tifffile.TiffFileError, *DAMAGE)

LARGEST_PLAIN_BYTES = 4_000_000_000
"""Bytes of pixels up to which a file is plain TIFF, whose offsets have 32 bits."""

TELLING = re.compile(r"missing|corrupt|failed to read|does not match|expected|invalid")
"""Words in tifffile's warnings after which its array has gaps filled with zeros, or fewer planes."""


def read_tiff(path: Path, scene: int | str | None = None) -> Raw:
    """Read one image of a TIFF file, at full resolution.

    Parameters
    ----------
    path
        TIFF, BigTIFF, OME-TIFF or ImageJ stack, with any compression that imagecodecs knows.
    scene
        Name or number from 0 of the image, where the file holds several; None takes the first.

    Returns
    -------
    Raw
        An alpha channel is dropped. An uncompressed series of a gigabyte or more is mapped from disk.

    Raises
    ------
    ImageError
        Damaged, cut off, or without such an image.
    """
    with reading_tiff(path), tifffile.TiffFile(path, _multifile=False) as file:
        scenes = scenes_of(file, path)
        names = tuple(one.name for one in scenes)
        chosen = scenes[choose_scene(names, scene, path)]
        check_complete(path, chosen.series)
        return dataclasses.replace(_raw(path, file, chosen), scenes=names)


@contextlib.contextmanager
def reading_tiff(path: Path) -> Iterator[None]:
    """Turn what goes wrong in tifffile inside the block, and damage that it only logs, into one clear error.

    Raises
    ------
    ImageError
        Damaged or cut off.
    """
    with _complaints() as complaints, opening(path):
        try:
            with path.open("rb") as plain:
                check_pages(plain)
            yield
        except TIFF_DAMAGE as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ImageError(f"{path} is a damaged or incomplete TIFF file ({why!r}). {AGAIN}") from error
    for record in complaints:
        message = record.getMessage()
        if record.levelno >= logging.ERROR or TELLING.search(message):
            # The message begins with the representation of an object, of no use to the reader.
            why = message.split("> ")[-1][:200]
            raise ImageError(f"{path} is a damaged or incomplete TIFF file ({why!r}). {AGAIN}")
        log.debug("%s: %s", path, message)


def write_tiff(
    path: AnyPath,
    array: npt.NDArray[Any],
    axes: str,
    *,
    compression: str | None = "zlib",
    tiled: bool = False,
    pixel_size: float | None = None,
    z_step: float | None = None,
    mark: str = "",
) -> None:
    """Write an array as TIFF, in one step.

    Parameters
    ----------
    path
        File to write.
    array
        Integers or floats; BigTIFF is used where it needs more than 4 GB.
    axes
        A letter for each dimension, kept in the file so that it reads back with certain axes.
    compression
        ``"zlib"``, another name that tifffile knows, or None.
    tiled
        Tiles of 512 x 512 instead of strips; ImageJ without plugins reads strips only.
    pixel_size, z_step
        Micrometres; kept as resolution and in the description.
    mark
        What the description of a result says, see :mod:`cpsam_core.images.result_mark`; empty for an image.

    Raises
    ------
    ImageError
        Writing failed; nothing was overwritten.
    """
    options: dict[str, Any] = {"metadata": {"axes": axes}, "photometric": "minisblack"}
    if _fits_imagej(array, axes, tiled):
        # Mapped from disk as it is.
        options |= {"imagej": True, "byteorder": "<"}
        options["metadata"] |= {"unit": "um"} if pixel_size is not None else {}
        options["metadata"] |= {"spacing": z_step, "unit": "um"} if z_step is not None else {}
    if pixel_size is not None and pixel_size > 0:
        per_unit = 1 / pixel_size if "imagej" in options else 1e4 / pixel_size
        options |= {"resolution": (per_unit, per_unit)}
        if "imagej" not in options:
            options |= {"resolutionunit": "CENTIMETER"}
        # Kept in full here too: a resolution tag is a fraction of two integers.
        options["metadata"] |= {"pixel_size_um": pixel_size}
    if z_step is not None and z_step > 0:
        options["metadata"] |= {"z_step_um": z_step}
    if mark:
        options["metadata"] |= tiff_metadata(mark)
    if tiled:
        options["tile"] = (512, 512)
    if compression is not None:
        options["compression"] = compression
    with saving(path) as temporary:
        tifffile.imwrite(temporary, array, bigtiff=array.nbytes > LARGEST_PLAIN_BYTES, **options)


def _fits_imagej(array: npt.NDArray[Any], axes: str, tiled: bool) -> bool:
    """Whether the description can be the one of ImageJ, from which it takes planes, sizes and distances."""
    in_order = [letter for letter in "TZCYX" if letter in axes] == list(axes)
    return (
        in_order
        and not tiled
        and array.dtype in (np.uint8, np.uint16, np.float32)
        and array.nbytes < LARGEST_PLAIN_BYTES
    )


def _raw(path: Path, file: tifffile.TiffFile, scene: TiffScene) -> Raw:
    series = scene.series
    page = series.keyframe
    offset = series.dataoffset
    native = np.dtype(f"{file.byteorder}u2").isnative or series.dtype.itemsize == 1
    if series.nbytes >= MAP_FROM_DISK_BYTES and offset is not None and native and page.compression == 1:
        array: npt.NDArray[Any] = np.memmap(path, series.dtype, "r", offset=offset, shape=tuple(series.shape))
    elif page.is_subsampled and page.compression not in JPEG:
        array = read_subsampled(series)
    else:
        array = series.asarray()
    return described(file, scene, array)


def described(file: tifffile.TiffFile, scene: TiffScene, array: npt.NDArray[Any]) -> Raw:
    """Return the pixels of a scene with what the file says of them; only shape and views of `array` are used."""
    page = scene.series.keyframe
    array, axes = _without_alpha(array, _certain_axes(file, scene), page)
    names = channel_names_of(file, axes, array.shape, scene.ome, scene.channels)
    count = array.shape[axes.index("C")] if "C" in axes else 1
    colours = () if "S" in axes else channel_colours_of(count, scene.ome, scene.channels)
    scale = scale_of(file, page, scene.ome)
    letters = "".join(letter if letter in "TZCYXS" else "?" for letter in axes)
    return Raw(
        array,
        letters,
        names,
        scale.pixel_size,
        scale.z_step,
        pixel_height=scale.pixel_height,
        meaning=_meaning(page, array, letters),
        scene=scene.name,
        note=scene.note,
        channel_colours=colours,
    )


def _certain_axes(file: tifffile.TiffFile, scene: TiffScene) -> str:
    """Return the axes, without samples that are called colours only because nobody said what the planes are."""
    axes: str = scene.series.axes
    page = scene.series.keyframe
    own: dict[str, Any] = (file.shaped_metadata or ({},))[0]
    is_said = scene.ome is not None or file.imagej_metadata or "axes" in own
    if axes.startswith("S") and int(page.photometric) == RGB and not is_said and page.dtype.itemsize > 1:
        return axes.replace("S", "Q")
    return axes


def _meaning(page: Any, array: npt.NDArray[Any], axes: str) -> Meaning | None:
    """Return what the numbers stand for, None where they are brightness as it is."""
    kind = int(page.photometric)
    samples = array.shape[axes.index("S")] if "S" in axes else 1
    if kind == WHITE_IS_ZERO:
        if page.bitspersample == 1 and str(page.software).startswith("tifffile"):
            # The format calls booleans so, and writes them as they are.
            return None
        return from_inverted(int(page.bitspersample))
    whole = array.dtype.kind == "u" and array.dtype.itemsize <= 2
    if kind == CMYK and samples >= 4 and whole:
        return from_cmyk
    if kind == YCBCR and samples == 3 and page.compression not in JPEG and array.dtype == np.uint8:
        return from_ycbcr
    if kind in (CIE_LAB, ICC_LAB) and samples >= 3 and whole:
        return from_lab(offset=kind == ICC_LAB)
    return None


def _without_alpha(array: npt.NDArray[Any], axes: str, page: Any) -> tuple[npt.NDArray[Any], str]:
    """Drop transparency from the samples, and call samples channels where they are no colours."""
    if "S" not in axes:
        return array, axes
    axis = axes.index("S")
    kinds = [int(kind) for kind in page.extrasamples]
    # Associated or unassociated alpha. Not where each sample is a plane of its own: that is how four planes
    # look that were written without a word on what they are.
    if kinds and kinds[-1] in (1, 2) and axis == array.ndim - 1:
        array = array[..., :-1]
    # Gray and palettes.
    is_colour = array.shape[axis] >= 3 and int(page.photometric) not in (0, 1, 3)
    if not is_colour and "C" not in axes:
        axes = axes.replace("S", "C")
    return array, axes


def check_complete(path: Path, series: tifffile.TiffPageSeries) -> None:
    """Refuse a series whose data lie beyond the end of its file, or in a file that is not there."""
    for page in series.pages:
        if page is None:
            raise ImageError(f"{path} refers to planes that are missing (parts of it may be in other files).")
        if page.nbytes > 0 and not page.dataoffsets:
            raise ImageError(f"{path} is damaged: a plane has no data.")
        if len(page.dataoffsets) < math.prod(page.chunked):
            raise ImageError(
                f"{path} is incomplete: {len(page.dataoffsets)} parts of a plane are all there is."
            )
        ends = (start + count for start, count in zip(page.dataoffsets, page.databytecounts, strict=False))
        if max(ends, default=0) > page.parent.filehandle.size:
            raise ImageError(f"{path} is incomplete: its data end before the last plane does.")
    page = series.keyframe
    size = page.parent.filehandle.size
    # Other numbers of bits are packed, and take less than tifffile states for what they become.
    plain = page.compression == 1 and page.bitspersample in (8, 16, 32, 64) and not page.is_subsampled
    # One page stands for all planes in files by ImageJ and tifffile.
    if plain and max(page.nbytes, series.nbytes if len(series.pages) == 1 else 0) > size:
        raise ImageError(f"{path} is incomplete: its data end before the last plane does.")
    # Before memory is asked for: a damaged size can be anything.
    check_size(path, series.shape, series.dtype.itemsize, size)


class _Collector(logging.Handler):
    """Keeps what one thread logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread_id = threading.get_ident()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread_id:
            self.records.append(record)


@contextlib.contextmanager
def _complaints() -> Iterator[list[logging.LogRecord]]:
    """Collect what tifffile logs meanwhile in this thread: it reports damage there and goes on."""
    collector = _Collector()
    logger = logging.getLogger("tifffile")
    logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        logger.removeHandler(collector)
