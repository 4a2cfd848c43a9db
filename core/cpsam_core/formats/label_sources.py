"""Open labels of any size to be read in parts: OME-Zarr, tiled TIFF, NPY; other kinds are read at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import ImageError
from cpsam_core.formats.label_pyramids import LabelSizes
from cpsam_core.formats.ome_zarr import label_group, own_attributes
from cpsam_core.images.file_names import is_zarr
from cpsam_core.images.json_values import as_text
from cpsam_core.images.label_files import kept_axes
from cpsam_core.images.project_files import PROJECT_SUFFIX
from cpsam_core.images.readers import open_raw
from cpsam_core.images.sources import Box
from cpsam_core.images.stand_in import Grid
from cpsam_core.images.zarr_folder import ZarrFolder
from cpsam_core.images.zarr_images import first_multiscale
from cpsam_core.labels import as_labels

__all__ = ["OpenLabels", "can_open_labels", "open_labels"]


@dataclass(frozen=True, eq=False)
class OpenLabels:
    """Labels of a file that are read in parts.

    Attributes
    ----------
    path
        The file.
    grid
        Its numbers.
    kept
        Axes of the grid that are planes, rows and columns, in this order; others have a length of 1.
    sizes
        What the file says of its image.
    """

    path: Path
    grid: Grid
    kept: tuple[int, ...]
    sizes: LabelSizes

    @property
    def shape(self) -> tuple[int, int, int]:
        """Planes, rows and columns."""
        lengths = [self.grid.shape[axis] for axis in self.kept]
        return lengths[-3] if len(lengths) == 3 else 1, lengths[-2], lengths[-1]

    @property
    def own_shape(self) -> tuple[int, ...]:
        """Shape that the labels have when they are read at once: that of a plane, or of a stack."""
        return self.shape if len(self.kept) == 3 else self.shape[1:]

    def read(self, box: Box) -> NDArray[np.uint32]:
        """Return a part (z, y, x).

        Raises
        ------
        ImageError
            The file is damaged there, or holds no labels.
        """
        index = [slice(0, 1)] * len(self.grid.shape)
        for axis, side in zip(self.kept, box[-len(self.kept) :], strict=True):
            index[axis] = side
        part = np.asarray(self.grid[tuple(index)])
        try:
            labels: NDArray[np.uint32] = as_labels(part.reshape([part.shape[axis] for axis in self.kept]))
        except ImageError as error:
            raise ImageError(f"{self.path}: {error}") from error
        return labels if labels.ndim == 3 else labels[np.newaxis]


def can_open_labels(path: Path) -> bool:
    """Whether the labels of a file are an array by themselves: no project, no `_seg.npy`."""
    name = path.name.lower()
    return not name.endswith(("_seg.npy", PROJECT_SUFFIX)) and (is_zarr(path) or path.is_file())


def open_labels(path: Path) -> OpenLabels:
    """Open labels without reading them, where their format allows that.

    Raises
    ------
    ImageError
        The file cannot be read or holds no labels.
    """
    if is_zarr(path) and (found := _of_zarr(path)) is not None:
        return found
    raw, levels = open_raw(path)
    sizes = LabelSizes(pixel_size=raw.pixel_size, z_step=raw.z_step, pixel_height=raw.pixel_height)
    return OpenLabels(path, levels[0], tuple(kept_axes(raw, path)), sizes)


def _of_zarr(path: Path) -> OpenLabels | None:
    """Return the labels beside the image of an OME-Zarr; None where it has none."""
    store = ZarrFolder(path)
    try:
        group, _ = label_group(store)
    except ImageError:
        return None
    scale = first_multiscale(store, group)
    array = store.open_array(scale.paths[0])
    axes, lengths = scale.axes(array.ndim), scale.sizes(array.ndim)
    kept = [k for k in range(array.ndim) if array.shape[k] > 1 or axes[k] in ("y", "x")]
    if len(kept) not in (2, 3) or any(axes[k] == "c" for k in kept):
        raise ImageError(f"{path}: labels of shape {array.shape} are neither a plane nor a stack.")
    name = as_text(own_attributes(path).get("image"))
    grid: Any = array
    return OpenLabels(
        path, grid, tuple(kept), LabelSizes(name, lengths.get("x"), lengths.get("z"), lengths.get("y"))
    )
