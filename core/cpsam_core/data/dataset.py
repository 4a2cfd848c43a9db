"""Annotated images for training: found on disk, read when first needed, drawn at random."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import fastremap
import numpy as np
from numpy.typing import NDArray

from cpsam_core.checkpoints.cards import hash_file
from cpsam_core.data.example import UNKNOWN_CLASS, Example
from cpsam_core.data.example_cache import VERSION, ExampleCache
from cpsam_core.data.examples import make_example, mean_diameter, read_annotation, read_example
from cpsam_core.data.pairs import Pair, digest_of, find_pairs
from cpsam_core.data.patches import Patch
from cpsam_core.data.reference import reference_pairs
from cpsam_core.data.synthesis import draw_cells
from cpsam_core.errors import CpsamError, SettingsError, TrainingError
from cpsam_core.images.project_files import PROJECT_SUFFIX
from cpsam_core.preprocess.normalize import network_channels, normalize
from cpsam_core.preprocess.resample import NATIVE_DIAMETER_PX

__all__ = [
    "DRAWN",
    "REPLAYED",
    "Key",
    "Pair",
    "TrainingSet",
    "Turn",
    "find_pairs",
    "make_example",
    "mean_diameter",
]

log = logging.getLogger(__name__)

DRAWN = "drawn"
REPLAYED = "replayed"
# Keeps the order of the images apart from other randomness of the same seed.
ORDER = 0x0D
# Different drawings; augmentation makes each of them many.
DRAWN_PICTURES = 600
DRAWN_SIDE_PX = 256
# Bytes of examples that are held in memory.
MEMORY_BYTES = 2 * 2**30
# What an example that is mapped from disk counts for: each keeps a file open, of which systems allow few.
MAPPED_BYTES = 2**23


Key = tuple[str, int]
"""What a sample is made of: which kind, "" for the images of the training, and the number among those."""


@dataclass(frozen=True)
class Turn:
    """A sample's place in an epoch: what the epoch is seeded with, and the number of the sample in it."""

    seed: tuple[int, ...]
    number: int


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
    cache : ExampleCache, optional
        Where examples are kept on disk, so that images are read and their flows computed once, and memory holds only
        what is in use. Without it, an example that had to leave the memory is made again.
    memory : int
        Bytes that the examples in memory may take; those used longest ago leave first.
    replay : float
        Share of samples that come from what the embedded model was taught with (`reference`), below 1.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        mixing: Mapping[str, float] | None = None,
        channels: int = 3,
        drawn: float = 0.0,
        seed: int = 0,
        cache: ExampleCache | None = None,
        memory: int = MEMORY_BYTES,
        replay: float = 0.0,
    ) -> None:
        if not 0 <= drawn <= 1:
            raise SettingsError(f"the share of drawn cells is from 0 to 1, not {drawn}")
        if not 0 <= replay < 1:
            raise SettingsError(f"the share of replayed images is at least 0 and below 1, not {replay}")
        self.pairs = tuple(pairs)
        self.channels = channels
        self._seed = seed
        self._cache, self._memory, self._held = cache, memory, 0
        self._examples: OrderedDict[tuple[str, int], tuple[Example, int]] = OrderedDict()
        self._hashes: dict[Path, str] = {}
        self._lock = threading.Lock()
        self._members: dict[str, list[int]] = {}
        for index, pair in enumerate(self.pairs):
            self._members.setdefault(pair.set_name, []).append(index)
        self.replay = replay
        self._replayed = reference_pairs("replay") if replay else ()
        self._evenly = mixing is None and len(self._members) == 1
        self._names, self._shares = self._mix(mixing, drawn)
        self._steps = self._shares.cumsum()
        self._steps /= self._steps[-1]

    def __getstate__(self) -> dict[str, Any]:
        """Return what a process that draws from the set needs; examples it reads by itself."""
        return {**self.__dict__, "_lock": None, "_examples": OrderedDict(), "_held": 0}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def mixing(self) -> dict[str, float]:
        """Return the probability of each set."""
        shares = dict(zip(self._names, (self._shares * (1 - self.replay)).tolist(), strict=True))
        return {**shares, REPLAYED: self.replay} if self.replay else shares

    def samples(self, fewest: int) -> int:
        """Return how many samples make an epoch in which each image comes once, at least `fewest` of them its own."""
        return math.ceil(round(max(fewest, len(self)) / (1 - self.replay), 6))

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Return name by SHA-256 of the image files, for the model card."""
        return {
            self._hash(pair.image) + pair.pixels_ending: f"{pair.set_name}/{pair.name}" for pair in self.pairs
        }

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what each image's example is made from: hashes of its files, and how it is seen."""
        return tuple(f"{self._key('', k)} {pair.seen.scale}" for k, pair in enumerate(self.pairs))

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Return the channels that all images show to the network, by name; empty where they differ."""
        shown = {self.example(index).channel_names for index in range(len(self.pairs))}
        return shown.pop() if len(shown) == 1 else ()

    @cached_property
    def class_pixels(self) -> NDArray[np.int64]:
        """Return how many annotated pixels each class has, background first; empty where no image has classes.

        Every image is read for it; objects of unknown class and what is not complete do not count.
        """
        counts = np.zeros(UNKNOWN_CLASS + 1, np.int64)
        for index in range(len(self.pairs)):
            example = self.example(index)
            if example.classes is not None:
                seen = example.classes if example.complete is None else example.classes[example.complete]
                counts += np.bincount(seen.ravel(), minlength=len(counts))
        counts = counts[:UNKNOWN_CLASS]
        return counts[: int(np.flatnonzero(counts).max(initial=-1)) + 1] if counts[1:].any() else counts[:0]

    @property
    def class_count(self) -> int:
        """Return how many class maps a network needs to learn the classes, background among them; 0 without."""
        named = max(self.class_names, default=0)
        return max(len(self.class_pixels), named + 1) if len(self.class_pixels) else 0

    @cached_property
    def class_names(self) -> dict[int, str]:
        """Return the name of each class that a project names, the first project first."""
        names: dict[int, str] = {}
        for pair in self.pairs:
            if pair.masks.suffix.lower() == PROJECT_SUFFIX:
                names = {**read_annotation(pair).class_names, **names}
        return {number: names[number] for number in sorted(names) if 0 < number < UNKNOWN_CLASS}

    def check_classes(self, maps: int) -> None:
        """Raise TrainingError where the images have classes that a network with so many class maps cannot learn."""
        if maps and self.class_count > maps:
            raise TrainingError(
                f"the images have {self.class_count - 1} classes, but the network was made for {maps - 1}; set "
                "classes to yes to give it new maps",
                options="--classes",
            )

    @cached_property
    def class_weights(self) -> NDArray[np.float32] | None:
        """Return the weight in the loss of each number in a map of classes, (256,); None where no image has classes.

        The inverse of the class's share of the pixels (paper, "Semantic segmentation training"), scaled so that the
        weights of the classes that occur are 1 on average; a class that no pixel has, and `UNKNOWN_CLASS`, weigh
        nothing.
        """
        counts = self.class_pixels
        if not len(counts):
            return None
        inverse = np.where(counts > 0, counts.sum() / np.maximum(counts, 1), 0)
        weights = np.zeros(UNKNOWN_CLASS + 1, np.float32)
        weights[: len(counts)] = inverse / inverse[inverse > 0].mean()
        return weights

    def all_keys(self) -> list[Key]:
        """Return everything that can be drawn: images, what is replayed, drawn cells."""
        drawn = DRAWN_PICTURES if DRAWN in self._names else 0
        counts = {"": len(self.pairs), REPLAYED: len(self._replayed), DRAWN: drawn}
        return [(kind, index) for kind, count in counts.items() for index in range(count)]

    def choose(self, rng: np.random.Generator, turn: Turn | None = None) -> Key:
        """Draw what a sample is made of.

        Images of one set come each once in an epoch, in random order, as in the reference. Of several sets, one is
        drawn by its probability, and an image of it. Without a `turn`, all is drawn at random.
        """
        own = turn.number if turn is not None else int(rng.integers(2**31))
        if self.replay:
            # Evenly spread over the epoch, so that short ones have their share, too.
            before, after = (math.floor(round((own + step) * self.replay, 6)) for step in (0, 1))
            if after > before:
                return REPLAYED, int(rng.integers(len(self._replayed)))
            own -= before
        # What `rng.choice` does with probabilities, which checks them each time.
        name = self._names[int(self._steps.searchsorted(rng.random(), side="right"))]
        if name == DRAWN:
            return DRAWN, int(rng.integers(DRAWN_PICTURES))
        members = self._members[name]
        if turn is None or not self._evenly:
            return "", members[int(rng.integers(len(members)))]
        round_, place = divmod(own, len(members))
        order = np.random.default_rng((*turn.seed, round_, ORDER)).permutation(len(members))
        return "", members[int(order[place])]

    def of(self, key: Key) -> Example:
        """Return the example of what was drawn."""
        return self._keep(*key)

    def example(self, index: int) -> Example:
        """Return the example of `pairs[index]`."""
        return self._keep("", index)

    def objects(self, index: int) -> int:
        """Return how many objects an image has where its annotation counts."""
        example = self.example(index)
        labels = example.labels if example.complete is None else example.labels[example.complete]
        return len(fastremap.unique(labels)) - int((labels == 0).any())

    def _keep(self, kind: str, index: int) -> Example:
        with self._lock:
            kept = self._examples.get((kind, index))
            if kept is not None:
                self._examples.move_to_end((kind, index))
                return kept[0]
        example, size = self._made(kind, index)
        if kind == "" and (diameter := self.pairs[index].seen.scale) is not None:
            example = replace(example, zoom=NATIVE_DIAMETER_PX / diameter)
        if kind == REPLAYED:
            # In the size in which the embedded model learnt it, whatever size of cells this training is for.
            example = replace(example, zoom=NATIVE_DIAMETER_PX / max(example.diameter, 1.0))
        with self._lock:
            # Another thread was quicker.
            if (kind, index) in self._examples:
                return self._examples[(kind, index)][0]
            self._examples[(kind, index)] = example, size
            self._held += size
            while self._held > self._memory and len(self._examples) > 1:
                _, (_, freed) = self._examples.popitem(last=False)
                self._held -= freed
        return example

    def _made(self, kind: str, index: int) -> tuple[Example, int]:
        """Return an example and the memory that it takes, from disk where it was made before."""
        if self._cache is None or kind == REPLAYED:
            example = self._new(kind, index)
            return example, example.nbytes
        key = self._key(kind, index)
        stored = self._cache.get(key)
        if stored is None:
            example = self._new(kind, index)
            self._cache.put(key, example)
            stored = self._cache.get(key)
            # The disk is full.
            if stored is None:
                return example, example.nbytes
        return stored, MAPPED_BYTES

    def _new(self, kind: str, index: int) -> Example:
        """Read or draw an example."""
        if kind == DRAWN:
            return self._draw_cells(index)
        return read_example((self._replayed if kind == REPLAYED else self.pairs)[index], self.channels)

    def _key(self, kind: str, index: int) -> str:
        """Return what an example is made from; another key means another example."""
        if kind == DRAWN:
            made_of: tuple[object, ...] = (self._seed, index, DRAWN_SIDE_PX)
        else:
            pair = self.pairs[index]
            large = isinstance(pair.section, Patch)
            drawn = _drawn_digest(pair) if large else self._hash(pair.masks)
            maps = [file and self._hash(file) for file in (pair.classes, pair.complete)]
            made_of = (
                self._hash(pair.image, large=large),
                drawn,
                *maps,
                pair.masks.suffix.lower(),
                pair.image.suffix.lower(),
                pair.leave_out,
                pair.only,
                pair.ending,
                pair.section and pair.section.made_of,
                # Its diameter changes how an example is drawn, not the example.
                replace(pair.seen, diameter=None).to_dict(),
                pair.pieces,
            )
        return json.dumps([VERSION, kind, self.channels, made_of])

    def _hash(self, path: Path, *, large: bool = False) -> str:
        known = self._hashes.get(path)
        if known is None:
            try:
                # One larger than memory is not read again for every set.
                known = self._hashes[path] = digest_of(path) if large else hash_file(path)
            except OSError as error:
                raise TrainingError(f"{path} cannot be read: {error.strerror or error}") from error
        return known

    def _draw_cells(self, index: int) -> Example:
        drawing = draw_cells(np.random.default_rng((self._seed, index)), DRAWN_SIDE_PX)
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

    def unusable(self) -> dict[int, str]:
        """Return why an image or its masks cannot be read, by place in `pairs`; every one is read for it."""
        failed = {}
        for index in range(len(self)):
            try:
                self.example(index)
            except CpsamError as error:
                failed[index] = str(error)
        return failed

    def check(self) -> None:
        """Read every image once, so that a bad one is named before training starts, not hours into it."""
        failed = self.unusable()
        if failed:
            lines = (f"{self.pairs[index].name}: {why}" for index, why in failed.items())
            raise TrainingError("these images cannot be used:\n  " + "\n  ".join(lines))
        if not any(self.example(index).labels.any() for index in range(len(self))):
            raise TrainingError("no image has a single object in its masks, so there is nothing to learn")


def _drawn_digest(pair: Pair) -> str:
    """Return what tells the masks of a square from others: those of the project change elsewhere, too."""
    drawn, digest = read_annotation(pair), hashlib.sha256()
    for array in (drawn.labels, drawn.classes, drawn.complete):
        digest.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
