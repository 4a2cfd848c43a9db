"""Lay out the images that cpsam-lite is trained, chosen and judged with: three folders, always the same.

Usage: python lite_data.py DATA OUT

DATA holds `train/SOURCE`, `val/SOURCE` and `more/SOURCE`, each with `images` and `masks`. OUT gets copies:

train   to learn from
val     to choose with: all of DATA/val, and about 7.5 %% of each source that has no images there
aside   about 5 %% of each source of train and more, not looked at before the final figures

The images of a source are ordered by the SHA-256 of "SOURCE/GROUP"; the first of that order go aside, the next ones
to val. Images of one field (renderings of one field, channels of one field, tiles of one micrograph) are one group and
stay together. Sources of fewer than five groups are for training only.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
from collections import defaultdict
from pathlib import Path

ASIDE, VAL = 0.05, 0.075
FEWEST_GROUPS = 5
FAMILIES = {
    "qpi_as_dic": "qpi",
    "qpi_as_phase_contrast": "qpi",
    "qpi_whole_cells": "qpi",
    "ds1_brightfield": "ds1",
    "ds1_fluorescence": "ds1",
}
"""Sources that show the same fields: their images are divided alike."""

TILES = {"axon_sem": re.compile(r"_\d+$")}
"""Sources of tiles, and what their names have beyond the name of the micrograph."""


def main() -> None:
    """Divide and copy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("out", type=Path, metavar="OUT")
    args = parser.parse_args()
    chosen, out = divide(args.data), args.out
    for (part, source), images in sorted(chosen.items()):
        for image in images:
            copy(image, out / part / source)
        print(f"{part:6} {source:28} {len(images):4}")


def divide(data: Path) -> dict[tuple[str, str], list[Path]]:
    """Return the image files by part (train, val, aside) and source."""
    chosen: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for folder in sorted(data.glob("val/*/images")):
        chosen["val", folder.parent.name] = sorted(folder.iterdir())
    for folder in sorted([*data.glob("train/*/images"), *data.glob("more/*/images")]):
        source = folder.parent.name
        parts = parts_of(source, folder, has_val=("val", source) in chosen)
        for image in sorted(folder.iterdir()):
            chosen[parts[group_of(source, image.stem)], source].append(image)
    return chosen


def parts_of(source: str, folder: Path, has_val: bool) -> dict[str, str]:
    """Return the part of each group of a source."""
    family = FAMILIES.get(source, source)
    groups = {group_of(source, image.stem) for image in folder.iterdir()}
    order = sorted(groups, key=lambda group: hashlib.sha256(f"{family}/{group}".encode()).hexdigest())
    if len(order) < FEWEST_GROUPS:
        return dict.fromkeys(order, "train")
    aside = max(1, round(len(order) * ASIDE))
    val = 0 if has_val else max(1, round(len(order) * VAL))
    return {
        group: "aside" if place < aside else "val" if place < aside + val else "train"
        for place, group in enumerate(order)
    }


def group_of(source: str, stem: str) -> str:
    """Return what an image shares with others of its field."""
    return TILES[source].sub("", stem) if source in TILES else stem


def copy(image: Path, folder: Path) -> None:
    """Copy an image and its masks."""
    masks = image.parent.parent / "masks" / f"{image.stem}.tif"
    for source, kind in ((image, "images"), (masks, "masks")):
        target = folder / kind / source.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


if __name__ == "__main__":
    main()
