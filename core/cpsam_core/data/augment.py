"""Turn one training image into endless different ones.

Geometry acts on image, labels and flows together; intensities change in the image only.
"""

from __future__ import annotations

import numpy as np

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.crops import transform, view, warp, warp_flows, warp_pixels
from cpsam_core.data.example import Example, Sample
from cpsam_core.data.intensities import degradation, intensities, with_colours

__all__ = ["augment"]


def augment(
    example: Example,
    settings: Augmentation,
    rng: np.random.Generator,
    other: Example | None = None,
    lot: float | None = None,
) -> Sample:
    """Return one random crop of `example`; the same state of `rng` and the same lot give the same crop.

    Where both are stained sections, the crop gets the colours of `other`. The `lot`, 0 to below 1, decides whether and
    how the crop is degraded: a batch whose lots are evenly spread has the degradations in exact shares. Without one it
    is drawn.
    """
    matrix, scale = transform(example, settings, rng)
    shown = view(matrix, scale, settings.crop, example.labels.shape)
    pixels = warp_pixels(example.pixels, shown, scale)
    if other is not None:
        pixels = with_colours(pixels, example, other)
    drawn = float(rng.random())
    how = degradation(drawn if lot is None else lot, settings.degraded)
    pixels = intensities(pixels, example.diameter * scale, settings, how, rng)
    mask = warp(example.labels[shown.window] > 0, shown) > 0
    target = np.concatenate((mask[None], warp_flows(example.flows, mask, shown, scale)))
    weight, classes = np.ones(mask.shape, np.float32), None
    if example.complete is not None:
        weight = warp(example.complete[shown.window], shown)
    if example.classes is not None:
        classes = warp(example.classes[shown.window], shown).astype(np.int64)
    tile = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32)
    return Sample(tile, target.astype(np.float32), weight, classes)
