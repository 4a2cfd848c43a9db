"""What the axes of a file are taken for, and when a person must say it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError
from cpsam_core.progress import silent
from cpsam_gui.storage.companions import companions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.readers import Raw
    from cpsam_core.progress import Progress


@dataclass(frozen=True, slots=True)
class AxesReading:
    """What the axes of a file are taken for; None leaves it to the file."""

    axes: str | None = None
    time: int | None = None
    scene: int | None = None

    def at(self, time: int | None) -> AxesReading:
        """Return the same for another time point."""
        return replace(self, time=time)

    def of_one_of(self, times: int) -> AxesReading:
        """Return the same for a file of so many time points: the first where it has no such one, or none was chosen."""
        time = self.time or 0
        return self.at((time if time < times else 0) if times > 1 else None)


@dataclass(frozen=True, slots=True)
class FileParts:
    """How many time points and scenes a file has."""

    times: int = 1
    """Of the scene that is read."""
    scenes: int = 1
    scene: int = 0
    """The one that is read, from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Unsure:
    """An image that was read, but whose axes a person must name."""

    path: Path
    raw: Raw
    axes: str
    """The best guess, a letter of TZCYXS for each axis."""
    said: bool = False
    """Whether the file says so itself, and a person wants it otherwise."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(self.raw.array.shape)


def reading_of(path: Path, key: DocumentKey | None = None) -> AxesReading:
    """Return how the project of an image has its file read; nobody is asked twice.

    With `key`, as its time point and scene are read.
    """
    from cpsam_core.data.image_input import input_of

    seen = input_of(companions_of(path, key=key))
    if key is not None:
        return AxesReading(seen.axes, key.time, key.scene)
    return AxesReading(seen.axes, seen.time, seen.scene if isinstance(seen.scene, int) else None)


def read_unsure(path: Path, progress: Progress) -> Unsure:
    """Read an image whose axes the user wants to name anew."""
    from cpsam_core.images import arrange
    from cpsam_core.images.readers import read_raw

    progress(0, 1, "Reading")
    raw = read_raw(path)
    guess = unsure_axes(raw)
    if guess is not None:
        return Unsure(path, raw, guess)
    return Unsure(path, raw, arrange(raw.array, raw.axes, time=0).axes, said=True)


def unsure_axes(raw: Raw) -> str | None:
    """Return the best guess where the axes of a file need a decision, else None."""
    from cpsam_core.images.image import resolve_axes

    shape = raw.array.shape
    if raw.array.ndim < 2 or raw.array.size == 0:
        # No image at all; arranging says so.
        return None
    axes = raw.axes if len(raw.axes) == len(shape) else "?" * len(shape)
    try:
        resolved, guessed = resolve_axes(shape, axes)
    except ImageError:
        # Nothing fits by its length: rows and columns last, then depth, channel and time before them.
        return ("TZC"[-(len(shape) - 2) :] + "YX") if len(shape) in (3, 4, 5) else None
    return resolved if guessed else None


def fits_axes(raw: Raw, axes: str) -> bool:
    """Whether a file can be read with these axes."""
    from cpsam_core.images.image import resolve_axes

    try:
        letters, _ = resolve_axes(tuple(raw.array.shape), axes)
    except ImageError:
        return False
    return len(letters) == raw.array.ndim


def time_points(raw: Raw, axes: str | None) -> int:
    """Return how many time points a file has, with its axes or those that a person named."""
    from cpsam_core.images.image import resolve_axes

    shape = tuple(raw.array.shape)
    try:
        letters, _ = resolve_axes(shape, axes or raw.axes)
    except ImageError:
        return 1
    return int(shape[letters.index("T")]) if "T" in letters and len(letters) == len(shape) else 1


def as_far_as_it_fits(raw: Raw, like: AxesReading) -> tuple[AxesReading, int]:
    """Return how to read a file as another one was, with its own axes where those do not fit, and its time points."""
    if like.axes is not None and not fits_axes(raw, like.axes):
        like = replace(like, axes=None)
    times = time_points(raw, like.axes)
    return like.of_one_of(times), times


def raw_like(
    path: Path, like: AxesReading, read: Callable[[Path, int | str | None], Raw]
) -> tuple[Raw, AxesReading]:
    """Read a file as another one was; where it has no such scene, its first."""
    try:
        return read(path, like.scene), like
    except ImageError:
        if not like.scene:
            raise
        return read(path, None), replace(like, scene=None)


def parts_among(
    images: Collection[Path], like: AxesReading, progress: Progress = silent
) -> dict[Path, FileParts]:
    """Return the images that have several time points or scenes, and how many, as their files say at their beginnings.

    They are read as the open one was, `like`, as far as that fits. Left out are kinds of files that would have to be
    read whole, and files that cannot be read: a run says so.
    """
    from cpsam_core.images.readers import open_raw, opens_in_parts

    found = {}
    for number, path in enumerate(images):
        progress(number, len(images), path.name)
        if not opens_in_parts(path):
            continue
        try:
            raw, fitting = raw_like(path, like, lambda path, scene: open_raw(path, scene)[0])
        except ImageError:
            continue
        _, times = as_far_as_it_fits(raw, fitting)
        if times > 1 or len(raw.scenes) > 1:
            found[path] = FileParts(times, max(1, len(raw.scenes)), fitting.scene or 0)
    return found
