"""The images of a folder: their order, how far the work on each is, and which of them are shown. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpsam_core.system.file_identity import identity_of
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.companions import images_in, progress_of_all
from cpsam_gui.storage.parts_done import PartsDone, parts_done
from cpsam_gui.storage.waiting_work import waiting_reviews

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from cpsam_core.system.file_identity import FileIdentity


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an image cannot be read, in words of the user's language, and the file of which that is true."""

    why: str
    file: FileIdentity
    passing: bool = False
    """Whether only memory was short: who comes by the image tries it again."""


@dataclass(frozen=True, slots=True)
class FolderWork:
    """How far the work on images is, and of which of them some of it waits in journals; see :class:`FolderState`."""

    states: dict[Path, ReviewState]
    times: dict[Path, PartsDone]
    waiting: frozenset[Path]


@dataclass(slots=True)
class FolderState:
    """The images of one folder in natural order, filtered by name and by state."""

    path: Path | None = None
    images: tuple[Path, ...] = ()
    states: dict[Path, ReviewState] = field(default_factory=dict)
    """Known so far; reading them takes a while in large folders."""
    times: dict[Path, PartsDone] = field(default_factory=dict)
    """Of files with several time points or scenes, how many of them have masks."""
    waiting: frozenset[Path] = frozenset()
    """Those with work that no file holds: it comes back when they are opened."""
    unreadable: dict[Path, Unreadable] = field(default_factory=dict)
    """Those that somebody tried to open, or that a run tried, in vain."""
    words: str = ""
    only: ReviewState | None = None

    @property
    def shown(self) -> list[Path]:
        """The images that pass the filter."""
        words = self.words.casefold().split()
        return [
            path
            for path in self.images
            if all(word in path.name.casefold() for word in words)
            and (self.only is None or self.states.get(path, ReviewState.NOT_STARTED) is self.only)
        ]

    @property
    def hidden(self) -> int:
        """How many images the filter hides."""
        return len(self.images) - len(self.shown)

    def hides_ahead(self, path: Path | None, step: int) -> bool:
        """Whether the filter hides an image after `path`, or before it where `step` is negative."""
        if path not in self.images:
            return self.hidden > 0
        here, shown = self.images.index(path), set(self.shown)
        beyond = self.images[here + 1 :] if step > 0 else self.images[:here]
        return any(image not in shown for image in beyond)

    def ahead(self, path: Path | None, step: int) -> list[Path]:
        """Return the shown images after `path`, or before it where `step` is negative, the next one first.

        Those that cannot be read, whatever memory there is, are left out. Where `path` itself is hidden by the filter,
        its place counts; of an image that is not in the folder, all are after it.
        """
        known = self.unreadable
        shown = [one for one in self.shown if one not in known or known[one].passing]
        if path not in self.images:
            return shown
        place = {image: index for index, image in enumerate(self.images)}
        here = place[path]
        if step > 0:
            return [one for one in shown if place[one] > here]
        return [one for one in reversed(shown) if place[one] < here]

    def summary(self) -> str:
        """Return counts in words."""
        if self.images and not self.shown:
            many = len(self.images)
            return "The filter hides the only image" if many == 1 else f"The filter hides all {many:,} images"
        states = [self.states.get(path, ReviewState.NOT_STARTED) for path in self.images]
        started = sum(state is not ReviewState.NOT_STARTED for state in states)
        verified = sum(state is ReviewState.VERIFIED for state in states)
        waiting = sum(path in self.waiting for path in self.images)
        count, unreadable = len(self.images), sum(path in self.unreadable for path in self.images)
        words = [f"{count:,} image{'' if count == 1 else 's'}", f"{started:,} with masks"]
        if verified:
            words.append(f"{verified:,} verified")
        if waiting:
            words.append(f"{waiting:,} unsaved")
        if unreadable:
            words.append(f"{unreadable:,} cannot be read")
        return ", ".join(words)


def read_folder(path: Path) -> tuple[Path, ...]:
    """Return the images of a folder in natural order."""
    return tuple(images_in(path))


def read_states(images: Collection[Path]) -> FolderWork:
    """Return how far the work on each image is, and of how many of its parts, where it has several, masks are saved.

    A little of each file is read, and of each journal with work that waits.
    """
    states, waiting = progress_of_all(images), waiting_reviews(images)
    for image, parts in waiting.items():
        # The whole image first, whose name is empty.
        for part, review in sorted(parts.items()):
            states[image] = with_saved(review, states[image], part=bool(part))
    return FolderWork(states, parts_done(images), frozenset(waiting))


def with_saved(unsaved: ReviewState, saved: ReviewState, *, part: bool) -> ReviewState:
    """Return how far an image is by work that no file holds, on all of it or on a `part`, and by what is saved."""
    from cpsam_core.images.project_summary import review_of_all

    return ReviewState(review_of_all([unsaved, saved])) if part and saved.value else unsaved


def replaced(unreadable: Mapping[Path, Unreadable]) -> list[Path]:
    """Return the images that could not be read and whose files are others by now."""
    return [path for path, known in unreadable.items() if identity_of(path) != known.file]
