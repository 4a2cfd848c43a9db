"""Options for folders whose images and masks are called otherwise than usual."""

from __future__ import annotations

import argparse

from cpsam_core.cli.common import UsageError
from cpsam_core.images.companion_names import Endings


def add_filter_options(parser: argparse.ArgumentParser, *, images: bool = True) -> None:
    """Add --mask-filter and, with `images`, --image-filter; underscores are understood as well."""
    group = parser.add_argument_group("names of files")
    _add(
        group,
        "mask_filter",
        "what names of masks end in, before the suffix, instead of the usual endings: _label finds cells_label.tif; "
        "projects and NAME_seg.npy are then left aside",
    )
    if images:
        _add(
            group,
            "image_filter",
            "what names of images end in, before the suffix: _img takes cells_img.tif, whose masks are cells_masks.tif "
            "or cells_img_masks.tif; other files are left out",
        )


def endings_from(args: argparse.Namespace) -> Endings:
    """Return the endings that the arguments name.

    Raises
    ------
    UsageError
        An ending is empty or names a folder.
    """
    masks, images = args.mask_filter, getattr(args, "image_filter", None)
    for option, text in (("--mask-filter", masks), ("--image-filter", images)):
        if text is not None and (not text.strip() or "/" in text or "\\" in text):
            raise UsageError(f"{option} is an ending of file names such as _label, not {text!r}")
    return Endings.chosen(masks, images)


def _add(group: argparse._ArgumentGroup, name: str, text: str) -> None:
    for spelling, shown in ((name.replace("_", "-"), text), (name, argparse.SUPPRESS)):
        group.add_argument(f"--{spelling}", dest=name, metavar="ENDING", help=shown)
