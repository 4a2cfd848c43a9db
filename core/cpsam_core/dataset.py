"""Annotated images for training: found on disk, read when first needed, drawn at random."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property

import fastremap
import numpy as np
from numpy.typing import NDArray

from .augment import Example
from .cards import hash_file
from .errors import CpsamError, SettingsError, TrainingError
from .flows import flows_from_masks
from .images.label_files import check_same_shape, read_labels
from .images.readers import read_image
from .normalize import network_channels, normalize
from .pairs import Pair, find_pairs
from .synthesis import draw_cells

__all__ = ["DRAWN", "Pair", "TrainingSet", "find_pairs", "make_example", "mean_diameter"]

log = logging.getLogger(__name__)

DRAWN = "drawn"
DRAWN_PICTURES = 600  # different drawings; augmentation makes each of them many
DRAWN_SIDE = 256


def mean_diameter(labels: NDArray[np.integer]) -> float:
    """Return the median over objects of the diameter in pixels of a disk of equal area; 0 without objects."""
    ids, counts = fastremap.unique(labels, return_counts=True)  # ids may be far apart
    areas = counts[ids != 0]
    return float(np.median(np.sqrt(areas)) * 2 / np.sqrt(np.pi)) if len(areas) else 0.0


def make_example(pixels: NDArray[np.float32], labels: NDArray[np.integer]) -> Example:
    """Return the training form of a normalised image (y, x, c) and its labels (y, x)."""
    flows = np.round(flows_from_masks(labels, border="clean", threads=1) * 127).astype(np.int8)
    # Bright debris can lie far outside 0 to 1; float16 holds it, and clipping keeps it from ruling a crop's contrast.
    clipped = np.clip(pixels, -8, 8).astype(np.float16)
    return Example(clipped, labels.astype(np.uint32), flows, mean_diameter(labels) or 30.0)


class TrainingSet:
    """Images with masks, each read when first drawn and kept.

    Parameters
    ----------
    pairs : sequence of Pair
        What `find_pairs` found.
    mixing : mapping, optional
        Probability of each set by name; by default a set counts by the square root of its number of images, so that
        large uniform sets do not drown small ones (paper, "Main retraining", mixes for the same reason).
    channels : int
        Channels of the network.
    drawn : float
        Share of samples that are drawn cells (`synthesis`) instead of real images, 0 to 1.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        mixing: Mapping[str, float] | None = None,
        channels: int = 3,
        drawn: float = 0.0,
        seed: int = 0,
    ) -> None:
        if not 0 <= drawn <= 1:
            raise SettingsError(f"the share of drawn cells is from 0 to 1, not {drawn}")
        self.pairs = tuple(pairs)
        self.channels = channels
        self._seed = seed
        self._examples: dict[tuple[str, int], Example] = {}
        self._lock = threading.Lock()
        self._members: dict[str, list[int]] = {}
        for index, pair in enumerate(self.pairs):
            self._members.setdefault(pair.set_name, []).append(index)
        self._names, self._shares = self._mix(mixing, drawn)

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def mixing(self) -> dict[str, float]:
        """Return the probability of each set."""
        return dict(zip(self._names, self._shares.tolist(), strict=True))

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Return name by SHA-256 of the image files, for the model card."""
        return {hash_file(pair.image): f"{pair.set_name}/{pair.image.name}" for pair in self.pairs}

    def draw(self, rng: np.random.Generator) -> Example:
        """Return a random example: a set by its probability, then an image of it."""
        name = self._names[int(rng.choice(len(self._names), p=self._shares))]
        if name == DRAWN:
            return self._keep(DRAWN, int(rng.integers(DRAWN_PICTURES)))
        members = self._members[name]
        return self._keep("", members[int(rng.integers(len(members)))])

    def example(self, index: int) -> Example:
        """Return the example of `pairs[index]`."""
        return self._keep("", index)

    def _keep(self, kind: str, index: int) -> Example:
        with self._lock:
            kept = self._examples.get((kind, index))
        if kept is None:
            kept = self._draw_cells(index) if kind == DRAWN else self._read(self.pairs[index])
            with self._lock:
                self._examples[(kind, index)] = kept
        return kept

    def _read(self, pair: Pair) -> Example:
        image, labels = read_image(pair.image), read_labels(pair.masks)
        labels = labels[0] if labels.ndim == 3 and len(labels) == 1 else labels
        check_same_shape(image, labels)
        if len(image.pixels) > 1:
            raise TrainingError(
                f"{pair.image.name} is a stack; save the planes to train on as images of their own"
            )
        pixels = normalize(network_channels(image.pixels, image.channel_names, None, self.channels))
        return make_example(pixels[0], labels)

    def _draw_cells(self, index: int) -> Example:
        drawing = draw_cells(np.random.default_rng((self._seed, index)), DRAWN_SIDE)
        pixels = network_channels(drawing.image[None], None, None, self.channels)
        return make_example(normalize(pixels)[0], drawing.labels)

    def _mix(self, mixing: Mapping[str, float] | None, drawn: float) -> tuple[list[str], NDArray[np.float64]]:
        unknown = set(mixing or ()) - set(self._members)
        if unknown:
            known = ", ".join(sorted(self._members))
            raise TrainingError(f"there is no set {', '.join(sorted(unknown))}; the sets are {known}")
        names = [name for name in self._members if mixing is None or mixing.get(name, 0) > 0]
        shares = np.array([mixing[name] if mixing else len(self._members[name]) ** 0.5 for name in names])
        if not len(shares) or shares.sum() <= 0:
            raise TrainingError("no set is left to train on")
        shares = shares / shares.sum()
        if drawn > 0:
            names, shares = [*names, DRAWN], np.append(shares * (1 - drawn), drawn)
        return names, shares

    def check(self) -> None:
        """Read every image once, so that a bad one is named before training starts, not hours into it."""
        objects, failed = 0, []
        for index, pair in enumerate(self.pairs):
            try:
                objects += int(self.example(index).labels.max() > 0)
            except CpsamError as error:
                failed.append(f"{pair.image.name}: {error}")
        if failed:
            raise TrainingError("these images cannot be used:\n  " + "\n  ".join(failed))
        if not objects:
            raise TrainingError("no image has a single object in its masks, so there is nothing to learn")
