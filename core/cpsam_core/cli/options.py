"""The fields of `Settings` as options of the command line.

Values that are not given are not passed on, so that the defaults are those of the dataclasses and nothing else.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cpsam_core.cli.common import wrong_usage
from cpsam_core.errors import CpsamError
from cpsam_core.images.image import parse_axes
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import Settings


def diameter(text: str) -> float | str:
    """Return the diameter that an option gives: pixels, or "auto"."""
    return "auto" if text == "auto" else float(text)


def channel_list(text: str) -> tuple[int | str, ...]:
    """Return channels from a list with commas: numbers from 0, or names."""
    return tuple(int(part) if part.strip().isdigit() else part.strip() for part in text.split(","))


def _smoothing(text: str) -> float | tuple[float, ...]:
    values = tuple(float(part) for part in text.replace(",", " ").split())
    if len(values) not in (1, 3):
        raise ValueError("one number, or three for z, y, x")
    return values if len(values) == 3 else values[0]


# For error messages.
channel_list.__name__, _smoothing.__name__ = "channels", "smoothing"


@dataclass(frozen=True)
class _Option:
    """How one field appears on the command line; `kind` turns text into a value, None makes a switch."""

    group: str
    help: str
    kind: Callable[[str], Any] | None = None
    metavar: str | None = None
    pair: bool = False


CELLS, NETWORK, STACKS, BRIGHTNESS = "cells", "network", "stacks", "brightness"
GROUPS = {
    NETWORK: "what the network sees",
    CELLS: "which objects are kept",
    STACKS: "stacks",
    BRIGHTNESS: "how brightness is brought to 0 to 1",
}

OPTIONS = {
    "diameter": _Option(
        NETWORK,
        "diameter of the cells in pixels: the image is resized so that they measure 30; auto measures them "
        "first, 30 leaves the image as it is; default (or 0): what the model wants "
        "(cpsam-lite: auto; cpsam_v2: 30)",
        diameter,
        "NUMBER|auto",
    ),
    "channels": _Option(
        NETWORK,
        "channels by number from 0 or by name, with commas; default: the first three",
        channel_list,
        "LIST",
    ),
    "axes": _Option(
        NETWORK,
        "axes of the file, if it does not say or is wrong: one letter of T, Z, C, Y, X, S each, for "
        "example ZCYX",
        str,
        "LETTERS",
    ),
    "resample": _Option(
        CELLS,
        "on by default; off, masks of an image that was resized for the network are made at that size and resized: "
        "quicker for large cells, rougher outlines (planes only)",
    ),
    "augment": _Option(NETWORK, "average over flipped tiles: a little better, about three times slower"),
    "tile_overlap": _Option(NETWORK, "least overlap of tiles, as a part of a tile", float, "PART"),
    "batch_size": _Option(NETWORK, "tiles at once", int, "N"),
    "flow_threshold": _Option(
        CELLS,
        "drop objects whose flow error is above it (planes only); 0 keeps all. In objects of a few dozen pixels the "
        "error can differ from Cellpose's by some hundredths, by rounding",
        float,
        "X",
    ),
    "cellprob_threshold": _Option(
        CELLS, "logit from which a pixel belongs to a cell; lower finds more and larger cells", float, "X"
    ),
    "min_size": _Option(CELLS, "drop objects of fewer pixels (voxels); 0 keeps all", int, "PIXELS"),
    "max_size_fraction": _Option(
        CELLS, "drop objects that cover a larger part of the image; 1 keeps all", float, "PART"
    ),
    "niter": _Option(
        CELLS,
        "steps along the flows; more for long cells (2000 for bacteria); default (or 0): 200, in proportion to the "
        "diameter where one is given",
        int,
        "N",
    ),
    "exclude_on_edges": _Option(CELLS, "drop objects that touch the border of the image"),
    "do_3D": _Option(STACKS, "segment a stack as a volume, from planes along all three axes"),
    "anisotropy": _Option(
        STACKS,
        "distance between planes divided by the pixel size; default: from the file, else 1",
        float,
        "X",
    ),
    "flow3D_smooth": _Option(
        STACKS,
        "Gaussian smoothing of the flows of a volume, in voxels: one number, or three for z, y and x; 0: none",
        _smoothing,
        "X",
    ),
    "stitch_threshold": _Option(
        STACKS,
        "plane by plane: join objects of neighbouring planes whose IoU is at least this; 0 leaves them apart",
        float,
        "IOU",
    ),
    "normalize": _Option(BRIGHTNESS, "on by default; off, values go to the network as they are"),
    "percentile": _Option(
        BRIGHTNESS, "percentiles of each channel that become 0 and 1", float, "LOW HIGH", pair=True
    ),
    "lowhigh": _Option(
        BRIGHTNESS,
        "values that become 0 and 1, instead of percentiles; give it once for each channel where channels "
        "differ",
        float,
        "LOW HIGH",
        pair=True,
    ),
    "tile_norm_blocksize": _Option(
        BRIGHTNESS,
        "edge of blocks that are normalised on their own, for uneven light; 0: none",
        int,
        "PIXELS",
    ),
    "sharpen_radius": _Option(BRIGHTNESS, "sharpen first, with this radius; 0: off", float, "PIXELS"),
    "smooth_radius": _Option(BRIGHTNESS, "smooth first, with this radius; 0: off", float, "PIXELS"),
    "invert": _Option(BRIGHTNESS, "dark objects on a bright background"),
    "norm3D": _Option(BRIGHTNESS, "on by default: a stack as a whole; off, each plane on its own"),
}


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for every field of `Settings` and `NormalizeSettings`, under its own name.

    `--flow-threshold` is understood as well as `--flow_threshold`.
    """
    fields = (*dataclasses.fields(Settings), *dataclasses.fields(NormalizeSettings))
    defaults = {field.name: _default(field) for field in fields}
    groups = {name: parser.add_argument_group(title) for name, title in GROUPS.items()}
    for name, option in OPTIONS.items():
        spellings = [f"--{name}"] if "_" not in name else [f"--{name}", f"--{name.replace('_', '-')}"]
        for number, spelling in enumerate(spellings):
            text = _help(option, defaults[name]) if number == 0 else argparse.SUPPRESS
            groups[option.group].add_argument(
                spelling, dest=name, help=text, **_keywords(option, defaults[name])
            )


def settings_from(args: argparse.Namespace) -> Settings:
    """Return the settings that the options ask for.

    Raises
    ------
    UsageError
        A value makes no sense.
    """
    given = {name: getattr(args, name) for name in OPTIONS if hasattr(args, name)}
    if "lowhigh" in given:
        pairs = tuple(tuple(pair) for pair in given["lowhigh"])
        given["lowhigh"] = pairs[0] if len(pairs) == 1 else pairs
    brightness = {field.name for field in dataclasses.fields(NormalizeSettings)}
    with wrong_usage(CpsamError):
        if "axes" in given:
            given["axes"] = parse_axes(given["axes"])
        chosen = NormalizeSettings(**{name: given.pop(name) for name in brightness & set(given)})
        return Settings(normalize=chosen, **given)


def _keywords(option: _Option, default: Any) -> dict[str, Any]:
    keywords: dict[str, Any] = {"default": argparse.SUPPRESS}
    if option.kind is None:
        return {**keywords, "action": argparse.BooleanOptionalAction if default else "store_true"}
    keywords |= {"type": option.kind, "metavar": option.metavar}
    if option.pair:
        keywords |= {"nargs": 2, "metavar": tuple((option.metavar or "").split())}
        keywords |= {"action": "append"} if default is None else {}
    return keywords


def _help(option: _Option, default: Any) -> str:
    if default is None or option.kind is None:
        return option.help
    shown = " ".join(f"{value:g}" for value in default) if isinstance(default, tuple) else f"{default:g}"
    return f"{option.help} (default: {shown})"


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default is not dataclasses.MISSING else None
