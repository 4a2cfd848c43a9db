"""The options of `cpsam train` that say how to train, and the settings that they make.

What is not given is the recipe's: that of finetuning, of classes, or of a new small network.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cpsam_core.cli.common import UsageError

if TYPE_CHECKING:
    from cpsam_core.data.augmentation import Augmentation
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

SUITED = ("learning_rate", "layer_drop", "replay", "forgetting", "batch_size", "epochs")
"""Settings that one click chooses by the start model and for classes."""

# Epochs, where --early-stop stands alone.
PATIENCE_EPOCHS = 20


def option(group: argparse._ActionsContainer, name: str, **keywords: Any) -> None:
    """Declare an option under its name with hyphens, and understand it with underscores, too."""
    group.add_argument(f"--{name}", **keywords)
    if "-" in name:
        group.add_argument(f"--{name.replace('-', '_')}", **{**keywords, "help": argparse.SUPPRESS})


GROUPS = {
    "what": "what is trained, and in how much memory",
    "watch": "images kept aside",
    "numbers": "numbers (defaults: the recipe's)",
}


def add_setting_options(
    parser: argparse.ArgumentParser, settings: type[Any], without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Declare an option for each field of a dataclass of settings that says how it is shown; return the groups.

    What is not given is not in the arguments' way: its value is None. Fields `without` an option are left out.
    """
    from cpsam_core.finetune.option import options_of

    groups: dict[str, Any] = {name: parser.add_argument_group(title) for name, title in GROUPS.items()}
    for name, (declared, kind) in options_of(settings).items():
        if name in without:
            continue
        words = (
            declared.help[0].lower() + declared.help[1:] if declared.help[1:2].islower() else declared.help
        )
        keywords: dict[str, Any] = {"default": None, "help": words.replace("%", "%%")}
        if declared.choices:
            keywords["choices"] = tuple(value for value, _ in declared.choices)
        else:
            keywords |= {"type": kind, "metavar": "N" if kind is int else "X"}
        option(groups[declared.group], name.replace("_", "-"), **keywords)
    return groups


def settings_given(
    args: argparse.Namespace, settings: type[Any], without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the fields of a dataclass of settings that the options give."""
    from cpsam_core.finetune.option import options_of

    names = [name for name in options_of(settings) if name not in without]
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Declare what is trained and how, and in how much memory."""
    from cpsam_core.finetune.settings import TrainSettings

    groups = add_setting_options(parser, TrainSettings)
    what, watch, numbers = groups["what"], groups["watch"], groups["numbers"]
    # What --memory was called.
    option(what, "checkpointing", action="store_true", help=argparse.SUPPRESS)
    option(
        watch,
        "validate",
        metavar="DIR",
        default=None,
        help="images with masks that are not learned from: their loss is measured after every epoch, the epoch with "
        "the smallest one becomes the model, and that is scored on them",
    )
    option(watch, "early-stop", action="store_true", help=f"the same as --patience {PATIENCE_EPOCHS}")
    option(numbers, "crop", type=int, metavar="PIXELS", help="edge of the crops")
    option(numbers, "scale", type=float, nargs=2, metavar=("LOW", "HIGH"), help="range of resizing")
    option(
        numbers,
        "degraded",
        type=float,
        metavar="SHARE",
        help="share of crops with noise, blur or coarse pixels, exact in every batch",
    )
    option(
        numbers, "invert", type=float, metavar="SHARE", help="share of crops with dark and bright exchanged"
    )
    option(numbers, "drawn", type=float, default=0.0, metavar="SHARE", help="share of drawn cells, 0 to 1")


def train_settings(args: argparse.Namespace) -> TrainSettings:
    """Return the recipe with the changes that the options ask for.

    Raises
    ------
    UsageError
        If options contradict each other.
    SettingsError
        If a value makes no sense.
    """
    from cpsam_core.finetune import TrainSettings
    from cpsam_core.retrain.defaults import CLASS_RATE, CLASS_RECIPE

    _check(args)
    recipe: dict[str, Any] = {}
    if args.model == RANDOM:
        recipe |= SMALL_RECIPE
    if args.classes is not None:
        recipe |= {**CLASS_RECIPE, "learning_rate": CLASS_RATE}
    given = settings_given(args, TrainSettings)
    mode = given.pop("mode", "full")
    if args.checkpointing:
        given.setdefault("memory", "checkpointing")
    if args.early_stop:
        given.setdefault("patience", PATIENCE_EPOCHS)
    if mode != "full" and args.classes is not None:
        # The mode's own, which bears larger steps.
        recipe.pop("learning_rate", None)
    suits = _suits(args)
    if suits is not None:
        recipe |= {name: getattr(suits, name) for name in SUITED}
    augmentation = _augmentation(args, None if suits is None else suits.augmentation)
    return TrainSettings.for_mode(mode, **{**recipe, **given, "augmentation": augmentation})


def _suits(args: argparse.Namespace) -> TrainSettings | None:
    """Return what suits the start model, as one click in the window would; None for a new network or whole recipe."""
    if args.model == RANDOM or args.recipe in ("whole", "wide"):
        return None
    from cpsam_core.retrain.plan import default_settings

    return default_settings(args.model, args.classes is not None, args.mode or "full")


def _check(args: argparse.Namespace) -> None:
    for name, mode in (("blocks", "last"), ("rank", "adapters")):
        if getattr(args, name) is not None and (args.mode or "full") != mode:
            raise UsageError(f"--{name} belongs to --mode {mode}")
    waits = [n for n in ("patience", "early_stop", "score_every") if getattr(args, n)]
    if waits and args.validate is None:
        raise UsageError(f"--{waits[0].replace('_', '-')} needs images kept aside: --validate DIR")
    if args.model == RANDOM and (args.mode or "full") != "full":
        raise UsageError(f"a new network has nothing to build on, so --mode {args.mode} makes no sense")


def _augmentation(args: argparse.Namespace, suits: Augmentation | None) -> Augmentation:
    from cpsam_core.data.augmentation import Augmentation

    recipe = args.recipe or ("whole" if args.model == RANDOM else "finetune")
    if recipe == "finetune":
        augmentation = suits or Augmentation.finetune()
    else:
        augmentation = Augmentation.whole() if recipe == "whole" else Augmentation.wide()
    if args.crop is not None:
        augmentation = replace(augmentation, crop=args.crop)
    if args.scale:
        augmentation = replace(augmentation, scale=tuple(args.scale))
    shares = {name: getattr(args, name) for name in ("degraded", "invert") if getattr(args, name) is not None}
    return replace(augmentation, **shares)
