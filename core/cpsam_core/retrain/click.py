"""One click: plan, train, and judge the new model against the old one. Nothing here needs a window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from cpsam_core.errors import CpsamError, TrainingError
from cpsam_core.progress import Cancelled, Progress, silent
from cpsam_core.retrain.budget import within_minutes
from cpsam_core.retrain.candidates import Candidate
from cpsam_core.retrain.elsewhere import remember_images
from cpsam_core.retrain.options import TrainOptions, plan_of, settled
from cpsam_core.retrain.outcome import SKIPPED, RetrainingOutcome, compare
from cpsam_core.retrain.plan import RetrainingPlan
from cpsam_core.retrain.requests import request_path, state_path, write_request
from cpsam_core.retrain.run import RetrainingResult, retrain, scorer
from cpsam_core.retrain.unjudged import forget, note_ending, put_off, skip, taken_up
from cpsam_core.weights.claims import claimed

if TYPE_CHECKING:
    from cpsam_core.finetune import Control, EpochReport, TrainingEvent

__all__ = ["Listener", "one_click"]

NAMES = 5
"""Names that are tried for a training without one."""
LIMITED = ("epochs", "warmup", "score_every", "budget_minutes", "budget_trainings")
"""Settings that a limit of time changes."""


class Listener(Protocol):
    """Hears of a training while it runs; called from the training's thread."""

    def on_plan(self, plan: RetrainingPlan) -> None:
        """What will be done is decided."""

    def on_epoch(self, report: EpochReport) -> None:
        """An epoch ended."""

    def on_event(self, event: TrainingEvent) -> None:
        """Something is worth telling."""

    def on_trained(self) -> None:
        """The new model is there; what follows is its comparison with the one before."""


def one_click(
    candidates: Sequence[Candidate],
    options: TrainOptions,
    listener: Listener,
    progress: Progress = silent,
    control: Control | None = None,
    *,
    restart: bool = False,
) -> RetrainingOutcome:
    """Train as asked and compare the new model with its start on what was kept aside.

    What is to be done is written down first, and stays until the verdict is made, so that `requests.interrupted` finds
    it after a crash. A training of the same name, start and images goes on where it was; where its model is there
    already, with the verdict.

    Parameters
    ----------
    candidates
        Images of the folder, as `describe` found them.
    options
        What the user chose.
    listener
        Hears of the plan, the epochs and events.
    progress
        Called after every step; may raise Cancelled.
    control
        Pauses or ends the training from another thread.
    restart
        Begin anew, even where the state of an interrupted training of that name is there.

    Raises
    ------
    TrainingError, SettingsError, WeightsError
        As `plan_retraining` and `retrain`; another program trains or judges the model of that name. A new model that
        cannot be compared is no error: see `RetrainingOutcome.problem`.
    """
    progress(0, 1, "Planning")
    options = settled(options)
    with _claim(candidates, options) as options:
        return _clicked(candidates, options, listener, progress, control, restart=restart)


@contextmanager
def _claim(candidates: Sequence[Candidate], options: TrainOptions) -> Iterator[TrainOptions]:
    """Keep the name of a training until its verdict, so that no other window trains or judges it; give it one."""
    if options.name:
        with claimed(state_path(options.name)):
            yield options
        return
    with ExitStack() as stack:
        for tries_left in reversed(range(NAMES)):
            named = replace(options, name=plan_of(candidates, options).name)
            try:
                stack.enter_context(claimed(state_path(named.name)))
            except TrainingError:
                # Another window found the same name at the same moment, and it is taken by now.
                if not tries_left:
                    raise
                continue
            break
        yield named


def _clicked(
    candidates: Sequence[Candidate],
    options: TrainOptions,
    listener: Listener,
    progress: Progress,
    control: Control | None,
    *,
    restart: bool,
) -> RetrainingOutcome:
    """Train and judge under a name that is claimed."""
    left = None if restart else taken_up(candidates, options)
    if left is None:
        planned, trained = _trained(candidates, options, listener, progress, control, restart=restart)
    else:
        planned, trained = left
        listener.on_plan(planned)
        for report in trained.result.reports:
            listener.on_epoch(report)
    listener.on_trained()
    try:
        outcome = compare(planned, trained, options, _unless_skipped(progress, control))
    except _VerdictSkipped:
        skip(planned.name)
        return RetrainingOutcome(planned, trained, None, problem=SKIPPED, skipped=True)
    except CpsamError as error:
        # The start was removed meanwhile, say; the new model is there all the same.
        put_off(planned.name)
        return RetrainingOutcome(planned, trained, None, problem=str(error))
    forget(planned.name)
    return outcome


def _trained(
    candidates: Sequence[Candidate],
    options: TrainOptions,
    listener: Listener,
    progress: Progress,
    control: Control | None,
    *,
    restart: bool,
) -> tuple[RetrainingPlan, RetrainingResult]:
    """Plan and train, or go on with a training that was interrupted."""
    planned = plan_of(candidates, options)
    if options.minutes is not None:
        planned = within_minutes(planned, options.minutes, options.device, options.precision, progress)
        # Measured once: what goes on after a crash must not have another number of epochs.
        fixed = {name: getattr(planned.settings, name) for name in LIMITED}
        options = replace(options, changes={**options.changes, **fixed}, minutes=None)
    listener.on_plan(planned)
    where: tuple[int, int, str] = (0, 1, "")

    def step(done: int, total: int, note: str = "") -> None:
        nonlocal where
        where = done, total, note
        progress(done, total, note)

    def measured(done: int, total: int, note: str = "") -> None:
        # Measuring is no step of the training, but it can be cancelled and gives way, too.
        progress(*where)

    with _written_down(planned, candidates, options):
        trained = retrain(
            planned,
            device=options.device,
            precision=options.precision,
            progress=step,
            control=control,
            on_epoch=listener.on_epoch,
            on_event=listener.on_event,
            score=scorer(planned, options.device, options.precision, measured),
            restart=restart,
        )
    note_ending(planned, trained)
    remember_images(planned.digests.items())
    return planned, trained


class _VerdictSkipped(Cancelled):
    """The user does not wait for the comparison."""


def _unless_skipped(progress: Progress, control: Control | None) -> Progress:
    """Return a progress that ends the comparison once it is not wanted."""

    def step(done: int, total: int, note: str = "") -> None:
        if control is not None and control.skipping:
            raise _VerdictSkipped
        progress(done, total, note)

    return step


@contextmanager
def _written_down(
    planned: RetrainingPlan, candidates: Sequence[Candidate], options: TrainOptions
) -> Iterator[None]:
    """Keep on disk what is to be done, so that it can be taken up again."""
    note = request_path(planned.name)
    before = note.read_bytes() if note.is_file() else None
    write_request(note, candidates, replace(options, name=planned.name))
    try:
        yield
    except CpsamError:
        # Nothing to go on with.
        if not state_path(planned.name).exists():
            note.unlink(missing_ok=True)
        elif before is not None:
            # That one may still go on, as it was begun.
            note.write_bytes(before)
        raise
