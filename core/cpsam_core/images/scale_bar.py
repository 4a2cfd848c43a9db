"""A scale bar of a round length, and numbers beside objects, drawn into a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from cpsam_core.labels import object_table

__all__ = ["ScaleBar", "choose_scale_bar", "draw_numbers", "draw_scale_bar"]

PART = 0.2
"""Of the width of the image that a scale bar comes close to, without going beyond."""

MARGIN = 0.03
"""Distance of the bar from the edges, as a part of the shorter side."""

FONT = cv2.FONT_HERSHEY_SIMPLEX
FONT_HEIGHT_PX = 22
"""Pixels that a capital letter of that font is high at scale 1."""

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True)
class ScaleBar:
    """A bar of a length in pixels, and what to write at it."""

    pixels: float
    text: str


def choose_scale_bar(width: int, pixel_size: float | None) -> ScaleBar:
    """Return a bar of 1, 2 or 5 times a power of ten, a fifth of the width at most, and a pixel at least.

    Parameters
    ----------
    width
        Of the image in pixels.
    pixel_size
        Micrometres. Where it is None, or too small or large to be one, the bar is in pixels, as on the screen.
    """
    known = pixel_size is not None and 1e-5 < pixel_size < 1e5
    size = pixel_size if known and pixel_size is not None else 1.0
    most = PART * width * size if known else max(PART * width, 1.0)
    power = 10.0 ** math.floor(math.log10(most))
    length = next(factor * power for factor in (5, 2, 1) if factor * power <= most * (1 + 1e-9))
    # A step of ten thousandths keeps 0.1 + 0.2 from appearing in the text.
    if not known:
        text = f"{round(length, 4):g} px"
    elif length >= 1000:
        text = f"{round(length / 1000, 4):g} mm"
    elif length >= 1:
        text = f"{round(length, 4):g} µm"
    else:
        text = f"{round(length * 1000, 4):g} nm"
    return ScaleBar(length / size, text)


def draw_scale_bar(picture: npt.NDArray[np.uint8], bar: ScaleBar) -> None:
    """Draw a white bar with a black rim and its length into the lower right corner of a picture.

    Parameters
    ----------
    picture
        uint8 (y, x, 3), changed in place.
    bar
        From :func:`choose_scale_bar`.
    """
    height, width = picture.shape[:2]
    margin = max(2, round(MARGIN * min(height, width)))
    thick = max(2, round(0.008 * min(height, width)))
    right, bottom = width - margin, height - margin
    left = right - max(1, round(bar.pixels))
    cv2.rectangle(picture, (left - 1, bottom - thick - 1), (right, bottom), BLACK, -1)
    cv2.rectangle(picture, (left, bottom - thick), (right - 1, bottom - 1), WHITE, -1)
    scale = _font_scale(picture)
    text = bar.text.replace("µ", "u")
    (wide, _), _ = cv2.getTextSize(text, FONT, scale, 1)
    x = max(margin, min((left + right - wide) // 2, width - margin - wide))
    y = bottom - 2 * thick - 2
    _write(picture, text, x, y, scale)
    if "µ" in bar.text:
        _tail(picture, bar.text, x, y, scale)


def draw_numbers(picture: npt.NDArray[np.uint8], labels: npt.NDArray[Any]) -> None:
    """Write the number of each object at its centre.

    Parameters
    ----------
    picture
        uint8 (y, x, 3), changed in place.
    labels
        Integers (y, x).
    """
    table = object_table(labels)
    scale = 0.7 * _font_scale(picture)
    for number, (y, x) in zip(table.ids.tolist(), table.centroids.tolist(), strict=True):
        (wide, high), _ = cv2.getTextSize(str(number), FONT, scale, 1)
        _write(picture, str(number), round(x - wide / 2), round(y + high / 2), scale)


def _font_scale(picture: npt.NDArray[np.uint8]) -> float:
    return float(max(10.0, 0.03 * min(picture.shape[:2])) / FONT_HEIGHT_PX)


def _write(picture: npt.NDArray[np.uint8], text: str, x: int, y: int, scale: float) -> None:
    """Write white letters with a black rim, which show on any ground."""
    line = max(1, round(scale * 1.6))
    cv2.putText(picture, text, (x, y), FONT, scale, BLACK, line + 2, cv2.LINE_AA)
    cv2.putText(picture, text, (x, y), FONT, scale, WHITE, line, cv2.LINE_AA)


def _tail(picture: npt.NDArray[np.uint8], text: str, x: int, y: int, scale: float) -> None:
    """Draw the stroke that makes a mu of a u: OpenCV's font has no Greek letters."""
    (before, _), _ = cv2.getTextSize(text[: text.index("µ")], FONT, scale, 1)
    line = max(1, round(scale * 1.6))
    start = (x + before + round(3 * scale), y - round(13 * scale))
    end = (x + before + round(1 * scale), y + round(7 * scale))
    cv2.line(picture, start, end, BLACK, line + 2, cv2.LINE_AA)
    cv2.line(picture, start, end, WHITE, line, cv2.LINE_AA)
