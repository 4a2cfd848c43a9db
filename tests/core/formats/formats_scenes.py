"""Objects that formats find hard: holes, parts, single pixels, touching by sides and corners, gaps in the ids."""

import numpy as np
from scipy import ndimage

from cpsam_core.formats import ObjectSet


def scattered(seed: int, shape: tuple[int, ...] = (17, 23), values: int = 4) -> np.ndarray:
    """Noise: every pixel another object or background."""
    labels = (np.random.default_rng(seed).integers(0, values, shape) * 5).astype(np.uint32)
    labels.flat[-1] = 7  # at the border, and never empty
    return labels


def cells(seed: int, shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    """Roundish objects, each in one part and without holes."""
    smooth = ndimage.gaussian_filter(np.random.default_rng(seed).random(shape), 2)
    parts, count = ndimage.label(smooth > np.quantile(smooth, 0.6))
    labels = np.zeros(shape, np.uint32)
    for number in range(1, count + 1):
        filled = ndimage.binary_fill_holes(parts == number)
        if filled.sum() > 12 and not labels[filled].any():
            labels[filled] = number
    return labels


def full_set(labels: np.ndarray, **others) -> ObjectSet:
    """Return objects with all that can be known of them."""
    ids = np.unique(labels[labels > 0])
    return ObjectSet(
        labels,
        classes={int(number): int(number) % 3 for number in ids if number % 3},
        class_names={1: "tumour: größe", 2: "stroma"},
        class_colours={1: (200, 10, 0), 2: (1, 2, 255)},
        columns={
            "DAPI mean": np.where(ids % 2 == 0, np.nan, ids / 7),
            "area µm²": ids * 0.25,
            "note": np.array([f"n{number}" for number in ids]),
        },
        pixel_size=0.325,
        z_step=1.5 if labels.ndim == 3 else None,
        image_name="größe.tif",
        **others,
    )
