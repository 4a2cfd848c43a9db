"""Brightness of images, as it is shown and as a network sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cellpose.settings import normalization
from cpsam_core.preprocess.normalize import NormalizeSettings, normalize

__all__ = ["normalize99", "normalize_img"]


def normalize99(
    Y: NDArray[Any], lower: float = 1, upper: float = 99, copy: bool = True, downsample: bool = False
) -> NDArray[np.float32]:
    """Return an array in which these percentiles of all its values are 0 and 1; zeros where it has no contrast.

    `downsample` is not used, and the array that is given stays as it is, whatever `copy` says.
    """
    values = np.asarray(Y)
    flat = values.reshape(1, 1, -1, 1)
    return normalize(flat, NormalizeSettings(percentile=(lower, upper))).reshape(values.shape)


def normalize_img(
    img: NDArray[Any],
    normalize: bool = True,
    norm3D: bool = True,
    invert: bool = False,
    lowhigh: Sequence[Any] | None = None,
    percentile: Sequence[float] | None = (1.0, 99.0),
    sharpen_radius: float = 0,
    smooth_radius: float = 0,
    tile_norm_blocksize: float = 0,
    tile_norm_smooth3D: float = 1,
    axis: int = -1,
) -> NDArray[np.float32]:
    """Return an image with each channel brought to 0 to 1, as `eval` does; `axis` is that of the channels.

    `tile_norm_smooth3D` is not used.
    """
    given = {
        "normalize": normalize,
        "norm3D": norm3D,
        "lowhigh": lowhigh,
        "percentile": percentile,
        "sharpen_radius": sharpen_radius,
        "smooth_radius": smooth_radius,
        "tile_norm_blocksize": int(tile_norm_blocksize),
    }
    settings = normalization(given, invert and normalize)
    return np.moveaxis(_normalized(np.moveaxis(np.asarray(img), axis, -1), settings), -1, axis)


def _normalized(channels_last: NDArray[Any], settings: NormalizeSettings) -> NDArray[np.float32]:
    return normalize(channels_last, settings)
