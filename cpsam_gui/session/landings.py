"""How what a run found comes into a document: that which it was made for, or another one of the same image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from cpsam_gui.session.run_results import REGION
from cpsam_gui.state.steps import StepKind
from cpsam_gui.tasks.left_run import with_region, with_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpsam_gui import tasks
    from cpsam_gui.session.run_results import PendingResult, RunResults
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.tasks.left_run import Together


class Landing(Protocol):
    """What is to become of the result of a run."""

    @property
    def document(self) -> Document:
        """The document that it was made for."""

    @property
    def step(self) -> tuple[str, StepKind]:
        """Name and kind of the step that it makes."""

    def land(self, document: Document, result: Any) -> None:
        """Put it into the open document."""

    def together(self, result: Any) -> Together:
        """Return what puts it together with the masks of a document that is not open."""


@dataclass(frozen=True, slots=True, eq=False)
class WholeLanding:
    """The result of a run on the whole image."""

    run_results: RunResults
    pending: PendingResult

    @property
    def document(self) -> Document:
        """The document that it was made for."""
        return self.pending.document

    @property
    def step(self) -> tuple[str, StepKind]:
        """Name and kind of the step that it makes."""
        return self.pending.name, self.pending.kind

    def land(self, document: Document, result: tasks.RunOutcome) -> None:
        """Put it into the open document."""
        pending = self.pending
        if document is not pending.document:
            # What was touched there is another's: nothing of it was given up.
            pending = replace(
                pending, document=document, revision=-1, position=document.position, given_up={}
            )
        self.run_results.finish(pending, result)

    def together(self, result: tasks.RunOutcome) -> Together:
        """Return what puts it together with the masks of a document that is not open."""
        pending = self.pending
        return partial(
            with_whole,
            result.result,
            pending.document.shape,
            pending.settings,
            pending.given_up,
            pending.options.keep,
        )


@dataclass(frozen=True, slots=True, eq=False)
class RegionLanding:
    """The result of a run on a region.

    Attributes
    ----------
    run_results
        Puts it into the document.
    document
        The document that it was made for.
    given_up
        What was touched when the run began and may be replaced.
    keep
        Whether what a person touched stays as it is, and what was deleted stays away.
    done
        Called with the ids of the new objects where they are in that document.
    """

    run_results: RunResults
    document: Document
    given_up: Mapping[int, ObjectRecord]
    keep: bool = True
    done: Callable[[list[int]], None] | None = None

    @property
    def step(self) -> tuple[str, StepKind]:
        """Name and kind of the step that it makes."""
        return REGION, StepKind.SEGMENT_REGION

    def land(self, document: Document, result: tasks.RegionResult | None) -> None:
        """Put it into the open document."""
        if document is self.document:
            self.run_results.land_region(document, self.given_up, self.keep, self.done, result)
        else:
            self.run_results.land_region(document, {}, self.keep, None, result)

    def together(self, result: tasks.RegionResult) -> Together:
        """Return what puts it together with the masks of a document that is not open."""
        return partial(with_region, result, self.document.shape, self.given_up, self.keep)
