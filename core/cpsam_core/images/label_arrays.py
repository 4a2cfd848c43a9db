"""Labels that are read and written a part at a time: the counterparts of `Source` for what is found in an image."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import DAMAGE, ImageError, reason
from cpsam_core.images.files import opening, writing_to
from cpsam_core.images.sources import Box

__all__ = ["LabelArray", "LabelSource", "LabelTarget", "LabelsInMemory", "boxes_of"]

CHUNK_PX = 512
"""Rows and columns of a chunk, unless others are asked for."""


class LabelSource(Protocol):
    """Labels (z, y, x) that are read in parts; a plane has one z."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Planes, rows and columns."""
        ...

    def read(self, box: Box) -> npt.NDArray[np.uint32]:
        """Return a part (z, y, x); what lies beyond the labels is left out.

        Raises
        ------
        ImageError
            The file is damaged there, or gone.
        """
        ...


class LabelTarget(Protocol):
    """Labels (z, y, x) that are written in parts."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Planes, rows and columns."""
        ...

    def write(self, box: Box, values: npt.NDArray[np.uint32]) -> None:
        """Replace a part (z, y, x).

        Raises
        ------
        ImageError
            Writing failed; the part may hold old and new values.
        """
        ...


class LabelsInMemory:
    """Labels in an array (z, y, x), or (y, x), which are read and written in parts."""

    def __init__(self, labels: npt.NDArray[np.uint32]) -> None:
        self.labels = labels if labels.ndim == 3 else labels[np.newaxis]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Planes, rows and columns."""
        depth, height, width = self.labels.shape
        return depth, height, width

    def read(self, box: Box) -> npt.NDArray[np.uint32]:
        """Return a part."""
        return self.labels[box]

    def write(self, box: Box, values: npt.NDArray[np.uint32]) -> None:
        """Replace a part."""
        self.labels[box] = values


class LabelArray:
    """Labels in a folder of chunks (Zarr 2, as NGFF 0.4 has it), which processes and machines may share.

    Two that write at one time must not write to one chunk.
    """

    def __init__(self, path: Path) -> None:
        import zarr

        self.path = path
        try:
            with opening(path):
                self._array: Any = zarr.open_array(str(path), mode="r+")
        except DAMAGE as error:
            raise ImageError(f"{path} is a damaged array of labels ({reason(error)}).") from error

    @classmethod
    def make(
        cls, path: Path, shape: tuple[int, int, int], chunks: tuple[int, int, int] = (1, CHUNK_PX, CHUNK_PX)
    ) -> LabelArray:
        """Make an array that is 0 everywhere, or open the one that is there.

        Raises
        ------
        ImageError
            It cannot be made.
        """
        import zarr

        if not (path / ".zarray").exists():
            depth, height, width = (min(pair) for pair in zip(chunks, shape, strict=True))
            options: dict[str, Any] = {
                "shape": shape,
                "chunks": (depth, height, width),
                "dtype": "uint32",
                "fill_value": 0,
            }
            # Another process may make it at the same moment.
            with writing_to(path), contextlib.suppress(zarr.errors.ContainsArrayError):
                if int(zarr.__version__.split(".")[0]) < 3:
                    zarr.open_array(str(path), mode="w-", dimension_separator="/", **options)
                else:
                    keys = {"name": "v2", "separator": "/"}
                    zarr.create_array(store=str(path), zarr_format=2, chunk_key_encoding=keys, **options)
        return cls(path)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Planes, rows and columns."""
        depth, height, width = self._array.shape
        return int(depth), int(height), int(width)

    @property
    def chunks(self) -> tuple[int, int, int]:
        """Planes, rows and columns of a chunk."""
        depth, height, width = self._array.chunks
        return int(depth), int(height), int(width)

    def read(self, box: Box) -> npt.NDArray[np.uint32]:
        """Return a part (z, y, x).

        Raises
        ------
        ImageError
            A chunk is damaged.
        """
        try:
            with opening(self.path):
                return np.asarray(self._array[box], np.uint32)
        except DAMAGE as error:
            raise ImageError(f"{self.path} is damaged ({reason(error)}).") from error

    def write(self, box: Box, values: npt.NDArray[np.uint32]) -> None:
        """Replace a part (z, y, x).

        Raises
        ------
        ImageError
            The disk is full, or writing is not permitted.
        """
        with writing_to(self.path):
            self._array[box] = values


def boxes_of(shape: tuple[int, int, int], rows: int, planes: int = 1) -> Iterator[Box]:
    """Yield boxes that cover labels or an image once: some planes, as many rows as columns at most.

    Parameters
    ----------
    shape
        Planes, rows and columns.
    rows
        Rows and columns of a box.
    planes
        Planes of a box.
    """
    starts = itertools.product(
        *(range(0, n, step) for n, step in zip(shape, (planes, rows, rows), strict=True))
    )
    for z, y, x in starts:
        yield (
            slice(z, min(z + planes, shape[0])),
            slice(y, min(y + rows, shape[1])),
            slice(x, min(x + rows, shape[2])),
        )
