"""Arguments of Cellpose to settings of the engine, for the command line and for Python alike."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from numpy.typing import NDArray

from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings

log = logging.getLogger("cellpose")

FEW = 5
"""An axis of unknown meaning and at most this length is taken for channels, as Cellpose does."""

RENAMED = {"tile_norm": "tile_norm_blocksize"}
"""Options of normalisation that older callers know by another name."""


def normalization(normalize: bool | Mapping[str, Any], invert: bool = False) -> NormalizeSettings:
    """Return the settings of a `normalize` argument: on, off, or options by name."""
    if not isinstance(normalize, Mapping):
        return NormalizeSettings(normalize=bool(normalize), invert=invert and bool(normalize))
    given = {RENAMED.get(name, name): value for name, value in normalize.items() if value is not None}
    known = {field.name for field in fields(NormalizeSettings)}
    unknown = sorted(set(given) - known)
    if unknown:
        log.warning("options of normalisation that are not known here are left out: %s", ", ".join(unknown))
    for name in ("percentile", "lowhigh"):
        if name in given:
            given[name] = _tuples(given[name])
    chosen = {name: value for name, value in given.items() if name in known}
    return NormalizeSettings(**{**chosen, **({"invert": True} if invert else {})})


def normalize_argument(args: argparse.Namespace) -> bool | dict[str, Any]:
    """Return what the options of the command line mean as the `normalize` of `eval` and of a training."""
    return {"percentile": args.norm_percentile} if args.norm_percentile else not args.no_norm


def settings_of(
    *,
    diameter: float | None = None,
    rescale: float | None = None,
    niter: int | None = None,
    min_size: int = 15,
    anisotropy: float | None = None,
    flow_threshold: float | None = 0.4,
    flow3D_smooth: float | Sequence[float] = 0.0,
    stitch_threshold: float = 0.0,
    do_3D: bool = False,
    normalize: bool | Mapping[str, Any] = True,
    invert: bool = False,
    axes: str | None = None,
    **others: Any,
) -> Settings:
    """Return the settings that arguments of Cellpose mean; `others` have the same names here.

    Where neither `diameter` nor `rescale` is given, the image is taken as the model wants it.
    """
    if not diameter and rescale:
        diameter = NATIVE_DIAMETER_PX / float(rescale)
    return Settings(
        diameter=float(diameter) if diameter else None,
        niter=int(niter) if niter else None,
        # Cellpose takes -1 for "drop none".
        min_size=max(int(min_size), 0),
        anisotropy=anisotropy or None,
        flow_threshold=flow_threshold or 0.0,
        flow3D_smooth=_smoothing(flow3D_smooth),
        stitch_threshold=stitch_threshold,
        do_3D=do_3D,
        normalize=normalization(normalize, invert),
        axes=axes,
        **others,
    )


def axes_of(
    shape: Sequence[int], channel_axis: int | None = None, z_axis: int | None = None, volume: bool = False
) -> str:
    """Return a letter for each axis of an array, by Cellpose's rules where the caller does not say.

    Parameters
    ----------
    shape
        Two to four axes.
    channel_axis, z_axis
        Which axis is which, negative from the end; None where it is not said.
    volume
        Whether planes belong together, so that the first free axis of three is depth.

    Raises
    ------
    ValueError
        Too few or too many axes.
    """
    count = len(shape)
    if not 2 <= count <= 4:
        raise ValueError(f"an image has two to four axes, not {count}")
    letters = [""] * count
    for axis, letter in ((channel_axis, "C"), (z_axis, "Z")):
        if axis is not None:
            letters[axis] = letter
    free = [i for i in range(count) if not letters[i]]
    while len(free) > 2:
        missing = [letter for letter in "CZ" if letter not in letters]
        smallest = min(free, key=lambda i: shape[i])
        few = shape[smallest] <= FEW and not (volume and count == 3)
        if "C" in missing and (few or "Z" not in missing):
            letters[smallest] = "C"
        else:
            letters[free[0]] = "Z"
        free = [i for i in range(count) if not letters[i]]
    letters[free[0]], letters[free[1]] = "Y", "X"
    return "".join(letters)


def without_single_axes(
    array: NDArray[Any], channel_axis: int | None, z_axis: int | None
) -> tuple[NDArray[Any], int | None, int | None]:
    """Return an array of more than four axes without those of length 1 that nobody named, and the named ones anew."""
    named = {axis % array.ndim for axis in (channel_axis, z_axis) if axis is not None}
    dropped = [i for i, length in enumerate(array.shape) if length == 1 and i not in named]
    dropped = dropped[: max(array.ndim - 4, 0)]

    def anew(axis: int | None) -> int | None:
        return None if axis is None else axis % array.ndim - sum(i < axis % array.ndim for i in dropped)

    return array.squeeze(tuple(dropped)), anew(channel_axis), anew(z_axis)


def _smoothing(value: float | Sequence[float] | None) -> float | tuple[float, float, float]:
    if value is None:
        return 0.0
    if isinstance(value, Sequence):
        if len(value) == 3:
            return float(value[0]), float(value[1]), float(value[2])
        return float(value[0]) if len(value) else 0.0
    return float(value)


def _tuples(values: Any) -> Any:
    """Return pairs as tuples, which settings can be compared by."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    return tuple(map(_tuples, values)) if isinstance(values, list | tuple) else values
