"""What became of the time points of a movie of which all were to be segmented. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class MovieTimes:
    """Time points, from 0, and what became of them."""

    count: int
    objects: int = 0
    left_out: int = field(default=0, kw_only=True)
    """How many were found where a person had deleted or refused some, and stay away."""
    segmented: frozenset[int] = frozenset()
    skipped: tuple[tuple[int, str], ...] = ()
    """Those that were left alone, and why."""
    failed: tuple[tuple[int, str], ...] = ()
    stopped: bool = False
    """Whether the work was cancelled."""

    @property
    def left(self) -> tuple[int, ...]:
        """Those that nothing became of yet."""
        done = self.segmented | {time for time, _ in (*self.skipped, *self.failed)}
        return tuple(time for time in range(self.count) if time not in done)

    def part(self, of_next: float) -> float:
        """Return how much of the movie is done, 0 to 1, with so much of the time point at work."""
        return (self.count - len(self.left) + of_next) / self.count

    def adding(self, time: int, objects: int, skipped: str = "", left_out: int = 0) -> MovieTimes:
        """Return the same with one that was segmented, or left alone for a reason."""
        if skipped:
            return replace(self, skipped=(*self.skipped, (time, skipped)))
        return replace(
            self,
            segmented=self.segmented | {time},
            objects=self.objects + objects,
            left_out=self.left_out + left_out,
        )

    def failing(self, time: int, why: str) -> MovieTimes:
        """Return the same with one that failed."""
        return replace(self, failed=(*self.failed, (time, why)))

    @property
    def words(self) -> str:
        """What to say of those that were segmented, in English."""
        count = len(self.segmented)
        return all_of(count) if count == self.count else f"{count:,} of {self.count:,} time points"

    @property
    def done_words(self) -> str:
        """What to say of those that were segmented where the work was stopped, in English."""
        return f"{len(self.segmented):,} of {self.count:,} time points done"

    @property
    def reasons(self) -> str:
        """Why the others were not, in English; each reason once, failures first."""
        if self.failed:
            time, why = self.failed[0]
            return f"time point {time + 1:,}: {why}"
        return ", ".join(dict.fromkeys(why for _, why in self.skipped))


def at_work(time: int, count: int) -> str:
    """Say which time point, from 0, of so many is worked on."""
    return f"time point {time + 1:,} of {count:,}"


def all_of(count: int) -> str:
    """Say that all of so many time points are taken."""
    return f"all {count:,} time points"
