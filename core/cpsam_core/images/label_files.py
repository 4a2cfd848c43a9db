"""Label images: numbered objects in TIFF, PNG, NPY and `_seg.npy` files."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AnyPath, decoding, saving
from cpsam_core.images.image import Image
from cpsam_core.images.readers import Raw, read_stored
from cpsam_core.images.result_mark import RESULT, mark_of, mark_read, with_mark
from cpsam_core.images.seg_npy import read_seg
from cpsam_core.images.tiff import write_tiff
from cpsam_core.labels import as_labels, separate_pieces, tells_kinds
from cpsam_core.labels.pieces import Pieces

__all__ = [
    "check_same_shape",
    "is_as_written",
    "kept_axes",
    "labels_of",
    "read_labels",
    "with_pieces",
    "write_labels",
]

log = logging.getLogger(__name__)


def read_labels(path: AnyPath, pieces: Pieces = "no") -> npt.NDArray[np.uint32]:
    """Read numbered objects; background is 0.

    Parameters
    ----------
    path
        TIFF, PNG or NPY with whole numbers, or a `_seg.npy` of Cellpose.
    pieces
        Whether pieces of objects become objects, see :data:`cpsam_core.labels.pieces.Pieces`; said in the log.

    Returns
    -------
    ndarray
        uint32 (y, x) or (z, y, x).

    Raises
    ------
    ImageError
        As :func:`cpsam_core.images.read_image`, or the file holds no labels: colours, fractions, negative
        numbers.
    """
    path = Path(path)
    if path.name.lower().endswith("_seg.npy"):
        return read_seg(path).masks
    return with_pieces(labels_of(read_stored(path), path), path, pieces)


def is_as_written(path: Path) -> bool:
    """Whether a run or a project of this program wrote a label image, and nobody changed it since.

    Raises
    ------
    ImageError
        It cannot be read.
    """
    mark = mark_read(path)
    return bool(mark) and mark == mark_of(labels_of(read_stored(path), path))


def with_pieces(
    labels: npt.NDArray[np.uint32], path: Path, pieces: Pieces, *, tell: bool = True
) -> npt.NDArray[np.uint32]:
    """Return labels of a file with their pieces as objects, where that is wanted; `tell` says what was done."""
    if pieces == "no" or (pieces == "auto" and not tells_kinds(labels)):
        return labels
    apart = separate_pieces(labels)
    before, after = (len(np.unique(one[one > 0])) for one in (labels, apart))
    if after > before and pieces == "auto" and tell:
        log.warning(
            "%s holds %s in %d pieces, as %s masks do: each piece is taken for an object",
            path,
            "one number" if before == 1 else f"{before} numbers",
            after,
            "binary" if before == 1 else "semantic",
            extra={"options": "--separate-parts no"},
        )
    elif after > before and tell:
        log.info("%s: %d objects became %d, one for each piece", path, before, after)
    return apart


def labels_of(raw: Raw, path: Path) -> npt.NDArray[np.uint32]:
    """Return what was read of a file as labels, uint32 (y, x) or (z, y, x).

    Raises
    ------
    ImageError
        It is no label image; the message names the file.
    """
    with decoding(path, "a label image"):
        return _checked(_plane_or_stack(raw, path), f"{path}: ")


def write_labels(
    path: AnyPath,
    labels: npt.NDArray[Any],
    *,
    compression: str | None = "zlib",
    tiled: bool = False,
    pixel_size: float | None = None,
    z_step: float | None = None,
    companion: bool = False,
) -> None:
    """Write labels as TIFF, PNG or NPY by the suffix, in one step.

    Parameters
    ----------
    path
        Ends in ``.tif``, ``.tiff``, ``.png`` or ``.npy``.
    labels
        Whole numbers (y, x) or (z, y, x). Written as uint16, or as uint32 where one is over 65,535.
    compression, tiled, pixel_size, z_step
        For TIFF, as in :func:`cpsam_core.images.write_tiff`.
    companion
        Whether a run or a project gave them and may write them again, so that they are nobody's corrections: TIFF and
        PNG then say what they hold, and `is_as_written` tells whether somebody changed them.

    Raises
    ------
    ImageError
        PNG that would need more than 16 bits or more than a plane, another suffix, or writing failed. Nothing
        was overwritten.
    """
    path = Path(path)
    compact: npt.NDArray[Any] = _checked(np.asarray(labels))
    if compact.max() <= np.iinfo(np.uint16).max:
        compact = compact.astype(np.uint16)
    suffix, mark = path.suffix.lower(), mark_of(compact) if companion else RESULT
    if suffix in (".tif", ".tiff"):
        axes = "ZYX"[-compact.ndim :]
        write_tiff(
            path,
            compact,
            axes,
            compression=compression,
            tiled=tiled,
            pixel_size=pixel_size,
            z_step=z_step,
            mark=mark,
        )
    elif suffix == ".png":
        _write_png(path, compact, mark)
    elif suffix == ".npy" and not path.name.lower().endswith("_seg.npy"):
        with saving(path) as temporary, temporary.open("wb") as file:
            np.save(file, compact, allow_pickle=False)
    else:
        raise ImageError(f"Labels are written as .tif, .png or .npy, not as {path.name}.")


def check_same_shape(
    image: Image | npt.NDArray[Any], labels: npt.NDArray[Any], what: str = "The masks"
) -> None:
    """Refuse labels of another size than their image.

    Parameters
    ----------
    image
        An image, or an array with the shape that labels of it have.
    labels
        (y, x) or (z, y, x).
    what
        What to call the labels in the error, a file name for example.

    Raises
    ------
    ImageError
        With both sizes.
    """
    wanted = image.spatial_shape if isinstance(image, Image) else image.shape
    if tuple(labels.shape) != tuple(wanted):
        raise ImageError(
            f"{what} and the image differ in size: {_size(labels.shape)} against {_size(wanted)}. "
            "Were they made for another image, or for a scaled or cropped copy?"
        )


def _checked(array: npt.NDArray[Any], where: str = "") -> npt.NDArray[np.uint32]:
    """Return an array as labels in memory of its own or the caller's; an error names the file."""
    if array.size == 0:
        raise ImageError(f"{where}the label image is empty (shape {array.shape}).")
    try:
        return np.asarray(as_labels(array))
    except ImageError as error:
        raise ImageError(f"{where}{error}") from error


def _plane_or_stack(raw: Raw, path: Path) -> npt.NDArray[Any]:
    """Return (y, x) or (z, y, x); unnamed leading axes are planes, never channels."""
    return raw.array.reshape([raw.array.shape[k] for k in kept_axes(raw, path)])


def kept_axes(raw: Raw, path: Path) -> list[int]:
    """Return which axes of a file of labels are planes, rows and columns.

    Raises
    ------
    ImageError
        It holds colours, channels, or more axes than a stack.
    """
    shape, axes = raw.array.shape, raw.axes
    if axes.startswith("S") and raw.array.dtype.itemsize > 1:
        # Three or four planes of 16 bits: tifffile calls them colours when whoever writes says nothing.
        axes = "Z" + axes[1:]
    axes = axes if "Y" in axes else axes[:-2] + "YX"
    kept = [k for k in range(len(shape)) if shape[k] > 1 or axes[k] in "YX"]
    if "S" in (axes[k] for k in kept):
        raise ImageError(
            f"{path} is a colour picture, not a label image; labels are whole numbers, one for each object "
            "(a 16-bit TIFF or PNG)."
        )
    if "C" in (axes[k] for k in kept):
        raise ImageError(f"{path} has several channels; a label image has one.")
    if len(kept) not in (2, 3):
        raise ImageError(
            f"{path} is not a label image: it has {len(kept)} axes (shape {tuple(shape[k] for k in kept)})."
        )
    return kept


def _write_png(path: Path, labels: npt.NDArray[Any], mark: str) -> None:
    if labels.ndim != 2:
        raise ImageError(
            f"PNG holds one plane, and these labels have {labels.shape[0]}: write {path.name} as TIFF."
        )
    if labels.dtype != np.uint16:
        raise ImageError(
            f"PNG holds labels up to 65,535, and these go up to {labels.max():,}: write {path.name} as TIFF."
        )
    with saving(path) as temporary:
        temporary.write_bytes(with_mark(imagecodecs.png_encode(np.ascontiguousarray(labels)), mark))


def _size(shape: tuple[int, ...]) -> str:
    """Width x height, and planes where there are several, as image programs say it."""
    text = f"{shape[-1]} x {shape[-2]} pixels"
    return f"{text}, {shape[0]} planes" if len(shape) == 3 else text
