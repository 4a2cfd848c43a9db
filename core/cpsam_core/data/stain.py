"""Give one stained section the colours of another: the same tissue as another laboratory would have stained it.

Source: Macenko et al., "A method for normalizing histology slides for quantitative analysis" (2009). Two stains span
the plane in which the optical densities of a section lie; the concentrations of one image times the stains of another
are the transfer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Floats = NDArray[np.float64]

DARKEST = (
    # Intensity below which optical density is no longer told apart; images are normalised, 1 is white.
    0.05
)
# Mean over the channels, of pixels that count as stained.
LEAST_DENSITY = 0.15
# Numbers of pixels that the stains are measured on.
FEWEST_PIXELS, MOST_PIXELS = 200, 8192
# The brightest quarter of a stained section is at least so bright in every channel.
BRIGHT_GROUND = 0.6
# Mean difference of the channels, below which an image is gray.
LEAST_COLOUR = 0.03
# Percentiles of the angle in the plane that are taken as the pure stains.
ANGLES = (1, 99)


@dataclass(frozen=True, eq=False)
class Stains:
    """Two stains: `directions` (2, 3) of unit length in optical density, and the `strengths` (2,) of their darkest."""

    directions: Floats
    strengths: Floats


def stains_of(pixels: NDArray[np.floating]) -> Stains | None:
    """Return the stains of an image (y, x, 3), normalised; None where it is no stained section."""
    stride = max(1, round((pixels.shape[0] * pixels.shape[1] / MOST_PIXELS) ** 0.5))
    flat = np.asarray(pixels[::stride, ::stride], np.float32).reshape(-1, pixels.shape[2])
    if flat.shape[1] != 3 or len(flat) < FEWEST_PIXELS:
        return None
    if np.quantile(flat, 0.75, axis=0).min() < BRIGHT_GROUND or np.ptp(flat, axis=1).mean() < LEAST_COLOUR:
        return None
    density = _density(flat)
    stained = density[density.mean(axis=1) > LEAST_DENSITY]
    if len(stained) < FEWEST_PIXELS:
        return None
    _, vectors = np.linalg.eigh(np.cov(stained.T))
    plane = vectors[:, [2, 1]]
    plane = plane * np.where(plane.sum(axis=0) < 0, -1, 1)
    inside = stained @ plane
    low, high = np.percentile(np.arctan2(inside[:, 1], inside[:, 0]), ANGLES)
    directions = np.array([plane @ (np.cos(angle), np.sin(angle)) for angle in (low, high)])
    # The stain that absorbs more red comes first, so that the same stains of two images meet (haematoxylin does).
    directions = directions[np.argsort(-directions[:, 0] / np.linalg.norm(directions, axis=1))]
    directions = np.clip(directions, 0, None)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    if lengths.min() < 1e-3:
        return None
    directions = directions / lengths
    if abs(directions[0] @ directions[1]) > 0.999:
        # One stain only.
        return None
    strengths = np.percentile(_concentrations(stained, directions), 99, axis=0)
    return Stains(directions, strengths) if strengths.min() > 1e-2 else None


def transfer(pixels: Pixels, own: Stains, other: Stains) -> Pixels:
    """Return an image (y, x, 3) with the colours of another one; intensities stay within 0 to 1."""
    density = _density(pixels.reshape(-1, 3))
    # Beyond the border of the image there is nothing to stain.
    shown = pixels.any(axis=2, keepdims=True)
    amounts = _concentrations(density, own.directions)
    # What the two stains do not explain stays as it is: pigment, ink.
    rest = density - amounts @ own.directions
    changed = (amounts / own.strengths * other.strengths) @ other.directions + rest
    return np.exp(-np.clip(changed, 0, None)).astype(np.float32).reshape(pixels.shape) * shown


def _density(flat: Pixels) -> Floats:
    return -np.log(np.clip(flat.astype(np.float64), DARKEST, 1))


def _concentrations(density: Floats, directions: Floats) -> Floats:
    """Return how much of each stain explains the densities (n, 3) best, (n, 2), none of it negative."""
    return np.asarray(np.clip(density @ np.linalg.pinv(directions), 0, None), np.float64)
