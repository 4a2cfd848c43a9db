"""Colours for objects and for flows."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["flow_picture", "object_colours"]

CHUNK_PX = 1 << 18
"""Pixels coloured at a time: what lies between stays in the cache."""


def object_colours(ids: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return a lively colour for each number, always the same, and unlike those of the numbers beside it.

    Parameters
    ----------
    ids
        Integers (n,).

    Returns
    -------
    ndarray
        uint8 (n, 3), RGB.
    """
    numbers = np.asarray(ids, np.int64)
    # Steps of the golden ratio round the circle of hues never come close to an earlier one soon.
    hue = (numbers * 0.6180339887 % 1.0) * 360
    saturation = np.array([0.9, 0.65, 1.0])[numbers % 3]
    value = np.array([1.0, 0.85])[numbers // 3 % 2]
    hsv = np.stack([hue, saturation, value], axis=-1).astype(np.float32).reshape(-1, 1, 3)
    if len(hsv) == 0:
        return np.zeros((0, 3), np.uint8)
    rgb = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return np.round(rgb.reshape(-1, 3) * 255).astype(np.uint8)


def flow_picture(flows: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.uint8]:
    """Paint flows: direction as hue, strength as brightness, full at a flow of 5.

    Parameters
    ----------
    flows
        float (2, ...), along y and x.

    Returns
    -------
    ndarray
        uint8 (..., 3), RGB.
    """
    y, x = np.asarray(flows[0]).ravel(), np.asarray(flows[1]).ravel()
    picture = np.empty((y.size, 3), np.uint8)
    for start in range(0, y.size, CHUNK_PX):
        part = slice(start, start + CHUNK_PX)
        dy, dx = y[part].astype(np.float32), x[part].astype(np.float32)
        hsv = np.ones((dy.size, 1, 3), np.float32)
        hsv[:, 0, 0] = cv2.phase(dx, dy, angleInDegrees=True).ravel()
        hsv[:, 0, 2] = np.clip(np.hypot(dy, dx) / 5, 0, 1)
        picture[part] = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[:, 0] * 255
    return picture.reshape(*flows.shape[1:], 3)
