"""The objects of one image, as every format of files gives and takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import fastremap
import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images import Image
from cpsam_core.labels import as_labels

__all__ = ["Colour", "ObjectSet"]

Colour = tuple[int, int, int]
"""Red, green, blue from 0 to 255."""


@dataclass(frozen=True, eq=False)
class ObjectSet:
    """Objects of one image, and what is known of each.

    Attributes
    ----------
    labels
        uint32 (y, x) or (z, y, x), 0 in the background and one number per object.
    classes
        Class number by id, above 0; objects without a class are left out.
    class_names
        Name by class number.
    class_colours
        RGB by class number.
    columns
        Measurements by name, one value for each of `ids`; NaN where unknown.
    pixel_size, z_step
        Micrometres, None where unknown.
    image_name
        Name of the image file without folder, "" where unknown.
    image_path
        The image file, where it is known.
    image
        The image itself, where it is at hand: pictures need it.
    flows, logits
        float32 (2 or 3, ...) and (...), what the network said; None where unknown.
    ismanual
        bool, one for each of `ids`: outlined by hand; None where unknown.
    plane
        Which plane of a stack a picture shows, from 0; None for the one with the most labelled pixels.
    companion
        Whether a run or a project gave them, see :func:`cpsam_core.images.write_labels`.
    notes
        What could not be taken over on reading, in words for the user.

    Raises
    ------
    ImageError
        Labels that are none, or columns that do not fit the objects.
    """

    labels: npt.NDArray[np.uint32]
    classes: Mapping[int, int] = field(default_factory=dict)
    class_names: Mapping[int, str] = field(default_factory=dict)
    class_colours: Mapping[int, Colour] = field(default_factory=dict)
    columns: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    pixel_size: float | None = None
    z_step: float | None = None
    image_name: str = ""
    image_path: Path | None = None
    image: Image | None = None
    flows: npt.NDArray[np.float32] | None = None
    logits: npt.NDArray[np.float32] | None = None
    ismanual: npt.NDArray[np.bool_] | None = None
    plane: int | None = None
    companion: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", as_labels(np.asarray(self.labels)))
        for name, column in self.columns.items():
            if len(column) != len(self.ids):
                raise ImageError(f"The column {name} has {len(column)} values for {len(self.ids)} objects.")

    @cached_property
    def ids(self) -> npt.NDArray[np.uint32]:
        """Numbers of the objects, ascending, uint32 (n,)."""
        found = fastremap.unique(self.labels)
        return np.asarray(found[found > 0], np.uint32)

    @property
    def is_stack(self) -> bool:
        """Whether the labels are (z, y, x)."""
        return self.labels.ndim == 3

    @property
    def class_numbers(self) -> tuple[int, ...]:
        """Every class that an object has or that has a name, ascending."""
        return tuple(sorted({number for number in self.classes.values() if number} | set(self.class_names)))

    def class_name(self, number: int) -> str:
        """Return the name of a class; one without a name is called by its number."""
        return self.class_names.get(number) or f"class {number}"

    def class_list(self) -> npt.NDArray[np.int64] | None:
        """Return the class of each of `ids`, 0 for none; None where no object has one."""
        if not any(self.classes.values()):
            return None
        return np.array([self.classes.get(number, 0) for number in self.ids.tolist()], np.int64)
