"""Stacks with their masks in one small file, for machines that see nothing but what travels with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def stacks_in(folders: list[Path]) -> dict[str, Any]:
    """Return the stacks of folders that hold `images` and `masks`, by name: a folder of several names each stack."""
    from cpsam_core.data.pairs import find_pairs

    found = {}
    for folder in folders:
        pairs = find_pairs(folder)
        for pair in pairs:
            found[folder.name if len(pairs) == 1 else f"{folder.name}_{pair.image.stem}"] = pair
    return found


def pack(folders: list[Path], path: Path) -> None:
    """Write images (z, y, x, c) and masks (z, y, x) of stacks into one NPZ."""
    from cpsam_core.images import read_image
    from cpsam_core.images.label_files import read_labels

    # Any: by its types the writer takes such names for its own options.
    arrays: dict[str, Any] = {}
    for name, pair in stacks_in(folders).items():
        arrays[f"{name}/image"] = read_image(pair.image, "ZYX").pixels
        labels = read_labels(pair.masks, "auto")
        arrays[f"{name}/masks"] = labels.astype(np.uint16 if labels.max() < 2**16 else np.uint32)
    np.savez_compressed(path, **arrays)


def unpack(path: Path, folder: Path) -> list[Path]:
    """Write packed stacks as TIFFs, and return a folder for each."""
    from cpsam_core.images import write_labels, write_tiff

    folders = []
    with np.load(path, allow_pickle=False) as arrays:
        for key in arrays.files:
            name, what = key.rsplit("/", 1)
            own = folder / name
            (own / "images").mkdir(parents=True, exist_ok=True)
            (own / "masks").mkdir(exist_ok=True)
            if what == "image":
                write_tiff(own / "images" / "stack.tif", arrays[key], "ZYXC")
                folders.append(own)
            else:
                write_labels(own / "masks" / "stack.tif", arrays[key])
    return folders
