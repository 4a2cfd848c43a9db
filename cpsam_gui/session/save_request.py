"""What is asked of the saver, and what it is writing."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from cpsam_gui import tasks
from cpsam_gui.jobs.job import problem_from
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.errors import CpsamError
    from cpsam_core.progress import Progress
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import Step

Result: TypeAlias = "tasks.SaveResult | tasks.Conflict | CpsamError"


@dataclass(frozen=True, slots=True)
class SaveRequest:
    """What is asked of the saver."""

    masks: bool = False
    """Write the label image beside the image too."""
    quiet: bool = False
    """The program asked, not the user: what goes wrong is said once only."""
    then: Callable[[], object] | None = None
    """Called when the open document is saved; never if that fails."""
    replace: bool = False
    """Replace the project, whatever it is by now."""
    aside: bool = False
    """Keep the project that is there under another name."""
    refused: Callable[[Problem], object] | None = None
    """Told what went wrong, in place of everybody: who asked says it in a question."""


@dataclass(slots=True, eq=False)
class SaveUnderWay:
    """What is being written."""

    request: SaveRequest
    document: Document
    state: Step
    flows: NetworkOutput | None
    put_back: Callable[[], None]
    """Counts what was to be written as changed again, where it was not."""
    result: Future[Result] = field(default_factory=Future)
    """What came of it, known in the thread that writes; cancelled where an error ended it."""
    refused: Callable[[str], object] | None = None
    """Told why the last work on a document that was let go meanwhile is not saved."""

    def following(self, work: Callable[[Progress], Result]) -> Callable[[Progress], Result]:
        """Return work that notes what came of it in its own thread."""

        def write(progress: Progress) -> Result:
            try:
                result = work(progress)
            except BaseException:
                self.result.cancel()
                raise
            self.result.set_result(result)
            return result

        return write

    def tell_refused(self) -> None:
        """Tell that nothing was written, and why, where that is so."""
        if self.refused is None:
            return
        if not self.result.done() or self.result.cancelled():
            # The error is told by itself.
            self.refused("")
            return
        result = self.result.result()
        if isinstance(result, tasks.Conflict):
            self.refused(changed_words(result.path))
        elif not isinstance(result, tasks.SaveResult):
            self.refused(problem_from(result).text)


def changed_words(path: Path) -> str:
    """Return that a file is not the one that was read or written here."""
    return translate("{} was changed by another program since it was opened here.").format(path.name)


def joined(first: SaveRequest, second: SaveRequest) -> SaveRequest:
    """Return one request for two that wait."""
    return SaveRequest(
        first.masks or second.masks,
        first.quiet and second.quiet,
        second.then or first.then,
        first.replace or second.replace,
        first.aside or second.aside,
        second.refused or first.refused,
    )
