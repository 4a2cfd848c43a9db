"""What may be chosen about reading and writing, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cpsam_core.errors import ImageError
from cpsam_core.images.limits import TooLargeError, check_size
from cpsam_core.labels.pieces import Pieces

__all__ = ["ReadHints", "WriteOptions"]

LABEL_BYTES = 4
"""Of a pixel of a label image."""


@dataclass(frozen=True)
class ReadHints:
    """What is known of the image to which a file of objects belongs.

    Attributes
    ----------
    shape
        (y, x) or (z, y, x) of the image, for formats that do not keep it; None where unknown.
    look
        Returns the shape of the image; asked only where a file does not state it, for reading images takes time.
    image_name
        Which image of a file that describes several (COCO), with or without suffix; "" for all of them.
    pieces
        Whether pieces of the objects of a label image become objects, see `images.read_labels`.
    """

    shape: tuple[int, ...] | None = None
    look: Callable[[], tuple[int, ...]] | None = None
    image_name: str = ""
    pieces: Pieces = "no"

    def needed_shape(self, path: Path) -> tuple[int, ...]:
        """Return the shape of the image.

        Raises
        ------
        ImageError
            It is not known.
        """
        if self.shape is not None:
            return self.shape
        if self.look is not None:
            return self.look()
        raise ImageError(f"{path} does not say how large its image is: the image is needed too.")

    def check_stated(self, path: Path, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape that a file states for its image, once its size can be believed or the image has it.

        Raises
        ------
        TooLargeError
            The labels would fill the memory, and nothing says that the image is so large.
        """
        try:
            check_size(path, shape, LABEL_BYTES, path.stat().st_size)
        except TooLargeError:
            if self.look is None or self.look() != shape:
                raise
        return shape


@dataclass(frozen=True)
class WriteOptions:
    """Choices about the files that are written; a format names those that it heeds.

    Attributes
    ----------
    compression
        Of TIFF: ``"zlib"``, another name that tifffile knows, or None.
    tiled
        TIFF in tiles of 512 x 512 instead of strips.
    annotations
        GeoJSON: QuPath's annotations, which can be edited there, instead of detections, which are lighter.
    ngff
        OME-Zarr: version of the format, ``"0.4"`` or ``"0.5"``, which fewer programs read.
    show_ids
        Pictures: write the number of each object beside it.
    scale_bar
        Pictures: draw a scale bar, in pixels where their size is not known.
    fill
        Pictures: opacity of the colour inside objects, 0 to 1.
    """

    compression: str | None = "zlib"
    tiled: bool = False
    annotations: bool = False
    ngff: Literal["0.4", "0.5"] = "0.4"
    show_ids: bool = False
    scale_bar: bool = True
    fill: float = 0.25
