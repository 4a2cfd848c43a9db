"""`cpsam train`: finetune a model on corrected images, or train a small one from random start."""

from __future__ import annotations

import argparse
import functools
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.common import (
    OK,
    UsageError,
    add_device_options,
    add_pieces_option,
    say,
    tell,
    terminal_progress,
    wrong_usage,
)
from cpsam_core.cli.train_classes import add_class_options, class_network
from cpsam_core.cli.train_images import (
    add_seen_options,
    card_facts,
    channels_wanted,
    check_images,
    diameter_of,
    readable,
    refuse_learnt,
    seen_by,
    start_file,
    with_enough_objects,
)
from cpsam_core.cli.train_options import RANDOM, add_training_options, option, train_settings
from cpsam_core.cli.train_scores import score_written, scorer
from cpsam_core.system.paths import make_folder

if TYPE_CHECKING:
    from cpsam_core.checkpoints.cards import ModelCard
    from cpsam_core.data.dataset import Pair
    from cpsam_core.finetune import EpochReport, Trainer, TrainResult, TrainSettings
    from cpsam_core.finetune.ranks import Ranks
    from cpsam_core.network.vit import FlowVit

SUMMARY = "train a model on images with masks"

EXAMPLES = """Examples:
  cpsam train corrected --out mine.pth
  cpsam train corrected --validate kept_aside --early-stop --out mine.pth
  cpsam train corrected --mode adapters --out mine.pth

Many images on many graphics cards, with the recipe of the paper: every card draws crops of its own, and the result is
that of one card with the whole batch. After an interruption the same command goes on.

  torchrun --nproc-per-node 8 -m cpsam_core.cli train images --out mine.pth \\
    --recipe whole --schedule paper --epochs 2000 --samples 6400 \\
    --batch-size 256 --learning-rate 5e-5 --layer-drop 0.4 \\
    --mix cells=0.6,nuclei=0.4"""

log = logging.getLogger("cpsam")


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from cpsam_core.cli.filters import add_filter_options

    parser.description = (
        "Train a model on images with masks. Without further options it finetunes as the Cellpose-SAM "
        "paper does: 100 epochs at batch 1 and rate 1e-5; small networks with larger steps. The state is "
        "kept after every epoch; the same command resumes after an interruption. Masks are NAME.cpsam (a "
        "project of the window that somebody corrected), NAME_masks, NAME_cp_masks or NAME_seg.npy "
        "beside the image, or in a folder 'masks' beside 'images'. Where NAME_complete or the project "
        "says which parts are complete, the rest of the image is ignored. Of a volume, up to 20 planes "
        "and 10 sections along each side are learnt from, as in the paper; where a project says which "
        "planes are corrected, those."
    )
    parser.epilog = EXAMPLES
    _add_images_and_models(parser)
    add_filter_options(parser)
    add_class_options(parser)
    add_pieces_option(parser)
    add_seen_options(parser)
    option(
        parser,
        "restart",
        action="store_true",
        help="start over, even if the state of an interrupted training is there",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="stop where an image or its masks cannot be read; otherwise such images are left out, with a line each",
    )
    add_training_options(parser)
    _add_what_is_written(parser)
    add_device_options(parser)


def _add_images_and_models(parser: argparse.ArgumentParser) -> None:
    """Declare what is learnt from, from where to start, and where the model goes."""
    parser.add_argument(
        "images", type=Path, metavar="IMAGES_DIR", help="folder with the images, searched below too"
    )
    parser.add_argument(
        "--masks", type=Path, help="folder with the masks, by equal stem (default: next to the images)"
    )
    parser.add_argument(
        "--model",
        default="cpsam_v2",
        metavar="START",
        help="model to start from: a name, a file, or 'random' for a new small network (default: %(default)s)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="where to write the trained model"
    )
    parser.add_argument(
        "--recipe",
        choices=("finetune", "whole", "wide"),
        default=None,
        help="augmentation: finetune (turn, flip, resize), whole (the paper's full set; default with 'random') or wide "
        "(more of it, and stained sections in the colours of each other; its gain has not been measured)",
    )
    parser.add_argument(
        "--mix",
        metavar="SET=SHARE,...",
        help="how often to draw from each folder of images (default: by its size)",
    )


def _add_what_is_written(parser: argparse.ArgumentParser) -> None:
    """Declare what is written beside the model, and into it."""
    written = parser.add_argument_group("what is written")
    option(
        written,
        "save-every",
        type=int,
        default=0,
        metavar="N",
        help="keep a copy of the model every so many epochs, as NAME_epoch_0100 beside it (default: none)",
    )
    option(written, "half", action="store_true", help="store the weights in half precision")
    option(written, "licence", default="", help="what the model card says of the weights' licence")
    option(written, "notes", default="", help="a sentence for the model card")


def run(args: argparse.Namespace) -> int:
    """Train as the options say and write model and card, alone or as one of torchrun's processes."""
    from cpsam_core.finetune import ranks
    from cpsam_core.images.replaceable import check_replaceable
    from cpsam_core.system.file_content import Content

    with wrong_usage():
        settings, mixing = train_settings(args), _mixing(args.mix)
    # Whatever can be missing is looked for now, not after hours of training.
    if args.out.is_dir():
        raise UsageError(f"--out names the file of the trained model, but {args.out} is a folder")
    check_replaceable(args.out, Content.VIEW)
    if args.save_every < 0:
        raise UsageError(f"--save-every is a number of epochs, not {args.save_every}")
    with ranks.joined(args.device) as device:
        trained = _train(args, settings, mixing, device, ranks.current())
    if trained is not None and trained.aside:
        score_written(args, trained.card, trained.aside)
    return OK


@dataclass(frozen=True)
class _Training:
    """What was written, and the images to score it on."""

    card: ModelCard
    aside: Sequence[Pair]


def _train(
    args: argparse.Namespace,
    settings: TrainSettings,
    mixing: dict[str, float] | None,
    device: str | None,
    ranks: Ranks,
) -> _Training | None:
    """Train and write; return what is to be scored in the process that leads, None in the others."""
    from cpsam_core.checkpoints.room import check_room, write_when_there_is_room
    from cpsam_core.data.dataset import TrainingSet
    from cpsam_core.data.example_cache import ExampleCache
    from cpsam_core.finetune import Trainer
    from cpsam_core.retrain.cards import card_of, origin_of

    pairs, aside = _images(args)
    model, parent = _start(args.model, settings.seed, channels_wanted(args, pairs))
    if args.out.exists() and args.out.resolve() == Path(start_file(args.model)).resolve():
        raise UsageError(f"--out {args.out} is the model that the training starts from: give another name")
    cache, channels = ExampleCache(), model.config.in_channels
    pairs = readable(pairs, channels, cache, ranks, strict=args.strict)
    aside = readable(aside, channels, cache, ranks, strict=args.strict) if aside else aside
    pairs = with_enough_objects(pairs, channels, cache, settings, ranks)
    data = TrainingSet(
        pairs, mixing, channels, args.drawn, settings.seed, cache, replay=settings.replay or 0.0
    )
    validation = TrainingSet(aside, None, channels, cache=cache) if aside else None
    for some in (data, validation) if validation is not None else (data,):
        check_images(some, ranks)
    model, classes = class_network(model, data, args.classes, parent)
    if ranks.leads:
        data.hashes  # noqa: B018 - now, while the files are there
    with _state(args, ranks) as partial:
        check_room(args.out, model, args.half)
        diameter = diameter_of(args, data, parent)
        trainer = Trainer(
            model,
            data,
            settings,
            device,
            args.precision,
            partial,
            origin=origin_of(
                start_file(args.model), data, settings, (args.drawn, classes, channels, *map(str, aside))
            ),
            validation=validation,
            score=scorer(args, aside, diameter),
            on_epoch=lambda report: _end_epoch(report, args, trainer, ranks),
        )
        bar = terminal_progress("training", unit="step") if ranks.leads else nullcontext(_silent)
        with bar as progress:
            result = trainer.run(progress)
        if not ranks.leads:
            return None
        card = card_of(card_facts(args, parent, aside, classes, diameter), data, settings, result)
        write_when_there_is_room(args.out, result.model, card, args.half, tell=tell)
        partial.unlink(missing_ok=True)
        say(f"trained {card.name}: {args.out}{_ending(result)}")
        return _Training(card, aside)


def _images(args: argparse.Namespace) -> tuple[list[Pair], list[Pair]]:
    """Return what is learnt from, and what is kept aside."""
    from cpsam_core.cli.filters import endings_from
    from cpsam_core.data.dataset import find_pairs
    from cpsam_core.data.planes import with_planes

    find = functools.partial(
        find_pairs, endings=endings_from(args), seen=seen_by(args), pieces=args.separate_parts, large=True
    )
    pairs = with_planes(find(args.images, args.masks), strict=args.strict)
    aside: list[Pair] = []
    if args.validate is not None:
        aside = with_planes(find(Path(args.validate)), strict=args.strict)
    refuse_learnt(pairs, aside, args.model)
    return pairs, aside


@contextmanager
def _state(args: argparse.Namespace, ranks: Ranks) -> Iterator[Path]:
    """Keep the state of the training for this command, the earlier one removed where that is asked for."""
    from cpsam_core.weights.beside import state_beside
    from cpsam_core.weights.claims import claimed

    make_folder(args.out.parent)
    partial = state_beside(args.out)
    with claimed(partial) if ranks.leads else nullcontext():
        if args.restart and ranks.leads:
            partial.unlink(missing_ok=True)
        ranks.meet()
        yield partial


def _end_epoch(report: EpochReport, args: argparse.Namespace, trainer: Trainer, ranks: Ranks) -> None:
    """Tell of an epoch, and keep a copy of the model where one is due."""
    from cpsam_core.checkpoints import write_checkpoint

    _tell(report)
    due = args.save_every and report.epoch % args.save_every == 0 and report.epoch < report.epochs
    if due and ranks.leads:
        path = args.out.with_name(f"{args.out.stem}_epoch_{report.epoch:04d}{args.out.suffix}")
        write_checkpoint(path, trainer.snapshot(), half=args.half)


def _tell(report: EpochReport) -> None:
    """Write the numbers of an epoch to the log, for -v."""
    parts = [f"loss {report.training_loss:.4f}"]
    if report.validation_loss is not None:
        parts.append(f"kept aside {report.validation_loss:.4f}{' (best)' if report.best else ''}")
    if report.average_precision is not None:
        parts.append(f"average precision {report.average_precision:.3f}")
    left = f"{report.seconds:.1f} s, {report.seconds_left:.0f} s left"
    log.info("epoch %d/%d: %s; %s", report.epoch, report.epochs, ", ".join(parts), left)


def _ending(result: TrainResult) -> str:
    """Return in words which epoch was kept and why the training ended early, for the line that ends a run."""
    parts = [f"epoch {result.best_epoch} was the best"] if result.best_epoch is not None else []
    parts += [f"ended early: {result.reason}"] if result.reason else []
    parts += [result.remark] if result.remark else []
    return f" ({'; '.join(parts)})" if parts else ""


def _silent(done: int, total: int, note: str = "") -> None:
    """Report to nobody: the leading process speaks for all."""


def _start(name: str, seed: int, channels: int | None = None) -> tuple[FlowVit, ModelCard | None]:
    import torch

    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.vit import FlowVit

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
