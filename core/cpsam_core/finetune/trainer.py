"""The training loop: from one corrected image at batch 1 to a small network from random start.

Source: the paper, "Fine-tuning and evaluation" (the defaults) and "Whole-dataset training".
"""

from __future__ import annotations

import copy
import logging
import math
import pickle
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from cpsam_core.atomic import atomic_path
from cpsam_core.dataset import TrainingSet
from cpsam_core.devices import choose_device, choose_precision, keep_freed_memory
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.loader import Batch, batches
from cpsam_core.losses import class_loss, segmentation_loss
from cpsam_core.progress import Progress, silent
from cpsam_core.schedule import learning_rates
from cpsam_core.vit import FlowVit, VitConfig

from .reports import Control, EpochReport, TrainingEvent, TrainResult
from .settings import TrainSettings

log = logging.getLogger(__name__)

MIN_SAMPLES = 8  # images an epoch at the least (paper, "Fine-tuning and evaluation")
SAVING_SHARE = 10  # training takes at least so many times as long as saving its state


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
    validation : TrainingSet, optional
        Images kept aside. Their loss is measured after every epoch on fixed crops, and the weights of the epoch with
        the smallest one are the result.
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
        If the crop does not fit the network, or the device or precision cannot be used to train.
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
        validation: TrainingSet | None = None,
        score: Callable[[FlowVit], float] | None = None,
        control: Control | None = None,
        on_epoch: Callable[[EpochReport], None] | None = None,
        on_event: Callable[[TrainingEvent], None] | None = None,
    ) -> None:
        self.device = choose_device(device)
        self.precision = choose_precision(self.device, precision)
        self.settings, self.data, self._resume = settings, data, resume
        self._check(model.config)
        self.model = model.to(self.device, torch.float32)
        self.model.checkpointing = settings.memory == "checkpointing"
        if settings.layer_drop is not None:
            self.model.set_layer_drop(settings.layer_drop)
        self.average = copy.deepcopy(self.model) if settings.averaging else None
        self.optimiser = torch.optim.AdamW(
            self._groups(), lr=settings.learning_rate, fused=self.device.type != "mps"
        )
        self.losses: list[float] = []
        self.steps = 0
        self._saved, self._saving = (
            -math.inf,
            0.0,
        )  # when the state was last saved and how long it took, in seconds
        if self.device.type == "cpu":
            keep_freed_memory()
        if resume is not None and resume.exists():
            self._load(resume)

    def _check(self, config: VitConfig) -> None:
        crop = self.settings.augmentation.crop
        if crop % config.patch or crop > config.tile:
            raise SettingsError(
                f"this network takes crops of whole patches of {config.patch} pixels, at most {config.tile}, not {crop}"
            )
        if self.precision == torch.float16:
            raise SettingsError("float16 is too coarse for gradients; train in bfloat16 or float32")
        given, wanted = self.data.channels, config.in_channels
        if given != wanted:
            raise TrainingError(
                f"the network takes {wanted} channels, but the images were prepared with {given}"
            )

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps in one epoch."""
        samples = self.settings.samples or max(MIN_SAMPLES, len(self.data))
        return math.ceil(samples / self.settings.batch_size)

    def run(self, progress: Progress = silent) -> TrainResult:
        """Train to the last epoch.

        `progress` is called after every step, with the loss in the note, and may raise `Cancelled`; the last state
        that was saved stays on disk then (with `resume`).

        Raises
        ------
        TrainingError
            If the loss is no longer a number; the last good state stays on disk.
        """
        settings = self.settings
        rates = learning_rates(settings.epochs, settings.learning_rate, settings.schedule, settings.warmup)
        log.info("training on %s in %s, sets %s", self.device, self.precision, self.data.mixing)
        total = settings.epochs * self.steps_per_epoch
        for epoch in range(len(self.losses), settings.epochs):
            for group in self.optimiser.param_groups:
                group["lr"] = float(rates[epoch])
            # Seeded by epoch, so that a resumed run sees what an uninterrupted one would have seen.
            torch.manual_seed(settings.seed * 1_000_003 + epoch)
            mean, done = 0.0, epoch * self.steps_per_epoch
            with closing(self._batches(epoch)) as made:
                for number, batch in enumerate(made, 1):
                    loss = self._step(batch)
                    mean += (loss - mean) / number
                    progress(done + number, total, f"epoch {epoch + 1}/{settings.epochs}, loss {mean:.4f}")
            self.losses.append(mean)
            if self._resume is not None and self._worth_saving():
                self._save(self._resume)
        return TrainResult(self._result(), tuple(self.losses))

    def _batches(self, epoch: int) -> Generator[Batch, None, None]:
        s = self.settings
        return batches(
            self.data, s.augmentation, s.batch_size, self.steps_per_epoch, (s.seed, epoch), s.threads
        )

    def _step(self, batch: Batch) -> float:
        self.model.train()
        tiles, target, weight = (
            torch.from_numpy(a).to(self.device) for a in (batch.tiles, batch.targets, batch.weights)
        )
        tiles = tiles.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32):
            output = self.model(tiles)
        loss = segmentation_loss(output, target, weight)
        if self.model.config.classes and batch.classes is not None:
            loss = loss + class_loss(output, torch.from_numpy(batch.classes).to(self.device), None, weight)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingError(
                f"the loss is no longer a number after {self.steps} steps; lower the learning rate "
                f"({self.settings.learning_rate:g}) and start again from the last saved state"
            )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.settings.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        self.optimiser.step()
        self.steps += 1
        self._update_average()
        return value

    @torch.no_grad()
    def _update_average(self) -> None:
        if self.average is None:
            return
        # Young averages follow closely, else the random start would weigh on them for thousands of steps.
        decay = min(self.settings.averaging, (1 + self.steps) / (10 + self.steps))
        pairs = zip(self.average.parameters(), self.model.parameters(), strict=True)
        averages, values = (list(side) for side in zip(*((a, p.detach()) for a, p in pairs), strict=True))
        torch._foreach_lerp_(averages, values, 1 - decay)

    def _result(self) -> FlowVit:
        model = self.average if self.average is not None else self.model
        model.checkpointing = False
        return model.eval().cpu()

    def _groups(self) -> list[dict[str, Any]]:
        """Weights decay; biases, norms and scales do not."""
        trained = [p for p in self.model.parameters() if p.requires_grad]
        if not trained:
            raise TrainingError("every weight of this network is frozen, so there is nothing to train")
        return [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": self.settings.weight_decay},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ]

    def _worth_saving(self) -> bool:
        """Whether saving takes little time beside training: the state of a large network has gigabytes."""
        last = len(self.losses) >= self.settings.epochs
        quick = self._saving < 1 or time.monotonic() - self._saved >= SAVING_SHARE * self._saving
        return last or quick

    def _save(self, path: Path) -> None:
        begun = time.monotonic()
        state: dict[str, Any] = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict() if self.average is not None else {},
            "optimiser": self.optimiser.state_dict(),
            "losses": self.losses,
            "steps": self.steps,
            "config": self.model.config.to_dict(),
        }
        try:
            with atomic_path(path) as temporary:
                torch.save(state, temporary)
        except (OSError, RuntimeError) as error:  # torch reports a full disk as RuntimeError
            raise TrainingError(f"the state of the training cannot be written to {path}: {error}") from error
        self._saved = time.monotonic()
        self._saving = self._saved - begun

    def _load(self, path: Path) -> None:
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            config = VitConfig.from_dict(state["config"])
            losses, steps = [float(loss) for loss in state["losses"]], int(state["steps"])
            weights, average, optimiser = state["model"], state["average"], state["optimiser"]
        except (
            RuntimeError,
            pickle.UnpicklingError,
            EOFError,
            KeyError,
            TypeError,
            ValueError,
            SettingsError,
        ) as error:
            raise TrainingError(
                f"{path.name} is not the state of a training; remove it to start anew"
            ) from error
        if replace(config, layer_drop=0) != replace(self.model.config, layer_drop=0):
            raise TrainingError(f"{path.name} is the state of another network; remove it to start anew")
        self.model.load_state_dict(weights)
        if self.average is not None:
            self.average.load_state_dict(average or weights)
        decays = [group["weight_decay"] for group in self.optimiser.param_groups]
        self.optimiser.load_state_dict(optimiser)
        for group, decay in zip(self.optimiser.param_groups, decays, strict=True):
            group["weight_decay"] = decay  # the settings of now hold, not those of then
        self.losses, self.steps = losses, steps
        log.info("going on after epoch %d", len(self.losses))
