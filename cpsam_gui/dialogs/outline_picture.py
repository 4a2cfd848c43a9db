"""Pictures of an image with outlines of masks over it, for pages that compare. No window here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from cpsam_core.retrain import ImageChange


def outlined(
    picture: NDArray[np.uint8],
    labels: NDArray[np.uint32],
    ids: Collection[int] | None,
    colour: tuple[int, int, int],
    width: int = 1,
) -> None:
    """Draw outlines of the objects `ids`, or of all, into an RGB picture (y, x, 3)."""
    if ids is not None:
        labels = np.where(np.isin(labels, list(ids)), labels, 0)
    edge = np.zeros(labels.shape, bool)
    edge[:-1] |= labels[:-1] != labels[1:]
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    if width > 1:
        edge = cv2.dilate(edge.astype(np.uint8), np.ones((width, width), np.uint8)) > 0
    picture[edge] = colour


LOST, GAINED, KEPT = (255, 92, 92), (88, 214, 141), (235, 235, 235)


def change_picture(picture: NDArray[np.uint8], change: ImageChange) -> NDArray[np.uint8]:
    """Return the picture with what changed: true objects white, gained green, lost red.

    False finds that are gone are green, new ones red, as they make the result better or worse.
    """
    made = np.array(picture)
    width = 2 if max(made.shape[:2]) > 300 else 1
    changed = {spot.id for spot in (*change.gained, *change.lost)}
    same = set(np.unique(change.true).tolist()) - changed - {0}
    outlined(made, change.true, same, KEPT)
    for labels, spots, colour in (
        (change.true, change.gained, GAINED),
        (change.old, change.false_gone, GAINED),
        (change.true, change.lost, LOST),
        (change.new, change.false_new, LOST),
    ):
        if spots:
            outlined(made, labels, {spot.id for spot in spots}, colour, width)
    return made
