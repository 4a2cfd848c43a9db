"""Images in one arrangement, (z, y, x, c), whatever the axes of the file were."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.plane_distance import sensible_distance

__all__ = ["Image", "arrange", "check_numbers", "name_channels", "parse_axes", "resolve_axes"]

LETTERS = "TZCYXS"
"""Time, depth, channel, row, column, and samples of a pixel (red, green, blue)."""

FEW = 5
"""An axis of unknown meaning and at most this length is taken for channels, a longer one for depth."""


@dataclass(frozen=True, eq=False)
class Image:
    """An image and what its file says about it.

    Attributes
    ----------
    pixels
        Array (z, y, x, c) in the file's data type; a flat image has z = 1, a gray one c = 1. It may be mapped
        from disk and read-only.
    axes
        Axes of the array as it was in the file, of the letters T, Z, C, Y, X and S (red, green, blue).
    axes_certain
        False where the axes were guessed from the lengths, so that a person should look.
    channel_names
        One name a channel.
    pixel_size
        Side of a pixel in micrometres, None where unknown.
    z_step
        Distance of planes in micrometres, None where unknown.
    path
        The file, None for an array given in Python.
    pixel_height
        Micrometres along a column, None where it is the same as along a row or unknown.
    scene
        Name of the image in its file, "" where the file holds just one.
    time
        Time point that was taken, None where there was no choice.
    scene_number
        Number of the image in its file, from 0; None where the file holds just one.
    channel_colours
        RGB of each channel as the file says, None for one of which it says nothing; () where it says none.
    """

    pixels: npt.NDArray[Any]
    axes: str
    axes_certain: bool
    channel_names: tuple[str, ...]
    pixel_size: float | None = None
    z_step: float | None = None
    path: Path | None = None
    pixel_height: float | None = None
    scene: str = ""
    time: int | None = None
    scene_number: int | None = None
    channel_colours: tuple[tuple[int, int, int] | None, ...] = ()

    @property
    def key(self) -> DocumentKey:
        """Which document of its file the image is."""
        return DocumentKey(self.scene_number, self.time)

    @property
    def is_stack(self) -> bool:
        """Whether there is more than one plane."""
        return bool(self.pixels.shape[0] > 1)

    @property
    def is_rgb(self) -> bool:
        """Whether the channels are the red, green and blue of a colour picture."""
        return self.channel_names == ("red", "green", "blue")

    @property
    def anisotropy(self) -> float | None:
        """Distance of planes over side of a pixel, None where either is unknown."""
        if self.pixel_size is None or self.z_step is None:
            return None
        return self.z_step / self.pixel_size

    @property
    def plane_distance(self) -> float | None:
        """Distance of planes in pixels, as `anisotropy`; None where it is unknown or cannot be meant."""
        return sensible_distance(self.anisotropy)

    @property
    def spatial_shape(self) -> tuple[int, ...]:
        """Shape that labels of this image have: (y, x), or (z, y, x) for a stack."""
        return self.pixels.shape[0 if self.is_stack else 1 : 3]


def arrange(
    array: npt.ArrayLike,
    axes: str | None = None,
    *,
    time: int | None = None,
    channel_names: tuple[str, ...] | None = None,
    pixel_size: float | None = None,
    z_step: float | None = None,
    path: Path | None = None,
) -> Image:
    """Bring an array of two to five dimensions into the order (z, y, x, c) without copying it.

    Parameters
    ----------
    array
        Numbers of any real type; booleans become 0 and 1 (uint8). Complex ones are refused.
    axes
        A letter of T, Z, C, Y, X, S for each axis (``"ZCYX"``), ``"?"`` where the meaning is not known; axes
        of length 1 may be left out. None: all are unknown, and guessed from their lengths.
    time
        Which time point to take (0 is the first) where there are several.
    channel_names, pixel_size, z_step, path
        Kept with the image; names that do not fit the channel count are replaced.

    Returns
    -------
    Image
        `pixels` is a view of `array` unless both C and S have more than one entry.

    Raises
    ------
    ImageError
        Axes that cannot be arranged, an empty array, several time points and no choice among them.
    """
    what = str(path) if path is not None else "The array"
    if isinstance(array, (list, tuple)) and any(np.ndim(one) > 1 for one in array):
        raise ImageError(
            "A list is not an image: give one image after another, or put planes of one image together with "
            "numpy.stack and say what the axes are."
        )
    array = check_numbers(np.asanyarray(array), what)
    if axes is None:
        axes = "?" * array.ndim
    array, axes = _fit_axes(array, axes, what)
    axes, guessed = resolve_axes(array.shape, axes, what)
    pixels = _to_zyxc(_choose_time(array, axes, time, what), axes.replace("T", ""))
    image = Image(
        pixels=pixels,
        axes=axes,
        axes_certain=not guessed,
        channel_names=(),
        pixel_size=pixel_size,
        z_step=z_step,
        path=path,
    )
    is_rgb = "S" in axes and not guessed
    return replace(image, channel_names=name_channels(channel_names, pixels.shape[3], is_rgb))


def parse_axes(axes: str) -> str:
    """Return `axes` in capitals once it makes sense: letters of TZCYXS, none twice, Y and X among them.

    Raises
    ------
    ImageError
        With the letters that may be used.
    """
    letters = axes.strip().upper()
    if (
        not set(letters) <= set(LETTERS)
        or len(set(letters)) != len(letters)
        or not {"Y", "X"} <= set(letters)
    ):
        raise ImageError(
            f"Axes {axes!r} make no sense: give one letter for each axis, in the order of the file, out of "
            "T (time), Z (depth), C (channel), Y (row), X (column), S (red, green, blue); for example ZCYX."
        )
    return letters


def check_numbers(array: npt.NDArray[Any], what: str) -> npt.NDArray[Any]:
    """Return real numbers in the machine's byte order; refuse anything that is not an image.

    Raises
    ------
    ImageError
        No pixels, complex numbers, or not numbers at all.
    """
    if array.dtype.kind == "c":
        raise ImageError(
            f"{what} holds complex numbers; save its magnitude (or real part) as an image first."
        )
    if array.dtype.kind not in "buif":
        raise ImageError(f"{what} holds {array.dtype} values, which are not numbers of pixels.")
    if array.size == 0 or array.ndim < 2:
        raise ImageError(f"{what} has no pixels to look at (shape {_by(array.shape)}).")
    if array.dtype == np.longdouble and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if array.dtype == np.bool_:
        return array.astype(np.uint8)
    if not array.dtype.isnative:
        return array.astype(array.dtype.newbyteorder("="))
    return array


def name_channels(names: tuple[str, ...] | None, count: int, is_rgb: bool = False) -> tuple[str, ...]:
    """Return one distinct name for each channel: those given where they fit, else colours or numbers.

    A channel whose own name is empty is called by its number.
    """
    if names is not None and len(names) == count and any(name.strip() for name in names):
        cleaned = tuple(name.strip() or f"channel {index}" for index, name in enumerate(names, 1))
        if len(set(cleaned)) == count:
            return cleaned
        return tuple(f"{name} ({index})" for index, name in enumerate(cleaned, 1))
    if is_rgb and count == 3:
        return ("red", "green", "blue")
    return tuple(f"channel {index}" for index in range(1, count + 1))


def resolve_axes(shape: tuple[int, ...], axes: str, what: str = "The image") -> tuple[str, bool]:
    """Replace the ``"?"`` in `axes` by letters, from the lengths of the axes.

    Rows and columns are the last two unknown axes, except before a last one of at most five entries, which is
    channels. A further axis of at most five entries is channels, a longer one depth.

    Parameters
    ----------
    shape
        Lengths of the axes.
    axes
        A letter or ``"?"`` for each.
    what
        What to call the image in an error.

    Returns
    -------
    axes : str
        Without ``"?"``.
    guessed : bool
        Whether a letter was chosen that could have been another.

    Raises
    ------
    ImageError
        Nothing sensible fits; the message says how to choose.
    """
    letters = list(axes)
    unknown = [i for i, letter in enumerate(letters) if letter == "?"]
    if "Y" not in letters and "X" not in letters and len(unknown) >= 2:
        if len(unknown) > 2 and unknown[-1] == len(shape) - 1 and _few_at_end(shape):
            letters[unknown.pop()] = "C"
        letters[unknown[-2]], letters[unknown[-1]] = "Y", "X"
        unknown = unknown[:-2]
    guessed = any(shape[i] > 1 for i in unknown) or ("C" in letters and "C" not in axes)
    # The shortest of the others first: it is the one most likely to be channels.
    for i in sorted(unknown, key=lambda i: (shape[i], -i)):
        if shape[i] <= FEW and "C" not in letters and "S" not in letters and shape[i] > 1:
            letters[i] = "C"
        elif "Z" not in letters:
            letters[i] = "Z"
        elif "T" not in letters and shape[i] == 1:
            letters[i] = "T"
        elif "C" not in letters and shape[i] == 1:
            letters[i] = "C"
        else:
            raise ImageError(
                f"{what} has the shape {_by(shape)}, and nothing says which axis is time, depth or channel: "
                "give the axes, one letter for each out of T, Z, C, Y, X (for example TZCYX)."
            )
    if not {"Y", "X"} <= set(letters):
        raise ImageError(f"{what} has no rows and columns (axes {axes}, shape {_by(shape)}).")
    return "".join(letters), guessed


def _few_at_end(shape: tuple[int, ...]) -> bool:
    return shape[-1] <= FEW and shape[-1] < min(shape[-2], shape[-3])


def _fit_axes(array: npt.NDArray[Any], axes: str, what: str) -> tuple[npt.NDArray[Any], str]:
    """Match letters with dimensions, dropping dimensions of length 1 that no letter (or only "?") names."""
    if "?" not in axes:
        axes = parse_axes(axes)
    if len(axes) == array.ndim:
        kept = [i for i, letter in enumerate(axes) if letter != "?" or array.shape[i] > 1]
        # A picture of one row or one column still has both.
        while len(kept) < 2:
            kept = sorted({*kept, max(set(range(array.ndim)) - set(kept))})
        return array.reshape([array.shape[i] for i in kept]), "".join(axes[i] for i in kept)
    ones = [i for i in range(array.ndim) if array.shape[i] == 1]
    surplus = array.ndim - len(axes)
    if 0 < surplus <= len(ones):
        return np.squeeze(array, tuple(ones[:surplus])), axes
    raise ImageError(
        f"Axes {axes} name {len(axes)} dimensions, but {what} has {array.ndim} (shape {_by(array.shape)})."
    )


def _choose_time(array: npt.NDArray[Any], axes: str, time: int | None, what: str) -> npt.NDArray[Any]:
    if "T" not in axes:
        if time:
            raise ImageError(
                f"{what} has no time axis (axes {axes}), so there is no time point {time}. If one of its axes is time, "
                "say so with the axes, for example TYX."
            )
        return array
    axis = axes.index("T")
    count = array.shape[axis]
    if count > 1 and time is None:
        advice = "choose a time point, or save the time points as separate files"
        if "Z" not in axes:
            advice += f", or read time as depth with the axes {axes.replace('T', 'Z')}"
        raise ImageError(
            f"{what} has {count} time points (axes {axes}, shape {_by(array.shape)}) and one is needed: "
            f"{advice}."
        )
    time = 0 if time is None else time
    if not 0 <= time < count:
        raise ImageError(f"{what} has no time point {time}; there are {count}, counted from 0.")
    # An index, not `take`: what is mapped from disk stays there.
    return array[(slice(None),) * axis + (time,)]


def _to_zyxc(array: npt.NDArray[Any], axes: str) -> npt.NDArray[Any]:
    order = [axes.index(letter) for letter in "ZYXCS" if letter in axes]
    array = array.transpose(order)
    if "Z" not in axes:
        array = array[np.newaxis]
    # Channels and the samples of each, where there are both, become one axis.
    return array.reshape(*array.shape[:3], math.prod(array.shape[3:]))


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) if shape else "none"
