"""Turn one training image into endless different ones.

Geometry acts on image, labels and flows together; intensities change in the image only.
"""

from __future__ import annotations

import numpy as np

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.crops import view, warp, warp_flows, warp_pixels
from cpsam_core.data.example import Example, Sample
from cpsam_core.data.intensities import intensities
from cpsam_core.data.plan import CropPlan, plan_crop

__all__ = ["augment", "crop_of"]


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
    return crop_of(example, plan_crop(example, settings, rng, other, lot), settings.crop, rng)


def crop_of(example: Example, plan: CropPlan, side: int, rng: np.random.Generator) -> Sample:
    """Return the planned crop of so many pixels a side; `rng` makes its noise."""
    shown = view(plan.matrix, plan.scale, side, example.labels.shape)
    tile = intensities(warp_pixels(example.pixels, shown, plan.scale), plan, rng)
    further = [one[shown.window] for one in (example.complete, example.classes) if one is not None]
    warped = warp([example.labels[shown.window] > 0, *further], shown)
    mask = warped[:, :, 0] > 0
    target = np.concatenate(
        (mask[None], warp_flows(example.flows, mask, shown, plan.scale)), dtype=np.float32
    )
    weight, classes = np.ones(mask.shape, np.float32), None
    if example.complete is not None:
        weight = warped[:, :, 1].astype(np.float32)
    if example.classes is not None:
        classes = warped[:, :, -1].astype(np.int64)
    return Sample(tile, target, weight, classes)
