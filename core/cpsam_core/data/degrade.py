"""Make a good image bad: the degradations that the network must learn to see through.

Source of all but the last: the paper, "Whole-dataset training" ("Poisson noise, Gaussian blurring, downsampling, and
anisotropic blurring with downsampling"), with the parameters of Cellpose3. Intensities are those of a normalised image:
0 is the first percentile and 1 the ninety-ninth.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
KINDS = ("noise", "blur", "downsample", "anisotropic", "section")


def degrade(pixels: Pixels, kind: str, diameter: float, rng: np.random.Generator) -> Pixels:
    """Return a degraded copy of `pixels`.

    Parameters
    ----------
    pixels : (y, x, channel) float32
        A normalised image.
    kind : {"noise", "blur", "downsample", "anisotropic", "section"}
        Which degradation to apply; "section" is how a volume looks from the side: smeared along one axis by the
        microscope, of fewer planes than pixels, and noisy.
    diameter : float
        Mean diameter of the cells in pixels, which sets the width of the blur.
    rng : numpy.random.Generator
        Source of all randomness.
    """
    if kind == "noise":
        return shot_noise(pixels, max(1.0, rng.gamma(4.0, 0.7)), rng)
    if kind == "blur":
        sigma = diameter / 30 * 5 * float(np.clip(rng.exponential(0.5), 0.1, 1.0))
        return shot_noise(blur(pixels, sigma, sigma), 120.0, rng)
    if kind == "section":
        return _section(pixels, diameter, rng)
    factor = float(rng.uniform(2, 7)) * diameter / 30
    if factor <= 1:
        return pixels
    along_y = kind == "downsample" or rng.random() < 0.5
    along_x = kind == "downsample" or not along_y
    return coarsen(pixels, factor if along_y else 1.0, factor if along_x else 1.0)


def _section(pixels: Pixels, diameter: float, rng: np.random.Generator) -> Pixels:
    along_y = rng.random() < 0.5
    smear, step = diameter / 30 * rng.uniform(1.0, 5.0), diameter / 30 * rng.uniform(1.0, 6.0)
    smeared = blur(pixels, smear if along_y else 0, 0 if along_y else smear)
    coarse = coarsen(smeared, max(1.0, step) if along_y else 1.0, 1.0 if along_y else max(1.0, step))
    return shot_noise(coarse, float(np.exp(rng.uniform(np.log(10), np.log(120)))), rng)


def shot_noise(pixels: Pixels, photons: float, rng: np.random.Generator) -> Pixels:
    """Poisson noise where white counts `photons` (the brighter the image, the less noise)."""
    rate = np.clip(pixels, 0, None) * photons
    # Indistinguishable from a normal distribution, which is far quicker to draw.
    if photons > 50:
        noise = rng.standard_normal(rate.shape, np.float32)
        counts = rate + noise * np.sqrt(rate)
    else:
        counts = rng.poisson(rate)
    return np.asarray(counts / photons, np.float32)


def blur(pixels: Pixels, sigma_y: float, sigma_x: float) -> Pixels:
    """Gaussian blur with a standard deviation in pixels for each axis; 0 leaves the axis as it is."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), max(sigma_x, 1e-3), sigmaY=max(sigma_y, 1e-3))
    return np.asarray(blurred, np.float32).reshape(pixels.shape)


def coarsen(pixels: Pixels, by_y: float, by_x: float) -> Pixels:
    """Blur by half the factor, take every so many pixels along each axis and stretch back to the first size."""
    height, width = pixels.shape[:2]
    blurred = blur(pixels, by_y / 2 if by_y > 1 else 0, by_x / 2 if by_x > 1 else 0)
    small_size = (max(2, round(width / by_x)), max(2, round(height / by_y)))
    small = cv2.resize(blurred, small_size, interpolation=cv2.INTER_NEAREST)
    stretched = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(stretched, np.float32).reshape(pixels.shape)
