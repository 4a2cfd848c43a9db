"""The images of `gain.py`: which to learn from and which to score on; and all of them in one file to carry.

The file is a zip of `kinds/KIND/train`, `kinds/KIND/test`, `elsewhere/KIND` and `starts`: the middle of each image in 8
bits, as PNG, with its masks. Every image that a measurement may draw is in it.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

MOST_TESTED = 6  # images of a kind to score on; the same for every count and seed
MOST_ELSEWHERE = 8  # images of each kind that was known before
TESTED_SIDE = 384  # pixels of the middle of each that is scored on: large images would take most of the time
FEWEST_OBJECTS = 5  # of an image to learn from, as in one click
MOST_LEARNT = 12  # images of a kind to draw from; each seed draws up to eight of them


@dataclass(frozen=True)
class Folders:
    """Where the images are: a folder for each kind by its name, and the folder of those of other kinds."""

    kinds: dict[str, Path]
    elsewhere: Path | None


def parts(kind: Path) -> tuple[list[Any], list[Any]]:
    """Return the images of a kind to learn from, and those to score on: the same whatever is measured."""
    if (kind / "test").is_dir():
        return in_order(kind / "train"), in_order(kind / "test")
    pairs = in_order(kind)
    tested = min(MOST_TESTED, len(pairs) // 2)
    return pairs[tested:], pairs[:tested]


def in_order(kind: Path) -> list[Any]:
    """Return the images of a kind in an order that only their names decide."""
    from cpsam_core.data.pairs import find_pairs

    return sorted(find_pairs(kind), key=lambda one: hashlib.sha256(one.image.stem.encode()).hexdigest())


def middles(pairs: list[Any], folder: Path) -> list[Any]:
    """Write the middle of each image with its masks, and return those."""
    from cpsam_core.data.examples import read_annotation
    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.images import write_labels, write_tiff

    folder.mkdir()
    for pair in pairs:
        pixels, labels = pair.read_image().pixels[0], read_annotation(pair).labels
        part = middle(labels.shape)
        write_tiff(folder / f"{pair.image.stem}.tif", pixels[part], "YXC")
        write_labels(folder / f"{pair.image.stem}_masks.tif", labels[part])
    return find_pairs(folder)


def middle(shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Return the rows and columns of the middle of an image."""
    return tuple(slice(start := max(0, (n - TESTED_SIDE) // 2), start + TESTED_SIDE) for n in shape)


def elsewhere_pairs(folder: Path | None) -> list[Any]:
    """Return images of other kinds, each in the size of its cells: what is measured is forgetting, not sizes."""
    from cpsam_core.retrain.elsewhere import in_its_size

    kinds = [] if folder is None else sorted(one for one in folder.iterdir() if one.is_dir())
    return [
        in_its_size(replace(pair, set_name=kind.name))
        for kind in kinds
        for pair in in_order(kind)[:MOST_ELSEWHERE]
    ]


def pack(file: Path, where: Folders, starts: list[Path]) -> None:
    """Write the images of each kind to learn from and to score on, those of other kinds, and the start models."""
    from cpsam_core.checkpoints.cards import card_path

    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        folder = Path(name)
        for kind, images in where.kinds.items():
            learnt, tested = parts(images)
            taught = [pair for pair in learnt if objects_in_middle(pair) >= FEWEST_OBJECTS]
            for use, pairs in (("train", taught[:MOST_LEARNT]), ("test", tested)):
                for pair in pairs:
                    write_pair(folder / "kinds" / kind / use, pair)
        for known in [] if where.elsewhere is None else sorted(where.elsewhere.iterdir()):
            for pair in in_order(known)[:MOST_ELSEWHERE]:
                write_pair(folder / "elsewhere" / known.name, pair)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            packed.write(path, path.relative_to(folder))
        for start in starts:
            for path in (start, card_path(start)):
                packed.write(path, f"starts/{path.name}")
    print(f"{file}: {file.stat().st_size / 2**20:.1f} MB")


def unpacked(file: Path, folder: Path) -> tuple[Folders, list[str]]:
    """Return the folders of a packed file, laid out in `folder`, and the start models in it."""
    with zipfile.ZipFile(file) as packed:
        packed.extractall(folder)
    elsewhere = folder / "elsewhere"
    kinds = {one.name: one for one in sorted((folder / "kinds").iterdir())}
    starts = sorted(str(one) for one in folder.glob("starts/*.safetensors"))
    return Folders(kinds, elsewhere if elsewhere.exists() else None), starts


def objects_in_middle(pair: Any) -> int:
    """Return how many objects the middle of an image has."""
    labels = labels_of(pair)
    return len(np.unique(labels[middle(labels.shape)])) - 1


def labels_of(pair: Any) -> Any:
    """Return the masks of an image."""
    from cpsam_core.data.examples import read_annotation

    return read_annotation(pair).labels


def write_pair(folder: Path, pair: Any) -> None:
    """Write the middle of an image in 8 bits and its masks."""
    pixels, labels = pair.read_image().pixels[0], labels_of(pair)
    part = middle(labels.shape)
    for kind, array in (("images", as_bytes(pixels)[part]), ("masks", labels[part].astype(np.uint16))):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        shown = array[..., ::-1] if array.ndim == 3 and array.shape[2] == 3 else array
        if not cv2.imwrite(str(folder / kind / f"{pair.image.stem}.png"), np.ascontiguousarray(shown)):
            raise OSError(f"{pair.image.stem}.png cannot be written")


def as_bytes(pixels: Any) -> Any:
    """Return an image in 8 bits, one channel or three, from its darkest to its brightest value where it has more."""
    channels = pixels[..., :3] if pixels.shape[-1] >= 3 else pixels[..., :1]
    if channels.dtype == np.uint8:
        return channels
    low, high = float(channels.min()), float(channels.max())
    return np.round((channels - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)
