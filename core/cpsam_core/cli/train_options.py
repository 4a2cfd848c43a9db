"""The options of `cpsam train` that say how to train, and the settings that they make.

What is not given is the recipe's: that of finetuning, of classes, or of a new small network.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cpsam_core.cli.common import UsageError
from cpsam_core.cli.train_classes import CLASS_RECIPE

if TYPE_CHECKING:
    from cpsam_core.data.augment import Augmentation
    from cpsam_core.finetune import TrainSettings

RANDOM = "random"
SMALL_RECIPE: dict[str, Any] = {
    "batch_size": 32,
    "learning_rate": 1.5e-3,
    "weight_decay": 0.05,
    "averaging": 0.999,
    "clip": 1.0,
    "schedule": "cosine",
    "warmup": 4,
}
"""What differs from finetuning for a small network from random start."""

PATIENCE = 20  # epochs, where --early-stop stands alone
NUMBERS = (
    "epochs",
    "samples",
    "batch_size",
    "learning_rate",
    "weight_decay",
    "schedule",
    "warmup",
    "averaging",
    "clip",
    "layer_drop",
    "blocks",
    "rank",
    "memory",
    "patience",
    "score_every",
    "threads",
)
"""Fields of the settings whose options have their names."""


def option(group: argparse._ActionsContainer, name: str, **keywords: Any) -> None:
    """Declare an option under its name with hyphens, and understand it with underscores, too."""
    group.add_argument(f"--{name}", **keywords)
    if "-" in name:
        group.add_argument(f"--{name.replace('-', '_')}", **{**keywords, "help": argparse.SUPPRESS})


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Declare what is trained and how, and in how much memory."""
    what = parser.add_argument_group("what is trained, and in how much memory")
    option(
        what,
        "mode",
        choices=("full", "last", "adapters"),
        default="full",
        help="full: every weight (default); last: the read-out and the last blocks; adapters: small additions to every "
        "block, merged into plain weights in the end",
    )
    option(what, "blocks", type=int, metavar="N", help="blocks trained in mode last (default: 2)")
    option(what, "rank", type=int, metavar="N", help="size of the adapters (default: 8)")
    option(
        what,
        "memory",
        choices=("auto", "plenty", "stepwise", "checkpointing", "lean", "paged", "8bit"),
        default=None,
        help="auto (default) takes the fastest that fits into what is free, and the next one when memory runs out. "
        "plenty: nothing is saved; stepwise: gradients never exist all at once; checkpointing: the network computes "
        "twice, a third more time; lean: both; paged: also, the optimiser's state lies in main memory; 8bit: also, it "
        "is rounded (needs bitsandbytes and CUDA)",
    )
    option(what, "checkpointing", action="store_true", help=argparse.SUPPRESS)  # what --memory was called
    watch = parser.add_argument_group("images kept aside")
    option(
        watch,
        "validate",
        metavar="DIR",
        default=None,
        help="images with masks that are not learned from: their loss is measured after every epoch, the epoch with "
        "the smallest one becomes the model, and that is scored on them",
    )
    option(
        watch,
        "score-every",
        type=int,
        metavar="N",
        help="measure the average precision on them every N epochs, too (it takes as long as segmenting them)",
    )
    option(watch, "early-stop", action="store_true", help=f"the same as --patience {PATIENCE}")
    option(watch, "patience", type=int, metavar="N", help="stop after N epochs without a better one")
    _add_numbers(parser)


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    numbers = parser.add_argument_group("numbers (defaults: the recipe's)")
    option(numbers, "epochs", type=int, metavar="N")
    option(
        numbers,
        "samples",
        type=int,
        metavar="N",
        help="crops in an epoch (default: one for each image, at least 8)",
    )
    option(
        numbers,
        "batch-size",
        type=int,
        metavar="N",
        help="crops in a step, over all processes together (default: 1)",
    )
    option(numbers, "learning-rate", type=float, metavar="RATE", help="default: what suits the mode")
    option(numbers, "weight-decay", type=float, metavar="X")
    option(numbers, "layer-drop", type=float, metavar="P", help="probability to leave out the last block")
    option(numbers, "schedule", choices=("finetune", "paper", "constant", "linear", "cosine"))
    option(numbers, "warmup", type=int, metavar="N", help="epochs of rising rate")
    option(numbers, "averaging", type=float, metavar="DECAY", help="keep averaged weights, for example 0.999")
    option(numbers, "clip", type=float, metavar="NORM", help="limit the norm of the gradient; 0 does not")
    option(numbers, "crop", type=int, metavar="PIXELS", help="edge of the crops")
    option(numbers, "scale", type=float, nargs=2, metavar=("LOW", "HIGH"), help="range of resizing")
    option(
        numbers,
        "degraded",
        type=float,
        metavar="SHARE",
        help="share of crops with noise, blur or coarse pixels",
    )
    option(numbers, "drawn", type=float, default=0.0, metavar="SHARE", help="share of drawn cells, 0 to 1")
    option(numbers, "threads", type=int, metavar="N", help="threads that make the crops (default: 2)")
    option(numbers, "seed", type=int, default=0)


def train_settings(args: argparse.Namespace) -> TrainSettings:
    """Return the recipe with the changes that the options ask for.

    Raises
    ------
    UsageError
        If options contradict each other.
    SettingsError
        If a value makes no sense.
    """
    from cpsam_core.finetune import TrainSettings, rate_for

    _check(args)
    recipe: dict[str, Any] = {}
    if args.model == RANDOM:
        recipe |= SMALL_RECIPE
    if args.classes is not None:
        recipe |= CLASS_RECIPE
    given = {name: getattr(args, name) for name in NUMBERS if getattr(args, name) is not None}
    if args.checkpointing:
        given.setdefault("memory", "checkpointing")
    if args.early_stop:
        given.setdefault("patience", PATIENCE)
    if args.mode != "full" and args.classes is not None:
        recipe.pop("learning_rate", None)  # the mode's own, which bears larger steps
    suits = _suits(args)
    if suits is not None:
        rate = rate_for(args.mode, suits.learning_rate)
        recipe |= {"learning_rate": rate, "layer_drop": suits.layer_drop}
    augmentation = _augmentation(args, None if suits is None else suits.augmentation)
    return TrainSettings.for_mode(
        args.mode, **{**recipe, **given, "seed": args.seed, "augmentation": augmentation}
    )


def _suits(args: argparse.Namespace) -> TrainSettings | None:
    """Return what suits the start model, as one click in the window would; None for a new network or whole recipe."""
    if args.model == RANDOM or args.recipe in ("whole", "wide"):
        return None
    from cpsam_core.retrain.plan import default_settings

    return default_settings(args.model, args.classes is not None and args.mode == "full")


def _check(args: argparse.Namespace) -> None:
    for name, mode in (("blocks", "last"), ("rank", "adapters")):
        if getattr(args, name) is not None and args.mode != mode:
            raise UsageError(f"--{name} belongs to --mode {mode}")
    waits = [n for n in ("patience", "early_stop", "score_every") if getattr(args, n)]
    if waits and args.validate is None:
        raise UsageError(f"--{waits[0].replace('_', '-')} needs images kept aside: --validate DIR")
    if args.model == RANDOM and args.mode != "full":
        raise UsageError(f"a new network has nothing to build on, so --mode {args.mode} makes no sense")


def _augmentation(args: argparse.Namespace, suits: Augmentation | None) -> Augmentation:
    from cpsam_core.data.augment import Augmentation

    recipe = args.recipe or ("whole" if args.model == RANDOM else "finetune")
    if recipe == "finetune":
        augmentation = suits or Augmentation.finetune()
    else:
        augmentation = Augmentation.whole() if recipe == "whole" else Augmentation.wide()
    if args.crop is not None:
        augmentation = replace(augmentation, crop=args.crop)
    if args.scale:
        augmentation = replace(augmentation, scale=tuple(args.scale))
    if args.degraded is not None:
        augmentation = replace(augmentation, degraded=args.degraded)
    return augmentation
