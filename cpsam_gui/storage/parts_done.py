"""Of how many of its scenes and time points a file has masks. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError
from cpsam_gui.storage.companions import companions_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cpsam_core.images.companions import Listings
    from cpsam_core.images.document_key import DocumentKey


@dataclass(frozen=True, slots=True)
class PartsDone:
    """How many parts of a file, which are the time points of all its scenes, have masks."""

    done: int
    of: int
    scenes: int = 1

    @property
    def words(self) -> str:
        """What to say of it, in English."""
        if self.scenes == 1:
            return f"{self.done:,} of {self.of:,} time points"
        if self.of == self.scenes:
            return f"{self.done:,} of {self.of:,} scenes"
        return f"{self.done:,} of {self.of:,} time points of {self.scenes:,} scenes"

    @property
    def left_out(self) -> str:
        """What to say, in English, where something was done with the parts that have masks alone; empty for all."""
        return f"masks of {self.words} only" if self.done < self.of else ""

    @property
    def short(self) -> str:
        """The same where there is little room."""
        return f"{self.done}/{self.of}"


def parts_done(images: Iterable[Path], listings: Listings | None = None) -> dict[Path, PartsDone]:
    """Return how many parts have masks, of the images that have masks of time points or scenes.

    The images themselves are looked into at their beginnings; kinds that would have to be read whole are left out.
    """
    from cpsam_core.images.companions import Listings, documents_of
    from cpsam_core.images.readers import opens_in_parts

    listings = listings or Listings()
    found = {}
    for path in images:
        keys = [one.key for one in documents_of(path, listings=listings) if one.masks]
        done = {(key.scene, key.time) for key in keys} - {(None, None)}
        if not done or not opens_in_parts(path):
            continue
        try:
            found[path] = _parts_of(path, keys, len(done), listings)
        except ImageError:
            # Opening it says what is wrong with it.
            continue
    return found


def _parts_of(path: Path, keys: list[DocumentKey], done: int, listings: Listings) -> PartsDone:
    from cpsam_core.data.image_input import input_of
    from cpsam_core.images.sources import scenes_in, times_in

    key = next(key for key in keys if (key.scene, key.time) != (None, None))
    axes = input_of(companions_of(path, listings, key)).axes
    if key.scene is None:
        return PartsDone(done, times_in(path, axes))
    count = len(scenes_in(path))
    # Other scenes may have other axes than the one that somebody named them for.
    times = sum(times_in(path, axes if number == key.scene else None, number) for number in range(count))
    return PartsDone(done, times, count)
