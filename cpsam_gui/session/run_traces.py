"""What runs left behind them, by the step that each made: undo and redo go back to it with the masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.segment.mask_memory import MaskMemory
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_gui.operations.identities import Identities
    from cpsam_gui.state.steps import Step

MOST_BYTES = 512 << 20
"""Flows of other runs than that of the masks in view; of older ones nothing is known any more."""


@dataclass(frozen=True, slots=True, eq=False)
class RunTrace:
    """What is known of the run that made the masks."""

    flows: NetworkOutput | None
    memory: MaskMemory
    identities: Identities
    settings: Mapping[str, Any]
    notes: tuple[str, ...]

    @property
    def nbytes(self) -> int:
        """Memory of the flows and of what is remembered of them."""
        flows = 0 if self.flows is None else self.flows.flows.nbytes + self.flows.logits.nbytes
        return flows + self.memory.nbytes


class RunTraces:
    """Keeps the traces before and after each step that replaced the masks with those of another run."""

    def __init__(self) -> None:
        self._by_step: dict[Step, tuple[RunTrace, RunTrace]] = {}

    def clear(self) -> None:
        """Forget all."""
        self._by_step.clear()

    def add(self, step: Step, before: RunTrace, after: RunTrace) -> None:
        """Note what a step changed; the oldest ones go where there are too many."""
        self._by_step[step] = before, after
        while len(self._by_step) > 1 and self._nbytes(after) > MOST_BYTES:
            del self._by_step[next(iter(self._by_step))]

    def at(self, step: Step, forward: bool) -> RunTrace | None:
        """Return what holds once a step is done or undone; None where it is not known."""
        pair = self._by_step.get(step)
        return None if pair is None else pair[forward]

    def _nbytes(self, now: RunTrace) -> int:
        kept = {id(one.flows): one.nbytes for pair in self._by_step.values() for one in pair}
        kept.pop(id(now.flows), None)
        return sum(kept.values())
