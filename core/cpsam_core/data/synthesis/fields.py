"""Random fields and small image operations that all renderings share (float32, square pictures)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FloatMap = NDArray[np.float32]


def noise(
    rng: np.random.Generator,
    side: int,
    scale: float | tuple[float, float],
    octaves: int = 3,
    falloff: float = 0.6,
) -> FloatMap:
    """Smooth random field of mean 0 and standard deviation 1.

    Parameters
    ----------
    rng : numpy.random.Generator
    side : int
        Pixels of the square picture.
    scale : float or (float, float)
        Size of the coarsest structure in pixels, or its height and width.
    octaves : int
        Fields added, each of half the scale of the one before.
    falloff : float
        Weight of each octave relative to the one before.

    Returns
    -------
    float32 array (side, side)
    """
    tall, wide = scale if isinstance(scale, tuple) else (scale, scale)
    total = np.zeros((side, side), np.float32)
    weight = 1.0
    for _ in range(octaves):
        # A lattice twice as fine as the structure, blurred, hides the rows and columns of the lattice.
        finer = 2 if min(tall, wide) >= 4 else 1
        rows, columns = (int(np.clip(round(finer * side / s) + 1, 2, side)) for s in (tall, wide))
        coarse = rng.standard_normal((rows, columns), np.float32)
        if finer == 2:
            coarse = np.asarray(cv2.GaussianBlur(coarse, (5, 5), 1.0), np.float32)
            # The blur leaves about 0.29 of the deviation.
            coarse *= np.float32(3.4)
        if (rows, columns) != (side, side):
            coarse = np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)
        total += weight * coarse
        weight *= falloff
        if rows == side and columns == side:
            break
        tall, wide = tall / 2, wide / 2
    total -= total.mean()
    return np.asarray(total / max(float(total.std()), 1e-6), np.float32)


def fibres(rng: np.random.Generator, side: int, scale: float, direction: float) -> FloatMap:
    """Streaks along a direction that bends slowly: collagen, stress fibres, muscle. Mean 0, deviation 1."""
    straight = noise(rng, side, (scale, scale * rng.uniform(4, 12)), 3, 0.75)
    y, x = np.mgrid[:side, :side].astype(np.float32) - side / 2
    turn = direction + 0.35 * noise(rng, side, side * 0.8, 1)
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray(
        cv2.remap(
            straight,
            cos * x + sin * y + side / 2,
            cos * y - sin * x + side / 2,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.float32,
    )


def blur(image: FloatMap, sigma: float) -> FloatMap:
    """Gaussian blur by sigma pixels; wide ones on a reduced picture, which nobody can tell apart."""
    if sigma < 0.2:
        return image
    if sigma > 6:
        h, w = image.shape[:2]
        factor = min(int(sigma / 2.5), max(h // 8, 1))
        small = cv2.resize(image, (-(-w // factor), -(-h // factor)), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), sigma / factor, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    size = 2 * int(np.ceil(2.5 * sigma)) + 1
    return np.asarray(
        cv2.GaussianBlur(image, (size, size), sigma, borderType=cv2.BORDER_REPLICATE), np.float32
    )


def spots(
    rng: np.random.Generator, side: int, count: int, smallest: float, largest: float, soft: float = 0.3
) -> FloatMap:
    """Discs of brightness 0 to 1 at random places: vesicles, dust, out-of-focus cells.

    ``smallest`` and ``largest`` are radii in pixels; ``soft`` is the blur in units of the mean radius.
    """
    image = np.zeros((side, side), np.float32)
    places = rng.uniform(0, side * 16, (count, 2)).astype(int).tolist()
    radii = np.exp(rng.uniform(np.log(smallest), np.log(largest), count))
    levels = rng.uniform(0.15, 1.0, count).tolist()
    for place, radius, level in zip(places, (radii * 16).astype(int).tolist(), levels, strict=True):
        cv2.circle(image, place, radius, level, -1, cv2.LINE_8, 4)
    return blur(image, soft * float(np.sqrt(smallest * largest)))


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform between those of ``low`` and ``high``."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
