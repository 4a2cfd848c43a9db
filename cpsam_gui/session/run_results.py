"""Results of runs on their way into the document: each lands as one step, even where something changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from psygnal import Signal
from PyQt6.QtCore import QTimer

from cpsam_gui import tasks
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.operations.identities import Identities
from cpsam_gui.operations.region_run import land, with_output, without_deleted
from cpsam_gui.operations.replacing import is_kept
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import counted, filled
from cpsam_gui.runs.left_out import with_way_back
from cpsam_gui.runs.options import RunOptions, still_by_hand, thresholds_in
from cpsam_gui.session.run_state import threshold_state
from cpsam_gui.session.run_traces import RunTraces
from cpsam_gui.state.objects import Records
from cpsam_gui.state.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from cpsam_core.progress import Progress
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.forecast import RunForecast
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Step
    from cpsam_gui.tasks import RegionResult

    Combine: TypeAlias = Callable[[tasks.PreviousMasks, Progress], tasks.MaskResult]
    """Puts the result of a run together with what stays."""

REGION = "Segment region"
THRESHOLDS = "Change thresholds"
PATIENCE_MS = 50
"""Between looks at whether a stroke has ended that a result must wait for."""


@dataclass(frozen=True, slots=True, eq=False)
class PendingResult:
    """A result on its way into the document that it was made for."""

    name: str
    """Empty for new thresholds whose step says which they are."""
    kind: StepKind
    document: Document
    revision: int
    """State of the document that the result was put together with."""
    position: int
    options: RunOptions
    settings: dict[str, Any]
    """What is remembered of the settings."""
    given_up: Mapping[int, ObjectRecord]
    """What was touched when it began and may be replaced; what is touched later stays in any case."""
    flows: NetworkOutput | None = None
    """The flows that new thresholds were applied to; None for a run of the network."""
    panel: Mapping[str, Any] = field(default_factory=dict)
    """The thresholds of the panel when it began: a run of the folder has its own."""
    gesture: int = 0
    """Thresholds of one drag take each other's place in one step; those of another one make a step of their own."""
    landed: Callable[[], object] | None = None
    """Called once it is in the document, in place of words about it."""
    turn: int = 0
    """The thresholds asked for last have the highest: older ones are not put together again, which would stop those."""


def name_of_change(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return how a step is called that changed thresholds: by the one that it changed."""
    changed = [name for name, value in now.items() if value != before.get(name)]
    if changed == ["flow_threshold"]:
        value = now["flow_threshold"]
        return f"Flow threshold {value:.2f}" if value else "Flow threshold off"
    if changed == ["cellprob_threshold"]:
        return f"Cell threshold {now['cellprob_threshold']:.2f}"
    if changed == ["min_size"]:
        value = now["min_size"]
        return f"Smallest object {value}" if value else "Smallest object off"
    return THRESHOLDS


def touched_rows(document: Document) -> dict[int, ObjectRecord]:
    """Return what a person touched, by id."""
    table = document.table
    if isinstance(table, Records):
        return table.touched_rows()
    return {number: row for number, row in document.objects.items() if row.touched}


class RunResults:
    """Puts what runs found into the document."""

    settings_changed = Signal()
    """The thresholds that belong to the masks came with them."""
    thresholds_moved = Signal()
    """They are others than those of the result that has just landed."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        images: Images,
        gestures: Gestures,
        run_state: RunState,
        forecast: RunForecast,
    ) -> None:
        self._open_image, self._notices, self._jobs = open_image, notices, jobs
        self._images, self._gestures = images, gestures
        self._run_state, self._forecast = run_state, forecast
        self._traces = RunTraces()
        self._taking = False
        # The state that the last thresholds made, and which drag they were of.
        self._live: tuple[Step, int] | None = None
        self._revision = self._turn = 0
        open_image.history_changed.connect(self._count)
        open_image.adopted.connect(self._adopt)

    def _count(self) -> None:
        self._revision += 1

    def _adopt(self) -> None:
        self._traces.clear()
        self._open_image.document.stepped.connect(self._stepped)

    def _stepped(self, step: Step, forward: bool) -> None:
        """Let thresholds and flows follow the masks where others are undone or redone."""
        trace = self._traces.at(step, forward)
        if trace is not None:
            self._run_state.trace = trace
            self._run_state.recall(thresholds_in(trace.settings))
            self.settings_changed.emit()
        elif step.swap is not None and step.kind is StepKind.SEGMENT and not self._taking:
            # Of too many large runs the oldest flows are gone: thresholds on those of another would lie.
            self._run_state.flows = None
        if step.settings is None:
            return
        now, other = step.settings[forward], step.settings[not forward]
        if now == threshold_state(self._run_state.last_settings):
            # It has just landed, and a slider may have moved on.
            return
        self._run_state.last_settings = {**self._run_state.last_settings, **now}
        moved = {name: value for name, value in now.items() if value != other.get(name)}
        self._run_state.take_back(moved, other)
        self.settings_changed.emit()

    def pending(self, kind: StepKind, name: str, options: RunOptions | None = None) -> PendingResult:
        """Return what the result of a run that starts now, with the options of the panel or others, needs to land."""
        document, options = self._open_image.document, options or self._run_state.options
        self._turn += kind is StepKind.THRESHOLDS
        return PendingResult(
            name,
            kind,
            document,
            self._revision,
            document.position,
            options,
            still_by_hand(self._run_state.remembered_of(options), self._run_state.last_settings),
            {} if document.large or options.keep else touched_rows(document),
            panel=thresholds_in(self._run_state.remembered),
            turn=self._turn,
        )

    def previous(self, keep: bool) -> tasks.PreviousMasks:
        """Return what is there: what a person touched stays, and objects that are found again keep id and colour.

        What a person deleted stays away, too, where what was touched is kept.
        """
        return self._previous(touched_rows(self._open_image.document) if keep else {}, keep)

    def _since(self, pending: PendingResult) -> tasks.PreviousMasks:
        """Return what is there by now; what was touched after a run began stays in any case: nobody was asked."""
        document = self._open_image.document
        rows = {n: row for n, row in document.objects.items() if is_kept(n, row, pending.given_up)}
        return self._previous(rows, pending.options.keep)

    def _previous(self, rows: Mapping[int, ObjectRecord], keep: bool) -> tasks.PreviousMasks:
        document = self._open_image.document
        deleted = document.facts.deleted if keep else None
        if not document.objects and not self._run_state.identities.dropped:
            return tasks.PreviousMasks(first_id=document.next_id, deleted=deleted)
        return tasks.PreviousMasks(
            document.snapshot(),
            rows,
            document.next_id,
            document.colours.copy(),
            deleted,
            dict(document.objects),
            self._run_state.identities,
        )

    def finish(self, pending: PendingResult, outcome: tasks.RunOutcome) -> None:
        """Put the result of a run on the whole image into the document."""
        self.land(pending, partial(tasks.combine, outcome.result, pending.document.shape), outcome.found)
        if self._open_image.document is pending.document:
            self._forecast.learn(pending.options.model, outcome.seconds)

    def land(self, pending: PendingResult, result: Combine, found: tasks.MaskResult) -> None:
        """Swap a result in; where the document has changed since, put it together with the changes first."""
        live = pending.flows is not None
        if self._open_image.document is not pending.document or (live and not self._wanted(pending)):
            return
        # A stroke under way is never lost.
        if self._open_image.document.writing:
            QTimer.singleShot(PATIENCE_MS, partial(self.land, pending, result, found))
        elif self._revision != pending.revision:
            if live and pending.turn != self._turn:
                return
            again = replace(pending, revision=self._revision)
            self._jobs.run(
                partial(result, self._since(pending)),
                name=pending.name or THRESHOLDS,
                lane=Lane.LIVE if live else Lane.BESIDE,
                then=partial(self.land, again, result),
            )
        else:
            found = replace(found, settings=pending.settings)
            if live:
                self._take_thresholds(pending, found)
            else:
                self._take(pending.kind, pending.name, found, keeps=pending.options.keep)
            if pending.landed is None:
                self._tell(found, live)
            else:
                pending.landed()
            if not live:
                self._match_panel(pending)

    def _tell(self, found: tasks.MaskResult, live: bool) -> None:
        """Say what was found, or `live` what thresholds left of it."""
        one, many = (
            (translate("1 object"), translate("{:,} objects"))
            if live
            else (translate("1 object found"), translate("{:,} objects found"))
        )
        # A slider is moved many times, and its person knows what was deleted.
        away = "" if live else with_way_back(found.left_out)
        said = (counted(len(found.records), one, many), *map(translate_said, (away, *found.notes)))
        self._notices.message.emit("; ".join(filter(None, said)))

    def _match_panel(self, pending: PendingResult) -> None:
        """Apply the thresholds that were moved during a run; else let the panel show those of its result."""
        shown, used = thresholds_in(self._run_state.remembered), thresholds_in(pending.settings)
        if shown == used:
            return
        if shown != pending.panel:
            self.thresholds_moved.emit()
        else:
            self._run_state.recall(used)
            self.settings_changed.emit()

    def _wanted(self, pending: PendingResult) -> bool:
        """Whether new thresholds still belong to the last run, which may have been undone or replaced."""
        return pending.flows is self._run_state.flows and pending.document.position >= pending.position

    def land_region(
        self,
        document: Document,
        given_up: Mapping[int, ObjectRecord],
        keep: bool,
        done: Callable[[list[int]], None] | None,
        found: RegionResult | None,
    ) -> None:
        """Put the result of a run on a block into the document that it was made for.

        With `keep`, what a person deleted stays away.
        """
        if found is None or self._open_image.document is not document:
            return
        if document.writing:
            QTimer.singleShot(PATIENCE_MS, partial(self.land_region, document, given_up, keep, done, found))
            return
        found, left_out = without_deleted(found, document.facts.deleted if keep else None)
        new = land(document, REGION, found, given_up)
        self._keep_flows(found)
        words = (
            translate("1 object in the region") if len(new) == 1 else translate("{:,} objects in the region")
        )
        said = filled(words, len(new)), translate_said(with_way_back(left_out))
        self._notices.message.emit("; ".join(filter(None, said)))
        if done is not None:
            done(new)

    def _keep_flows(self, found: RegionResult) -> None:
        """Let later changes of thresholds know what the run on the region saw, where there was a run on the whole."""
        if self._run_state.flows is not None:
            self._run_state.flows = with_output(self._run_state.flows, found)

    def swap(self, kind: StepKind, name: str, found: tasks.MaskResult) -> None:
        """Put masks that were read into the document as one step; their thresholds and flows come with them."""
        # What has the number of a selected object is another one there.
        self._open_image.view.selection = frozenset()
        self._take(kind, name, found)
        self.recall(found.settings)

    def recall(self, settings: Mapping[str, Any]) -> None:
        """Take over what masks that were read were made with, where their file says so."""
        if not settings:
            return
        self._run_state.last_settings = dict(settings)
        self._run_state.recall(settings, opened=True)
        self._images.recall(settings)
        self.settings_changed.emit()

    def _take_thresholds(self, pending: PendingResult, found: tasks.MaskResult) -> None:
        """Put in what new thresholds give: in the step of the same drag where that is the last one."""
        state = pending.document.state
        goes_on = self._live == (state, pending.gesture)
        known = state.settings[0] if goes_on and state.settings is not None else None
        before = thresholds_in(self._run_state.last_settings) if known is None else known
        name = pending.name or name_of_change(before, thresholds_in(found.settings))
        self._take(pending.kind, name, found, apart=not goes_on, keeps=pending.options.keep)
        self._live = pending.document.state, pending.gesture

    def _take(
        self,
        kind: StepKind,
        name: str,
        found: tasks.MaskResult,
        *,
        apart: bool = True,
        keeps: bool = False,
    ) -> None:
        trace = self._run_state.trace
        if found.output is not None:
            self._run_state.flows = found.output
        before = self._run_state.last_settings
        if found.settings:
            self._run_state.last_settings = dict(found.settings)
        self._run_state.identities = found.identities if kind is StepKind.THRESHOLDS else Identities()
        if kind is StepKind.SEGMENT:
            # New thresholds change nothing in what is to be said of the run.
            self._run_state.notes = found.notes
        settings = None
        if kind is StepKind.THRESHOLDS:
            settings = threshold_state(before), threshold_state(self._run_state.last_settings)
        self._taking = True
        try:
            self._open_image.document.replace(
                name,
                found.store,
                found.records,
                kind=kind,
                settings=settings,
                apart=apart,
                keeps=keeps,
            )
        finally:
            self._taking = False
        if kind is not StepKind.THRESHOLDS:
            self._traces.add(self._open_image.document.state, trace, self._run_state.trace)
