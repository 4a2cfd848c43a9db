"""Images that a model could learn from, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cpsam_core.data.augment import UNKNOWN_CLASS
from cpsam_core.data.examples import mean_diameter, read_annotation
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import ImageError
from cpsam_core.images import check_same_shape
from cpsam_core.images.project_files import PROJECT_SUFFIX, is_corrected

__all__ = ["Candidate", "Use", "describe"]

Use = Literal["auto", "train", "aside", "exclude"]


@dataclass(frozen=True)
class Candidate:
    """An image that a model could learn from.

    Attributes
    ----------
    pair
        Its files.
    corrected
        Whether somebody corrected or verified its masks.
    objects
        Number of objects.
    shape
        Rows and columns.
    channels
        Channels of the image.
    diameter
        Median diameter of its objects in pixels, 0 without any.
    classes
        Numbers of the classes that its objects have.
    class_names
        Names of classes, where the project has them.
    partial
        Whether only parts of it are marked as complete.
    use
        What the user wants with it; "auto" takes it where it is corrected.
    problem
        Why it cannot be used, empty where it can.
    """

    pair: Pair
    corrected: bool = True
    objects: int = 0
    shape: tuple[int, int] = (0, 0)
    channels: int = 1
    diameter: float = 0.0
    classes: tuple[int, ...] = ()
    class_names: tuple[tuple[int, str], ...] = ()
    partial: bool = False
    use: Use = "auto"
    problem: str = ""

    @property
    def name(self) -> str:
        """Name of the image file."""
        return self.pair.image.name

    @property
    def wanted(self) -> bool:
        """Whether the image takes part, unless the user says otherwise."""
        return self.use in ("train", "aside") or (self.use == "auto" and self.corrected and not self.problem)


def describe(pair: Pair, use: Use = "auto") -> Candidate:
    """Look at an image and its masks; both are read, so call it from a job.

    What is wrong with them is told in `Candidate.problem` instead of raised.
    """
    corrected = pair.masks.suffix.lower() != PROJECT_SUFFIX or is_corrected(pair.masks, pair.key)
    try:
        image, annotation = pair.read_image(), read_annotation(pair)
        shape = int(image.pixels.shape[1]), int(image.pixels.shape[2])
        channels = int(image.pixels.shape[3])
        if image.is_stack:
            raise ImageError("it is a stack; save the planes to train on as images of their own")
        check_same_shape(image, annotation.labels)
    except ImageError as error:
        return Candidate(pair, corrected, use=use, problem=str(error))
    labels, complete = annotation.labels, annotation.complete
    seen = labels if complete is None else labels[complete]
    kinds = np.unique(annotation.classes) if annotation.classes is not None else np.zeros(0, np.uint8)
    return Candidate(
        pair,
        corrected,
        int(np.count_nonzero(np.unique(seen))),
        shape,
        channels,
        mean_diameter(seen),
        tuple(int(kind) for kind in kinds if 0 < kind < UNKNOWN_CLASS),
        tuple(sorted(annotation.class_names.items())),
        complete is not None,
        use,
    )
