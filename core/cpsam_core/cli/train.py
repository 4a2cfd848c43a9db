"""`cpsam train`: finetune a model on corrected images, or train a small one from random start."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .common import OK, UsageError, add_device_options, say, terminal_progress
from .train_classes import CLASS_RECIPE, add_class_options, class_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.cards import ModelCard
    from cpsam_core.dataset import Pair
    from cpsam_core.finetune import TrainResult, TrainSettings
    from cpsam_core.vit import FlowVit

RANDOM = "random"
SUMMARY = "train a model on images with masks"


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = (
        "Train a model on images with masks. Without further options it finetunes as the Cellpose-SAM paper does: "
        "100 epochs at batch 1 and rate 1e-5. The state is kept after every epoch; the same command goes on after "
        "an interruption."
    )
    parser.add_argument(
        "images", type=Path, metavar="IMAGES_DIR", help="folder with the images, searched below too"
    )
    parser.add_argument(
        "--masks", type=Path, help="folder with the masks, by equal stem (default: beside the images)"
    )
    parser.add_argument(
        "--model", default="cpsam_v2", metavar="START",
        help="model to start from: a name, a file, or 'random' for a new small network (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="where to write the trained model"
    )
    parser.add_argument(
        "--recipe", choices=("finetune", "whole"), default=None,
        help="augmentation: finetune (turn, flip, resize) or whole (the paper's full set; default with 'random')",
    )  # fmt: skip
    add_class_options(parser)
    _add_numbers(parser)
    parser.add_argument(
        "--mix",
        metavar="SET=SHARE,...",
        help="how often to draw from each folder of images (default: by its size)",
    )
    parser.add_argument(
        "--validate", type=Path, metavar="DIR", help="images with masks kept aside, to score the result"
    )
    parser.add_argument("--checkpointing", action="store_true", help="less memory, a third more time")
    parser.add_argument("--half", action="store_true", help="store the weights in half precision")
    parser.add_argument("--licence", default="", help="what the model card says of the weights' licence")
    parser.add_argument("--notes", default="", help="a sentence for the model card")
    add_device_options(parser)


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    numbers = parser.add_argument_group("numbers (defaults: the recipe's)")
    numbers.add_argument("--epochs", type=int, metavar="N")
    numbers.add_argument(
        "--samples", type=int, metavar="N", help="crops in an epoch (default: one for each image, at least 8)"
    )
    numbers.add_argument("--batch-size", type=int, metavar="N")
    numbers.add_argument("--learning-rate", type=float, metavar="RATE")
    numbers.add_argument("--weight-decay", type=float, metavar="X")
    numbers.add_argument(
        "--layer-drop", type=float, metavar="P", help="probability to leave out the last block"
    )
    numbers.add_argument("--schedule", choices=("finetune", "paper", "constant", "linear", "cosine"))
    numbers.add_argument("--warmup", type=int, metavar="N", help="epochs of rising rate")
    numbers.add_argument(
        "--averaging", type=float, metavar="DECAY", help="keep averaged weights, for example 0.999"
    )
    numbers.add_argument("--crop", type=int, metavar="PIXELS", help="edge of the crops")
    numbers.add_argument("--scale", type=float, nargs=2, metavar=("LOW", "HIGH"), help="range of resizing")
    numbers.add_argument(
        "--degraded", type=float, metavar="SHARE", help="share of crops with noise, blur or coarse pixels"
    )
    numbers.add_argument(
        "--drawn", type=float, default=0.0, metavar="SHARE", help="share of drawn cells, 0 to 1"
    )
    numbers.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Train as the options say and write model and card."""
    from cpsam_core.cards import card_path
    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.dataset import TrainingSet, find_pairs
    from cpsam_core.errors import SettingsError
    from cpsam_core.example_cache import ExampleCache
    from cpsam_core.finetune import Trainer

    try:
        settings, mixing = train_settings(args), _mixing(args.mix)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    # Whatever can be missing is looked for now, not after hours of training.
    if args.out.is_dir():
        raise UsageError(f"--out names the file of the trained model, but {args.out} is a folder")
    pairs = find_pairs(args.images, args.masks)
    aside = [] if args.validate is None else find_pairs(args.validate)
    model, parent = _start(args.model, args.seed, args.channels)
    data = TrainingSet(pairs, mixing, model.config.in_channels, args.drawn, args.seed, ExampleCache())
    data.check()
    model, classes = class_network(model, data, args.classes, parent)
    images = data.hashes  # now, while the files are there
    args.out.parent.mkdir(parents=True, exist_ok=True)
    partial = args.out.with_name(f"{card_path(args.out).stem}.partial")
    trainer = Trainer(model, data, settings, args.device, args.precision, partial)
    with terminal_progress("training", unit="step") as progress:
        result = trainer.run(progress)
    card = replace(_card(args, data.mixing, images, settings, result), classes=classes)
    write_checkpoint(args.out, result.model, card, half=args.half)
    partial.unlink(missing_ok=True)
    say(f"trained {card.name}: {args.out}")
    if aside:
        _score(args, card, aside)
    return OK


def _score(args: argparse.Namespace, card: ModelCard, pairs: Sequence[Pair]) -> None:
    """Segment the images kept aside with the written model, show the scores and add them to its card."""
    from cpsam_core.cards import write_card
    from cpsam_core.segment import Segmenter
    from cpsam_core.validate import validate
    from cpsam_core.weights import load_network

    network = load_network(args.out, args.device, args.precision)
    with terminal_progress("scoring", unit="image") as progress:
        scores = validate(Segmenter(network), pairs, progress=progress, class_names=card.classes)
    for name, values in scores.items():
        say(f"{name}: average precision {values['ap_0.5']:.3f} at IoU 0.5, {values['images']:.0f} images")
    write_card(args.out, replace(card, architecture=network.config.to_dict(), scores=scores))


def train_settings(args: argparse.Namespace) -> TrainSettings:
    """Return the recipe with the changes that the options ask for."""
    from cpsam_core.augment import Augmentation
    from cpsam_core.finetune import TrainSettings

    recipe = args.recipe or ("whole" if args.model == RANDOM else "finetune")
    augmentation = Augmentation.whole() if recipe == "whole" else Augmentation.finetune()
    if args.crop is not None:
        augmentation = replace(augmentation, crop=args.crop)
    if args.scale:
        augmentation = replace(augmentation, scale=tuple(args.scale))
    if args.degraded is not None:
        augmentation = replace(augmentation, degraded=args.degraded)
    settings = TrainSettings(
        seed=args.seed,
        memory="checkpointing" if args.checkpointing else "auto",
        augmentation=augmentation,
        layer_drop=args.layer_drop,
    )
    if args.model == RANDOM:
        settings = replace(
            settings, batch_size=32, learning_rate=1.5e-3, weight_decay=0.05, averaging=0.999, clip=1.0,
            schedule="cosine", warmup=4,
        )  # fmt: skip
    if args.classes is not None:
        settings = replace(settings, **CLASS_RECIPE)
    names = (
        "epochs",
        "samples",
        "batch_size",
        "learning_rate",
        "weight_decay",
        "schedule",
        "warmup",
        "averaging",
    )
    changes = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    return replace(settings, **changes)


def _start(name: str, seed: int, channels: int | None = None) -> tuple[FlowVit, ModelCard | None]:
    import torch

    from cpsam_core.vit import FlowVit, VitConfig

    if name == RANDOM:
        torch.manual_seed(seed)
        config = VitConfig.lite()
        return FlowVit(config if channels is None else replace(config, in_channels=channels)), None
    from cpsam_core.weights import load_start

    return load_start(name, channels)


def _mixing(text: str | None) -> dict[str, float] | None:
    from cpsam_core.errors import SettingsError

    if text is None:
        return None
    try:
        return {name.strip(): float(share) for name, share in (part.split("=") for part in text.split(","))}
    except ValueError as error:
        raise SettingsError(f"--mix wants SET=SHARE,SET=SHARE with numbers, not {text!r}") from error


def _card(
    args: argparse.Namespace,
    mixing: dict[str, float],
    images: dict[str, str],
    settings: TrainSettings,
    result: TrainResult,
) -> ModelCard:
    from cpsam_core.cards import ModelCard, card_path, now, program_versions

    return ModelCard(
        name=card_path(args.out).stem,
        parent=None if args.model == RANDOM else card_path(args.model).stem,  # its name, not where it lay
        images=images,
        settings={**settings.to_dict(), "mixing": mixing},
        losses=result.losses,
        versions=program_versions(),
        licence=args.licence,
        notes=args.notes,
        created=now(),
    )
