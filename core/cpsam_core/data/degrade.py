"""Make a good image bad: the degradations that the network must learn to see through.

Source of all but the last: the paper, "Whole-dataset training" ("Poisson noise, Gaussian blurring, downsampling, and
anisotropic blurring with downsampling"), with the parameters of Cellpose3. Intensities are those of a normalised image:
0 is the first percentile and 1 the ninety-ninth.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
KINDS = ("noise", "blur", "downsample", "anisotropic", "section")
BLURRED_PHOTONS = 120.0
# From so many on, counts are drawn from a normal distribution: nobody could tell, and it is far quicker.
MANY_PHOTONS = 50.0


@dataclass(frozen=True)
class Degradation:
    """What is done to an image, in this order; lengths in pixels.

    `smear` is the standard deviation of a blur along y and x. `coarse` says how many pixels become one along each axis,
    1 where they stay. `photons` is how many of them white counts, None where there is no noise.
    """

    smear: tuple[float, float] = (0.0, 0.0)
    coarse: tuple[float, float] = (1.0, 1.0)
    photons: float | None = None


def draw_degradation(kind: str, diameter: float, rng: np.random.Generator) -> Degradation:
    """Return a random degradation.

    Parameters
    ----------
    kind : {"noise", "blur", "downsample", "anisotropic", "section"}
        Which one; "section" is how a volume looks from the side: smeared along one axis by the microscope, of fewer
        planes than pixels, and noisy.
    diameter : float
        Mean diameter of the cells in pixels, which sets the width of the blur.
    rng : numpy.random.Generator
        Source of all randomness.
    """
    unit = diameter / 30
    if kind == "noise":
        return Degradation(photons=max(1.0, rng.gamma(4.0, 0.7)))
    if kind == "blur":
        sigma = unit * 5 * float(np.clip(rng.exponential(0.5), 0.1, 1.0))
        return Degradation((sigma, sigma), photons=BLURRED_PHOTONS)
    if kind == "section":
        along_y = rng.random() < 0.5
        smear, step = unit * rng.uniform(1.0, 5.0), unit * rng.uniform(1.0, 6.0)
        photons = float(np.exp(rng.uniform(np.log(10), np.log(120))))
        return Degradation(_along(along_y, smear, 0.0), _along(along_y, max(1.0, step), 1.0), photons)
    factor = max(1.0, unit * rng.uniform(2, 7))
    if kind == "downsample" or factor == 1:
        return Degradation(coarse=(factor, factor))
    return Degradation(coarse=_along(rng.random() < 0.5, factor, 1.0))


def _along(along_y: bool, value: float, other: float) -> tuple[float, float]:
    return (value, other) if along_y else (other, value)


def degrade(pixels: Pixels, how: Degradation, rng: np.random.Generator) -> Pixels:
    """Return a degraded copy of `pixels` (y, x, channel), float32, normalised; `rng` makes the noise."""
    if any(how.smear):
        pixels = blur(pixels, *how.smear)
    if max(how.coarse) > 1:
        pixels = coarsen(pixels, *how.coarse)
    return pixels if how.photons is None else shot_noise(pixels, how.photons, rng)


def shot_noise(pixels: Pixels, photons: float, rng: np.random.Generator) -> Pixels:
    """Poisson noise where white counts `photons` (the brighter the image, the less noise)."""
    rate = np.clip(pixels, 0, None) * photons
    if photons > MANY_PHOTONS:
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
