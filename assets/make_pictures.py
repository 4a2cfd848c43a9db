"""Make the README's picture: the demonstration images, and what the embedded model finds in them.

Usage: python assets/make_pictures.py
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core import Segmenter
from cpsam_core.demo import demo_images
from cpsam_core.images import overlay_picture, picture_of, read_image, write_picture

HEIGHT = 360
GAP = 8


def strip(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return pictures of one height side by side."""
    gap = np.full((HEIGHT, GAP, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (gap, fit(picture))]
    return np.concatenate(parts[1:], axis=1)


def fit(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the middle of a picture, four wide to three high, scaled to the height."""
    height, width = picture.shape[:2]
    wide, high = min(width, height * 4 // 3), min(height, width * 3 // 4)
    top, left = (height - high) // 2, (width - wide) // 2
    part = picture[top : top + high, left : left + wide]
    scaled: NDArray[np.uint8] = np.asarray(
        cv2.resize(part, (HEIGHT * 4 // 3, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8
    )
    return scaled


def main() -> None:
    """Segment the demonstration images and write segmentations.png beside this file."""
    segmenter = Segmenter.load("cpsam-lite", device="cpu")
    plain, found = [], []
    for path in demo_images():
        image = read_image(path)
        plain.append(picture_of(image))
        found.append(overlay_picture(image, segmenter.segment(image).labels, opacity=0.3))
    gap = np.full((GAP, strip(plain).shape[1], 3), 255, np.uint8)
    write_picture(
        Path(__file__).with_name("segmentations.png"), np.concatenate((strip(plain), gap, strip(found)))
    )


if __name__ == "__main__":
    main()
