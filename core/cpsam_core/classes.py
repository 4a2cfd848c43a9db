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
