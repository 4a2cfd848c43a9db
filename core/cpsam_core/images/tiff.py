"""TIFF and OME-TIFF files: pixels, axes, and what the metadata say of channels and sizes."""

from __future__ import annotations

import contextlib
import logging
import re
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, opening, saving
from cpsam_core.images.readers import MAP_FROM_DISK, Raw, Reader, register
from cpsam_core.images.tiff_metadata import Scale, channel_names_of, scale_of

__all__ = ["read_tiff", "write_tiff"]

log = logging.getLogger(__name__)

DAMAGE = (
    ValueError,
    RuntimeError,  # what the decompressors raise
    struct.error,
    KeyError,
    IndexError,
    ArithmeticError,
    TypeError,  # these three: tags of another type or count than tifffile takes for granted
    AttributeError,
    AssertionError,
)
"""What tifffile and the decompressors raise on damaged files; errors of the system pass through."""

BEYOND_BELIEF = 20_000
"""Bytes of pixels for one byte of file that no compression of a real image reaches."""

TELLING = re.compile(r"missing|corrupt|failed to read|does not match|expected|invalid")
"""Words in tifffile's warnings after which its array has gaps filled with zeros, or fewer planes."""


def read_tiff(path: Path) -> Raw:
    """Read the first image series of a TIFF file, at full resolution.

    Parameters
    ----------
    path
        TIFF, BigTIFF, OME-TIFF or ImageJ stack, with any compression that imagecodecs knows.

    Returns
    -------
    Raw
        An alpha channel is dropped. An uncompressed series of a gigabyte or more is mapped from disk.

    Raises
    ------
    ImageError
        Damaged, cut off, or without an image.
    """
    with _complaints() as complaints, opening(path):
        try:
            with tifffile.TiffFile(path) as file:
                if not file.series:
                    raise ImageError(f"{path} is a TIFF file without an image in it.")
                series = file.series[0]
                _check_complete(path, series)
                raw = _raw(path, file, series)
                if len(file.series) > 1:
                    log.info("%s holds %d image series; the first is read.", path, len(file.series))
        except DAMAGE as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ImageError(f"{path} is a damaged or incomplete TIFF file ({why}).") from error
    for record in complaints:
        message = record.getMessage()
        if record.levelno >= logging.ERROR or TELLING.search(message):
            # The message begins with the representation of an object, of no use to the reader.
            raise ImageError(
                f"{path} is a damaged or incomplete TIFF file ({message.split('> ')[-1][:200]})."
            )
        log.debug("%s: %s", path, message)
    return raw


def write_tiff(
    path: AnyPath,
    array: npt.NDArray[Any],
    axes: str,
    *,
    compression: str | None = "zlib",
    tiled: bool = False,
    pixel_size: float | None = None,
    z_step: float | None = None,
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

    Raises
    ------
    ImageError
        Writing failed; nothing was overwritten.
    """
    options: dict[str, Any] = {"metadata": {"axes": axes}, "photometric": "minisblack"}
    if pixel_size is not None and pixel_size > 0:
        options |= {"resolution": (1e4 / pixel_size, 1e4 / pixel_size), "resolutionunit": "CENTIMETER"}
        # Kept in full here too: a resolution tag is a fraction of two integers.
        options["metadata"] |= {"pixel_size_um": pixel_size}
    if z_step is not None and z_step > 0:
        options["metadata"] |= {"z_step_um": z_step}
    if tiled:
        options["tile"] = (512, 512)
    if compression is not None:
        options["compression"] = compression
    with saving(path) as temporary:
        tifffile.imwrite(temporary, array, bigtiff=array.nbytes > 4_000_000_000, **options)


def _raw(path: Path, file: tifffile.TiffFile, series: tifffile.TiffPageSeries) -> Raw:
    page = series.keyframe
    axes: str = series.axes
    offset = series.dataoffset
    native = np.dtype(f"{file.byteorder}u2").isnative or series.dtype.itemsize == 1
    if series.nbytes >= MAP_FROM_DISK and offset is not None and native and page.compression == 1:
        array: npt.NDArray[Any] = np.memmap(path, series.dtype, "r", offset=offset, shape=tuple(series.shape))
    else:
        array = series.asarray()
    array, axes = _without_alpha(array, axes, page)
    names = channel_names_of(file, axes, array.shape)
    scale: Scale = scale_of(file, page)
    letters = "".join(letter if letter in "TZCYXS" else "?" for letter in axes)
    return Raw(array, letters, names, scale.pixel_size, scale.z_step)


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
    is_colour = array.shape[axis] >= 3 and int(page.photometric) not in (0, 1, 3)  # gray and palettes
    if not is_colour and "C" not in axes:
        axes = axes.replace("S", "C")
    return array, axes


def _check_complete(path: Path, series: tifffile.TiffPageSeries) -> None:
    """Refuse a series whose data lie beyond the end of its file, or in a file that is not there."""
    for page in series.pages:
        if page is None:
            raise ImageError(f"{path} refers to planes that are missing (parts of it may be in other files).")
        if page.nbytes > 0 and not page.dataoffsets:
            raise ImageError(f"{path} is damaged: a plane has no data.")
        ends = (start + count for start, count in zip(page.dataoffsets, page.databytecounts, strict=False))
        if max(ends, default=0) > page.parent.filehandle.size:
            raise ImageError(f"{path} is incomplete: its data end before the last plane does.")
    page = series.keyframe
    size = page.parent.filehandle.size
    plain = page.compression == 1 and page.bitspersample >= 8
    # One page stands for all planes in files by ImageJ and tifffile.
    if plain and max(page.nbytes, series.nbytes if len(series.pages) == 1 else 0) > size:
        raise ImageError(f"{path} is incomplete: its data end before the last plane does.")
    # Before memory is asked for: a damaged size can be anything.
    if series.nbytes > max(BEYOND_BELIEF * size, MAP_FROM_DISK):
        raise ImageError(f"{path} is damaged: it states a size that its {size} bytes cannot hold.")


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


register(
    Reader("a TIFF", (".tif", ".tiff", ".btf", ".tf8"), read_tiff, (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))
)
