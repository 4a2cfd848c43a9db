"""How to train: every choice, with the paper's finetuning as the default."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.errors import SettingsError
from cpsam_core.finetune.option import option
from cpsam_core.finetune.schedule import Schedule, learning_rates

Mode = Literal["full", "last", "adapters"]
MemoryMode = Literal["plenty", "stepwise", "checkpointing", "lean", "paged", "8bit"]
MODES: tuple[Mode, ...] = get_args(Mode)
MEMORY_MODES: tuple[MemoryMode, ...] = get_args(MemoryMode)

RATES: dict[Mode, float] = {"full": 1e-5, "last": 5e-5, "adapters": 2e-4}
"""The learning rate that suits each mode: the fewer weights are trained, the larger steps they bear."""


MODE_WORDS = (("full", "All weights"), ("last", "Last blocks only"), ("adapters", "Low-rank adapters"))
MODE_HELP = (
    "Which weights are trained. full: all of them; last: the read-out and the last blocks; "
    "adapters: small additions to every block, merged into the weights at the end. Fewer "
    "weights need less memory and time, and change the model less"
)
MEMORY_WORDS = (
    ("auto", "Automatic"),
    ("plenty", "Fastest"),
    ("stepwise", "No gradients kept"),
    ("checkpointing", "Less memory"),
    ("lean", "Least memory"),
    ("paged", "Paged optimiser"),
    ("8bit", "8-bit optimiser"),
)
MEMORY_HELP = (
    "auto picks the fastest mode that fits into free memory, and the next one when memory runs "
    "out. plenty: saves nothing; stepwise: gradients never exist all at once; checkpointing: "
    "the network computes twice, a third more time; lean: both; paged: lean, with the "
    "optimiser's state in main memory; 8bit: paged, with that state rounded (needs "
    "bitsandbytes and CUDA)"
)
SCHEDULES = tuple((name, name) for name in get_args(Schedule))

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
    minutes : float, optional
        Time of the training instead of `epochs`; the schedule runs over it, see `rate_plan.RatePlan`.
    budget_minutes : float, optional
        Time that `epochs` were planned for: fewer are trained where they turn out slower, see `rate_plan.RatePlan`.
    budget_trainings : int
        How many trainings share this time: two where a cross-validation, which costs as much, follows.
    batch_size : int
        Samples of one step, over all processes together where there are several.
    samples : int, optional
        Crops in an epoch; by default the number of images, at least 8.
    min_objects : int
        Images with fewer objects are left out where others remain, as the reference does.
    replay : float, optional
        Share of the crops that comes from the embedded model's own training; None is none.
    forgetting : float
        How much larger, as a share, the loss on images of the embedded model's training may become: beyond it the new
        weights are drawn back towards the start, see `anchor`. 0 does not look.
    layer_drop : float, optional
        Probability to leave out the last block; by default the network's own.
    averaging : float
        Decay of the running average of the weights that becomes the result; 0 turns it off.
    clip : float
        Limit of the norm of the gradient; 0 does not limit it. The modes of memory that step in the backward pass
        never hold all gradients and cannot clip.
    seed, threads, processes
        Of all randomness; and the threads, or processes in place of them, that make the samples beside the network.
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

    epochs: int = field(
        default=100, metadata=option("Epochs", "Passes over the training images", "numbers", 1, 10_000)
    )
    minutes: float | None = field(
        default=None,
        metadata=option(
            "",
            "Train for so long, whatever the number of epochs: the rate falls with the share of the time that is used, "
            "pauses and interruptions left out",
            "numbers",
            0.01,
        ),
    )
    learning_rate: float = field(
        default=1e-5, metadata=option("Learning rate", "Size of the steps", "numbers", 1e-7, 0.1, decimals=7)
    )
    weight_decay: float = field(
        default=0.1,
        metadata=option(
            "Weight decay",
            "How strongly weights are pulled towards zero (biases and norms are not; in Cellpose they are); 0: not at "
            "all",
            "numbers",
            0,
            10,
            decimals=3,
            off="off",
        ),
    )
    batch_size: int = field(
        default=1, metadata=option("", "Crops per step, over all processes", "numbers", 1)
    )
    samples: int | None = field(
        default=None,
        metadata=option("", "Crops per epoch (default: one per image, at least 8)", "numbers", 1),
    )
    min_objects: int = field(
        default=5,
        metadata=option(
            "Fewest objects",
            "Images with fewer objects are left out, as long as others remain; 0: none are left out",
            "numbers",
            0,
            1000,
            off="off",
        ),
    )
    replay: float | None = field(
        default=None,
        metadata=option(
            "Replay",
            "Share of crops from the data that the built-in model was trained on, against forgetting "
            "(0: none; default: 0.2 for models derived from it)",
            "numbers",
            0,
            0.9,
            decimals=2,
            absent=0.0,
            off="off",
        ),
    )
    forgetting: float = field(
        default=0.0,
        metadata=option(
            "Forgetting",
            "How much the loss on images of the built-in model may rise, as a share; beyond it, the new weights are "
            "drawn back towards the start (0: do not look; default: 0.1 for models derived from it)",
            "numbers",
            0,
            10,
            decimals=2,
            off="off",
        ),
    )
    schedule: Schedule = field(
        default="finetune", metadata=option("", "Schedule of the learning rate", "numbers", choices=SCHEDULES)
    )
    warmup: int = field(default=10, metadata=option("", "Warm-up epochs; 0: none", "numbers", 0))
    layer_drop: float | None = field(
        default=None,
        metadata=option(
            "Layer drop",
            "Probability of skipping a block in a step (a skipped block stays as it is; in Cellpose it drifts on); 0: "
            "none is skipped",
            "numbers",
            0,
            1,
            decimals=2,
            absent=0.4,
            off="off",
        ),
    )
    averaging: float = field(
        default=0.0,
        metadata=option("", "Keep averaged weights, for example 0.999; 0: do not", "numbers", 0, 1),
    )
    clip: float = field(
        default=0.0, metadata=option("", "Limit on the norm of the gradient; 0: none", "numbers", 0)
    )
    seed: int = field(
        default=0,
        metadata=option("Seed", "The same seed gives the same model", "numbers", 0, 1_000_000),
    )
    threads: int = field(default=2, metadata=option("", "Threads that prepare the crops", "numbers", 1))
    processes: int = field(
        default=0,
        metadata=option(
            "",
            "Processes that prepare the crops, in place of threads or the graphics card, which makes those of a small "
            "network by itself; 0: none",
            "numbers",
            0,
        ),
    )
    mode: Mode = field(default="full", metadata=option("Train", MODE_HELP, "what", choices=MODE_WORDS))
    blocks: int = field(
        default=2, metadata=option("", "Blocks trained in the mode 'last'; 0: the read-out alone", "what", 0)
    )
    rank: int = field(default=8, metadata=option("", "Size of the adapters", "what", 1))
    memory: Literal["auto"] | MemoryMode = field(
        default="auto", metadata=option("Memory", MEMORY_HELP, "what", choices=MEMORY_WORDS)
    )
    patience: int = field(
        default=0,
        metadata=option(
            "Stop early",
            "Training stops after this many epochs without a better result; 0: never",
            "watch",
            0,
            10_000,
            off="off",
        ),
    )
    score_every: int = field(
        default=10,
        metadata=option(
            "",
            "Measure the average precision on the images kept aside every so many epochs (it takes as long as "
            "segmenting them)",
            "watch",
            1,
        ),
    )
    augmentation: Augmentation = field(default_factory=Augmentation)
    budget_minutes: float | None = None
    budget_trainings: int = 1

    @property
    def own_minutes(self) -> float | None:
        """What this training may take of the minutes that several share; None without a limit."""
        return None if self.budget_minutes is None else self.budget_minutes / self.budget_trainings

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
        if self.processes < 0:
            raise SettingsError(f"crops are prepared by 0 or more processes, not {self.processes}")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise SettingsError(f"training lasts some minutes, not {self.minutes}")
        if self.budget_minutes is not None and not 0 < self.budget_minutes < math.inf:
            raise SettingsError(f"training is planned for some minutes, not {self.budget_minutes}")
        if self.budget_trainings < 1:
            raise SettingsError(
                f"the minutes are those of at least one training, not {self.budget_trainings}"
            )
        if self.min_objects < 0 or not 0 <= (self.replay or 0) < 1:
            raise SettingsError("min_objects is at least 0, and replay a share of at least 0 and below 1")
        if not 0 <= self.forgetting < math.inf:
            raise SettingsError(f"forgetting is a share of at least 0, not {self.forgetting}")
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
