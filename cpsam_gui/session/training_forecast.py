"""How long a training will take on this computer: measured by a few steps, learnt from every training."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSettings

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.settings_values import stored
from cpsam_gui.session.while_seen import WhileSeen
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from cpsam_core.finetune import EpochReport
    from cpsam_core.progress import Progress
    from cpsam_core.retrain.budget import BudgetName, TrainingPace
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.training import TrainingController

STORED = "train/pace"
REST_MS = 1500
"""After a change, before steps are measured."""
LARGE_BYTES = 200_000_000
"""Weight files from which on nothing is measured unasked: a few steps of them may take minutes and all memory."""
NO_MATTER = (
    "epochs",
    "patience",
    "seed",
    "score_every",
    "learning_rate",
    "weight_decay",
    "samples",
    "min_objects",
)
"""Changes that do not make a step slower."""


class TrainingForecast(WhileSeen):
    """Knows how long each budget will take, as far as that can be known."""

    def __init__(
        self, jobs: Jobs, models: Models, candidates: Candidates, training: TrainingController
    ) -> None:
        super().__init__(jobs, candidates, training, REST_MS)
        self._models = models
        self._steps: dict[str, float] | None = None
        self.pace: TrainingPace | None = None
        """Of the training as it is chosen now; None where it is not known."""
        self._key = ""
        training.epoch_done.connect(self._learn)

    def seconds(self, budget: BudgetName) -> float | None:
        """Return how long a training with this budget takes; None where it is not known."""
        from cpsam_core.retrain.budget import BUDGETS

        return None if self.pace is None else BUDGETS[budget].seconds(self.pace)

    def epochs(self, budget: BudgetName) -> tuple[int, int] | None:
        """Return how many epochs the budget allows, and of how many; None where that is not known."""
        from cpsam_core.retrain.budget import BUDGETS

        return None if self.pace is None else (BUDGETS[budget].epochs(self.pace), self.pace.epochs)

    def _forget(self) -> None:
        pace = self.pace
        if self._key != self._key_now():
            self.pace = None
        elif pace is not None:
            # Other numbers that change no step may change how many there are: that is looked at after a rest.
            self.pace = replace(pace, epochs=self._training.chosen.changes.get("epochs", pace.epochs))
        if self._key != self._key_now() or self.pace != pace:
            self.changed.emit()

    def _key_now(self) -> str:
        """Return what the pace of a step depends on."""
        chosen = self._training.chosen
        changes = sorted((key, str(value)) for key, value in chosen.changes.items() if key not in NO_MATTER)
        return "|".join((chosen.start, chosen.device or "", chosen.precision or "", str(changes)))

    def _look(self) -> None:
        # No images to learn from may be so only until the open one is saved.
        if not self._may_look or work.obstacle(self._candidates.all):
            return
        if self._jobs.busy:
            self._timer.start()
            return
        key = self._key_now()
        known = self._known().get(key)
        if known is None and self._is_large(self._training.chosen.start):
            return
        device = self._models.device
        candidates, options = (
            self._candidates.all,
            replace(self._training.chosen, budget="paper", minutes=None),
        )

        def measure(progress: Progress) -> TrainingPace:
            with device.background(progress, lambda: False) as report:
                return work.pace(candidates, options, known, report)

        self._run(measure, translate("How long training takes"), partial(self._measured, key))

    def _is_large(self, start: str) -> bool:
        found = next((model for model in self._models.listed() if model.name == start), None)
        return found is None or found.size is None or found.size > LARGE_BYTES

    def _measured(self, key: str, pace: TrainingPace) -> None:
        self._keep(key, pace.step)
        if key == self._key_now():
            self._key, self.pace = key, pace
            self.changed.emit()

    def _is_stale(self) -> bool:
        return self._key != self._key_now()

    def _learn(self, report: EpochReport) -> None:
        """Take over how long an epoch of a real training took."""
        if self.pace is not None and self._key == self._key_now() and report.epoch > 1:
            step = report.seconds / max(self.pace.steps, 1)
            self.pace = replace(self.pace, step=step)
            self._keep(self._key, step)
            self.changed.emit()

    def _known(self) -> dict[str, float]:
        if self._steps is None:
            nothing: dict[str, float] = {}
            self._steps = stored(STORED, _steps_of, nothing)
        return self._steps

    def _keep(self, key: str, step: float) -> None:
        if 0 < step < math.inf:
            self._known()[key] = step
            QSettings().setValue(STORED, json.dumps(self._known()))


def _steps_of(text: Any) -> dict[str, float]:
    known = json.loads(str(text))
    steps = {str(key): float(value) for key, value in known.items() if isinstance(value, int | float)}
    return {key: value for key, value in steps.items() if 0 < value < math.inf}
