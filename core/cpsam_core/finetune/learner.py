"""One step of training: forward, loss, backward, optimiser; again in a leaner mode where memory runs out."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.maker import Batch
from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune.losses import class_loss, segmentation_loss
from cpsam_core.finetune.memory import KEEPING, MemoryNeed, choose_memory_mode, estimate_memory, leaner
from cpsam_core.finetune.ranks import Ranks
from cpsam_core.finetune.settings import MemoryMode, TrainSettings
from cpsam_core.finetune.stepper import STEPWISE, Stepper
from cpsam_core.finetune.trained import TrainingResult
from cpsam_core.network.config import VitConfig
from cpsam_core.network.network import is_out_of_memory
from cpsam_core.network.vit import FlowVit

log = logging.getLogger(__name__)

Tell = Callable[[str, MemoryMode], None]

# Steps left out one after the other from which on nothing is learnt any more. A single sample may spoil one.
MOST_LEFT_OUT = 20


class Diverged(Exception):  # noqa: N818 - what to say about it depends on what was kept
    """The training leads nowhere any more; the text says why, and what to do."""


class Learner:
    """A network on its device with its optimiser.

    Parameters
    ----------
    model : FlowVit
        Trained in place, in float32.
    settings : TrainSettings
        What is trained, and how.
    device, precision
        Where the network computes, and in what.
    ranks : Ranks
        This process among others.
    class_weights : Tensor, optional
        Weight of each class in the loss of class maps, (classes,).
    tell : callable
        Called with a text and a mode of memory when that mode is chosen.

    Raises
    ------
    SettingsError
        If the mode of memory cannot be used here, or the batch cannot be shared by the processes.
    TrainingError
        If nothing is left to train.
    """

    def __init__(
        self,
        model: FlowVit,
        settings: TrainSettings,
        device: torch.device,
        precision: torch.dtype,
        ranks: Ranks,
        class_weights: Tensor | None,
        tell: Tell,
    ) -> None:
        self.settings, self.device, self.precision, self.ranks = settings, device, precision, ranks
        self.size = ranks.share(settings.batch_size)
        self._tell = tell
        self.class_weights = None if class_weights is None else class_weights.to(device, torch.float32)
        memory = self._first_mode(model.config)
        try:
            self.model = model.to(device, torch.float32)
            self.model.checkpointing = memory not in KEEPING
            if settings.layer_drop is not None:
                self.model.set_layer_drop(settings.layer_drop)
            self.model.encoder.part = (ranks.rank, ranks.count)
            self.trained = TrainingResult(self.model, settings)
            self.stepper = Stepper(self.trained.parameters, settings, memory)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            raise TrainingError(_too_little(device, memory)) from error
        self._network = ranks.wrapped(self.model, device, unused=self.model.config.layer_drop > 0)
        self.steps = self.left_out = self._left_out_in_a_row = 0

    @property
    def need(self) -> MemoryNeed:
        """What the training takes on the device in the mode of memory that is in use."""
        settings = replace(self.settings, batch_size=self.size)
        return estimate_memory(self.model.config, settings, self.stepper.memory, self.device, self.precision)

    def _first_mode(self, config: VitConfig) -> MemoryMode:
        settings = replace(self.settings, batch_size=self.size)
        memory = choose_memory_mode(self.device, config, settings, self.precision)
        asked = self.settings.memory != "auto"
        if self.ranks.count > 1 and memory in STEPWISE:
            if asked:
                raise SettingsError(
                    f"memory mode {memory} works in one process only; use checkpointing with several"
                )
            memory = "checkpointing"
        if memory != "plenty" and not asked:
            text = f"training in memory mode {memory}, which fits into the memory that is free"
            log.info("%s", text)
            self._tell(text, memory)
        return memory

    def step(self, batch: Batch, stop: bool = False) -> tuple[float, bool]:
        """Take one step; return its loss, and whether the leading process was asked to `stop`.

        Raises
        ------
        Diverged
            If the loss is no longer a number, the weights being those before the step; or if step after step is left
            out, because the gradients are not finite.
        TrainingError
            If memory runs out in the leanest mode.
        """
        random = torch.get_rng_state()
        while True:
            try:
                value, stopping, whole = self._try(batch, stop)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
            else:
                break
            # Out here the error no longer keeps the memory of the pass that failed. The same sample again, with
            # the same layers left out.
            torch.set_rng_state(random)
            self._use_less()
        self._count(whole)
        return value, stopping

    def diverged(self) -> Diverged:
        """Return that the loss, or a weight, is no longer a number."""
        return Diverged(
            f"the loss is no longer a number after {self.steps} steps; lower the learning rate "
            f"({self.settings.learning_rate:g})"
        )

    def _count(self, whole: bool) -> None:
        """Count a step; the average follows only those that were taken."""
        self.steps += 1
        if whole:
            self._left_out_in_a_row = 0
            self.trained.update_average(self.steps - self.left_out)
            return
        self.left_out += 1
        self._left_out_in_a_row += 1
        if self.left_out == 1:
            log.warning(
                "step %d is left out: its gradient is not finite; how many more are is said at the end",
                self.steps,
            )
        if self._left_out_in_a_row >= MOST_LEFT_OUT:
            ways = [] if self.precision == torch.float32 else ["train in float32"]
            ways += [] if self.device.type == "cpu" else ["train on another device"]
            raise Diverged(
                f"the gradients of {MOST_LEFT_OUT} steps one after the other are not finite, so nothing is learnt any "
                f"more ({self.device}, {str(self.precision).removeprefix('torch.')}); "
                f"{' or '.join([*ways, f'lower the learning rate ({self.settings.learning_rate:g})'])}"
            )

    def _try(self, batch: Batch, stop: bool) -> tuple[float, bool, bool]:
        self.model.train()
        self.stepper.drop_gradients()
        loss = self._loss(batch)
        # One exchange between the processes: the loss, and whether to end early.
        total, stopping = self.ranks.sums(
            (float(loss.detach()), float(stop and self.ranks.leads)), self.device
        )
        if not math.isfinite(total):
            raise self.diverged()
        loss.backward()  # type: ignore[no-untyped-call]
        whole = self.stepper.finish_step()
        return total / self.ranks.count, stopping > 0, whole

    def _loss(self, batch: Batch) -> Tensor:
        tiles, target, weight = (
            torch.as_tensor(a, device=self.device) for a in (batch.tiles, batch.targets, batch.weights)
        )
        tiles = tiles.contiguous(memory_format=torch.channels_last)
        reduced = self.precision != torch.float32
        # Every weight is used once in a pass: a cache of rounded copies would only take memory.
        with torch.autocast(self.device.type, self.precision, enabled=reduced, cache_enabled=False):
            output = self._network(tiles)
        loss = segmentation_loss(output, target, weight) * self._part(weight)
        if self.model.config.classes and batch.classes is not None:
            classes = torch.as_tensor(batch.classes, device=self.device)
            counted = weight if self.class_weights is None else weight * self.class_weights[classes]
            loss = loss + class_loss(output, classes, self.class_weights, weight) * self._part(counted)
        return loss

    def _part(self, weight: Tensor) -> float:
        """Return how much this process's pixels count beside those of the others; 1 on average."""
        if self.ranks.count == 1:
            return 1.0
        own = max(1.0, float(weight.sum()))
        return own * self.ranks.count / self.ranks.sums((own,), self.device)[0]

    def _use_less(self) -> None:
        self.stepper.drop_gradients()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        memory = self.stepper.memory
        following = leaner(memory, self.device, self.settings) if self.ranks.count == 1 else None
        if following is None:
            raise TrainingError(_too_little(self.device, memory))
        text = f"{self.device} is out of memory; going on in memory mode {following}"
        log.warning("%s", text)
        self._tell(text, following)
        self.stepper.set_memory(following)
        self.model.checkpointing = following not in KEEPING


def _too_little(device: torch.device, memory: MemoryMode) -> str:
    return (
        f"{device} has not enough memory for training in memory mode {memory}; close other programs, lower the batch "
        "size, train adapters only, or train on another device"
    )


def check_fit(config: VitConfig, data: TrainingSet, settings: TrainSettings, precision: torch.dtype) -> None:
    """Raise SettingsError or TrainingError where a network cannot learn from these images in this way."""
    crop = settings.augmentation.crop
    if crop % config.patch or crop > config.tile:
        raise SettingsError(
            f"this network takes crops of whole patches of {config.patch} pixels, at most {config.tile}, not {crop}"
        )
    if precision == torch.float16:
        raise SettingsError("float16 is too coarse for gradients; train in bfloat16 or float32")
    if data.channels != config.in_channels:
        raise TrainingError(
            f"the network takes {config.in_channels} channels, but the images were prepared with {data.channels}"
        )
