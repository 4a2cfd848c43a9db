"""Cut the small images that come with the program: to replay against forgetting, and to judge forgetting by.

Usage: python assets/reference_images.py DATA

DATA holds `train` and `val` as the embedded model was trained with: sets with folders `images` and `masks`. Only sets
whose licence permits a copy are taken; core/cpsam_core/reference/README.md names them.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from cpsam_core.images import read_image, write_labels
from cpsam_core.images.label_files import read_labels
from cpsam_core.labels import clear_border

TARGET = Path(__file__).parents[1] / "core" / "cpsam_core" / "reference"
REPLAY = {
    "dsb2018_fluo": (8, 160),
    "dsb2018_color_he": (5, 160),
    "dsb2018_brightfield_gray": (3, 160),
    "usiigaci_phase": (4, 192),
    "ds1_brightfield": (2, 128),
    "ds1_fluorescence": (2, 128),
}
JUDGE = {"dsb2018_fluo": (4, 224), "dsb2018_color_he": (4, 224), "usiigaci_phase": (3, 256)}
"""Crops of each set, and their side in pixels."""


def main() -> None:
    """Cut and write them anew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with `train` and `val`")
    data = parser.parse_args().data
    parts = (("replay", "train", REPLAY), ("judge", "val", JUDGE))
    missing = [name for _, source, wanted in parts for name in wanted if not (data / source / name).is_dir()]
    if missing:
        # Before the old ones go.
        parser.error(f"{data} has no {', '.join(missing)}")
    for part, source, wanted in parts:
        shutil.rmtree(TARGET / part, ignore_errors=True)
        for name, (count, side) in wanted.items():
            images = sorted((data / source / name / "images").iterdir())
            # Spread over the set, which is sorted by name: neighbours may be of one experiment.
            for place in np.linspace(0, len(images) - 1, count).round().astype(int).tolist():
                cut(images[place], side, TARGET / part / name)


def cut(image: Path, side: int, folder: Path) -> None:
    """Write the part of an image that has the most whole objects."""
    masks = next((image.parent.parent / "masks").glob(f"{image.stem}.*"))
    pixels, labels = read_image(image).pixels[0], read_labels(masks)
    labels = labels.reshape(labels.shape[-2:])
    top, left = place_of(labels, side)
    part = labels[top : top + side, left : left + side]
    shown = eight_bits(pixels[top : top + side, left : left + side])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{image.stem}.png").write_bytes(imagecodecs.png_encode(shown, level=9))
    _, numbers = np.unique(np.append(part, 0), return_inverse=True)
    write_labels(folder / f"{image.stem}_masks.png", numbers[:-1].reshape(part.shape).astype(np.uint32))


def place_of(labels: NDArray[np.uint32], side: int) -> tuple[int, int]:
    """Return the corner of the part with the most objects that the border does not cut."""
    height, width = labels.shape
    step = max(side // 4, 1)
    corners = [
        (top, left)
        for top in range(0, max(height - side, 0) + 1, step)
        for left in range(0, max(width - side, 0) + 1, step)
    ]
    return max(
        corners, key=lambda corner: inner(labels[corner[0] : corner[0] + side, corner[1] : corner[1] + side])
    )


def inner(labels: NDArray[np.uint32]) -> int:
    """Return the number of objects that lie wholly inside."""
    return len(np.unique(clear_border(labels))) - 1


def eight_bits(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return an image in 8 bits, as the copies for training are; one channel where all are alike."""
    if pixels.dtype != np.uint8:
        low, high = (float(value) for value in np.percentile(pixels.astype(np.float32), (0, 100)))
        pixels = np.clip((pixels - low) / max(high - low, 1e-9) * 255, 0, 255).astype(np.uint8)
    alike = pixels.shape[2] >= 3 and (pixels[..., :1] == pixels[..., 1:3]).all()
    return np.ascontiguousarray(pixels[..., 0] if alike or pixels.shape[2] < 3 else pixels[..., :3])


if __name__ == "__main__":
    main()
