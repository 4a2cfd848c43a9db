"""Annotated images for training: found on disk, read when first needed, drawn at random."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import fastremap
import numpy as np
from numpy.typing import NDArray

from .augment import Example
from .cards import hash_file
from .errors import CpsamError, SettingsError, TrainingError
from .flows import flows_from_masks
from .images.label_files import check_same_shape, read_labels
from .images.readers import read_image, supported_suffixes
from .normalize import network_channels, normalize
from .synthesis import draw_cells

log = logging.getLogger(__name__)

MASK_ENDINGS = ("_cp_masks", "_masks")  # the longer one first
DRAWN = "drawn"
DRAWN_PICTURES = 600  # different drawings; augmentation makes each of them many
DRAWN_SIDE = 256


@dataclass(frozen=True)
class Pair:
    """An image file, its label file, and the set that it belongs to (its folder)."""

    image: Path
    masks: Path
    set_name: str


def find_pairs(folder: Path, masks: Path | None = None) -> list[Pair]:
    """Return every image below `folder` that has masks, sorted by path.

    Masks are looked for by equal stem under `masks` (in the same subfolder, else in any), as `NAME_masks` beside the
    image, or by equal stem in a folder `masks` beside the image's own folder `images`.

    Raises
    ------
    TrainingError
        If the folder is missing or holds no image with masks, or if several masks fit an image.
    """
    if not folder.is_dir():
        raise TrainingError(f"there is no folder {folder}")
    known = set(supported_suffixes())
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in known and path.is_file())
    below = _masks_below(masks) if masks is not None else {}
    by_folder: dict[Path, dict[str, Path]] = {}
    pairs = []
    for image in files:
        if _is_masks(image, folder):
            continue
        beside = by_folder.get(image.parent)
        if beside is None:
            beside = by_folder[image.parent] = _masks_for(image.parent)
        place = image.parent.relative_to(folder)
        found = _only(below.get(image.stem, {}), place, image) or beside.get(image.stem)
        if found is not None and found != image:
            parts = [part for part in place.parts if part != "images"]
            pairs.append(Pair(image, found, "/".join(parts) or folder.name))
    if not pairs:
        raise TrainingError(
            f"{folder} holds no image with masks: put NAME_masks.tif beside NAME.tif, or give the folder of the masks"
        )
    return pairs


def _is_masks(path: Path, root: Path) -> bool:
    return path.stem.endswith((*MASK_ENDINGS, "_flows")) or "masks" in path.relative_to(root).parts[:-1]


def _masks_below(folder: Path) -> dict[str, dict[Path, Path]]:
    """Return the label files of each image stem, by the subfolder that they lie in."""
    if not folder.is_dir():
        raise TrainingError(f"there is no folder {folder}")
    found: dict[str, dict[Path, Path]] = {}
    for inner in [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())]:
        for stem, path in _by_stem(inner).items():
            found.setdefault(stem, {})[inner.relative_to(folder)] = path
    return found


def _only(candidates: dict[Path, Path], place: Path, image: Path) -> Path | None:
    """Return the label file in the same subfolder as the image, else the only one there is."""
    if place in candidates:
        return candidates[place]
    if len(candidates) > 1:
        raise TrainingError(
            f"several masks fit {image.name}: {', '.join(str(p) for p in candidates.values())}"
        )
    return next(iter(candidates.values()), None)


def _by_stem(folder: Path, marked: bool = False) -> dict[str, Path]:
    """Return the label file of each image stem in one folder; only names that say so where `marked`.

    Where there are several, `NAME_masks` comes before `NAME_seg.npy`, and that before a file of the plain name.
    """
    known = set(supported_suffixes())
    found: dict[str, tuple[int, Path]] = {}
    for path in sorted(folder.iterdir()):
        ending = next((e for e in (*MASK_ENDINGS, "_seg") if path.stem.endswith(e)), "")
        suffix = path.suffix.lower()
        readable = suffix == ".npy" if ending == "_seg" else suffix in known
        if not readable or (marked and not ending) or not path.is_file():
            continue
        rank = {"": 2, "_seg": 1}.get(ending, 0)
        stem = path.stem.removesuffix(ending)
        if stem not in found or rank < found[stem][0]:
            found[stem] = (rank, path)
    return {stem: path for stem, (_, path) in found.items()}


def _masks_for(folder: Path) -> dict[str, Path]:
    """Return the label file of each image stem of one folder."""
    sibling = folder.parent / "masks"
    separate = _by_stem(sibling) if folder.name == "images" and sibling.is_dir() else {}
    return {**separate, **_by_stem(folder, marked=True)}


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
