"""Size and shape of objects from their moments: axes, eccentricity, equivalent diameter.

The definitions are those of scikit-image's `regionprops`, which the tests compare with; here all objects are
measured at once, from runs.
"""

from __future__ import annotations

import numpy as np

from cpsam_core.measure.grouped import Floats, GroupedPixels


def axis_variances(objects: GroupedPixels, spacing: tuple[float, ...]) -> Floats:
    """Return (n, axes): variance of the pixel positions along the principal axes, the longest first.

    Parameters
    ----------
    objects : Grouped
    spacing : (axes,) float
        Distance of pixels along each axis; variances are in its square.
    """
    dimensions = len(spacing)
    lengths = objects.runs.lengths.astype(float)
    middles = []
    for axis, (first, last) in enumerate(objects.positions):
        middle = (first + last) / 2 - objects.centroids[objects.index, axis]
        middles.append(middle * spacing[axis])
    covariance = np.zeros((len(objects), dimensions, dimensions))
    for i in range(dimensions):
        for j in range(i, dimensions):
            product = lengths * middles[i] * middles[j]
            # A run has an extent of its own along the last axis.
            if i == j == dimensions - 1:
                product += lengths * (lengths**2 - 1) / 12 * spacing[-1] ** 2
            covariance[:, i, j] = covariance[:, j, i] = objects.sums(product) / objects.areas
    variances = np.linalg.eigvalsh(covariance)[:, ::-1]
    # Rounding may leave -1e-17.
    return np.asarray(np.maximum(variances, 0))


def axis_lengths(variances: Floats) -> Floats:
    """Return the full axes of the ellipse (ellipsoid) with the same variances."""
    factor = 16 if variances.shape[1] == 2 else 20
    lengths: Floats = np.sqrt(factor * variances)
    return lengths


def eccentricity(variances: Floats) -> Floats:
    """Return the eccentricity of the ellipse of the longest and the shortest axis: 0 round, towards 1 long."""
    longest, shortest = variances[:, 0], variances[:, -1]
    ratio = np.divide(shortest, longest, out=np.ones(len(longest)), where=longest > 0)
    result: Floats = np.sqrt(1 - ratio)
    return result


def equivalent_diameter(sizes: Floats, dimensions: int) -> Floats:
    """Return the diameter of the circle (ball) of the same area (volume)."""
    diameters = np.sqrt(4 / np.pi * sizes) if dimensions == 2 else np.cbrt(6 / np.pi * sizes)
    result: Floats = diameters
    return result
