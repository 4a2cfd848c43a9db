"""The steps of a document in order, the place among them, and which state was saved. No Qt."""

from __future__ import annotations

from cpsam_gui.state.steps import Step

# A saved state that the history no longer holds.
_NEVER = Step("never")


class UndoStack:
    """Steps, oldest first, of which the first `position` are applied; bounded by bytes, never by number."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._steps: list[Step] = []
        self._sizes: list[int] = []
        self._total = 0
        self._origin = Step("origin")
        self._saved = self._origin
        self.position = 0
        self.dropped = 0
        """Steps let go to stay within the limit."""

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the steps, undone ones included."""
        return tuple(step.name for step in self._steps)

    @property
    def all(self) -> tuple[Step, ...]:
        """The steps, undone ones included."""
        return tuple(self._steps)

    @property
    def applied(self) -> tuple[Step, ...]:
        """The steps that are applied."""
        return tuple(self._steps[: self.position])

    @property
    def top(self) -> Step | None:
        """The last step that is applied."""
        return self._steps[self.position - 1] if self.position else None

    @property
    def next(self) -> Step | None:
        """The first step that is undone."""
        return self._steps[self.position] if self.position < len(self._steps) else None

    @property
    def state(self) -> Step:
        """What tells the present state from every other one: the last step that is applied."""
        return self.top or self._origin

    @property
    def modified(self) -> bool:
        """Whether the present state is another one than the saved one."""
        return self.state is not self._saved

    def mark_saved(self, state: Step | None = None) -> None:
        """Remember the present state as the saved one, or the earlier one that was."""
        self._saved = state or self.state

    def push(self, step: Step) -> None:
        """Add a step that is applied; undone ones go, and the oldest where there is too much."""
        self._cut(self.position)
        self._append(step)
        while self._total > self._limit and len(self._steps) > 1:
            # The oldest state that can be gone back to is the one after the step that goes.
            gone, self._origin = self._steps.pop(0), Step("origin")
            self._total -= self._sizes.pop(0)
            self._saved = self._origin if self._saved is gone else self._saved
            self.dropped += 1
        self.position = len(self._steps)

    def clear(self, *, saved: bool = True) -> None:
        """Let go of all steps: there is nothing before the present state, which counts as `saved` or not."""
        self._steps.clear()
        self._sizes.clear()
        self._total = self.position = 0
        self._origin = Step("origin")
        self._saved = self._origin if saved else _NEVER

    def exchange_top(self, step: Step) -> None:
        """Put a step in the place of the last one that is applied; undone ones go."""
        self._cut(self.position - 1)
        self._append(step)

    def _append(self, step: Step) -> None:
        self._steps.append(step)
        self._sizes.append(step.nbytes)
        self._total += self._sizes[-1]

    def _cut(self, length: int) -> None:
        """Let go of all steps from a place on."""
        if self._saved in self._steps[length:]:
            self._saved = _NEVER
        self._total -= sum(self._sizes[length:])
        del self._steps[length:], self._sizes[length:]
