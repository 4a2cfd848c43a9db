"""Colours for objects and for flows."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["flow_picture", "object_colours"]


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
    y, x = np.asarray(flows, np.float32)
    hue = (np.degrees(np.arctan2(y, x)) % 360).astype(np.float32)
    strength = np.clip(np.hypot(y, x) / 5, 0, 1)
    hsv = np.stack([hue, np.ones_like(hue), strength], axis=-1).reshape(-1, 1, 3)
    rgb = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).reshape(*hue.shape, 3)
    return (rgb * 255).astype(np.uint8)
