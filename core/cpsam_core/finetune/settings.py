"""How to train: every choice, with the paper's finetuning as the default."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from cpsam_core.data.augment import Augmentation
from cpsam_core.errors import SettingsError
from cpsam_core.finetune.schedule import Schedule, learning_rates

Mode = Literal["full", "last", "adapters"]
MemoryMode = Literal["plenty", "stepwise", "checkpointing", "lean", "paged", "8bit"]
MODES: tuple[Mode, ...] = get_args(Mode)
MEMORY_MODES: tuple[MemoryMode, ...] = get_args(MemoryMode)

RATES: dict[Mode, float] = {"full": 1e-5, "last": 5e-5, "adapters": 2e-4}
"""The learning rate that suits each mode: the fewer weights are trained, the larger steps they bear."""

LARGEST_RATE = 2e-3
"""No mode asks for more, however young the weights are; seen to train adapters of a small network well."""


def rate_for(mode: Mode, full: float) -> float:
    """Return the learning rate that suits a mode, where `full` suits the training of all weights."""
    return full if mode == "full" else max(full, min(full * RATES[mode] / RATES["full"], LARGEST_RATE))


@dataclass(frozen=True)
class TrainSettings:
    """How to train. The defaults finetune as the paper does: 100 epochs at batch 1 and rate 1e-5.

    Parameters
    ----------
    epochs, learning_rate, weight_decay, schedule, warmup
        As in `schedule.learning_rates` and AdamW.
    batch_size : int
        Samples of one step, over all processes together where there are several.
    samples : int, optional
        Crops in an epoch; by default the number of images, at least 8.
    layer_drop : float, optional
        Probability to leave out the last block; by default the network's own.
    averaging : float
        Decay of the running average of the weights that becomes the result; 0 turns it off.
    clip : float
        Limit of the norm of the gradient; 0 does not limit it. The modes of memory that step in the backward pass
        never hold all gradients and cannot clip.
    seed, threads
        Of all randomness; and threads that make the samples beside the network.
    mode : {"full", "last", "adapters"}
        What is trained: every weight; the read-out, the neck and the last `blocks` blocks; or low-rank additions of
        `rank` to the linear layers of every block, and the read-out.
    memory : {"auto", "plenty", "stepwise", "checkpointing", "lean", "paged", "8bit"}
        How much memory training may take, see `memory.choose_memory_mode`; "auto" looks what is free.
    patience : int
        Stop early after so many epochs without a better result on the images kept aside; 0 never does.
    score_every : int
        Epochs between two measurements of average precision, where the trainer was given a way to measure it.
    augmentation : Augmentation
        What happens to each sample.

    Raises
    ------
    SettingsError
        If a value makes no sense.
    """

    epochs: int = 100
    learning_rate: float = 1e-5
    weight_decay: float = 0.1
    batch_size: int = 1
    samples: int | None = None
    schedule: Schedule = "finetune"
    warmup: int = 10
    layer_drop: float | None = None
    averaging: float = 0.0
    clip: float = 0.0
    seed: int = 0
    threads: int = 2
    mode: Mode = "full"
    blocks: int = 2
    rank: int = 8
    memory: Literal["auto"] | MemoryMode = "auto"
    patience: int = 0
    score_every: int = 10
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        counts = (self.epochs, self.batch_size, self.threads, self.samples or 1)
        positive = min(counts) >= 1 and math.isfinite(self.learning_rate) and self.learning_rate > 0
        if not positive or not 0 <= self.averaging < 1:
            raise SettingsError(
                "training needs at least one epoch, sample and thread, a batch of one, a rate above 0 and averaging "
                "below 1"
            )
        if min(self.seed, self.warmup, self.clip, self.weight_decay, self.patience, self.blocks) < 0:
            raise SettingsError("seed, warmup, clip, weight_decay, patience and blocks are at least 0")
        if self.samples is not None and self.samples < 1:
            raise SettingsError(f"an epoch has at least one sample, not {self.samples}")
        if self.rank < 1 or self.score_every < 1:
            raise SettingsError("rank and score_every are at least 1")
        self._check_modes()
        learning_rates(self.epochs, self.learning_rate, self.schedule, self.warmup)

    def _check_modes(self) -> None:
        if self.mode not in MODES:
            raise SettingsError(f"there is no mode {self.mode!r}; use one of {', '.join(MODES)}")
        known = ("auto", *MEMORY_MODES)
        if self.memory not in known:
            raise SettingsError(f"there is no memory mode {self.memory!r}; use one of {', '.join(known)}")
        if self.clip and self.memory in ("stepwise", "lean", "paged", "8bit"):
            raise SettingsError(
                f"memory mode {self.memory} never holds all gradients, so their norm cannot be clipped; "
                "use memory mode checkpointing, or set clip to 0"
            )

    @classmethod
    def for_mode(cls, mode: Mode, **changes: Any) -> TrainSettings:
        """Return the defaults for a mode, with the learning rate that suits it."""
        given = {"mode": mode, **changes}
        if mode in RATES and "learning_rate" not in changes:
            given["learning_rate"] = RATES[mode]
        return replace(cls(), **given)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for the model card."""
        return asdict(self)
