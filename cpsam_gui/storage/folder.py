"""The images of a folder: their order, how far the work on each is, and which of them are shown. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.storage.companions import TimesDone, images_in, progress_of_all, times_done

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@dataclass(slots=True)
class FolderState:
    """The images of one folder in natural order, filtered by name and by state."""

    path: Path | None = None
    images: tuple[Path, ...] = ()
    states: dict[Path, ReviewState] = field(default_factory=dict)
    """Known so far; reading them takes a while in large folders."""
    times: dict[Path, TimesDone] = field(default_factory=dict)
    """Of movies, how many of their time points have masks."""
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

    def neighbour(self, path: Path | None, step: int) -> Path | None:
        """Return the shown image `step` places after `path`; None at the ends.

        Where `path` itself is hidden by the filter, the shown image next to its place is taken.
        """
        shown = self.shown
        if path not in self.images:
            return shown[0] if shown else None
        place = {image: index for index, image in enumerate(self.images)}
        here = place[path]
        ahead = (
            [one for one in shown if place[one] > here]
            if step > 0
            else [one for one in reversed(shown) if place[one] < here]
        )
        return ahead[abs(step) - 1] if len(ahead) >= abs(step) else None

    def summary(self) -> str:
        """Return counts in words."""
        states = [self.states.get(path, ReviewState.NOT_STARTED) for path in self.images]
        started = sum(state is not ReviewState.NOT_STARTED for state in states)
        verified = sum(state is ReviewState.VERIFIED for state in states)
        count = len(self.images)
        words = [f"{count:,} image{'' if count == 1 else 's'}", f"{started:,} with masks"]
        return ", ".join([*words, *([f"{verified:,} verified"] if verified else [])])


def read_folder(path: Path) -> tuple[Path, ...]:
    """Return the images of a folder in natural order."""
    return tuple(images_in(path))


def read_states(
    images: Collection[Path],
) -> tuple[dict[Path, ReviewState], dict[Path, TimesDone]]:
    """Return how far the work on each image is, and of movies on how many time points; reads a little of each file."""
    return progress_of_all(images), times_done(images)
