"""Images of a training kept on the device that trains, one behind the other, so that crops are made there.

A pixel takes twice its channels in bytes (half precision, as examples have it), two for the flows and one for what is
marked. An image that no longer fits is left to the processor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cpsam_core.data.dataset import DRAWN, DRAWN_SIDE_PX, Key, TrainingSet
from cpsam_core.data.example import Example
from cpsam_core.data.stain import Stains
from cpsam_core.progress import Progress, silent

__all__ = ["CELL", "COUNTS", "DeviceImages", "Place", "Sketch"]

# Bits of what is marked at a pixel: a cell, and that the annotation counts.
CELL, COUNTS = 1, 2
READING = "Reading the images"


@dataclass(frozen=True)
class Place:
    """Where an image lies among the others, what it measures, and whether some maps of it are there."""

    start: int
    height: int
    width: int
    partial: bool
    classes: bool


@dataclass(frozen=True, eq=False)
class Sketch:
    """What drawing a crop needs to know of an image whose pixels are on the device (`plan.Drawable`)."""

    labels: NDArray[np.bool_]
    diameter: float
    complete: NDArray[np.bool_] | None
    zoom: float | None
    channels: int
    stains: Stains | None


class DeviceImages:
    """As many images of a training set as fit, in the order of the set; drawn cells come when they are first asked for.

    Parameters
    ----------
    data : TrainingSet
        The images.
    device : torch.device
        Where they are kept.
    limit : int
        Bytes that they may take there.
    progress : callable
        Called at each image that is read; may raise `Cancelled`.

    Attributes
    ----------
    wanted
        How many images there are, those among them that did not fit.
    pixels, flows, marks, classes
        Of all images: (n, c) float16, (n, 2) int8, (n,) uint8 of `CELL` and `COUNTS`, (n,) uint8 or None where no image
        has classes.
    """

    def __init__(
        self, data: TrainingSet, device: torch.device, limit: int, progress: Progress = silent
    ) -> None:
        self.device, self._data = device, data
        # Whether the device once had no memory left for the crops themselves.
        self.full = False
        self._sketches: dict[Key, Sketch] = {}
        with_classes = False
        sizes: dict[Key, tuple[int, int]] = {}
        keys = data.all_keys()
        for number, key in enumerate(keys):
            progress(number, len(keys), READING)
            if key[0] == DRAWN:
                sizes[key] = (DRAWN_SIDE_PX, DRAWN_SIDE_PX)
                continue
            example = data.of(key)
            height, width = example.labels.shape
            sizes[key] = (height, width)
            with_classes = with_classes or example.classes is not None
        self.wanted = len(sizes)
        self._admit(sizes, limit // (2 * data.channels + 3 + with_classes))
        length = sum(place.height * place.width for place in self._places.values())
        self.pixels = torch.zeros((length, data.channels), dtype=torch.float16, device=device)
        self.flows = torch.zeros((length, 2), dtype=torch.int8, device=device)
        self.marks = torch.zeros(length, dtype=torch.uint8, device=device)
        self.classes = torch.zeros(length, dtype=torch.uint8, device=device) if with_classes else None
        for number, key in enumerate(self._places):
            progress(number, len(self._places), READING)
            if key[0] != DRAWN:
                self._keep(key)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def nbytes(self) -> int:
        """Memory that they take on the device."""
        parts = (self.pixels, self.flows, self.marks, self.classes)
        return sum(part.numel() * part.element_size() for part in parts if part is not None)

    def sketch(self, key: Key) -> Sketch | None:
        """Return what drawing a crop needs of an image; None where the image is not here."""
        if key in self._places and key not in self._sketches:
            self._keep(key)
        return self._sketches.get(key)

    def places(self, keys: Iterable[Key]) -> list[Place]:
        """Return where images lie that are here."""
        return [self._places[key] for key in keys]

    def _admit(self, sizes: dict[Key, tuple[int, int]], most: int) -> None:
        """Give as many images a place as there is room for so many pixels."""
        self._places: dict[Key, Place] = {}
        start = 0
        for key, (height, width) in sizes.items():
            if start + height * width <= most:
                self._places[key] = Place(start, height, width, False, False)
                start += height * width

    def _keep(self, key: Key) -> None:
        """Copy an image to its place."""
        example, place = self._data.of(key), self._places[key]
        cells = example.labels > 0
        counted = np.ones_like(cells) if example.complete is None else example.complete
        part = slice(place.start, place.start + cells.size)
        _copy(self.pixels[part], example.pixels.reshape(cells.size, -1))
        _copy(self.flows[part], example.flows.reshape(2, -1).T)
        _copy(self.marks[part], (CELL * cells + COUNTS * counted).astype(np.uint8).ravel())
        if self.classes is not None and example.classes is not None:
            _copy(self.classes[part], example.classes.ravel())
        partial, classes = example.complete is not None, example.classes is not None
        self._places[key] = Place(place.start, place.height, place.width, partial, classes)
        self._sketches[key] = _sketch(example, cells)


def _copy(to: Tensor, values: NDArray[Any]) -> None:
    # Mapped examples may not be written, which torch wants of what it takes.
    to.copy_(torch.from_numpy(np.array(values, order="C")))


def _sketch(example: Example, cells: NDArray[np.bool_]) -> Sketch:
    complete = None if example.complete is None else np.array(example.complete)
    return Sketch(cells, example.diameter, complete, example.zoom, example.channels, example.stains)
