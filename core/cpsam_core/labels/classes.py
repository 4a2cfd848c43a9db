"""The class of each object, from the class maps of networks that have them.

Source: the paper, "Semantic segmentation training and evaluation".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def majority_classes(
    labels: NDArray[np.uint32], class_logits: NDArray[np.float32], ids: NDArray[np.uint32]
) -> NDArray[np.int64]:
    """Return the class that most pixels of each object have.

    Parameters
    ----------
    labels : (...,) uint32
        Objects; every one is among `ids`.
    class_logits : (class, ...) float32
        Class maps, background first.
    ids : (n,) uint32
        Ids in rising order.

    Returns
    -------
    (n,) int64
        0 is background: the paper removes such objects.
    """
    count = len(class_logits)
    inside = labels > 0
    pixels = class_logits[:, inside].argmax(axis=0)
    places = np.searchsorted(ids, labels[inside])
    votes = np.bincount(places * count + pixels, minlength=len(ids) * count)
    classes: NDArray[np.int64] = votes.reshape(-1, count).argmax(axis=1)
    return classes


def classes_of_objects(
    labels: NDArray[np.uint32], class_map: NDArray[np.uint8], unknown: int = 255
) -> dict[int, int]:
    """Return the class that most pixels of each object have in a map of classes.

    Parameters
    ----------
    labels : (...,) uint32
        Objects.
    class_map : (...,) uint8
        Class of each pixel; 0 and `unknown` are none.
    unknown : int
        What stands for objects without a class.

    Returns
    -------
    dict of int to int
        By id; objects without a class are left out.
    """
    inside = (labels > 0) & (class_map > 0) & (class_map != unknown)
    if not inside.any():
        return {}
    ids, places = np.unique(labels[inside], return_inverse=True)
    count = int(class_map[inside].max()) + 1
    votes = np.bincount(places * count + class_map[inside], minlength=len(ids) * count)
    best = votes.reshape(-1, count).argmax(axis=1)
    return dict(zip(ids.tolist(), best.tolist(), strict=True))
