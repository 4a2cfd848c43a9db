"""The training loop: from one corrected image at batch 1 to many images on many cards."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from pathlib import Path

import torch

from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.data.loader import Helpers, batches
from cpsam_core.data.maker import Batch
from cpsam_core.errors import TrainingError
from cpsam_core.finetune import ranks
from cpsam_core.finetune.anchor import Anchor, drawn_back_text
from cpsam_core.finetune.clock import Clock
from cpsam_core.finetune.crops import images_on_device, made_by, taken_by
from cpsam_core.finetune.judge import Validation, is_better, measured, out_of_patience
from cpsam_core.finetune.keeper import Keeper
from cpsam_core.finetune.learner import Diverged, Learner, check_fit
from cpsam_core.finetune.rate_plan import FEWEST_EPOCHS, RatePlan
from cpsam_core.finetune.reports import (
    Control,
    EpochReport,
    EventKind,
    Stopped,
    TrainingEvent,
    TrainResult,
    early_text,
    epoch_note,
    left_out_text,
    slower_text,
)
from cpsam_core.finetune.resuming import resume, state_of
from cpsam_core.finetune.settings import MemoryMode, TrainSettings
from cpsam_core.finetune.trained import Weights
from cpsam_core.network.devices import choose_device, choose_precision, keep_freed_memory
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Progress, silent

log = logging.getLogger(__name__)

# Images an epoch at the least (paper, "Fine-tuning and evaluation").
MIN_SAMPLES = 8
# Seconds between two looks whether a paused training goes on or is cancelled.
PAUSE_S = 0.1
# Share of the epochs told of last; another number above it is not worth a message.
MUCH_FEWER = 0.9


class Trainer:
    """Trains one network on one set of images; can be stopped after any step and resumed from its last epoch.

    Parameters
    ----------
    model : FlowVit
        Where to start; trained in place, in float32.
    data : TrainingSet
        What to learn.
    settings : TrainSettings
        How.
    device, precision : str, optional
        As in `Segmenter.load`. With reduced precision the network computes in it while weights and optimiser stay
        float32.
    resume : Path, optional
        File that keeps the state after each epoch (of a large network after some, so that it takes little time). If
        it exists, training goes on from it and gives the result of a run without interruption.
    origin : mapping of str to str, optional
        What the training is made of, by name: start, images, settings. It is kept with the state, and the state of a
        training that was made of something else is refused.
    validation : TrainingSet, optional
        Images kept aside. Their loss is measured after every epoch on fixed crops, and the weights of the epoch with
        the smallest one are the result.
    choosing : bool
        Whether `validation` or `score` choose the epoch. Off, they are only reported and the last epoch is the
        result: whatever gives the verdict later must not choose.
    score : callable, optional
        Measures the average precision of a network; called every `settings.score_every` epochs and after the last
        with a copy of the network as it is (on the CPU, float32, evaluation mode, adapters merged), which it may
        change and move at will. Without `validation` it decides which epoch was the best.
    control : Control, optional
        Pauses, continues or ends the training from another thread.
    on_epoch, on_event : callable, optional
        Called from the training's thread after each epoch, and when something is worth telling.

    Raises
    ------
    SettingsError
        If the crop does not fit the network, or the device, the precision or the mode of memory cannot be used.
    TrainingError
        If the network and the images differ in channels, or `resume` is the state of something else.
    """

    def __init__(
        self,
        model: FlowVit,
        data: TrainingSet,
        settings: TrainSettings,
        device: str | None = None,
        precision: str | None = None,
        resume: Path | None = None,
        *,
        origin: Mapping[str, str] | None = None,
        validation: TrainingSet | None = None,
        choosing: bool = True,
        score: Callable[[FlowVit], float] | None = None,
        control: Control | None = None,
        on_epoch: Callable[[EpochReport], None] | None = None,
        on_event: Callable[[TrainingEvent], None] | None = None,
    ) -> None:
        self.device = choose_device(device)
        self.precision = choose_precision(self.device, precision)
        self.settings, self.data = settings, data
        self._rate_plan = RatePlan(settings)
        self._told_epochs = max(settings.epochs, FEWEST_EPOCHS + 1)
        self._origin, self._choosing = dict(origin or {}), choosing
        self._score, self._control = score, control or Control()
        self._on_epoch, self._on_event = on_epoch, on_event
        check_fit(model.config, data, settings, self.precision)
        self._validation: Validation | None = None
        if validation is not None and len(validation):
            check_fit(model.config, validation, settings, self.precision)
            self._validation = Validation(validation, settings, self.steps_per_epoch * settings.batch_size)
        if self.device.type == "cpu":
            keep_freed_memory()
        # Asked only where there are class maps: to count classes, every image is read.
        given = getattr(data, "class_weights", None) if model.config.classes else None
        weights = None if given is None else torch.as_tensor(given)
        self.ranks = ranks.current()
        self._anchor = Anchor(model, settings) if settings.forgetting else None
        self.learner = Learner(
            model,
            settings,
            self.device,
            self.precision,
            self.ranks,
            weights,
            lambda text, memory: self._tell("memory", text, memory),
        )
        self._images: DeviceImages | None = None
        self._image_bytes: int | None = None
        self.reports: list[EpochReport] = []
        self._best: Weights = {}
        self._result: TrainResult | None = None
        self._rate = 0.0
        self._keeper = Keeper(resume, lambda text: self._tell("unsaved", text, self.memory))
        if resume is not None and resume.exists():
            self._load(resume)

    @property
    def model(self) -> FlowVit:
        """The network, with the weights of now."""
        return self.learner.model

    @property
    def optimiser(self) -> torch.optim.Optimizer:
        """The optimiser, with the rates and decays of its groups."""
        return self.learner.stepper.optimiser

    def snapshot(self) -> FlowVit:
        """Return a copy of the network as it would be the result now, on the CPU."""
        return self.learner.trained.plain_copy()

    @property
    def memory(self) -> MemoryMode:
        """The mode of memory in use."""
        return self.learner.stepper.memory

    @property
    def steps(self) -> int:
        """Optimiser steps, those among them that were left out."""
        return self.learner.steps

    @property
    def losses(self) -> list[float]:
        """The mean training loss of each epoch so far."""
        return [report.training_loss for report in self.reports]

    @property
    def seconds(self) -> float:
        """The time that the epochs so far took, those before an interruption among them; pauses left out."""
        return sum(report.seconds for report in self.reports)

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps in one epoch."""
        samples = self.settings.samples or self.data.samples(MIN_SAMPLES)
        return math.ceil(samples / self.settings.batch_size)

    def run(self, progress: Progress = silent) -> TrainResult:
        """Train to the last epoch, or until the control or the patience ends it.

        `progress` is called after every step, with the loss in the note, and may raise `Cancelled`; the last state
        that was saved stays on disk then (with `resume`).

        Raises
        ------
        TrainingError
            If memory runs out in the leanest mode, or the loss or the gradients are no longer numbers and nothing tells
            which weights were the best; the last good state stays on disk.
        """
        if self._result is None:
            self._place_images(progress)
            try:
                stopped, reason = self._train(progress)
            finally:
                self._images = None
            if reason:
                self._tell("stopped", early_text(reason), self.memory)
            self.learner.stepper.close()
            model = self.learner.trained.finish(self._best or None)
            model.encoder.part = (0, 1)
            best = max((report.epoch for report in self.reports if report.best), default=None)
            share = 1.0
            if self._anchor is not None:
                share = self._anchor.draw_back(model, self.device, self.precision, progress)
            told: tuple[tuple[EventKind, str], ...] = (
                ("drawn back", drawn_back_text(share, self.settings.forgetting)),
                ("left out", left_out_text(self.learner.left_out, self.steps)),
            )
            remarks = [(kind, text) for kind, text in told if text]
            for kind, text in remarks:
                self._tell(kind, f"{text}.", self.memory)
            remark = ". ".join(text for _, text in remarks)
            reports = tuple(self.reports)
            self._result = TrainResult(
                model, tuple(self.losses), reports, stopped, reason, best, share, remark
            )
        return self._result

    def _place_images(self, progress: Progress) -> None:
        """Read the images onto the device where it makes the crops: now, since a trainer may wait before it runs."""
        self._images = images_on_device(self.data, self.learner, self._image_bytes, progress)
        self._image_bytes = taken_by(self._images, self.learner)
        log.info(
            "training on %s in %s, sets %s; %s",
            self.device,
            self.precision,
            self.data.mixing,
            made_by(self._images, self.settings),
        )

    def _train(self, progress: Progress) -> tuple[Stopped, str]:
        """Train, and return how it ended and why in words."""
        settings = self.settings
        while not self._rate_plan.is_over(len(self.reports), self.seconds):
            if out_of_patience(self.reports, settings.patience):
                return (
                    "patience",
                    f"no better result in {settings.patience} epoch{'' if settings.patience == 1 else 's'}",
                )
            clock = Clock()
            try:
                loss = self._epoch(clock, progress)
                if loss is not None:
                    self._end_epoch(loss, clock)
            except Diverged as error:
                if not any(report.best for report in self.reports):
                    saved = " from the last saved state" if self.reports else ""
                    raise TrainingError(f"{error} and start again{saved}") from None
                return "diverged", f"{error}. The best weights before that are kept"
            if loss is None:
                return "asked", "as asked"
        return "finished", ""

    def _epoch(self, clock: Clock, progress: Progress) -> float | None:
        """Train one epoch and return its mean loss, or None where an early end was asked for."""
        epoch, steps, control, plan = len(self.reports), self.steps_per_epoch, self._control, self._rate_plan
        # Seeded by epoch, so that a resumed run sees what an uninterrupted one would have seen.
        torch.manual_seed(self.settings.seed * 1_000_003 + epoch)
        mean, before = 0.0, self.seconds
        with closing(self._batches(epoch)) as made:
            for number, batch in enumerate(made, 1):
                self._rate = plan.rate(epoch, before + clock.seconds())
                self.learner.stepper.set_rate(self._rate)
                loss, stopping = self.learner.step(batch, control.stopping)
                mean += (loss - mean) / number
                done, seconds = epoch * steps + number, before + clock.seconds()
                total = plan.total(done, seconds, plan.epochs * steps)
                note = epoch_note(epoch + 1, math.ceil(total / steps), mean)
                # Whoever is told may let the training wait for others; that is no part of its time.
                with clock.left_out():
                    progress(done, total, note)
                    while control.paused:
                        control.wait(PAUSE_S)
                        # May cancel.
                        progress(done, total, note)
                # With several processes the leading one's wish reaches all with the next step.
                if stopping or (self.ranks.count == 1 and control.stopping):
                    return None
                if self._out_of_time(seconds):
                    break
        return mean

    def _out_of_time(self, seconds: float) -> bool:
        """Whether the clock ends the training in the middle of an epoch; the leading process's clock counts."""
        if not self._rate_plan.by_clock:
            return False
        over = float(self._rate_plan.is_over(0, seconds))
        return self.ranks.agreed((over,), self.device)[0] > 0

    def _batches(self, epoch: int) -> Generator[Batch, None, None]:
        s, part = self.settings, (self.ranks.rank, self.ranks.count)
        return batches(
            self.data,
            s.augmentation,
            self.learner.size,
            self.steps_per_epoch,
            (s.seed, epoch),
            Helpers(s.threads, s.processes),
            part,
            self._images,
        )

    def _end_epoch(self, loss: float, clock: Clock) -> None:
        """Measure, remember, report and save; what is broken is none of it."""
        if not self.learner.trained.is_finite():
            raise self.learner.diverged()
        epoch = len(self.reports) + 1
        self._keep_budget(clock.seconds())
        last = self._rate_plan.is_over(epoch, self.seconds + clock.seconds())
        validated, scored = self._validated(), self._scored(last)
        best = self._choosing and is_better(validated, scored, self.reports)
        if best:
            self._best = self.learner.trained.copied()
        seconds = clock.seconds()
        used = self.seconds + seconds
        epochs = self._rate_plan.total(epoch, used, self._rate_plan.epochs)
        left = self._rate_plan.seconds_left(used, [*(one.seconds for one in self.reports), seconds])
        report = EpochReport(epoch, epochs, loss, validated, scored, self._rate, seconds, left, best)
        self.reports.append(report)
        if self._on_epoch is not None:
            self._on_epoch(report)
        if self.ranks.leads:
            self._keeper.offer(
                lambda: state_of(self.learner, self.reports, self._best, self._origin, self._image_bytes),
                last,
            )

    def _keep_budget(self, seconds: float) -> None:
        """Plan fewer epochs where those so far, the last one of so many seconds, were too slow for the budget."""
        plan, minutes = self._rate_plan, self.settings.own_minutes
        if minutes is None:
            return
        done = [*(one.seconds for one in self.reports), seconds]
        # The leading process's clock counts.
        plan.shorten(round(self.ranks.agreed((float(plan.fitting(done)),), self.device)[0]))
        too_long = sum(done) + plan.seconds_left(sum(done), done) > 60 * minutes
        fewest = plan.epochs <= FEWEST_EPOCHS and too_long
        # Said once where the fewest are too many, and again only for much fewer.
        fewer = plan.epochs < min(MUCH_FEWER * self._told_epochs, self.settings.epochs)
        if self._told_epochs > FEWEST_EPOCHS if fewest else fewer:
            self._told_epochs = FEWEST_EPOCHS if fewest else plan.epochs
            text = slower_text(plan.epochs, self.settings, fewest)
            self._tell("shortened", text, self.memory)

    def _validated(self) -> float | None:
        if self._validation is None:
            return None
        loss = 0.0
        if self.ranks.leads:
            with self.learner.trained.averaged():
                loss = self._validation.loss(
                    self.model, self.device, self.precision, self.learner.size, self.learner.class_weights
                )
        return self.ranks.agreed((loss,), self.device)[0]

    def _scored(self, last: bool) -> float | None:
        due = last or (len(self.reports) + 1) % self.settings.score_every == 0
        if self._score is None or not due:
            return None
        score = measured(self._score, self.learner.trained.plain_copy) if self.ranks.leads else 0.0
        return self.ranks.agreed((score,), self.device)[0]

    def _load(self, path: Path) -> None:
        state = resume(path, self.learner, self._origin)
        self.reports, self._best, self._image_bytes = list(state.reports), state.best, state.image_bytes
        if self.settings.budget_minutes is not None:
            # One after the other, since each left its mark on the rates.
            for report in self.reports:
                self._rate_plan.shorten(report.epochs)
        self._tell("resumed", f"going on after epoch {len(self.reports)}", self.memory)

    def _tell(self, kind: EventKind, text: str, memory: MemoryMode) -> None:
        # The others are in the log already.
        if kind in ("resumed", "shortened", "stopped", "drawn back", "left out"):
            log.info("%s", text)
        if self._on_event is not None:
            self._on_event(TrainingEvent(kind, text, memory))
