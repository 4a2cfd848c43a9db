"""The log of what is done on the open image, and the methods text that follows from it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.state.steps import StepSource
from cpsam_gui.storage import worklog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from cpsam_core.segment.settings import Settings
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.steps import Step
    from cpsam_gui.storage.worklog import LogEntry


class WorkRecorder:
    """Follows the history of the open image."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        images: Images,
        run_state: RunState,
    ) -> None:
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._models = models
        self._images = images
        self._run_state = run_state
        self.entries: list[LogEntry] = []
        self._undone: set[int] = set()
        # The last step that was done, while nothing was undone since.
        self._last: Step | None = None

    def begin(self, foreign: Mapping[str, Any]) -> None:
        """Begin with the log that the project of an image that was opened may hold."""
        self.entries = worklog.read(foreign.get(worklog.KEY))
        self._undone.clear()
        self._last = None

    def follow(self) -> None:
        """Write down from now on what is done on the open image."""
        self._open_image.document.stepped.connect(self._stepped)

    def _stepped(self, step: Step, forward: bool) -> None:
        if not forward:
            way = "undone"
            self._undone.add(id(step))
        elif id(step) in self._undone:
            way = "redone"
            self._undone.discard(id(step))
        else:
            way = "done"
            self._undone.clear()
        goes_on = self._last is not None and self._last.swap is not None and self._last.swap is step.swap
        if way == "done" and goes_on and self.entries:
            # Moving a slider is one action: its step holds all the time what was there before it.
            self.entries.pop()
        self._last = step if way == "done" else None
        self.entries.append(worklog.entry_of(step, way, self._open_image.document.stepped_at))
        del self.entries[: -worklog.MOST_ENTRIES]

    def take_up(self, entries: Sequence[LogEntry]) -> None:
        """Go on with the log of work that was recovered; it holds what was saved, too."""
        if entries:
            self.entries = list(entries[-worklog.MOST_ENTRIES :])

    def with_log(self, foreign: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is kept in the project beside the masks, with the log."""
        return {**foreign, worklog.KEY: worklog.stored(self.entries)} if self.entries else foreign

    def export(self, target: Path) -> None:
        """Write the log as JSON in the background."""
        path = self._open_image.path
        name = path.name if path is not None else ""
        self._write(target, partial(worklog.write_log, target, name, tuple(self.entries)))

    def write_methods(self, target: Path, text: str) -> None:
        """Write a methods text, as the user left it, in the background."""
        self._write(target, partial(worklog.write_words, target, text))

    def _write(self, target: Path, work: Callable[[], None]) -> None:

        def done(_: None) -> None:
            self._notices.message.emit(translate("Saved {}").format(target))

        self._jobs.run(
            lambda progress: work(),
            name=translate("Saving"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=done,
        )

    def methods(self) -> str:
        """Return a text for the methods section of a paper about the open image."""
        from cpsam_core import __version__
        from cpsam_core.methods import MethodsFacts, methods_text

        objects: dict[str, int] = {}
        for row in self._open_image.document.objects.values():
            objects[row.origin.value] = objects.get(row.origin.value, 0) + 1
        ran = bool(self._run_state.last_settings) or any(
            entry.by is StepSource.MODEL for entry in self.entries
        )
        used = objects.get("model", 0) + objects.get("edited", 0) > 0
        flows = self._run_state.flows
        model = self._model() if ran and used else ""
        return methods_text(
            MethodsFacts(
                __version__,
                model=model,
                card=next((one.card for one in self._models.listed() if one.name == model), None),
                settings=self._settings() if model else None,
                diameter=flows.diameter if flows is not None else None,
                verified=int(self._open_image.document.facts.review is ReviewState.VERIFIED),
                objects=objects,
                corrections=worklog.corrections(self.entries),
                class_names=tuple(one.name for one in self._open_image.document.facts.classes if one.name),
            )
        )

    def _settings(self) -> Settings:
        """Return the settings of the last run; those that are chosen may be others by now."""
        return self._run_state.settings_of_masks

    def _model(self) -> str:
        """Return the model of the last run: as its settings name it, else the one that is chosen."""
        return self._run_state.options_of_masks.model.name
