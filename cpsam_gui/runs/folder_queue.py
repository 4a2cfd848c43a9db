"""The images of a folder on their way through the model: what became of each. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from cpsam_gui.runs.left_out import few_words_of_left_out, words_of_left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path


class ExistingMasks(str, Enum):
    """What happens to images that have masks already."""

    SKIP_CORRECTED = "corrected"
    """Those with anything locked, drawn or corrected by hand are left alone; others are done anew."""
    SKIP_ALL = "all"
    """All that have masks are left alone."""
    KEEP_HAND_MADE = "keep"
    """All are done anew; what is locked, drawn or corrected by hand stays."""


class QueueState(str, Enum):
    """Where an image is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One image of the queue."""

    path: Path
    state: QueueState = QueueState.WAITING
    objects: int = 0
    left_out: int = field(default=0, kw_only=True)
    """How many were found where a person had deleted or refused some, and stay away."""
    words: str = ""
    """Why it was skipped or failed; what is being done while it runs."""
    part: float = 0.0
    """How much is done, 0 to 1."""
    fate: str = ""
    """What the run will do with it, while it waits."""
    only: str = ""
    """Which time point alone the run takes of a movie."""
    times: str = ""
    """That it takes all of them, or how many it took."""
    scene: str = ""
    """Which scene alone it takes of a file with several."""
    chosen: bool = True
    """Whether it is ticked: the others are left alone."""

    def text(self, translate: Callable[[str], str]) -> str:
        """Return what became of the image, in words of the user's language."""
        if self.state is QueueState.DONE:
            objects = "object" if self.objects == 1 else "objects"
            return self._with_times(f"{translate(f'{self.objects:,}')} {translate(objects)}", translate)
        if self.state is QueueState.WAITING and (self.fate or self.only or self.times or self.scene):
            return self._with_times(translate(self.fate) if self.fate else "", translate)
        words = translate(self.words) if self.words else ""
        if self.state is QueueState.RUNNING:
            return f"{100 * self.part:.0f} %" + (f"  {words}" if words else "")
        state = {
            QueueState.WAITING: translate("waiting"),
            QueueState.SKIPPED: translate("skipped"),
            QueueState.FAILED: translate("failed"),
            QueueState.CANCELLED: translate("cancelled"),
        }[self.state]
        return f"{state}: {words}" if words else state

    def _with_times(self, words: str, translate: Callable[[str], str]) -> str:
        away = few_words_of_left_out(self.left_out) if self.state is QueueState.DONE else ""
        said = [words, *(translate(one) for one in (self.only, self.times, self.scene, away) if one)]
        if self.state is QueueState.DONE and self.words:
            # Of time points that were left alone.
            said.append(f"{translate('skipped')}: {translate(self.words)}")
        return ", ".join(filter(None, said))


class Queue:
    """Entries in their order. The one that works on it moves them from state to state."""

    filled = Signal()
    """Other images stand in the queue."""
    changed = Signal(int)
    """The entry of this number changed."""
    chosen = Signal()
    """Images were chosen elsewhere, to be seen in the list of the queue."""
    state_changed = Signal()
    """The work began, was paused, went on or ended."""

    def __init__(self) -> None:
        self._entries: list[QueueEntry] = []
        self._running = False
        self._paused = False

    @property
    def entries(self) -> tuple[QueueEntry, ...]:
        """All images with what became of them."""
        return tuple(self._entries)

    @property
    def running(self) -> bool:
        """Whether images are worked on; also while paused."""
        return self._running

    @property
    def paused(self) -> bool:
        """Whether the work stands still; read by the thread of the work, too."""
        return self._paused

    @property
    def current(self) -> int | None:
        """Number of the image that is worked on."""
        return next((n for n, entry in enumerate(self._entries) if entry.state is QueueState.RUNNING), None)

    def fill(self, paths: Iterable[Path]) -> None:
        """Take other images."""
        self._entries = [QueueEntry(path) for path in paths]
        self.filled.emit()

    def begin(self) -> None:
        """Start with those that are not done yet."""
        for number, entry in enumerate(self._entries):
            if entry.state is not QueueState.WAITING:
                self.put(number, state=QueueState.WAITING, words="", part=0.0)
        self._running, self._paused = True, False
        self.state_changed.emit()

    def next(self) -> int | None:
        """Return the number of the next ticked image that waits."""
        waiting = (n for n, one in enumerate(self._entries) if one.chosen and one.state is QueueState.WAITING)
        return next(waiting, None)

    def choose(self, numbers: Collection[int], on: bool) -> None:
        """Tick entries, or take their ticks away; nothing changes while images are worked on."""
        if not self._running:
            for number in numbers:
                if self._entries[number].chosen is not on:
                    self.put(number, chosen=on)
            self.state_changed.emit()

    def put(self, number: int, **fields: Any) -> None:
        """Change an entry."""
        self._entries[number] = replace(self._entries[number], **fields)
        self.changed.emit(number)

    def pause(self, on: bool) -> None:
        """Stand still after the present tile, or go on."""
        if self._running and on != self._paused:
            self._paused = on
            self.state_changed.emit()

    def end(self) -> None:
        """The last image is done; those that still wait will not be."""
        for number, entry in enumerate(self._entries):
            if entry.chosen and entry.state in (QueueState.WAITING, QueueState.RUNNING):
                self.put(number, state=QueueState.CANCELLED, words="")
        self._running = self._paused = False
        self.state_changed.emit()

    def summary(self, translate: Callable[[str], str]) -> str:
        """Return the counts in words of the user's language."""
        count = len(self._entries)
        if count == 0:
            return translate("No images")
        parts = [
            f"{translate(f'{number:,}')} {words}"
            for state, words in (
                (QueueState.DONE, translate("done")),
                (QueueState.SKIPPED, translate("skipped")),
                (QueueState.FAILED, translate("failed")),
                (QueueState.CANCELLED, translate("cancelled")),
            )
            if (number := sum(entry.state is state for entry in self._entries))
        ]
        movies = sum(entry.state is QueueState.DONE and entry.only != "" for entry in self._entries)
        if movies:
            parts.append(translate(f"one time point only of {movies:,} movie{'' if movies == 1 else 's'}"))
        files = sum(entry.state is QueueState.DONE and entry.scene != "" for entry in self._entries)
        if files:
            parts.append(translate(f"one scene only of {files:,} file{'' if files == 1 else 's'}"))
        away = sum(entry.left_out for entry in self._entries if entry.state is QueueState.DONE)
        if away:
            parts.append(translate(words_of_left_out(away)))
        ticked = sum(entry.chosen for entry in self._entries)
        total = (
            translate(f"{ticked:,} of {count:,} image{'' if count == 1 else 's'}")
            if ticked < count
            else f"{translate(f'{count:,}')} {translate('image' if count == 1 else 'images')}"
        )
        return f"{total}: {', '.join(parts)}" if parts else total

    @property
    def part(self) -> float:
        """How much of the whole queue is done, 0 to 1."""
        chosen = [entry for entry in self._entries if entry.chosen]
        over = sum(entry.state not in (QueueState.WAITING, QueueState.RUNNING) for entry in chosen)
        under_way = sum(entry.part for entry in chosen if entry.state is QueueState.RUNNING)
        return (over + under_way) / max(len(chosen), 1)
